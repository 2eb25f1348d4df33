// What a buyer notices while typing a card: spacing, carets, brands, errors at the right moment, the way from field to field.
// Deliberately absent: paying.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { CARDS, fieldFrame, leave, violations } from '../browser.mjs';
import { startSetting } from '../setting.mjs';
import { en } from '../texts.mjs';

const setting = startSetting();
let page;
let frame;
let context;

beforeEach(async () => {
  if (context) await leave(context);
  ({ context, page } = await setting.visit('/latest?form=payment'));
  frame = await fieldFrame(page, 'payment');
});

const value = (id) => frame.locator(`#${id}`).inputValue();
const caret = (id) => frame.locator(`#${id}`).evaluate((input) => input.selectionStart);
const focused = () => frame.evaluate(() => document.activeElement?.id ?? '');
const errorOf = (id) => frame.locator(`#${id}-error`).textContent();
const type = (text) => page.keyboard.type(text);
const until = (condition) => frame.waitForFunction(condition);

test('the inputs tell browsers and keyboards what they are for', async () => {
  const inputs = await frame.locator('input').evaluateAll((all) => all.map((input) => ({
    autocomplete: input.autocomplete, name: input.name, inputMode: input.inputMode, type: input.type,
    isLargeEnough: parseFloat(getComputedStyle(input).fontSize) >= 16, isLabelled: input.labels.length === 1,
  })));
  const common = { inputMode: 'numeric', type: 'text', isLargeEnough: true, isLabelled: true };
  assert.deepEqual(inputs, ['cc-number', 'cc-exp', 'cc-csc'].map((name) => ({ autocomplete: name, name, ...common })));
});

test('a number is grouped, shows its brand, and leads on when it is whole', async () => {
  await frame.locator('#number').click();
  await type('4');
  await frame.getByRole('img', { name: 'Visa' }).waitFor();
  await type('242424242424242');
  assert.equal(await value('number'), '4242 4242 4242 4242');
  assert.equal(await focused(), 'expiry');
  await type('1234');
  assert.equal(await value('expiry'), '12 / 34');
  assert.equal(await focused(), 'cvc');
  await type('12a345');
  assert.equal(await value('cvc'), '123');
});

test('another brand has other groups and a longer code', async () => {
  await frame.locator('#number').click();
  await type(CARDS.amex);
  assert.equal(await value('number'), '3782 822463 10005');
  await type('12341234');
  assert.equal(await value('cvc'), '1234');
  await frame.getByRole('img', { name: 'American Express' }).waitFor();
});

test('a card of two networks lets the buyer choose, and the choice is sent', async () => {
  await frame.locator('#number').click();
  await type(CARDS.twoNetworks);
  const choice = frame.getByRole('button', { name: 'Cartes Bancaires' });
  assert.equal(await choice.getAttribute('aria-pressed'), 'false');
  await choice.click();
  assert.equal(await choice.getAttribute('aria-pressed'), 'true');
  assert.deepEqual(await violations(frame), []);
  await frame.locator('#expiry').fill('1234');
  await frame.locator('#cvc').fill('123');
  const sent = page.context().waitForEvent('request', (request) => request.url().endsWith('/confirm'));
  await page.getByRole('button', { name: 'Pay' }).click();
  const body = new URLSearchParams((await sent).postData());
  assert.equal(body.get('payment_method_data[card][networks][preferred]'), 'cartes_bancaires');
});

test('a caret in the middle stays where the buyer put it', async () => {
  await frame.locator('#number').click();
  await type('42424242');
  for (let at = 0; at < 6; at++) await page.keyboard.press('ArrowLeft');
  assert.equal(await caret('number'), 3);
  await type('9');
  assert.equal(await value('number'), '4249 2424 2');
  assert.equal(await caret('number'), 4);
  await page.keyboard.press('Backspace');
  assert.equal(await value('number'), '4242 4242');
  assert.equal(await caret('number'), 3);
});

test('what is pasted or filled in is brought into form', async () => {
  await frame.locator('#number').fill('4242-4242-4242-4242');
  assert.equal(await value('number'), '4242 4242 4242 4242');
  await frame.locator('#expiry').fill('12/2034');
  assert.equal(await value('expiry'), '12 / 34');
});

test('an expiry gets its slash and gives it back', async () => {
  await frame.locator('#expiry').click();
  await type('1/');
  assert.equal(await value('expiry'), '01 / ');
  await page.keyboard.press('Backspace');
  assert.equal(await value('expiry'), '01');
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Backspace');
  await type('2');
  assert.equal(await value('expiry'), '02 / ');
});

test('nothing is wrong while it is being typed, and nothing untouched is red', async () => {
  await frame.locator('#number').click();
  await type('4242');
  assert.equal(await errorOf('number'), '');
  await page.keyboard.press('Tab');
  assert.equal(await errorOf('number'), en['error.incomplete_number']);
  assert.equal(await frame.locator('#number').getAttribute('aria-describedby'), 'number-error');
  assert.equal(await errorOf('expiry'), '');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('End');
  await type('4');
  assert.equal(await errorOf('number'), '');
});

test('a wrong check digit is an error at once, and none any more once it is right', async () => {
  await frame.locator('#number').click();
  await type('4242424242424241');
  assert.equal(await errorOf('number'), en['error.invalid_number']);
  assert.equal(await focused(), 'number');
  await page.keyboard.press('Backspace');
  assert.equal(await errorOf('number'), '');
  await type('2');
  assert.equal(await errorOf('number'), '');
});

test('a past expiry is an error at once', async () => {
  await frame.locator('#expiry').click();
  await type('0120');
  assert.equal(await errorOf('expiry'), en['error.expired']);
});

test('Backspace in an empty field goes back', async () => {
  await frame.locator('#cvc').click();
  await page.keyboard.press('Backspace');
  assert.equal(await focused(), 'expiry');
  await page.keyboard.press('Backspace');
  assert.equal(await focused(), 'number');
});

test('Enter submits the form of the shop; all that is missing is said, and the first of it has the focus', async () => {
  await frame.locator('#expiry').click();
  await page.keyboard.press('Enter');
  await until(() => document.activeElement?.id === 'number');
  assert.deepEqual(await frame.getByRole('alert').allTextContents(), [
    en['error.incomplete_number'], en['error.incomplete_expiry'], en['error.incomplete_cvc'],
  ]);
  assert.equal(await frame.locator('#number').getAttribute('aria-invalid'), 'true');
  await page.getByRole('status').filter({ hasText: 'error incomplete_number' }).waitFor();
});

test('page and frames have nothing that shuts anybody out, with errors and without', async () => {
  for (const one of page.frames()) assert.deepEqual(await violations(one), [], one.url());
  await frame.locator('#number').click();
  await page.keyboard.press('Enter');
  await until(() => document.getElementById('number-error')?.textContent !== '');
  for (const one of page.frames()) assert.deepEqual(await violations(one), [], one.url());
});
