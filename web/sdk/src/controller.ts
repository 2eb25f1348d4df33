// The page's end of the controller frame: one for each client, invisible, made when it is first needed and again if it was
// removed or did not start.
// Deliberately absent: card data, which goes from frame to frame.

import { randomId, type Call } from '@florin/pay-core/protocol';
import { frameOf, style, type Frame } from './frame';

const UNSEEN = {
  position: 'absolute', width: '1px', height: '1px', 'min-width': '0', opacity: '0', 'pointer-events': 'none', inset: '0 auto auto 0',
};

export interface Controller {
  /** Field frames find the controller under this name. */
  readonly name: string;
  /** Lets the fields of a group hand cards over. */
  join(group: string): void;
  /** Resolves when the controller listens. */
  listening(): Promise<void>;
  ask(t: 'api' | 'confirm' | 'create', call: Call): Promise<any>;
}

export function controllerOf(key: string, account?: string): Controller {
  const name = `__florin_controller_${randomId().slice(0, 12)}`;
  const groups = new Set<string>();
  let frame: Frame | null = null;
  let ready: Promise<void>;

  /** The frame; a new one where a page threw the old one away, or where it never started. */
  const living = (): Frame => {
    if (frame?.element.isConnected && !frame.isSilent) return frame;
    frame?.remove();
    const made = (frame = frameOf('/v3/frames/controller', { pk: key }, 'Payment controller', name));
    ready = new Promise((resolve) => {
      made.hello = () => {
        for (const group of groups) made.send('group', { group });
        resolve();
      };
      made.silent = resolve;
    });
    style(made.element, UNSEEN);
    made.element.setAttribute('aria-hidden', 'true');
    made.element.tabIndex = -1;
    (document.body ?? document.documentElement).append(made.element);
    return made;
  };

  if (document.body) living();
  else document.addEventListener('DOMContentLoaded', living, { once: true });
  return {
    name,
    join(group) {
      groups.add(group);
      frame?.send('group', { group });
    },
    async listening() {
      living();
      await ready;
    },
    ask: (t, call) => living().ask(t, { ...call, account }),
  };
}
