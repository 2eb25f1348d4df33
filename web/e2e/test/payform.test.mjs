// Paying on the payform: what a buyer types, what a press of the button leads to, and that nothing is ever paid twice.
// Deliberately absent: the buyer's bank (payform-bank), what merchants ask for (payform-orders), looks (payform-looks).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARDS } from '../browser.mjs';
import { EMAIL, MORE_CARDS, shippingOption, startPayforms } from '../payform.mjs';
import { en } from '../texts.mjs';

const payforms = startPayforms();

const DECLINED = ['status of 402'];
const setOfAttempts = ({ presses }) => new Set(presses.map(({ attempt }) => attempt));

test('a card is brought into form while it is typed, and the focus goes on by itself', async () => {
  const visit = await payforms.visit(await payforms.session());
  const { page } = visit;
  await visit.field('number').click();
  await page.keyboard.type(CARDS.good);
  assert.equal(await visit.value('number'), '4242 4242 4242 4242');
  await visit.said('.brand', 'Visa');
  assert.equal(await visit.focused(), 'expiry');
  await page.keyboard.type('230');
  assert.equal(await visit.value('expiry'), '02 / 30');
  assert.equal(await visit.focused(), 'cvc');
  await page.keyboard.type('12a345');
  assert.equal(await visit.value('cvc'), '123');
  await visit.field('cvc').fill('');
  await page.keyboard.press('Backspace');
  assert.equal(await visit.focused(), 'expiry');
  await visit.field('number').evaluate((input) => (input.focus(), input.setSelectionRange(7, 7)));
  await page.keyboard.press('Backspace');
  assert.equal(await visit.field('number').evaluate((input) => input.selectionStart), 6);
  await page.keyboard.type('2');
  assert.equal(await visit.value('number'), '4242 4242 4242 4242');
  await visit.field('number').fill('3782-8224-6310-005');
  assert.equal(await visit.value('number'), '3782 822463 10005');
  assert.equal(await page.locator('.fault').count(), 0, 'nothing is red before it is left');
  await visit.close();
});

test('what is missing is said at the button, the first of it has the focus, and goes away once it is right', async () => {
  const visit = await payforms.visit(await payforms.session());
  await visit.press();
  await visit.said('.fault', en['error.email']);
  assert.equal(await visit.focused(), 'email');
  assert.equal(await visit.page.locator('[role=alert]').count(), 1, 'one is spoken');
  assert.equal(await visit.field('email').getAttribute('aria-invalid'), 'true');
  await visit.check();
  await visit.page.keyboard.type(EMAIL);
  assert.equal(await visit.page.locator('#f-email-fault').count(), 0);
  await visit.field('number').fill('4242424242424241');
  await visit.said('#f-number-fault', en['error.invalid_number']);
  assert.deepEqual(visit.presses, []);
  await visit.close();
});

test('a double click pays once, and the page goes back to the shop', async () => {
  const session = await payforms.returning();
  const visit = await payforms.visit(session);
  await visit.typeCard();
  await visit.page.locator('button.pay').dblclick();
  await visit.page.waitForURL(new RegExp(`&paid=${session.id}$`));
  assert.equal(visit.presses.length, 1);
  assert.equal((await payforms.charges(session)).length, 1);
  assert.equal((await payforms.again(session)).payment_status, 'paid');
  await visit.close();
});

test('a decline keeps what was typed but the code, and another card pays', async () => {
  const session = await payforms.session();
  const visit = await payforms.visit(session, { allowed: DECLINED });
  await visit.typeCard(CARDS.declined);
  await visit.page.keyboard.press('Enter');
  await visit.said('.notice', en['decline.try_other_card']);
  const typed = await Promise.all(['email', 'number', 'expiry', 'cvc', 'name'].map((name) => visit.value(name)));
  assert.deepEqual(typed, [EMAIL, '4000 0000 0000 0002', '12 / 34', '', 'Ada Buyer']);
  assert.equal(await visit.page.locator('.fault').count(), 0);
  await visit.check();
  await visit.pay();
  await visit.done();
  assert.equal(setOfAttempts(visit).size, 2);
  assert.equal((await payforms.charges(session)).length, 1);
  await visit.close();
});

test('a decline for a reason says what to do, and where', async () => {
  const visit = await payforms.visit(await payforms.session(), { allowed: DECLINED });
  await visit.pay(MORE_CARDS.wrongCode);
  await visit.said('.notice', en['decline.check_cvc']);
  await visit.page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'cvc');
  await visit.pay(MORE_CARDS.poor);
  await visit.said('.notice', en['decline.insufficient_funds']);
  await visit.close();
});

test('an amount that changed in between is shown before it is paid', async () => {
  const session = await payforms.session({ shipping_options: [shippingOption('Mail', 500)] });
  const visit = await payforms.visit(session, {
    allowed: ['status of 409', 'status of 400', 'ERR_FAILED'], prepare: (context) => context.route('**/events', (route) => route.abort()),
  });
  await visit.typeCard();
  await visit.page.route('**/confirm', async (route) => {
    await payforms.api(`/v1/checkout/sessions/${session.id}`, { shipping_options: [shippingOption('Bike', 900)] });
    await route.continue();
  }, { times: 1 });
  await visit.press();
  await visit.said('.notice', '€58.00');
  await visit.said('button.pay', '€58.00');
  assert.deepEqual(await payforms.charges(session), []);
  await visit.press();
  await visit.done();
  assert.deepEqual((await payforms.charges(session)).map(({ amount }) => amount), [5800]);
  await visit.close();
});

test('a payment in another tab is noticed without asking', async () => {
  const session = await payforms.session();
  const visit = await payforms.visit(session);
  await payforms.payElsewhere(session);
  await visit.done();
  await visit.said('.outcome', en['complete.elsewhere']);
  await visit.close();
});

test('a session that the merchant ends is over in an open page, and in a new one', async () => {
  const session = await payforms.returning();
  const visit = await payforms.visit(session);
  await payforms.api(`/v1/checkout/sessions/${session.id}/expire`, {});
  await visit.said('.outcome', en['expired.title']);
  await visit.reload();
  await visit.said('.outcome', en['expired.title']);
  await visit.page.locator('.outcome a.pay').click();
  await visit.page.waitForURL(/&left=1$/);
  await visit.close();
});

test('without a connection the press is sent again with the same attempt', async () => {
  const session = await payforms.session();
  const visit = await payforms.visit(session, { allowed: ['ERR_INTERNET_DISCONNECTED'] });
  await visit.typeCard();
  await visit.context.setOffline(true);
  await visit.press();
  await visit.said('.banner', en['notice.offline']);
  await visit.context.setOffline(false);
  await visit.done();
  assert.ok(visit.presses.length > 1);
  assert.equal(setOfAttempts(visit).size, 1);
  assert.equal((await payforms.charges(session)).length, 1);
  await visit.close();
});

test('an answer that is lost is asked for again and charges nothing more', async () => {
  const session = await payforms.session();
  const visit = await payforms.visit(session, {
    // Nothing else tells the page how it ended, or it might hear that before it asks again.
    allowed: ['ERR_FAILED'], prepare: (context) => context.route(/\/(events|state)$/, (route) => route.abort()),
  });
  await visit.typeCard();
  await visit.page.route('**/confirm', async (route) => {
    await route.fetch();
    await route.abort();
  }, { times: 1 });
  await visit.press();
  await visit.done();
  assert.deepEqual([visit.presses.length, setOfAttempts(visit).size], [2, 1]);
  assert.equal((await payforms.charges(session)).length, 1);
  await visit.close();
});

test('a reload keeps what was typed but the card, and what was paid leaves nothing behind', async () => {
  const session = await payforms.session();
  const visit = await payforms.visit(session);
  // The tab may hold what other tests typed for their sessions.
  const untilKept = (isKept) => visit.page.waitForFunction(
    ([id, wanted]) => Object.keys(sessionStorage).some((key) => key.includes(id)) === wanted, [session.id, isKept]);
  await visit.typeCard();
  await visit.reload();
  const typed = await Promise.all(['email', 'name', 'number', 'expiry', 'cvc'].map((name) => visit.value(name)));
  assert.deepEqual(typed, [EMAIL, 'Ada Buyer', '', '', '']);
  await untilKept(true);
  await visit.pay();
  await visit.done();
  await untilKept(false);
  await visit.close();
});

test('what was typed before the script came is kept, and so is the focus', async () => {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  const type = async (page) => {
    await page.locator('#f-number').fill('42424242');
    await page.locator('#f-email').fill(EMAIL);
    await page.locator('#f-email').focus();
    release();
  };
  const session = await payforms.session();
  const visit = await payforms.visit(session, {
    isFresh: true,
    prepare: async (context, page) => {
      await page.route('**/assets/payform-*.js', async (route) => (await held, route.fallback()));
      void type(page);
    },
  });
  assert.deepEqual([await visit.value('number'), await visit.value('email')], ['4242 4242', EMAIL]);
  assert.equal(await visit.focused(), 'email');
  await visit.close();
});
