// Tokens, payment methods and confirmation tokens out of what a buyer entered.
// Deliberately absent: what they are used for, which the shop's server decides.

import type { Client } from './client';
import { Element } from './element';
import type { Collected } from './elements';
import { answerOf, paramsOf } from './intents';

type Answer = Promise<any>;

/** What a method is made of, and the form that its card comes from. */
type Source = [body: Record<string, any>, element?: Element | null];

/** `name`: under which a shop gets the object. */
async function make(client: Client, path: string, name: string, [body, element]: Source): Answer {
  const collected: Collected = element ? await client.elementsOf(element).collect(element) : {};
  const { saved, type, keep } = collected.chosen ?? {};
  if (saved) return client.notSupported('a saved payment method here');
  const sent = { ...body, ...(type && { type }), ...(keep && { allow_redisplay: keep.allow_redisplay }) };
  return send(client, path, name, sent, collected);
}

async function send(client: Client, path: string, name: string, body: Record<string, unknown>, { error, handle }: Collected): Answer {
  if (error) return { error };
  const object = await client.controller.ask('create', { method: 'POST', path: `/v1/${path}`, body, handle });
  if ((object.payment_method_preview ?? object).type === 'card') client.cards.add(object.id);
  return answerOf(name, object);
}

/** `(element, data)`, or `('bank_account' | 'pii' | …, data)`. */
export async function createToken(client: Client, first: any, data: any = {}): Answer {
  if (data instanceof Element) return client.notSupported(`a token of the type ${first}`);
  return make(client, 'tokens', 'token', typeof first === 'string' ? [{ [first]: data }] : [{ card: data ?? {} }, elementOf(first)]);
}

/** `(element, data)` or `(data)`. */
export async function createSource(client: Client, first: any, data?: any): Answer {
  const element = elementOf(first);
  return make(client, 'sources', 'source', [{ type: 'card', ...(element ? data : first) }, element]);
}

/** `({id, client_secret})`. */
export async function retrieveSource(client: Client, { id, client_secret: secret }: any = {}): Answer {
  return answerOf('source', await client.read(`/v1/sources/${encodeURIComponent(id)}`, secret));
}

/** `({elements, params})`, `({type, card, …})`, or `(type, element, data)`. */
export async function createPaymentMethod(client: Client, first: any, second?: any, third?: any): Answer {
  return make(client, 'payment_methods', 'paymentMethod', sourceOf(first, second, third));
}

/** `({elements, params})`: everything that the buyer decided, for the shop's server to confirm with. */
export async function createConfirmationToken(client: Client, { elements, params }: any = {}): Answer {
  const element = elements?.form;
  if (!element) throw new Error('createConfirmationToken needs the elements group of a payment element.');
  const own = client.elementsOf(element);
  const collected = await own.collect(element);
  const body = {
    ...paramsOf({ setup_future_usage: own.options.setupFutureUsage, ...params }, collected, own),
    // A publishable key alone may not look at what a customer saved.
    customer_session: collected.chosen?.saved && own.options.customerSessionClientSecret,
  };
  return send(client, 'confirmation_tokens', 'confirmationToken', body, collected);
}

function sourceOf(first: any, second: any, data: any): Source {
  if (typeof first === 'string') {
    const element = elementOf(second);
    return [{ type: first, ...(element ? data : second) }, element];
  }
  if (first?.elements) return [{ type: 'card', ...first.params }, first.elements.form];
  const element = elementOf(first?.card) ?? elementOf(first?.element);
  const { element: _, card, ...rest } = first ?? {};
  return element ? [{ type: 'card', ...rest, ...first.params }, element] : [first];
}

/** The element of a parameter that may hold one. */
export function elementOf(value: unknown): Element | null {
  return value instanceof Element ? value : null;
}
