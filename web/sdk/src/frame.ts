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

export class Frame {
  readonly element = document.createElement('iframe');
  readonly channel = randomId();
  /** Said again whenever the frame begins anew, before anything else. */
  hello: () => void = () => {};
  heard: (t: Up, p: any) => void = () => {};
  /** What stands in the frame is not what it should be. */
  silent: () => void = () => {};
  /** Its document said nothing in time, and none has since. */
  isSilent = false;
  /** Its document said hello, and hears what is posted. */
  private isThere = false;
  /** A hello came, and the load of its document did not yet: documents say hello before they have loaded. */
  private isLoadAhead = false;
  /** Runs while a document that loaded has said nothing. */
  private patience: ReturnType<typeof setTimeout> | null = null;
  private asked = 0;
  private readonly waiting = new Map<number, (answer: any) => void>();
  private queue: Message[] = [];

  constructor(path: string, query: Record<string, string>, title: string, name?: string) {
    const { element } = this;
    element.name = name ?? `__florin_${this.channel}`;
    element.title = title;
    element.setAttribute('scrolling', 'no');
    element.src = pageUrl(path, { ...query, ch: this.channel });
    style(element, { border: '0', margin: '0', padding: '0', display: 'block', overflow: 'hidden', 'min-width': '100%', width: '1px' });
    element.addEventListener('load', this.loaded);
    addEventListener('message', this.take);
  }

  private readonly take = (event: MessageEvent): void => {
    const taken = received(event, { origin: ORIGIN, source: this.element.contentWindow, ch: this.channel });
    if (!taken) return;
    if (taken.t === 'hello') {
      this.begin();
    } else if (taken.t === 'reply') {
      this.waiting.get(taken.id ?? 0)?.(taken.p);
      this.waiting.delete(taken.id ?? 0);
    } else {
      this.heard(taken.t as Up, taken.p);
    }
  };

  /** A document says hello. */
  private begin(): void {
    this.forget();
    // A browser may report the load first. Then this hello is the one that was waited for.
    this.isLoadAhead = this.patience === null;
    this.stopWaiting();
    this.isThere = true;
    this.isSilent = false;
    this.hello();
    for (const one of this.queue.splice(0)) this.post(one);
  }

  /** A document has loaded: one that said hello, or one that has to say it soon. */
  private readonly loaded = (): void => {
    const isAnnounced = this.isLoadAhead;
    this.isLoadAhead = false;
    this.stopWaiting();
    if (isAnnounced) return;
    this.forget();
    this.patience = setTimeout(() => {
      this.patience = null;
      // A page may have thrown the frame away.
      if (this.element.isConnected) this.giveUp();
    }, SILENT_MS);
  };

  private stopWaiting(): void {
    if (this.patience !== null) clearTimeout(this.patience);
    this.patience = null;
  }

  /** The document that was there is gone, and with it the answers to what it was asked. Nothing is queued while one is there. */
  private forget(): void {
    if (this.isThere) this.answerAll(LOST);
    this.isThere = false;
  }

  private post(one: Message): void {
    this.element.contentWindow?.postMessage(one, ORIGIN);
  }

  /** Makes the frame as high as its document says that it is. */
  fit(height: unknown): void {
    if (Number(height) > 0) style(this.element, { height: `${Number(height)}px` });
  }

  send(t: Down, p?: unknown, id?: number): void {
    const one = message(this.channel, t, p, id);
    if (this.isThere) this.post(one);
    else this.queue.push(one);
  }

  ask(t: Down, p?: unknown): Promise<any> {
    if (this.isSilent) return Promise.resolve(SILENT);
    const id = ++this.asked;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.send(t, p, id);
    });
  }

  remove(): void {
    removeEventListener('message', this.take);
    this.stopWaiting();
    this.element.remove();
    this.answerAll(LOST);
  }

  private giveUp(): void {
    this.isSilent = true;
    // What is answered now must not be sent later: its answer says that it was not.
    this.queue = this.queue.filter(({ id }) => id === undefined);
    this.answerAll(SILENT);
    this.silent();
  }

  private answerAll(answer: unknown): void {
    for (const told of this.waiting.values()) told(answer);
    this.waiting.clear();
  }
}
