// What `Florin('pk_…')` gives a shop: the methods of the wire's browser library over one controller frame.
// Deliberately absent: a `then`. A client that looked like a promise would be unwrapped by whoever awaits it.

import { Checkout } from './checkout';
import { Controller } from './controller';
import type { Element } from './element';
import { Elements } from './elements';
import { embed } from './embedded';
import { Emitter } from './emitter';
import { Intents, type Redirect } from './intents';
import { CONFIRMING, UNSUPPORTED } from './names';
import { elementOf, Objects } from './objects';
import { ORIGIN, VERSION } from './origin';

export interface Options {
  stripeAccount?: string;
  locale?: string;
}

export class Client {
  readonly controller: Controller;
  readonly locale?: string;
  readonly wrappers: any[] = [];
  /** Ids of what is known to be a card. Only a bank of a card may be shown in a window. */
  readonly cards = new Set<string>();
  private readonly intents: Intents;
  private readonly objects: Objects;
  private readonly checkout: Checkout;

  constructor(readonly key: string, options: Options) {
    this.controller = new Controller(key, options.stripeAccount);
    this.locale = options.locale;
    this.intents = new Intents(this);
    this.objects = new Objects(this);
    this.checkout = new Checkout(this);
  }

  elements(options: any = {}, given?: () => Promise<any>): Elements {
    return new Elements(this, options ?? {}, given);
  }

  elementsOf(element: Element): Elements {
    if (element.elements.client !== this) throw new Error('This Element was made by another client.');
    return element.elements;
  }

  notSupported(what: string): { error: object } {
    const message = `Florin does not support ${what}. Nothing was sent.`;
    return { error: { type: 'invalid_request_error', code: 'not_supported', message } };
  }

  /** The generation of the wrapper: which of two shapes some methods have. 0 when nobody said. */
  get generation(): number {
    const trains: Record<string, number> = { acacia: 6, basil: 7, clover: 8, dahlia: 9, endive: 10 };
    const said = this.wrappers.find((wrapper) => wrapper?.name === 'stripe-js')?.version;
    return trains[String(VERSION)] ?? (parseInt(said, 10) || 0);
  }

  /** `confirmPayment` and `confirmSetup`. */
  private async confirm({ elements, clientSecret, confirmParams = {}, redirect = 'always' }: any): Promise<any> {
    const secret = clientSecret ?? elements?.options.clientSecret;
    const { return_url: returnUrl, ...params } = confirmParams;
    if (redirect === 'always' && !returnUrl) {
      throw new Error("confirmParams.return_url is needed, because a buyer may have to leave the page. Give one, or set redirect to 'if_required'.");
    }
    // What is in a token was collected before.
    const element = params.confirmation_token ? null : elements?.getElement('payment');
    const given = params.confirmation_token ?? params.payment_method;
    return this.intents.confirm({ secret, params, returnUrl, redirect, element, elements, isElsewhere: given && !this.cards.has(given) });
  }

  /** `confirmCardPayment`, `confirmIdealPayment` and the like. Of a card the name says that it is one. */
  private async confirmType(type: string, secret: string, told: any, options: any): Promise<any> {
    const { payment_method: method, return_url: returnUrl, ...rest } = told ?? {};
    const element = elementOf(method?.card) ?? elementOf(method?.element);
    const redirect: Redirect = options?.handleActions === false ? 'never' : type === 'card' || !returnUrl ? 'if_required' : 'always';
    const { card, element: _, ...described } = Object(method);
    const data = { type, ...described, ...(!element && card !== undefined && { card }) };
    const isNamed = typeof method === 'string' || (!method && type === 'card');
    const params = { ...rest, ...(isNamed ? { payment_method: method } : { payment_method_data: data }) };
    return this.intents.confirm({ secret, params, returnUrl, redirect, element, elements: element ? this.elementsOf(element) : undefined });
  }

  /** The object that a shop holds. */
  expose(): Record<string, unknown> {
    const { intents, objects, checkout } = this;
    const notSupported = (name: string) => [name, async () => this.notSupported(name)];
    const confirming = CONFIRMING.map(([name, type]) => [
      name, (secret: string, data?: any, options?: any) => this.confirmType(type, secret, data, options),
    ]);
    const confirm = (wish: any) => this.confirm(wish ?? {});
    const register = (wrapper: unknown): void => void this.wrappers.push(wrapper);
    return {
      ...Object.fromEntries([...UNSUPPORTED.map(notSupported), ...confirming]),
      _registerWrapper: register,
      registerAppInfo: register,
      elements: (options?: any) => this.elements(options),
      createToken: (element: any, data?: any) => objects.token(element, data),
      createConfirmationToken: (wish: any) => objects.confirmationToken(wish),
      createSource: (first: any, data?: any) => objects.source(first, data),
      createPaymentMethod: (first: any, second?: any, third?: any) => objects.paymentMethod(first, second, third),
      confirmPayment: confirm,
      confirmSetup: confirm,
      handleNextAction: async (wish: any) => intents.handle(wish?.clientSecret),
      handleCardAction: async (secret: string) => intents.handle(secret),
      retrievePaymentIntent: async (secret: string) => intents.retrieve(secret),
      retrieveSetupIntent: async (secret: string) => intents.retrieve(secret),
      redirectToCheckout: (wish: any) => this.redirectToCheckout(wish ?? {}),
      createEmbeddedCheckoutPage: (options: any) => embed(this, options),
      initEmbeddedCheckout: (options: any) => embed(this, options),
      initCheckout: (options: any) => checkout.init(options),
      initCheckoutElementsSdk: (options: any) => checkout.open(options),
      initCheckoutFormSdk: (options: any) => checkout.open(options),
      paymentRequest,
    };
  }

  private async redirectToCheckout({ sessionId }: any): Promise<any> {
    if (typeof sessionId !== 'string') return this.notSupported('redirectToCheckout without a sessionId');
    location.assign(`${ORIGIN}/c/pay/${encodeURIComponent(sessionId)}`);
    return new Promise(() => {});
  }
}

/** Wallets of the browser: there are none, and shops ask before they show a button. */
function paymentRequest(): Emitter {
  const request = new Emitter();
  const show = () => {
    throw new Error('No wallet is available. Ask canMakePayment() before showing a button.');
  };
  return Object.assign(request, { canMakePayment: async () => null, show, update() {}, abort() {}, isShowing: () => false });
}
