// The simple front door, the main way: one request, a buyer who is declined once, and signed webhooks.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DECLINED, GOOD, press } from '../support/page.js';
import { Receiver } from '../support/receiver.js';
import { errors, stripe } from '../support/sdk.js';
import { secretKey, url } from '../support/server.js';
import { fresh, until } from '../support/shop.js';

let receiver;

before(async () => { receiver = await Receiver.listen(); });
after(async () => {
  const endpoints = await stripe.webhookEndpoints.list({ limit: 100 });
  const made = endpoints.data.filter((endpoint) => endpoint.url === receiver.url('/orders'));
  await Promise.allSettled(made.map((endpoint) => stripe.webhookEndpoints.del(endpoint.id)));
  receiver.close();
});

/** One request to the front door, as any program sends it. */
async function ask(path, sent) {
  const response = await fetch(new URL(`/florin/v1/payments${path}`, url), {
    method: sent ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' },
    body: sent && JSON.stringify(sent),
  });
  return { status: response.status, json: await response.json() };
}

/** The first webhook that tells this result of a payment. */
const told = (payment, result) => until(() => receiver.arrived('/orders').find(({ body }) => {
  const { object } = JSON.parse(body).data;
  return object.id === payment.id && object.result === result;
}), `webhook ${result} of ${payment.id}`);

test('an order is asked for, declined, paid, told of, and given back', async () => {
  const order = fresh();
  const wish = { amount: 1500, currency: 'eur', order_id: order, webhook_url: receiver.url('/orders') };
  const { status, json: made } = await ask('', wish);
  assert.deepEqual([status, made.status, made.result], [200, 'awaiting', 'waiting']);
  assert.equal((await ask('', wish)).json.id, made.id);
  const other = await ask('', { ...wish, amount: 1600 });
  assert.deepEqual([other.status, other.json.error.code], [409, 'order_taken']);

  assert.equal((await press(made, DECLINED)).status, 402);
  await told(made, 'declined');
  assert.equal((await press(made, GOOD)).status, 200);
  const { body, headers } = await told(made, 'successful');
  const signature = headers['stripe-signature'];
  const event = stripe.webhooks.constructEvent(body, signature, made.webhook_secret);
  assert.deepEqual([event.type, event.data.object.order_id], ['florin.payment.updated', order]);
  assert.throws(
    () => stripe.webhooks.constructEvent(body.toString().replace('"paid"', '"free"'), signature, made.webhook_secret),
    errors.StripeSignatureVerificationError);

  const paid = (await ask(`?order_id=${order}`)).json;
  assert.deepEqual([paid.id, paid.status, paid.result], [made.id, 'paid', 'successful']);
  const back = await ask(`/${made.id}/refund`, {});
  assert.deepEqual([back.status, back.json.status, back.json.amount_refunded], [200, 'refunded', 1500]);
});

test('an order is given up and can be asked for anew', async () => {
  const order = fresh();
  const made = (await ask('', { amount: 1500, currency: 'eur', order_id: order })).json;
  const canceled = (await ask(`/${made.id}/cancel`, {})).json;
  assert.deepEqual([canceled.status, canceled.result], ['canceled', 'declined']);
  const anew = await ask('', { amount: 1700, currency: 'eur', order_id: order });
  assert.equal(anew.status, 200);
  assert.notEqual(anew.json.id, made.id);
});
