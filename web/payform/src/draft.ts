// What the buyer has typed, what is wrong with it, and the order that is made of it.
// Deliberately absent: the DOM, and any memory of card data: what is kept over a reload leaves it out.

import { brandOf, cvcFault, digitsOf, networksOf, numberFault } from '@florin/pay-core/card';
import { expiryFault, parseExpiry, type Expiry } from '@florin/pay-core/expiry';
import { faultKey, type Fault } from '@florin/pay-core/faults';
import type { PlainKey } from '@florin/pay-core/i18n';
import { likeliest } from '@florin/pay-core/methods';
import { formatBare, parseMoney } from '@florin/pay-core/money';

import { addressForm, asksForPostalCode } from './address';
import type { Change, Order } from './session';
import type { CustomField, LineItem, State } from './state';

export interface Address {
  country: string;
  line1: string;
  line2: string;
  city: string;
  state: string;
  postal_code: string;
}

export interface Draft {
  /** A method type, or the id of a saved method. */
  choice: string;
  email: string;
  phone: string;
  number: string;
  /** The network that the buyer chose for a co-branded card; empty as long as they did not. */
  network: string;
  expiry: string;
  cvc: string;
  /** The name on the card, or that of the billing address. */
  name: string;
  billing: Address;
  /** The billing address is the shipping address. */
  isSame: boolean;
  shipName: string;
  shipping: Address;
  save: boolean;
  terms: boolean;
  custom: Readonly<Record<string, string>>;
  /** Amounts as they were typed, by the ids of items. */
  amounts: Readonly<Record<string, string>>;
  /** In which language the amounts are written. */
  locale: string;
}

/** Names of fields, in the order of the page, each with what is wrong with it. */
export type Faults = Readonly<Record<string, PlainKey | undefined>>;

const emptyAddress = (country: string): Address => ({ country, line1: '', line2: '', city: '', state: '', postal_code: '' });

/** The methods in the order of the page. */
export const methodsOf = ({ methods }: State) => likeliest(methods, globalThis.navigator?.languages ?? []);

/** What can be chosen, in the order of the page; nothing where nothing is to be paid. */
const offeredBy = (state: State) => [...state.saved_methods.map((saved) => saved.id), ...methodsOf(state).map((method) => method.type)];

/** The form at the beginning. `region` is where the buyer's browser seems to be. */
export function emptyDraft(state: State, region: string | null): Draft {
  const countries = state.shipping?.countries ?? [];
  const home = region ?? state.merchant.country;
  const shipTo = countries.length === 0 || countries.includes(home) ? home : (countries[0] ?? home);
  return {
    choice: offeredBy(state)[0] ?? '',
    email: state.email ?? '',
    phone: '',
    number: '',
    network: '',
    expiry: '',
    cvc: '',
    name: '',
    billing: emptyAddress(home),
    isSame: true,
    shipName: '',
    shipping: emptyAddress(shipTo),
    save: false,
    terms: false,
    custom: Object.fromEntries(state.collect.custom_fields.map((field) => [field.key, field.default_value ?? ''])),
    amounts: {},
    locale: 'en',
  };
}

/** What may be kept in the tab's storage: everything but the card and the consents. */
export function keptOf(draft: Draft): Partial<Draft> {
  const { choice, email, phone, name, billing, isSame, shipName, shipping, custom, amounts, locale } = draft;
  return { choice, email, phone, name, billing, isSame, shipName, shipping, custom, amounts, locale };
}

/** The draft with a method that is offered now: an order that was free may cost something once it is shipped. */
export function withOffered(draft: Draft, state: State): Draft {
  const offered = offeredBy(state);
  return offered.includes(draft.choice) ? draft : { ...draft, choice: offered[0] ?? '' };
}

/** The draft with what was kept. A method that is not offered any more is passed over. */
export function withKept(draft: Draft, kept: Partial<Draft>, state: State): Draft {
  const email = state.collect.email === 'given' ? draft.email : kept.email || draft.email;
  return withOffered({ ...draft, ...kept, email }, state);
}

/** The draft in the language of the page. An amount stays what it was when it was typed, so it is written anew. */
export function withLocale(draft: Draft, { currency }: State, locale: string): Draft {
  if (draft.locale === locale) return draft;
  const rewritten = Object.entries(draft.amounts).map(([id, typed]) => {
    const amount = parseMoney(typed, currency ?? '', draft.locale);
    return [id, amount === null ? typed : formatBare(amount, currency ?? '', locale)];
  });
  return { ...draft, locale, amounts: Object.fromEntries(rewritten) };
}

/** Whether the order costs nothing, so that no method is asked for. */
export function isFree(state: State): boolean {
  return state.mode === 'payment' && state.amounts.total === 0 && offeredBy(state).length === 0;
}

/** How the chosen method works; undefined for a saved one. */
function flowOf(draft: Draft, state: State) {
  return state.methods.find((method) => method.type === draft.choice)?.flow;
}

/** Whether the billing address is asked for in fields of its own. */
export function isBillingAsked(draft: Draft, state: State): boolean {
  const isNeeded = state.collect.billing_address || flowOf(draft, state) === 'card';
  return isNeeded && !(state.collect.shipping_address && draft.isSame);
}

/** A number that was typed. What was chosen for a card of other networks is not chosen for this one. */
export function withNumber(draft: Draft, number: string): Pick<Draft, 'number' | 'network'> {
  const isAlike = networksOf(number).join() === networksOf(draft.number).join();
  return { number, network: isAlike ? draft.network : '' };
}

/** What is wrong with the card. While it is typed (`final` false), only what cannot become right any more. */
export function cardFaults(draft: Draft, now: Expiry, final: boolean): Faults {
  const brand = brandOf(draft.number).name;
  const keyOf = (fault: Fault | '') => (fault ? faultKey(fault) : undefined);
  return {
    number: keyOf(numberFault(draft.number, final)),
    expiry: keyOf(expiryFault(draft.expiry, now, final)),
    cvc: keyOf(cvcFault(draft.cvc, brand, final)),
  };
}

const required = (value: string): PlainKey | undefined => (value.trim() === '' ? 'error.required' : undefined);

/** A form is not the place to find out whether an address exists: an @ between two texts, a dot, no spaces. */
const emailFault = (value: string): PlainKey | undefined =>
  /^[^\s@]+@[^\s@]+\.[^\s@.]{2,}$/.test(value.trim()) ? undefined : 'error.email';

const phoneFault = (value: string): PlainKey | undefined => (digitsOf(value).length < 6 ? 'error.phone' : undefined);

function addressFaults(address: Address, prefix: string): Faults {
  const form = addressForm(address.country);
  return {
    [`${prefix}.line1`]: required(address.line1),
    [`${prefix}.postal_code`]: form.hasPostalCode ? required(address.postal_code) : undefined,
    [`${prefix}.city`]: required(address.city),
    [`${prefix}.state`]: form.hasState ? required(address.state) : undefined,
  };
}

function customFault(field: CustomField, value: string): PlainKey | undefined {
  if (value.trim() === '') return field.optional ? undefined : field.type === 'dropdown' ? 'error.choose' : 'error.required';
  return field.type === 'numeric' && !/^[0-9]+$/.test(value.trim()) ? 'error.number_only' : undefined;
}

/** The items that the buyer chooses the price of. */
export const chosenItems = (state: State): readonly LineItem[] => state.line_items.filter((item) => item.custom);

/** The name of the field for the price of an item. */
export const amountField = (item: LineItem): string => `amount.${item.id}`;

/** What the buyer wants to pay for an item, in minor units: what was typed, or what is proposed. Null for what is no amount. */
function amountOf(item: LineItem, draft: Draft, state: State): number | null {
  const typed = draft.amounts[item.id];
  return typed === undefined ? item.unit_amount || null : parseMoney(typed, state.currency ?? '', draft.locale);
}

function amountFault(item: LineItem, draft: Draft, state: State): PlainKey | undefined {
  const amount = amountOf(item, draft, state);
  const { minimum, maximum } = item.custom ?? { minimum: null, maximum: null };
  const isPossible = amount !== null && amount > 0 && amount >= (minimum ?? 0) && amount <= (maximum ?? amount);
  return isPossible ? undefined : 'error.amount';
}

/** The prices that the server does not know yet; undefined where it knows all. */
export function newAmounts(draft: Draft, state: State): Record<string, number> | undefined {
  const fresh = chosenItems(state).flatMap((item) => {
    const amount = amountFault(item, draft, state) ? null : amountOf(item, draft, state);
    return amount === null || amount === item.unit_amount ? [] : [[item.id, amount] as const];
  });
  return fresh.length > 0 ? Object.fromEntries(fresh) : undefined;
}

/** The change that tells the server these prices. */
export const amountsChange = (draft: Draft) => (state: State): Change | undefined => {
  const amounts = newAmounts(draft, state);
  return amounts && { amounts };
};

/** The total that the buyer expects: the one that is shown, with what they typed in the place of what an item costs now. */
export function expectedTotal(draft: Draft, state: State): number {
  const amounts = newAmounts(draft, state) ?? {};
  const more = chosenItems(state).map((item) => (amounts[item.id] ?? item.unit_amount ?? 0) - (item.unit_amount ?? 0));
  return more.reduce((sum, part) => sum + part, state.amounts.total);
}

/** Everything that is wrong when the button is pressed, in the order of the page. */
export function faultsOf(draft: Draft, state: State, now: Expiry): Faults {
  const { collect } = state;
  const isCard = flowOf(draft, state) === 'card';
  const isBilling = isBillingAsked(draft, state);
  const custom = collect.custom_fields.map((field) => [
    `custom.${field.key}`, customFault(field, draft.custom[field.key] ?? ''),
  ]);
  const postal = asksForPostalCode(draft.billing.country) ? required(draft.billing.postal_code) : undefined;
  return {
    ...Object.fromEntries(chosenItems(state).map((item) => [amountField(item), amountFault(item, draft, state)])),
    ...(collect.email === 'required' && { email: emailFault(draft.email) }),
    ...(collect.phone && { phone: phoneFault(draft.phone) }),
    ...(collect.shipping_address && { 'ship.name': required(draft.shipName), ...addressFaults(draft.shipping, 'ship') }),
    ...(isCard && cardFaults(draft, now, true)),
    ...((isCard || isBilling) && { name: required(draft.name) }),
    ...(isBilling && (collect.billing_address ? addressFaults(draft.billing, 'bill') : { 'bill.postal_code': postal })),
    ...Object.fromEntries(custom),
    ...(collect.terms && { terms: draft.terms ? undefined : ('error.terms' as const) }),
  };
}

/** The first field with a fault. */
export function firstFault(faults: Faults): string | undefined {
  return Object.keys(faults).find((name) => faults[name]);
}

const filled = (values: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value.trim()]).filter(([, value]) => value !== ''));

function billingOf(draft: Draft, state: State) {
  const isAsked = isBillingAsked(draft, state);
  const isShipped = state.collect.shipping_address && draft.isSame;
  const address = isAsked ? draft.billing : isShipped ? draft.shipping : null;
  const name = draft.name || draft.shipName;
  return {
    ...filled({ name, email: (state.collect.email === 'given' && state.email) || draft.email, phone: draft.phone }),
    ...(address && { address: filled({ ...address }) }),
  };
}

function cardOf({ number, network, ...draft }: Draft) {
  const expiry = parseExpiry(draft.expiry);
  const card = { number: digitsOf(number), exp_month: expiry?.month, exp_year: expiry?.year, cvc: draft.cvc };
  return { ...card, ...(network && { network }) };
}

/** Whether the buyer may have the method saved. A code or a transfer leaves nothing behind that could be. */
export function isSaveAsked(draft: Draft, state: State): boolean {
  return state.collect.save === 'offered' && flowOf(draft, state) === 'card';
}

/** What is sent to pay with a draft that has no faults. */
export function orderOf(draft: Draft, state: State): Order {
  const { collect } = state;
  const isCard = flowOf(draft, state) === 'card';
  const isSaved = state.saved_methods.some((saved) => saved.id === draft.choice);
  const custom = filled(draft.custom);
  return {
    ...(isSaved ? { saved_method: draft.choice } : draft.choice && { method: draft.choice }),
    ...(isCard && { card: cardOf(draft) }),
    billing: billingOf(draft, state),
    ...(collect.shipping_address && {
      shipping: { ...filled({ name: draft.shipName, phone: draft.phone }), address: filled({ ...draft.shipping }) },
    }),
    ...(isSaveAsked(draft, state) && { save: draft.save }),
    ...(!isSaved && collect.save === 'always' && { save: true }),
    ...(collect.custom_fields.length > 0 && { custom_fields: custom }),
    ...(collect.terms && { terms: draft.terms }),
  };
}

/** The field of the page that a `param` of the server means; null for one that the page does not have. */
export function fieldOf(param: string, state?: State): string | null {
  const path = param.replace(/\[/g, '.').replace(/\]/g, '').replace(/^payment_method_data\./, '');
  const known: Readonly<Record<string, string>> = {
    'email': 'email', 'billing.email': 'email', 'billing.phone': 'phone', 'shipping.phone': 'phone',
    'billing.name': 'name', 'card.number': 'number', 'card.network': 'number', 'card.exp_month': 'expiry', 'card.exp_year': 'expiry',
    'card.cvc': 'cvc', 'shipping.name': 'ship.name', 'terms': 'terms', 'shipping_option': 'shipping_option',
  };
  // A sum that cannot be charged is about the amount, too.
  const [chosen] = state && /^(amounts?|line_items\b.*)$/.test(path) ? chosenItems(state) : [];
  if (chosen) return amountField(chosen);
  const custom = /^custom_fields\.(.+)$/.exec(path);
  const address = /^(billing|shipping)\.address\.(\w+)$/.exec(path);
  if (custom) return `custom.${custom[1]}`;
  if (address) return `${address[1] === 'billing' ? 'bill' : 'ship'}.${address[2]}`;
  return known[path] ?? null;
}
