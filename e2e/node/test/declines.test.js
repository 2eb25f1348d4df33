// Declined cards: each one by its exception, and what is stored about it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DECLINES, card } from '../support/cards.js';
import { errors, stripe } from '../support/sdk.js';
import { chargeOf, fresh, newCustomer, pay, refused } from '../support/shop.js';

const FIELDS = ['code', 'decline_code', 'advice_code', 'network_decline_code', 'network_advice_code', 'param'];
const pick = (value, names) => Object.fromEntries(names.map((name) => [name, value[name]]));

for (const decline of DECLINES) {
  test(`${decline.name} says why`, async () => {
    const order = fresh();
    const error = await refused(
      pay({ payment_method: `pm_card_${decline.name}`, metadata: { order_id: order } }), errors.StripeCardError);
    assert.deepEqual([error.statusCode, error.rawType], [402, 'card_error']);
    assert.deepEqual(pick(error, FIELDS), pick(decline, FIELDS));
    assert.match(error.charge, /^ch_/);
    assert.equal(error.payment_intent.metadata.order_id, order);
    assert.match(error.requestId, /^req_/);
    const intent = await stripe.paymentIntents.retrieve(error.payment_intent.id);
    assert.deepEqual([intent.status, intent.payment_method], ['requires_payment_method', null]);
    assert.equal(intent.last_payment_error.code, decline.code);
    const charge = await chargeOf(intent);
    assert.deepEqual([charge.id, charge.status, charge.failure_code], [error.charge, 'failed', decline.code]);
    assert.deepEqual([charge.outcome.type, charge.outcome.reason], ['issuer_declined', decline.decline_code]);
    assert.deepEqual(
      [charge.outcome.advice_code, charge.outcome.network_decline_code, charge.outcome.network_advice_code],
      [decline.advice_code, decline.network_decline_code, decline.network_advice_code ?? null]);
  });

  test(`${decline.name} as a number, and on a customer`, async () => {
    const error = await refused(stripe.paymentIntents.create({
      amount: 2000, currency: 'usd', confirm: true, payment_method_types: ['card'],
      payment_method_data: { type: 'card', card: card({ number: decline.number }) },
    }), errors.StripeCardError);
    assert.deepEqual([error.code, error.decline_code], [decline.code, decline.decline_code]);
    assert.equal(JSON.stringify(error.raw).includes(decline.number), false);
    const customer = await newCustomer();
    const attach = await refused(
      stripe.paymentMethods.attach(`pm_card_${decline.name}`, { customer: customer.id }), errors.StripeCardError);
    assert.equal(attach.code, decline.code);
  });
}

test('a blocked payment never reaches the network', async () => {
  const error = await refused(pay({ payment_method: 'pm_card_radarBlock' }), errors.StripeCardError);
  assert.deepEqual([error.code, error.decline_code], ['card_declined', 'fraudulent']);
  const { outcome } = await stripe.charges.retrieve(error.charge);
  assert.deepEqual([outcome.type, outcome.network_status], ['blocked', 'not_sent_to_network']);
});

test('another card pays the same intent', async () => {
  const error = await refused(pay({ payment_method: 'pm_card_visa_chargeDeclined' }), errors.StripeCardError);
  const paid = await stripe.paymentIntents.confirm(error.payment_intent.id, { payment_method: 'pm_card_visa' });
  assert.deepEqual([paid.status, paid.last_payment_error], ['succeeded', null]);
  const charges = await stripe.charges.list({ payment_intent: paid.id });
  assert.deepEqual(charges.data.map((charge) => charge.status), ['succeeded', 'failed']);
});

for (const [changes, code] of [
  [{ number: '4242424242424241' }, 'incorrect_number'],
  [{ exp_month: 13 }, 'invalid_expiry_month'],
  [{ exp_year: 2020 }, 'invalid_expiry_year'],
  [{ cvc: '99' }, 'invalid_cvc'],
]) {
  test(`${code} from a token and from a payment method`, async () => {
    for (const call of [
      () => stripe.tokens.create({ card: card(changes) }),
      () => stripe.paymentMethods.create({ type: 'card', card: card(changes) }),
    ]) {
      const error = await refused(call(), errors.StripeCardError);
      assert.deepEqual([error.statusCode, error.code], [402, code]);
    }
  });
}

test('token to payment method to payment', async () => {
  const token = await stripe.tokens.create({ card: card() });
  assert.deepEqual([token.type, token.used, token.card.last4], ['card', false, '4242']);
  const method = await stripe.paymentMethods.create({ type: 'card', card: { token: token.id } });
  assert.equal((await pay({ payment_method: method.id })).status, 'succeeded');
  const error = await refused(
    stripe.paymentMethods.create({ type: 'card', card: { token: token.id } }), errors.StripeInvalidRequestError);
  assert.equal(error.code, 'token_already_used');
});
