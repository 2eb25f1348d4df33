// Taking a payment: create, confirm, read back, change.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errors, stripe } from '../support/sdk.js';
import { again, chargeOf, fresh, newCustomer, open, pay, plain, refused } from '../support/shop.js';

test('create and confirm in one call', async () => {
  const order = fresh();
  const intent = await pay({
    amount: 1999, currency: 'eur', description: 'Two tickets', metadata: { order_id: order },
  });
  assert.equal(intent.object, 'payment_intent');
  assert.match(intent.id, /^pi_/);
  assert.equal(intent.client_secret.startsWith(`${intent.id}_secret_`), true);
  assert.deepEqual(
    [intent.status, intent.amount, intent.amount_received, intent.amount_capturable],
    ['succeeded', 1999, 1999, 0],
  );
  assert.deepEqual([intent.currency, intent.description], ['eur', 'Two tickets']);
  assert.deepEqual(intent.metadata, { order_id: order });
  assert.equal(intent.livemode, false);
  assert.deepEqual([intent.next_action, intent.last_payment_error], [null, null]);
  assert.notEqual(intent.payment_method, 'pm_card_visa');
});

test('the charge of a payment', async () => {
  const intent = await pay({ amount: 2500, description: 'A book', metadata: { order_id: 'b-1' } });
  const charge = await chargeOf(intent);
  assert.deepEqual([charge.status, charge.paid, charge.captured, charge.refunded], ['succeeded', true, true, false]);
  assert.deepEqual([charge.amount, charge.amount_captured, charge.amount_refunded], [2500, 2500, 0]);
  assert.deepEqual([charge.payment_intent, charge.description], [intent.id, 'A book']);
  const { card } = charge.payment_method_details;
  assert.deepEqual([card.brand, card.last4, card.funding, card.country], ['visa', '4242', 'credit', 'US']);
  assert.deepEqual(
    [charge.outcome.type, charge.outcome.network_status, charge.outcome.seller_message],
    ['authorized', 'approved_by_network', 'Payment complete.'],
  );
});

test('retrieve gives the same object', async () => {
  const intent = await pay({ metadata: { order_id: fresh() } });
  assert.deepEqual(plain(await again(intent)), plain(intent));
});

test('create first, confirm later', async () => {
  const intent = await open();
  assert.deepEqual([intent.status, intent.payment_method], ['requires_payment_method', null]);
  const paid = await stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_mastercard' });
  assert.deepEqual([paid.id, paid.status, paid.amount_received], [intent.id, 'succeeded', 2000]);
});

test('an open intent can be changed', async () => {
  const customer = await newCustomer();
  const intent = await open({ metadata: { a: '1', b: '2' } });
  const changed = await stripe.paymentIntents.update(intent.id, {
    amount: 2400, customer: customer.id, metadata: { b: '', c: '3' },
  });
  assert.deepEqual([changed.amount, changed.customer], [2400, customer.id]);
  assert.deepEqual(changed.metadata, { a: '1', c: '3' });
});

test('a paid intent keeps its amount', async () => {
  const intent = await pay();
  const error = await refused(stripe.paymentIntents.update(intent.id, { amount: 1 }), errors.StripeInvalidRequestError);
  assert.equal(error.statusCode, 400);
  assert.equal((await again(intent)).amount, 2000);
});

test('confirming twice charges once', async () => {
  const intent = await pay();
  const error = await refused(stripe.paymentIntents.confirm(intent.id), errors.StripeInvalidRequestError);
  assert.equal(error.code, 'payment_intent_unexpected_state');
  assert.equal(error.payment_intent.id, intent.id);
  assert.equal((await stripe.charges.list({ payment_intent: intent.id })).data.length, 1);
});

for (const [currency, amount] of [['jpy', 500], ['kwd', 1230], ['gbp', 999]]) {
  test(`pays in ${currency}`, async () => {
    const intent = await pay({ currency, amount });
    assert.deepEqual([intent.status, intent.amount_received, intent.currency], ['succeeded', amount, currency]);
  });
}

test('the account behind the key', async () => {
  const account = await stripe.accounts.retrieveCurrent();
  assert.equal(account.object, 'account');
  assert.match(account.id, /^acct_/);
});
