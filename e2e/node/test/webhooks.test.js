// Webhook endpoints, and a real webhook that the SDK's own verifier accepts.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Receiver } from '../support/receiver.js';
import { errors, stripe } from '../support/sdk.js';
import { eventsOf, fresh, pay, plain, refused } from '../support/shop.js';

let receiver;
const made = [];

before(async () => { receiver = await Receiver.listen(); });
after(async () => {
  receiver.close();
  await Promise.allSettled(made.map((id) => stripe.webhookEndpoints.del(id)));
});

async function endpoint(path, enabled_events, more = {}) {
  const created = await stripe.webhookEndpoints.create({ url: receiver.url(path), enabled_events, ...more });
  made.push(created.id);
  return created;
}

test('an endpoint lives, and shows its secret once', async () => {
  const one = await endpoint('/life', ['charge.succeeded'], { metadata: { a: '1' } });
  assert.match(one.secret, /^whsec_[A-Za-z0-9]{32}$/);
  assert.deepEqual([one.status, one.enabled_events], ['enabled', ['charge.succeeded']]);
  const { secret, ...rest } = plain(one);
  assert.deepEqual(plain(await stripe.webhookEndpoints.retrieve(one.id)), rest);
  const changed = await stripe.webhookEndpoints.update(one.id, { disabled: true, enabled_events: ['*'] });
  assert.deepEqual([changed.status, changed.enabled_events, changed.secret], ['disabled', ['*'], undefined]);
  assert.equal((await stripe.webhookEndpoints.del(one.id)).deleted, true);
  const error = await refused(stripe.webhookEndpoints.retrieve(one.id), errors.StripeInvalidRequestError);
  assert.equal(error.statusCode, 404);
});

test('a webhook passes the verifier of the SDK', async () => {
  const { secret } = await endpoint('/verify', ['payment_intent.succeeded']);
  const intent = await pay({ metadata: { order_id: fresh() } });
  const { body, headers } = await receiver.wait('payment_intent.succeeded', intent.id, '/verify');
  const event = stripe.webhooks.constructEvent(body, headers['stripe-signature'], secret);
  assert.equal(event.data.object.metadata.order_id, intent.metadata.order_id);
  const stored = (await eventsOf(intent.id, intent.created)).at(-1);
  assert.deepEqual([event.id, event.data], [stored.id, plain(stored.data)]);
  const changed = body.toString().replace('"amount": 2000', '"amount": 1');
  assert.notEqual(changed, body.toString());
  assert.throws(
    () => stripe.webhooks.constructEvent(changed, headers['stripe-signature'], secret),
    errors.StripeSignatureVerificationError);
  assert.throws(
    () => stripe.webhooks.constructEvent(body, headers['stripe-signature'], `whsec_${'A'.repeat(32)}`),
    errors.StripeSignatureVerificationError);
});

test('the Standard Webhooks headers', async () => {
  const { secret } = await endpoint('/standard', ['payment_intent.succeeded']);
  const intent = await pay();
  const { body, headers } = await receiver.wait('payment_intent.succeeded', intent.id, '/standard');
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  assert.equal(key.length, 24);
  const expected = createHmac('sha256', key)
    .update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`).update(body).digest('base64');
  assert.ok(headers['webhook-signature'].split(' ').includes(`v1,${expected}`));
});

test('only the chosen types arrive', async () => {
  await endpoint('/chosen', ['payment_intent.succeeded']);
  const intents = [await pay(), await pay()];
  for (const intent of intents) await receiver.wait('payment_intent.succeeded', intent.id, '/chosen');
  const arrived = new Set(receiver.arrived('/chosen').map(({ body }) => JSON.parse(body).type));
  assert.deepEqual([...arrived], ['payment_intent.succeeded']);
});

test('a bad endpoint does not delay a good one', async () => {
  receiver.statusByPath['/bad'] = 500;
  await endpoint('/bad', ['payment_intent.succeeded']);
  await endpoint('/good', ['payment_intent.succeeded']);
  const intent = await pay();
  await receiver.wait('payment_intent.succeeded', intent.id, '/good');
  await receiver.wait('payment_intent.succeeded', intent.id, '/bad');
});
