// The page of a checkout session inside of the shop's page: its frame, as high as what it shows, and what it asks this page to do for it.
//
// The shop must never load inside of the frame, so whatever leaves the page goes through here: the whole page is sent where the frame says,
// and a card is authenticated in the window over the page. That one is not in the frame, because the frame is as high as the page of
// the session: a window in its middle could be far from what the buyer sees.
// Deliberately absent: what the page shows, paying, and the outcome beyond that it is complete. The frame has all of it.

import { secretOf, sessionId } from './checkout';
import type { Client } from './client';
import { accompany, isPage } from './dialog';
import { allow, Frame, placeOf, SILENT, style } from './frame';

/** As high as an ordinary order on a wide page, so that little moves when the frame says how high it is. */
const HEIGHT = '720px';

/** The one that there is. */
let current: Embedded | null = null;

class Embedded {
  private id = '';
  private secret = '';
  private frame: Frame | null = null;
  /** Ends the window in which a bank asks who pays; null while there is none. */
  private bank: AbortController | null = null;
  private isComplete = false;

  constructor(private readonly client: Client, private readonly options: any) {}

  /** Whether it is in the page. A page may have thrown its frame away. */
  get isMounted(): boolean {
    return Boolean(this.frame?.element.isConnected);
  }

  async load(): Promise<this> {
    this.secret = await secretOf(this.options);
    this.id = sessionId(this.secret, true);
    return this;
  }

  private check(): void {
    if (current !== this) throw new Error("This Embedded Checkout instance has been destroyed and can't be used anymore. Please create a new one.");
  }

  mount(target: string | HTMLElement): void {
    this.check();
    if (this.isMounted) throw new Error('This Embedded Checkout is mounted already. Call unmount() before it is mounted elsewhere.');
    const place = placeOf(target);
    this.unmount();
    const frame = new Frame(`/c/embedded/${this.id}`, { secret: this.secret, pk: this.client.key }, 'Secure payment page');
    this.frame = frame;
    allow(frame.element, 'clipboard-write');
    style(frame.element, { height: HEIGHT });
    frame.heard = (t, p) => this.heard(frame, t, p);
    // The words of the server stand in the frame; these are for whoever builds the shop.
    frame.silent = () => console.error(SILENT.error.message);
    place.replaceChildren(frame.element);
  }

  private heard(frame: Frame, t: string, p: any): void {
    const url = p?.url;
    if (t === 'height') frame.fit(p);
    // A dialog of the shop around the frame hears the key as if it had been pressed in the page.
    else if (t === 'escape') frame.element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }));
    else if (t === 'navigate' && isPage(url)) location.assign(url);
    else if (t === 'authenticate' && isPage(url)) void this.authenticate(frame, url);
    else if (t === 'complete' && !this.isComplete) {
      this.isComplete = true;
      this.options.onComplete?.();
    }
  }

  private async authenticate(frame: Frame, url: string): Promise<void> {
    if (this.bank) return;
    const bank = (this.bank = new AbortController());
    const look = () => this.client.controller.ask('api', { method: 'GET', path: `/c/pay/${this.id}/state` });
    const isOpen = (state: any) => Boolean(state.payment?.action);
    try {
      await accompany({ url, title: 'Authentication', channel: frame.channel, look, isOpen, signal: bank.signal });
    } finally {
      if (this.bank === bank) this.bank = null;
    }
    if (this.frame === frame) frame.send('resume');
  }

  unmount(): void {
    this.check();
    // With its frame goes the window over the page.
    this.bank?.abort();
    this.bank = null;
    this.frame?.remove();
    this.frame = null;
  }

  destroy(): void {
    this.unmount();
    current = null;
  }
}

/**
 * Makes the page of a session, to be mounted. There is one at a time. One that is in no page gives way to the next: the React wrapper
 * forgets what it began and threw away before it was there.
 */
export async function embed(client: Client, options: any): Promise<object> {
  if (current?.isMounted) throw new Error('You cannot have multiple Embedded Checkout objects. Destroy the first one.');
  current?.destroy();
  const made = (current = new Embedded(client, options ?? {}));
  await made.load().catch((error) => {
    if (current === made) current = null;
    throw error;
  });
  return { mount: (target: string | HTMLElement) => made.mount(target), unmount: () => made.unmount(), destroy: () => made.destroy() };
}
