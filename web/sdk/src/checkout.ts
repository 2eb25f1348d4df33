// Checkout sessions in a shop's page: the parts of their page, with the shop's own form around them.
//
// They speak to the same addresses as the hosted page. Deliberately absent: the hosted page in a frame, which embedded.ts has; promotion
// codes and tax ids, which sessions do not have yet: asking for them answers an error.

import { formatMoney, wireDecimals } from '@florin/pay-core/money';
import { randomId } from '@florin/pay-core/protocol';
import type { Client } from './client';
import { accompany, isPage } from './dialog';
import type { Elements } from './elements';
import { Emitter, type Listener } from './emitter';

type State = any;

/** How each kind of element is called by the method that makes it. */
const MAKERS: Readonly<Record<string, string>> = {
  createPaymentElement: 'payment', createExpressCheckoutElement: 'expressCheckout', createBillingAddressElement: 'address',
  createShippingAddressElement: 'shippingAddress', createForm: 'paymentForm', createCurrencySelectorElement: 'currencySelector',
  createTaxIdElement: 'taxId', createContactDetailsElement: 'contactDetails', createTermsElement: 'terms', createLinkSignupElement: 'linkSignup',
};
const LACKING = [
  'applyPromotionCode', 'removePromotionCode', 'updateTaxIdInfo', 'updateBillingAddress', 'updateShippingAddress', 'updatePhoneNumber',
];

/** The secret that a shop gives, or has a function for. */
export const secretOf = async (options: any): Promise<any> => options.clientSecret ?? options.fetchClientSecret?.();

/** The id in a secret. Shops may give the id alone where the secret itself is of no use. */
export function sessionId(secret: unknown, isSecretNeeded = false): string {
  const [, id, rest] = /^(cs_\w+?)(_secret_\w+)?$/.exec(String(secret)) ?? [];
  if (!id || (isSecretNeeded && !rest)) throw new Error('The client secret of a checkout session is needed: cs_…_secret_…');
  return id;
}

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

class Open {
  readonly events = new Emitter();
  readonly elements: Elements;
  private state: State = null;
  /** What the shop said; it is sent with the payment. */
  private email: string | undefined;
  private readonly id: Promise<string>;

  constructor(private readonly client: Client, options: any) {
    this.id = secretOf(options).then((secret) => sessionId(secret));
    this.elements = client.elements({ ...options, ...options.elementsOptions, clientSecret: undefined }, () => this.load());
  }

  private async ask(method: 'GET' | 'POST', what: string, body?: object, handle?: string): Promise<State> {
    const path = `/c/pay/${await this.id}/${what}`;
    const call = { method, path, body: body as Record<string, unknown>, handle };
    const state = await this.client.controller.ask(method === 'GET' ? 'api' : 'confirm', call);
    if (state?.id) this.state = state;
    return state;
  }

  load(): Promise<State> {
    return this.state ? Promise.resolve(this.state) : this.ask('GET', 'state');
  }

  session(): object {
    return sessionOf({ ...this.state, email: this.email ?? this.state.email });
  }

  private told(state: State): object {
    if (state.error && !state.id) return { type: 'error', error: state.error };
    this.events.emit('change', this.session());
    return { type: 'success', session: this.session() };
  }

  async confirm(wish: any = {}): Promise<object> {
    const element = this.elements.getElement('payment');
    const collected = element ? await this.elements.collect(element) : {};
    if (collected.error) return { type: 'error', error: collected.error };
    const { chosen, handle } = collected;
    const body = {
      attempt: randomId(), expected_amount: this.state.amounts.total, method: chosen?.type ?? 'card', saved_method: chosen?.saved,
      billing: { email: wish.email ?? this.email ?? this.state.email, name: wish.billingAddress?.name, address: wish.billingAddress?.address },
      shipping: wish.shippingAddress, save: wish.savePaymentMethod,
    };
    const sent = await this.ask('POST', 'confirm', body, handle);
    const url = failureOf(sent) ? null : sent.payment?.action?.url;
    const state = isPage(url) ? await this.accompany(url) : sent;
    const failure = failureOf(state);
    if (failure) {
      this.elements.clearCode();
      return { type: 'error', error: { message: failure.message ?? 'The payment did not go through.', code: failure.code ?? failure.kind } };
    }
    const back = wish.returnUrl ?? this.state.return_to;
    if (this.state.status === 'complete' && back && wish.redirect !== 'if_required') location.assign(back);
    return this.told(this.state);
  }

  private async accompany(url: string): Promise<State> {
    const look = () => this.ask('GET', 'state');
    const { state } = await accompany({ url, title: 'Payment', channel: randomId(), look, isOpen: (now) => Boolean(now.payment?.action) });
    return state.payment?.action?.kind === 'redirect' ? { ...state, error: UNFINISHED } : state;
  }

  actions(): Record<string, unknown> {
    const update = async (body: object) => this.told(await this.ask('POST', 'update', body));
    const lacking = LACKING.map((name) => [name, async () => ({ type: 'error', ...this.client.notSupported(name) })]);
    return {
      ...Object.fromEntries(lacking),
      getSession: () => this.session(),
      updateEmail: async (email: string) => {
        this.email = email;
        return this.told(this.state);
      },
      updateLineItemQuantity: ({ lineItem, quantity }: any) => update({ quantities: { [lineItem]: quantity } }),
      updateShippingOption: (id: string) => update({ shipping_option: id }),
      confirm: (wish: any) => this.confirm(wish),
    };
  }

  expose(): Record<string, unknown> {
    const makers = Object.entries(MAKERS).map(([name, type]) => [name, (options?: object) => this.elements.create(type, options)]);
    const loadActions = async () => {
      const state = await this.load();
      return state.error ? { type: 'error', error: state.error } : { type: 'success', actions: this.actions() };
    };
    return {
      ...Object.fromEntries(makers),
      on: (name: string, listener: Listener) => void this.events.on(name, listener),
      changeAppearance: (appearance: object) => void this.elements.update({ appearance }),
      loadFonts: (fonts: object) => void this.elements.update({ fonts }),
      getPaymentElement: () => this.elements.getElement('payment'),
      loadActions,
    };
  }

  /** The older shape: a promise of everything at once. */
  async older(): Promise<Record<string, unknown>> {
    const state = await this.load();
    if (state.error) throw new Error(state.error.message);
    return {
      ...this.expose(), ...this.actions(), session: () => this.session(),
      createElement: (type: string, options?: object) => this.elements.create(type, options),
      getElement: (type: string) => this.elements.getElement(type),
    };
  }
}

/** The first generation in which `initCheckout` answers at once. */
const AT_ONCE = 8;

export class Checkout {
  constructor(private readonly client: Client) {}

  open(options: any = {}): Record<string, unknown> {
    return new Open(this.client, options).expose();
  }

  /** One name, two shapes. When nobody said which generation it is, the answer has both. */
  init(options: any = {}): unknown {
    const { generation } = this.client;
    const made = new Open(this.client, options);
    if (generation >= AT_ONCE) return made.expose();
    const promise = made.older();
    promise.catch(() => undefined);
    return generation === 0 ? Object.assign(promise, made.expose()) : promise;
  }
}
