// A group of elements that belong to one payment: what they share, how split fields work together, how a card gets a handle.
// Deliberately absent: confirming, which the client does with what is collected here.

import { randomId } from '@florin/pay-core/protocol';
import type { Client } from './client';
import { Element, isSplit, plain } from './element';
import { Emitter } from './emitter';
import { LOST, style } from './frame';

/** What the buyer chose, as the frame tells it. */
export interface Chosen {
  /** The id of a saved method. */
  saved?: string;
  /** The type of a method that needs no fields. */
  type?: string;
  card?: boolean;
  /** What a new method is saved for, where the buyer wants that: how a confirmation says it. */
  keep?: { allow_redisplay: string; setup_future_usage?: string };
}

/** What a confirmation goes on with. */
export interface Collected {
  handle?: string;
  chosen?: Chosen;
  error?: any;
}

const ORDER = ['cardNumber', 'cardExpiry', 'cardCvc'];
/** Changing one of these changes which methods there are. */
const TERMS = ['mode', 'amount', 'currency', 'paymentMethodTypes'];

function notMounted(type = 'payment'): Collected {
  const message = `There is no ${type} element on the page yet. Mount it and wait for its ready event.`;
  return { error: { type: 'validation_error', code: 'element_not_mounted', message } };
}

export class Elements extends Emitter {
  readonly group = randomId();
  private readonly made = new Map<string, Element>();
  private session: Promise<any> | null = null;

  constructor(readonly client: Client, public options: any, private readonly given?: () => Promise<any>) {
    super();
    client.controller.join(this.group);
  }

  /** What every frame of the group is told. */
  shared(type: string): object {
    const { appearance, locale, fonts } = plain(this.options);
    if (type === 'payment') void this.loadSession();
    return { group: this.group, controller: this.client.controller.name, appearance, locale: locale ?? this.client.locale, fonts };
  }

  /** The scheme of a frame has to be that of its document, or the browser paints an opaque ground under it. */
  scheme(type: string): string {
    return type === 'payment' && this.options.appearance?.theme === 'night' ? 'dark' : 'light';
  }

  private async loadSession(): Promise<any> {
    const asked = (this.session ??= this.given ? this.given() : this.askSession());
    const session = await asked;
    // An error is told once. Whoever needs the session again asks again.
    if (session?.error && this.session === asked) this.session = null;
    const payment = this.made.get('payment');
    if (session?.error) payment?.emit('loaderror', { elementType: 'payment', error: session.error });
    else payment?.frame?.send('group', { session });
    return session;
  }

  private askSession(): Promise<any> {
    const { clientSecret, customerSessionClientSecret: customer, mode, amount, currency, paymentMethodTypes } = this.options;
    const query = new URLSearchParams({ key: this.client.key });
    if (clientSecret) query.set('client_secret', clientSecret);
    if (customer) query.set('customer_session', customer);
    const deferred = { mode, amount, currency: currency?.toLowerCase() };
    for (const [name, value] of Object.entries(clientSecret ? {} : deferred)) {
      if (value !== undefined) query.set(`deferred_intent[${name}]`, String(value));
    }
    (paymentMethodTypes ?? []).forEach((type: string, at: number) => query.set(`deferred_intent[payment_method_types][${at}]`, type));
    return this.client.controller.ask('api', { method: 'GET', path: `/v1/elements/sessions?${query}` });
  }

  /** The buyer wants a saved method to be forgotten. The frame is told what came of it, then the shop. */
  async removeSaved(element: Element, id: string): Promise<void> {
    const body = { customer_session: this.options.customerSessionClientSecret };
    const object = await this.client.controller.ask('api', { method: 'POST', path: `/v1/payment_methods/${id}/detach`, body });
    const success = !object.error;
    // Only now: what is shown may have been asked for anew meanwhile.
    const session = await this.session;
    const saved: any[] = session?.saved_methods ?? [];
    if (success && session) session.saved_methods = saved.filter((one) => one.id !== id);
    element.frame?.send('removed', { id, success });
    const payment_method = success ? object : saved.find((one) => one.id === id);
    element.emit('savedpaymentmethodremove', { elementType: 'payment', success, error: object.error?.message, payment_method });
  }

  create(type: string, options: object = {}): Element {
    if (this.made.has(type)) throw new Error(`Can only create one Element of type ${type} through the same elements instance.`);
    const element = new Element(type, options ?? {}, this);
    this.made.set(type, element);
    return element;
  }

  /** By its name, or by the component of the React wrapper, which carries the name. */
  getElement(type: any): Element | null {
    return this.made.get(typeof type === 'string' ? type : type?.__elementType) ?? null;
  }

  /** What a new card is taken from. */
  get form(): Element | undefined {
    return this.made.get('payment') ?? this.made.get('card');
  }

  drop(element: Element): void {
    if (this.made.get(element._elementType) === element) this.made.delete(element._elementType);
  }

  update(options: any): this {
    this.options = { ...this.options, ...options };
    const { appearance, locale } = plain(options);
    for (const [type, element] of this.made) {
      element.frame?.send('group', { appearance, locale });
      if (appearance && element.frame) style(element.frame.element, { 'color-scheme': this.scheme(type) });
    }
    const updated = TERMS.some((term) => term in options) ? this.fetchUpdates() : Promise.resolve();
    void updated.then(() => this.emit('update-end'));
    return this;
  }

  async fetchUpdates(): Promise<{ error?: unknown }> {
    this.session = null;
    if (!this.made.has('payment')) return {};
    const session = await this.loadSession();
    return session?.error ? { error: session.error } : {};
  }

  /** The code's length follows the brand, also where both are typed in different frames. */
  changed(element: Element, state: any): void {
    if (element._elementType === 'cardNumber') this.made.get('cardCvc')?.frame?.send('group', { brand: state.brand });
  }

  move(element: Element, direction: 'advance' | 'retreat'): void {
    const at = ORDER.indexOf(element._elementType);
    if (at < 0) return;
    const next = this.made.get(ORDER[at + (direction === 'advance' ? 1 : -1)] ?? '');
    next?.focus();
  }

  async submit(): Promise<{ error?: unknown; selectedPaymentMethod?: string }> {
    const frame = this.form?.frame;
    if (!frame) return notMounted();
    const answer = await frame.ask('submit', {});
    return answer.error ? { error: answer.error } : { selectedPaymentMethod: answer.type };
  }

  /** Checks the fields, and has their frames put the card behind a handle. Of a card that is not whole nothing is put there. */
  async collect(element: Element): Promise<Collected> {
    const type = element._elementType;
    const isMany = isSplit(type);
    const members = isMany ? ORDER.map((one) => this.made.get(one)) : [element];
    const missing = members.findIndex((one) => !one?.frame);
    if (missing >= 0) return notMounted(isMany ? ORDER[missing] : type);
    await this.client.controller.listening();
    const handle = randomId();
    let answers: any[] = [];
    for (const step of ['submit', 'collect'] as const) {
      answers = await Promise.all(members.map((one) => one?.frame?.ask(step, { handle, canFocus: !isMany }) ?? LOST));
      const at = answers.findIndex(({ error }) => error);
      if (at < 0) continue;
      if (isMany) members[at]?.focus();
      return { error: answers[at].error };
    }
    const { chosen } = answers[0];
    if (chosen.saved) this.client.cards.add(chosen.saved);
    return chosen.card ? { handle, chosen } : { chosen };
  }

  /** After a declined payment everything stays but the code, which nobody may keep. */
  clearCode(): void {
    this.made.get('cardCvc')?.clear();
    for (const type of ['payment', 'card']) this.made.get(type)?.frame?.send('clear', { parts: ['cvc'] });
  }
}
