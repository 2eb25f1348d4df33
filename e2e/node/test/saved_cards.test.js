// Customers, saved cards, SetupIntents and 3-D Secure.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { card } from '../support/cards.js';
import { answer } from '../support/challenge.js';
import { errors, stripe } from '../support/sdk.js';
import { RETURN_URL, again, eventsOf, newCustomer, pay, plain, refused, savedCard, types } from '../support/shop.js';

const asking = (more = {}) => pay({ payment_method: 'pm_card_threeDSecure2Required', return_url: RETURN_URL, ...more });

test('a customer lives', async () => {
  const customer = await newCustomer({ metadata: { a: '1', b: '2' } });
  const changed = await stripe.customers.update(customer.id, { name: 'New', metadata: { a: '', c: '3' } });
  assert.deepEqual([changed.name, changed.metadata], ['New', { b: '2', c: '3' }]);
  const emptied = await stripe.customers.update(customer.id, { name: '', metadata: '' });
  assert.deepEqual([emptied.name, emptied.metadata], [null, {}]);
  const found = await stripe.customers.list({ email: customer.email });
  assert.deepEqual(found.data.map((one) => one.id), [customer.id]);
  assert.equal((await stripe.customers.del(customer.id)).deleted, true);
  assert.equal((await stripe.customers.retrieve(customer.id)).deleted, true);
  assert.deepEqual(types(await eventsOf(customer.id, customer.created)), [
    'customer.created', 'customer.updated', 'customer.updated', 'customer.deleted']);
});

test('attach, list, change, detach', async () => {
  const customer = await newCustomer();
  const method = await stripe.paymentMethods.create({ type: 'card', card: card() });
  await stripe.paymentMethods.attach(method.id, { customer: customer.id });
  const changed = await stripe.paymentMethods.update(method.id, { billing_details: { name: 'New' } });
  assert.deepEqual([changed.customer, changed.billing_details.name], [customer.id, 'New']);
  const listed = await stripe.customers.listPaymentMethods(customer.id, { type: 'card' });
  assert.deepEqual(listed.data.map((one) => one.id), [method.id]);
  assert.equal((await stripe.paymentMethods.detach(method.id)).customer, null);
  await refused(pay({ payment_method: method.id }), errors.StripeInvalidRequestError);
});

test('a saved card pays off-session', async () => {
  const customer = await newCustomer();
  const setup = await stripe.setupIntents.create({
    customer: customer.id, payment_method: 'pm_card_visa', payment_method_types: ['card'], confirm: true,
  });
  assert.equal(setup.status, 'succeeded');
  const intent = await pay({ customer: customer.id, payment_method: setup.payment_method, off_session: true });
  assert.deepEqual([intent.status, intent.payment_method], ['succeeded', setup.payment_method]);
});

test('a payment saves its card when asked', async () => {
  const customer = await newCustomer();
  const intent = await pay({ customer: customer.id, setup_future_usage: 'off_session' });
  const saved = await stripe.paymentMethods.list({ customer: customer.id, type: 'card' });
  assert.deepEqual(saved.data.map((one) => one.id), [intent.payment_method]);
});

test('off-session authentication_required, finished on-session', async () => {
  const customer = await newCustomer();
  const saved = await savedCard(customer, 'pm_card_authenticationRequired');
  const error = await refused(
    pay({ customer: customer.id, payment_method: saved.id, off_session: true }), errors.StripeCardError);
  assert.deepEqual([error.code, error.decline_code], ['authentication_required', 'authentication_required']);
  assert.equal(error.payment_method.id, saved.id);
  const asked = await stripe.paymentIntents.confirm(error.payment_intent.id, {
    payment_method: saved.id, return_url: RETURN_URL,
  });
  assert.equal(asked.status, 'requires_action');
  await answer(asked.next_action.redirect_to_url.url, 'succeeded');
  assert.equal((await again(asked)).status, 'succeeded');
});

test('3-D Secure succeeds', async () => {
  const intent = await asking();
  assert.deepEqual([intent.status, intent.next_action.type], ['requires_action', 'redirect_to_url']);
  const back = await answer(intent.next_action.redirect_to_url.url, 'succeeded');
  assert.equal(back.href.startsWith(RETURN_URL), true);
  assert.equal(back.searchParams.get('payment_intent'), intent.id);
  assert.equal(back.searchParams.get('redirect_status'), 'succeeded');
  assert.equal((await again(intent)).status, 'succeeded');
});

test('3-D Secure fails', async () => {
  const intent = await asking();
  const back = await answer(intent.next_action.redirect_to_url.url, 'failed');
  assert.equal(back.searchParams.get('redirect_status'), 'failed');
  const failed = await again(intent);
  assert.equal(failed.status, 'requires_payment_method');
  assert.equal(failed.last_payment_error.code, 'payment_intent_authentication_failure');
});

test('error_on_requires_action', async () => {
  const error = await refused(
    pay({ payment_method: 'pm_card_threeDSecure2Required', error_on_requires_action: true }), errors.StripeCardError);
  assert.equal(error.code, 'authentication_required');
});

test('manual confirmation', async () => {
  const intent = await asking({ confirmation_method: 'manual' });
  await answer(intent.next_action.redirect_to_url.url, 'succeeded');
  assert.equal((await again(intent)).status, 'requires_confirmation');
  assert.equal((await stripe.paymentIntents.confirm(intent.id)).status, 'succeeded');
});

test('a SetupIntent lives', async () => {
  const customer = await newCustomer();
  const setup = await stripe.setupIntents.create({ customer: customer.id, payment_method_types: ['card'] });
  assert.deepEqual([setup.status, setup.usage], ['requires_payment_method', 'off_session']);
  const error = await refused(
    stripe.setupIntents.confirm(setup.id, { payment_method: 'pm_card_visa_chargeDeclined' }), errors.StripeCardError);
  assert.equal(error.setup_intent.id, setup.id);
  const changed = await stripe.setupIntents.update(setup.id, { metadata: { a: '1' } });
  assert.equal(changed.last_setup_error.code, 'card_declined');
  const canceled = await stripe.setupIntents.cancel(setup.id);
  assert.equal(canceled.status, 'canceled');
  assert.deepEqual(plain(await stripe.setupIntents.retrieve(setup.id)), plain(canceled));
});
