// The page of a checkout session inside of the shop's page: its frame, as high as what it shows, and what it asks this page to do for it.
//
// The shop must never load inside of the frame, so whatever leaves the page goes through here: the whole page is sent where the frame says,
// and a card is authenticated in the window over the page. That one is not in the frame, because the frame is as high as the page of
// the session: a window in its middle could be far from what the buyer sees.
// Deliberately absent: what the page shows, paying, and the outcome beyond that it is complete. The frame has all of it.

import { pathOf, secretOf, sessionId } from './checkout';
import type { Client } from './client';
import { accompany, isPage } from './dialog';
import { allow, frameOf, placeOf, SILENT, style, type Frame } from './frame';

/** As high as an ordinary order on a wide page, so that little moves when the frame says how high it is. */
const HEIGHT = '720px';

interface Page {
  readonly client: Client;
  readonly options: any;
  secret: string;
  frame: Frame | null;
  /** Ends the window in which a bank asks who pays; null while there is none. */
  bank: AbortController | null;
  isComplete: boolean;
}

/** The one that there is. */
let current: Page | null = null;

function check(page: Page): void {
  if (current !== page) throw new Error('This Embedded Checkout instance has been destroyed. Please create a new one.');
}

/** Whether it is in the page. A page may have thrown its frame away. */
const isMounted = (page: Page | null): boolean => Boolean(page?.frame?.element.isConnected);

function mount(page: Page, target: string | HTMLElement): void {
  check(page);
  if (isMounted(page)) throw new Error('This Embedded Checkout is mounted already. Unmount it first.');
  const { secret, client } = page;
  const place = placeOf(target);
  unmount(page);
  const frame = frameOf(`/c/embedded/${sessionId(secret)}`, { secret, pk: client.key }, 'Secure payment page');
  page.frame = frame;
  allow(frame.element, 'clipboard-write');
  style(frame.element, { height: HEIGHT });
  frame.heard = (t, p) => heard(page, frame, t, p);
  // The words of the server stand in the frame; these are for whoever builds the shop.
  frame.silent = () => console.error(SILENT.error.message);
  place.replaceChildren(frame.element);
}

function heard(page: Page, frame: Frame, t: string, p: any): void {
  const url = p?.url;
  if (t === 'height') frame.fit(p);
  // A dialog of the shop around the frame hears the key as if it had been pressed in the page.
  else if (t === 'escape') frame.element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }));
  else if (t === 'navigate' && isPage(url)) location.assign(url);
  else if (t === 'authenticate' && isPage(url)) void authenticate(page, frame, url);
  else if (t === 'complete' && !page.isComplete) {
    page.isComplete = true;
    page.options.onComplete?.();
  }
}

async function authenticate(page: Page, frame: Frame, url: string): Promise<void> {
  if (page.bank) return;
  const bank = (page.bank = new AbortController());
  const look = () => page.client.controller.ask('api', { method: 'GET', path: pathOf(page.secret, 'state') });
  const isOpen = (state: any) => Boolean(state.payment?.action);
  try {
    await accompany({ url, title: 'Authentication', channel: frame.channel, look, isOpen, signal: bank.signal });
  } finally {
    if (page.bank === bank) page.bank = null;
  }
  if (page.frame === frame) frame.send('resume');
}

function unmount(page: Page): void {
  check(page);
  // With its frame goes the window over the page.
  page.bank?.abort();
  page.frame?.remove();
  page.bank = page.frame = null;
}

function destroy(page: Page): void {
  unmount(page);
  current = null;
}

/**
 * Makes the page of a session, to be mounted. There is one at a time. One that is in no page gives way to the next: the React wrapper
 * forgets what it began and threw away before it was there.
 */
export async function embed(client: Client, options: any): Promise<object> {
  if (isMounted(current)) throw new Error('You cannot have multiple Embedded Checkout objects. Destroy the first one.');
  if (current) destroy(current);
  const page: Page = (current = { client, options: options ?? {}, secret: '', frame: null, bank: null, isComplete: false });
  try {
    page.secret = await secretOf(page.options);
    sessionId(page.secret, true);
  } catch (error) {
    if (current === page) current = null;
    throw error;
  }
  return { mount: (target: string | HTMLElement) => mount(page, target), unmount: () => unmount(page), destroy: () => destroy(page) };
}
