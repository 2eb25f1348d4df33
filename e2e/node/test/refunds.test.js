// Refunds, disputes and the books.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errors, stripe } from '../support/sdk.js';
import { chargeOf, eventsOf, pay, refused, types, until } from '../support/shop.js';

const { refunds } = stripe;
const invalid = (promise) => refused(promise, errors.StripeInvalidRequestError);

test('part and rest', async () => {
  const intent = await pay();
  const part = await refunds.create({ payment_intent: intent.id, amount: 500, reason: 'duplicate' });
  assert.deepEqual([part.amount, part.status, part.reason, part.charge], [500, 'succeeded', 'duplicate', intent.latest_charge]);
  const rest = await refunds.create({ charge: intent.latest_charge });
  assert.equal(rest.amount, 1500);
  const charge = await chargeOf(intent);
  assert.deepEqual([charge.refunded, charge.amount_refunded], [true, 2000]);
  const listed = await refunds.list({ payment_intent: intent.id });
  assert.deepEqual(listed.data.map((refund) => refund.id), [rest.id, part.id]);
  assert.equal(types(await eventsOf(part.id, intent.created))[0], 'refund.created');
});

test('too much says how much is left', async () => {
  const intent = await pay({ amount: 500 });
  const error = await invalid(refunds.create({ payment_intent: intent.id, amount: 600 }));
  assert.deepEqual([error.code, error.param], [undefined, 'amount']);
  assert.equal(error.message, 'Refund amount ($6.00) is greater than unrefunded amount on charge ($5.00)');
  await refunds.create({ payment_intent: intent.id });
  const twice = await invalid(refunds.create({ payment_intent: intent.id }));
  assert.equal(twice.code, 'charge_already_refunded');
});

test('a pending refund settles', async () => {
  const intent = await pay({ payment_method: 'pm_card_pendingRefund' });
  const refund = await refunds.create({ payment_intent: intent.id });
  assert.equal(refund.status, 'pending');
  await until(async () => (await refunds.retrieve(refund.id)).status === 'succeeded', 'pending refund');
});

test('a failing refund fails', async () => {
  const intent = await pay({ payment_method: 'pm_card_refundFail' });
  const refund = await refunds.create({ payment_intent: intent.id });
  const failed = await until(async () => {
    const now = await refunds.retrieve(refund.id);
    return now.status === 'failed' && now;
  }, 'failing refund');
  assert.equal(failed.failure_reason, 'expired_or_canceled_card');
  assert.ok(types(await eventsOf(refund.id, intent.created)).includes('refund.failed'));
});

test('a refund to a card cannot be canceled', async () => {
  const intent = await pay({ payment_method: 'pm_card_pendingRefund' });
  const refund = await refunds.create({ payment_intent: intent.id, amount: 700 });
  assert.equal((await invalid(refunds.cancel(refund.id))).statusCode, 400);
  assert.equal((await chargeOf(intent)).amount_refunded, 700);
});

test('fee and net', async () => {
  const intent = await pay({ amount: 10000 });
  const charge = await chargeOf(intent, 'balance_transaction');
  const { amount, fee, net, type } = charge.balance_transaction;
  assert.deepEqual({ amount, fee, net, type }, { amount: 10000, fee: 320, net: 9680, type: 'charge' });
  const refund = await refunds.create({ payment_intent: intent.id, expand: ['balance_transaction'] });
  assert.deepEqual([refund.balance_transaction.amount, refund.balance_transaction.net], [-10000, -10000]);
});

test('the balance moves by the net', async () => {
  // A currency of its own, so that nothing else moves this balance meanwhile.
  const total = async () => {
    const balance = await stripe.balance.retrieve();
    return [...balance.available, ...balance.pending]
      .filter((part) => part.currency === 'czk').reduce((sum, part) => sum + part.amount, 0);
  };
  const before = await total();
  await pay({ amount: 10000, currency: 'czk' });
  assert.equal((await total()) - before, 9680);
});

test('a dispute card brings its dispute', async () => {
  const intent = await pay({ payment_method: 'pm_card_createDispute', amount: 4000 });
  const event = await until(async () => {
    for await (const found of stripe.events.list({ type: 'charge.dispute.created', created: { gte: intent.created } })) {
      if (found.data.object.charge === intent.latest_charge) return found;
    }
    return null;
  }, 'charge.dispute.created');
  const { amount, reason, status } = event.data.object;
  assert.deepEqual({ amount, reason, status }, { amount: 4000, reason: 'fraudulent', status: 'needs_response' });
  await until(async () => (await chargeOf(intent)).disputed, 'charge.disputed');
});
