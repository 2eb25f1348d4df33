// Every other error class of the SDK, caught by its exception.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secretKey } from '../support/server.js';
import { browser, client, errors, stripe } from '../support/sdk.js';
import { fresh, pay, refused } from '../support/shop.js';

const invalid = (promise) => refused(promise, errors.StripeInvalidRequestError);

for (const [what, params, code, param] of [
  ['missing', { currency: undefined }, 'parameter_missing', 'currency'],
  ['unknown', { colour: 'green' }, 'parameter_unknown', 'colour'],
  ['nested unknown', { shipping: { name: 'J', planet: 'x' } }, 'parameter_unknown', 'shipping[planet]'],
  ['below minimum', { amount: 49 }, 'amount_too_small', 'amount'],
  ['above maximum', { amount: 1e12 }, 'amount_too_large', 'amount'],
  ['no amount', { amount: 0 }, 'parameter_invalid_integer', 'amount'],
  ['customer', { customer: 'cus_missing' }, 'resource_missing', 'customer'],
  ['payment method', { payment_method: 'pm_missing' }, 'resource_missing', 'payment_method'],
]) {
  test(`StripeInvalidRequestError: ${what}`, async () => {
    const error = await invalid(pay(params));
    assert.deepEqual([error.statusCode, error.code, error.param], [400, code, param]);
    assert.ok(error.doc_url);
  });
}

test('an object named in the URL is 404', async () => {
  const intent = await invalid(stripe.paymentIntents.retrieve('pi_missing'));
  assert.deepEqual([intent.statusCode, intent.code, intent.param], [404, 'resource_missing', 'intent']);
  const customer = await invalid(stripe.customers.retrieve('cus_missing'));
  assert.deepEqual([customer.statusCode, customer.param], [404, 'id']);
  assert.equal(customer.message, "No such customer: 'cus_missing'");
});

test('StripeAuthenticationError', async () => {
  const error = await refused(
    client('sk_test_ThisIsNotAKeyOfThisServer1234').customers.list(), errors.StripeAuthenticationError);
  assert.equal(error.statusCode, 401);
  assert.match(error.message, /^Invalid API Key provided: sk_test_\*+1234$/);
  await refused(client(secretKey.replace('_test_', '_live_')).customers.list(), errors.StripeAuthenticationError);
});

test('StripePermissionError', async () => {
  const error = await refused(
    stripe.customers.list({}, { stripeAccount: 'acct_1NoAccessToThisOne' }), errors.StripePermissionError);
  assert.deepEqual([error.statusCode, error.code], [403, 'account_invalid']);
});

test('a publishable key cannot do a merchant\'s work', async () => {
  const error = await refused(browser().customers.list(), errors.StripeError);
  assert.ok([401, 403].includes(error.statusCode));
});

test('StripeIdempotencyError', async () => {
  const options = { idempotencyKey: fresh('key') };
  await pay({ amount: 2000 }, options);
  const error = await refused(pay({ amount: 2001 }, options), errors.StripeIdempotencyError);
  assert.deepEqual([error.statusCode, error.rawType], [400, 'idempotency_error']);
});

test('an idempotent replay', async () => {
  const options = { idempotencyKey: fresh('key') };
  const first = await pay({}, options);
  const second = await pay({}, options);
  assert.equal(second.id, first.id);
  assert.equal(second.lastResponse.headers['idempotent-replayed'], 'true');
  assert.equal(second.lastResponse.headers['original-request'], first.lastResponse.requestId);
  assert.equal((await stripe.charges.list({ payment_intent: first.id })).data.length, 1);
});

test('a decline is replayed as a decline', async () => {
  const options = { idempotencyKey: fresh('key') };
  const params = { payment_method: 'pm_card_visa_chargeDeclined' };
  const first = await refused(pay(params, options), errors.StripeCardError);
  const second = await refused(pay(params, options), errors.StripeCardError);
  assert.equal(second.charge, first.charge);
  assert.equal(second.headers['idempotent-replayed'], 'true');
});
