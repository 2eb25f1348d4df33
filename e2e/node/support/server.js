// Where the server under test is, and which keys open it. Everything comes from the
// environment; the keys default to the fixed ones that `florin dev` prints on loopback.

const { env } = process;

if (!env.FLORIN_URL) {
  throw new Error('FLORIN_URL is not set: start `florin dev` and give its address');
}

export const url = new URL(env.FLORIN_URL);
export const secretKey = env.FLORIN_SECRET_KEY || 'sk_test_FlorinDevFlorinDevFlorinDev';
export const publishableKey = env.FLORIN_PUBLISHABLE_KEY || 'pk_test_FlorinDevFlorinDevFlorinDev';
export const recordFile = env.FLORIN_E2E_RECORD || '';

export const NEWEST_VERSION = '2026-10-28.endive';
export const VERSION_2023 = '2023-10-16';
