// Payment links and customer sessions, the main ways: a link that is opened, paid, changed and ended; a saved card that a form may show.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { GOOD, press } from '../support/page.js';
import { errors, stripe } from '../support/sdk.js';
import { publishableKey, url } from '../support/server.js';
import { eventsOf, newCustomer, plain, refused, types } from '../support/shop.js';

/** An address of a buyer that nobody has: each of them gets only so many sessions in a while. */
const somebody = () => `2001:db8:${randomBytes(2).toString('hex')}:${randomBytes(2).toString('hex')}::1`;

const priceOf = (unit_amount) => stripe.prices.create({ currency: 'eur', unit_amount, product_data: { name: 'Tea' } });

/** A link that sells one thing. */
async function made(unitAmount, more = {}) {
  const price = await priceOf(unitAmount);
  return stripe.paymentLinks.create({ line_items: [{ price: price.id, quantity: 1 }], ...more });
}

/** A buyer opens a link. */
const open = (link, query = '') => fetch(new URL(`/b/${link.id}${query}`, url), {
  redirect: 'manual', headers: { 'x-forwarded-for': somebody() },
});

/** The session that the buyer got. */
async function opened(link, query) {
  const answer = await open(link, query);
  assert.equal(answer.status, 303, await answer.text());
  return { id: answer.headers.get('location').split('/').at(-1) };
}

test('a buyer opens a link and pays, and the merchant sees whose order it was', async () => {
  const address = 'https://shop.example/thanks?of={CHECKOUT_SESSION_ID}';
  const link = await made(1500, { metadata: { sale: 'autumn' }, after_completion: { type: 'redirect', redirect: { url: address } } });
  assert.deepEqual([link.active, link.currency, link.url.endsWith(`/b/${link.id}`)], [true, 'eur', true]);
  const [first, second] = [await opened(link), await opened(link, '?client_reference_id=A-17&prefilled_email=ada%40example.com')];
  assert.notEqual(first.id, second.id);
  const paid = await press(second, GOOD);
  assert.deepEqual([paid.status, paid.state.payment_status], [200, 'paid']);
  assert.equal(paid.state.return_to, address.replace('{CHECKOUT_SESSION_ID}', second.id));
  const done = await stripe.checkout.sessions.retrieve(second.id, { expand: ['payment_link', 'payment_intent'] });
  assert.deepEqual([done.payment_link.id, done.client_reference_id, done.customer_email], [link.id, 'A-17', 'ada@example.com']);
  assert.deepEqual([plain(done.metadata), done.payment_intent.amount_received], [{ sale: 'autumn' }, 1500]);
  assert.equal((await stripe.checkout.sessions.retrieve(first.id)).status, 'open');
});

test('a link is listed, changed and ended', async () => {
  const link = await made(1600);
  const lines = await stripe.paymentLinks.listLineItems(link.id);
  assert.deepEqual(lines.data.map((line) => [line.description, line.amount_total]), [['Tea', 1600]]);
  assert.equal((await stripe.paymentLinks.list({ limit: 1 })).data[0].id, link.id);
  const ended = await stripe.paymentLinks.update(link.id, { active: false, inactive_message: 'Sold out.' });
  assert.deepEqual([ended.active, ended.inactive_message], [false, 'Sold out.']);
  const page = await open(link);
  assert.deepEqual([page.status, (await page.text()).includes('Sold out.')], [410, true]);
  const first = await eventsOf(link.id, 0);
  assert.deepEqual(types(first), ['payment_link.created', 'payment_link.updated']);
  const picture = await fetch(new URL(`/b/${link.id}/qr.svg`, url));
  assert.deepEqual([picture.status, picture.headers.get('content-type')], [200, 'image/svg+xml']);
});

test('a link that is wrong is not made', async () => {
  const sold = { line_items: [{ price: 'price_missing', quantity: 1 }] };
  const error = await refused(stripe.paymentLinks.create(sold), errors.StripeInvalidRequestError);
  assert.deepEqual([error.statusCode, error.code, error.param], [400, 'resource_missing', 'line_items[0][price]']);
  const missing = await refused(stripe.paymentLinks.retrieve('plink_missing'), errors.StripeInvalidRequestError);
  assert.deepEqual([missing.statusCode, missing.param], [404, 'payment_link']);
});

test('a form shows the saved card of a customer for a while, and removes it where it may', async () => {
  const customer = await newCustomer();
  const method = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' }, allow_redisplay: 'always' });
  await stripe.paymentMethods.attach(method.id, { customer: customer.id });
  const session = await stripe.customerSessions.create({
    customer: customer.id,
    components: { payment_element: { enabled: true, features: { payment_method_redisplay: 'enabled', payment_method_remove: 'enabled' } } },
  });
  assert.equal(session.expires_at - session.created, 1800);
  const headers = { authorization: `Bearer ${publishableKey}` };
  const asked = new URL('/v1/elements/sessions', url);
  asked.search = new URLSearchParams({ 'customer_session': session.client_secret, 'deferred_intent[mode]': 'setup' });
  const shown = async () => (await (await fetch(asked, { headers })).json()).saved_methods.map(({ id }) => id);
  assert.deepEqual(await shown(), [method.id]);
  const body = new URLSearchParams({ customer_session: session.client_secret });
  const removed = await fetch(new URL(`/v1/payment_methods/${method.id}/detach`, url), { method: 'POST', headers, body });
  assert.equal(removed.status, 200);
  assert.deepEqual(await shown(), []);
  assert.equal((await stripe.paymentMethods.retrieve(method.id)).customer, null);
});
