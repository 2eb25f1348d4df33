// What the shop is told from outside, with defaults that fit `florin dev`. Deliberately absent: a file of settings, and every secret but
// the published keys of a sandbox.

/** The keys that every `florin dev` on loopback has. They open nothing anywhere else. */
const DEV_SECRET_KEY = 'sk_test_FlorinDevFlorinDevFlorinDev';
const DEV_PUBLISHABLE_KEY = 'pk_test_FlorinDevFlorinDevFlorinDev';

/** The settings; an error says which variable is wrong. */
export function readSettings(env = process.env) {
  const port = Number(env.PORT || 3002);
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new Error(`PORT has to be a number from 1 to 65535, and is "${env.PORT}".`);
  const florinUrl = env.FLORIN_URL || 'http://127.0.0.1:8484';
  const isAddress = URL.canParse(florinUrl) && ['http:', 'https:'].includes(new URL(florinUrl).protocol);
  if (!isAddress) throw new Error(`FLORIN_URL has to be an address that begins with http:// or https://, and is "${florinUrl}".`);
  return {
    port,
    /** Where this server and the buyer's browser find Florin. */
    florinUrl: new URL(florinUrl).origin,
    secretKey: env.FLORIN_SECRET_KEY || DEV_SECRET_KEY,
    publishableKey: env.FLORIN_PUBLISHABLE_KEY || DEV_PUBLISHABLE_KEY,
  };
}
