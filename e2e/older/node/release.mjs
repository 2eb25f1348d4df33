// The SDKs of two times, each from its own folder, and each set to the API version of its time.

import { createRequire } from 'node:module';
import { secretKey, url } from '../../node/support/server.js';

function release(year, version) {
  const Stripe = createRequire(new URL(`./${year}/package.json`, import.meta.url))('stripe');
  // Retries are off, so that no failure is hidden by a second try.
  const client = (key = secretKey, options = {}) => new Stripe(key, {
    apiVersion: version, host: url.hostname, port: url.port || '80', protocol: 'http', maxNetworkRetries: 0, ...options,
  });
  return { version, client, stripe: client(), errors: Stripe.errors, sdk: Stripe.PACKAGE_VERSION };
}

/** Until 2022-11-15 an intent held its charges, and a charge its refunds. */
export const RELEASES = [
  { ...release('2020', '2020-08-27'), isOf2020: true },
  { ...release('2022', '2022-11-15'), isOf2020: false },
];
