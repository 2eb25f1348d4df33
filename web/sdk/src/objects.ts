// Tokens, payment methods and confirmation tokens out of what a buyer entered.
// Deliberately absent: what they are used for, which the shop's server decides.

import type { Client } from './client';
import { Element } from './element';
import type { Collected, Elements } from './elements';
import { paramsOf } from './intents';

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
    const collected: Collected = element ? await this.client.elementsOf(element).collect(element) : {};
    const { saved, type, keep } = collected.chosen ?? {};
    if (saved) return this.client.notSupported('a saved payment method here');
    const sent = { ...body, ...(type && { type }), ...(keep && { allow_redisplay: keep.allow_redisplay }) };
    return this.send({ path, name, body: sent }, collected);
  }

  private async send({ path, name, body }: Made, { error, chosen, handle }: Collected): Answer {
    if (error) return { error };
    const object = await this.client.controller.ask('create', { method: 'POST', path, body, handle });
    if (object.error) return { error: object.error };
    if (chosen?.type) this.client.redirecting.add(object.id);
    return { [name]: object };
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
      return this.make({ ...made, body: { type: 'card', ...first.params } }, formOf(first.elements));
    }
    const element = elementOf(first?.card) ?? elementOf(first?.element);
    const { element: _, card, ...rest } = first ?? {};
    return this.make({ ...made, body: element ? { type: 'card', ...rest, ...first.params } : first }, element);
  }

  /** `({elements, params})`: everything that the buyer decided, for the shop's server to confirm with. */
  async confirmationToken({ elements, params }: any = {}): Answer {
    const element = elements && formOf(elements);
    if (!element) throw new Error('createConfirmationToken needs the elements group of a payment element.');
    const own = this.client.elementsOf(element);
    const collected = await own.collect(element);
    const { setupFutureUsage, customerSessionClientSecret } = own.options;
    const body = {
      setup_future_usage: setupFutureUsage, ...paramsOf(params ?? {}, collected),
      // A publishable key alone may not look at what a customer saved.
      customer_session: collected.chosen?.saved && customerSessionClientSecret,
    };
    return this.send({ path: '/v1/confirmation_tokens', name: 'confirmationToken', body }, collected);
  }
}

/** What a group takes a new card from. */
function formOf(elements: Elements): Element | null {
  return elements.getElement('payment') ?? elements.getElement('card');
}

/** The element of a parameter that may hold one. */
export function elementOf(value: unknown): Element | null {
  return value instanceof Element ? value : null;
}
