// The choice between payment methods: tabs for a few, an accordion for many. Both are one list of buttons and one panel.
// Deliberately absent: what stands in the panel, which the payment element puts there.

import { methodOf, methodText, type MethodEntry } from '@florin/pay-core/methods';
import type { Translator } from '@florin/pay-core/i18n';
import { h, mark, svg } from './dom';
import type { LayoutName } from './session';

/** The drawing of a method, in the colour of the text. */
export function methodIcon(type: string): SVGSVGElement {
  const line = { class: 'TabIcon', fill: 'none', stroke: 'currentColor', 'stroke-width': 1.6, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' };
  return svg('0 0 24 24', methodOf(type).drawing, line);
}

function radioIcon(isOn: boolean): SVGSVGElement {
  const ring = ['circle', { cx: 9, cy: 9, r: 8, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.5 }] as const;
  const dot = ['circle', { cx: 9, cy: 9, r: 4.5, fill: 'currentColor' }] as const;
  return svg('0 0 18 18', isOn ? [ring, dot] : [ring], { class: 'RadioIcon' });
}

export class Chooser {
  readonly element: HTMLDivElement;
  private readonly buttons = new Map<string, HTMLButtonElement>();
  private readonly panel: HTMLDivElement;

  constructor(
    methods: readonly MethodEntry[], private readonly layout: LayoutName, words: Translator,
    private readonly choose: (type: string) => void,
  ) {
    const isTabs = layout === 'tabs';
    this.panel = h('div', { id: 'panel', role: isTabs ? 'tabpanel' : 'region', class: isTabs ? null : 'AccordionPanel' });
    const entries = methods.map(({ type }) => this.entry(type, methodText(type, words)));
    this.element = isTabs
      ? h('div', {}, h('div', { class: 'Tabs', role: 'tablist', 'aria-label': words.t('method.title') }, ...entries), this.panel)
      : h('div', { class: 'Accordion', role: 'group', 'aria-label': words.t('method.title') }, ...entries);
    this.element.addEventListener('keydown', (event) => this.moved(event));
  }

  private entry(type: string, name: string): HTMLElement {
    const button = h('button', { type: 'button', id: `method-${type}`, 'aria-controls': 'panel' });
    button.addEventListener('click', () => this.choose(type));
    this.buttons.set(type, button);
    if (this.layout === 'tabs') {
      button.className = 'Tab';
      button.setAttribute('role', 'tab');
      button.append(methodIcon(type), h('span', { class: 'TabLabel' }, name));
      return button;
    }
    button.className = 'AccordionButton';
    button.append(radioIcon(false), methodIcon(type), h('span', { class: 'TabLabel' }, name));
    return h('div', { class: 'AccordionItem' }, button);
  }

  /** Arrow keys move between the methods, as between the tabs or radio buttons that they look like. */
  private moved(event: KeyboardEvent): void {
    const all = [...this.buttons.values()];
    const at = all.findIndex((button) => button === event.target);
    const isRight = document.dir === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    const isLeft = document.dir === 'rtl' ? 'ArrowRight' : 'ArrowLeft';
    const step = event.key === isRight || event.key === 'ArrowDown' ? 1 : event.key === isLeft || event.key === 'ArrowUp' ? -1 : 0;
    if (at < 0 || step === 0) return;
    event.preventDefault();
    const next = all[(at + step + all.length) % all.length];
    next?.focus();
    next?.click();
  }

  setDisabled(isDisabled: boolean): void {
    for (const button of this.buttons.values()) button.disabled = isDisabled;
  }

  show(type: string, content: Node): void {
    this.panel.replaceChildren(content);
    this.panel.setAttribute('aria-labelledby', `method-${type}`);
    for (const [own, button] of this.buttons) {
      const selected = own === type;
      if (this.layout === 'tabs') {
        mark(button, 'Tab', { selected });
        button.setAttribute('aria-selected', String(selected));
        button.tabIndex = selected ? 0 : -1;
        continue;
      }
      const item = button.parentElement;
      if (item) mark(item, 'AccordionItem', { selected });
      button.setAttribute('aria-expanded', String(selected));
      button.querySelector('.RadioIcon')?.replaceWith(radioIcon(selected));
      if (selected) item?.append(this.panel);
    }
    for (const icon of this.element.querySelectorAll('.TabIcon, .TabLabel')) {
      const name = icon.classList.contains('TabIcon') ? 'TabIcon' : 'TabLabel';
      mark(icon, name, { selected: icon.closest(`#method-${CSS.escape(type)}`) !== null });
    }
  }
}
