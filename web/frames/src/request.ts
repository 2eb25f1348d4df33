// Requests to Florin's own API, with the publishable key: form-encoded, one idempotency key for each attempt, tried again with the
// same key when nobody answered. Deliberately absent: other hosts, cookies, and a version header (the key's account decides).

import { randomId } from '@florin/pay-core/protocol';
import type { CardPart } from './fields';

export interface Call {
  method: 'GET' | 'POST';
  path: string;
  body?: Record<string, unknown>;
  /** Sent as JSON instead of a form: the pages of a checkout. */
  json?: boolean;
  account?: string;
  /** Names held card data, and where in the body it belongs. */
  handle?: string;
  at?: string[];
}

export interface ApiError {
  type: string;
  code?: string;
  message: string;
}

const TRIES_MAX = 3;
const PAUSE_MS = 400;
/** What the frame may ask for at all. */
const OWN = /^\/(v1|c\/pay)\/[A-Za-z0-9_\-/]+(\?[A-Za-z0-9_\-=&%.[\]+~]*)?$/;
/** What may be sent a card. */
const TAKES_CARDS = /^\/(v1\/((payment|setup)_intents\/\w+\/confirm|tokens|payment_methods|confirmation_tokens|sources)|c\/pay\/\w+\/confirm)$/;

export function isAllowed(call: Call, hasCard: boolean): boolean {
  return OWN.test(call.path) && !call.path.includes('//') && (!hasCard || (call.method === 'POST' && TAKES_CARDS.test(call.path)));
}

/** `a[b][c]=d`, as the API reads it. */
export function encodeForm(value: unknown, name = '', out = new URLSearchParams()): URLSearchParams {
  if (value === null || value === undefined) return out;
  if (typeof value !== 'object') {
    out.append(name, String(value));
    return out;
  }
  const entries = Array.isArray(value) ? value.map((item, at) => [String(at), item] as const) : Object.entries(value);
  for (const [key, item] of entries) encodeForm(item, name ? `${name}[${key}]` : key, out);
  return out;
}

/** The body with the card at its place. What the shop said about the card (a name, an address) stays. */
export function withCard(body: Record<string, unknown>, at: readonly string[], card: CardPart): Record<string, unknown> {
  return withNested(body, at, card);
}

function withNested(body: Record<string, unknown>, at: readonly string[], members: object): Record<string, unknown> {
  const [key, ...rest] = at;
  if (key === undefined) return { ...body, ...members };
  const inner = body[key];
  const below = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {};
  return { ...body, [key]: withNested(below, rest, members) };
}

/** The whole body of a call with its card. What the buyer chose of two networks is an option of the intent, where there is one. */
export function bodyWithCard(call: Call, card: CardPart): Record<string, unknown> {
  const { networks, ...rest } = card;
  const body = call.body ?? {};
  if (!networks || !call.path.includes('_intents/')) return withCard(body, call.at ?? [], card);
  const option = withNested(body, ['payment_method_options', 'card'], { network: networks.preferred });
  return withCard(option, call.at ?? [], rest);
}

function headersOf(call: Call, key: string, attempt: string): Record<string, string> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (!call.json) headers.Authorization = `Bearer ${key}`;
  if (call.account) headers['Stripe-Account'] = call.account;
  if (call.method === 'POST') {
    headers['Content-Type'] = call.json ? 'application/json' : 'application/x-www-form-urlencoded';
    headers['Idempotency-Key'] = attempt;
  }
  return headers;
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

function unreachable(): { error: ApiError } {
  const message = 'We could not reach the payment server. Check your connection and try again. You will not be charged twice.';
  return { error: { type: 'api_connection_error', message } };
}

/** Sends the call; answers the API's JSON, or an error in the same shape. */
export async function send(call: Call, key: string): Promise<any> {
  const attempt = randomId();
  const body = call.body && (call.json ? JSON.stringify(call.body) : encodeForm(call.body).toString());
  const init: RequestInit = {
    method: call.method, headers: headersOf(call, key, attempt), credentials: 'omit', cache: 'no-store', referrerPolicy: 'strict-origin', body,
  };
  for (let tried = 1; ; tried++) {
    try {
      const response = await fetch(call.path, init);
      const advice = response.headers.get('stripe-should-retry');
      const shouldRetry = advice === 'true' || (response.status >= 500 && advice !== 'false');
      if (!shouldRetry || tried >= TRIES_MAX) return await response.json();
    } catch {
      if (tried >= TRIES_MAX) return unreachable();
    }
    await pause(PAUSE_MS * 2 ** (tried - 1));
  }
}
