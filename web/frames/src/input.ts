// One input of a card: its element, how it formats what is typed, and the error that stands beside it.
// Deliberately absent: the other inputs. What happens between them is the form's (fields.ts).

import { cvcLengths, digitsOf, format, formatCvc, type BrandName, type Edited } from '@florin/pay-core/card';
import { formatExpiry } from '@florin/pay-core/expiry';
import { faultKey, type Fault } from '@florin/pay-core/faults';
import type { Translator } from '@florin/pay-core/i18n';
import { h, mark } from './dom';
import { faultOf, type Part } from './faults';
import { brandIcon, cvcIcon, warningIcon } from './icons';

const AUTOCOMPLETE = { number: 'cc-number', expiry: 'cc-exp', cvc: 'cc-csc' } as const;
const NUMBER_HINT = '1234 1234 1234 1234';
const FAMILIAR = ['visa', 'mastercard', 'amex'] as const;
const LENGTH_MAX = { number: 26, expiry: 9, cvc: 4 } as const;

export interface InputLook {
  /** Whether label and error can be seen, or only heard. */
  isOpen: boolean;
  hasIcon: boolean;
  placeholder?: string;
}

export class CardInput {
  readonly input: HTMLInputElement;
  readonly field: HTMLDivElement;
  /** Left with something in it that is not whole: only then its incompleteness is an error. */
  private isLeft = false;
  private brand: BrandName = 'unknown';
  private readonly label: HTMLLabelElement;
  private readonly error: HTMLParagraphElement;
  private readonly box: HTMLDivElement;
  private shown: Fault | '' = '';

  constructor(readonly part: Part, private readonly look: InputLook, private readonly words: Translator) {
    const { isOpen } = look;
    const name = AUTOCOMPLETE[part];
    this.input = h('input', {
      class: 'Input Input--empty', id: part, name, autocomplete: name, type: 'text', inputmode: 'numeric', dir: 'ltr', spellcheck: 'false',
      autocorrect: 'off', autocapitalize: 'off', enterkeyhint: part === 'cvc' ? 'done' : 'next', 'aria-invalid': 'false', 'aria-required': 'true',
      maxlength: LENGTH_MAX[part], placeholder: look.placeholder ?? this.hint(),
    });
    this.label = h('label', { class: isOpen ? 'Label Label--resting' : 'Hidden', for: part }, words.t(`card.${part}`));
    this.error = h('p', { class: isOpen ? 'Error' : 'Hidden', id: `${part}-error`, role: 'alert' });
    this.box = h('div', { class: 'Box' }, this.input);
    this.field = h('div', { class: `Field Field--${part}` }, this.label, this.box, this.error);
    this.drawIcon();
    this.markState();
  }

  get text(): string {
    return this.input.value;
  }

  get fault(): Fault | '' {
    return this.shown;
  }

  /** Whether it holds all that belongs into it. */
  get isComplete(): boolean {
    return faultOf(this.part, this.text, this.brand, true) === '';
  }

  get isEmpty(): boolean {
    return this.text === '';
  }

  private hint(): string {
    if (this.part === 'number') return this.look.isOpen ? NUMBER_HINT : this.words.t('card.number');
    return this.words.t(this.part === 'expiry' ? 'card.expiry_hint' : 'card.cvc_hint');
  }

  /** Formats what stands there now. Tells whether the caret is at its end. */
  reformat(deleting: boolean): boolean {
    const { value } = this.input;
    const caret = this.input.selectionStart ?? value.length;
    const edited = this.edited(value, caret, deleting);
    if (edited.text !== value) {
      this.input.value = edited.text;
      if (document.activeElement === this.input) this.input.setSelectionRange(edited.caret, edited.caret);
    }
    this.isLeft = false;
    return edited.caret === edited.text.length;
  }

  private edited(text: string, caret: number, deleting: boolean): Edited {
    if (this.part === 'number') return format(text, caret);
    if (this.part === 'expiry') return formatExpiry(text, caret, deleting);
    return formatCvc(text, this.brand, caret);
  }

  /** The brands stand there only while nothing else does. */
  private refreshIcon(): void {
    if (this.part !== 'number' || !this.look.isOpen || this.brand !== 'unknown') return;
    const isRow = this.box.querySelector('.Icon--row') !== null;
    if (isRow !== this.isEmpty) this.drawIcon();
  }

  /** The buyer went on. An empty field is not blamed. */
  leave(): void {
    if (!this.isEmpty) this.isLeft = true;
    // In a narrow line the last four digits say more than the first. Browsers scroll back after this event, so it waits for them.
    if (this.look.isOpen || this.part !== 'number') return;
    requestAnimationFrame(() => {
      if (document.activeElement !== this.input) this.input.scrollLeft = this.input.scrollWidth;
    });
  }

  /** The brand that decides about icon and length of the code. */
  setBrand(brand: BrandName, title: string): void {
    if (brand === this.brand) return;
    this.brand = brand;
    if (this.part === 'cvc') {
      const [least, most] = cvcLengths(brand);
      const digits = digitsOf(this.text);
      if (digits.length > most) this.input.value = digits.slice(0, most);
      this.input.title = this.look.isOpen && least === most ? this.words.t(most === 4 ? 'card.cvc_front' : 'card.cvc_back') : '';
    }
    this.drawIcon(title);
  }

  /** Puts something into the box, beside the input. */
  attach(node: Node): void {
    this.input.after(node);
  }

  private drawIcon(title = ''): void {
    if (!this.look.hasIcon || this.part === 'expiry') return;
    const icon = this.part === 'number' ? this.numberIcon(title) : cvcIcon(this.brand === 'amex' ? 4 : 3);
    icon.classList.add('Icon');
    mark(icon, 'Icon', { invalid: this.shown !== '' });
    this.box.querySelector('.Icon')?.remove();
    this.box.append(icon);
  }

  /** The brand; before the first digit a few that everybody knows, so that a card field looks like one. */
  private numberIcon(title: string): Element {
    if (!this.look.isOpen || this.brand !== 'unknown' || !this.isEmpty) return brandIcon(this.brand, title);
    const known = FAMILIAR.map((brand) => brandIcon(brand, ''));
    for (const icon of known) icon.setAttribute('aria-hidden', 'true');
    return h('span', { class: 'Icon--row', 'aria-hidden': 'true' }, ...known);
  }

  /** Looks for faults, shows or takes away the error. `final` is after an attempt to pay. */
  check(final = false): Fault | '' {
    if (final) this.isLeft = true;
    const fault = faultOf(this.part, this.text, this.brand, final || this.isLeft);
    if (fault !== this.shown) {
      this.shown = fault;
      const text = fault && this.words.t(faultKey(fault));
      this.error.replaceChildren(...(text ? [...(this.look.isOpen ? [warningIcon()] : []), h('span', {}, text)] : []));
      this.input.setAttribute('aria-invalid', String(fault !== ''));
      if (fault) this.input.setAttribute('aria-describedby', this.error.id);
      else this.input.removeAttribute('aria-describedby');
    }
    this.markState();
    return fault;
  }

  /** The classes that a shop's rules can name. */
  markState(): void {
    this.refreshIcon();
    const has = { invalid: this.shown !== '', empty: this.isEmpty };
    mark(this.input, 'Input', { ...has, complete: !this.isEmpty && this.isComplete });
    const icon = this.box.querySelector('.Icon');
    if (icon) mark(icon, 'Icon', has);
    if (!this.look.isOpen) return;
    const isUp = !this.isEmpty || document.activeElement === this.input;
    mark(this.label, 'Label', { ...has, floating: isUp, resting: !isUp, focused: document.activeElement === this.input });
  }

  clear(): void {
    this.input.value = '';
    this.isLeft = false;
    this.check();
  }
}
