// The official wrappers of three generations, unmodified, over florin.js: the payment element and the card element, paid, declined,
// tried again, and authenticated. Deliberately absent: looks, which have a file of their own.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARDS, answerBank, fieldFrame, leave, statusOf, typeCard } from '../browser.mjs';
import { startSetting } from '../setting.mjs';

// Cookies of other sites: buyers' browsers block them more and more. Nothing here may need one.
const setting = startSetting({ isWhole: true, flags: ['--test-third-party-cookie-phaseout'] });

const pay = (page) => page.getByRole('button', { name: /Pay/ }).click();

async function shopPage(generation, form, query = '') {
  const opened = await setting.visit(`/${generation}?form=${form}${query}&react=development`);
  return { ...opened, frame: await fieldFrame(opened.page, form) };
}

// Every generation pays with the element that its shops use most; what lies behind it is the same script.
for (const [generation, form] of [['first', 'card'], ['first', 'payment'], ['middle', 'payment'], ['latest', 'payment']]) {
  test(`${generation}: a ${form} element pays, under StrictMode and a strict policy`, async () => {
    const { context, page, frame, complaints, requests } = await shopPage(generation, form);
    await typeCard(page, frame, CARDS.good);
    await pay(page);
    await statusOf(page, 'paid succeeded');
    assert.deepEqual(complaints, []);
    const origins = new Set(requests.map((url) => new URL(url).origin));
    assert.deepEqual([...origins].sort(), [setting.shop, setting.pay].sort());
    assert.equal(await page.locator('iframe[name]').count(), 2, 'one field frame and one controller');
    await leave(context);
  });
}

test('a declined card says why, and another one pays', async () => {
  const { context, page, frame } = await shopPage('latest', 'card');
  await typeCard(page, frame, CARDS.declined);
  await pay(page);
  await statusOf(page, 'error card_declined');
  assert.equal(await frame.locator('#number').inputValue(), '4000 0000 0000 0002', 'the number stays');
  assert.equal(await frame.locator('#cvc').inputValue(), '', 'the code does not');
  await typeCard(page, frame, CARDS.good);
  await pay(page);
  await statusOf(page, 'paid succeeded');
  await leave(context);
});

test('an authentication opens over the page and ends there; the page of return tells the shop that the buyer is back', async () => {
  const { context, page, frame } = await shopPage('middle', 'payment');
  await page.evaluate(() => addEventListener('message', (event) => event.data?.t === 'action-done' && (window.heardFrom = event.origin)));
  await typeCard(page, frame, CARDS.authenticate);
  await pay(page);
  const dialog = page.getByRole('dialog', { name: 'Authentication' });
  await dialog.waitFor();
  await answerBank(page);
  await statusOf(page, 'paid succeeded');
  assert.equal(await dialog.count(), 0);
  assert.equal(await page.evaluate(() => window.heardFrom), setting.pay);
  await leave(context);
});

test('the browser of these tests gives the frames no cookies', async () => {
  const { context, frame } = await shopPage('latest', 'payment');
  assert.equal(await frame.evaluate(() => ((document.cookie = 'a=1; SameSite=None; Secure'), document.cookie)), '');
  await leave(context);
});

test('a failed authentication says so, and another card pays', async () => {
  const { context, page, frame } = await shopPage('latest', 'card');
  await typeCard(page, frame, CARDS.authenticate);
  await pay(page);
  await answerBank(page, 'Fail authentication');
  await statusOf(page, 'error payment_intent_authentication_failure');
  await typeCard(page, frame, CARDS.good);
  await pay(page);
  await statusOf(page, 'paid succeeded');
  await leave(context);
});

for (const [way, close] of [
  ['Escape', (page) => page.getByRole('button', { name: 'Close', exact: true }).press('Escape')],
  ['the close button', (page) => page.getByRole('button', { name: 'Close' }).click()],
]) {
  test(`an authentication left with ${way} can be tried again`, async () => {
    const { context, page, frame } = await shopPage('latest', 'payment');
    await typeCard(page, frame, CARDS.authenticate);
    await pay(page);
    await page.getByRole('dialog').waitFor();
    await close(page);
    await statusOf(page, 'error payment_intent_authentication_failure: The authentication was closed');
    assert.equal(await page.getByRole('dialog').count(), 0);
    await pay(page);
    await answerBank(page);
    await statusOf(page, 'paid succeeded');
    await leave(context);
  });
}

test('with redirects the whole page goes to the bank, and comes back to the shop', async () => {
  const { context, page, frame } = await shopPage('latest', 'payment', '&redirect=always');
  await typeCard(page, frame, CARDS.authenticate);
  await pay(page);
  await page.waitForURL(/\/sandbox\/authenticate\//);
  assert.equal(new URL(page.url()).origin, setting.pay);
  await page.getByRole('button', { name: 'Complete authentication' }).click();
  await page.waitForURL(/\/plain\?form=none&back=1/);
  const query = new URL(page.url()).searchParams;
  assert.equal(query.get('redirect_status'), 'succeeded');
  assert.match(query.get('payment_intent'), /^pi_/);
  await leave(context);
});

test('with redirects a card that needs no bank comes back to the shop, too', async () => {
  const { context, page, frame } = await shopPage('latest', 'payment', '&redirect=always');
  await typeCard(page, frame, CARDS.good);
  await pay(page);
  await page.waitForURL(/\/plain\?form=none&back=1/);
  const query = new URL(page.url()).searchParams;
  assert.equal(query.get('redirect_status'), 'succeeded');
  assert.match(query.get('payment_intent_client_secret'), /_secret_/);
  await leave(context);
});

test('a page that is isolated from other origins can hold the frames', async () => {
  const { context, page, frame, complaints } = await shopPage('latest', 'payment', '&isolated=1');
  await typeCard(page, frame, CARDS.authenticate);
  await pay(page);
  await answerBank(page);
  await statusOf(page, 'paid succeeded');
  assert.deepEqual(complaints, []);
  await leave(context);
});
