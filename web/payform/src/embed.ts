// The page inside of a shop's page: what it says to the script that holds its frame, and what that script says to it.
//
// The frame never leaves this page: what it held was the shop's checkout, and a shop inside of itself would be no way out. So the script
// is asked to go, with the whole page; or, for a card, to open the window in which its bank asks who pays. Banks let that be framed, and
// a session that never redirects has no address to come back to. Deliberately absent: how all of that is done, which is the script's.

import { isChannel, message, originOf, received, type Up } from '@florin/pay-core/protocol';

import { hasFailed, type State } from './state';

export interface Host {
  /** What the server is told with a payment, so that a bank leads back to a page that tells the window that it was reached. */
  returnQuery: string;
  leave(url: string, state: State): void;
  /** The session has changed. */
  changed(state: State): void;
}

type Embedding = NonNullable<State['embedded']>;

/** Whether the page stays when all is done. The shop is told, and may show something else. */
export function isStaying({ redirect, return_to: returnTo, payment, methods }: State): boolean {
  if (!returnTo || redirect === 'never') return true;
  return redirect === 'if_required' && methods.find(({ type }) => type === payment?.method)?.flow !== 'redirect';
}

/** Whether the address is that of the bank of a card. */
function isBank(url: string, { payment }: State): boolean {
  return payment?.action?.kind === 'redirect' && payment.action.url === url && (payment.method ?? 'card') === 'card';
}

/** The frame becomes as high as the page, and what leads elsewhere leads the whole page there. */
function settle(root: HTMLElement, up: (t: Up, p?: unknown) => void) {
  document.documentElement.classList.add('is-embedded');
  const base = document.createElement('base');
  base.target = '_top';
  document.head.append(base);
  new ResizeObserver(() => up('height', Math.ceil(root.getBoundingClientRect().height))).observe(root);
}

/** Speaks with the script around the frame; null where nobody is around who may be spoken with. `resume` is called after a window. */
export function openHost({ origin, channel }: Embedding, first: State, root: HTMLElement, resume: () => void): Host | null {
  if (originOf(origin) === null || !isChannel(channel) || parent === window) return null;
  const up = (t: Up, p?: unknown) => parent.postMessage(message(channel, t, p), origin);
  addEventListener('message', (event) => {
    if (received(event, { origin, source: parent, ch: channel })?.t === 'resume') resume();
  });
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.defaultPrevented) up('escape');
  });
  up('hello');
  settle(root, up);
  let wasOpen = first.status === 'open';
  return {
    returnQuery: `?${new URLSearchParams({ origin, ch: channel })}`,
    leave: (url, state) => up(isBank(url, state) ? 'authenticate' : 'navigate', { url }),
    changed: (state) => {
      // The shop may not put something else in place of instructions that are to be read, or of the words that the money did not come.
      if (!wasOpen || state.status !== 'complete' || state.payment?.action || hasFailed(state)) return;
      wasOpen = false;
      if (isStaying(state)) up('complete');
    },
  };
}
