// The examples, each started with its one command: a buyer in a browser pays, is declined, gives up; and forged webhooks change nothing.
// Deliberately absent: what they say to a developer who forgot something.

import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { get } from 'node:http';
import { test } from 'node:test';
import { CARDS, fieldFrame, fitsWidth, leave, open, shoot, statusOf, typeCard, violations } from '../browser.mjs';
import { python, startExample } from '../examples.mjs';
import { typePayform } from '../payform.mjs';
import { startSetting } from '../setting.mjs';

const NPM = ['npm', 'start', '--silent'];
const running = [];
let shop;
let paperShop;
let school;

/** Starts the examples. Whatever has started is ended, also where one of them failed. */
async function begin({ pay }) {
  const start = async (...how) => {
    const example = await startExample(pay, ...how);
    running.push(example);
    return example;
  };
  const course = start('python-course', ['sh', 'start.sh'], { PYTHON: python() });
  const started = await Promise.allSettled([start('node-shop', NPM), start('react-shop', NPM), course]);
  const failed = started.find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
  [shop, paperShop, school] = started.map(({ value }) => value);
}

async function end() {
  for (const program of running) await program.stop();
}

const setting = startSetting(undefined, { begin, end });

/** A buyer in Germany opens a page of an example. */
const visit = (url) => open(setting.browser, url, { locale: 'en-DE' });

/** The buyer types a card on the page of Florin and presses the button; what came of it, and when. */
async function payOn(page, number) {
  await page.locator('.footer').waitFor();
  await typePayform(page, number);
  const answered = page.waitForResponse((response) => response.url().endsWith('/confirm'));
  await page.locator('button.pay').click();
  const status = (await answered).status();
  return { status, at_ms: performance.now() };
}

/** The id of the session whose page the buyer was sent to. */
async function sessionOn(page) {
  await page.waitForURL(`${setting.pay}/c/pay/**`);
  return new URL(page.url()).pathname.split('/').at(-1);
}

/** A buyer at the shelf takes cups, presses the button, and stands before the page of Florin. */
async function buyCups(count) {
  const visited = await visit(shop.url);
  const { page } = visited;
  await page.locator('[name=cup]').fill(String(count));
  await page.getByRole('button', { name: 'Buy' }).click();
  const { order_id: order, id: payment } = await setting.api(`/florin/v1/payments/${await sessionOn(page)}`);
  return { ...visited, order, payment, orderUrl: `${shop.url}/orders/${order}` };
}

/** How many cups the shelf shows to whoever looks now. */
async function cupsLeft() {
  const text = await (await fetch(shop.url)).text();
  return Number(/data-stock="cup">(\d+) left/.exec(text)[1]);
}

const kept = () => JSON.parse(shop.read('shop.json'));
/** What the warehouse was told of an order. */
const parcels = (order) => shop.read('warehouse.jsonl').split('\n').filter((line) => line.includes(order)).map((line) => JSON.parse(line));

/** What Florin would tell of a payment if its state were this one. */
async function wordOf(payment, changed = {}) {
  const object = { ...(await setting.api(`/florin/v1/payments/${payment}`)), ...changed };
  return JSON.stringify({ id: `evt_${randomUUID()}`, object: 'event', type: 'florin.payment.updated', data: { object } });
}

/** Sends a webhook to the shop, signed with this secret; the answer's status. */
async function tellShop(body, secret, { late_s = 0, signed = body, without = [] } = {}) {
  const at = String(Math.floor(Date.now() / 1000) - late_s);
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signature = createHmac('sha256', key).update(`evt_1.${at}.${signed}`).digest('base64');
  const headers = { 'webhook-id': 'evt_1', 'webhook-timestamp': at, 'webhook-signature': `v1,${signature}`, 'content-type': 'application/json' };
  for (const name of without) delete headers[name];
  return (await fetch(`${shop.url}/webhooks/florin`, { method: 'POST', headers, body })).status;
}

test('shop in Node: an order is paid, its stock is gone, and the warehouse is told once', async () => {
  const before = await cupsLeft();
  const { context, page, order, payment, complaints } = await buyCups(2);
  assert.equal((await payOn(page, CARDS.good)).status, 200);
  await page.waitForURL((url) => url.pathname === `/orders/${order}`);
  await statusOf(page, 'Paid.');
  assert.deepEqual(await violations(page.mainFrame()), []);
  await shoot(page, 'example-node-shop');
  assert.deepEqual([kept().orders[order].state, await cupsLeft()], ['paid', before - 2]);
  const parcel = { order, items: [{ sku: 'cup', quantity: 2 }] };
  assert.deepEqual(parcels(order), [parcel]);

  // The same word once more, and older words that were late on their way.
  const { secret } = kept().webhook;
  for (const changed of [{}, { status: 'declined', declines: 1 }, { status: 'canceled' }]) {
    assert.equal(await tellShop(await wordOf(payment, changed), secret), 200);
  }
  assert.deepEqual([kept().orders[order].state, await cupsLeft(), parcels(order)], ['paid', before - 2, [parcel]]);
  assert.deepEqual(complaints, []);
  await leave(context);
});

test('shop in Node: who gives up gets nothing, and the stock is back on the shelf', async () => {
  const before = await cupsLeft();
  const { context, page, order, payment, orderUrl } = await buyCups(3);
  assert.equal(await cupsLeft(), before - 3);
  await page.goto(orderUrl);
  await statusOf(page, 'Waiting for your payment.');
  assert.deepEqual(await violations(page.mainFrame()), []);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await statusOf(page, 'Canceled.');
  assert.equal((await setting.api(`/florin/v1/payments/${payment}`)).status, 'canceled');
  // The same word once more; and one that Florin never sends, because a canceled payment is over: nothing is delivered by it.
  for (const changed of [{}, { status: 'paid', result: 'successful' }]) {
    assert.equal(await tellShop(await wordOf(payment, changed), kept().webhook.secret), 200);
  }
  assert.deepEqual([kept().orders[order].state, await cupsLeft(), parcels(order)], ['closed', before, []]);
  await leave(context);
});

test('shop in Node: a cancel that only the webhook tells brings the stock back and is shown by itself', async () => {
  const before = await cupsLeft();
  const { context, page, payment, orderUrl } = await buyCups(1);
  await page.goto(orderUrl);
  await setting.api(`/florin/v1/payments/${payment}/cancel`, {});
  await statusOf(page, 'Canceled.');
  assert.equal(await cupsLeft(), before);
  await leave(context);
});

test('shop in Node: a declined card leaves the order open, and another one pays', async () => {
  const before = await cupsLeft();
  const { context, page, order, orderUrl } = await buyCups(1);
  assert.equal((await payOn(page, CARDS.declined)).status, 402);
  await page.goto(orderUrl);
  await statusOf(page, 'The card was declined.');
  assert.deepEqual([kept().orders[order].state, await cupsLeft(), parcels(order)], ['open', before - 1, []]);
  await page.getByRole('button', { name: 'Pay €24.00' }).click();
  await page.waitForURL(`${setting.pay}/c/pay/**`);
  assert.equal((await payOn(page, CARDS.good)).status, 200);
  await page.waitForURL((url) => url.pathname === `/orders/${order}`);
  await statusOf(page, 'Paid.');
  assert.deepEqual([await cupsLeft(), parcels(order).length], [before - 1, 1]);
  await leave(context);
});

test('shop in Node: a forged webhook is refused and changes nothing', async () => {
  const { context, order, payment } = await buyCups(1);
  const { secret } = kept().webhook;
  const paid = await wordOf(payment, { status: 'paid', result: 'successful' });
  const waiting = await wordOf(payment);
  const before = shop.read('shop.json');
  const forged = [
    [`whsec_${Buffer.alloc(24).toString('base64')}`], [secret, { signed: waiting }], [secret, { late_s: 3600 }], [secret, { late_s: -3600 }],
    ...['id', 'timestamp', 'signature'].map((name) => [secret, { without: [`webhook-${name}`] }]),
  ];
  for (const how of forged) assert.equal(await tellShop(paid, ...how), 400, JSON.stringify(how.slice(1)));
  assert.equal(shop.read('shop.json'), before);
  assert.deepEqual(parcels(order), []);
  // The same word with the right signature is heard: it was the signature that was refused.
  assert.equal(await tellShop(paid, secret), 200);
  assert.equal(kept().orders[order].state, 'paid');
  await leave(context);
});

test('shop in Node: pressing twice makes one order, and more than there is cannot be bought', async () => {
  const before = await cupsLeft();
  const order = randomUUID().replaceAll('-', '').slice(0, 24);
  const press = (cup) => fetch(`${shop.url}/orders`, { method: 'POST', body: new URLSearchParams({ order, cup }), redirect: 'manual' });
  assert.equal((await press(before + 1)).status, 409);
  assert.equal(await cupsLeft(), before);
  assert.deepEqual((await Promise.all([press(1), press(1)])).map(({ status }) => status), [303, 303]);
  assert.equal(await cupsLeft(), before - 1);
});

test('nobody is shut out of the pages on which the examples begin', async () => {
  for (const { url } of [shop, paperShop, school]) {
    const { context, page } = await visit(url);
    await page.getByRole('button').first().waitFor();
    assert.deepEqual(await violations(page.mainFrame()), [], url);
    assert.ok(await fitsWidth(page), 'scrolls to the side');
    await leave(context);
  }
});

test('what is no address ends no example', async () => {
  // The server of Python's library takes `//` for `/`, and nothing else of it.
  for (const [url, path] of [[shop.url, '//'], [paperShop.url, '//'], [paperShop.url, '//['], [school.url, '//nowhere']]) {
    const [answer] = await once(get(url, { path }), 'response');
    answer.resume();
    assert.equal(answer.statusCode, 404, `${url} ${path}`);
  }
});

/** A buyer of paper, before the fields for the card. */
async function checkOut() {
  const visited = await visit(paperShop.url);
  await visited.page.getByRole('button', { name: 'Check out · €29.00' }).click();
  return { ...visited, frame: await fieldFrame(visited.page, 'payment') };
}

const payPaper = (page) => page.getByRole('button', { name: 'Pay €29.00' }).click();

test('shop in React: the official wrappers pay, and the server says what was paid', async () => {
  const { context, page, frame, complaints, requests } = await checkOut();
  assert.deepEqual(await violations(page.mainFrame()), []);
  await typeCard(page, frame, CARDS.good);
  await shoot(page, 'example-react-shop');
  await payPaper(page);
  await page.waitForURL(`${paperShop.url}/thanks?*`);
  await statusOf(page, 'We have your €29.00');
  const address = new URL(page.url());
  const intent = await setting.api(`/v1/payment_intents/${address.searchParams.get('payment_intent')}`);
  assert.deepEqual([intent.status, intent.amount_received, intent.description], ['succeeded', 2900, '1 × Desk notebook']);
  const hosts = new Set(requests.filter((url) => url.startsWith('http')).map((url) => new URL(url).origin));
  assert.deepEqual([...hosts].sort(), [paperShop.url, setting.pay].sort());
  assert.deepEqual(complaints, []);
  address.searchParams.set('payment_intent_client_secret', 'pi_guessed');
  assert.equal((await fetch(address)).status, 404);
  await leave(context);
});

test('shop in React: a declined card says so, and another one pays', async () => {
  const { context, page, frame } = await checkOut();
  await typeCard(page, frame, CARDS.declined);
  await payPaper(page);
  await page.getByRole('alert').filter({ hasText: 'declined' }).waitFor();
  await typeCard(page, frame, CARDS.good);
  await payPaper(page);
  await page.waitForURL(`${paperShop.url}/thanks?*`);
  await statusOf(page, 'We have your €29.00');
  await leave(context);
});

test('shop in React: the server counts, whatever the page sends', async () => {
  const ask = (quantities) => fetch(`${paperShop.url}/api/payments`, {
    method: 'POST', body: JSON.stringify({ id: randomUUID(), quantities, amount: 1 }), headers: { 'content-type': 'application/json' },
  });
  const answers = await Promise.all([{}, { desk: -1 }, { desk: 1.5 }, { desk: 21 }, { desk: '1' }].map(ask));
  assert.deepEqual(answers.map(({ status }) => status), [400, 400, 400, 400, 400]);
  assert.equal((await (await ask({ desk: 2, pencils: 1 })).json()).amount, 6780);
});

/** A buyer who pressed the button of the course, and the address of the page that is to open. */
async function enrol() {
  const visited = await visit(school.url);
  await visited.page.getByRole('button', { name: 'Enrol for €39.00' }).click();
  const session = await setting.api(`/v1/checkout/sessions/${await sessionOn(visited.page)}`);
  return { ...visited, session, room: `${school.url}/course/${session.client_reference_id}` };
}

const textOf = async (url) => (await fetch(url)).text();
const LESSON = 'Mix 50 g of rye flour';

test('course in Python: closed before, and open by itself once it is paid', async (context) => {
  const { context: window, page, room, complaints } = await enrol();
  const { context: other, page: waiting, complaints: more } = await visit(room);
  await statusOf(waiting, 'opens by itself');
  assert.deepEqual(await violations(waiting.mainFrame()), []);
  assert.equal((await textOf(room)).includes(LESSON), false);

  const opened = waiting.getByText(LESSON).waitFor().then(() => performance.now());
  const { status, at_ms: paid } = await payOn(page, CARDS.good);
  assert.equal(status, 200);
  context.diagnostic(`the course was open ${Math.round((await opened) - paid)} ms after the payment was answered`);
  await statusOf(waiting, 'The course is yours');
  assert.deepEqual(await violations(waiting.mainFrame()), []);
  await shoot(waiting, 'example-python-course');
  await page.waitForURL(room);
  await statusOf(page, 'The course is yours');
  assert.deepEqual([...complaints, ...more], []);
  await Promise.all([leave(window), leave(other)]);
});

test('course in Python: a forged webhook is refused, a declined card and an expired session open nothing', async () => {
  const { context, page, room, session } = await enrol();
  assert.equal((await payOn(page, CARDS.declined)).status, 402);
  const object = { ...session, payment_status: 'paid', status: 'complete' };
  const body = JSON.stringify({ id: 'evt_1', object: 'event', type: 'checkout.session.completed', data: { object } });
  const at = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', 'whsec_guessed').update(`${at}.${body}`).digest('hex');
  for (const header of [{ 'stripe-signature': `t=${at},v1=${signature}` }, {}]) {
    const answer = await fetch(`${school.url}/webhooks/florin`, { method: 'POST', body, headers: header });
    assert.equal(answer.status, 400);
  }
  assert.equal((await textOf(room)).includes(LESSON), false);
  await page.goto(room);
  await setting.api(`/v1/checkout/sessions/${session.id}/expire`, {});
  await statusOf(page, 'Nobody paid in time.');
  assert.equal((await textOf(room)).includes(LESSON), false);
  await leave(context);
});
