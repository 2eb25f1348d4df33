// The choice between the two networks of a co-branded card, which is the buyer's by law in Europe.
// Deliberately absent: a choice that was not made. Without one nothing is sent, and the shop's side decides.

import { brandName } from '@florin/pay-core/methods';
import { h, mark } from './dom';
import { brandIcon, type MarkName } from './icons';

export class NetworkChoice {
  readonly element: HTMLDivElement;
  private shown = '';
  private chosen: string | null = null;
  private isDisabled = false;

  /** `told` hears which networks there are, whenever that changes. */
  constructor(label: string, private readonly told: (networks: string[]) => void) {
    this.element = h('div', { 'class': 'Networks', 'role': 'group', 'aria-label': label, 'hidden': true });
  }

  /** The network that the buyer pressed. */
  get preferred(): string | null {
    return this.chosen;
  }

  show(networks: readonly MarkName[]): void {
    const now = networks.join();
    if (now === this.shown) return;
    const wasShown = this.shown !== '';
    this.shown = now;
    this.element.hidden = networks.length < 2;
    this.element.replaceChildren(...networks.map((network) => this.button(network)));
    this.press(null);
    if (networks.length > 0 || wasShown) this.told([...networks]);
  }

  /** What was pressed before, where it is still offered. */
  restore(network: string | null): void {
    if (network && this.shown.split(',').includes(network)) this.press(network);
  }

  setDisabled(isDisabled: boolean): void {
    this.isDisabled = isDisabled;
    for (const button of this.element.querySelectorAll<HTMLButtonElement>('.Network')) button.disabled = isDisabled;
  }

  private button(network: MarkName): HTMLButtonElement {
    const icon = brandIcon(network, '');
    icon.setAttribute('aria-hidden', 'true');
    const button = h('button', { type: 'button', class: 'Network', 'aria-label': brandName(network), 'data-network': network }, icon);
    button.disabled = this.isDisabled;
    button.addEventListener('click', () => this.press(network));
    return button;
  }

  private press(network: string | null): void {
    this.chosen = network;
    for (const button of this.element.querySelectorAll<HTMLElement>('.Network')) {
      const selected = button.dataset.network === network;
      button.setAttribute('aria-pressed', String(selected));
      mark(button, 'Network', { selected });
    }
  }
}
