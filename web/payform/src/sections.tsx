// The sections of the form beside the payment method: contact, shipping, questions of the merchant, consents, the button.
// Deliberately absent: steps. Everything that is asked is on one page.

import { isolate } from '@florin/pay-core/i18n';
import { formatBare } from '@florin/pay-core/money';
import { useEffect, useRef } from 'preact/hooks';

import { AddressFields } from './addressform';
import { amountField, amountsChange, chosenItems, isFree, isSaveAsked } from './draft';
import { CheckField, SelectField, TextField } from './field';
import { Icon } from './icons';
import { Methods } from './methods';
import { moneyText, usePage, type Page } from './page';
import { spanText } from './spans';
import type { CustomField, LineItem } from './state';

/** What the buyer chooses to pay for something. */
function Amount({ item, isAlone }: { item: LineItem; isAlone: boolean }) {
  const page = usePage();
  const { form, i18n, session, state, t } = page;
  const field = amountField(item);
  const typed = form.draft.amounts[item.id];
  const known = item.unit_amount ? formatBare(item.unit_amount, state.currency ?? '', i18n.locale) : '';
  const change = (text: string) => form.set({ amounts: { ...form.draft.amounts, [item.id]: text } }, field);
  // The summary and the button follow as soon as the field is left.
  const tell = () => void session.update(amountsChange(form.draft));
  const bounds = boundsText(page, item);
  return (
    <TextField field={field} label={isAlone ? t('amount.title') : t('amount.item', { item: isolate(item.name, i18n.language) })} value={typed ?? known}
      change={change} onChange={tell} required inputMode="decimal" dir="ltr" autocomplete="transaction-amount" note={bounds ?? undefined} isNoteShown>
      <span class="adornment" aria-hidden="true">{state.currency?.toUpperCase()}</span>
    </TextField>
  );
}

/** Between which amounts the buyer chooses, if the merchant says so. */
function boundsText(page: Page, { custom }: LineItem): string | null {
  const { t } = page;
  const [minimum, maximum] = [custom?.minimum, custom?.maximum].map((amount) => (amount ? moneyText(page, amount) : null));
  if (minimum && maximum) return t('amount.between', { minimum, maximum });
  return minimum ? t('amount.least', { minimum }) : maximum ? t('amount.most', { maximum }) : null;
}

function Amounts() {
  const { state } = usePage();
  const items = chosenItems(state);
  if (items.length === 0) return null;
  return <div class="section">{items.map((item) => <Amount item={item} isAlone={items.length === 1} key={item.id} />)}</div>;
}

function Contact() {
  const { form, state, t } = usePage();
  const isGiven = state.collect.email === 'given';
  if (isGiven && !state.email && !state.collect.phone) return null;
  return (
    <fieldset class="section">
      <legend class="section-title">{t('contact.title')}</legend>
      {isGiven ? (
        state.email && <p class="given"><span class="given-label">{t('contact.email')}</span> <bdi>{state.email}</bdi></p>
      ) : (
        <TextField field="email" label={t('contact.email')} value={form.draft.email} type="email" inputMode="email" dir="ltr" required
          autocomplete="email" change={(email) => form.set({ email }, 'email')} />
      )}
      {state.collect.phone && (
        <TextField field="phone" label={t('contact.phone')} value={form.draft.phone} type="tel" inputMode="tel" dir="ltr" required
          autocomplete="tel" change={(phone) => form.set({ phone }, 'phone')} />
      )}
    </fieldset>
  );
}

function ShippingAddress() {
  const { form, state, t } = usePage();
  const { draft } = form;
  const countries = state.shipping?.countries ?? [];
  if (!state.collect.shipping_address) return null;
  return (
    <fieldset class="section">
      <legend class="section-title">{t('address.shipping')}</legend>
      <TextField field="ship.name" label={t('address.name')} value={draft.shipName} required autocomplete="shipping name"
        autocapitalize="words" change={(shipName) => form.set({ shipName }, 'ship.name')} />
      <AddressFields prefix="ship" section="shipping" address={draft.shipping} codes={countries.length > 0 ? countries : undefined}
        change={(part, field) => form.set({ shipping: { ...draft.shipping, ...part } }, field)} />
      {state.custom_text.shipping_address && <p class="note"><bdi>{state.custom_text.shipping_address}</bdi></p>}
    </fieldset>
  );
}

function ShippingOptions() {
  const page = usePage();
  const { session, state, t } = page;
  const options = state.shipping?.options ?? [];
  if (options.length === 0) return null;
  return (
    <fieldset class="section">
      <legend class="section-title">{t('shipping.title')}</legend>
      <div class="methods">
        {options.map((option) => (
          <div class={`method ${option.id === state.shipping?.selected ? 'is-chosen' : ''}`} key={option.id}>
            <label class="method-head">
              <input type="radio" name="shipping_option" value={option.id} checked={option.id === state.shipping?.selected}
                onChange={() => void session.update({ shipping_option: option.id })} />
              <span class="method-text">
                <bdi class="method-title">{option.name}</bdi>
                {option.estimate && <span class="item-note">{spanText(page, option.estimate)}</span>}
              </span>
              <span class="amount">{option.amount ? moneyText(page, option.amount) : t('summary.free')}</span>
            </label>
          </div>
        ))}
      </div>
    </fieldset>
  );
}

function Question({ question }: { question: CustomField }) {
  const { form, t } = usePage();
  const field = `custom.${question.key}`;
  const value = form.draft.custom[question.key] ?? '';
  const label = question.optional ? t('custom.optional', { label: question.label }) : question.label;
  const change = (text: string) => form.set({ custom: { ...form.draft.custom, [question.key]: text } }, field);
  if (question.type === 'dropdown') {
    return (
      <SelectField field={field} label={label} value={value} options={question.options ?? []} change={change}
        empty={t('custom.choose')} isRequired={!question.optional} />
    );
  }
  return (
    <TextField field={field} label={label} value={value} change={change} required={!question.optional} autocomplete="off"
      inputMode={question.type === 'numeric' ? 'numeric' : 'text'} maxLength={question.maximum_length ?? undefined} />
  );
}

function Consents() {
  const { form, state, t } = usePage();
  const { collect, custom_text: own, merchant } = state;
  return (
    <>
      {isSaveAsked(form.draft, state) && (
        <CheckField field="save" isChecked={form.draft.save} change={(save) => form.set({ save }, 'save')} label={t('save.label')}
          note={t('save.note', { merchant: merchant.name })} />
      )}
      {collect.terms && (
        <CheckField field="terms" isChecked={form.draft.terms} change={(terms) => form.set({ terms }, 'terms')} isRequired
          label={own.terms_of_service_acceptance ?? t('terms.label', { merchant: merchant.name })} />
      )}
    </>
  );
}

/** Why the last press did not pay, and what to do now. */
function Notice() {
  const page = usePage();
  const { state, t, view } = page;
  const error = state.payment?.error;
  if (view.notice) {
    const { kind, count } = view.notice;
    const text = kind === 'amount_changed' ? t('notice.amount_changed', { amount: moneyText(page, state.amounts.total) }) : t(`notice.${kind}`);
    return <p class="notice" role="alert" key={`n${count}`}><Icon name="alert" /> <span>{text}</span></p>;
  }
  if (!error || view.phase === 'paying') return null;
  return (
    <div class="notice" role="alert" key={`d${view.declines}`}>
      <Icon name="alert" />
      <div>
        <strong>{t(state.mode === 'setup' ? 'decline.title_setup' : 'decline.title')}</strong>
        <p>{t(`decline.${error.kind}`)}</p>
      </div>
    </div>
  );
}

/** What the button says. It names the amount, so that nobody has to look for it. */
function buttonText(page: Page): string {
  const { state, t } = page;
  if (state.mode === 'setup') return t('button.setup');
  if (state.amounts.total === 0 && chosenItems(state).length === 0) return t('button.complete');
  const kind = state.submit_type === 'auto' ? 'pay' : state.submit_type;
  return t(`button.${kind}`, { amount: moneyText(page, state.amounts.total) });
}

function PayButton() {
  const page = usePage();
  const { t, view } = page;
  const isBusy = view.phase === 'paying' || view.phase === 'leaving';
  return (
    <button type="submit" class={`pay ${isBusy ? 'is-busy' : ''}`} aria-disabled={isBusy} aria-busy={isBusy}>
      {isBusy ? <><span class="spinner" aria-hidden="true" /> {t('button.processing')}</> : <><Icon name="lock" /> {buttonText(page)}</>}
    </button>
  );
}

export function PayForm() {
  const { form, state, t } = usePage();
  const element = useRef<HTMLFormElement>(null);
  useEffect(() => {
    // The browser would show its own words; ours say what to do and are in the language of the page.
    if (element.current) element.current.noValidate = true;
  }, []);
  const submit = (event: Event) => {
    event.preventDefault();
    form.submit();
  };
  return (
    <form ref={element} class="form" method="post" onSubmit={submit} aria-label={t('method.title')}>
      <Amounts />
      <Contact />
      <ShippingAddress />
      <ShippingOptions />
      <Methods />
      {state.collect.custom_fields.length > 0 && (
        <div class="section">{state.collect.custom_fields.map((question) => <Question question={question} key={question.key} />)}</div>
      )}
      <Consents />
      <div class="pay-area">
        <Notice />
        {(isFree(state) || state.methods.length + state.saved_methods.length > 0) && <PayButton />}
        {state.collect.save === 'always' && <p class="note">{t('save.always', { merchant: state.merchant.name })}</p>}
        {state.custom_text.submit && <p class="note"><bdi>{state.custom_text.submit}</bdi></p>}
      </div>
    </form>
  );
}
