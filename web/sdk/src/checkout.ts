// Checkout sessions in a shop's page: the parts of their page, with the shop's own form around them.
//
// They speak to the same addresses as the hosted page. Deliberately absent: the hosted page in a frame, which embedded.ts has; promotion
// codes and tax ids, which sessions do not have yet: asking for them answers an error.

import { formatMoney, wireDecimals } from '@florin/pay-core/money';
import { randomId } from '@florin/pay-core/protocol';
import type { Client } from './client';
import { accompany, isPage } from './dialog';
import type { Collected, Elements } from './elements';
import { Emitter, type Listener } from './emitter';
import { capital } from './names';
import { ORIGIN } from './origin';

type State = any;

/** The kinds of elements, by what they are called in the methods that make and find them. */
const KINDS = [
  ['BillingAddressElement', 'address'], ['Form', 'paymentForm'],
  ...'payment expressCheckout shippingAddress currencySelector taxId contactDetails terms linkSignup'.split(' ').map(
    (type) => [`${capital(type)}Element`, type] as const),
] as const;
const LACKING = (
  'applyPromotionCode removePromotionCode updateTaxIdInfo validateElements updateIndividualName updateBusinessName addOptionalLineItem ' +
  'removeOptionalLineItem'
).split(' ');
/** What a shop may say of the buyer at any time. The server takes it with the payment, so until then it is kept here. */
const SAID = ['email', 'billingAddress', 'shippingAddress', 'phoneNumber'];
const FAILED = 'The payment did not go through.';

/** The secret that a shop gives, or has a function for. */
export const secretOf = async (options: any): Promise<any> => options.clientSecret ?? options.fetchClientSecret?.();

/** The id in a secret. A session with a page of its own has no secret: shops give its id. */
export function sessionId(secret: unknown, isSecretNeeded = false): string {
  const [, id, rest] = /^(cs_\w+?)(_secret_\w+)?$/.exec(String(secret)) ?? [];
  if (!id || (isSecretNeeded && !rest)) throw new Error('The client secret of a checkout session is needed: cs_…_secret_…');
  return id;
}

/** What a session is asked for. Its secret names it, so that whoever only knows the id learns nothing. */
export const pathOf = (secret: unknown, what: string): string => (sessionId(secret), `/c/pay/${secret}/${what}`);

/** A session as shops read it, from the state that the hosted page has and what the shop said of the buyer. */
export function sessionOf(state: State, said: any = {}): any {
  const { amounts, currency, shipping } = state;
  const { locale } = new Intl.NumberFormat().resolvedOptions();
  // A set-up has no currency, and nothing to pay.
  const as = (minor: number) => ({ amount: formatMoney(minor, currency ?? '', locale), minorUnitsAmount: minor });
  const zero = as(0);
  // Taxes are added as far as the total is more than its other parts; the rest of them is in the prices.
  const added = amounts.total - amounts.subtotal - amounts.shipping + amounts.discount;
  // The state has taxes for the whole order only. Of a line they are known where there are none.
  const taxExclusive = amounts.tax ? null : zero;
  const shippingOptions: any[] = (shipping?.options ?? []).map((one: any) => (
    { id: one.id, currency, displayName: one.name, deliveryEstimate: one.estimate, ...as(one.amount) }));
  const shippingOption = shippingOptions.find(({ id }) => id === shipping.selected);
  return {
    // What nobody has said, and what sessions do not have.
    billingAddress: null, shippingAddress: null, phoneNumber: null, nameCollection: null, currencyOptions: null, optionalItems: null,
    taxIdInfo: null, surcharge: null, discountAmounts: null, recurring: null, taxAmounts: null,
    ...said, email: said.email ?? state.email,
    id: state.id, livemode: state.livemode, currency, businessName: state.merchant?.name,
    status: state.status === 'complete' ? { type: 'complete', paymentStatus: state.payment_status } : { type: state.status },
    canConfirm: state.status === 'open', minorUnitsAmountDivisor: 10 ** wireDecimals(currency ?? ''), tax: { status: 'ready' },
    total: {
      subtotal: as(amounts.subtotal), shippingRate: as(amounts.shipping), taxExclusive: as(added), taxInclusive: as(amounts.tax - added),
      discount: as(amounts.discount), total: as(amounts.total), appliedBalance: zero, surcharge: zero, balanceAppliedToNextInvoice: false,
    },
    lineItems: state.line_items.filter((item: any) => item.quantity || !item.optional).map((item: any) => ({
      discountAmounts: null, recurring: null, taxAmounts: null, pricing: null, transformQuantity: null, unitAmountDecimal: null, unitLabel: null,
      id: item.id, name: item.name, description: item.description, quantity: item.quantity, images: item.image ? [ORIGIN + item.image] : [],
      subtotal: as(item.amount), total: as(item.amount), unitAmount: item.unit_amount === null ? null : as(item.unit_amount),
      discount: zero, taxExclusive, taxInclusive: taxExclusive, adjustableQuantity: item.adjustable, isRemovable: false,
    })),
    shippingOptions, shipping: shippingOption ? { shippingOption, taxAmounts: null } : null,
    lastPaymentError: state.payment?.error ? { message: FAILED } : null,
    savedPaymentMethods: state.saved_methods?.map(({ id, type, brand, last4, exp_month: expMonth, exp_year: expYear }: any) => (
      { id, type, card: { brand, last4, expMonth, expYear }, billingDetails: {} })),
  };
}

/** What is told when the buyer closed the window of an authentication. */
const UNFINISHED = { code: 'authentication_failed', message: 'The authentication was not finished. You were not charged. Please try again.' };

function failureOf(state: State): { message?: string; code?: string; kind?: string } | undefined {
  return state.payment?.error ?? state.error;
}

interface Open {
  readonly client: Client;
  readonly secret: Promise<unknown>;
  /** On which the page of return says that it was reached. */
  readonly channel: string;
  readonly events: Emitter;
  readonly elements: Elements;
  state: State;
  /** What the shop said of the buyer, by the names of `SAID`. */
  readonly said: any;
}

function openOf(client: Client, options: any): Open {
  const secret = secretOf(options);
  const elements = client.elements({ ...options, ...options.elementsOptions }, () => load(open));
  const open: Open = { client, secret, channel: randomId(), elements, events: new Emitter(), state: null, said: { ...options.defaultValues } };
  return open;
}

/** Reads the state, or sends something that changes it. */
async function ask(open: Open, what: string, body?: Record<string, unknown>, handle?: string): Promise<State> {
  const path = pathOf(await open.secret, what);
  const state = await open.client.controller.ask(body ? 'confirm' : 'api', { method: body ? 'POST' : 'GET', path, body, handle });
  if (state.id) open.state = state;
  return state;
}

/** The state. A secret that never came, or is none of a session, is an error like those of the server. */
const load = async (open: Open): Promise<State> => open.state ?? ask(open, 'state').catch((error) => ({ error }));

const session = ({ state, said }: Open): any => sessionOf(state, said);

function told(open: Open, state: State): object {
  if (state.error) return { type: 'error', error: state.error };
  open.events.emit('change', session(open));
  return { type: 'success', session: session(open) };
}

async function confirm(open: Open, wish: any = {}): Promise<object> {
  const { elements, state: { amounts } } = open;
  const element = elements.getElement('payment');
  const { error, chosen, handle }: Collected = element ? await elements.collect(element) : {};
  if (error) return { type: 'error', error };
  for (const name of SAID) if (wish[name]) open.said[name] = wish[name];
  const { email, billingAddress: billing, shippingAddress: shipping, phoneNumber: phone } = session(open);
  const method = chosen?.type ?? 'card';
  const body = {
    attempt: randomId(), expected_amount: amounts.total, method, saved_method: chosen?.saved,
    billing: { email, phone, name: billing?.name, address: billing?.address }, shipping, save: wish.savePaymentMethod,
  };
  const sent = await ask(open, `confirm?${new URLSearchParams({ ch: open.channel, origin: location.origin })}`, body, handle);
  const { kind, url } = sent.payment?.action ?? {};
  // No window is sure to show the page of a wallet.
  if (kind === 'redirect' && method !== 'card' && isPage(url)) {
    location.assign(url);
    return new Promise(() => {});
  }
  const failure = failureOf(isPage(url) ? await overPage(open, url) : sent);
  if (failure) {
    // Without a state nobody was asked for money, and the one that is known here may be the reason.
    if (sent.id) elements.clearCode();
    else await ask(open, 'state');
    told(open, open.state);
    return { type: 'error', error: { message: FAILED, code: failure.kind, ...failure } };
  }
  const { state } = open;
  const next = wish.returnUrl ?? state.return_to;
  if (state.status === 'complete' && next && wish.redirect !== 'if_required') location.assign(next);
  return told(open, state);
}

async function overPage(open: Open, url: string): Promise<State> {
  const { state } = await accompany({
    url, title: 'Payment', channel: open.channel, look: () => ask(open, 'state'), isOpen: (now) => Boolean(now.payment?.action),
  });
  return state.payment?.action?.kind === 'redirect' ? { ...state, error: UNFINISHED } : state;
}

function actionsOf(open: Open): Record<string, unknown> {
  const update = async (body: Record<string, unknown>) => told(open, await ask(open, 'update', body));
  const lacking = LACKING.map((name) => [name, async () => ({ type: 'error', ...open.client.notSupported(name) })]);
  const updates = SAID.map((name) => [`update${capital(name)}`, async (value: unknown) => {
    open.said[name] = value;
    return told(open, open.state);
  }]);
  return {
    ...Object.fromEntries([...lacking, ...updates]),
    getSession: () => session(open),
    runServerUpdate: async (act: () => Promise<unknown>) => {
      await act();
      return told(open, await ask(open, 'state'));
    },
    updateLineItemQuantity: ({ lineItem, quantity }: any) => update({ quantities: { [lineItem]: quantity } }),
    updateShippingOption: (id: string) => update({ shipping_option: id }),
    confirm: (wish: any) => confirm(open, wish),
  };
}

function expose(open: Open): Record<string, unknown> {
  const { elements } = open;
  const makers = KINDS.flatMap(([name, type]) => [
    [`create${name}`, (options?: object) => elements.create(type, options)], [`get${name}`, () => elements.getElement(type)],
  ]);
  return {
    ...Object.fromEntries(makers),
    on: (name: string, listener: Listener) => void open.events.on(name, listener),
    changeAppearance: (appearance: object) => void elements.update({ appearance }),
    loadFonts: (fonts: object) => void elements.update({ fonts }),
    loadActions: async () => {
      const { error } = await load(open);
      return error ? { type: 'error', error } : { type: 'success', actions: actionsOf(open) };
    },
  };
}

/** The older shape: a promise of everything at once. */
async function older(open: Open): Promise<Record<string, unknown>> {
  const { error } = await load(open);
  if (error) throw new Error(error.message);
  return {
    ...expose(open), ...actionsOf(open), session: () => session(open),
    createElement: (type: string, options?: object) => open.elements.create(type, options),
    getElement: (type: string) => open.elements.getElement(type),
  };
}

/** `initCheckoutElementsSdk`. */
export const openCheckout = (client: Client, options: any = {}): Record<string, unknown> => expose(openOf(client, options));

/** `initCheckout`: one name, two shapes. When nobody said which generation it is, the answer has both. */
export function initCheckout(client: Client, options: any = {}): unknown {
  const { isAtOnce } = client;
  const open = openOf(client, options);
  if (isAtOnce) return expose(open);
  const promise = older(open);
  promise.catch(() => undefined);
  return isAtOnce === undefined ? Object.assign(promise, expose(open)) : promise;
}
