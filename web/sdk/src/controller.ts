// The page's end of the controller frame: one for each client, invisible, made when it is first needed and again if it was
// removed or did not start.
// Deliberately absent: card data, which goes from frame to frame.

import { randomId, type Call } from '@florin/pay-core/protocol';
import { Frame, style } from './frame';

const UNSEEN = {
  position: 'absolute', width: '1px', height: '1px', 'min-width': '0', opacity: '0', 'pointer-events': 'none', inset: '0 auto auto 0',
};

export class Controller {
  /** Field frames find the controller under this name. */
  readonly name = `__florin_controller_${randomId().slice(0, 12)}`;
  private frame: Frame | null = null;
  private ready: Promise<void> = Promise.resolve();
  private readonly groups = new Set<string>();

  constructor(private readonly key: string, private readonly account?: string) {
    if (document.body) this.living();
    else document.addEventListener('DOMContentLoaded', () => this.living(), { once: true });
  }

  /** The frame; a new one where a page threw the old one away, or where it never started. */
  private living(): Frame {
    if (this.frame?.element.isConnected && !this.frame.isSilent) return this.frame;
    this.frame?.remove();
    const frame = new Frame('/v3/frames/controller', { pk: this.key }, 'Payment controller', this.name);
    this.frame = frame;
    this.ready = new Promise((resolve) => {
      frame.hello = () => {
        for (const group of this.groups) frame.send('group', { group });
        resolve();
      };
      frame.silent = resolve;
    });
    style(frame.element, UNSEEN);
    frame.element.setAttribute('aria-hidden', 'true');
    frame.element.tabIndex = -1;
    (document.body ?? document.documentElement).append(frame.element);
    return frame;
  }

  /** Lets the fields of a group hand cards over. */
  join(group: string): void {
    this.groups.add(group);
    this.frame?.send('group', { group });
  }

  /** Resolves when the controller listens. */
  async listening(): Promise<void> {
    this.living();
    await this.ready;
  }

  ask(t: 'api' | 'confirm' | 'create', call: Call): Promise<any> {
    return this.living().ask(t, { ...call, account: this.account });
  }
}
