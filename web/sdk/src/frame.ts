// A frame of Florin's origin inside of the shop's page, with questions and answers over its own channel.
// Deliberately absent: what is said. Elements and the controller know that.

import { message, randomId, received, type Down, type Message, type Up } from '@florin/pay-core/protocol';
import { ORIGIN, pageUrl } from './origin';

export type Styles = Record<string, string>;

/** Sets styles one by one, important, so that neither the shop's policy nor its style sheets are in the way. */
export function style(element: HTMLElement, styles: Styles): void {
  for (const [name, value] of Object.entries(styles)) element.style.setProperty(name, value, 'important');
}

/** Lets the browser fill in a card in a frame, which belongs to another origin than the form around it; `more` are further features. */
export function allow(element: HTMLIFrameElement, ...more: string[]): void {
  // A feature is only named where the browser knows it, because it warns about others.
  const features: string[] = (document as any).featurePolicy?.features?.() ?? [];
  const known = ['autofill', 'shared-autofill', ...more].filter((one) => features.includes(one));
  if (known.length > 0) element.setAttribute('allow', known.join('; '));
}

/** The place that a shop names, by a selector or as it is. */
export function placeOf(target: string | HTMLElement): HTMLElement {
  const place = typeof target === 'string' ? document.querySelector<HTMLElement>(target) : target;
  if (!place) throw new Error(`The selector you specified (${target}) applies to no DOM elements that are currently on the page.`);
  return place;
}

/** A frame that loaded and says nothing for so long shows something else: the words of a server that refused it. */
const SILENT_MS = 2_000;

export const SILENT = {
  error: {
    type: 'invalid_request_error',
    code: 'frame_not_started',
    message: 'The payment form did not start. The answer for its frame says why; perhaps the key does not name the domain of this page.',
  },
};

export const LOST = { error: { type: 'api_connection_error', message: 'The payment form was closed before it answered.' } };

export interface Frame {
  readonly element: HTMLIFrameElement;
  readonly channel: string;
  /** Said again whenever the frame begins anew, before anything else. */
  hello(): void;
  heard(t: Up, p: any): void;
  /** What stands in the frame is not what it should be. */
  silent(): void;
  /** Its document said nothing in time, and none has since. */
  isSilent: boolean;
  /** Makes the frame as high as its document says that it is. */
  fit(height: unknown): void;
  send(t: Down, p?: unknown, id?: number): void;
  ask(t: Down, p?: unknown): Promise<any>;
  remove(): void;
}

/** Waits for the hello of each document that loads: `gone` is told that another one came, `giveUp` that it says nothing. */
function patienceWith(element: HTMLIFrameElement, gone: () => void, giveUp: () => void): { hello(): void; stop(): void } {
  /** A hello came, and the load of its document did not yet: documents say hello before they have loaded. */
  let isLoadAhead = false;
  /** Runs while a document that loaded has said nothing. */
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const stop = (): void => {
    clearTimeout(waiting);
    waiting = undefined;
  };
  element.addEventListener('load', () => {
    const isAnnounced = isLoadAhead;
    isLoadAhead = false;
    stop();
    if (isAnnounced) return;
    gone();
    waiting = setTimeout(() => {
      waiting = undefined;
      // A page may have thrown the frame away.
      if (element.isConnected) giveUp();
    }, SILENT_MS);
  });
  const hello = (): void => {
    // A browser may report the load first. Then this hello is the one that was waited for.
    isLoadAhead = waiting === undefined;
    stop();
  };
  return { hello, stop };
}

export function frameOf(path: string, query: Record<string, string>, title: string, name?: string): Frame {
  const element = document.createElement('iframe');
  const channel = randomId();
  const asked = new Map<number, (answer: any) => void>();
  let count = 0;
  let queue: Message[] = [];
  /** Its document said hello, and hears what is posted. Nothing is queued then. */
  let isThere = false;

  const answerAll = (answer: unknown): void => {
    for (const told of asked.values()) told(answer);
    asked.clear();
  };
  /** The document that was there is gone, and with it the answers to what it was asked. */
  const forget = (): void => {
    if (isThere) answerAll(LOST);
    isThere = false;
  };
  const post = (one: Message): void => element.contentWindow?.postMessage(one, ORIGIN);
  const patience = patienceWith(element, forget, () => {
    frame.isSilent = true;
    // What is answered now must not be sent later: its answer says that it was not.
    queue = queue.filter(({ id }) => id === undefined);
    answerAll(SILENT);
    frame.silent();
  });
  const take = (event: MessageEvent): void => {
    const { t, p, id = 0 } = received(event, { origin: ORIGIN, source: element.contentWindow, ch: channel }) ?? {};
    if (t === 'hello') {
      forget();
      patience.hello();
      isThere = true;
      frame.isSilent = false;
      frame.hello();
      queue.splice(0).forEach(post);
    } else if (t === 'reply') {
      asked.get(id)?.(p);
      asked.delete(id);
    } else if (t) {
      frame.heard(t as Up, p);
    }
  };
  const frame: Frame = {
    element, channel, isSilent: false, hello() {}, heard() {}, silent() {},
    fit: (height) => void (Number(height) > 0 && style(element, { height: `${Number(height)}px` })),
    send(t, p, id) {
      const one = message(channel, t, p, id);
      if (isThere) post(one);
      else queue.push(one);
    },
    ask: (t, p) => new Promise((resolve) => {
      if (frame.isSilent) return resolve(SILENT);
      asked.set(++count, resolve);
      frame.send(t, p, count);
    }),
    remove() {
      removeEventListener('message', take);
      patience.stop();
      element.remove();
      answerAll(LOST);
    },
  };
  Object.assign(element, { name: name ?? `__florin_${channel}`, title, src: pageUrl(path, { ...query, ch: channel }) });
  element.setAttribute('scrolling', 'no');
  style(element, { border: '0', margin: '0', padding: '0', display: 'block', overflow: 'hidden', 'min-width': '100%', width: '1px' });
  addEventListener('message', take);
  return frame;
}
