// The payment element: the methods of a payment, a form for a new card, the cards that the buyer saved.
// Deliberately absent: paying. The page asks for what was entered, and confirms.

import { noteOf, savedExpiry, savedText, type MethodEntry, type SavedMethod } from '@florin/pay-core/methods';
import type { Translator } from '@florin/pay-core/i18n';
import { Chooser, methodIcon } from './chooser';
import { h, mark } from './dom';
import { CardFields, type Listener, type ValidationError } from './fields';
import { brandIcon, isMark } from './icons';
import { layoutOf, ordered, type PaymentOptions, type Session } from './session';

export interface PaymentState {
  empty: boolean;
  complete: boolean;
  collapsed: boolean;
  value: { type: string; payment_method?: { id: string; type: string } };
  error?: ValidationError;
}

/** What confirms with: a new card, a saved method, or a type that needs nothing but the buyer's approval elsewhere. */
export type Chosen = { card: true } | { saved: string } | { type: string };

export class PaymentView {
  readonly element: HTMLDivElement;
  readonly card: CardFields;
  private readonly methods: MethodEntry[];
  private readonly chooser: Chooser | null;
  private readonly cardPanel: HTMLDivElement;
  private selected: string;
  private saved: SavedMethod | null;

  constructor(
    session: Session, options: PaymentOptions, private readonly words: Translator,
    private readonly changed: (state: PaymentState) => void, listener: Omit<Listener, 'changed'>,
  ) {
    this.methods = ordered(session.methods, options.paymentMethodOrder);
    this.selected = this.methods[0]?.type ?? 'card';
    const savedCards = (session.saved_methods ?? []).filter((method) => method.type === 'card');
    this.saved = savedCards[0] ?? null;
    this.card = new CardFields(['number', 'expiry', 'cvc'], () => ({ isOpen: true, hasIcon: true }), words, {
      ...listener, changed: () => this.tell(),
    });
    this.card.setDisabled(options.readOnly === true);
    this.cardPanel = h('div', {}, savedCards.length > 0 && this.picker(savedCards), this.card.element);
    this.card.element.hidden = this.saved !== null;
    this.chooser = this.methods.length > 1
      ? new Chooser(this.methods, layoutOf(options, this.methods.length), words, (type) => this.select(type))
      : null;
    this.element = h('div', {}, this.chooser?.element ?? this.panelOf(this.selected));
    this.chooser?.show(this.selected, this.panelOf(this.selected));
  }

  private panelOf(type: string): HTMLElement {
    const flow = this.methods.find((method) => method.type === type)?.flow ?? 'card';
    if (flow === 'card') return this.cardPanel;
    return h('div', { class: 'Block' }, methodIcon(type), h('p', { class: 'RedirectText' }, noteOf(type, flow, this.words)));
  }

  private picker(cards: readonly SavedMethod[]): HTMLFieldSetElement {
    const rows = [...cards.map((card) => this.row(card)), this.row(null)];
    return h('fieldset', { class: 'Picker' }, h('legend', { class: 'Hidden' }, this.words.t('method.title')), ...rows);
  }

  private row(card: SavedMethod | null): HTMLLabelElement {
    const input = h('input', { type: 'radio', name: 'saved', value: card?.id ?? '', checked: card === this.saved });
    const { brand = null } = card ?? {};
    const text = card ? savedText(card, this.words) : this.words.t('card.details');
    const icon = brandIcon(isMark(brand) ? brand : 'unknown', text);
    icon.classList.add('Icon');
    icon.setAttribute('aria-hidden', 'true');
    const date = card && savedExpiry(card, this.words);
    const row = h('label', { class: 'PickerItem' }, input, icon, h('span', {}, text), date && h('small', {}, date));
    mark(row, 'PickerItem', { selected: card === this.saved, new: card === null });
    input.addEventListener('change', () => this.pick(card, row));
    return row;
  }

  private pick(card: SavedMethod | null, row: HTMLElement): void {
    this.saved = card;
    for (const other of this.cardPanel.querySelectorAll('.PickerItem')) mark(other, 'PickerItem', { selected: other === row });
    this.card.element.hidden = card !== null;
    this.tell();
  }

  private select(type: string): void {
    if (type === this.selected) return;
    this.selected = type;
    this.chooser?.show(type, this.panelOf(type));
    this.tell();
  }

  private isCard(): boolean {
    return (this.methods.find((method) => method.type === this.selected)?.flow ?? 'card') === 'card';
  }

  private needsFields(): boolean {
    return this.isCard() && this.saved === null;
  }

  tell(): void {
    this.changed(this.state());
  }

  state(): PaymentState {
    const card = this.card.state();
    const needsFields = this.needsFields();
    const value: PaymentState['value'] = { type: this.selected };
    if (this.isCard() && this.saved) value.payment_method = { id: this.saved.id, type: this.saved.type };
    return {
      empty: needsFields && card.empty, complete: !needsFields || card.complete, collapsed: false, value,
      error: needsFields ? card.error : undefined,
    };
  }

  submit(): PaymentState {
    if (this.needsFields()) this.card.submit();
    return this.state();
  }

  chosen(): Chosen {
    if (!this.isCard()) return { type: this.selected };
    return this.saved ? { saved: this.saved.id } : { card: true };
  }
}
