// The payment element: the methods of a payment, a form for a new card, the cards that the buyer saved.
// Deliberately absent: paying. The page asks for what was entered, and confirms.

import { noteOf, type MethodEntry, type SavedMethod } from '@florin/pay-core/methods';
import type { Translator } from '@florin/pay-core/i18n';
import { Chooser, methodIcon } from './chooser';
import { h } from './dom';
import { CardFields, type KeptCard, type Listener, type ValidationError } from './fields';
import { Picker } from './picker';
import { keepOf, layoutOf, ordered, type Keep, type PaymentOptions, type Session } from './session';

export interface PaymentState {
  empty: boolean;
  complete: boolean;
  collapsed: boolean;
  value: { type: string; payment_method?: { id: string; type: string } };
  error?: ValidationError;
}

/** What confirms with: a new card, a saved method, or a type that needs nothing but the buyer's approval elsewhere. */
export type Chosen = { card: true; keep?: Keep } | { saved: string } | { type: string };

/** What the buyer did so far, for a view that is built anew. */
export interface Kept {
  card: KeptCard;
  selected: string;
  /** The saved card, null for a new one, undefined where there was no choice. */
  saved?: string | null;
  isSaving: boolean;
}

/** What the view tells beside how it stands. */
export interface PaymentListener extends Omit<Listener, 'changed'> {
  changed(state: PaymentState): void;
  /** The buyer wants a saved method to be forgotten. */
  remove(id: string): void;
}

export class PaymentView {
  readonly element: HTMLDivElement;
  readonly card: CardFields;
  private readonly methods: MethodEntry[];
  private readonly chooser: Chooser | null;
  private readonly cardPanel: HTMLDivElement;
  private readonly picker: Picker | null;
  /** What is asked for with a new card. */
  private readonly fresh: HTMLDivElement;
  private readonly save: HTMLInputElement | null;
  private selected: string;

  constructor(
    private readonly session: Session, options: PaymentOptions, private readonly words: Translator,
    private readonly listener: PaymentListener,
  ) {
    this.methods = ordered(session.methods, options.paymentMethodOrder);
    this.selected = this.methods[0]?.type ?? 'card';
    const savedCards = (session.saved_methods ?? []).filter((method) => method.type === 'card');
    this.card = new CardFields(['number', 'expiry', 'cvc'], () => ({ isOpen: true, hasIcon: true }), words, {
      ...listener, changed: () => this.tell(),
    });
    this.picker = savedCards.length > 0 ? this.pickerOf(savedCards) : null;
    this.save = session.customer_session?.save ? h('input', { type: 'checkbox', id: 'save', class: 'CheckboxInput' }) : null;
    this.fresh = h('div', {}, this.card.element, this.save && this.consent(this.save));
    this.fresh.hidden = this.saved !== null;
    this.cardPanel = h('div', {}, this.picker?.element, this.fresh);
    this.chooser = this.methods.length > 1
      ? new Chooser(this.methods, layoutOf(options, this.methods.length), words, (type) => this.select(type))
      : null;
    this.element = h('div', {}, this.chooser?.element ?? this.panelOf(this.selected));
    this.chooser?.show(this.selected, this.panelOf(this.selected));
    this.setDisabled(options.readOnly === true);
  }

  private panelOf(type: string): HTMLElement {
    const flow = this.methods.find((method) => method.type === type)?.flow ?? 'card';
    if (flow === 'card') return this.cardPanel;
    return h('div', { class: 'Block' }, methodIcon(type), h('p', { class: 'RedirectText' }, noteOf(type, flow, this.words)));
  }

  private pickerOf(cards: readonly SavedMethod[]): Picker {
    return new Picker(cards, this.session.customer_session?.remove === true, this.words, {
      picked: () => this.picked(), remove: (id) => this.listener.remove(id),
    });
  }

  /** The buyer's own wish to have the card saved, which nothing makes for them. */
  private consent(box: HTMLInputElement): HTMLElement {
    const { t } = this.words;
    const merchant = this.session.merchant?.name;
    const note = merchant && h('small', { id: 'save-note' }, t('save.note', { merchant }));
    if (note) box.setAttribute('aria-describedby', note.id);
    return h('div', { class: 'Checkbox' }, box, h('div', {}, h('label', { class: 'CheckboxLabel', for: box.id }, t('save.label')), note));
  }

  private get saved(): SavedMethod | null {
    return this.picker?.chosen ?? null;
  }

  private picked(): void {
    this.fresh.hidden = this.saved !== null;
    this.tell();
  }

  /** What came of the wish to have a saved method forgotten. */
  removed(id: string, isGone: boolean): void {
    if (this.picker?.removed(id, isGone) && this.picker.element.hidden) this.card.focus();
  }

  /** Nothing can be typed, ticked, or chosen. */
  setDisabled(isDisabled: boolean): void {
    this.card.setDisabled(isDisabled);
    this.chooser?.setDisabled(isDisabled);
    for (const one of [this.picker?.element, this.save]) if (one) one.disabled = isDisabled;
  }

  private get isSaving(): boolean {
    return this.save?.checked === true;
  }

  kept(): Kept {
    const { selected, isSaving } = this;
    return { card: this.card.kept(), selected, saved: this.picker ? (this.saved?.id ?? null) : undefined, isSaving };
  }

  /** Goes on where another view was, as far as that is still offered, and tells how it stands then. */
  restore({ card, selected, saved, isSaving }: Kept): void {
    if (this.methods.some(({ type }) => type === selected)) {
      this.selected = selected;
      this.chooser?.show(selected, this.panelOf(selected));
    }
    if (saved !== undefined) this.picker?.choose(saved);
    this.fresh.hidden = this.saved !== null;
    if (this.save) this.save.checked = isSaving;
    this.card.restore(card);
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
    this.listener.changed(this.state());
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
    if (this.saved) return { saved: this.saved.id };
    return this.isSaving ? { card: true, keep: keepOf(this.session) } : { card: true };
  }
}
