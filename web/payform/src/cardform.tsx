// The card: number, expiry, security code, name, and the country where its bank expects it.
// Deliberately absent: logos. Brands and networks are named in words, as soon as the digits tell them.

import { brandOf, cvcLengths, format, formatCvc, isFull, networksOf, type Edited } from '@florin/pay-core/card';
import { formatExpiry, parseExpiry } from '@florin/pay-core/expiry';
import { brandName, methodOf } from '@florin/pay-core/methods';

import { AddressFields, CountryField, PostalField } from './addressform';
import { asksForPostalCode } from './address';
import { isBillingAsked, withNumber } from './draft';
import { CheckField, TextField } from './field';
import { inputId } from './form';
import { CvcIcon, Icon, MethodIcon } from './icons';
import { usePage } from './page';

const digits = { inputMode: 'numeric', dir: 'ltr', required: true } as const;

/** Writes the edited text at once, so that the caret stands where it belongs before the next key. */
function write(input: HTMLInputElement, { text, caret }: Edited): boolean {
  input.value = text;
  input.setSelectionRange(caret, caret);
  return caret === text.length;
}

function goTo(field: string) {
  document.getElementById(inputId(field))?.focus();
}

/** Backspace in an empty field goes back to the one before it. */
const backTo = (field: string) => (event: KeyboardEvent) => {
  if (event.key !== 'Backspace' || (event.currentTarget as HTMLInputElement).value !== '') return;
  event.preventDefault();
  goTo(field);
};

/** What stands on a button where a whole name has no room, as it stands on the card. */
const SHORT: Readonly<Record<string, string>> = { cartes_bancaires: 'CB' };

/** The choice between the networks of a co-branded card, which is the buyer's by law in Europe. None is made for them. */
function Networks({ networks }: { networks: readonly string[] }) {
  const { form, t } = usePage();
  return (
    <span class="networks" role="group" aria-label={t('card.network')}>
      {networks.map((network) => (
        <button type="button" class="network" key={network} value={network} aria-pressed={form.draft.network === network}
          onClick={() => form.set({ network })}>
          <span class="brand">{SHORT[network] ?? brandName(network)}</span>
          {SHORT[network] && <span class="unseen">{brandName(network)}</span>}
        </button>
      ))}
    </span>
  );
}

function NumberField() {
  const { form, t } = usePage();
  const brand = brandOf(form.draft.number);
  const networks = networksOf(form.draft.number);
  const hasChoice = networks.length > 1;
  const change = (value: string, input: HTMLInputElement) => {
    const edited = format(value, input.selectionStart ?? value.length);
    const isAtEnd = write(input, edited);
    form.set(withNumber(form.draft, edited.text), 'number');
    if (isAtEnd && isFull(edited.text) && edited.text !== form.draft.number) goTo('expiry');
  };
  return (
    <TextField field="number" label={t('card.number')} value={form.draft.number} change={change} {...digits}
      autocomplete="cc-number" placeholder="1234 1234 1234 1234" className={`field-number ${hasChoice ? 'has-networks' : ''}`}>
      <span class="adornment">
        {/* Always there, so that it is spoken when the brand becomes known. */}
        <span class={hasChoice ? 'unseen' : undefined} role="status">
          {hasChoice && networks.map(brandName).join(', ')}
          {!hasChoice && (brand.title ? <span class="brand">{brand.title}</span> : <MethodIcon drawing={methodOf('card').drawing} />)}
        </span>
        {hasChoice && <Networks networks={networks} />}
      </span>
    </TextField>
  );
}

function ExpiryField() {
  const { form, t } = usePage();
  const change = (value: string, input: HTMLInputElement, event: InputEvent) => {
    const isDeleting = event.inputType?.startsWith('delete') ?? false;
    const edited = formatExpiry(value, input.selectionStart ?? value.length, isDeleting);
    const isAtEnd = write(input, edited);
    form.set({ expiry: edited.text }, 'expiry');
    if (isAtEnd && !isDeleting && parseExpiry(edited.text) && edited.text !== form.draft.expiry) goTo('cvc');
  };
  return (
    <TextField field="expiry" label={t('card.expiry')} value={form.draft.expiry} change={change} {...digits}
      autocomplete="cc-exp" placeholder={t('card.expiry_hint')} onKeyDown={backTo('number')} />
  );
}

function CvcField() {
  const { form, t } = usePage();
  const brand = brandOf(form.draft.number).name;
  const isInFront = cvcLengths(brand)[0] === 4;
  const change = (value: string, input: HTMLInputElement) => {
    const edited = formatCvc(value, brand, input.selectionStart ?? value.length);
    write(input, edited);
    form.set({ cvc: edited.text }, 'cvc');
  };
  return (
    <TextField field="cvc" label={t('card.cvc')} value={form.draft.cvc} change={change} {...digits}
      autocomplete="cc-csc" placeholder={isInFront ? '1234' : t('card.cvc_hint')} onKeyDown={backTo('expiry')}
      note={t(isInFront ? 'card.cvc_front' : 'card.cvc_back')}>
      <span class="adornment"><CvcIcon isInFront={isInFront} /></span>
    </TextField>
  );
}

/** The name on the card, or of the billing address where there is no card. */
export function NameField({ isCard }: { isCard: boolean }) {
  const { form, t } = usePage();
  return (
    <TextField field="name" label={t(isCard ? 'card.holder' : 'address.name')} value={form.draft.name} required
      autocomplete={isCard ? 'cc-name' : 'billing name'} autocapitalize="words" placeholder={isCard ? t('card.holder_hint') : undefined}
      change={(name) => form.set({ name }, 'name')} />
  );
}

/** Country and postal code, or the whole address where the merchant asks for it. */
export function BillingFields() {
  const { form, state, t } = usePage();
  const { draft } = form;
  const change = (part: Partial<typeof draft.billing>, field: string) =>
    form.set({ billing: { ...draft.billing, ...part } }, field);
  return (
    <>
      {state.collect.shipping_address && (
        <CheckField field="same" isChecked={draft.isSame} label={t('address.same')} change={(isSame) => form.set({ isSame }, 'same')} />
      )}
      {isBillingAsked(draft, state) && (state.collect.billing_address ? (
        <AddressFields prefix="bill" section="billing" address={draft.billing} change={change} />
      ) : (
        <div class={asksForPostalCode(draft.billing.country) ? 'pair' : undefined}>
          <CountryField field="bill.country" section="billing" country={draft.billing.country}
            change={(country) => change({ country }, 'bill.country')} />
          {asksForPostalCode(draft.billing.country) && (
            <PostalField field="bill.postal_code" section="billing" address={draft.billing}
              change={(postal_code) => change({ postal_code }, 'bill.postal_code')} />
          )}
        </div>
      ))}
    </>
  );
}

const TEST_NUMBER = '4242 4242 4242 4242';

/** Fills in the published test number. Only where no money moves. */
function TestCard() {
  const { form, now, say, t } = usePage();
  const fill = () => {
    const year = (new Date(now()).getUTCFullYear() + 4) % 100;
    const name = form.draft.name || 'Test Buyer';
    form.set({ ...withNumber(form.draft, TEST_NUMBER), expiry: `12 / ${year}`, cvc: '123', name });
    say(t('page.test_filled'));
  };
  return (
    <p class="test-fill">
      <span>{t('page.test_note')}</span>
      <button type="button" class="link" title={TEST_NUMBER} onClick={fill}>{t('page.test_fill')}</button>
    </p>
  );
}

export function CardForm() {
  const { state, t } = usePage();
  return (
    <div class="card-form" role="group" aria-label={t('card.details')}>
      {!state.livemode && <TestCard />}
      <NumberField />
      <div class="pair">
        <ExpiryField />
        <CvcField />
      </div>
      <NameField isCard />
      <BillingFields />
      <p class="note secure"><Icon name="lock" /> <span>{t('card.secure', { merchant: state.merchant.name })}</span></p>
    </div>
  );
}
