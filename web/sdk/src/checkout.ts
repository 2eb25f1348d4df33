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

type State = any;

/** The kinds of elements, and the methods that make them. */
const MAKERS = [
  ['createBillingAddressElement', 'address'], ['createForm', 'paymentForm'],
  ...'payment expressCheckout shippingAddress currencySelector taxId contactDetails terms linkSignup'.split(' ').map(
    (type) => [`create${capital(type)}Element`, type] as const),
] as const;
const LACKING = (
  'applyPromotionCode removePromotionCode updateTaxIdInfo updateBillingAddress updateShippingAddress updatePhoneNumber'
).split(' ');

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

/** A session as shops read it, from the state that the hosted page has. */
export function sessionOf(state: State): object {
  const { amounts, currency } = state;
  const { locale } = new Intl.NumberFormat().resolvedOptions();
  // A set-up has no currency, and nothing to pay.
  const as = (minor: number) => ({ amount: formatMoney(minor, currency ?? '', locale), minorUnitsAmount: minor });
  const status = state.status === 'complete' ? { type: 'complete', paymentStatus: state.payment_status } : { type: state.status };
  return {
    id: state.id, livemode: state.livemode, currency, email: state.email, status, businessName: state.merchant?.name,
    canConfirm: state.status === 'open', minorUnitsAmountDivisor: 10 ** wireDecimals(currency ?? ''),
    total: {
      subtotal: as(amounts.subtotal), shippingRate: as(amounts.shipping), taxExclusive: as(amounts.tax), taxInclusive: as(0),
      discount: as(amounts.discount), total: as(amounts.total),
    },
    lineItems: state.line_items.map((item: any) => ({
      id: item.id, name: item.name, description: item.description, quantity: item.quantity, images: item.image ? [item.image] : [],
      unitAmount: item.unit_amount === null ? null : as(item.unit_amount), subtotal: as(item.amount), total: as(item.amount),
      adjustableQuantity: item.adjustable,
    })),
    shippingOptions: (state.shipping?.options ?? []).map((one: any) => ({ id: one.id, displayName: one.name, ...as(one.amount) })),
    savedPaymentMethods: state.saved_methods,
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
  /** What the shop said; it is sent with the payment. */
  email?: string;
}

function openOf(client: Client, options: any): Open {
  const secret = secretOf(options);
  const elements = client.elements({ ...options, ...options.elementsOptions, clientSecret: undefined }, () => load(open));
  const open: Open = { client, secret, channel: randomId(), elements, events: new Emitter(), state: null };
  return open;
}

/** Reads the state, or sends something that changes it. */
async function ask(open: Open, what: string, body?: Record<string, unknown>, handle?: string): Promise<State> {
  const path = pathOf(await open.secret, what);
  const state = await open.client.controller.ask(body ? 'confirm' : 'api', { method: body ? 'POST' : 'GET', path, body, handle });
  if (state?.id) open.state = state;
  return state;
}

const load = async (open: Open): Promise<State> => open.state ?? ask(open, 'state');

const session = ({ state, email }: Open): object => sessionOf({ ...state, email: email ?? state.email });

function told(open: Open, state: State): object {
  if (state.error && !state.id) return { type: 'error', error: state.error };
  open.events.emit('change', session(open));
  return { type: 'success', session: session(open) };
}

async function confirm(open: Open, wish: any = {}): Promise<object> {
  const { elements, state: { amounts, email } } = open;
  const element = elements.getElement('payment');
  const { error, chosen, handle }: Collected = element ? await elements.collect(element) : {};
  if (error) return { type: 'error', error };
  const body = {
    attempt: randomId(), expected_amount: amounts.total, method: chosen?.type ?? 'card', saved_method: chosen?.saved,
    billing: { email: wish.email ?? open.email ?? email, name: wish.billingAddress?.name, address: wish.billingAddress?.address },
    shipping: wish.shippingAddress, save: wish.savePaymentMethod,
  };
  const back = `confirm?origin=${encodeURIComponent(location.origin)}&ch=${open.channel}`;
  const sent = await ask(open, back, body, handle);
  const url = failureOf(sent) ? null : sent.payment?.action?.url;
  const failure = failureOf(isPage(url) ? await overPage(open, url) : sent);
  if (failure) {
    elements.clearCode();
    return { type: 'error', error: { message: failure.message ?? 'The payment did not go through.', code: failure.code ?? failure.kind } };
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
  return {
    ...Object.fromEntries(lacking),
    getSession: () => session(open),
    updateEmail: async (email: string) => {
      open.email = email;
      return told(open, open.state);
    },
    updateLineItemQuantity: ({ lineItem, quantity }: any) => update({ quantities: { [lineItem]: quantity } }),
    updateShippingOption: (id: string) => update({ shipping_option: id }),
    confirm: (wish: any) => confirm(open, wish),
  };
}

function expose(open: Open): Record<string, unknown> {
  const { elements } = open;
  const makers = MAKERS.map(([name, type]) => [name, (options?: object) => elements.create(type, options)]);
  return {
    ...Object.fromEntries(makers),
    on: (name: string, listener: Listener) => void open.events.on(name, listener),
    changeAppearance: (appearance: object) => void elements.update({ appearance }),
    loadFonts: (fonts: object) => void elements.update({ fonts }),
    getPaymentElement: () => elements.getElement('payment'),
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
