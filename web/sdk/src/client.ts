// What `Florin('pk_…')` gives a shop: the methods of the wire's browser library over one controller frame.
// Deliberately absent: a `then`. A client that looked like a promise would be unwrapped by whoever awaits it.

import { initCheckout, openCheckout } from './checkout';
import { controllerOf, type Controller } from './controller';
import type { Element } from './element';
import { Elements } from './elements';
import { embed } from './embedded';
import { Emitter } from './emitter';
import { confirmWith, handle, retrieve, type Redirect } from './intents';
import { CONFIRMING, UNSUPPORTED } from './names';
import { createConfirmationToken, createPaymentMethod, createSource, createToken, elementOf, retrieveSource } from './objects';
import { ORIGIN, VERSION } from './origin';

export interface Options {
  stripeAccount?: string;
  locale?: string;
}

/** A method as it stands here: the client that it belongs to comes first. */
type Method = (client: Client, ...words: any[]) => unknown;

export class Client {
  readonly controller: Controller;
  readonly locale?: string;
  /** The version of the wrapper, where it told. */
  wrapper?: string;
  /** Ids of what is known to be a card. Only a bank of a card may be shown in a window. */
  readonly cards = new Set<string>();

  constructor(readonly key: string, options: Options) {
    this.controller = controllerOf(key, options.stripeAccount);
    this.locale = options.locale;
  }

  elements(options: any = {}, given?: () => Promise<any>): Elements {
    return new Elements(this, options ?? {}, given);
  }

  elementsOf(element: Element): Elements {
    if (element.elements.client !== this) throw new Error('This Element was made by another client.');
    return element.elements;
  }

  /** Asks for an object with the secret that allows a browser to see it. */
  read(path: string, secret: string): Promise<any> {
    return this.controller.ask('api', { method: 'GET', path: `${path}?client_secret=${encodeURIComponent(secret)}` });
  }

  notSupported(what: string): { error: object } {
    const message = `Florin does not support ${what}. Nothing was sent.`;
    return { error: { type: 'invalid_request_error', code: 'not_supported', message } };
  }

  /** Whether the wrapper is of a generation whose `initCheckout` answers at once: clover, which is 8, or later. Undefined when nobody said. */
  get isAtOnce(): boolean | undefined {
    // The words of the generations follow the alphabet.
    if (VERSION !== 3) return VERSION >= 'clover';
    const said = parseInt(this.wrapper ?? '', 10);
    return said ? said >= 8 : undefined;
  }

  /** The object that a shop holds. */
  expose(): Record<string, unknown> {
    return Object.fromEntries(Object.entries(METHODS).map(([name, does]) => [name, does.bind(null, this)]));
  }
}

/** `confirmPayment` and `confirmSetup`. */
async function confirm(client: Client, { elements, clientSecret, confirmParams = {}, redirect = 'always' }: any = {}): Promise<any> {
  const secret = clientSecret ?? elements?.options.clientSecret;
  const { return_url: returnUrl, ...params } = confirmParams;
  if (redirect === 'always' && !returnUrl) {
    throw new Error("confirmParams.return_url is needed, unless redirect is 'if_required': a buyer may have to leave the page.");
  }
  // What is in a token was collected before.
  const element = params.confirmation_token ? null : elements?.getElement('payment');
  const given = params.confirmation_token ?? params.payment_method;
  return confirmWith(client, { secret, params, returnUrl, redirect, element, elements, isElsewhere: given && !client.cards.has(given) });
}

/** `confirmCardPayment`, `confirmIdealPayment` and the like. Of a card the name says that it is one. */
async function confirmType(type: string, client: Client, secret: string, told: any, options: any): Promise<any> {
  const { payment_method: method, return_url: returnUrl, ...rest } = told ?? {};
  const element = elementOf(method?.card) ?? elementOf(method?.element);
  const redirect: Redirect = options?.handleActions === false ? 'never' : type === 'card' || !returnUrl ? 'if_required' : 'always';
  const { card, element: _, ...described } = Object(method);
  const data = { type, ...described, ...(!element && card !== undefined && { card }) };
  const isNamed = typeof method === 'string' || (!method && type === 'card');
  const params = { ...rest, ...(isNamed ? { payment_method: method } : { payment_method_data: data }) };
  return confirmWith(client, { secret, params, returnUrl, redirect, element, elements: element ? client.elementsOf(element) : undefined });
}

async function redirectToCheckout(client: Client, { sessionId }: any = {}): Promise<any> {
  if (typeof sessionId !== 'string') return client.notSupported('redirectToCheckout without a sessionId');
  location.assign(`${ORIGIN}/c/pay/${encodeURIComponent(sessionId)}`);
  return new Promise(() => {});
}

/** Wallets of the browser: there are none, and shops ask before they show a button. */
function paymentRequest(): Emitter {
  const show = () => {
    throw new Error('No wallet is available. Ask canMakePayment() first.');
  };
  return Object.assign(new Emitter(), { canMakePayment: async () => null, show, update() {}, abort() {}, isShowing: () => false });
}

const METHODS: Readonly<Record<string, Method>> = {
  ...Object.fromEntries(UNSUPPORTED.map((name): [string, Method] => [name, async (client) => client.notSupported(name)])),
  ...Object.fromEntries(CONFIRMING.map(([name, type]): [string, Method] => [name, confirmType.bind(null, type)])),
  _registerWrapper(client, wrapper) {
    if (wrapper?.name === 'stripe-js') client.wrapper = wrapper.version;
  },
  registerAppInfo() {},
  elements: (client, options) => client.elements(options),
  createToken, createConfirmationToken, createSource, retrieveSource, createPaymentMethod,
  confirmPayment: confirm,
  confirmSetup: confirm,
  handleNextAction: async (client, wish) => handle(client, wish?.clientSecret),
  handleCardAction: handle,
  retrievePaymentIntent: retrieve,
  retrieveSetupIntent: retrieve,
  redirectToCheckout,
  createEmbeddedCheckoutPage: embed,
  initEmbeddedCheckout: embed,
  initCheckout,
  initCheckoutElementsSdk: openCheckout,
  initCheckoutFormSdk: openCheckout,
  paymentRequest,
};
