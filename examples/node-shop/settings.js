// What the shop is told from outside, with defaults that fit `florin dev`. Deliberately absent: a file of settings, and every secret but
// the published key of a sandbox.

import { join } from 'node:path';

/** The key that every `florin dev` on loopback has. It opens nothing anywhere else. */
const DEV_KEY = 'sk_test_FlorinDevFlorinDevFlorinDev';

/** The settings; an error says which variable is wrong. */
export function readSettings(env = process.env) {
  const port = Number(env.PORT || 3001);
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new Error(`PORT has to be a number from 1 to 65535, and is "${env.PORT}".`);
  return {
    port,
    /** Where buyers and Florin find this shop. */
    shopUrl: address('SHOP_URL', env.SHOP_URL || `http://127.0.0.1:${port}`),
    florinUrl: address('FLORIN_URL', env.FLORIN_URL || 'http://127.0.0.1:8484'),
    key: env.FLORIN_SECRET_KEY || DEV_KEY,
    /** Only where the secret of the webhook is not to be kept in the shop's own file. */
    webhookSecret: env.FLORIN_WEBHOOK_SECRET || null,
    data: env.SHOP_DATA || join(import.meta.dirname, 'data'),
  };
}

function address(name, text) {
  const isAddress = URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
  if (!isAddress) throw new Error(`${name} has to be an address that begins with http:// or https://, and is "${text}".`);
  return text.replace(/\/+$/, '');
}
