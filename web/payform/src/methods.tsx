// The choice of how to pay: saved methods first, the last used one before the others, then the types that the session offers.
// Deliberately absent: wallets of browsers, which need contracts with their makers.

import { methodOf, methodText, noteOf, savedExpiry, savedText, type Flow, type SavedMethod } from '@florin/pay-core/methods';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

import { BillingFields, CardForm, NameField } from './cardform';
import { isBillingAsked, isFree, methodsOf } from './draft';
import { Icon, MethodIcon } from './icons';
import { usePage, type Page } from './page';

/** From this many rows on the rest is folded away. */
const ROWS_MAX = 4;

interface Row {
  id: string;
  title: string;
  note?: string;
  type: string;
  body?: ComponentChildren;
}

function savedRow(saved: SavedMethod, { i18n, t }: Page): Row {
  const date = savedExpiry(saved, i18n);
  return { id: saved.id, title: savedText(saved, i18n), type: saved.type, note: date ? t('card.expires', { date }) : undefined };
}

/** What happens after the button, for methods that have no fields of their own. */
function MethodBody({ type, flow }: { type: string; flow: Flow }) {
  const page = usePage();
  const { form, state } = page;
  if (flow === 'card') return <CardForm />;
  return (
    <div class="card-form">
      <p class="method-note"><Icon name={flow === 'redirect' ? 'leave' : 'clock'} /> <span>{noteOf(type, flow, page)}</span></p>
      {isBillingAsked(form.draft, state) && <NameField isCard={false} />}
      {state.collect.billing_address && <BillingFields />}
    </div>
  );
}

/** The rows that are not folded away: the first ones, and always the chosen one. */
function visibleRows(rows: readonly Row[], chosen: string, isUnfolded: boolean): readonly Row[] {
  if (isUnfolded || rows.length <= ROWS_MAX) return rows;
  return rows.filter((row, at) => at < ROWS_MAX - 1 || row.id === chosen);
}

function MethodRow({ row }: { row: Row }) {
  const { form } = usePage();
  const isChosen = form.draft.choice === row.id;
  return (
    <div class={`method ${isChosen ? 'is-chosen' : ''}`}>
      <label class="method-head">
        <input type="radio" name="method" value={row.id} checked={isChosen} onChange={() => form.set({ choice: row.id }, 'choice')} />
        <MethodIcon drawing={methodOf(row.type).drawing} />
        <span class="method-text">
          <span class="method-title">{row.title}</span>
          {row.note && <span class="item-note">{row.note}</span>}
        </span>
      </label>
      {isChosen && row.body && <div class="method-body">{row.body}</div>}
    </div>
  );
}

export function Methods() {
  const page = usePage();
  const { form, state, t } = page;
  const [isUnfolded, setUnfolded] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    // The button that had the focus is gone, so the row that stands in its place has it.
    if (isUnfolded) list.current?.querySelectorAll<HTMLElement>('[name="method"]')[ROWS_MAX - 1]?.focus();
  }, [isUnfolded]);
  const hasSavedCard = state.saved_methods.some((saved) => saved.type === 'card');
  const rows: Row[] = [
    ...state.saved_methods.map((saved) => savedRow(saved, page)),
    ...methodsOf(state).map(({ type, flow }) => ({
      id: type,
      type,
      title: hasSavedCard && type === 'card' ? t('method.new_card') : methodText(type, page),
      body: <MethodBody type={type} flow={flow} />,
    })),
  ];
  const only = rows.length === 1 ? rows[0] : undefined;
  const shown = visibleRows(rows, form.draft.choice, isUnfolded);
  if (isFree(state)) return null;
  if (rows.length === 0) {
    return <p class="notice" role="alert">{t('method.none', { merchant: state.merchant.name })}</p>;
  }
  return (
    <fieldset class="section">
      <legend class="section-title">{t('method.title')}</legend>
      {only?.body && state.methods[0]?.flow === 'card' ? (
        <div class="method is-only"><div class="method-body">{only.body}</div></div>
      ) : (
        <div class="methods" ref={list}>
          {shown.map((row) => <MethodRow row={row} key={row.id} />)}
          {shown.length < rows.length && (
            <button type="button" class="more" onClick={() => setUnfolded(true)}>
              <Icon name="chevron" /> {t('method.more', { count: rows.length - shown.length })}
            </button>
          )}
        </div>
      )}
    </fieldset>
  );
}
