// A form collects, the shop's server decides: confirmation tokens from the payment element to the end, and what comes after the server has
// confirmed. Deliberately absent: the official wrappers, which pass the call on as it is.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARDS, answerBank, fieldFrame, leave, statusOf, typeCard } from '../browser.mjs';
import { startSetting } from '../setting.mjs';

const setting = startSetting();
const MONEY = { amount: 4900, currency: 'eur' };
const TYPES = { payment_method_types: ['card', 'paypal'] };

/** A page with a payment element that knows an amount and no intent. */
async function shopPage(options = {}) {
  const opened = await setting.visit('/plain?form=none');
  const { page } = opened;
  await page.evaluate(([money, more]) => {
    const florin = window.Florin(window.data.publishableKey);
    const elements = florin.elements({ mode: 'payment', ...money, locale: 'en', ...more });
    const place = document.createElement('div');
    const status = document.createElement('p');
    status.setAttribute('role', 'status');
    document.getElementById('app').append(place, status);
    elements.create('payment').mount(place);
    Object.assign(window, { florin, elements, say: (text) => (status.textContent = text) });
  }, [MONEY, options]);
  return { ...opened, frame: await fieldFrame(page, 'payment') };
}

/** What the button of the shop does: its token, or what the form says. */
const collect = (page, params) => page.evaluate(async (told) => {
  const submitted = await window.elements.submit();
  return submitted.error ? submitted : window.florin.createConfirmationToken({ elements: window.elements, params: told });
}, params);

/** What the server does with a token. */
const confirm = (token, more = {}) => setting.api('/v1/payment_intents', {
  ...MONEY, ...TYPES, confirm: true, confirmation_token: token.id, ...more,
});

/** What the page does after its server has answered. */
const goOn = (page, { client_secret: secret }) => page.evaluate(async (told) => {
  const { error, paymentIntent } = await window.florin.handleNextAction({ clientSecret: told });
  window.say(error ? `error ${error.code}` : `paid ${paymentIntent.status}`);
}, secret);

test('a server confirms what a form collected, and the token has no number', async () => {
  const { context, page, frame, complaints } = await shopPage();
  await typeCard(page, frame, CARDS.good);
  const { confirmationToken: token } = await collect(page, { return_url: 'https://shop.example/back', shipping: { name: 'Ada', address: { country: 'DE' } } });
  assert.match(token.id, /^ctoken_/);
  const { card } = token.payment_method_preview;
  assert.deepEqual([card.brand, card.last4, token.return_url, token.shipping.name], ['visa', '4242', 'https://shop.example/back', 'Ada']);
  assert.equal(JSON.stringify(token).includes(CARDS.good), false);
  const paid = await confirm(token);
  assert.deepEqual([paid.status, paid.shipping.name], ['succeeded', 'Ada']);
  assert.deepEqual(complaints, []);
  await leave(context);
});

test('what is not whole makes no token', async () => {
  const { context, page, frame } = await shopPage();
  await frame.locator('#number').fill('4242');
  const { error } = await page.evaluate(() => window.florin.createConfirmationToken({ elements: window.elements }));
  assert.equal(error.type, 'validation_error');
  await leave(context);
});

for (const [button, status, said] of [
  ['Complete authentication', 'succeeded', 'paid succeeded'],
  ['Fail authentication', 'requires_payment_method', 'error payment_intent_authentication_failure'],
]) {
  test(`a bank asks after the server has confirmed: ${said}`, async () => {
    const { context, page, frame } = await shopPage();
    await typeCard(page, frame, CARDS.authenticate);
    const { confirmationToken: token } = await collect(page);
    const made = await confirm(token);
    assert.equal(made.status, 'requires_action');
    const going = goOn(page, made);
    await answerBank(page, button);
    await going;
    await statusOf(page, said);
    assert.equal((await setting.api(`/v1/payment_intents/${made.id}`)).status, status);
    await leave(context);
  });
}

test('the browser confirms with a token, too', async () => {
  const { context, page, frame } = await shopPage();
  await typeCard(page, frame, CARDS.authenticate);
  const { confirmationToken: token } = await collect(page);
  const made = await setting.api('/v1/payment_intents', { ...MONEY, ...TYPES });
  const going = page.evaluate(async ([clientSecret, id]) => {
    const { error, paymentIntent } = await window.florin.confirmPayment({
      clientSecret, confirmParams: { confirmation_token: id, return_url: location.href }, redirect: 'if_required',
    });
    window.say(error ? `error ${error.code}` : `paid ${paymentIntent.status}`);
  }, [made.client_secret, token.id]);
  await answerBank(page);
  await going;
  await statusOf(page, 'paid succeeded');
  const used = await setting.api(`/v1/confirmation_tokens/${token.id}`);
  assert.equal(used.payment_intent, made.id);
  await leave(context);
});

test('an authentication that was closed goes on over the page', async () => {
  const { context, page, frame } = await shopPage();
  await typeCard(page, frame, CARDS.authenticate);
  const made = await setting.api('/v1/payment_intents', { ...MONEY, ...TYPES });
  const confirming = page.evaluate(async (clientSecret) => {
    const { elements } = window;
    await elements.submit();
    return (await window.florin.confirmPayment({ elements, clientSecret, redirect: 'if_required' })).error.code;
  }, made.client_secret);
  await page.getByRole('dialog', { name: 'Authentication' }).waitFor();
  await page.getByRole('button', { name: 'Close' }).click();
  assert.equal(await confirming, 'payment_intent_authentication_failure');
  const going = goOn(page, made);
  await answerBank(page);
  await going;
  await statusOf(page, 'paid succeeded');
  await leave(context);
});

test('a token that this page did not make takes the whole page', async () => {
  const { context, page, frame } = await shopPage();
  await typeCard(page, frame, CARDS.authenticate);
  const { confirmationToken: token } = await collect(page);
  const made = await setting.api('/v1/payment_intents', { ...MONEY, ...TYPES });
  await page.reload();
  await page.waitForFunction(() => window.Florin && window.data);
  await page.evaluate(([clientSecret, id]) => {
    const confirmParams = { confirmation_token: id, return_url: location.href };
    void window.Florin(window.data.publishableKey).confirmPayment({ clientSecret, confirmParams, redirect: 'if_required' });
  }, [made.client_secret, token.id]);
  await page.getByRole('button', { name: 'Complete authentication' }).click();
  await page.waitForURL((url) => url.searchParams.get('redirect_status') === 'succeeded');
  await leave(context);
});

test('a card of two networks is collected with the one that the buyer pressed', async () => {
  const { context, page, frame } = await shopPage();
  await typeCard(page, frame, CARDS.twoNetworks);
  await frame.getByRole('button', { name: 'Visa' }).click();
  const { confirmationToken: token } = await collect(page);
  assert.equal(token.payment_method_preview.card.networks.preferred, 'visa');
  const { latest_charge: charge } = await confirm(token, { expand: ['latest_charge'] });
  assert.equal(charge.payment_method_details.card.network, 'visa');
  await leave(context);
});
