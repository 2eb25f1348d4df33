// Methods of florin.js that shops call with a real object of the server behind them: set-ups, actions after a server's confirmation, sources,
// the way to the hosted page, and what elements tell besides their values.
// Deliberately absent: payments that the page confirms (wrappers.test.mjs, shop.test.mjs) and checkout sessions (actions.test.mjs).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARDS, answerBank, fieldFrame, leave, typeCard } from '../browser.mjs';
import { startSetting } from '../setting.mjs';

const setting = startSetting();
const MONEY = { amount: 4900, currency: 'eur' };

/** A page with one element of this type and a button of the shop's own, which has the focus. */
async function shopPage(type, options = {}) {
  const opened = await setting.visit('/plain?form=none');
  await opened.page.evaluate(([kind, group]) => {
    const florin = window.Florin(window.data.publishableKey);
    const elements = florin.elements({ locale: 'en', ...group });
    const place = document.createElement('div');
    const button = document.createElement('button');
    button.textContent = 'Go on';
    document.getElementById('app').append(place, button);
    const element = elements.create(kind);
    element.mount(place);
    Object.assign(window, { florin, elements, element, place, button });
  }, [type, options]);
  return { ...opened, frame: ['card', 'payment'].includes(type) ? await fieldFrame(opened.page, type) : null };
}

const inDialog = answerBank;

/** A customer with a set-up intent that saves a card for later. */
async function setUp() {
  const customer = await setting.api('/v1/customers', { email: 'ada@example.com' });
  const intent = await setting.api('/v1/setup_intents', { customer: customer.id, payment_method_types: ['card'], usage: 'off_session' });
  return { intent, saved: async () => (await setting.api(`/v1/customers/${customer.id}/payment_methods`)).data.map(({ card }) => card.last4) };
}

/** How the set-up stands, as the page may ask with its secret. */
const retrieve = (page, secret) => page.evaluate(async (told) => (await window.florin.retrieveSetupIntent(told)).setupIntent, secret);

const confirmSetup = (page) => page.evaluate(() => window.florin.confirmSetup({ elements: window.elements, redirect: 'if_required' }));
const confirmCardSetup = (page, secret) => page.evaluate(
  (told) => window.florin.confirmCardSetup(told, { payment_method: { card: window.element, billing_details: { name: 'Ada Buyer' } } }), secret);

test('confirmSetup saves the card of a payment element, and retrieveSetupIntent says so', async () => {
  const { intent, saved } = await setUp();
  const { context, page, frame, complaints } = await shopPage('payment', { clientSecret: intent.client_secret });
  assert.equal((await retrieve(page, intent.client_secret)).status, 'requires_payment_method');
  await typeCard(page, frame, CARDS.good);
  const { setupIntent } = await confirmSetup(page);
  assert.deepEqual([setupIntent.id, setupIntent.status], [intent.id, 'succeeded']);
  assert.equal((await retrieve(page, intent.client_secret)).status, 'succeeded');
  assert.deepEqual(await saved(), ['4242']);
  assert.deepEqual(complaints, []);
  await leave(context);
});

test('confirmSetup lets the bank ask over the page, and the focus goes back afterwards', async () => {
  const { intent, saved } = await setUp();
  const { context, page, frame } = await shopPage('payment', { clientSecret: intent.client_secret });
  await typeCard(page, frame, CARDS.authenticate);
  await page.getByRole('button', { name: 'Go on' }).focus();
  const confirming = confirmSetup(page);
  await inDialog(page, 'Complete authentication');
  assert.equal((await confirming).setupIntent.status, 'succeeded');
  assert.deepEqual(await saved(), ['3184']);
  assert.equal(await page.evaluate(() => document.activeElement === window.button), true);
  await leave(context);
});

test('confirmCardSetup saves the card of a card element with what the shop knows of its owner', async () => {
  const { intent, saved } = await setUp();
  const { context, page, frame } = await shopPage('card');
  await typeCard(page, frame, CARDS.good);
  const { setupIntent } = await confirmCardSetup(page, intent.client_secret);
  assert.equal(setupIntent.status, 'succeeded');
  assert.deepEqual(await saved(), ['4242']);
  const method = await setting.api(`/v1/payment_methods/${setupIntent.payment_method}`);
  assert.equal(method.billing_details.name, 'Ada Buyer');
  await leave(context);
});

for (const [way, status, act] of [
  ['failed', 'requires_payment_method', (page) => inDialog(page, 'Fail authentication')],
  ['closed', 'requires_action', (page) => page.getByRole('button', { name: 'Close' }).click()],
]) {
  test(`confirmCardSetup saves nothing when the authentication was ${way}, and says so`, { timeout: 60_000 }, async () => {
    const { intent, saved } = await setUp();
    const { context, page, frame } = await shopPage('card');
    await typeCard(page, frame, CARDS.authenticate);
    const confirming = confirmCardSetup(page, intent.client_secret);
    await page.getByRole('dialog', { name: 'Authentication' }).waitFor();
    await act(page);
    const { error, setupIntent } = await confirming;
    assert.equal(setupIntent, undefined);
    assert.equal(error.code, 'setup_intent_authentication_failure');
    assert.equal(error.setup_intent.id, intent.id);
    // To look at it opens nothing again.
    assert.equal((await retrieve(page, intent.client_secret)).status, status);
    assert.equal(await page.getByRole('dialog').count(), 0);
    assert.deepEqual(await saved(), []);
    await leave(context);
  });
}

test('handleCardAction authenticates what the server confirmed, and the server pays', async () => {
  const { context, page, frame } = await shopPage('card');
  await typeCard(page, frame, CARDS.authenticate);
  const { paymentMethod } = await page.evaluate(() => window.florin.createPaymentMethod({ type: 'card', card: window.element }));
  const made = await setting.api('/v1/payment_intents', {
    ...MONEY, payment_method: paymentMethod.id, payment_method_types: ['card'], confirmation_method: 'manual', confirm: true,
  });
  assert.equal(made.status, 'requires_action');
  const handling = page.evaluate((secret) => window.florin.handleCardAction(secret), made.client_secret);
  await inDialog(page, 'Complete authentication');
  assert.equal((await handling).paymentIntent.status, 'requires_confirmation');
  const paid = await setting.api(`/v1/payment_intents/${made.id}/confirm`, {});
  assert.deepEqual([paid.status, paid.amount_received], ['succeeded', MONEY.amount]);
  await leave(context);
});

test('a source is made of the card element, read again with its secret, and pays', async () => {
  const { context, page, frame } = await shopPage('card');
  await typeCard(page, frame, CARDS.good);
  const [made, again, wrong] = await page.evaluate(async () => {
    const { source } = await window.florin.createSource(window.element, { owner: { name: 'Ada Buyer' } });
    const { id, client_secret } = source;
    return [
      source, await window.florin.retrieveSource({ id, client_secret }), await window.florin.retrieveSource({ id, client_secret: `${client_secret}x` }),
    ];
  });
  assert.match(made.id, /^src_/);
  assert.deepEqual([made.type, made.owner.name, made.card.last4, made.status], ['card', 'Ada Buyer', '4242', 'chargeable']);
  assert.deepEqual(again.source, made);
  assert.deepEqual([wrong.source, wrong.error.param], [undefined, 'client_secret']);
  const paid = await setting.api('/v1/payment_intents', { ...MONEY, payment_method: made.id, payment_method_types: ['card'], confirm: true });
  assert.equal(paid.status, 'succeeded');
  await leave(context);
});

/** A session whose page sells tea. */
async function session() {
  const line = { price_data: { currency: 'eur', unit_amount: 4900, product_data: { name: 'Tea' } }, quantity: 1 };
  return setting.api('/v1/checkout/sessions', { mode: 'payment', line_items: [line], success_url: `${setting.shop}/plain?form=none` });
}

test('an app may introduce itself, which changes nothing', async () => {
  const { id } = await session();
  const { context, page, complaints } = await setting.visit('/plain?form=none&script=/v3/');
  const seen = await page.evaluate(async (clientSecret) => {
    const florin = window.Florin(window.data.publishableKey);
    const returned = florin.registerAppInfo({ name: 'stripe-js', version: '5.0.0', url: 'https://shop.example', partner_id: 'p' });
    // A wrapper that says this gets the older shape only; an app is no wrapper.
    const made = florin.initCheckout({ clientSecret });
    const { paymentIntent } = await florin.retrievePaymentIntent(window.data.clientSecret);
    return { returned, loadActions: typeof made.loadActions, status: paymentIntent.status };
  }, id);
  assert.deepEqual(seen, { returned: undefined, loadActions: 'function', status: 'requires_payment_method' });
  assert.deepEqual(complaints, []);
  await leave(context);
});

test('redirectToCheckout leads the whole page to the session', async () => {
  const { id } = await session();
  const { context, page } = await setting.visit('/plain?form=none');
  const code = await page.evaluate(async () => (await window.Florin(window.data.publishableKey).redirectToCheckout({ lineItems: [] })).error.code);
  assert.equal(code, 'not_supported', 'what is no session goes nowhere');
  await page.evaluate((sessionId) => void window.Florin(window.data.publishableKey).redirectToCheckout({ sessionId }), id);
  await page.waitForURL(`${setting.pay}/c/pay/${id}`);
  await page.getByText('Tea').first().waitFor();
  await leave(context);
});

test('initCheckoutFormSdk has the session, and its form says that Florin has none', async () => {
  const { id } = await session();
  const { context, page } = await setting.visit('/plain?form=none&script=/endive/stripe.js');
  const seen = await page.evaluate(async (clientSecret) => {
    const sdk = window.Stripe(window.data.publishableKey).initCheckoutFormSdk({ clientSecret });
    const form = sdk.createForm();
    const heard = new Promise((resolve) => form.on('loaderror', resolve).on('ready', resolve));
    form.mount('#app');
    const { type, actions } = await sdk.loadActions();
    const { elementType, error } = await heard;
    return { then: typeof sdk.then, type, id: actions.getSession().id, elementType, code: error?.code, message: error?.message };
  }, id);
  const { message, ...others } = seen;
  assert.deepEqual(others, { then: 'undefined', type: 'success', id, elementType: 'paymentForm', code: 'not_supported' });
  assert.match(message, /paymentForm/);
  await leave(context);
});

test('Escape in a field is told to the shop', async () => {
  const { context, page, frame } = await shopPage('card');
  await page.evaluate(() => window.element.on('escape', (event) => (window.escaped = event)));
  await frame.locator('#number').click();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => window.escaped), undefined, 'another key is not');
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => window.escaped);
  assert.deepEqual(await page.evaluate(() => window.escaped), { elementType: 'card' });
  await leave(context);
});

test('expressCheckout is ready with nothing to show', async () => {
  const { context, page, complaints } = await setting.visit('/plain?form=none');
  const seen = await page.evaluate(async () => {
    const place = document.getElementById('app');
    const express = window.Florin(window.data.publishableKey).elements({ mode: 'payment', amount: 4900, currency: 'eur' }).create('expressCheckout');
    const heard = new Promise((resolve) => express.on('ready', resolve).on('loaderror', resolve));
    express.mount(place);
    const event = await heard;
    return { event, height: place.offsetHeight, children: place.childElementCount };
  });
  const event = { elementType: 'expressCheckout', availablePaymentMethods: undefined };
  assert.deepEqual(seen, { event, height: 0, children: 0 });
  assert.deepEqual(complaints, []);
  await leave(context);
});
