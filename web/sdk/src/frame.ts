// A frame of Florin's origin inside of the shop's page, with questions and answers over its own channel.
// Deliberately absent: what is said. Elements and the controller know that.

import { message, randomId, received, type Down, type Message, type Up } from '@florin/pay-core/protocol';
import { ORIGIN, pageUrl } from './origin';

export type Styles = Record<string, string>;

/** Sets styles one by one, important, so that neither the shop's policy nor its style sheets are in the way. */
export function style(element: HTMLElement, styles: Styles): void {
  for (const [name, value] of Object.entries(styles)) element.style.setProperty(name, value, 'important');
}

/** Lets the browser fill in a card in a frame, which belongs to another origin than the form around it. */
export function allowAutofill(element: HTMLIFrameElement): void {
  // A feature is only named where the browser knows it, because it warns about others.
  const features: string[] = (document as any).featurePolicy?.features?.() ?? [];
  const known = ['autofill', 'shared-autofill'].filter((one) => features.includes(one));
  if (known.length > 0) element.setAttribute('allow', known.join('; '));
}

/** A frame that loaded and says nothing for so long shows something else: the words of a server that refused it. */
const SILENT_MS = 2_000;

export const SILENT = {
  error: {
    type: 'invalid_request_error',
    code: 'frame_not_started',
    message: 'The payment form did not start. The answer for its frame in the network panel says why; perhaps the domain of this page is not allowed for the key.',
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
  private isThere = false;
  private isSilent = false;
  private asked = 0;
  private readonly waiting = new Map<number, (answer: any) => void>();
  private readonly queue: Message[] = [];

  constructor(path: string, query: Record<string, string>, title: string, name?: string) {
    const { element } = this;
    element.name = name ?? `__florin_${this.channel}`;
    element.title = title;
    element.setAttribute('scrolling', 'no');
    element.src = pageUrl(path, { ...query, ch: this.channel });
    style(element, { border: '0', margin: '0', padding: '0', display: 'block', overflow: 'hidden', 'min-width': '100%', width: '1px' });
    element.addEventListener('load', () => setTimeout(() => this.isThere || this.giveUp(), SILENT_MS));
    addEventListener('message', this.take);
  }

  private readonly take = (event: MessageEvent): void => {
    const taken = received(event, { origin: ORIGIN, source: this.element.contentWindow, ch: this.channel });
    if (!taken) return;
    if (taken.t === 'hello') {
      this.isThere = true;
      this.isSilent = false;
      this.hello();
      for (const one of this.queue.splice(0)) this.post(one);
    } else if (taken.t === 'reply') {
      this.waiting.get(taken.id ?? 0)?.(taken.p);
      this.waiting.delete(taken.id ?? 0);
    } else {
      this.heard(taken.t as Up, taken.p);
    }
  };

  private post(one: Message): void {
    this.element.contentWindow?.postMessage(one, ORIGIN);
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
    this.element.remove();
    this.answerAll(LOST);
  }

  private giveUp(): void {
    this.isSilent = true;
    this.answerAll(SILENT);
    this.silent();
  }

  private answerAll(answer: unknown): void {
    for (const told of this.waiting.values()) told(answer);
    this.waiting.clear();
  }
}
