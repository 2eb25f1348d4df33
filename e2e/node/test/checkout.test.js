// Checkout sessions, the main way: a link, a buyer who is declined once, a payment, and what is told of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer } from '../support/challenge.js';
import { ASKING, DECLINED, GOOD, press } from '../support/page.js';
import { stripe } from '../support/sdk.js';
import { url } from '../support/server.js';
import { fresh, plain } from '../support/shop.js';

const THANKS = 'https://shop.example/thanks?of={CHECKOUT_SESSION_ID}';

/** A session that sells one thing at a price of its own. */
const opened = (amount, more = {}) => stripe.checkout.sessions.create({
  mode: 'payment',
  success_url: THANKS,
  line_items: [{
    price_data: { currency: 'usd', unit_amount: amount, product_data: { name: 'Tea' } }, quantity: 1,
  }],
  ...more,
});

test('a buyer is declined, pays with another card, and the merchant sees it', async () => {
  const order = fresh();
  const made = await opened(1500, { metadata: { order_id: order } });
  assert.deepEqual([made.status, made.payment_status, made.amount_total], ['open', 'unpaid', 1500]);
  assert.equal(made.url.endsWith(`/c/pay/${made.id}`), true);
  const declined = await press(made, DECLINED);
  assert.deepEqual([declined.status, declined.state.status], [402, 'open']);
  const paid = await press(made, GOOD);
  assert.deepEqual([paid.status, paid.state.status, paid.state.payment_status], [200, 'complete', 'paid']);
  assert.equal(paid.state.return_to, THANKS.replace('{CHECKOUT_SESSION_ID}', made.id));
  const done = await stripe.checkout.sessions.retrieve(made.id, {
    expand: ['payment_intent', 'line_items.data.price.product'],
  });
  assert.deepEqual([done.status, done.url, done.customer_details.email], ['complete', null, 'ada@example.com']);
  assert.deepEqual([done.payment_intent.status, done.payment_intent.amount_received], ['succeeded', 1500]);
  assert.equal(done.line_items.data[0].price.product.name, 'Tea');
  assert.deepEqual(plain(done.metadata), { order_id: order });
  const events = await stripe.events.list({ type: 'checkout.session.completed', limit: 10 });
  assert.equal(events.data.filter((event) => event.data.object.id === made.id).length, 1);
});

test('a buyer authenticates and comes back to the page', async () => {
  const made = await opened(1600);
  const asked = await press(made, ASKING);
  assert.deepEqual([asked.status, asked.state.payment.status], [200, 'requires_action']);
  const back = await answer(asked.state.payment.action.url, 'succeeded');
  assert.equal(back.pathname, `/c/pay/${made.id}`);
  assert.equal((await stripe.checkout.sessions.retrieve(made.id)).payment_status, 'paid');
});

test('line items are listed, and an expired session takes no money', async () => {
  const made = await opened(1700);
  const lines = await stripe.checkout.sessions.listLineItems(made.id);
  assert.deepEqual(lines.data.map((line) => line.amount_total), [1700]);
  assert.equal((await stripe.checkout.sessions.expire(made.id)).status, 'expired');
  const late = await press(made, GOOD);
  assert.deepEqual([late.status, late.state.error.code], [409, 'session_expired']);
});
