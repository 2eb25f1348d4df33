// The cards that a customer saved, in the payment element: shown, chosen, removed, and saved with a payment. The shop's server says what
// is allowed by a customer session. Deliberately absent: the payform, whose tests look at saved cards there.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARDS, fieldFrame, leave, shoot, statusOf, typeCard, violations } from '../browser.mjs';
import { startSetting } from '../setting.mjs';
import { en, filled } from '../texts.mjs';

const setting = startSetting();
const { visit } = setting;
const api = (...words) => setting.api(...words);

const VISA = filled('card.ending', { brand: 'Visa', last4: '4242' });
const MASTERCARD = filled('card.ending', { brand: 'Mastercard', last4: '4444' });
const ALL = {
  payment_method_redisplay: 'enabled', payment_method_save: 'enabled', payment_method_save_usage: 'on_session', payment_method_remove: 'enabled',
};

/** A customer with these cards, saved in this order and to be shown again. */
async function customerWith(...cards) {
  const customer = await api('/v1/customers', { email: 'ada@example.com' });
  for (const card of cards) {
    const { id } = await api(`/v1/payment_methods/${card}/attach`, { customer: customer.id });
    await api(`/v1/payment_methods/${id}`, { allow_redisplay: 'always' });
  }
  return customer.id;
}

const cardsOf = async (customer) => (await api(`/v1/customers/${customer}/payment_methods?type=card`)).data;

/** The React shop with a payment of this customer. `form` is its frame, once it shows what it has. */
async function shopPage(customer, features = ALL, intent = {}) {
  const made = await api('/v1/payment_intents', { amount: 4900, currency: 'eur', customer, payment_method_types: ['card'], ...intent });
  const session = await api('/v1/customer_sessions', { customer, components: { payment_element: { enabled: true, features } } });
  const query = new URLSearchParams({ form: 'payment', react: 'development', clientSecret: made.client_secret, customerSession: session.client_secret });
  const opened = await visit(`/latest?${query}`);
  return { ...opened, frame: await fieldFrame(opened.page, 'payment'), intent: () => api(`/v1/payment_intents/${made.id}?expand[]=payment_method`) };
}

const pay = (page) => page.getByRole('button', { name: /Pay/ }).click();
const card = (frame, name) => frame.getByRole('radio', { name: new RegExp(name) });
const removeText = (name) => filled('card.remove', { card: name });
const remover = (frame, name) => frame.getByRole('button', { name: removeText(name) });

test('a saved card pays, without a field', async () => {
  const customer = await customerWith('pm_card_visa');
  const { context, page, frame, complaints, intent } = await shopPage(customer);
  assert.equal(await card(frame, VISA).isChecked(), true);
  assert.equal(await frame.locator('#number').isVisible(), false);
  assert.equal(await frame.locator('#save').isVisible(), false, 'what is saved is not asked for');
  assert.deepEqual(await violations(frame), []);
  await shoot(page, 'saved-cards');
  await pay(page);
  await statusOf(page, 'paid succeeded');
  assert.equal((await intent()).payment_method.id, (await cardsOf(customer))[0].id);
  assert.deepEqual(complaints, []);
  await leave(context);
});

test('a new card is saved when the buyer says so', async () => {
  const customer = await customerWith();
  const { context, page, frame, intent } = await shopPage(customer);
  const save = frame.getByRole('checkbox', { name: en['save.label'] });
  assert.equal(await save.isChecked(), false, 'nothing consents for the buyer');
  await typeCard(page, frame, CARDS.good);
  await save.check();
  await shoot(page, 'saved-cards-offer');
  assert.deepEqual(await violations(frame), []);
  const isSent = (request) => request.url().endsWith('/confirm');
  const [sent] = await Promise.all([context.waitForEvent('request', isSent), pay(page)]);
  await statusOf(page, 'paid succeeded');
  const body = new URLSearchParams(sent.postData());
  assert.equal(body.get('payment_method_data[allow_redisplay]'), 'always');
  assert.equal(body.get('setup_future_usage'), 'on_session');
  const { setup_future_usage: usage, payment_method: method } = await intent();
  assert.deepEqual([usage, method.allow_redisplay, method.customer], ['on_session', 'always', customer]);
  assert.deepEqual((await cardsOf(customer)).map(({ id }) => id), [method.id]);
  await leave(context);
});

test('a new card is not saved when the buyer does not', async () => {
  const customer = await customerWith();
  const { context, page, frame } = await shopPage(customer);
  await typeCard(page, frame, CARDS.good);
  const isSent = (request) => request.url().endsWith('/confirm');
  const [sent] = await Promise.all([context.waitForEvent('request', isSent), pay(page)]);
  await statusOf(page, 'paid succeeded');
  assert.doesNotMatch(sent.postData(), /allow_redisplay|setup_future_usage/);
  assert.deepEqual(await cardsOf(customer), []);
  await leave(context);
});

test('a declined card keeps the wish to save', async () => {
  const customer = await customerWith();
  const { context, page, frame } = await shopPage(customer);
  await typeCard(page, frame, CARDS.declined);
  await frame.locator('#save').check();
  await pay(page);
  await statusOf(page, 'error card_declined');
  assert.equal(await frame.locator('#save').isChecked(), true);
  await typeCard(page, frame, CARDS.good);
  await pay(page);
  await statusOf(page, 'paid succeeded');
  assert.equal((await cardsOf(customer)).length, 1);
  await leave(context);
});

test('without the feature nothing is offered', async () => {
  const customer = await customerWith('pm_card_visa');
  const { context, frame } = await shopPage(customer, { payment_method_redisplay: 'enabled' });
  await card(frame, en['card.details']).check();
  await frame.locator('#number').waitFor();
  assert.equal(await frame.locator('#save').count(), 0);
  assert.equal(await frame.locator('.PickerAction').count(), 0);
  await leave(context);
});

test('a card is removed after a second press; the shop is told, and the next card is chosen', async () => {
  const customer = await customerWith('pm_card_visa', 'pm_card_mastercard');
  const { context, page, frame, complaints } = await shopPage(customer);
  await card(frame, VISA).check();
  await remover(frame, VISA).click();
  await shoot(page, 'saved-cards-remove');
  assert.deepEqual(await violations(frame), []);
  assert.equal(await frame.evaluate(() => document.activeElement.textContent), en['button.keep'], 'the harmless answer has the focus');
  await page.keyboard.press('Enter');
  assert.equal(await frame.evaluate(() => document.activeElement.getAttribute('aria-label')), removeText(VISA));
  assert.equal((await cardsOf(customer)).length, 2);
  await remover(frame, VISA).click();
  const isSent = (request) => request.url().endsWith('/detach');
  const [sent] = await Promise.all([context.waitForEvent('request', isSent), remover(frame, VISA).click()]);
  await remover(frame, VISA).waitFor({ state: 'detached' });
  assert.match(sent.postData(), /^customer_session=cuss_secret_[\w-]+\.\w+$/);
  assert.match(sent.frame().url(), /\/v3\/frames\/controller/);
  assert.equal(await card(frame, MASTERCARD).isChecked(), true);
  assert.equal(await frame.evaluate(() => document.activeElement.type), 'radio');
  await page.waitForFunction(() => window.removed);
  const { elementType, success, error, payment_method: method } = await page.evaluate(() => window.removed);
  assert.deepEqual([elementType, success, error, method.card.last4], ['payment', true, undefined, '4242']);
  assert.deepEqual((await cardsOf(customer)).map((one) => one.card.last4), ['4444']);
  await pay(page);
  await statusOf(page, 'paid succeeded');
  assert.deepEqual(complaints, []);
  await leave(context);
});

test('with the last saved card goes the choice', async () => {
  const customer = await customerWith('pm_card_visa');
  const { context, page, frame } = await shopPage(customer);
  await remover(frame, VISA).click();
  await remover(frame, VISA).click();
  await frame.waitForFunction(() => document.activeElement.id === 'number');
  assert.equal(await frame.getByRole('radio').count(), 0);
  await typeCard(page, frame, CARDS.good);
  await pay(page);
  await statusOf(page, 'paid succeeded');
  await leave(context);
});

test('a card that could not be removed stays, and both are told', async () => {
  const customer = await customerWith('pm_card_visa');
  const { context, page, frame } = await shopPage(customer);
  const error = { type: 'api_error', message: 'Not now.' };
  await context.route('**/detach', (route) => route.fulfill({ status: 400, json: { error } }));
  await remover(frame, VISA).click();
  await remover(frame, VISA).click();
  await frame.getByRole('alert').filter({ hasText: en['notice.failed'] }).waitFor();
  assert.equal(await card(frame, VISA).isChecked(), true);
  await page.waitForFunction(() => window.removed);
  const told = await page.evaluate(() => [window.removed.success, window.removed.error, window.removed.payment_method.last4]);
  assert.deepEqual(told, [false, 'Not now.', '4242']);
  await leave(context);
});

test('a card of somebody else is not removed', async () => {
  const [mine, theirs] = [await customerWith('pm_card_visa'), await customerWith('pm_card_mastercard')];
  const [other] = await cardsOf(theirs);
  const features = { payment_method_redisplay: 'enabled', payment_method_remove: 'enabled' };
  const session = await api('/v1/customer_sessions', { customer: mine, components: { payment_element: { enabled: true, features } } });
  const { context, page } = await visit('/plain?form=none');
  const refused = await page.evaluate(([id, customer_session]) => {
    const elements = window.Florin(window.data.publishableKey).elements({ mode: 'payment', amount: 100, currency: 'eur' });
    return elements.client.controller.ask('api', { method: 'POST', path: `/v1/payment_methods/${id}/detach`, body: { customer_session } });
  }, [other.id, session.client_secret]);
  assert.equal(refused.error.type, 'invalid_request_error');
  assert.equal((await cardsOf(theirs)).length, 1);
  await leave(context);
});
