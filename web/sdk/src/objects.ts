// Tokens, payment methods, sources and confirmation tokens out of what a buyer entered.
// Deliberately absent: what they are used for, which the shop's server decides.

import type { Client } from './client';
import { Element } from './element';

type Answer = Promise<any>;

interface Made {
  path: string;
  /** Under which name a shop gets the object. */
  name: string;
  body: Record<string, any>;
  at: string[];
}

export class Objects {
  constructor(private readonly client: Client) {}

  private async make({ path, name, body, at }: Made, element?: Element | null, alone = false): Answer {
    const collected = element ? await this.client.elementsOf(element).collect(element, alone) : {};
    if (collected.error) return { error: collected.error };
    const { chosen, handle } = collected;
    if (chosen?.saved && name === 'paymentMethod') return this.client.notSupported('a saved payment method here');
    const sent = chosen?.saved ? { ...body, payment_method: chosen.saved } : chosen?.type ? withType(body, at, chosen.type) : body;
    const object = await this.client.controller.ask('create', { method: 'POST', path, body: sent, handle, at });
    return object.error ? { error: object.error } : { [name]: object };
  }

  /** `(element, data)`, or `('bank_account' | 'pii' | 'cvc_update' | …, data)`. */
  token(first: any, data: any = {}): Answer {
    const made = { path: '/v1/tokens', name: 'token' };
    if (typeof first !== 'string') {
      const { currency, ...card } = data ?? {};
      return this.make({ ...made, body: { card: { ...card, currency } }, at: ['card'] }, elementOf(first));
    }
    if (data instanceof Element) return this.make({ ...made, body: {}, at: [first] }, data, true);
    return this.make({ ...made, body: { [first]: data }, at: [] });
  }

  /** `(element, data)` or `(data)`. */
  source(first: any, data: any = {}): Answer {
    const made = { path: '/v1/sources', name: 'source', at: ['card'] };
    const element = elementOf(first);
    return this.make({ ...made, body: element ? { type: 'card', ...data } : first }, element);
  }

  /** `({elements, params})`, `({type, card, …})`, or `(type, element, data)`. */
  paymentMethod(first: any, second?: any, third: any = {}): Answer {
    const made = { path: '/v1/payment_methods', name: 'paymentMethod', at: ['card'] };
    if (typeof first === 'string') {
      const element = elementOf(second);
      return this.make({ ...made, body: { type: first, ...(element ? third : second) } }, element);
    }
    if (first?.elements) {
      const own = first.elements.getElement('payment') ?? first.elements.getElement('card');
      return this.make({ ...made, body: { type: 'card', ...first.params } }, own);
    }
    const element = elementOf(first?.card) ?? elementOf(first?.element);
    const { element: _, card, ...rest } = first ?? {};
    return this.make({ ...made, body: element ? { type: 'card', ...rest, ...first.params } : first }, element);
  }

  /** `({elements, params})`. */
  confirmationToken({ elements, params = {} }: any): Answer {
    const { payment_method_data: data, ...rest } = params;
    const body = { ...rest, payment_method_data: { type: 'card', ...data } };
    const made = { path: '/v1/confirmation_tokens', name: 'confirmationToken', at: ['payment_method_data', 'card'] };
    return this.make({ ...made, body }, elements?.getElement('payment'));
  }
}

/** The element of a parameter that may hold one. */
export function elementOf(value: unknown): Element | null {
  return value instanceof Element ? value : null;
}

function withType(body: Record<string, any>, at: string[], type: string): Record<string, any> {
  return at.length > 1 ? { ...body, payment_method_data: { ...body.payment_method_data, type } } : { ...body, type };
}
