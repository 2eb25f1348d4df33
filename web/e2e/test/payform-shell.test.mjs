// The page as the server writes it, before any script: what the script takes over is there, a strict policy allows all of it, and the
// form says what it may. `payform/shell.md` describes it. Deliberately absent: looks, and paying with it (payform-looks).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARDS } from '../browser.mjs';
import { item, MORE_CARDS, shellTexts, shippingOption, startPayforms } from '../payform.mjs';
import { en, fill, filled } from '../texts.mjs';

const payforms = startPayforms();

const SETUP = { mode: 'setup', line_items: null, currency: 'eur' };
/** More than the form without a script has fields for. */
const ASKING = { shipping_address_collection: { allowed_countries: ['DE'] }, shipping_options: [shippingOption('Mail', 500)] };
const HEADERS = [
  ['content-type', 'text/html; charset=utf-8'], ['cache-control', 'no-store'], ['referrer-policy', 'strict-origin'],
  ['x-content-type-options', 'nosniff'], ['cross-origin-opener-policy', 'same-origin'],
  ['permissions-policy', 'camera=(), microphone=(), geolocation=(), clipboard-write=(self)'],
  [
    'content-security-policy',
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; " +
      "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  ],
];

/** Classes that no rule is about: they name a part of the page. */
const NAMES = ['sheet', 'summary'];

/** Runs in the page: what a script would find there, and what a policy as strict as ours would refuse. */
function readPage() {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).map((rule) => rule.cssText).join('\n');
  const classes = new Set(all('[class]').flatMap((one) => [...one.classList]));
  const form = document.querySelector('form');
  return {
    state: JSON.parse(document.getElementById('florin-page').textContent),
    places: all('main#florin').length,
    scripts: all('script[src]').map((script) => script.type),
    sheets: all('link[rel=stylesheet]').length,
    inline: all('[style], style, script:not([src]):not([type="application/json"])').length,
    handlers: all('*').flatMap((one) => one.getAttributeNames()).filter((name) => name.startsWith('on')),
    addresses: all('[src], link[href]').map((one) => one.getAttribute('src') ?? one.getAttribute('href')),
    unknown: [...classes].filter((name) => !new RegExp(`\\.${name}(?![\\w-])`).test(rules)),
    form: form && [form.method, form.getAttribute('action'), ...[...form.querySelectorAll('input')].map((input) => input.name)],
  };
}

const CARD = ['number', 'exp', 'cvc', 'name'];
const made = (order, act) => async () => {
  const session = await payforms.returning(order);
  await act?.(session);
  return session;
};
const paid = (session) => payforms.payElsewhere(session);
const expired = ({ id }) => payforms.api(`/v1/checkout/sessions/${id}/expire`, {});
/** How a page comes about, what its form asks for where it has one, and a place with what stands there. */
const PAGES = {
  'a card': [made(), ['email', ...CARD], 'button.pay', () => filled('button.pay', { amount: '€49.00' })],
  'a card to save': [made(SETUP), ['email', ...CARD], 'button.pay', () => en['button.setup']],
  'nothing to pay': [made({ line_items: [item(0)] }), ['email'], 'button.pay', () => en['button.complete']],
  'a declined card': [
    made({}, (session) => payforms.payElsewhere(session, CARDS.declined, 402)), ['email', ...CARD], '.notice strong', () => en['decline.title'],
  ],
  'more than a card': [made(ASKING), null, 'noscript .notice', () => en['page.needs_script']],
  'a bank that waits': [made({}, (session) => payforms.payElsewhere(session, MORE_CARDS.asking)), null, 'noscript a.pay',
    () => filled('button.continue_to', { method: en['method.bank'] })],
  'a paid session': [made({}, paid), null, '.outcome-text', (merchant) => filled('complete.paid', { merchant, amount: '€49.00' })],
  'a saved card': [made(SETUP, paid), null, '.outcome-text', (merchant) => filled('complete.setup', { merchant })],
  'an expired session': [made({}, expired), null, '.outcome-text', (merchant) => filled('expired.note', { merchant })],
};

for (const [name, [make, fields, place, text]] of Object.entries(PAGES)) {
  test(`${name}: the page is whole before its script comes, and its policy forbids nothing of it`, async () => {
    const session = await make();
    const visit = await payforms.shell(session);
    const { state, form, addresses, unknown, ...found } = await visit.page.evaluate(readPage);
    assert.deepEqual(found, { places: 1, scripts: ['module'], sheets: 1, inline: 0, handlers: [] });
    assert.deepEqual(unknown.filter((one) => !NAMES.includes(one)), []);
    assert.equal(state.id, session.id);
    assert.deepEqual(addresses.filter((address) => !/^\/[^/]|^data:/.test(address)), []);
    assert.deepEqual(form, fields && ['post', `/c/pay/${session.id}`, 'attempt', 'expected_amount', ...fields]);
    assert.equal(await visit.page.locator(place).textContent(), text(state.merchant.name));
    await visit.close();
  });
}

/** A page, its link, and where the state says that it leads. */
const LINKS = [
  ['a card', 'a.back', (state) => state.cancel_url],
  ['a bank that waits', 'noscript a.pay', (state) => state.payment.action.url],
  ['a paid session', '.outcome a.pay', (state) => state.return_to],
  ['an expired session', '.outcome a.pay', (state) => state.cancel_url],
];
for (const [name, place, address] of LINKS) {
  test(`${name}: the way on works without a script`, async () => {
    const [make] = PAGES[name];
    const visit = await payforms.shell(await make());
    const { state } = await visit.page.evaluate(readPage);
    assert.equal(await visit.page.locator(place).getAttribute('href'), address(state));
    await visit.close();
  });
}

test('the page is sent with the headers that its description names', async () => {
  const { url } = await payforms.session();
  const { headers } = await fetch(url, { method: 'HEAD' });
  assert.deepEqual(HEADERS.map(([name]) => [name, headers.get(name)]), HEADERS);
});

test('in Arabic a name and an amount keep their own direction', async () => {
  const amount = '\u2066€49.00\u2069';
  const session = await payforms.session({ locale: 'auto' });
  const open = await payforms.shell(session, { locale: 'ar-EG' });
  const { state } = await open.page.evaluate(readPage);
  const { name } = state.merchant;
  assert.equal(await open.page.locator('html').getAttribute('dir'), 'rtl');
  assert.equal(await open.page.title(), fill(shellTexts.ar['page.title'], { merchant: name }));
  assert.equal(await open.page.locator('.summary-total').textContent(), amount);
  assert.equal(await open.page.locator('button.pay').textContent(), fill(shellTexts.ar['button.pay'], { amount }));
  await open.close();
  await paid(session);
  const over = await payforms.shell(session, { locale: 'ar-EG' });
  const said = fill(shellTexts.ar['complete.paid'], { merchant: `\u2068${name}\u2069`, amount });
  assert.equal(await over.page.locator('.outcome-text').textContent(), said);
  await over.close();
});
