// Checkout sessions in a shop's page, and next actions whose answers are played to the controller frame: so a test decides when they change.
// Deliberately absent: cards that are authenticated (wrappers.test.mjs) and whole payments without a card (methods.test.mjs).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARDS, answerBank, fieldFrame, leave, playSession, typeCard } from '../browser.mjs';
import { startSetting } from '../setting.mjs';

const setting = startSetting();
const { visit } = setting;

/** Lets the controller hear about an intent that waits for the buyer, until a test says that it was paid. */
async function playIntent(context) {
  const state = { status: 'requires_action' };
  const type = 'pix_display_qr_code';
  const inner = { hosted_instructions_url: `${setting.pay}/sandbox/authenticate/pi_none?client_secret=none` };
  await context.route(/\/v1\/payment_intents\//, (route) => route.fulfill({
    json: {
      id: 'pi_1', object: 'payment_intent', status: state.status,
      next_action: state.status === 'requires_action' ? { type, [type]: inner } : null,
    },
  }));
  return state;
}

test('the instructions stay until the payment arrives', async () => {
  const { context, page } = await visit('/plain?form=none');
  const state = await playIntent(context);
  const result = page.evaluate(() => window.Florin(window.data.publishableKey).confirmPixPayment('pi_1_secret_2', {}));
  await page.getByRole('dialog', { name: 'How to pay' }).waitFor();
  state.status = 'succeeded';
  assert.equal((await result).paymentIntent.status, 'succeeded');
  assert.equal(await page.getByRole('dialog').count(), 0);
  await leave(context);
});

test('instructions that were closed are no error: the payment may still arrive', async () => {
  const { context, page } = await visit('/plain?form=none');
  await playIntent(context);
  const result = page.evaluate(() => window.Florin(window.data.publishableKey).confirmPixPayment('pi_1_secret_2', {}));
  await page.getByRole('button', { name: 'Close' }).click();
  assert.equal((await result).paymentIntent.status, 'requires_action');
  await leave(context);
});

test('with handleActions false the shop gets the intent and nothing opens', async () => {
  const { context, page } = await visit('/plain?form=none');
  await playIntent(context);
  const { paymentIntent } = await page.evaluate(() =>
    window.Florin(window.data.publishableKey).confirmPixPayment('pi_1_secret_2', {}, { handleActions: false }));
  assert.equal(paymentIntent.next_action.type, 'pix_display_qr_code');
  assert.equal(await page.getByRole('dialog').count(), 0);
  await leave(context);
});

const STATE = {
  id: 'cs_test_1', status: 'open', mode: 'payment', payment_status: 'unpaid', livemode: false, merchant: { name: 'Rosemary & Co' }, currency: 'eur',
  amounts: { subtotal: 4900, shipping: 0, tax: 0, discount: 0, total: 4900 }, line_items: [], shipping: null, email: null,
  methods: [{ type: 'card', flow: 'card' }], saved_methods: [], payment: null, return_to: null,
};

/** Plays a session. `payment` is how its payment stands once somebody has pressed the button. */
function playCheckout(context, payment = null) {
  const state = { ...STATE };
  return context.route(/\/c\/pay\/cs_test_1_secret_2\//, (route) => {
    if (route.request().url().includes('/confirm?')) state.payment = payment;
    return route.fulfill({ json: state });
  });
}

test('a checkout session is paid with the elements of a shop', async () => {
  const line = { price_data: { currency: 'eur', unit_amount: 4900, product_data: { name: 'Tea' } }, quantity: 1 };
  const made = await setting.api('/v1/checkout/sessions', { mode: 'payment', ui_mode: 'elements', line_items: [line] });
  const { id, client_secret: secret } = made;
  const { context, page } = await visit('/plain?form=none&script=/endive/stripe.js');
  const seen = await page.evaluate(async (clientSecret) => {
    const sdk = window.Stripe(window.data.publishableKey).initCheckoutElementsSdk({ clientSecret });
    sdk.createPaymentElement().mount('#app');
    window.changes = [];
    sdk.on('change', (session) => window.changes.push(session.email));
    const { type, actions } = await sdk.loadActions();
    window.actions = actions;
    await actions.updateEmail('ada@example.com');
    return { then: typeof sdk.then, type, total: actions.getSession().total.total.minorUnitsAmount, changes: window.changes };
  }, secret);
  assert.deepEqual(seen, { then: 'undefined', type: 'success', total: 4900, changes: ['ada@example.com'] });
  const frame = await fieldFrame(page, 'payment');
  await typeCard(page, frame, CARDS.declined);
  const confirm = () => page.evaluate(() => window.actions.confirm({ redirect: 'if_required' }));
  assert.equal((await confirm()).error.code, 'try_other_card');
  await typeCard(page, frame, CARDS.good);
  const isSent = (request) => request.url().includes(`/c/pay/${secret}/confirm?`);
  const [sent, result] = await Promise.all([context.waitForEvent('request', isSent), confirm()]);
  assert.deepEqual([result.type, result.session.status], ['success', { type: 'complete', paymentStatus: 'paid' }]);
  assert.equal(sent.headers()['content-type'], 'application/json');
  assert.equal(sent.postDataJSON().expected_amount, 4900);
  assert.match(sent.postDataJSON().attempt, /^[0-9a-f]{32}$/);
  const { payment_status: status, customer_details: buyer } = await setting.api(`/v1/checkout/sessions/${id}`);
  assert.deepEqual([status, buyer.email], ['paid', 'ada@example.com']);
  await leave(context);
});

test('a card of a checkout is authenticated in a window over the page', async () => {
  const line = { price_data: { currency: 'eur', unit_amount: 4900, product_data: { name: 'Tea' } }, quantity: 1 };
  const made = await setting.api('/v1/checkout/sessions', {
    mode: 'payment', ui_mode: 'elements', line_items: [line], customer_email: 'ada@example.com', return_url: `${setting.shop}/plain?form=none`,
  });
  const { context, page } = await visit('/plain?form=none&script=/endive/stripe.js');
  await page.evaluate(async (clientSecret) => {
    const sdk = window.Stripe(window.data.publishableKey).initCheckoutElementsSdk({ clientSecret });
    sdk.createPaymentElement().mount('#app');
    window.actions = (await sdk.loadActions()).actions;
  }, made.client_secret);
  await typeCard(page, await fieldFrame(page, 'payment'), CARDS.authenticate);
  const result = page.evaluate(() => window.actions.confirm({ redirect: 'if_required' }));
  await answerBank(page, 'Complete authentication', 'Payment');
  const { type, session } = await result;
  assert.deepEqual([type, session.status], ['success', { type: 'complete', paymentStatus: 'paid' }]);
  assert.equal(await page.getByRole('dialog').count(), 0);
  await leave(context);
});

test('a checkout without its secret, or with another one, says nothing of the session', async () => {
  const line = { price_data: { currency: 'eur', unit_amount: 4900, product_data: { name: 'Tea' } }, quantity: 1 };
  const sent = { mode: 'payment', ui_mode: 'elements', line_items: [line] };
  const [made, other] = [await setting.api('/v1/checkout/sessions', sent), await setting.api('/v1/checkout/sessions', sent)];
  const { context, page } = await visit('/plain?form=none&script=/endive/stripe.js', { allowErrors: true });
  const [, tail] = other.client_secret.split('_secret_');
  for (const tampered of [made.id, `${made.id}_secret_${tail}`, `${made.client_secret}a`]) {
    const loaded = await page.evaluate((clientSecret) =>
      window.Stripe(window.data.publishableKey).initCheckoutElementsSdk({ clientSecret }).loadActions(), tampered);
    assert.deepEqual([loaded.type, loaded.error.code, 'actions' in loaded], ['error', 'resource_missing', false], tampered);
  }
  assert.equal((await setting.api(`/v1/checkout/sessions/${made.id}`)).status, 'open');
  await leave(context);
});

test('an authentication of a checkout that was closed is an error, and no payment', async () => {
  const { context, page } = await visit('/plain?form=none&script=/endive/stripe.js');
  const action = { kind: 'redirect', url: `${setting.pay}/sandbox/authenticate/pi_none?client_secret=none` };
  await playCheckout(context, { method: 'card', status: 'requires_action', error: null, action });
  const result = page.evaluate(async () => {
    const { actions } = await window.Stripe(window.data.publishableKey).initCheckoutElementsSdk({ clientSecret: 'cs_test_1_secret_2' }).loadActions();
    return actions.confirm({ redirect: 'if_required' });
  });
  await page.getByRole('dialog', { name: 'Payment' }).waitFor();
  await page.getByRole('button', { name: 'Close' }).click();
  const { type, error } = await result;
  assert.deepEqual([type, error.code], ['error', 'authentication_failed']);
  await leave(context);
});

for (const [train, shape] of [['basil', { then: 'function', loadActions: 'undefined' }], ['clover', { then: 'undefined', loadActions: 'function' }]]) {
  test(`${train}: initCheckout has the shape of its generation`, async () => {
    const { context, page } = await visit(`/plain?form=none&script=/${train}/stripe.js`);
    await playCheckout(context);
    const seen = await page.evaluate(async () => {
      const made = window.Stripe(window.data.publishableKey).initCheckout({ clientSecret: 'cs_test_1_secret_2' });
      const session = typeof made.then === 'function' ? (await made).session() : (await made.loadActions()).actions.getSession();
      return { then: typeof made.then, loadActions: typeof made.loadActions, id: session.id };
    });
    assert.deepEqual(seen, { ...shape, id: 'cs_test_1' });
    await leave(context);
  });
}

test('after an update the payment element shows the new methods, and keeps what was typed', async () => {
  const offered = { methods: [{ type: 'card', flow: 'card' }] };
  const { context, page } = await visit('/plain?form=none', { prepare: (made) => playSession(made, () => offered) });
  await page.evaluate(() => {
    const elements = window.Florin(window.data.publishableKey).elements({ mode: 'payment', amount: 100, currency: 'eur', locale: 'en' });
    window.elements = elements;
    elements.create('payment').mount('#app');
  });
  const frame = await fieldFrame(page, 'payment');
  await frame.locator('#number').fill(CARDS.good);
  offered.methods = [...offered.methods, { type: 'ideal', flow: 'redirect' }];
  await page.evaluate(() => new Promise((done) => window.elements.on('update-end', done).update({ amount: 200 })));
  await frame.getByRole('tab', { name: 'iDEAL' }).waitFor();
  assert.equal(await frame.locator('#number').inputValue(), '4242 4242 4242 4242');
  await page.evaluate(() => window.elements.update({ locale: 'de' }));
  await frame.getByRole('tab', { name: 'Karte' }).waitFor();
  assert.equal(await frame.locator('#number').inputValue(), '4242 4242 4242 4242');
  await leave(context);
});
