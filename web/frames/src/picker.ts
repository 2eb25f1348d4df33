// The cards that the buyer saved, and a new one: which is paid with, and which is to be forgotten.
// Deliberately absent: forgetting. The page has the server do it and tells what came of it.

import { savedExpiry, savedText, type SavedMethod } from '@florin/pay-core/methods';
import type { Translator } from '@florin/pay-core/i18n';
import { h, mark, svg } from './dom';
import { brandIcon, isMark } from './icons';

export interface PickerListener {
  picked(): void;
  remove(id: string): void;
}

interface Row {
  card: SavedMethod | null;
  element: HTMLDivElement;
  label: HTMLLabelElement;
  input: HTMLInputElement;
}

const BIN = [['path', { d: 'M4 5.5h12M8 5.5v-2h4v2M5.5 5.5l.8 11h7.4l.8-11M8.4 8.5v5M11.6 8.5v5' }]] as const;

export class Picker {
  readonly element: HTMLFieldSetElement;
  private rows: Row[];

  constructor(
    cards: readonly SavedMethod[], private readonly canRemove: boolean, private readonly words: Translator, private readonly on: PickerListener,
  ) {
    this.rows = [...cards, null].map((card) => this.row(card));
    const legend = h('legend', { class: 'Hidden' }, words.t('method.title'));
    this.element = h('fieldset', { class: 'Picker' }, legend, ...this.rows.map((row) => row.element));
    this.show(this.rows[0]);
  }

  /** Null is a new card. */
  get chosen(): SavedMethod | null {
    return this.rows.find(({ input }) => input.checked)?.card ?? null;
  }

  /** Chooses the card with this id, or a new one for null, where that is offered. */
  choose(id: string | null): void {
    const row = this.rows.find(({ card }) => (card?.id ?? null) === id);
    if (row) this.show(row);
  }

  private row(card: SavedMethod | null): Row {
    const input = h('input', { type: 'radio', name: 'saved', value: card?.id ?? '' });
    const { brand = null } = card ?? {};
    const text = card ? savedText(card, this.words) : this.words.t('card.details');
    const icon = brandIcon(isMark(brand) ? brand : 'unknown', text);
    icon.classList.add('Icon');
    icon.setAttribute('aria-hidden', 'true');
    const date = card && savedExpiry(card, this.words);
    const label = h('label', { class: 'PickerItem' }, input, icon, h('span', {}, text), date && h('small', {}, date));
    const row: Row = { card, input, label, element: h('div', { class: 'PickerRow' }, label) };
    if (card && this.canRemove) {
      mark(label, 'PickerItem', { removable: true });
      row.element.append(this.remover(row, card));
    }
    input.addEventListener('change', () => {
      this.show(row);
      this.on.picked();
    });
    return row;
  }

  private show(chosen: Row | undefined): void {
    for (const { card, input, label } of this.rows) {
      input.checked = input === chosen?.input;
      mark(label, 'PickerItem', { selected: input.checked, new: card === null });
    }
  }

  private remover(row: Row, card: SavedMethod): HTMLButtonElement {
    const icon = svg('0 0 20 20', BIN, { fill: 'none', stroke: 'currentColor', 'stroke-width': 1.5, 'stroke-linecap': 'round' });
    const name = this.words.t('card.remove', { card: savedText(card, this.words) });
    const button = h('button', { type: 'button', class: 'PickerAction', 'aria-label': name, title: name }, icon);
    button.addEventListener('click', () => this.ask(row, card, name));
    return button;
  }

  /** Nobody loses a card with one press: the row asks, and the second press decides. */
  private ask(row: Row, card: SavedMethod, name: string): void {
    const remove = h('button', { type: 'button', class: 'PickerAction PickerAction--negative' }, name);
    const keep = h('button', { type: 'button', class: 'PickerAction' }, this.words.t('button.keep'));
    const asked = h('div', { class: 'PickerItem PickerItem--negative', role: 'group', 'aria-label': name }, remove, keep);
    const back = () => this.restore(row, card).focus();
    keep.addEventListener('click', back);
    asked.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') back();
    });
    remove.addEventListener('click', () => {
      remove.disabled = keep.disabled = true;
      this.on.remove(card.id);
    });
    row.element.replaceChildren(asked);
    keep.focus();
  }

  /** Shows the card again, and what went wrong. Gives the button that asks. */
  private restore(row: Row, card: SavedMethod, fault = ''): HTMLButtonElement {
    const remover = this.remover(row, card);
    row.element.replaceChildren(row.label, remover, ...(fault ? [h('p', { class: 'Error', role: 'alert' }, fault)] : []));
    return remover;
  }

  /** What came of a wish to remove. Answers whether the focus may move: who types elsewhere meanwhile keeps it. */
  removed(id: string, isGone: boolean): boolean {
    const row = this.rows.find(({ card }) => card?.id === id);
    if (!row?.card) return false;
    // A button that is disabled or taken away loses the focus to the body. Whoever went on to the shop's page has it there.
    const { activeElement } = document;
    const canFocus = document.hasFocus() && (activeElement === document.body || row.element.contains(activeElement));
    const next = isGone ? this.drop(row) : this.restore(row, row.card, this.words.t('notice.failed'));
    if (canFocus) next?.focus();
    return canFocus;
  }

  /** Gives the row that is chosen then. */
  private drop(row: Row): HTMLInputElement | undefined {
    row.element.remove();
    this.rows = this.rows.filter((other) => other !== row);
    const next = row.input.checked ? this.rows[0] : this.rows.find(({ input }) => input.checked);
    this.show(next);
    this.on.picked();
    // With the last saved card goes the choice.
    this.element.hidden = this.rows.length === 1;
    return next?.input;
  }
}
