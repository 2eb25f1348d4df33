// What the payform says: in languages that few of its makers read, and what it costs in currencies that have no cents or more of them.
// Deliberately absent: from where a language comes, and what a switch keeps (payform-looks).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARDS, shoot } from '../browser.mjs';
import { EMAIL, item, shippingOption, startPayforms } from '../payform.mjs';
import { fill } from '../texts.mjs';
import { foreignWords, textsOf } from '../words.mjs';

const payforms = startPayforms();

/** Names, which are the same in every language, and what the merchant and the buyer of these tests wrote. */
const NAMES = [
  'Florin sandbox', 'Visa', 'American Express', 'PayPal', 'Linen shirt', 'Mail', 'Bike', 'Size', 'EUR', EMAIL, 'Ada Buyer', 'Test Buyer',
];
const FULL = {
  line_items: [item(4900, { quantity: 2, adjustable_quantity: { enabled: true, minimum: 1, maximum: 9 } })],
  payment_method_types: ['card', 'paypal', 'customer_balance'],
  shipping_address_collection: { allowed_countries: ['DE', 'ES', 'BR', 'JP', 'CN', 'US'] },
  shipping_options: [
    { shipping_rate_data: { ...shippingOption('Mail', 500).shipping_rate_data, delivery_estimate: { minimum: { unit: 'day', value: 2 } } } },
    shippingOption('Bike', 0),
  ],
  custom_fields: [{ key: 'size', label: { type: 'custom', custom: 'Size' }, type: 'text', optional: true }],
  consent_collection: { terms_of_service: 'required' },
  phone_number_collection: { enabled: true },
};
const ADDRESS = { 'phone': '+49 30 1234567', 'ship.name': 'Ada Buyer', 'ship.line1': 'Am Ufer 1', 'ship.postal_code': '24103', 'ship.city': 'Kiel' };

/** What the page leads a buyer through, and each time what it shows: the form, its faults, a decline, and that it is paid. */
async function buy(visit, texts, look) {
  await visit.page.locator('.summary').waitFor();
  await look('form');
  await visit.press();
  await visit.said('.fault', texts['error.email']);
  await look('faults');
  await visit.field('ship.country').selectOption('DE');
  for (const [name, text] of Object.entries(ADDRESS)) await visit.field(name).fill(text);
  await visit.field('terms').check();
  await visit.pay(CARDS.declined);
  await visit.said('.notice', texts['decline.try_other_card']);
  await look('decline');
  await visit.field('number').fill(CARDS.amex);
  await look('another card');
  await visit.pay();
  await visit.done();
  await look('done');
}

for (const language of ['es', 'pt', 'ja', 'zh']) {
  test(`${language}: an order is chosen and paid, and no word of it is English`, async () => {
    const texts = textsOf(language);
    const session = await payforms.session({ ...FULL, locale: language });
    const visit = await payforms.visit(session, { allowed: ['status of 402'], locale: 'en-US', viewport: { width: 1180, height: 900 } });
    const { page } = visit;
    assert.equal(await page.evaluate(() => document.documentElement.lang), language);
    assert.deepEqual(await page.locator('label[for=f-number]').allTextContents(), [texts['card.number']]);
    await buy(visit, texts, async (name) => {
      assert.deepEqual(await foreignWords(page, language, NAMES), [], name);
      await visit.check();
      await shoot(page, `words-${language}-${name.replace(' ', '-')}`, { fullPage: true });
    });
    assert.equal((await payforms.charges(session)).length, 1);
    await visit.close();
  });

  test(`${language}: no word is English where a transfer is awaited, and where a session has ended`, async () => {
    const texts = textsOf(language);
    const session = await payforms.session({ payment_method_types: ['card', 'customer_balance'], locale: language });
    const names = [...NAMES, 'Florin Sandbox', 'COBADEFF', 'DE'];
    const visit = await payforms.visit(session, { locale: 'en-US' });
    await visit.page.locator('input[name="method"][value="customer_balance"]').check();
    await visit.field('email').fill(EMAIL);
    await visit.press();
    await visit.said('.placed', texts['complete.title_unpaid']);
    const { reference } = (await payforms.state(session)).payment.action;
    assert.deepEqual(await foreignWords(visit.page, language, [...names, reference]), []);
    await visit.close();
    const ended = await payforms.returning({ locale: language });
    await payforms.api(`/v1/checkout/sessions/${ended.id}/expire`, {});
    const late = await payforms.visit(ended, { locale: 'en-US' });
    await late.said('.outcome', texts['expired.title']);
    assert.deepEqual(await foreignWords(late.page, language, names), []);
    await late.close();
  });
}

/** An item in a currency of its own. */
function itemIn(currency, price, more) {
  const line = item(price, more);
  return { ...line, price_data: { ...line.price_data, currency } };
}

/** A currency, the price, the delivery, the tax in percent, how the sums are written, and the total. */
const CURRENCIES = [
  ['jpy', 4900, 500, 20, ['¥4,900', '¥500', '¥980', '¥6,380'], 6380],
  ['kwd', 12_000, 1_250, 5, ['KWD 12.000', 'KWD 1.250', 'KWD 0.600', 'KWD 13.850'], 13_850],
  ['eur', 4900, 500, 19, ['€49.00', '€5.00', '€9.31', '€63.31'], 6331],
];
const PLACES = [['a desk', {}, false], ['a phone', { viewport: { width: 320, height: 640 } }, true]];

/** A space that does not break is a space. */
const plain = (text) => text.replace(/\s/g, ' ').trim();

/** The sums of the summary that can be seen: what each is of, and its amount. */
async function sumsOf({ page }) {
  const lines = await page.locator('.sum:visible').evaluateAll((all) => all.map((sum) => [...sum.children].map((one) => one.innerText)));
  return lines.map((line) => line.map(plain));
}

for (const [currency, price, delivery, percentage, [subtotal, shipping, tax, total], amount] of CURRENCIES) {
  test(`${currency}: total, delivery and tax can be seen before the last press, and that total is paid`, async () => {
    const rate = await payforms.api('/v1/tax_rates', { display_name: 'VAT', percentage, inclusive: false });
    const order = {
      line_items: [itemIn(currency, price, { tax_rates: [rate.id] })],
      shipping_options: [{ shipping_rate_data: { display_name: 'Mail', fixed_amount: { amount: delivery, currency } } }],
    };
    for (const [place, options, isFolded] of PLACES) {
      const session = await payforms.session(order);
      const visit = await payforms.visit(session, options);
      assert.equal(plain(await visit.page.locator('.summary-total').innerText()), total, place);
      if (isFolded) await visit.page.locator('.fold-button').click();
      const lines = [['Subtotal', subtotal], ['Shipping', shipping], ['Tax', tax], ['Total due', total]];
      assert.deepEqual(await sumsOf(visit), lines, place);
      assert.equal(plain(await visit.page.locator('button.pay').innerText()), `Pay ${total}`, place);
      await visit.check();
      await visit.pay();
      await visit.done();
      const [charge] = await payforms.charges(session);
      assert.deepEqual([charge.amount, charge.currency], [amount, currency]);
      assert.ok(plain(await visit.page.locator('.outcome-text').first().innerText()).includes(total), place);
      await visit.close();
    }
  });
}

test('the words around an amount follow the language, and its digits the currency', async () => {
  const session = await payforms.session({ locale: 'ja', line_items: [itemIn('jpy', 1235)] });
  const visit = await payforms.visit(session, { locale: 'en-US' });
  await visit.said('button.pay', fill(textsOf('ja')['button.pay'], { amount: '￥1,235' }));
  await visit.close();
});
