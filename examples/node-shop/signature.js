// Whether a webhook was signed by Florin, by Standard Webhooks: no package is needed. With the official `stripe` package
// `stripe.webhooks.constructEvent` over the header `stripe-signature` does the same. Deliberately absent: parsing. Look at the signature of
// the bytes that arrived, and only then at what they say.

import { createHmac, timingSafeEqual } from 'node:crypto';

/** How old or how far ahead a webhook may be. Older ones are somebody's recording. */
const TOLERANCE_S = 300;
const PREFIX = 'whsec_';

export function isSigned(headers, body, secret) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp = '', 'webhook-signature': signatures = '' } = headers;
  if (!id || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE_S) return false;
  const key = Buffer.from(secret.replace(PREFIX, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  // There are several while the secret is being rolled. One that is right is enough.
  return signatures.split(' ').some((signature) => {
    const [version, text = ''] = signature.split(',');
    const given = Buffer.from(text, 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
}
