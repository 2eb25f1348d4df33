// Tokens, payment methods and confirmation tokens out of what a buyer entered.
// Deliberately absent: what they are used for, which the shop's server decides.

import type { Client } from './client';
import { Element } from './element';
import type { Collected, Elements } from './elements';
import { paramsOf } from './intents';

type Answer = Promise<any>;

/** What a method is made of, and the form that its card comes from. */
type Source = [body: Record<string, any>, element?: Element | null];

export class Objects {
  constructor(private readonly client: Client) {}

  /** `name`: under which a shop gets the object. */
  private async make(path: string, name: string, [body, element]: Source): Answer {
    const collected: Collected = element ? await this.client.elementsOf(element).collect(element) : {};
    const { saved, type, keep } = collected.chosen ?? {};
    if (saved) return this.client.notSupported('a saved payment method here');
    const sent = { ...body, ...(type && { type }), ...(keep && { allow_redisplay: keep.allow_redisplay }) };
    return this.send(path, name, sent, collected);
  }

  private async send(path: string, name: string, body: Record<string, unknown>, { error, handle }: Collected): Answer {
    if (error) return { error };
    const object = await this.client.controller.ask('create', { method: 'POST', path: `/v1/${path}`, body, handle });
    if (object.error) return { error: object.error };
    if ((object.payment_method_preview ?? object).type === 'card') this.client.cards.add(object.id);
    return { [name]: object };
  }

  /** `(element, data)`, or `('bank_account' | 'pii' | …, data)`. */
  async token(first: any, data: any = {}): Answer {
    if (data instanceof Element) return this.client.notSupported(`a token of the type ${first}`);
    return this.make('tokens', 'token', typeof first === 'string' ? [{ [first]: data }] : [{ card: data ?? {} }, elementOf(first)]);
  }

  /** `(element, data)` or `(data)`. */
  async source(first: any, data?: any): Answer {
    const element = elementOf(first);
    return this.make('sources', 'source', [{ type: 'card', ...(element ? data : first) }, element]);
  }

  /** `({elements, params})`, `({type, card, …})`, or `(type, element, data)`. */
  async paymentMethod(first: any, second?: any, third?: any): Answer {
    return this.make('payment_methods', 'paymentMethod', sourceOf(first, second, third));
  }

  /** `({elements, params})`: everything that the buyer decided, for the shop's server to confirm with. */
  async confirmationToken({ elements, params }: any = {}): Answer {
    const element = elements && formOf(elements);
    if (!element) throw new Error('createConfirmationToken needs the elements group of a payment element.');
    const own = this.client.elementsOf(element);
    const collected = await own.collect(element);
    const body = {
      ...paramsOf({ setup_future_usage: own.options.setupFutureUsage, ...params }, collected),
      // A publishable key alone may not look at what a customer saved.
      customer_session: collected.chosen?.saved && own.options.customerSessionClientSecret,
    };
    return this.send('confirmation_tokens', 'confirmationToken', body, collected);
  }
}

function sourceOf(first: any, second: any, data: any): Source {
  if (typeof first === 'string') {
    const element = elementOf(second);
    return [{ type: first, ...(element ? data : second) }, element];
  }
  if (first?.elements) return [{ type: 'card', ...first.params }, formOf(first.elements)];
  const element = elementOf(first?.card) ?? elementOf(first?.element);
  const { element: _, card, ...rest } = first ?? {};
  return element ? [{ type: 'card', ...rest, ...first.params }, element] : [first];
}

/** What a group takes a new card from. */
function formOf(elements: Elements): Element | null {
  return elements.getElement('payment') ?? elements.getElement('card');
}

/** The element of a parameter that may hold one. */
export function elementOf(value: unknown): Element | null {
  return value instanceof Element ? value : null;
}
