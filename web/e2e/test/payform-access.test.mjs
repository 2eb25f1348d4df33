// Who can use the payform: with a keyboard and nothing else, on a phone whose keyboard hides half of the page, with a thumb.
// Deliberately absent: what axe finds, which every test about looks asks for (payform-looks).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARDS, fitsWidth } from '../browser.mjs';
import { EMAIL, item, shippingOption, startPayforms } from '../payform.mjs';
import { misplaced, walk } from '../rings.mjs';
import { en, filled } from '../texts.mjs';

const payforms = startPayforms();

const PHONE = { viewport: { width: 320, height: 640 } };
/** A phone whose keyboard is open. */
const TYPING = { viewport: { width: 320, height: 300 } };
const FULL = {
  line_items: [item(4900, { quantity: 2, adjustable_quantity: { enabled: true, minimum: 1, maximum: 9 } })],
  payment_method_types: ['card', 'paypal', 'customer_balance', 'wechat_pay', 'alipay'],
  shipping_address_collection: { allowed_countries: ['DE', 'AT', 'US'] },
  shipping_options: [shippingOption('Standard', 500), shippingOption('Pick up in the shop', 0)],
  consent_collection: { terms_of_service: 'required' },
  phone_number_collection: { enabled: true },
};
const SUPPORTED = 'help@shop.example';

/** The server knows no address of this merchant. Its states are played with one, so that the page has the link to it. */
const playSupport = ({ id }) => async (context) => {
  await context.route('**/events', (route) => route.abort());
  await context.route(new RegExp(`/c/pay/${id}(/state)?$`), async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace('"support_email":null', `"support_email":"${SUPPORTED}"`);
    await route.fulfill({ response, body });
  });
};

/** The page with everything on it. */
async function visitFull(order, options) {
  const session = await payforms.returning({ ...FULL, ...order });
  return payforms.visit(session, { prepare: playSupport(session), allowed: ['ERR_FAILED'], ...options });
}

test('on a phone the order folds up and out, and its total is always there', async () => {
  const visit = await payforms.visit(await payforms.session({ shipping_options: [shippingOption('Mail', 500)] }), PHONE);
  const { page } = visit;
  const total = page.locator('.summary-total');
  const lines = page.locator('#summary-body');
  const isShown = async () => [await total.isVisible(), await lines.isVisible()];
  assert.deepEqual(await isShown(), [true, false]);
  await page.getByRole('button', { name: en['summary.show'], expanded: false }).click();
  assert.deepEqual(await isShown(), [true, true]);
  for (const text of ['Linen shirt', en['summary.subtotal'], en['summary.shipping']]) await visit.said('#summary-body', text);
  await visit.check();
  await page.getByRole('button', { name: en['summary.hide'], expanded: true }).click();
  assert.deepEqual(await isShown(), [true, false]);
  assert.equal(await total.innerText(), '€54.00');
  await visit.close();
});

test('with the keyboard of a phone open the button is reached, pressed, and nothing lies over a field', async () => {
  const visit = await visitFull({ payment_method_types: ['card'], shipping_address_collection: null, consent_collection: null }, TYPING);
  const { page } = visit;
  await visit.field('phone').fill('+49 30 1234567');
  const { stops } = await walk(page);
  assert.deepEqual(stops.filter((stop) => !stop?.isSeen), [], 'what has the focus is seen');
  assert.ok(stops.some(({ text }) => text.includes('type="submit"')));
  await visit.typeCard();
  assert.ok(await fitsWidth(page), 'scrolls to the side');
  await page.locator('button.pay').scrollIntoViewIfNeeded();
  const box = await page.locator('button.pay').boundingBox();
  assert.ok(box.y >= 0 && box.y + box.height <= TYPING.viewport.height, JSON.stringify(box));
  await visit.press();
  await page.waitForURL(/&paid=cs_/);
  await visit.close();
});

test('what stands below the form can be touched, too', async () => {
  const visit = await visitFull({}, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  const targets = visit.page.locator('.footer a, .footer select');
  const boxes = await Promise.all((await targets.all()).map((one) => one.boundingBox()));
  assert.equal(boxes.length, 2);
  assert.deepEqual(boxes.filter(({ width, height }) => width < 24 || height < 24), []);
  assert.equal(await targets.first().getAttribute('href'), `mailto:${SUPPORTED}`);
  assert.equal(await targets.first().innerText(), filled('page.support', { merchant: 'Florin sandbox' }));
  await targets.last().selectOption('fr');
  await visit.page.waitForFunction(() => document.documentElement.lang === 'fr');
  await visit.close();
});

/** Shows faults below the fields. */
const pressed = async (visit) => {
  await visit.press();
  await visit.page.locator('.fault').first().waitFor();
};
const scheme = (colorScheme, more = {}) => ({ colorScheme, ...more });
/** What lies around the ring: other grounds, other colours, other controls. */
const RINGS = [
  ['light', {}, scheme('light')],
  ['dark', {}, scheme('dark')],
  ['light, with faults', {}, scheme('light', PHONE), pressed],
  ['dark, with faults', {}, scheme('dark', PHONE), pressed],
  ['light, two networks', { payment_method_types: ['card'] }, scheme('light'), (visit) => visit.typeCard(CARDS.twoNetworks)],
  ['dark, two networks', { payment_method_types: ['card'] }, scheme('dark'), (visit) => visit.typeCard(CARDS.twoNetworks)],
];
for (const [name, order, options, act] of RINGS) {
  test(`${name}: every control is reached with Tab, and shows it with a ring that can be seen`, async () => {
    const visit = await visitFull(order, options);
    await act?.(visit);
    const { stops, count, rings } = await walk(visit.page);
    assert.deepEqual(rings, [], 'a ring where no focus is');
    assert.deepEqual(stops.map((stop) => stop?.at).sort((one, other) => one - other), [...Array(count).keys()]);
    assert.deepEqual(stops.filter(({ contrast }) => contrast < 3).map(({ text, contrast }) => [text, contrast]), []);
    await visit.close();
  });
}

/** Pages after the form, whose controls are others. */
async function instructed(options) {
  const visit = await payforms.visit(await payforms.session({ payment_method_types: ['card', 'customer_balance'] }), options);
  await visit.page.locator('input[name="method"][value="customer_balance"]').check();
  await visit.field('email').fill(EMAIL);
  await visit.press();
  await visit.page.locator('.transfer').waitFor();
  return visit;
}

for (const colorScheme of ['light', 'dark']) {
  test(`${colorScheme}: the instructions of a transfer, and a page that is done, show where the focus is`, async () => {
    const transfer = await instructed({ colorScheme });
    const session = await payforms.returning();
    await payforms.payElsewhere(session);
    // A page that was done before it was opened does not leave for the shop by itself before somebody has looked at it.
    const hold = (context) => context.route(`${payforms.installation.shop}/**`, (route) => route.abort('aborted'));
    const done = await payforms.visit(session, { colorScheme, prepare: hold, allowed: ['ERR_ABORTED'] });
    for (const visit of [transfer, done]) {
      const { stops, count } = await walk(visit.page);
      assert.deepEqual(stops.map((stop) => stop?.at), [...Array(count).keys()]);
      assert.deepEqual(stops.filter(({ contrast }) => contrast < 3).map(({ text, contrast }) => [text, contrast]), []);
      await visit.close();
    }
  });
}

/** Words of the session, options of the browser, whether lines are read from the right. */
const ORDERS = [
  ['on a phone', {}, PHONE, false],
  ['on a desk', {}, {}, false],
  ['in Arabic on a phone', { locale: 'auto' }, { ...PHONE, locale: 'ar-EG' }, true],
];
for (const [name, order, options, isFromRight] of ORDERS) {
  test(`${name}: the focus goes from control to control as they are read`, async () => {
    const visit = await visitFull(order, options);
    const { stops } = await walk(visit.page);
    assert.ok(stops.length > 15);
    assert.deepEqual(misplaced(stops, isFromRight), []);
    await visit.close();
  });
}

/** Presses Tab until the focus is there. */
async function tabTo({ page }, isThere) {
  for (let stop = 0; stop < 60; stop++) {
    if (await page.evaluate(isThere)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`the key Tab does not lead to what ${isThere} is about`);
}

/** Types into the fields one after the other, as the key Tab leads to them. A field that is full leads on by itself. */
async function typeThrough(visit, texts) {
  for (const [field, text] of Object.entries(texts)) {
    await tabTo(visit, `document.activeElement.name === '${field}'`);
    await visit.page.keyboard.type(text);
  }
}

test('an order is chosen, typed and paid with nothing but a keyboard', async () => {
  const session = await payforms.returning({ ...FULL, payment_method_types: ['card', 'paypal'] });
  const visit = await payforms.visit(session);
  const { page } = visit;
  const press = (key) => page.keyboard.press(key);
  await tabTo(visit, `document.activeElement.getAttribute('aria-label') === '${filled('summary.more', { item: 'Linen shirt' })}'`);
  await press('Enter');
  await visit.said('button.pay', '€152.00');
  const address = { 'ship.line1': 'Am Ufer 1', 'ship.postal_code': '24103', 'ship.city': 'Kiel' };
  await typeThrough(visit, { email: EMAIL, phone: '+49301234567', 'ship.name': 'Ada Buyer', ...address });
  await tabTo(visit, "document.activeElement.name === 'shipping_option'");
  await press('ArrowDown');
  await visit.said('button.pay', '€147.00');
  await tabTo(visit, "document.activeElement.name === 'method'");
  await press('ArrowDown');
  await visit.said('.method.is-chosen', en['method.paypal']);
  await press('ArrowUp');
  await typeThrough(visit, { number: CARDS.good, expiry: '1234', cvc: '123', name: 'Ada Buyer' });
  await tabTo(visit, "document.activeElement.name === 'terms'");
  await press('Space');
  await tabTo(visit, "document.activeElement.matches('button.pay')");
  await press('Enter');
  await page.waitForURL(new RegExp(`&paid=${session.id}$`));
  assert.deepEqual((await payforms.charges(session)).map(({ amount }) => amount), [14700]);
  await visit.close();
});

test('Enter in any field of a card pays', async () => {
  for (const field of ['email', 'number', 'expiry', 'cvc', 'name']) {
    const session = await payforms.session();
    const visit = await payforms.visit(session);
    await visit.typeCard();
    await visit.field(field).press('Enter');
    await visit.done();
    assert.equal((await payforms.charges(session)).length, 1);
    await visit.close();
  }
});
