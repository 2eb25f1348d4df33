// What buyers read about a method. Deliberately absent: the drawings, which somebody has to look at.
import { expect, it } from 'vitest';
import { createTranslator } from '../src/i18n';
import { ar } from '../src/locales/ar';
import { en } from '../src/locales/en';
import { likeliest, methodText, noteOf, savedExpiry, savedText, scanText } from '../src/methods';

const words = createTranslator('en', en);

it.each([['card', 'Card'], ['wechat_pay', 'WeChat Pay'], ['moon_pay', 'Moon pay']])('%s is called %s', (type, name) => {
  expect(methodText(type, words)).toBe(name);
});

it.each([
  ['paypal', 'redirect', 'You will go to PayPal to approve the payment, then come back here.'],
  ['wechat_pay', 'qr', 'You will get a code to scan with the WeChat Pay app.'],
  ['pix', 'qr', 'You will get a Pix code to scan with your banking app.'],
  ['customer_balance', 'transfer', 'You will get the bank details for your transfer.'],
] as const)('%s, as a %s, says what happens next', (type, flow, note) => {
  expect(noteOf(type, flow, words)).toBe(note);
});

it.each([
  ['wechat_pay', 'Open the WeChat Pay app on your phone, scan the code and approve €5.00.'],
  ['paynow', 'Open your banking app on your phone, scan the code and approve €5.00.'],
])('a code of %s says what reads it', (type, text) => {
  expect(scanText(type, '€5.00', words)).toBe(text);
});

it.each([
  [{ type: 'card', brand: 'visa', last4: '4242' }, 'Visa ending in 4242'], [{ type: 'card', brand: 'visa', last4: null }, 'Visa'],
  [{ type: 'card', brand: 'newpay', last4: '0001' }, 'Card ending in 0001'], [{ type: 'card', brand: null }, 'Card'],
  [{ type: 'sepa_debit', last4: '3000' }, 'SEPA Direct Debit ending in 3000'], [{ type: 'paypal' }, 'PayPal'],
])('a saved %j is called %s', (saved, name) => {
  expect(savedText({ id: 'pm_1', ...saved }, words)).toBe(name);
});

it.each([
  [12, 2034, '12 / 34'], [4, 2030, '04 / 30'], [null, 2030, null], [4, undefined, null],
])('%s of %s is shown as %s', (exp_month, exp_year, text) => {
  expect(savedExpiry({ id: 'pm_1', type: 'card', exp_month, exp_year }, words)).toBe(text);
});

it('numbers of a saved card are read from the left in Arabic, too', () => {
  const arabic = createTranslator('ar', ar);
  const saved = { id: 'pm_1', type: 'card', brand: 'visa', last4: '4242', exp_month: 12, exp_year: 2034 };
  expect(savedText(saved, arabic)).toContain('\u20664242\u2069');
  expect(savedExpiry(saved, arabic)).toBe('\u206612 / 34\u2069');
});

it.each([
  [['nl-NL', 'en'], 'card ideal paypal bancontact'], [['fr-BE'], 'card bancontact paypal ideal'], [['en'], 'card paypal ideal bancontact'],
  [['en-US', 'nl-NL'], 'card ideal paypal bancontact'], [[], 'card paypal ideal bancontact'],
])('for %j the order is %s', (languages, order) => {
  const methods = ['paypal', 'card', 'ideal', 'bancontact'].map((type) => ({ type, flow: type === 'card' ? 'card' : 'redirect' } as const));
  expect(likeliest(methods, languages).map(({ type }) => type).join(' ')).toBe(order);
});
