// The official React providers of checkout sessions, unmodified, over florin.js: paid, declined, authenticated, changed while the buyer
// looks; and what they are told of a session, held against the types that the packages declare.
// Deliberately absent: the script without a wrapper, and answers that a test plays (actions.test.mjs).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARDS, answerBank, fieldFrame, leave, shoot, statusOf, typeCard, violations } from '../browser.mjs';
import { complaintsAbout } from '../declared.mjs';
import { EMAIL, item, shippingOption } from '../payform.mjs';
import { startSetting } from '../setting.mjs';

// Cookies of other sites: buyers' browsers block them more and more. Nothing here may need one.
const setting = startSetting({ isWhole: true, flags: ['--test-third-party-cookie-phaseout'] });

const ADJUSTABLE = { adjustable_quantity: { enabled: true, minimum: 1, maximum: 3 } };
const DELIVERED = {
  shipping_address_collection: { allowed_countries: ['DE'] }, phone_number_collection: { enabled: true }, billing_address_collection: 'required',
  shipping_options: [shippingOption('Standard', 500), shippingOption('Express', 1200)],
};
const ADDRESS = { line1: 'Rosenweg 1', line2: null, city: 'Berlin', postal_code: '10115', state: null, country: 'DE' };

const session = (more = {}) => setting.api('/v1/checkout/sessions', { ui_mode: 'elements', mode: 'payment', line_items: [item()], ...more });
const again = ({ id }) => setting.api(`/v1/checkout/sessions/${id}`);

/** The shop of a generation with the elements of a session. */
function shopPage({ client_secret: secret }, generation = 'latest', query = {}) {
  return setting.visit(`/${generation}?${new URLSearchParams({ form: 'checkout', react: 'development', secret, ...query })}`);
}

/** The same, once a card can be typed, with the address of the buyer. */
async function formPage(made, generation, query) {
  const opened = await shopPage(made, generation, query);
  const frame = await fieldFrame(opened.page, 'payment');
  await opened.page.getByLabel('E-mail').fill(EMAIL);
  return { ...opened, frame };
}

const pay = (page) => page.getByRole('button', { name: /^Pay/ }).click();
const more = (page) => page.getByRole('button', { name: 'One more' }).click();
const isTotal = (page, amount) => page.getByRole('button', { name: `Pay €${amount}`, exact: true }).waitFor();
/** What the provider has now. */
const told = (page, name) => page.evaluate((member) => window.checkout[member], name);

for (const generation of ['middle', 'latest']) {
  test(`${generation}: a provider pays, under StrictMode and a strict policy`, async () => {
    const made = await session();
    const { context, page, frame, complaints, requests } = await formPage(made, generation);
    await isTotal(page, '49.00');
    await typeCard(page, frame, CARDS.good);
    await pay(page);
    await statusOf(page, 'complete paid');
    const { status, payment_status: paid, customer_details: buyer } = await again(made);
    assert.deepEqual([status, paid, buyer.email], ['complete', 'paid', EMAIL]);
    assert.deepEqual([await told(page, 'status'), await told(page, 'email')], [{ type: 'complete', paymentStatus: 'paid' }, EMAIL]);
    assert.equal(await page.getByRole('button', { name: /^Pay/ }).isDisabled(), true, 'what is paid cannot be confirmed');
    assert.deepEqual(complaints, []);
    const origins = new Set(requests.map((url) => new URL(url).origin));
    assert.deepEqual([...origins].sort(), [setting.shop, setting.pay].sort());
    assert.equal(await page.locator('iframe[name]').count(), 2, 'one field frame and one controller');
    await leave(context);
  });

  test(`${generation}: a declined card says so, and another one pays`, async () => {
    const made = await session();
    const { context, page, frame } = await formPage(made, generation);
    await typeCard(page, frame, CARDS.declined);
    await pay(page);
    await statusOf(page, 'error try_other_card: The payment did not go through.');
    assert.deepEqual(await told(page, 'lastPaymentError'), { message: 'The payment did not go through.' });
    assert.equal(await frame.locator('#number').inputValue(), '4000 0000 0000 0002', 'the number stays');
    assert.equal(await frame.locator('#cvc').inputValue(), '', 'the code does not');
    await typeCard(page, frame, CARDS.good);
    await pay(page);
    await statusOf(page, 'complete paid');
    assert.equal(await told(page, 'lastPaymentError'), null);
    await leave(context);
  });

  test(`${generation}: another quantity is another total, and that one is charged`, async () => {
    const made = await session({ line_items: [item(4900, ADJUSTABLE), item(900, {}, 'Tea')] });
    const { context, page, frame } = await formPage(made, generation);
    await isTotal(page, '58.00');
    assert.equal(await page.getByRole('button', { name: 'One more' }).count(), 1, 'only where the session allows it');
    await more(page);
    await isTotal(page, '107.00');
    await more(page);
    await isTotal(page, '156.00');
    await more(page);
    await statusOf(page, 'The quantity must be from 1 to 3.');
    await page.getByRole('button', { name: 'One less' }).click();
    await isTotal(page, '107.00');
    await typeCard(page, frame, CARDS.good);
    await pay(page);
    await statusOf(page, 'complete paid');
    const { amount_total: total, payment_intent: id } = await again(made);
    assert.deepEqual([total, (await setting.api(`/v1/payment_intents/${id}`)).amount_received], [10_700, 10_700]);
    await leave(context);
  });
}

test('a wallet takes the whole page, and leads back to where the session says', async () => {
  const shop = `${setting.shop}/latest?form=none&back={CHECKOUT_SESSION_ID}`;
  const made = await session({ payment_method_types: ['card', 'paypal'], return_url: shop });
  const { context, page, frame } = await formPage(made);
  await frame.getByRole('tab', { name: 'PayPal' }).click();
  await pay(page);
  await page.waitForURL((url) => url.origin === setting.pay);
  assert.equal(page.frames().length, 1, 'no window holds it');
  await page.getByRole('button', { name: 'Approve the payment', exact: true }).click();
  await page.waitForURL(`${shop.replace('{CHECKOUT_SESSION_ID}', made.id)}*`);
  assert.equal((await again(made)).payment_status, 'paid');
  await leave(context);
});

test('a card that was declined before the one that its bank asks about is no failure of that one', async () => {
  const made = await session();
  const { context, page, frame } = await formPage(made);
  await typeCard(page, frame, CARDS.declined);
  await pay(page);
  await statusOf(page, 'error try_other_card');
  await typeCard(page, frame, CARDS.authenticate);
  await pay(page);
  await page.getByRole('dialog', { name: 'Payment' }).waitFor();
  await answerBank(page, 'Complete authentication', 'Payment');
  await statusOf(page, 'complete paid');
  assert.equal(await page.getByRole('dialog').count(), 0);
  await leave(context);
});

test('an authentication that was closed, and one that failed, can be tried again', async () => {
  const made = await session();
  const { context, page, frame, complaints } = await formPage(made);
  await typeCard(page, frame, CARDS.authenticate);
  await pay(page);
  await page.getByRole('dialog', { name: 'Payment' }).waitFor();
  await page.getByRole('button', { name: 'Close' }).click();
  await statusOf(page, 'error authentication_failed: The authentication was not finished. You were not charged.');
  for (const button of ['Fail', 'Complete']) {
    await typeCard(page, frame, CARDS.authenticate);
    await pay(page);
    await answerBank(page, `${button} authentication`, 'Payment');
    await statusOf(page, button === 'Fail' ? 'error authentication_failed: The payment did not go through.' : 'complete paid');
  }
  assert.deepEqual(complaints.filter((said) => !said.includes('status of 402')), []);
  assert.equal((await again(made)).payment_status, 'paid');
  await leave(context);
});

test('what a shop says of the buyer is in the session at once, and goes with the payment', async () => {
  const made = await session(DELIVERED);
  const { context, page, frame } = await formPage(made);
  await isTotal(page, '54.00');
  await typeCard(page, frame, CARDS.good);
  await pay(page);
  await statusOf(page, 'Give a phone number.');
  assert.equal(await frame.locator('#cvc').inputValue(), '123', 'nobody was asked for money: the code stays');
  await page.getByRole('button', { name: 'Use my address' }).click();
  await page.getByText('To Ada Buyer, Berlin').waitFor();
  await page.getByLabel(/Express/).click();
  await isTotal(page, '61.00');
  assert.equal(await page.getByLabel(/Express/).isChecked(), true);
  const contact = { name: 'Ada Buyer', address: ADDRESS };
  const said = await Promise.all(['shippingAddress', 'billingAddress', 'phoneNumber'].map((name) => told(page, name)));
  assert.deepEqual(said, [contact, contact, '+4930123456']);
  assert.deepEqual(await violations(page.mainFrame()), []);
  await shoot(page, 'checkout-provider', { fullPage: true });
  await pay(page);
  await statusOf(page, 'complete paid');
  const { customer_details: buyer, collected_information: collected, amount_total: total } = await again(made);
  assert.deepEqual([total, buyer.name, buyer.phone, buyer.address], [6100, 'Ada Buyer', '+4930123456', ADDRESS]);
  const { name, address } = collected.shipping_details;
  assert.deepEqual([name, address], ['Ada Buyer', ADDRESS]);
  await leave(context);
});

test('a session that returns sends the page to the shop', async () => {
  const made = await session({ return_url: `${setting.shop}/plain?form=none&paid={CHECKOUT_SESSION_ID}` });
  const { context, page, frame } = await formPage(made, 'latest', { redirect: 'always' });
  await typeCard(page, frame, CARDS.good);
  await pay(page);
  await page.waitForURL(new RegExp(`&paid=${made.id}$`));
  assert.equal((await again(made)).payment_status, 'paid');
  await leave(context);
});

test('a total that changed elsewhere is not charged: the shop shows the new one, and that one is paid', async () => {
  const made = await session({ line_items: [item(4900, ADJUSTABLE)] });
  const { context, page, frame } = await formPage(made);
  await typeCard(page, frame, CARDS.good);
  const [line] = await told(page, 'lineItems');
  const body = JSON.stringify({ quantities: { [line.id]: 2 } });
  const headers = { 'content-type': 'application/json' };
  const { status } = await fetch(`${setting.pay}/c/pay/${made.client_secret}/update`, { method: 'POST', headers, body });
  assert.equal(status, 200);
  await pay(page);
  await statusOf(page, 'error amount_changed');
  await isTotal(page, '98.00');
  await pay(page);
  await statusOf(page, 'complete paid');
  assert.equal((await again(made)).amount_total, 9800);
  await leave(context);
});

test('what a server of the shop changed is there after runServerUpdate', async () => {
  const made = await session(DELIVERED);
  const { context, page } = await formPage(made);
  await isTotal(page, '54.00');
  await page.exposeFunction('change', () => setting.api(`/v1/checkout/sessions/${made.id}`, { shipping_options: [shippingOption('Bike', 300)] }));
  const { type, session: changed } = await page.evaluate(() => window.checkout.runServerUpdate(() => window.change()));
  assert.deepEqual([type, changed.shippingOptions.map(({ displayName }) => displayName)], ['success', ['Bike']]);
  await isTotal(page, '52.00');
  await leave(context);
});

for (const [what, made, query, words] of [
  ['a secret that never comes', { client_secret: '' }, { broken: 'The shop is closed.' }, 'The shop is closed.'],
  ['a secret that is none', { client_secret: 'pi_1_secret_2' }, {}, 'The client secret of a checkout session is needed'],
  ['a secret of no session', { client_secret: 'cs_test_1_secret_2' }, {}, 'There is no such page.'],
]) {
  for (const generation of ['middle', 'latest']) {
    test(`${generation}: of ${what} the shop is told, and its page goes on`, async () => {
      const { context, page, complaints } = await shopPage(made, generation, query);
      await statusOf(page, `not loaded: ${words}`);
      assert.deepEqual(complaints.filter((said) => !said.includes('status of 404')), []);
      await leave(context);
    });
  }
}

/** A session with everything that a shop can be told of. */
async function fullSession() {
  const { id: customer } = await setting.api('/v1/customers', { email: EMAIL });
  const { id: card } = await setting.api('/v1/payment_methods/pm_card_visa/attach', { customer });
  await setting.api(`/v1/payment_methods/${card}`, { allow_redisplay: 'always' });
  const made = await session({ ...DELIVERED, customer, line_items: [item(4900, ADJUSTABLE), item(900, {}, 'Tea')] });
  return { made, card };
}

for (const [generation, missing] of [['middle', []], ['latest', ['priceId']]]) {
  test(`${generation}: the session is what the official types declare`, async () => {
    const { made, card } = await fullSession();
    const { context, page } = await formPage(made, generation);
    await page.getByRole('button', { name: 'Use my address' }).click();
    await page.getByText('To Ada Buyer, Berlin').waitFor();
    const seen = await page.evaluate(() => JSON.parse(JSON.stringify(window.checkout)));
    // The latest generation declares more. What an older one does not know is in nobody's way, but the compiler minds it in what is written down.
    const extra = /Object literal may only specify known properties, and '"(\w+)"' does not exist/;
    const found = complaintsAbout(seen, 'StripeCheckoutSession', generation).filter((said) => generation === 'latest' || !extra.test(said));
    const lacking = found.flatMap((said) => [...said.matchAll(/Property '(\w+)' is missing/g)].map(([, name]) => name));
    assert.deepEqual([...new Set(lacking)], missing, found.join('\n'));
    assert.equal(found.length, missing.length * seen.lineItems.length, found.join('\n'));
    assert.deepEqual(seen.savedPaymentMethods.map(({ id }) => id), [card]);
    assert.deepEqual(seen.shipping.shippingOption, seen.shippingOptions[0]);
    await leave(context);
  });
}

test('the compiler minds what the types do not declare', () => {
  assert.deepEqual(complaintsAbout({ minorUnitsAmount: 1, amount: '1' }, 'StripeCheckoutAmount'), []);
  assert.match(complaintsAbout({ minorUnitsAmount: 1 }, 'StripeCheckoutAmount')[0], /'amount' is missing/);
  assert.match(complaintsAbout({ minorUnitsAmount: '1', amount: '1' }, 'StripeCheckoutAmount')[0], /not assignable/);
  assert.match(complaintsAbout({ minorUnitsAmount: 1, amount: '1', more: 1 }, 'StripeCheckoutAmount')[0], /'"more"' does not exist/);
});
