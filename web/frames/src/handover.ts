// How card data gets from a field frame to the controller frame: straight, within Florin's origin, past the page that holds both.
// Deliberately absent: any other receiver. The browser itself refuses to deliver to a window of another origin.

import { message, received } from '@florin/pay-core/protocol';
import type { CardPart } from './fields';

/** How long the controller may take to say that it has the card. */
const ACKNOWLEDGED_MS = 8_000;

/** Hands a card over under a handle. True when the controller said that it holds it. */
export function handOver(to: { controller?: string; group?: string }, handle: string, card: CardPart): Promise<boolean> {
  const { controller, group } = to;
  const target = controller ? (parent.frames as unknown as Record<string, Window | undefined>)[controller] : undefined;
  if (!target || !group) return Promise.resolve(false);
  return new Promise((resolve) => {
    const end = (isHeld: boolean) => {
      removeEventListener('message', take);
      clearTimeout(timer);
      resolve(isHeld);
    };
    const take = (event: MessageEvent) => {
      const taken = received(event, { origin: location.origin, source: target, ch: group });
      if (taken?.t === 'held' && taken.p?.handle === handle) end(taken.p.ok === true);
    };
    const timer = setTimeout(() => end(false), ACKNOWLEDGED_MS);
    addEventListener('message', take);
    target.postMessage(message(group, 'hold', { handle, card }), location.origin);
  });
}
