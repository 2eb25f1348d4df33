// How it ended, or that it has not ended yet: processing, complete, expired, gone.
// Deliberately absent: reasons of the merchant. What went wrong with a payment stands in the form, where it can be put right.

import { useEffect } from 'preact/hooks';

import { Heading, Waiting } from './actions';
import { Icon } from './icons';
import { backOf, moneyText, usePage, type Page } from './page';
import { hasFailed } from './state';

export function Processing() {
  const { t } = usePage();
  return (
    <div class="outcome">
      <span class="mark mark-wait"><Icon name="clock" /></span>
      <Heading>{t('processing.title')}</Heading>
      <p class="outcome-text">{t('processing.note')}</p>
      <Waiting />
    </div>
  );
}

/** How long the page shows that it worked before it goes back; longer where there is something to read. */
const RETURN_MS = 1_500;
const RETURN_MS_WITH_TEXT = 5_000;

/** The title and the sentence of a finished session. */
export function completeTexts(page: Page): { title: string; text: string } {
  const { state, t } = page;
  const merchant = state.merchant.name;
  if (state.mode === 'setup') return { title: t('complete.title_setup'), text: t('complete.setup', { merchant }) };
  if (hasFailed(state)) return { title: t('decline.title'), text: t('complete.failed', { merchant }) };
  if (state.payment_status === 'unpaid') return { title: t('complete.title_unpaid'), text: t('complete.unpaid') };
  if (state.payment_status === 'no_payment_required') return { title: t('complete.title_unpaid'), text: t('complete.nothing') };
  return { title: t('complete.title'), text: t('complete.paid', { merchant, amount: moneyText(page, state.amounts.total) }) };
}

export function Complete() {
  const page = usePage();
  const { isEmbedded, leave, state, t, view } = page;
  const { receipt_url: receipt } = state;
  const returnTo = backOf(page);
  const merchant = state.merchant.name;
  const { title, text } = completeTexts(page);
  const isFailed = hasFailed(state);
  const isLeaving = returnTo !== null && view.isPaidHere && !isFailed;
  useEffect(() => {
    if (!returnTo || !isLeaving) return;
    const timer = setTimeout(() => leave(returnTo), state.custom_text.after_submit ? RETURN_MS_WITH_TEXT : RETURN_MS);
    return () => clearTimeout(timer);
  }, [returnTo, isLeaving]);
  return (
    <div class="outcome">
      {isFailed
        ? <span class="mark mark-wait"><Icon name="alert" /></span>
        : <span class="mark mark-done"><Icon name="check" /></span>}
      <Heading>{title}</Heading>
      <p class="outcome-text">{text}</p>
      {!isFailed && state.custom_text.after_submit && <p class="outcome-text"><bdi>{state.custom_text.after_submit}</bdi></p>}
      {!view.isPaidHere && !isFailed && <p class="outcome-text">{t('complete.elsewhere')}</p>}
      <div class="buttons">
        {returnTo && <a class="pay" href={returnTo}>{t('page.back', { merchant })}</a>}
        {receipt && <a class="button" href={receipt} target={isEmbedded ? '_blank' : undefined} rel="noopener">{t('button.receipt')}</a>}
      </div>
      {isLeaving && <Waiting text={t('complete.returning', { merchant })} />}
    </div>
  );
}

export function Expired() {
  const { state, t } = usePage();
  const merchant = state.merchant.name;
  return (
    <div class="outcome">
      <span class="mark mark-wait"><Icon name="clock" /></span>
      <Heading>{t('expired.title')}</Heading>
      <p class="outcome-text">{t('expired.note', { merchant })}</p>
      {state.cancel_url && <a class="pay" href={state.cancel_url}>{t('page.back', { merchant })}</a>}
    </div>
  );
}

export function Gone() {
  const { t } = usePage();
  return (
    <div class="outcome">
      <span class="mark mark-wait"><Icon name="alert" /></span>
      <Heading>{t('gone.title')}</Heading>
      <p class="outcome-text">{t('gone.note')}</p>
    </div>
  );
}
