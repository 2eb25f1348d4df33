// Tokens and payment methods out of what a buyer entered.
// Deliberately absent: what they are used for, which the shop's server decides.

import type { Client } from './client';
import { Element } from './element';

type Answer = Promise<any>;

interface Made {
  path: string;
  /** Under which name a shop gets the object. */
  name: string;
  body: Record<string, any>;
}

export class Objects {
  constructor(private readonly client: Client) {}

  private async make({ path, name, body }: Made, element?: Element | null): Answer {
    const { error, chosen, handle } = element ? await this.client.elementsOf(element).collect(element) : {};
    if (error) return { error };
    if (chosen?.saved) return this.client.notSupported('a saved payment method here');
    const { type, keep } = chosen ?? {};
    const sent = { ...body, ...(type && { type }), ...(keep && { allow_redisplay: keep.allow_redisplay }) };
    const object = await this.client.controller.ask('create', { method: 'POST', path, body: sent, handle });
    return object.error ? { error: object.error } : { [name]: object };
  }

  /** `(element, data)`, or `('bank_account' | 'pii' | …, data)`. */
  async token(first: any, data: any = {}): Answer {
    const made = { path: '/v1/tokens', name: 'token' };
    if (data instanceof Element) return this.client.notSupported(`a token of the type ${first}`);
    if (typeof first === 'string') return this.make({ ...made, body: { [first]: data } });
    return this.make({ ...made, body: { card: data ?? {} } }, elementOf(first));
  }

  /** `({elements, params})`, `({type, card, …})`, or `(type, element, data)`. */
  paymentMethod(first: any, second?: any, third: any = {}): Answer {
    const made = { path: '/v1/payment_methods', name: 'paymentMethod' };
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
}

/** The element of a parameter that may hold one. */
export function elementOf(value: unknown): Element | null {
  return value instanceof Element ? value : null;
}
