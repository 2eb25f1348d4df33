// The page of a checkout session inside of a shop's page: paid, authenticated, followed where it leads, thrown away; under the official
// wrappers and without them. Deliberately absent: what the page shows, which the tests of the payform look at.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerBank, leave, shoot, statusOf, violations } from '../browser.mjs';
import { EMAIL, item, MORE_CARDS, payElsewhere, typePayform } from '../payform.mjs';
import { startSetting } from '../setting.mjs';
import { standsStill, watchShifts } from '../shifts.mjs';
import { en, filled } from '../texts.mjs';

// Cookies of other sites: buyers' browsers block them more and more. Nothing here may need one.
const setting = startSetting({ isWhole: true, flags: ['--test-third-party-cookie-phaseout'] });

/** A session for a frame. Without an address of return its buyer stays. */
function session(more = {}) {
  const terms = { ui_mode: 'embedded_page', mode: 'payment', line_items: [item()], locale: 'en', redirect_on_completion: 'never' };
  return setting.api('/v1/checkout/sessions', { ...terms, ...more });
}

const returning = (redirect) => ({ redirect_on_completion: redirect, return_url: `${setting.shop}/plain?form=none&paid={CHECKOUT_SESSION_ID}` });

/** The frame of the page, once its script has taken over. */
async function frameOf(page) {
  const isIt = (frame) => frame.url().includes('/c/embedded/');
  const frame = page.frames().find(isIt) ?? (await page.waitForEvent('framenavigated', { predicate: isIt }));
  await frame.locator('.footer').waitFor();
  return frame;
}

/** The React shop of a generation with the page of a session in it. */
async function shopPage(made, { generation = 'latest', query = '', ...options } = {}) {
  const path = `/${generation}?form=embedded&react=development&secret=${encodeURIComponent(made.client_secret)}${query}`;
  const opened = await setting.visit(path, { locale: 'en-DE', script: watchShifts, ...options });
  return { ...opened, frame: await frameOf(opened.page) };
}

/** A shop without a framework that has made the page and mounted it; `window.made` is what it holds. */
async function plainPage(made, options) {
  const opened = await setting.visit('/plain?form=none', { locale: 'en-DE', ...options });
  await opened.page.evaluate(async (clientSecret) => {
    window.completed = 0;
    const onComplete = () => (window.completed += 1);
    window.made = await window.Florin(window.data.publishableKey).createEmbeddedCheckoutPage({ clientSecret, onComplete });
    window.made.mount('#app');
  }, made.client_secret);
  return { ...opened, frame: await frameOf(opened.page) };
}

async function pay(page, frame, number) {
  await typePayform(page, number, frame);
  await frame.locator('button.pay').click();
}

const isDone = (frame) => frame.locator('.mark-done').waitFor();
const again = ({ id }) => setting.api(`/v1/checkout/sessions/${id}`);
/** The frame is as high as its page: nothing scrolls in it, and nothing is left over. */
const fits = (frame) => frame.waitForFunction(() => {
  const root = document.getElementById('florin').getBoundingClientRect();
  return Math.ceil(root.height) === innerHeight && document.documentElement.scrollHeight === innerHeight;
});

for (const generation of ['first', 'middle', 'latest']) {
  test(`${generation}: the page is paid in the frame, and the shop hears of it once`, async () => {
    const made = await session();
    const { context, page, frame, complaints, requests } = await shopPage(made, { generation });
    await standsStill(frame);
    await fits(frame);
    await pay(page, frame);
    await isDone(frame);
    await statusOf(page, 'completed 1');
    await fits(frame);
    assert.equal((await again(made)).payment_status, 'paid');
    assert.equal(await frame.locator('[style]').count(), 0, 'a style stands in the markup');
    assert.deepEqual(complaints, []);
    const origins = requests.map((url) => new URL(url)).filter(({ protocol }) => protocol !== 'data:').map((url) => url.origin);
    assert.deepEqual([...new Set(origins)].sort(), [setting.shop, setting.pay].sort());
    assert.match(page.url(), /\?form=embedded/);
    await leave(context);
  });
}

test('nobody is shut out of the frame', async () => {
  const { context, page, frame } = await shopPage(await session());
  assert.deepEqual(await violations(frame), []);
  await shoot(page, 'embedded', { fullPage: true });
  await pay(page, frame);
  await isDone(frame);
  assert.deepEqual(await violations(frame), []);
  await shoot(page, 'embedded-paid', { fullPage: true });
  await leave(context);
});

test('a session that returns sends the whole page to the shop', async () => {
  const made = await session(returning('always'));
  const { context, page, frame } = await shopPage(made, { query: '&redirects=1' });
  await pay(page, frame);
  await page.waitForURL(new RegExp(`&paid=${made.id}$`));
  assert.equal((await again(made)).payment_status, 'paid');
  await leave(context);
});

test('a session that returns where that is needed stays after a card', async () => {
  const { context, page, frame } = await shopPage(await session(returning('if_required')));
  await pay(page, frame);
  await isDone(frame);
  await statusOf(page, 'completed 1');
  assert.equal(await frame.getByRole('link', { name: /Back to/ }).count(), 0);
  await leave(context);
});

test('a method that is approved elsewhere takes the whole page there, and back to the shop', async () => {
  const made = await session({ payment_method_types: ['card', 'ideal'], ...returning('if_required') });
  const { context, page, frame } = await shopPage(made);
  await frame.locator('[name=email]').fill(EMAIL);
  await frame.locator('[name=method][value=ideal]').check();
  const name = frame.locator('[name=name]');
  if (await name.count()) await name.fill('Ada Buyer');
  await frame.locator('button.pay').click();
  await page.waitForURL(/\/sandbox\/pay\//);
  await page.getByRole('button', { name: 'Approve the payment' }).click();
  await page.waitForURL(new RegExp(`&paid=${made.id}`));
  assert.equal((await again(made)).payment_status, 'paid');
  await leave(context);
});

test('what was paid elsewhere is told, too', async () => {
  const made = await session();
  const { context, page, frame } = await shopPage(made);
  await payElsewhere(setting, made);
  await isDone(frame);
  await statusOf(page, 'completed 1');
  await leave(context);
});

test('a page that is complete already says so, and the shop is not told anew', async () => {
  const made = await session();
  const { context, page, frame } = await plainPage(made);
  await pay(page, frame);
  await isDone(frame);
  await page.waitForFunction(() => window.completed === 1);
  await leave(context);
  const later = await plainPage(made);
  await isDone(later.frame);
  await fits(later.frame);
  assert.equal(await later.page.evaluate(() => window.completed), 0);
  await leave(later.context);
});

test('the bank of a card opens over the shop, and the buyer never leaves it', async () => {
  const made = await session();
  const { context, page, frame, complaints } = await shopPage(made);
  await page.evaluate(() => addEventListener('message', (event) => event.data?.t === 'action-done' && (window.heardFrom = event.origin)));
  await pay(page, frame, MORE_CARDS.asking);
  const dialog = page.getByRole('dialog', { name: 'Authentication' });
  await dialog.waitFor();
  await shoot(page, 'embedded-bank');
  await answerBank(page, 'Complete authentication');
  await isDone(frame);
  await statusOf(page, 'completed 1');
  await dialog.waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => window.heardFrom), setting.pay, 'the page of return says that it was reached');
  assert.equal((await again(made)).payment_status, 'paid');
  assert.deepEqual(complaints, []);
  assert.match(page.url(), /\?form=embedded/);
  await leave(context);
});

test('an authentication that fails leads back to the form, and another card pays', async () => {
  const { context, page, frame } = await shopPage(await session());
  await pay(page, frame, MORE_CARDS.asking);
  await answerBank(page, 'Fail authentication');
  await frame.locator('.notice').filter({ hasText: en['decline.authentication_failed'] }).waitFor();
  await fits(frame);
  await pay(page, frame);
  await statusOf(page, 'completed 1');
  await leave(context);
});

test('a window that was closed is opened again, or another card is chosen', async () => {
  const { context, page, frame } = await shopPage(await session());
  await pay(page, frame, MORE_CARDS.asking);
  await page.getByRole('dialog').waitFor();
  await page.getByRole('button', { name: 'Close', exact: true }).press('Escape');
  await frame.getByText(filled('action.redirect_title', { method: en['method.bank'] })).waitFor();
  assert.equal(await page.getByRole('dialog').count(), 0);
  await frame.getByRole('link', { name: filled('button.continue_to', { method: en['method.bank'] }) }).click();
  await page.getByRole('dialog').waitFor();
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await frame.getByRole('button', { name: en['button.other_method'] }).click();
  await pay(page, frame);
  await statusOf(page, 'completed 1');
  await leave(context);
});

test('with its frame goes the window of the bank', async () => {
  const { context, page, frame } = await plainPage(await session());
  await pay(page, frame, MORE_CARDS.asking);
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await page.evaluate(() => window.made.destroy());
  await dialog.waitFor({ state: 'detached' });
  await leave(context);
});

test('a shop that is isolated from other origins can hold the page and the window of the bank', async () => {
  const { context, page, frame, complaints } = await shopPage(await session(), { query: '&isolated=1' });
  await pay(page, frame, MORE_CARDS.asking);
  await answerBank(page, 'Complete authentication');
  await statusOf(page, 'completed 1');
  assert.deepEqual(complaints, []);
  await leave(context);
});

test('the keyboard goes into the page, through it, and out of it', async () => {
  const { context, page, frame } = await shopPage(await session());
  const inFrame = () => frame.evaluate(() => document.hasFocus());
  await page.getByRole('button', { name: 'Close the checkout' }).focus();
  await page.keyboard.press('Tab');
  assert.equal(await inFrame(), true);
  const stops = await frame.locator('input:visible, select:visible, button:visible, a:visible').count();
  for (let at = 0; at < stops + 2 && (await inFrame()); at++) await page.keyboard.press('Tab');
  assert.equal(await inFrame(), false, 'the frame is no trap');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Terms of the shop');
  await page.keyboard.press('Shift+Tab');
  assert.equal(await inFrame(), true);
  await leave(context);
});

test('the shop hears Escape, as for a dialog around the page', async () => {
  const { context, page, frame } = await shopPage(await session());
  await page.evaluate(() => addEventListener('keydown', (event) => event.key === 'Escape' && (window.escaped = event.target.title)));
  await frame.locator('[name=email]').press('Escape');
  await page.waitForFunction(() => window.escaped === 'Secure payment page');
  await leave(context);
});

test('the frame follows what it shows, wide or narrow', async () => {
  const { context, page, frame } = await shopPage(await session(), { viewport: { width: 360, height: 740 } });
  await fits(frame);
  const before = await frame.evaluate(() => innerHeight);
  await frame.locator('button.pay').click();
  await frame.locator('[role=alert]').first().waitFor();
  await fits(frame);
  assert.ok((await frame.evaluate(() => innerHeight)) > before);
  await page.setViewportSize({ width: 1100, height: 740 });
  await fits(frame);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
  await leave(context);
});

test('the wrapper throws the page away and makes it again', async () => {
  const { context, page, frame, complaints } = await shopPage(await session());
  await page.getByRole('button', { name: 'Close the checkout' }).click();
  await page.locator('iframe[title="Secure payment page"]').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Open the checkout' }).click();
  await page.locator('iframe[title="Secure payment page"]').waitFor();
  const later = await frameOf(page);
  assert.notEqual(later, frame);
  await pay(page, later);
  await statusOf(page, 'completed 1');
  assert.deepEqual(complaints, []);
  await leave(context);
});

test('there is one page at a time, mounted once, and none after its end', async () => {
  const made = await session();
  const { context, page } = await plainPage(made);
  const told = await page.evaluate(async (clientSecret) => {
    const of = (act) => { try { act(); return null; } catch (error) { return error.message; } };
    const { made: first } = window;
    const make = () => window.Florin(window.data.publishableKey).initEmbeddedCheckout({ fetchClientSecret: async () => clientSecret });
    const twice = of(() => first.mount('#app'));
    const second = await make().catch((error) => error.message);
    first.unmount();
    const frames = document.querySelectorAll('#app iframe').length;
    const nowhere = of(() => first.mount('#nowhere'));
    const anew = of(() => first.mount(document.getElementById('app')));
    first.destroy();
    const after = [of(() => first.mount('#app')), of(() => first.unmount()), of(() => first.destroy())];
    const next = await make();
    next.mount('#app');
    const last = document.querySelectorAll('#app iframe').length;
    return { twice, second, frames, nowhere, anew, after: after.map((text) => /has been destroyed/.test(text)), last };
  }, made.client_secret);
  const { twice, second, nowhere, ...others } = told;
  assert.match(twice, /mounted already/);
  assert.match(second, /^You cannot have multiple Embedded Checkout objects/);
  assert.match(nowhere, /selector/);
  assert.deepEqual(others, { frames: 0, anew: null, after: [true, true, true], last: 1 });
  await leave(context);
});

test('a secret that is none is refused at once; one of no session shows what to do', async () => {
  const { context, page } = await setting.visit('/plain?form=none');
  const refused = await page.evaluate(async () => {
    const make = (options) => window.Florin(window.data.publishableKey).createEmbeddedCheckoutPage(options).catch((error) => error.message);
    const failing = () => Promise.reject(new Error('of the shop'));
    const words = [await make({ clientSecret: 'cs_test_1' }), await make({ fetchClientSecret: failing }), await make()];
    const made = await make({ clientSecret: 'cs_test_1_secret_2' });
    made.mount('#app');
    return words;
  });
  assert.match(refused[0], /client secret of a checkout session/);
  assert.equal(refused[1], 'of the shop');
  assert.match(refused[2], /client secret of a checkout session/);
  await page.frameLocator('iframe[title="Secure payment page"]').getByText(/merchant/).waitFor();
  await leave(context);
});

/** What the script asks for a frame. */
function addressOf(id, secret) {
  const query = new URLSearchParams({ secret, origin: setting.shop, pk: setting.publishableKey, ch: '0'.repeat(32) });
  return `${setting.pay}/c/embedded/${id}?${query}`;
}

test('an address with a wrong secret is no page', async () => {
  const { id, client_secret: secret } = await session();
  const { id: hosted } = await setting.api('/v1/checkout/sessions', { mode: 'payment', line_items: [item()] });
  const status = async (of, key) => (await fetch(addressOf(of, key))).status;
  assert.equal(await status(id, secret), 200);
  assert.equal(await status(id, secret.split('_secret_')[1]), 404);
  assert.equal(await status(id, `${secret}x`), 404);
  assert.equal(await status(id, ''), 404);
  assert.equal(await status(hosted, secret), 404);
});

test('only the shop that the address names may hold the page', async () => {
  const { id, client_secret: secret } = await session();
  const { headers } = await fetch(addressOf(id, secret));
  const policy = headers.get('content-security-policy');
  assert.match(policy, new RegExp(`frame-ancestors ${setting.shop}(;|$)`));
  assert.match(policy, /require-trusted-types-for 'script'/);
  assert.doesNotMatch(policy, /unsafe/);
  assert.equal(headers.get('cross-origin-embedder-policy'), 'require-corp');
  assert.equal(headers.get('cross-origin-resource-policy'), 'cross-origin');
});

test('an expired session says so in the frame', async () => {
  const made = await session();
  await setting.api(`/v1/checkout/sessions/${made.id}/expire`, {});
  const { context, frame } = await plainPage(made);
  await frame.getByText(en['expired.title']).first().waitFor();
  await fits(frame);
  await leave(context);
});

test('forged messages move nothing', async () => {
  const { context, page, frame } = await plainPage(await session());
  const ch = new URL(frame.url()).searchParams.get('ch');
  const controller = page.frames().find((one) => one.url().includes('/controller'));
  await page.evaluate(() => {
    window.arrived = 0;
    addEventListener('message', (event) => (window.arrived += event.data?.p?.forged ? 1 : 0));
  });
  const url = `${setting.shop}/plain?form=none&forged=1`;
  const up = (from, message) => from.evaluate(([sent, shop]) => parent.postMessage(sent, shop), [message, setting.shop]);
  // The right channel from the wrong frame, a wrong channel from the right one, and an address that is no page.
  await up(controller, { florin: 1, ch, t: 'navigate', p: { url, forged: true } });
  await up(controller, { florin: 1, ch, t: 'complete', p: { forged: true } });
  await up(frame, { florin: 1, ch: '0'.repeat(32), t: 'navigate', p: { url, forged: true } });
  await up(frame, { florin: 1, ch, t: 'navigate', p: { url: 'javascript:window.ran=1', forged: true } });
  await up(frame, { florin: 1, ch, t: 'authenticate', p: { url: 'javascript:window.ran=1', forged: true } });
  await page.waitForFunction(() => window.arrived === 5);
  const seen = await page.evaluate(() => [location.search, window.ran, window.completed, document.querySelectorAll('dialog').length]);
  assert.deepEqual(seen, ['?form=none', undefined, 0, 0]);
  // The same from the page itself is obeyed.
  await up(frame, { florin: 1, ch, t: 'navigate', p: { url } });
  await page.waitForURL(url);
  await leave(context);
});

test('nothing is sent before the script is there', async () => {
  const { id, client_secret: secret } = await session();
  const html = await (await fetch(addressOf(id, secret))).text();
  assert.match(html, /<button class="pay" type="submit" disabled>/);
});
