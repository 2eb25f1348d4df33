// Payment methods beside cards in a shop's page, with the official wrappers: what the payment element offers, and a wallet, a code and a
// transfer from the button to the end. Deliberately absent: the payform (payform-methods) and the older generations, whose script is the same.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARDS, fieldFrame, fitsWidth, leave, open, shoot, statusOf, typeCard, violations } from '../browser.mjs';
import { startSetting } from '../setting.mjs';
import { en, filled } from '../texts.mjs';

const setting = startSetting();

const ON = { display_preference: { preference: 'on' } };
const CHOICE = { paypal: 'PayPal', wechat_pay: 'WeChat Pay', customer_balance: 'Bank transfer', card: 'Card' };

/** An intent of a shop that lists no types: it takes what is switched on. */
async function intent() {
  const types = { paypal: ON, wechat_pay: ON, customer_balance: ON };
  const { id } = await setting.api('/v1/payment_method_configurations', { name: 'Shop', ...types });
  return setting.api('/v1/payment_intents', {
    amount: 4900, currency: 'eur', automatic_payment_methods: { enabled: true }, payment_method_configuration: id,
  });
}

const again = ({ id }) => setting.api(`/v1/payment_intents/${id}`);

/** The page of the shop with an intent of its own. */
async function shopPage(query = '', options = {}) {
  const made = await intent();
  const opened = await setting.visit(`/latest?form=payment&clientSecret=${made.client_secret}${query}`, options);
  return { ...opened, made, frame: await fieldFrame(opened.page, 'payment') };
}

const pay = (page) => page.getByRole('button', { name: /^Pay/ }).click();

async function payWith(shop, type) {
  await shop.frame.getByRole('tab', { name: CHOICE[type] }).click();
  await pay(shop.page);
}

/** What is in the window over the page. */
const inDialog = (page, title) => page.frameLocator(`iframe[title="${title}"]`);
const choose = (place, name) => place.getByRole('button', { name, exact: true }).click();

test('the payment element offers what is switched on, and a card pays', async () => {
  const shop = await shopPage();
  const { context, page, frame, made, complaints } = shop;
  assert.deepEqual(await frame.getByRole('tab').allTextContents(), ['Card', 'Bank transfer', 'PayPal', 'WeChat Pay']);
  for (const [type, note] of [
    ['paypal', filled('method.redirect_note', { method: 'PayPal' })],
    ['wechat_pay', filled('method.qr_note', { method: 'WeChat Pay' })],
    ['customer_balance', en['method.transfer_note']],
  ]) {
    await frame.getByRole('tab', { name: CHOICE[type] }).click();
    await frame.getByText(note).waitFor();
    assert.deepEqual(await violations(frame), []);
    await shoot(page, `element-${type}`);
  }
  await frame.getByRole('tab', { name: 'Card' }).click();
  await typeCard(page, frame, CARDS.good);
  await pay(page);
  await statusOf(page, 'paid succeeded');
  assert.equal((await again(made)).status, 'succeeded');
  assert.deepEqual(complaints, []);
  await leave(context);
});

test('the payment element with many methods fits a small phone by night', async () => {
  const shop = await shopPage('&theme=night', { viewport: { width: 320, height: 640 } });
  assert.ok(await fitsWidth(shop.page) && await fitsWidth(shop.frame), 'scrolls to the side');
  await shop.frame.getByRole('tab', { name: 'WeChat Pay' }).click();
  assert.deepEqual(await violations(shop.frame, '#171c29'), []);
  await shoot(shop.page, 'element-phone');
  await leave(shop.context);
});

for (const [name, button, returned, status] of [
  ['approves', 'Approve the payment', 'succeeded', 'succeeded'],
  ['refuses', 'Refuse the payment', 'failed', 'requires_payment_method'],
  ['approves, with money that comes later', 'Approve; the money comes in three days', 'pending', 'processing'],
]) {
  test(`a buyer leaves the page for a wallet, ${name}, and comes back`, async () => {
    const shop = await shopPage('&redirect=always');
    const { context, page, made } = shop;
    await payWith(shop, 'paypal');
    await page.waitForURL(/\/sandbox\/pay\//);
    assert.equal(new URL(page.url()).origin, setting.pay);
    await choose(page, button);
    await page.waitForURL(/\/plain\?form=none&back=1/);
    const query = new URL(page.url()).searchParams;
    assert.deepEqual([query.get('redirect_status'), query.get('payment_intent')], [returned, made.id]);
    assert.equal(query.get('payment_intent_client_secret'), made.client_secret);
    const { paymentIntent } = await page.evaluate(
      (secret) => window.Florin(window.data.publishableKey).retrievePaymentIntent(secret), made.client_secret);
    assert.equal(paymentIntent.status, status);
    await leave(context);
  });
}

test('without an address to come back to the wallet opens over the page', async () => {
  const shop = await shopPage();
  await payWith(shop, 'paypal');
  await choose(inDialog(shop.page, 'Authentication'), 'Refuse the payment');
  await statusOf(shop.page, 'error payment_intent_payment_attempt_failed');
  await payWith(shop, 'paypal');
  await choose(inDialog(shop.page, 'Authentication'), 'Approve the payment');
  await statusOf(shop.page, 'paid succeeded');
  assert.equal(await shop.page.getByRole('dialog').count(), 0);
  await leave(shop.context);
});

test('a code opens over the page, and is paid elsewhere', async () => {
  const shop = await shopPage();
  const { context, page, made } = shop;
  await payWith(shop, 'wechat_pay');
  await page.getByRole('dialog', { name: 'How to pay' }).waitFor();
  await inDialog(page, 'How to pay').getByText('€49.00').waitFor();
  await shoot(page, 'element-code-dialog');
  const { wechat_pay_display_qr_code: code } = (await again(made)).next_action;
  const phone = await open(setting.browser, code.data, { isMobile: true, viewport: { width: 390, height: 800 } });
  await choose(phone.page, 'Pay');
  await statusOf(page, 'paid succeeded');
  assert.equal(await page.getByRole('dialog').count(), 0);
  await leave(phone.context);
  await leave(context);
});

test('with redirects the page goes back to the shop once a code is paid', async () => {
  const shop = await shopPage('&redirect=always');
  const { context, page, made } = shop;
  await payWith(shop, 'wechat_pay');
  await choose(inDialog(page, 'How to pay'), 'Pay');
  await page.waitForURL(/\/plain\?form=none&back=1/);
  const query = new URL(page.url()).searchParams;
  assert.deepEqual([query.get('redirect_status'), query.get('payment_intent')], ['succeeded', made.id]);
  await leave(context);
});

test('a code that is refused is an error, and a card pays in place', async () => {
  const shop = await shopPage();
  await payWith(shop, 'wechat_pay');
  await choose(inDialog(shop.page, 'How to pay'), 'Refuse');
  await statusOf(shop.page, 'error payment_intent_payment_attempt_failed');
  await shop.frame.getByRole('tab', { name: 'Card' }).click();
  await typeCard(shop.page, shop.frame, CARDS.good);
  await pay(shop.page);
  await statusOf(shop.page, 'paid succeeded');
  await leave(shop.context);
});

test('a transfer is no error once its instructions were read: the money is awaited', async () => {
  const shop = await shopPage();
  const { context, page, made } = shop;
  await payWith(shop, 'customer_balance');
  await inDialog(page, 'How to pay').getByText('€49.00').waitFor();
  await shoot(page, 'element-transfer-dialog');
  await page.getByRole('button', { name: 'Close' }).click();
  await statusOf(page, 'paid requires_action');
  const { status, next_action: action } = await again(made);
  assert.deepEqual([status, action.type], ['requires_action', 'display_bank_transfer_instructions']);
  const bank = await open(setting.browser, action.display_bank_transfer_instructions.hosted_instructions_url);
  await choose(bank.page, 'Send the transfer; it arrives at once');
  await bank.page.getByRole('heading', { name: 'Done' }).waitFor();
  assert.equal((await again(made)).status, 'succeeded');
  await leave(bank.context);
  await leave(context);
});
