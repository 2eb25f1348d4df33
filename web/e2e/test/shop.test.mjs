// What a page can and cannot do with the frames: split fields, forged messages, hostile styles, numbers that never reach the page.
// Deliberately absent: the wrappers. These pages speak to florin.js themselves.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARDS, fieldFrame, leave, statusOf, typeCard } from '../browser.mjs';
import { startSetting } from '../setting.mjs';

const setting = startSetting();
const { visit } = setting;
const pay = (page) => page.getByRole('button', { name: 'Pay' }).click();
const numberOf = (page) => fieldFrame(page, 'cardNumber').then((frame) => frame.locator('#number'));

async function typeSplit(page, text) {
  await (await numberOf(page)).click();
  await page.keyboard.type(text.slice(0, 16));
  for (const [kind, id, part] of [['cardExpiry', 'expiry', text.slice(16, 20)], ['cardCvc', 'cvc', text.slice(20)]]) {
    const frame = await fieldFrame(page, kind);
    await frame.waitForFunction((own) => document.hasFocus() && document.activeElement?.id === own, id);
    await page.keyboard.type(part);
  }
}

test('three fields in three frames are one card, and the focus moves through them', async () => {
  const { context, page, complaints } = await visit('/plain?form=split');
  await typeSplit(page, `${CARDS.good}1234123`);
  await pay(page);
  await statusOf(page, 'paid succeeded');
  assert.deepEqual(complaints, []);
  await leave(context);
});

test('of three fields the first that is not whole gets the focus', async () => {
  const { context, page } = await visit('/plain?form=split');
  await (await numberOf(page)).fill(CARDS.good);
  await fieldFrame(page, 'cardCvc');
  await pay(page);
  await statusOf(page, 'error incomplete_expiry');
  const expiry = await fieldFrame(page, 'cardExpiry');
  await expiry.waitForFunction(() => document.activeElement?.id === 'expiry');
  await leave(context);
});

test('the code is as long as the brand in the other frame wants', async () => {
  const { context, page } = await visit('/plain?form=split');
  const cvc = await fieldFrame(page, 'cardCvc');
  await (await numberOf(page)).fill(CARDS.amex);
  await page.waitForFunction(() => JSON.parse(document.getElementById('cardNumber').dataset.change ?? '{}').brand === 'amex');
  await cvc.locator('#cvc').fill('123');
  await page.waitForFunction(() => JSON.parse(document.getElementById('cardCvc').dataset.change ?? '{}').complete === false);
  await cvc.locator('#cvc').fill('1234');
  await page.waitForFunction(() => JSON.parse(document.getElementById('cardCvc').dataset.change).complete === true);
  await leave(context);
});

test('a number reaches the API and nobody else', async () => {
  const carriers = [];
  const heard = (request) => request.postData()?.includes(CARDS.good) && carriers.push(request);
  const { context, page } = await visit('/plain?form=split', { heard });
  await page.evaluate(() => {
    window.heard = [];
    addEventListener('message', (event) => window.heard.push(JSON.stringify(event.data)), true);
  });
  await typeSplit(page, `${CARDS.good}1234123`);
  await pay(page);
  await statusOf(page, 'paid succeeded');
  assert.equal(carriers.length, 1);
  assert.match(carriers[0].url(), /\/v1\/payment_intents\/pi_\w+\/confirm$/);
  assert.match(carriers[0].frame().url(), /\/v3\/frames\/controller/);
  const said = (await page.evaluate(() => window.heard)).join('\n');
  assert.ok(said.includes('"change"'));
  const seen = said + (await page.content());
  assert.equal(seen.replace(/\D/g, '').includes(CARDS.good), false);
  assert.equal(await page.evaluate(() => [...document.querySelectorAll('iframe')].every((one) => one.contentDocument === null)), true);
  await leave(context);
});

/** Counts the forged messages that arrive at a window, each after those who listened before have taken it or not. */
const countForged = (frame) => frame.evaluate(() => {
  window.arrived = 0;
  addEventListener('message', (event) => (window.arrived += event.data?.p?.forged ? 1 : 0));
});
const untilArrived = (frame, count) => frame.waitForFunction((all) => window.arrived === all, count);

test('forged messages are not heard, neither by the fields nor by the page', async () => {
  const { context, page } = await visit('/plain?form=split');
  const field = await fieldFrame(page, 'cardNumber');
  const number = await numberOf(page);
  await number.fill(CARDS.good);
  await page.waitForFunction(() => document.getElementById('cardNumber').dataset.change?.includes('"complete":true'));
  const ch = new URL(field.url()).searchParams.get('ch');
  const controller = page.frames().find((frame) => frame.url().includes('/controller'));
  const sendFromPage = (message) => page.evaluate(
    ([origin, sent]) => document.querySelector('#cardNumber iframe').contentWindow.postMessage(sent, origin), [setting.pay, message]);
  await Promise.all([countForged(field), countForged(page)]);
  const p = { forged: true };
  // A wrong channel, a wrong version, and the right channel from a window that is not the page.
  await sendFromPage({ florin: 1, ch: '0'.repeat(32), t: 'clear', p });
  await sendFromPage({ florin: 2, ch, t: 'clear', p });
  await controller.evaluate((sent) => {
    for (let at = 0; at < parent.length; at++) parent[at].postMessage(sent, location.origin);
  }, { florin: 1, ch, t: 'clear', p });
  // Up to the page: the right channel from the wrong frame.
  await page.evaluate(() => {
    window.changes = [];
    window.made.cardNumber.on('change', (event) => window.changes.push(event));
  });
  await controller.evaluate(([sent, shop]) => parent.postMessage(sent, shop), [{ florin: 1, ch, t: 'change', p }, setting.shop]);
  await Promise.all([untilArrived(field, 3), untilArrived(page, 1)]);
  assert.equal(await number.inputValue(), '4242 4242 4242 4242');
  assert.deepEqual(await page.evaluate(() => window.changes), []);
  // The same from the page itself is obeyed, and its consequence is heard.
  await sendFromPage({ florin: 1, ch, t: 'clear' });
  await page.waitForFunction(() => window.changes.at(-1)?.empty === true);
  assert.equal(await number.inputValue(), '');
  await leave(context);
});

test('the controller holds cards only for groups of its own page, and sends them nowhere else', async () => {
  const { context, page } = await visit('/plain?form=split');
  const field = await fieldFrame(page, 'cardNumber');
  const name = await page.evaluate(() => [...document.querySelectorAll('iframe')].map((one) => one.name).find((one) => one.includes('controller')));
  const hold = (ch) => field.evaluate(([controller, group]) => new Promise((resolve) => {
    addEventListener('message', (event) => event.data?.t === 'held' && resolve(event.data.ch));
    const send = (channel) => parent[controller].postMessage({ florin: 1, ch: channel, t: 'hold', p: { handle: 'a'.repeat(32), card: {} } }, location.origin);
    send('0'.repeat(32));
    send(group);
  }), [name, ch]);
  const group = await page.evaluate(() => window.elements.group);
  assert.equal(await hold(group), group, 'the first answer is to the group that exists');
  const refused = await page.evaluate(() => window.elements.client.controller.ask('create', { method: 'POST', path: '//evil.example/v1/tokens', body: {} }));
  assert.equal(refused.error.code, 'not_supported');
  await leave(context);
});

test('a handle is good once', async () => {
  const { context, page } = await visit('/plain?form=split');
  await typeSplit(page, `${CARDS.good}1234123`);
  const results = await page.evaluate(async () => {
    const { handle } = await window.elements.collect(window.made.cardNumber);
    const call = { method: 'POST', path: '/v1/payment_methods', body: { type: 'card' }, handle };
    return [await window.elements.client.controller.ask('create', call), await window.elements.client.controller.ask('create', call)];
  });
  assert.equal(results[0].card.last4, '4242');
  assert.equal(results[1].error.code, 'card_data_expired');
  await leave(context);
});

test('a page cannot have the number put where the answer would show it', async () => {
  const { context, page } = await visit('/plain?form=split');
  await typeSplit(page, `${CARDS.good}1234123`);
  const [beside, hidden, made] = await page.evaluate(async () => {
    const create = async (body) => {
      const { handle } = await window.elements.collect(window.made.cardNumber);
      const call = { method: 'POST', path: '/v1/payment_methods', body: { type: 'card', ...body }, handle, at: ['metadata'] };
      return window.elements.client.controller.ask('create', call);
    };
    return [
      await create({ card: { token: 'tok_visa' } }), await create({ 'card[token]': 'tok_visa' }), await create({ metadata: { order: '7' } }),
    ];
  });
  assert.deepEqual([beside.error?.code, hidden.error?.code], ['not_supported', 'not_supported']);
  assert.equal(made.card.last4, '4242');
  assert.deepEqual(made.metadata, { order: '7' });
  assert.equal(JSON.stringify(made).includes(CARDS.good), false);
  await leave(context);
});

test('a frame with fields may be filled in by the browser, and no frame may do more', async () => {
  const { context, page } = await visit('/plain?form=split');
  await numberOf(page);
  const [known, allowed] = await page.evaluate(() => [
    ['autofill', 'shared-autofill'].filter((one) => document.featurePolicy?.features().includes(one)).join('; '),
    [...document.querySelectorAll('iframe')].map((one) => [new URL(one.src).pathname, one.allow]),
  ]);
  const field = ['/v3/frames/field', known];
  assert.deepEqual(allowed.sort(), [['/v3/frames/controller', ''], field, field, field]);
  await leave(context);
});

test('a lost connection is tried again under the same key', async () => {
  const { context, page } = await visit('/plain?form=split');
  const keys = [];
  await context.route('**/confirm', (route) => {
    keys.push(route.request().headers()['idempotency-key']);
    return keys.length === 1 ? route.abort() : route.continue();
  });
  await typeSplit(page, `${CARDS.good}1234123`);
  await pay(page);
  await statusOf(page, 'paid succeeded');
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
  assert.match(keys[0], /^[0-9a-f]{32}$/);
  await leave(context);
});

test('tokens and payment methods are made from the fields', async () => {
  const { context, page } = await visit('/plain?form=split');
  await typeSplit(page, `${CARDS.good}1234123`);
  const made = await page.evaluate(async () => {
    const { florin, made: fields } = window;
    const { token } = await florin.createToken(fields.cardNumber, { name: 'Ada Buyer' });
    const { paymentMethod } = await florin.createPaymentMethod({ type: 'card', card: fields.cardNumber, billing_details: { name: 'Ada Buyer' } });
    return [token.id, token.card.name, token.card.exp_year, paymentMethod.id, paymentMethod.billing_details.name, paymentMethod.card.last4];
  });
  assert.match(made[0], /^tok_/);
  assert.match(made[3], /^pm_/);
  assert.deepEqual(made.filter((_, at) => at !== 0 && at !== 3), ['Ada Buyer', 2034, 'Ada Buyer', '4242']);
  await leave(context);
});

test('hostile styles stay outside, and the others are kept', async () => {
  const appearance = {
    variables: { colorPrimary: 'url(https://evil.example/a)', colorText: 'rgb(9, 8, 7)' },
    rules: {
      '.Evil}body{': { color: 'red' },
      '.Input': { backgroundColor: 'rgb(1, 2, 3)', color: 'red;background:url(https://evil.example/b)', backgroundImage: 'url(https://evil.example/c)' },
      '.Input[value^="4"]': { color: 'red' },
    },
  };
  const { context, page, complaints, requests } = await visit(`/latest?form=payment&appearance=${encodeURIComponent(JSON.stringify(appearance))}`);
  const frame = await fieldFrame(page, 'payment');
  await typeCard(page, frame, CARDS.good);
  const style = await frame.locator('#number').evaluate((input) => {
    const { backgroundColor, backgroundImage, color } = getComputedStyle(input);
    return { backgroundColor, backgroundImage, color, body: getComputedStyle(document.body).color };
  });
  assert.deepEqual(style, { backgroundColor: 'rgb(1, 2, 3)', backgroundImage: 'none', color: 'rgb(9, 8, 7)', body: 'rgb(9, 8, 7)' });
  assert.equal(requests.some((url) => new URL(url).hostname === 'evil.example'), false);
  const rejected = complaints.filter((text) => text.startsWith('Florin: ')).map((text) => text.slice(8).split(' is not')[0]);
  const expected = ['variables.colorPrimary', 'rules..Evil}body{', 'rules..Input.color', 'rules..Input.backgroundImage', 'rules..Input[value^="4"]'];
  assert.deepEqual([...new Set(rejected)].sort(), expected.sort());
  await leave(context);
});

test('a client is a plain object of the wire, with every declared method and no `then`', async () => {
  const { context, page } = await visit('/plain?form=none&script=/v3/');
  const facts = await page.evaluate(async () => {
    const florin = window.Stripe.apply(undefined, [window.data.publishableKey]);
    const { error } = await florin.collectBankAccountToken({});
    const source = await florin.retrieveSource({ id: 'src_1', client_secret: 'src_client_secret_1' });
    const unknown = florin.elements({}).create('address');
    const loaderror = new Promise((resolve) => unknown.on('loaderror', resolve));
    unknown.mount('#app');
    const request = florin.paymentRequest({});
    return {
      same: window.Stripe === window.Florin, version: window.Stripe.version, then: typeof florin.then, code: error.code, type: error.type,
      ideal: typeof florin.confirmIdealPayment, loaderror: (await loaderror).error.code, wallet: await request.canMakePayment(),
      source: source.error.code, embedded: await florin.initEmbeddedCheckout({}).catch((thrown) => thrown.message),
      secretKey: (() => { try { window.Stripe('sk_test_1'); } catch (thrown) { return thrown.message; } })(),
    };
  });
  const { secretKey, embedded, ...others } = facts;
  assert.match(secretKey, /publishable key/);
  assert.match(embedded, /client secret of a checkout session/);
  assert.deepEqual(others, {
    same: true, version: 3, then: 'undefined', code: 'not_supported', type: 'invalid_request_error', ideal: 'function',
    loaderror: 'not_supported', wallet: null, source: 'resource_missing',
  });
  await leave(context);
});

test('the version is that of the address', async () => {
  const { context, page } = await visit('/plain?form=none&script=/clover/stripe.js');
  assert.equal(await page.evaluate(() => window.Stripe.version), 'clover');
  await leave(context);
});

test('fields that the server refuses say so, and a payment with them ends with an error', { timeout: 60_000 }, async () => {
  const { context, page } = await visit('/plain?form=bare');
  await page.route('**/v3/frames/field?*', (route) => route.fulfill({ status: 403, contentType: 'text/plain', body: 'Not here.' }));
  const told = await page.evaluate(async () => {
    const { publishableKey, clientSecret } = window.data;
    const florin = window.Florin(publishableKey);
    const card = florin.elements().create('card');
    const place = document.body.appendChild(document.createElement('div'));
    const failed = new Promise((resolve) => card.on('loaderror', resolve));
    card.mount(place);
    const event = await failed;
    const result = await florin.confirmCardPayment(clientSecret, { payment_method: { card } });
    return [event.elementType, event.error.code, result.error.code];
  });
  assert.deepEqual(told, ['card', 'frame_not_started', 'frame_not_started']);
  await leave(context);
});

test('a controller that the server refuses ends what was asked of it', { timeout: 60_000 }, async () => {
  const { context, page } = await visit('/plain?form=bare');
  await page.route('**/v3/frames/controller?*', (route) => route.fulfill({ status: 403, contentType: 'text/plain', body: 'Not here.' }));
  const code = await page.evaluate(async () => {
    const result = await window.Florin(window.data.publishableKey).retrievePaymentIntent(window.data.clientSecret);
    return result.error.code;
  });
  assert.equal(code, 'frame_not_started');
  await leave(context);
});
