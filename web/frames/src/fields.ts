// The inputs of a card together: brand, faults in their order, moving on and moving back, and what is told about all of it.
// Deliberately absent: messages. The frame that holds the form passes on what it is told here.

import { brandOf, isFull, networksOf, type Brand } from '@florin/pay-core/card';
import { parseExpiry } from '@florin/pay-core/expiry';
import { faultKey } from '@florin/pay-core/faults';
import type { Translator } from '@florin/pay-core/i18n';
import { h } from './dom';
import type { Part } from './faults';
import { CardInput, type InputLook } from './input';
import { NetworkChoice } from './network';

/** What a shop is told about a failure. */
export interface ValidationError {
  type: 'validation_error';
  code: string;
  message: string;
}

export interface State {
  empty: boolean;
  complete: boolean;
  brand: Brand['name'];
  error?: ValidationError;
}

/** Card data on its way to the controller, and to nobody else. */
export interface CardPart {
  number?: string;
  exp_month?: string;
  exp_year?: string;
  cvc?: string;
  networks?: { preferred: string };
}

/** What was typed and pressed, for fields that are built anew in another language or beside other methods. */
export interface KeptCard {
  texts: readonly string[];
  network: string | null;
}

export interface Listener {
  changed(state: State): void;
  focused(isFocused: boolean): void;
  pressed(key: 'enter' | 'escape'): void;
  /** Past the last or before the first input. */
  left(direction: 'advance' | 'retreat'): void;
  /** The networks that the card can go over. None of them is chosen unless the buyer does. */
  networks(names: string[]): void;
}

export class CardFields {
  readonly element: HTMLDivElement;
  readonly inputs: readonly CardInput[];
  private brand: Brand = brandOf('');
  private isFocused = false;
  private readonly choice: NetworkChoice;

  constructor(parts: readonly Part[], look: (part: Part) => InputLook, private readonly words: Translator, private readonly on: Listener) {
    this.inputs = parts.map((part) => new CardInput(part, look(part), words));
    this.element = h('div', { class: 'Grid', role: 'group', 'aria-label': words.t('card.details') }, ...this.inputs.map((one) => one.field));
    this.inputs.forEach((one, at) => this.listen(one, at));
    this.choice = new NetworkChoice(words.t('card.network'), (names) => on.networks(names));
    const number = this.inputs.find((one) => one.part === 'number');
    // A line as high as its text has no room for buttons. There the page hears of the networks, and offers the choice itself.
    if (number && look('number').isOpen) number.attach(this.choice.element);
  }

  private listen(one: CardInput, at: number): void {
    one.input.addEventListener('input', (event) => {
      const deleting = event instanceof InputEvent && event.inputType.startsWith('delete');
      this.typed(one, at, deleting);
    });
    one.input.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.on.pressed('enter');
      else if (event.key === 'Escape') this.on.pressed('escape');
      else if (event.key === 'Backspace' && one.isEmpty) {
        event.preventDefault();
        this.go(at - 1, 'retreat');
      }
    });
    one.input.addEventListener('focus', () => {
      one.markState();
      if (!this.isFocused) this.on.focused(true);
      this.isFocused = true;
    });
    one.input.addEventListener('blur', (event) => {
      one.leave();
      this.refresh();
      // From one input of the same element to the other the element keeps its focus.
      if (this.inputs.some((other) => other.input === event.relatedTarget)) return;
      this.isFocused = false;
      this.on.focused(false);
    });
  }

  private typed(one: CardInput, at: number, deleting: boolean): void {
    const isAtEnd = one.reformat(deleting);
    if (one.part === 'number') this.setBrand(brandOf(one.text));
    this.refresh();
    const isDone = one.part === 'number' ? isFull(one.text) : one.part === 'expiry' && one.isComplete;
    if (isDone && isAtEnd && !deleting && document.activeElement === one.input) this.go(at + 1, 'advance');
  }

  private go(at: number, direction: 'advance' | 'retreat'): void {
    const next = this.inputs[at];
    if (next) next.input.focus();
    else this.on.left(direction);
  }

  /** Also told from outside, when the number is typed in another frame. */
  setBrand(brand: Brand): void {
    this.brand = brand;
    for (const one of this.inputs) one.setBrand(brand.name, brand.title);
  }

  private refresh(): void {
    const number = this.inputs.find((one) => one.part === 'number');
    if (number) this.choice.show(networksOf(number.text));
    for (const one of this.inputs) one.check();
    this.on.changed(this.state());
  }

  state(): State {
    const wrong = this.inputs.find((one) => one.fault !== '');
    const fault = wrong?.fault;
    const error: ValidationError | undefined = fault
      ? { type: 'validation_error', code: fault, message: this.words.t(faultKey(fault)) }
      : undefined;
    return {
      empty: this.inputs.every((one) => one.isEmpty),
      complete: this.inputs.every((one) => one.isComplete),
      brand: this.brand.name,
      error,
    };
  }

  /** An attempt to pay: shows everything that is wrong and goes to the first of it. */
  submit(canFocus = true): State {
    for (const one of this.inputs) one.check(true);
    const state = this.state();
    this.on.changed(state);
    if (canFocus) this.inputs.find((one) => one.fault !== '')?.input.focus();
    return state;
  }

  data(): CardPart {
    const data: CardPart = {};
    for (const one of this.inputs) {
      if (one.part === 'number') data.number = one.text.replace(/ /g, '');
      if (one.part === 'cvc') data.cvc = one.text;
      const expiry = one.part === 'expiry' && parseExpiry(one.text);
      if (expiry) Object.assign(data, { exp_month: String(expiry.month), exp_year: String(expiry.year) });
    }
    if (this.choice.preferred) data.networks = { preferred: this.choice.preferred };
    return data;
  }

  kept(): KeptCard {
    return { texts: this.inputs.map((one) => one.text), network: this.choice.preferred };
  }

  restore({ texts, network }: KeptCard): void {
    this.inputs.forEach((one, at) => (one.input.value = texts[at] ?? ''));
    const number = this.inputs.find((one) => one.part === 'number');
    if (number) this.setBrand(brandOf(number.text));
    this.refresh();
    this.choice.restore(network);
  }

  focus(): void {
    const first = this.inputs.find((one) => !one.isComplete) ?? this.inputs[0];
    first?.input.focus();
  }

  clear(parts?: readonly Part[]): void {
    for (const one of this.inputs) if (!parts || parts.includes(one.part)) one.clear();
    if (!parts) this.setBrand(brandOf(''));
    this.refresh();
  }

  setDisabled(isDisabled: boolean): void {
    for (const one of this.inputs) one.input.disabled = isDisabled;
    this.choice.setDisabled(isDisabled);
  }
}
