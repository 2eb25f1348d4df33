// What buyers read about a method. Deliberately absent: the drawings, which somebody has to look at.
import { expect, it } from 'vitest';
import { createTranslator } from '../src/i18n';
import { en } from '../src/locales/en';
import { methodText, noteOf } from '../src/methods';

const words = createTranslator('en', en);

it.each([['card', 'Card'], ['wechat_pay', 'WeChat Pay'], ['moon_pay', 'Moon pay']])('%s is called %s', (type, name) => {
  expect(methodText(type, words)).toBe(name);
});

it.each([
  ['paypal', 'redirect', 'You will go to PayPal to approve the payment, then come back here.'],
  ['wechat_pay', 'qr', 'You will get a code to scan with the WeChat Pay app.'],
  ['customer_balance', 'transfer', 'You will get the bank details for your transfer.'],
] as const)('%s, as a %s, says what happens next', (type, flow, note) => {
  expect(noteOf(type, flow, words)).toBe(note);
});
