// The official SDK, pointed at the server under test, with an HTTP client that also records
// every answer as one JSON line {method, path, status, version, json}. Requests are not
// recorded, because they may hold a card number.

import { appendFileSync } from 'node:fs';
import Stripe from 'stripe';
import { publishableKey, recordFile, secretKey, url } from './server.js';

function record(method, path, response, json) {
  if (!recordFile) return;
  const version = response.getHeaders()['stripe-version'] ?? null;
  const status = response.getStatusCode();
  const line = { method: method.toUpperCase(), path: path.split('?')[0], status, version, json };
  appendFileSync(recordFile, `${JSON.stringify(line)}\n`);
}

/** The SDK's own client, which also records; the SDK reads a body once, and so does this. */
class RecordingClient extends Stripe.HttpClient {
  #inner = Stripe.createNodeHttpClient();

  getClientName() {
    return this.#inner.getClientName();
  }

  async makeRequest(host, port, path, method, ...rest) {
    const response = await this.#inner.makeRequest(host, port, path, method, ...rest);
    const read = response.toJSON.bind(response);
    response.toJSON = async () => {
      const json = await read();
      record(method, path, response, json);
      return json;
    };
    return response;
  }
}

/** A client of the SDK. Retries are off, so that no failure is hidden by a second try. */
export function client(key = secretKey, options = {}) {
  return new Stripe(key, {
    host: url.hostname,
    port: url.port || '80',
    protocol: 'http',
    httpClient: new RecordingClient(),
    maxNetworkRetries: 0,
    ...options,
  });
}

export const stripe = client();
export const browser = () => client(publishableKey);
export const { errors } = Stripe;
export { Stripe };
