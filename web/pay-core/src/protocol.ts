// The one envelope of every message between a shop's page and the frames, and the rule for taking one.
// Deliberately absent: the DOM. A caller hands in what an event said about its origin and its source.

/** What a frame says to the page. */
export type Up =
  | 'hello' | 'ready' | 'height' | 'change' | 'focus' | 'blur' | 'escape' | 'reply' | 'action-done'
  | 'enter' | 'advance' | 'retreat' | 'networkschange' | 'remove' | 'navigate' | 'authenticate' | 'complete';
/** What the page says to a frame. */
export type Down =
  | 'init' | 'update' | 'group' | 'focus' | 'blur' | 'clear' | 'submit' | 'collect' | 'api' | 'confirm' | 'create' | 'removed' | 'resume';
/** What one frame of Florin's origin says to another one. */
export type Across = 'hold' | 'held';
export type Kind = Up | Down | Across;

export interface Message {
  florin: 1;
  /** The channel: 128 random bits of the frame, or of the group when frames talk to each other. */
  ch: string;
  t: Kind;
  /** Ties a reply to its question. */
  id?: number;
  p?: any;
}

/** A request that the page has the controller frame send. How it is sent, and where a card goes in it, follows from the path. */
export interface Call {
  method: 'GET' | 'POST';
  path: string;
  body?: Record<string, unknown>;
  account?: string;
  /** Names the card that a field frame handed over. */
  handle?: string;
}

const CHANNEL = /^[0-9a-f]{32}$/;

/** A fresh channel, handle or key of an attempt. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function isChannel(text: unknown): text is string {
  return typeof text === 'string' && CHANNEL.test(text);
}

export function isMessage(data: unknown): data is Message {
  if (typeof data !== 'object' || data === null) return false;
  const message = data as Partial<Message>;
  return message.florin === 1 && isChannel(message.ch) && typeof message.t === 'string';
}

/** What has to be true of a sender. */
export interface Expected {
  origin: string;
  source: unknown;
  ch: string;
}

/** The message, if it came from exactly the expected window and origin and over the expected channel. */
export function received(event: { origin: string; source: unknown; data: unknown }, expected: Expected): Message | null {
  if (event.origin !== expected.origin || expected.source == null || event.source !== expected.source) return null;
  return isMessage(event.data) && event.data.ch === expected.ch ? event.data : null;
}

export function message(ch: string, t: Kind, p?: unknown, id?: number): Message {
  return { florin: 1, ch, t, p, id };
}

/** An origin as a URL's query tells it, or null if it is not exactly one: then nothing may be posted there. */
export function originOf(text: string | null): string | null {
  try {
    const { origin } = new URL(text ?? '');
    return origin === text && /^https?:/.test(origin) ? origin : null;
  } catch {
    return null;
  }
}
