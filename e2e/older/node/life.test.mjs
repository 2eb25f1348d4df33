// The life of a payment as a program of 2020 or of 2022 wrote it, with the SDK of that time.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { card } from '../../node/support/cards.js';
import { answer } from '../../node/support/challenge.js';
import { GOOD, press } from '../../node/support/page.js';
import { fresh, refused } from '../../node/support/plain.js';
import { Receiver } from '../../node/support/receiver.js';
import { RELEASES } from './release.mjs';

const RETURN_URL = 'https://shop.example/return';
const THANKS = 'https://shop.example/thanks';
const idsOf = (page) => page.data.map((one) => one.id);

/** What the tests of one release begin with. */
function shop({ stripe, isOf2020 }) {
  // Nobody of that time had to say that a payment is by card.
  const pay = (more = {}, options = undefined) => stripe.paymentIntents.create(
    { amount: 2000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, ...more }, options);

  /** The newest charge of an intent, found as programs of that version find it. */
  async function chargeOf(intent) {
    if (isOf2020) {
      assert.deepEqual([intent.charges.object, intent.charges.url], ['list', `/v1/charges?payment_intent=${intent.id}`]);
      return intent.charges.data[0];
    }
    assert.equal('charges' in intent, false);
    return stripe.charges.retrieve(intent.latest_charge);
  }

  /** The refunds of a charge, which are only told unasked in 2020. */
  async function refundsOf(charge) {
    assert.equal('refunds' in charge, isOf2020);
    return isOf2020 ? charge.refunds : (await stripe.charges.retrieve(charge.id, { expand: ['refunds'] })).refunds;
  }

  return { pay, chargeOf, refundsOf, again: (intent) => stripe.paymentIntents.retrieve(intent.id) };
}

function payments({ stripe, version, isOf2020 }, { pay, chargeOf, again }) {
  test('a customer pays with a saved card', async () => {
    const customer = await stripe.customers.create({ name: 'Ada', email: 'ada@example.com' });
    assert.equal(customer.lastResponse.apiVersion, version);
    const method = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
    const intent = await pay({ customer: customer.id, payment_method: method.id, off_session: true, metadata: { order: 'A-17' } });
    assert.deepEqual([intent.status, intent.amount_received, intent.payment_method_types], ['succeeded', 2000, ['card']]);
    const charge = await chargeOf(intent);
    assert.deepEqual([charge.paid, charge.captured, charge.amount, charge.customer], [true, true, 2000, customer.id]);
    assert.deepEqual(
      [charge.payment_intent, charge.payment_method, charge.metadata.order], [intent.id, method.id, 'A-17']);
    assert.equal(charge.payment_method_details.card.brand, 'visa');
    const methods = await stripe.paymentMethods.list({ customer: customer.id, type: 'card' });
    assert.deepEqual(idsOf(methods), [method.id]);
    assert.equal((await chargeOf(await again(intent))).id, charge.id);
  });

  test('a payment in two steps', async () => {
    const intent = await stripe.paymentIntents.create({ amount: 2000, currency: 'usd' });
    assert.deepEqual([intent.status, intent.payment_method_types], ['requires_payment_method', ['card']]);
    if (isOf2020) assert.deepEqual([intent.charges.data, intent.charges.total_count], [[], 0]);
    const paid = await stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_mastercard' });
    assert.equal((await chargeOf(paid)).payment_method_details.card.brand, 'mastercard');
  });

  test('3-D Secure', async () => {
    const asking = { payment_method: 'pm_card_threeDSecure2Required', return_url: RETURN_URL };
    const asked = await pay(asking);
    assert.deepEqual([asked.status, asked.next_action.type], ['requires_action', 'redirect_to_url']);
    const back = await answer(asked.next_action.redirect_to_url.url, 'succeeded');
    assert.deepEqual([back.origin + back.pathname, back.searchParams.get('payment_intent')], [RETURN_URL, asked.id]);
    const done = await again(asked);
    assert.deepEqual([done.status, done.next_action], ['succeeded', null]);
    assert.equal((await chargeOf(done)).payment_method_details.card.three_d_secure.result, 'authenticated');
    const other = await pay(asking);
    await answer(other.next_action.redirect_to_url.url, 'failed');
    const failed = await again(other);
    assert.deepEqual([failed.status, failed.last_payment_error.code],
      ['requires_payment_method', 'payment_intent_authentication_failure']);
  });

  test('capture later', async () => {
    const held = await pay({ amount: 5000, capture_method: 'manual' });
    assert.deepEqual([held.status, (await chargeOf(held)).captured], ['requires_capture', false]);
    const captured = await stripe.paymentIntents.capture(held.id, { amount_to_capture: 3000 });
    const charge = await chargeOf(captured);
    assert.deepEqual([captured.status, captured.amount_received], ['succeeded', 3000]);
    assert.deepEqual([charge.captured, charge.amount, charge.amount_refunded], [true, 5000, 2000]);
    const other = await pay({ capture_method: 'manual' });
    assert.equal((await stripe.paymentIntents.cancel(other.id)).status, 'canceled');
  });
}

function charges({ stripe, errors }, { pay, chargeOf, refundsOf, again }) {
  test('refunds', async () => {
    const intent = await pay();
    const part = await stripe.refunds.create({ payment_intent: intent.id, amount: 500 });
    const once = await chargeOf(await again(intent));
    assert.deepEqual([part.charge, once.amount_refunded, once.refunded], [once.id, 500, false]);
    assert.deepEqual(idsOf(await refundsOf(once)), [part.id]);
    const rest = await stripe.refunds.create({ charge: once.id });
    const twice = await stripe.charges.retrieve(once.id);
    assert.deepEqual([rest.amount, twice.amount_refunded, twice.refunded], [1500, 2000, true]);
    assert.deepEqual(idsOf(await refundsOf(twice)), [rest.id, part.id]);
    const error = await refused(stripe.refunds.create({ charge: once.id }), errors.StripeInvalidRequestError);
    assert.deepEqual([error.statusCode, error.code], [400, 'charge_already_refunded']);
  });

  test('a charge of a token', async () => {
    const sold = { amount: 2000, currency: 'usd' };
    const charge = await stripe.charges.create({ ...sold, source: 'tok_visa' });
    assert.deepEqual([charge.paid, charge.status, charge.payment_intent], [true, 'succeeded', null]);
    assert.deepEqual((await refundsOf(charge)).data, []);
    const token = await stripe.tokens.create({ card: card() });
    const held = await stripe.charges.create({ ...sold, source: token.id, capture: false });
    assert.equal((await stripe.charges.capture(held.id, { amount: 1200 })).amount_captured, 1200);
    const error = await refused(
      stripe.charges.create({ ...sold, source: 'tok_chargeDeclined' }), errors.StripeCardError);
    assert.deepEqual([error.code, error.decline_code], ['card_declined', 'generic_decline']);
    assert.equal((await stripe.charges.retrieve(error.charge)).failure_code, 'card_declined');
  });
}

function refusals({ stripe, client, errors, isOf2020 }, { pay, chargeOf }) {
  test('a decline', async () => {
    const error = await refused(
      pay({ payment_method: 'pm_card_chargeDeclinedInsufficientFunds' }), errors.StripeCardError);
    assert.deepEqual([error.type, error.statusCode, error.code, error.decline_code],
      ['StripeCardError', 402, 'card_declined', 'insufficient_funds']);
    const intent = error.payment_intent;
    assert.deepEqual([intent.status, intent.last_payment_error.code], ['requires_payment_method', 'card_declined']);
    const failed = await chargeOf(intent);
    assert.deepEqual([failed.id, failed.status, failed.failure_code], [error.charge, 'failed', 'card_declined']);
    const paid = await stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' });
    assert.equal((await chargeOf(paid)).status, 'succeeded');
    if (isOf2020) assert.equal(paid.charges.total_count, 2);
  });

  test('errors have their classes', async () => {
    const missing = await refused(stripe.paymentIntents.create({ amount: 2000 }), errors.StripeInvalidRequestError);
    assert.deepEqual([missing.statusCode, missing.code, missing.param], [400, 'parameter_missing', 'currency']);
    const absent = await refused(stripe.paymentIntents.retrieve('pi_missing'), errors.StripeInvalidRequestError);
    assert.deepEqual([absent.statusCode, absent.code], [404, 'resource_missing']);
    const stranger = client('sk_test_ThisIsNotAKeyOfThisServer1234');
    assert.equal((await refused(stranger.customers.list(), errors.StripeAuthenticationError)).statusCode, 401);
    const elsewhere = stripe.customers.list({}, { stripeAccount: 'acct_1NoAccessToThisOne' });
    assert.equal((await refused(elsewhere, errors.StripePermissionError)).statusCode, 403);
  });

  test('an idempotency key is replayed', async () => {
    const options = { idempotencyKey: fresh('key') };
    const [first, second] = [await pay({}, options), await pay({}, options)];
    assert.equal(second.id, first.id);
    assert.equal(second.lastResponse.headers['idempotent-replayed'], 'true');
    await refused(pay({ amount: 2001 }, options), errors.StripeIdempotencyError);
  });
}

function lists({ stripe }) {
  test('lists turn their pages', async () => {
    const { id: customer } = await stripe.customers.create();
    const ids = [];
    for (let n = 0; n < 7; n += 1) {
      ids.unshift((await stripe.paymentIntents.create({ amount: 1000 + n, currency: 'usd', customer })).id);
    }
    const seen = [];
    for await (const intent of stripe.paymentIntents.list({ customer, limit: 3 })) seen.push(intent.id);
    assert.deepEqual(seen, ids);
    const array = await stripe.paymentIntents.list({ customer, limit: 3 }).autoPagingToArray({ limit: 5 });
    assert.deepEqual(array.map((intent) => intent.id), ids.slice(0, 5));
    const page = await stripe.paymentIntents.list({ customer, limit: 3 });
    assert.deepEqual([idsOf(page), page.has_more], [ids.slice(0, 3), true]);
  });
}

function sessions({ stripe, errors, isOf2020 }, { chargeOf }) {
  const inline = { name: 'Tea', description: 'In tins', amount: 500, currency: 'usd', quantity: 2 };
  const priced = { price_data: { currency: 'usd', unit_amount: 500, product_data: { name: 'Tea' } }, quantity: 2 };
  const open = (item) => stripe.checkout.sessions.create({
    mode: 'payment', payment_method_types: ['card'], success_url: THANKS, cancel_url: THANKS, line_items: [item],
  });

  test('a checkout session', async () => {
    const session = await open(isOf2020 ? inline : priced);
    assert.deepEqual([session.amount_total, session.payment_status], [1000, 'unpaid']);
    if (isOf2020) {
      assert.equal((await stripe.paymentIntents.retrieve(session.payment_intent)).status, 'requires_payment_method');
    } else {
      assert.equal(session.payment_intent, null);
      assert.equal((await refused(open(inline), errors.StripeInvalidRequestError)).param, 'line_items[0][name]');
    }
    const { status, state } = await press(session, GOOD);
    assert.deepEqual([status, state.payment_status], [200, 'paid']);
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] });
    assert.deepEqual([done.payment_status, (await chargeOf(done.payment_intent)).amount], ['paid', 1000]);
    // In 2020 a session always made a customer; later it did so only if it needed one.
    assert.equal(done.customer !== null, isOf2020);
    const lines = await stripe.checkout.sessions.listLineItems(session.id);
    assert.deepEqual(lines.data.map((line) => line.description), ['Tea']);
  });
}

function webhooks({ stripe, errors, version }, { pay, chargeOf }) {
  let receiver;
  before(async () => { receiver = await Receiver.listen(); });
  after(() => receiver.close());

  test('a webhook passes the verifier', async () => {
    const endpoint = await stripe.webhookEndpoints.create({
      url: receiver.url(), enabled_events: ['payment_intent.succeeded'], api_version: version });
    const intent = await pay();
    const { body, headers } = await receiver.wait('payment_intent.succeeded', intent.id)
      .finally(() => stripe.webhookEndpoints.del(endpoint.id));
    const signature = headers['stripe-signature'];
    const event = stripe.webhooks.constructEvent(body, signature, endpoint.secret);
    assert.deepEqual([event.type, event.api_version], ['payment_intent.succeeded', version]);
    assert.equal((await chargeOf(event.data.object)).paid, true);
    const changed = body.toString().replace('"amount": 2000', '"amount": 1');
    assert.notEqual(changed, body.toString());
    for (const [text, secret] of [[changed, endpoint.secret], [body, 'whsec_of_somebody_else']]) {
      assert.throws(
        () => stripe.webhooks.constructEvent(text, signature, secret), errors.StripeSignatureVerificationError);
    }
  });
}

for (const release of RELEASES) {
  describe(`stripe ${release.sdk} at ${release.version}`, () => {
    const begun = shop(release);
    for (const part of [payments, charges, refusals, lists, sessions, webhooks]) part(release, begun);
  });
}
