// The buyer at the page of a checkout session: the page's own requests.

import { card, DECLINES } from './cards.js';
import { fresh } from './plain.js';
import { url } from './server.js';

export const GOOD = '4242424242424242';
export const DECLINED = DECLINES[0].number;
export const ASKING = '4000000000003220';

/** The buyer presses the button of a session's page. */
export async function press(session, number) {
  const response = await fetch(new URL(`/c/pay/${session.id}/confirm`, url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ attempt: fresh('press'), card: card({ number }), billing: { email: 'ada@example.com' } }),
  });
  return { status: response.status, state: await response.json() };
}
