// The simple front door of Florin: ask for a payment, look at it, give it up. Deliberately absent: refunds, which are one more call of the
// same kind, and trying again; a buyer who presses the button again does that.

const WITHIN_MS = 15_000;

/** What Florin refused, or that it did not answer. `status` is 0 where there was no answer. */
export class FlorinError extends Error {
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }
}

export class Payments {
  #url;
  #key;

  constructor({ florinUrl, key }) {
    this.#url = florinUrl;
    this.#key = key;
  }

  /** A payment of an order. The same wish under the same key gives the same answer, the secret of the webhook included. */
  create(wish, idempotencyKey) {
    return this.#send('', { method: 'POST', body: JSON.stringify(wish), headers: { 'idempotency-key': idempotencyKey } });
  }

  retrieve(id) {
    return this.#send(`/${encodeURIComponent(id)}`);
  }

  /** The payment of an order, or `null` if nobody asked for one. */
  async ofOrder(id) {
    try {
      return await this.#send(`?order_id=${encodeURIComponent(id)}`);
    } catch (error) {
      if (error.status === 404) return null;
      throw error;
    }
  }

  cancel(id) {
    return this.#send(`/${encodeURIComponent(id)}/cancel`, { method: 'POST', body: '{}' });
  }

  async #send(path, { headers, ...request } = {}) {
    const all = { ...headers, authorization: `Bearer ${this.#key}`, 'content-type': 'application/json' };
    const url = `${this.#url}/florin/v1/payments${path}`;
    let response;
    let answer;
    try {
      response = await fetch(url, { ...request, headers: all, redirect: 'error', signal: AbortSignal.timeout(WITHIN_MS) });
      answer = await response.json();
    } catch (error) {
      throw new FlorinError(`Florin does not answer at ${this.#url} (${error.cause?.code ?? error.message}). Is it running? florin dev`);
    }
    if (response.ok) return answer;
    throw new FlorinError(`Florin refused with ${response.status}: ${answer.error?.message ?? 'no reason given'}`, response.status);
  }
}
