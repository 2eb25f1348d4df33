// The documentation under `/docs` as the server gives it: by day and by night, on a small phone, with the keyboard, without a script.
// Deliberately absent: what stands on the pages, which the unit tests of `docs/` and the suite `e2e/docs` of the repository check.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitsWidth, leave, open, shoot, violations } from '../browser.mjs';
import { startSetting } from '../setting.mjs';

const setting = startSetting();

const PHONE = { viewport: { width: 320, height: 640 } };
const DESKTOP = { viewport: { width: 1400, height: 900 } };
const NIGHT = { colorScheme: 'dark' };
const PLAIN = { javaScriptEnabled: false };
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'";

const at = (path, options) => open(setting.browser, `${setting.pay}${path}`, options);

/** Nothing was complained about, and nobody was asked but the server. */
async function done({ context, complaints, requests }) {
  assert.deepEqual(complaints, []);
  assert.deepEqual(requests.filter((url) => !url.startsWith(`${setting.pay}/`) && !url.startsWith('data:')), []);
  await leave(context);
}

/** One page of each kind, and the longest ones, which are the same kinds once more. */
const KINDS = ['/docs', '/docs/guide/accept-a-payment', '/docs/api', '/docs/api/refunds', '/docs/events'];
const LONG = ['/docs/api/payment_intents', '/docs/compatibility', '/docs/performance'];
const LOOKS = { desktop: DESKTOP, dark: { ...DESKTOP, ...NIGHT }, phone: PHONE, 'phone-dark': { ...PHONE, ...NIGHT } };

for (const [look, options] of Object.entries(LOOKS)) {
  test(`${look}: every kind of page can be read by everybody and fits`, async () => {
    for (const path of [...KINDS, ...LONG]) {
      const visit = await at(path, options);
      await shoot(visit.page, `docs-${look}${path.replaceAll('/', '-')}`);
      assert.equal(await fitsWidth(visit.page), true, path);
      if (KINDS.includes(path)) assert.deepEqual(await violations(visit.page.mainFrame()), [], path);
      await done(visit);
    }
  });
}

test('every page that the first one lists is there, packed, under a strict policy', async () => {
  const visit = await at('/docs', PLAIN);
  const links = await visit.page.locator('main a').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
  assert.ok(links.length > 30);
  for (const path of ['/docs', ...links.filter((one) => one !== '/docs/errors')]) {
    const answer = await fetch(setting.pay + path, { headers: { 'accept-encoding': 'br' }, redirect: 'manual' });
    const { headers } = answer;
    const got = [answer.status, ...['content-type', 'content-security-policy', 'content-encoding', 'x-content-type-options'].map((name) => headers.get(name))];
    assert.deepEqual(got, [200, 'text/html; charset=utf-8', POLICY, 'br', 'nosniff'], path);
    await answer.arrayBuffer();
  }
  assert.equal((await fetch(`${setting.pay}/docs/errors`)).status, 200);
  assert.equal((await fetch(`${setting.pay}/docs/guide/nothing`)).status, 404);
  assert.equal((await fetch(`${setting.pay}/docs/guide/..%2F..%2Fmanifest.json`)).status, 404);
  await done(visit);
});

test('the search is used with the keyboard alone', async () => {
  const visit = await at('/docs/operations', { isFresh: true });
  const { page, requests } = visit;
  const index = () => requests.filter((url) => /docs-search-\w+\.json$/.test(url)).length;
  assert.equal(index(), 0);
  await page.keyboard.press('/');
  await page.keyboard.type('capture a payment');
  await page.getByRole('option').first().waitFor();
  assert.match(await page.getByRole('status').textContent(), /^\d+ pages found$/);
  const chosen = () => page.locator('[role=option][aria-selected=true]');
  assert.equal(await chosen().locator('.title').textContent(), 'Capture a payment intent');
  assert.deepEqual(await violations(page.mainFrame()), []);
  await page.keyboard.press('ArrowDown');
  assert.equal(await chosen().getAttribute('id'), 'found-1');
  assert.equal(await page.getByRole('combobox').getAttribute('aria-activedescendant'), 'found-1');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  assert.equal(await chosen().getAttribute('id'), `found-${(await page.getByRole('option').count()) - 1}`);
  await page.keyboard.press('Escape');
  assert.equal(await page.getByRole('listbox', { includeHidden: true }).isVisible(), false);
  await page.keyboard.press('Control+a');
  await page.keyboard.type('walrus');
  await page.getByText('Nothing found').waitFor();
  assert.equal(await page.getByRole('status').textContent(), 'No pages found');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('capture a payment');
  await page.getByRole('option').first().waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/docs/api/payment_intents#capture');
  assert.equal(await page.locator('#capture').isVisible(), true);
  await page.keyboard.press('/');
  await page.keyboard.type('e/');
  assert.equal(await page.getByRole('combobox').inputValue(), 'e/');
  assert.equal(new Set(requests.filter((url) => /docs-search/.test(url))).size, 1);
  await done(visit);
});

test('a result can be clicked, and a click elsewhere closes the list', async () => {
  const visit = await at('/docs', { isFresh: true });
  const { page } = visit;
  await page.getByRole('combobox').fill('pci');
  await page.getByRole('option').first().waitFor();
  await page.locator('h1').click({ position: { x: 5, y: 5 } });
  assert.equal(await page.getByRole('listbox', { includeHidden: true }).isVisible(), false);
  await page.getByRole('combobox').fill('pci dss');
  await page.getByRole('option').first().click();
  await page.waitForURL('**/docs/guide/pci-dss');
  await done(visit);
});

const shown = (page) => page.locator('.panel:visible').evaluateAll((all) => all.map((one) => one.textContent.slice(0, 6)));

test('a language that was chosen stays chosen, for every sample and on every page', async () => {
  const visit = await at('/docs/api/refunds', { isFresh: true });
  const { page } = visit;
  assert.deepEqual(new Set(await shown(page)), new Set(['curl "', 'curl -']));
  await page.locator('label', { hasText: 'Python' }).nth(1).click();
  assert.deepEqual(new Set(await shown(page)), new Set(['import']));
  await page.goto(`${setting.pay}/docs/api/charges`);
  assert.equal(await page.locator('input[value=python]:checked').count(), await page.locator('.tabs').count());
  await page.locator('.tabs input:checked').first().focus();
  await page.keyboard.press('ArrowLeft');
  assert.equal(await page.locator('input[value=node]:checked').count(), await page.locator('.tabs').count());
  await done(visit);
});

test('a sample can be copied', async () => {
  const visit = await at('/docs/api/refunds', { isFresh: true, permissions: ['clipboard-read', 'clipboard-write'] });
  const { page } = visit;
  await page.getByRole('button', { name: 'Copy' }).first().click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied, await page.locator('.panel code').first().textContent());
  await done(visit);
});

test('without a script the pages are whole', async () => {
  const visit = await at('/docs/api/charges', { ...DESKTOP, ...PLAIN });
  const { page } = visit;
  assert.equal(await page.locator('.search').isVisible(), false);
  assert.equal(await page.locator('nav.site a', { hasText: 'Accept a payment' }).isVisible(), true);
  assert.equal(await page.locator('nav.contents a').first().isVisible(), true);
  await page.locator('.tabs').first().locator('label', { hasText: 'Node' }).click();
  assert.equal((await shown(page))[0], 'import');
  assert.equal(await page.locator('.copy').count(), 0);
  await page.locator('summary', { hasText: 'refused by name' }).first().click();
  await page.locator('nav.site a', { hasText: 'Accept a payment' }).click();
  await page.waitForURL('**/docs/guide/accept-a-payment');
  await done(visit);
});

test('on a small phone all pages are one fold away', async () => {
  const visit = await at('/docs/webhooks', { ...PHONE, ...PLAIN });
  const { page } = visit;
  const link = page.locator('nav.site a', { hasText: 'Test cards' });
  assert.equal(await link.isVisible(), false);
  await page.getByText('All pages').click();
  await link.click();
  await page.waitForURL('**/docs/guide/test-cards');
  assert.equal(await fitsWidth(page), true);
  await done(visit);
});
