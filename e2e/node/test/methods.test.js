// Payment methods beside cards, the main way: switched on, a wallet, a code, a transfer whose money comes later, and a refund.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, choose } from '../support/challenge.js';
import { stripe } from '../support/sdk.js';
import { eventsOf, RETURN_URL, types, until } from '../support/shop.js';

const ON = { display_preference: { preference: 'on' } };
const SOON_MS = '40';

/** A payment that is confirmed with a fresh method of this type. */
const start = (type, currency, more = {}) => stripe.paymentIntents.create({
  amount: 2000, currency, payment_method_types: ['card', type], payment_method_data: { type }, confirm: true, return_url: RETURN_URL, ...more,
});

test('a configuration switches methods on, and an intent offers them', async () => {
  const [first] = (await stripe.paymentMethodConfigurations.list()).data;
  assert.deepEqual([first.is_default, first.card.display_preference.value], [true, 'on']);
  const made = await stripe.paymentMethodConfigurations.create({ name: 'Node', paypal: ON });
  const changed = await stripe.paymentMethodConfigurations.update(made.id, { ideal: ON });
  assert.deepEqual([changed.paypal.available, changed.ideal.available, changed.alipay.available], [true, true, false]);
  const intent = await stripe.paymentIntents.create({
    amount: 2000, currency: 'eur', automatic_payment_methods: { enabled: true }, payment_method_configuration: made.id,
  });
  assert.deepEqual(intent.payment_method_types, ['card', 'ideal', 'paypal']);
});

test('a wallet takes the buyer away and back, and gives the money back', async () => {
  const intent = await start('paypal', 'usd');
  assert.deepEqual([intent.status, intent.next_action.type], ['requires_action', 'redirect_to_url']);
  const back = await answer(intent.next_action.redirect_to_url.url, 'succeeded');
  assert.equal(back.searchParams.get('redirect_status'), 'succeeded');
  const paid = await stripe.paymentIntents.retrieve(intent.id, { expand: ['latest_charge'] });
  assert.deepEqual([paid.status, paid.latest_charge.payment_method_details.type], ['succeeded', 'paypal']);
  const refund = await stripe.refunds.create({ payment_intent: intent.id, amount: 500 });
  assert.deepEqual([refund.status, refund.destination_details.type], ['succeeded', 'paypal']);
});

test('a code that is refused is an error of the payment, and a card pays', async () => {
  const intent = await start('pix', 'brl');
  assert.equal((await choose(intent.next_action.pix_display_qr_code.data, 'failed')).status, 200);
  const refused = await stripe.paymentIntents.retrieve(intent.id);
  assert.deepEqual([refused.status, refused.last_payment_error.code], ['requires_payment_method', 'payment_intent_payment_attempt_failed']);
  assert.equal((await stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' })).status, 'succeeded');
});

test('a transfer is paid when its money comes', async () => {
  const intent = await start('customer_balance', 'eur');
  const { hosted_instructions_url: url, reference } = intent.next_action.display_bank_transfer_instructions;
  assert.match(reference, /^[0-9A-Z]{12}$/);
  assert.equal((await choose(url, 'succeeds_later', { after_ms: SOON_MS })).status, 200);
  const isPaid = async () => (await stripe.paymentIntents.retrieve(intent.id)).status === 'succeeded';
  await until(isPaid, 'the money');
  assert.deepEqual(types(await eventsOf(intent.id, intent.created)), [
    'payment_intent.created', 'payment_intent.requires_action', 'payment_intent.processing', 'payment_intent.succeeded',
  ]);
});

test('what a method cannot do is refused', async () => {
  await assert.rejects(start('paypal', 'usd', { off_session: true }), { type: 'StripeInvalidRequestError', param: 'off_session' });
  await assert.rejects(start('pix', 'eur'), { type: 'StripeInvalidRequestError', param: 'payment_method_types' });
});
