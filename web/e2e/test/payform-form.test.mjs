// The form of the payform, field by field: what browsers fill in, which keys a phone shows, which card it is, what the button does while
// a payment is under way, and which cards a customer finds again. Deliberately absent: what a press leads to (payform), who can use it
// (payform-access).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARDS } from '../browser.mjs';
import { EMAIL, item, shippingOption, startPayforms } from '../payform.mjs';
import { en, filled } from '../texts.mjs';

const payforms = startPayforms();

const DECLINED = ['status of 402'];
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const ASKING = {
  shipping_address_collection: { allowed_countries: ['DE', 'US'] },
  shipping_options: [shippingOption('Mail', 500)],
  billing_address_collection: 'required',
  phone_number_collection: { enabled: true },
  custom_fields: [{ key: 'size', label: { type: 'custom', custom: 'Size' }, type: 'numeric' }],
};
/** Of each field: type, purpose, and the keys that a phone shows where its type does not say them. */
const PURPOSES = {
  'email': ['email', 'email', 'email'],
  'phone': ['tel', 'tel', 'tel'],
  'ship.name': ['text', 'shipping name', ''],
  'ship.country': ['select-one', 'shipping country', ''],
  'ship.line1': ['text', 'shipping address-line1', ''],
  'ship.line2': ['text', 'shipping address-line2', ''],
  'ship.postal_code': ['text', 'shipping postal-code', 'text'],
  'ship.city': ['text', 'shipping address-level2', ''],
  'number': ['text', 'cc-number', 'numeric'],
  'expiry': ['text', 'cc-exp', 'numeric'],
  'cvc': ['text', 'cc-csc', 'numeric'],
  'name': ['text', 'cc-name', ''],
  'bill.country': ['select-one', 'billing country', ''],
  'bill.line1': ['text', 'billing address-line1', ''],
  'bill.line2': ['text', 'billing address-line2', ''],
  'bill.postal_code': ['text', 'billing postal-code', 'numeric'],
  'bill.city': ['text', 'billing address-level2', ''],
  'bill.state': ['text', 'billing address-level1', ''],
  'custom.size': ['text', 'off', 'numeric'],
};

/** Runs in the page: what stands at its fields, by name, in the order of the page. */
function readFields() {
  const all = [...document.querySelectorAll('form input, form select')].filter(({ type }) => !['checkbox', 'radio'].includes(type));
  return all.map((one) => [one.name, [one.type, one.autocomplete, one.inputMode], one.id]);
}

test('a browser can fill in every field, and a phone shows the right keys for it', async () => {
  const visit = await payforms.visit(await payforms.session(ASKING), PHONE);
  await visit.field('same').uncheck();
  await visit.field('bill.country').selectOption('US');
  const fields = await visit.page.evaluate(readFields);
  assert.deepEqual(fields.map(([name, purpose]) => [name, purpose]), Object.entries(PURPOSES));
  assert.deepEqual(fields.map(([name, , id]) => [name, id]), Object.keys(PURPOSES).map((name) => [name, `f-${name}`]));
  // A browser fills in a card only where all of it stands in one form.
  assert.equal(await visit.page.locator('form').count(), 1);
  await visit.check();
  await visit.close();
});

test('no field makes a phone zoom in, nor counts up and down', async () => {
  const visit = await payforms.visit(await payforms.session(ASKING), PHONE);
  await visit.field('same').uncheck();
  const found = await visit.page.locator('input, select').evaluateAll((all) => all.map((one) => {
    const isTyped = one.type !== 'checkbox' && one.type !== 'radio';
    return [one.name || one.className, one.type, isTyped ? Number.parseFloat(getComputedStyle(one).fontSize) : 16];
  }));
  assert.ok(found.length > Object.keys(PURPOSES).length);
  // Below 16 pixels Safari zooms into what is touched, and does not zoom out again.
  assert.deepEqual(found.filter(([, type, size]) => type === 'number' || size < 16), []);
  await visit.close();
});

/** The first digits that tell nothing yet, those that tell the brand, the whole number, how it is grouped, and the brand of the charge. */
const BRANDS = [
  ['Diners Club', '3', '6', '227206271667', '3622 720627 1667', 'diners'],
  ['Mastercard', '222', '3', '003122003222', '2223 0031 2200 3222', 'mastercard'],
];
for (const [title, early, telling, rest, grouped, brand] of BRANDS) {
  test(`${title}: named as soon as the digits tell it, grouped as on the card, and charged`, async () => {
    const session = await payforms.session();
    const visit = await payforms.visit(session);
    await visit.field('number').click();
    await visit.page.keyboard.type(early);
    assert.equal(await visit.page.locator('.field-number .brand').count(), 0);
    await visit.page.keyboard.type(telling);
    await visit.said('.field-number .brand', title);
    await visit.page.keyboard.type(rest);
    assert.equal(await visit.value('number'), grouped);
    assert.equal(await visit.focused(), 'expiry', 'the number is complete');
    await visit.pay(grouped.replaceAll(' ', ''));
    await visit.done();
    const [charge] = await payforms.charges(session);
    assert.equal(charge.payment_method_details.card.brand, brand);
    await visit.close();
  });
}

/** What the button says of itself. */
async function buttonOf({ page }) {
  const button = page.locator('button.pay');
  const said = ['aria-busy', 'aria-disabled'].map((name) => button.getAttribute(name));
  return [...(await Promise.all(said)), await button.locator('.spinner').count(), (await button.innerText()).trim()];
}

test('the button says that it works and does nothing else meanwhile, and works again after a decline', async () => {
  const session = await payforms.session();
  const visit = await payforms.visit(session, { allowed: DECLINED });
  const idle = ['false', 'false', 0, filled('button.pay', { amount: '€49.00' })];
  const busy = ['true', 'true', 1, en['button.processing']];
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await visit.page.route('**/confirm', async (route) => (await held, route.continue()), { times: 1 });
  await visit.typeCard(CARDS.declined);
  assert.deepEqual(await buttonOf(visit), idle);
  await visit.press();
  await visit.page.locator('button.pay[aria-busy=true]').waitFor();
  assert.deepEqual(await buttonOf(visit), busy);
  await visit.check();
  await visit.page.locator('button.pay').click({ force: true });
  await visit.field('name').press('Enter');
  assert.equal(visit.presses.length, 1, 'one press is under way, and no other begins');
  release();
  await visit.said('.notice', en['decline.try_other_card']);
  assert.deepEqual(await buttonOf(visit), idle);
  await visit.pay();
  await visit.done();
  assert.equal((await payforms.charges(session)).length, 1);
  await visit.close();
});

test('a card that is declined and one that pays belong to the same payment', async () => {
  const session = await payforms.session();
  const visit = await payforms.visit(session, { allowed: DECLINED });
  await visit.pay(CARDS.declined);
  await visit.said('.notice', en['decline.try_other_card']);
  const { payment_intent: declined } = await payforms.again(session);
  assert.equal((await payforms.api(`/v1/payment_intents/${declined}`)).status, 'requires_payment_method');
  await visit.pay();
  await visit.done();
  assert.equal((await payforms.again(session)).payment_intent, declined);
  const { data } = await payforms.api(`/v1/charges?payment_intent=${declined}`);
  assert.deepEqual(data.map(({ paid }) => paid), [true, false], 'the newest first');
  await visit.close();
});

/** A customer with these cards, saved in this order. */
async function customerWith(...tokens) {
  const customer = await payforms.api('/v1/customers', { email: EMAIL });
  for (const token of tokens) {
    const method = await payforms.api('/v1/payment_methods', { type: 'card', card: { token }, allow_redisplay: 'always' });
    await payforms.api(`/v1/payment_methods/${method.id}/attach`, { customer: customer.id });
  }
  return customer.id;
}

const cardsOf = async (customer) => (await payforms.api(`/v1/customers/${customer}/payment_methods?type=card`)).data;
const titles = ({ page }) => page.locator('.methods .method-title').allTextContents();
const ending = (brand, last4) => filled('card.ending', { brand, last4 });
const VISA = ending('Visa', '4242');
const MASTERCARD = ending('Mastercard', '4444');

test('a customer who comes back finds the card that paid last in the first place, and chosen', async () => {
  const customer = await customerWith('tok_visa', 'tok_mastercard');
  const first = await payforms.visit(await payforms.session({ customer }));
  assert.deepEqual(await titles(first), [MASTERCARD, VISA, en['method.new_card']]);
  await first.page.getByText(VISA).click();
  await first.press();
  await first.done();
  await first.close();
  const session = await payforms.session({ customer });
  const second = await payforms.visit(session);
  assert.deepEqual(await titles(second), [VISA, MASTERCARD, en['method.new_card']]);
  await second.said('.method.is-chosen', VISA);
  await second.press();
  await second.done();
  assert.equal((await payforms.charges(session))[0].payment_method_details.card.last4, '4242');
  await second.close();
});

test('of many ways to pay the first ones are shown; the others fold out, and the focus goes to the first of them', async () => {
  const customer = await customerWith('tok_visa', 'tok_mastercard', 'tok_amex', 'tok_discover');
  const session = await payforms.session({ customer, payment_method_types: ['card', 'paypal'] });
  const visit = await payforms.visit(session);
  const shown = await titles(visit);
  assert.equal(shown.length, 3);
  const more = visit.page.getByRole('button', { name: '3 more ways to pay' });
  await visit.check();
  await more.focus();
  await visit.page.keyboard.press('Enter');
  await visit.page.getByText(en['method.new_card']).waitFor();
  assert.equal(await more.count(), 0);
  const all = await titles(visit);
  assert.deepEqual([all.slice(0, 3), all.slice(4)], [shown, [en['method.new_card'], en['method.paypal']]]);
  const place = await visit.page.evaluate(() => [...document.querySelectorAll('[name=method]')].indexOf(document.activeElement));
  assert.equal(place, 3);
  await visit.said('.method.is-chosen', shown[0]);
  await visit.check();
  await visit.page.getByText(VISA).click();
  await visit.press();
  await visit.done();
  assert.equal((await payforms.charges(session))[0].payment_method_details.card.brand, 'visa');
  await visit.close();
});

const SAVING = { saved_payment_method_options: { payment_method_save: 'enabled' } };

test('a card is saved for next time only where the buyer says so', async () => {
  const customer = await customerWith();
  const save = ({ page }) => page.getByRole('checkbox', { name: en['save.label'] });
  const buy = async (act) => {
    const visit = await payforms.visit(await payforms.session({ customer, payment_method_types: ['card', 'paypal'], ...SAVING }));
    assert.equal(await save(visit).isChecked(), false, 'nothing consents for the buyer');
    await act?.(visit);
    await visit.pay();
    await visit.done();
    await visit.close();
  };
  await buy();
  assert.deepEqual(await cardsOf(customer), []);
  await buy(async (visit) => {
    await visit.said('.check-note', filled('save.note', { merchant: 'Florin sandbox' }));
    // What a wallet leaves behind cannot be saved, so its row does not ask.
    await visit.page.locator('input[name="method"][value="paypal"]').check();
    assert.equal(await save(visit).count(), 0);
    await visit.page.locator('input[name="method"][value="card"]').check();
    await save(visit).check();
    await visit.check();
    // A consent that somebody gave before a reload is not taken for one that is given now.
    await visit.reload();
    assert.equal(await save(visit).isChecked(), false);
    await save(visit).check();
  });
  assert.deepEqual((await cardsOf(customer)).map(({ card, allow_redisplay: shows }) => [card.last4, shows]), [['4242', 'always']]);
  const again = await payforms.visit(await payforms.session({ customer }));
  await again.said('.method.is-chosen', VISA);
  await again.close();
});

test('the terms are those of the merchant, in its words where it has some, and nobody accepts them for the buyer', async () => {
  const asked = { consent_collection: { terms_of_service: 'required' } };
  const message = 'I take the rules of the shop.';
  for (const [order, label] of [
    [asked, filled('terms.label', { merchant: 'Florin sandbox' })],
    [{ ...asked, custom_text: { terms_of_service_acceptance: { message } } }, message],
  ]) {
    const session = await payforms.session({ ...order, line_items: [item(0)] });
    const visit = await payforms.visit(session);
    const box = visit.page.getByRole('checkbox', { name: label, exact: true });
    assert.equal(await box.isChecked(), false);
    await visit.field('email').fill(EMAIL);
    await visit.press();
    await visit.said('.fault', en['error.terms']);
    assert.deepEqual(visit.presses, []);
    await box.check();
    await visit.press();
    await visit.done();
    assert.equal((await payforms.again(session)).consent.terms_of_service, 'accepted');
    await visit.close();
  }
});
