// Authorise, capture, increment, void.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errors, stripe } from '../support/sdk.js';
import { RETURN_URL, again, authorise, chargeOf, eventsOf, open, pay, refused, types } from '../support/shop.js';

const { paymentIntents } = stripe;
const invalid = (promise) => refused(promise, errors.StripeInvalidRequestError);
const asking = (option) => ({ payment_method_options: { card: { [option]: 'if_available' } } });
const amounts = (intent) => [intent.status, intent.amount_received, intent.amount_capturable];

test('authorise and capture', async () => {
  const held = await authorise(5000);
  assert.deepEqual(amounts(held), ['requires_capture', 0, 5000]);
  assert.deepEqual(amounts(await paymentIntents.capture(held.id)), ['succeeded', 5000, 0]);
  const charge = await chargeOf(held, 'balance_transaction');
  assert.deepEqual([charge.captured, charge.balance_transaction.amount, charge.balance_transaction.fee], [true, 5000, 175]);
  assert.deepEqual(types(await eventsOf(held.id, held.created)), [
    'payment_intent.created', 'payment_intent.amount_capturable_updated', 'payment_intent.succeeded']);
});

test('partial capture', async () => {
  const held = await authorise(5000);
  const captured = await paymentIntents.capture(held.id, { amount_to_capture: 3000 });
  assert.deepEqual(amounts(captured), ['succeeded', 3000, 0]);
  assert.equal((await chargeOf(held)).amount_captured, 3000);
  assert.equal((await invalid(paymentIntents.capture(held.id))).code, 'payment_intent_unexpected_state');
});

test('several captures', async () => {
  const held = await authorise(5000, asking('request_multicapture'));
  const first = await paymentIntents.capture(held.id, { amount_to_capture: 2000, final_capture: false });
  assert.deepEqual(amounts(first), ['requires_capture', 2000, 3000]);
  const last = await paymentIntents.capture(held.id, { amount_to_capture: 1000 });
  assert.deepEqual(amounts(last), ['succeeded', 3000, 0]);
});

test('over-capture', async () => {
  const plainly = await authorise(5000);
  const error = await invalid(paymentIntents.capture(plainly.id, { amount_to_capture: 5001 }));
  assert.equal(error.param, 'amount_to_capture');
  const held = await authorise(5000, asking('request_overcapture'));
  const limit = (await chargeOf(held)).payment_method_details.card.overcapture.maximum_amount_capturable;
  assert.ok(limit > 5000);
  await invalid(paymentIntents.capture(held.id, { amount_to_capture: limit + 1 }));
  assert.deepEqual(amounts(await paymentIntents.capture(held.id, { amount_to_capture: limit })), ['succeeded', limit, 0]);
});

test('increment', async () => {
  const held = await authorise(5000, asking('request_incremental_authorization'));
  const more = await paymentIntents.incrementAuthorization(held.id, { amount: 6500 });
  assert.deepEqual([more.amount, ...amounts(more)], [6500, 'requires_capture', 0, 6500]);
  assert.equal((await invalid(paymentIntents.incrementAuthorization(held.id, { amount: 6500 }))).param, 'amount');
  assert.equal((await paymentIntents.capture(held.id)).amount_received, 6500);
});

const LEGAL = {
  requires_payment_method: () => open(),
  requires_confirmation: () => open({ payment_method: 'pm_card_visa' }),
  requires_action: () => pay({ payment_method: 'pm_card_threeDSecure2Required', return_url: RETURN_URL }),
  requires_capture: () => authorise(),
};

for (const [state, make] of Object.entries(LEGAL)) {
  test(`cancel in ${state}`, async () => {
    const intent = await make();
    assert.equal(intent.status, state);
    const canceled = await paymentIntents.cancel(intent.id, { cancellation_reason: 'abandoned' });
    assert.deepEqual([canceled.cancellation_reason, ...amounts(canceled)], ['abandoned', 'canceled', 0, 0]);
    assert.equal(types(await eventsOf(intent.id, intent.created)).at(-1), 'payment_intent.canceled');
    assert.equal((await invalid(paymentIntents.cancel(intent.id))).code, 'payment_intent_unexpected_state');
  });
}

test('a paid intent is not canceled', async () => {
  const intent = await pay();
  assert.equal((await invalid(paymentIntents.cancel(intent.id))).code, 'payment_intent_unexpected_state');
  assert.equal((await again(intent)).status, 'succeeded');
});

test('a direct charge is held and captured', async () => {
  const held = await stripe.charges.create({ amount: 2000, currency: 'usd', source: 'tok_visa', capture: false });
  assert.deepEqual([held.captured, held.payment_intent], [false, null]);
  const captured = await stripe.charges.capture(held.id, { amount: 1200 });
  assert.deepEqual([captured.captured, captured.amount_captured], [true, 1200]);
  const changed = await stripe.charges.update(held.id, { description: 'New', metadata: { a: '1' } });
  assert.deepEqual([changed.description, changed.metadata], ['New', { a: '1' }]);
});
