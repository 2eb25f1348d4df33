// What is bought and what it costs. On a phone it folds up; the total never does.
// Deliberately absent: codes for discounts, which the session does not take here.

import { isolate } from '@florin/pay-core/i18n';
import { useEffect, useRef, useState } from 'preact/hooks';

import { Icon } from './icons';
import { moneyText, ownImage, usePage, type Page } from './page';
import { isReady } from './session';
import type { LineItem } from './state';

/** Logo, name and the way back. */
export function MerchantLine() {
  const { state, t } = usePage();
  const { merchant } = state;
  const [isLost, setLost] = useState(false);
  const logo = ownImage(merchant.logo_url);
  const mark = logo && !isLost
    ? <img class="logo" src={logo} alt="" width="32" height="32" onError={() => setLost(true)} />
    : <span class="logo logo-letter" aria-hidden="true">{[...merchant.name][0]?.toUpperCase()}</span>;
  return (
    <header class="merchant">
      {state.cancel_url && state.status === 'open' && (
        <a class="back" href={state.cancel_url} aria-label={t('page.back', { merchant: merchant.name })}><Icon name="back" /></a>
      )}
      {mark}
      <bdi class="merchant-name">{merchant.name}</bdi>
      {!state.livemode && <span class="badge" title={t('page.test_note')}>{t('page.test_badge')}</span>}
    </header>
  );
}

/** Whether it is offered beside the order, and not taken. */
const isOffer = (item: LineItem): boolean => Boolean(item.optional && !item.quantity);

function Stepper({ item }: { item: LineItem }) {
  const { i18n, session, t, view } = usePage();
  const range = item.adjustable;
  if (!range) return null;
  const name = isolate(item.name, i18n.language);
  const isFrozen = !isReady(view);
  // What was only offered can be left out again.
  const least = item.optional ? 0 : range.minimum;
  // Of two presses in a row the second one counts from what the first one made.
  const add = (step: number) => void session.update(({ line_items }) => {
    const now = line_items.find(({ id }) => id === item.id)?.quantity ?? NaN;
    const quantity = step < 0 && now + step < range.minimum ? least : now + step;
    return quantity !== now && quantity <= range.maximum ? { quantities: { [item.id]: quantity } } : undefined;
  });
  return (
    <div class="stepper" role="group" aria-label={t('summary.quantity', { count: item.quantity })}>
      <button type="button" aria-label={t('summary.less', { item: name })} onClick={() => add(-1)}
        aria-disabled={isFrozen || item.quantity <= least}><Icon name="minus" /></button>
      <span class="stepper-count" aria-hidden="true">{item.quantity}</span>
      <button type="button" aria-label={t('summary.more', { item: name })} onClick={() => add(1)}
        aria-disabled={isFrozen || item.quantity >= range.maximum}><Icon name="plus" /></button>
    </div>
  );
}

/** Takes what is offered beside the order. */
function Add({ item }: { item: LineItem }) {
  const { i18n, session, t, view } = usePage();
  const name = isolate(item.name, i18n.language);
  const take = () => void session.update({ quantities: { [item.id]: item.optional!.quantity } });
  return (
    <button type="button" class="add" aria-label={t('summary.add_item', { item: name })} aria-disabled={!isReady(view)} onClick={take}>
      <Icon name="plus" /> {t('summary.add')}
    </button>
  );
}

function Item({ item }: { item: LineItem }) {
  const page = usePage();
  const { i18n, t } = page;
  const isOffered = isOffer(item);
  const amount = isOffered ? item.optional!.amount : item.amount;
  const [isLost, setLost] = useState(false);
  const image = isLost ? null : ownImage(item.image);
  const count = isOffered ? item.optional!.quantity : item.quantity;
  const isSeveral = count > 1;
  const notes = [
    item.description && isolate(item.description, i18n.language),
    isSeveral && (isOffered || !item.adjustable) && t('summary.quantity', { count }),
    isSeveral && item.unit_amount !== null && t('summary.each', { amount: moneyText(page, item.unit_amount) }),
  ].filter(Boolean);
  return (
    <li class="item">
      {image && (
        <img class="item-image" src={image} alt="" width="48" height="48" loading="lazy" onError={() => setLost(true)} />
      )}
      <div class="item-text">
        <bdi class="item-name">{item.name}</bdi>
        {notes.map((note) => <span class="item-note" key={note}>{note}</span>)}
        {isOffered ? <Add item={item} /> : <Stepper item={item} />}
      </div>
      {amount !== null && <span class="amount">{moneyText(page, amount)}</span>}
    </li>
  );
}

/** The lines between the items and the total. A line that is zero is left out, except for shipping, where free is good news. */
function sumLines(page: Page): { label: string; text: string }[] {
  const { state, t } = page;
  const { subtotal, shipping, tax, discount, total } = state.amounts;
  const lines = [];
  if (discount) lines.push({ label: t('summary.discount'), text: moneyText(page, -discount) });
  if (state.shipping || shipping) {
    lines.push({ label: t('summary.shipping'), text: shipping ? moneyText(page, shipping) : t('summary.free') });
  }
  if (tax) lines.push({ label: t('summary.tax'), text: moneyText(page, tax) });
  if (lines.length > 0 || subtotal !== total) lines.unshift({ label: t('summary.subtotal'), text: moneyText(page, subtotal) });
  return lines;
}

/** Says a new total, once it has changed. */
function useSpokenTotal(page: Page) {
  const { total } = page.state.amounts;
  const before = useRef(total);
  useEffect(() => {
    if (before.current === total) return;
    before.current = total;
    page.say(page.t('summary.updated', { amount: moneyText(page, total) }));
  }, [total]);
}

function PaymentSummary() {
  const page = usePage();
  const { state, t } = page;
  const [isOpen, setOpen] = useState(false);
  useSpokenTotal(page);
  const total = moneyText(page, state.amounts.total);
  const offers = state.line_items.filter(isOffer);
  const sold = state.line_items.filter((item) => !isOffer(item));
  const label = t(state.status === 'complete' && state.payment_status === 'paid' ? 'summary.paid' : 'summary.total');
  return (
    <section class="summary" aria-label={t('summary.title')}>
      <div class="summary-head">
        <div>
          <span class="summary-label">{label}</span>
          <span class="summary-total">{total}</span>
        </div>
        <button type="button" class="fold-button" aria-expanded={isOpen} aria-controls="summary-body" onClick={() => setOpen(!isOpen)}>
          <span>{t(isOpen ? 'summary.hide' : 'summary.show')}</span> <Icon name="chevron" />
        </button>
      </div>
      <div class={`summary-body ${isOpen ? 'is-open' : ''}`} id="summary-body">
        <ul class="items">{sold.map((item) => <Item item={item} key={item.id} />)}</ul>
        {offers.length > 0 && state.status === 'open' && (
          <>
            <h2 class="offers-title" id="offers">{t('summary.offers')}</h2>
            <ul class="items" aria-labelledby="offers">{offers.map((item) => <Item item={item} key={item.id} />)}</ul>
          </>
        )}
        <dl class="sums">
          {sumLines(page).map(({ label: name, text }) => <div class="sum" key={name}><dt>{name}</dt><dd class="amount">{text}</dd></div>)}
          <div class="sum sum-total"><dt>{label}</dt><dd class="amount">{total}</dd></div>
        </dl>
      </div>
    </section>
  );
}

function SetupSummary() {
  const { state, t } = usePage();
  return (
    <section class="summary" aria-label={t('summary.title')}>
      <p class="setup-title">{t('page.title_setup', { merchant: state.merchant.name })}</p>
      <p class="item-note">{t('summary.nothing_due')}</p>
    </section>
  );
}

export function Summary() {
  return usePage().state.mode === 'setup' ? <SetupSummary /> : <PaymentSummary />;
}
