// What merchants ask for and offer on the payform: deliveries, quantities, questions, terms, saved cards, orders without a payment.
// Deliberately absent: how the server counts and checks, which its own suites do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitsWidth, shoot, violations } from '../browser.mjs';
import { EMAIL, item, shippingOption, startPayforms } from '../payform.mjs';
import { en, filled } from '../texts.mjs';

const payforms = startPayforms();

test('the questions of a merchant are answered, and the terms accepted', async () => {
  const label = (custom) => ({ type: 'custom', custom });
  const session = await payforms.session({
    consent_collection: { terms_of_service: 'required' },
    custom_fields: [
      { key: 'fit', label: label('Fit'), type: 'dropdown', dropdown: { options: ['slim', 'wide'].map((value) => ({ label: value, value })) } },
      { key: 'number', label: label('Jersey number'), type: 'numeric', numeric: { maximum_length: 2 } },
      { key: 'note', label: label('A note'), type: 'text', optional: true, text: { default_value: 'Gift' } },
    ],
  });
  const visit = await payforms.visit(session);
  await visit.typeCard();
  assert.equal(await visit.value('custom.note'), 'Gift');
  await visit.press();
  await visit.said('.fault', en['error.choose']);
  assert.equal(await visit.focused(), 'custom.fit');
  await visit.said('.fault', en['error.terms']);
  await visit.check();
  await visit.field('custom.fit').selectOption('wide');
  await visit.field('custom.number').click();
  await visit.page.keyboard.type('123');
  assert.equal(await visit.value('custom.number'), '12', 'no more than the merchant takes');
  await visit.field('terms').check();
  await visit.press();
  await visit.done();
  const { consent, custom_fields: answers } = await payforms.again(session);
  assert.equal(consent.terms_of_service, 'accepted');
  assert.deepEqual(answers.map((one) => one[one.type].value), ['wide', '12', 'Gift']);
  await visit.close();
});

test('a buyer chooses what to pay', async () => {
  const price = await payforms.api('/v1/prices', {
    currency: 'eur', product_data: { name: 'Donation' }, custom_unit_amount: { enabled: true, minimum: 500, maximum: 90_000 },
  });
  const session = await payforms.session({ submit_type: 'donate', line_items: [{ price: price.id, quantity: 1 }] });
  const visit = await payforms.visit(session, { viewport: { width: 320, height: 900 } });
  await visit.typeCard();
  await visit.press();
  await visit.said('.fault', en['error.amount']);
  const [line] = (await payforms.state(session)).line_items;
  assert.equal(await visit.focused(), `amount.${line.id}`);
  await visit.field(`amount.${line.id}`).fill('12,5');
  await visit.said('.note', filled('amount.between', { minimum: '€5.00', maximum: '€900.00' }));
  assert.deepEqual(await violations(visit.page.mainFrame()), []);
  assert.ok(await fitsWidth(visit.page), 'scrolls to the side');
  // The field was not left yet: what stands in it is paid all the same.
  await visit.press();
  await visit.done();
  const [charge] = await payforms.charges(session);
  assert.deepEqual([charge.amount, visit.presses.at(-1).expected_amount], [1250, 1250]);
  await visit.close();
});

test('delivery and quantity change the total, which is said and paid', async () => {
  const session = await payforms.session({
    line_items: [item(1000, { adjustable_quantity: { enabled: true, minimum: 1, maximum: 3 } }, 'Cup')],
    shipping_options: [shippingOption('Mail', 500), shippingOption('Bike', 900)],
    shipping_address_collection: { allowed_countries: ['DE', 'AT'] },
    phone_number_collection: { enabled: true },
  });
  const visit = await payforms.visit(session);
  const { page } = visit;
  await page.getByLabel(filled('summary.more', { item: 'Cup' })).click();
  await visit.said('button.pay', '€25.00');
  await page.getByText('Bike').click();
  await visit.said('button.pay', '€29.00');
  await visit.said('[aria-live=polite]', filled('summary.updated', { amount: '€29.00' }));
  const typed = { 'phone': '+49 30 1234567', 'ship.name': 'Ada Buyer', 'ship.line1': 'Am Ufer 1', 'ship.postal_code': '24103', 'ship.city': 'Kiel' };
  for (const [name, text] of Object.entries(typed)) await visit.field(name).fill(text);
  await visit.typeCard();
  await visit.check();
  await shoot(page, 'payform-delivery', { fullPage: true });
  await visit.press();
  await visit.done();
  const [charge] = await payforms.charges(session);
  assert.equal(charge.amount, 2900);
  assert.deepEqual([charge.shipping.name, charge.shipping.address.city, charge.billing_details.address.line1], ['Ada Buyer', 'Kiel', 'Am Ufer 1']);
  await visit.close();
});

test('a quantity goes no further than the merchant lets it', async () => {
  const visit = await payforms.visit(await payforms.session({
    line_items: [item(1000, { adjustable_quantity: { enabled: true, minimum: 1, maximum: 2 } }, 'Cup')],
  }));
  const more = visit.page.getByLabel(filled('summary.more', { item: 'Cup' }));
  assert.equal(await visit.page.getByLabel(filled('summary.less', { item: 'Cup' })).getAttribute('aria-disabled'), 'true');
  await more.click();
  await visit.said('button.pay', '€20.00');
  assert.equal(await more.getAttribute('aria-disabled'), 'true');
  await visit.close();
});

for (const [look, options] of [['desktop', {}], ['phone', { viewport: { width: 320, height: 900 }, colorScheme: 'dark' }]]) {
  test(`${look}: what is offered beside the order is added, left out and paid`, async () => {
    const price = await payforms.api('/v1/prices', { currency: 'eur', unit_amount: 900, product_data: { name: 'Cup' } });
    const session = await payforms.session({
      line_items: [item(4900, {}, 'Tea')],
      optional_items: [{ price: price.id, quantity: 2, adjustable_quantity: { enabled: true, minimum: 1, maximum: 3 } }],
    });
    const visit = await payforms.visit(session, options);
    const { page } = visit;
    if (look === 'phone') await page.getByRole('button', { name: en['summary.show'] }).click();
    const add = page.getByRole('button', { name: filled('summary.add_item', { item: 'Cup' }) });
    await page.getByRole('heading', { name: en['summary.offers'] }).waitFor();
    assert.deepEqual(await violations(page.mainFrame()), []);
    assert.ok(await fitsWidth(page), 'scrolls to the side');
    await shoot(page, `payform-offer-${look}`, { fullPage: true });
    await add.click();
    await visit.said('button.pay', '€67.00');
    await page.getByLabel(filled('summary.less', { item: 'Cup' })).click();
    await visit.said('button.pay', '€58.00');
    await page.getByLabel(filled('summary.less', { item: 'Cup' })).click();
    await visit.said('button.pay', '€49.00');
    await add.click();
    await visit.said('button.pay', '€67.00');
    await visit.typeCard();
    await visit.press();
    await visit.done();
    const [charge] = await payforms.charges(session);
    assert.equal(charge.amount, 6700);
    await visit.close();
  });
}

test('a method is saved without a payment', async () => {
  const session = await payforms.session({ mode: 'setup', line_items: null, currency: 'eur' });
  const visit = await payforms.visit(session);
  await visit.said('.setup-title', 'Florin');
  await visit.check();
  await visit.said('button.pay', en['button.setup']);
  await visit.pay();
  await visit.said('.outcome', en['complete.title_setup']);
  await visit.check();
  const { setup_intent: intent, status } = await payforms.again(session);
  assert.equal(status, 'complete');
  assert.equal((await payforms.api(`/v1/setup_intents/${intent}`)).status, 'succeeded');
  await visit.close();
});

test('a saved card pays without being typed', async () => {
  const customer = await payforms.api('/v1/customers', { email: EMAIL });
  const method = await payforms.api('/v1/payment_methods', { type: 'card', card: { token: 'tok_visa' }, allow_redisplay: 'always' });
  await payforms.api(`/v1/payment_methods/${method.id}/attach`, { customer: customer.id });
  const session = await payforms.session({ customer: customer.id });
  const visit = await payforms.visit(session);
  await visit.said('.method.is-chosen', filled('card.ending', { brand: 'Visa', last4: '4242' }));
  await visit.check();
  await shoot(visit.page, 'payform-saved');
  await visit.press();
  await visit.done();
  assert.deepEqual(visit.presses.map(({ saved_method: id, card }) => [id, card]), [[method.id, undefined]]);
  assert.equal((await payforms.charges(session))[0].payment_method, method.id);
  await visit.close();
});

test('an order that costs nothing asks for no card', async () => {
  const session = await payforms.session({ line_items: [item(0)] });
  const visit = await payforms.visit(session);
  await visit.said('button.pay', en['button.complete']);
  assert.equal(await visit.field('number').count(), 0);
  await visit.check();
  await visit.field('email').fill(EMAIL);
  await visit.press();
  await visit.said('.outcome', en['complete.nothing']);
  const { payment_status: status, payment_intent: intent } = await payforms.again(session);
  assert.deepEqual([status, intent], ['no_payment_required', null]);
  await visit.close();
});

test('a payment of the simple front door is paid on the same page', async () => {
  const made = await payforms.api('/florin/v1/payments', { amount: 1250, currency: 'eur', order_id: `order-${process.pid}` });
  const visit = await payforms.visit(made);
  await visit.said('button.pay', '€12.50');
  await visit.pay();
  await visit.done();
  const paid = await payforms.api(`/florin/v1/payments/${made.id}`);
  assert.equal(paid.result, 'successful');
  await visit.close();
});

test('a paid order leads to its receipt, for whoever looks at it and in every light', async () => {
  const session = await payforms.session({ line_items: [item(1000, { quantity: 2 }, 'Cup')] });
  await payforms.payElsewhere(session);
  for (const colorScheme of ['light', 'dark']) {
    const visit = await payforms.visit(session, { colorScheme, viewport: { width: 320, height: 640 } });
    await visit.page.getByRole('link', { name: en['button.receipt'] }).click();
    await visit.page.waitForURL('**/receipts/**');
    const text = await visit.page.locator('main').innerText();
    for (const told of ['€20.00', 'Cup (Quantity 2)', 'Visa ending in 4242', 'simulated']) assert.ok(text.includes(told), `${told}: ${text}`);
    assert.deepEqual(await violations(visit.page.mainFrame()), []);
    assert.ok(await fitsWidth(visit.page), 'scrolls to the side');
    await shoot(visit.page, `receipt-${colorScheme}`);
    await visit.close();
  }
});
