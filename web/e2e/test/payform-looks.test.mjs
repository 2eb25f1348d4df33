// How the payform looks: in every language, by day and by night, on a small phone, without a script; everybody can read all of it.
// With FLORIN_SHOTS=folder it leaves a picture of each. Deliberately absent: comparing pictures, which differ between machines.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARDS, shoot, violations } from '../browser.mjs';
import { EMAIL, item, shellTexts, shippingOption, startPayforms } from '../payform.mjs';
import { en } from '../texts.mjs';

const payforms = startPayforms();

const PHONE = { viewport: { width: 320, height: 640 } };
const NIGHT = { colorScheme: 'dark' };
/** The wire knows no Arabic sessions: a session gets it from the buyer's browser. */
const ARABIC = { locale: 'ar-EG' };
const AUTO = { locale: 'auto' };
const FULL = {
  line_items: [item(4900, { quantity: 2, adjustable_quantity: { enabled: true, minimum: 1, maximum: 9 } }), item(1900, {}, 'Tea towel')],
  shipping_address_collection: { allowed_countries: ['DE', 'AT', 'US'] },
  shipping_options: [shippingOption('Standard', 500), shippingOption('Pick up in the shop', 0)],
  consent_collection: { terms_of_service: 'required' },
  phone_number_collection: { enabled: true },
};
const declined = async (visit) => {
  await visit.pay(CARDS.declined);
  await visit.page.locator('.notice').waitFor();
};
const paid = async (visit) => {
  await visit.pay();
  await visit.done();
};
const expired = async (visit, session) => {
  await payforms.api(`/v1/checkout/sessions/${session.id}/expire`, {});
  await visit.page.locator('.mark-wait').waitFor();
  await visit.reload();
};
const pressed = async (visit) => {
  await visit.press();
  await visit.page.locator('.fault').first().waitFor();
};
const typed = (visit) => visit.typeCard();
const twoNetworks = async (visit) => {
  await visit.typeCard(CARDS.twoNetworks);
  const visa = visit.page.getByRole('button', { name: 'Visa' });
  await visa.click();
  assert.equal(await visa.getAttribute('aria-pressed'), 'true');
  await visit.standsStill();
};

const LOOKS = [
  ['desktop', {}, {}],
  ['phone', {}, PHONE],
  ['dark', {}, NIGHT, typed],
  ['dark-phone', FULL, { ...NIGHT, ...PHONE }],
  ['full', FULL, {}],
  ['full-phone', FULL, PHONE, pressed],
  ['arabic', { ...FULL, ...AUTO }, ARABIC, typed],
  ['arabic-phone', AUTO, { ...ARABIC, ...PHONE }],
  ['german', { locale: 'de' }, PHONE],
  ['japanese', { locale: 'ja' }, {}],
  ['networks', {}, {}, twoNetworks],
  ['networks-dark-phone', FULL, { ...NIGHT, ...PHONE }, twoNetworks],
  ['networks-arabic-phone', AUTO, { ...ARABIC, ...PHONE }, twoNetworks],
  ['decline', {}, {}, declined],
  ['decline-dark-phone', {}, { ...NIGHT, ...PHONE }, declined],
  ['complete', {}, {}, paid],
  ['complete-dark', {}, NIGHT, paid],
  ['expired', {}, {}, expired],
  ['expired-phone', AUTO, { ...ARABIC, ...PHONE }, expired],
];
for (const [name, order, options, act] of LOOKS) {
  test(`${name}: can be read by everybody and fits`, async () => {
    const session = await payforms.returning(order);
    // What is done is looked at, too, so nobody leaves for the shop.
    const prepare = (context) => context.route(`${payforms.installation.shop}/**`, (route) => route.abort('aborted'));
    const visit = await payforms.visit(session, { allowed: ['status of 402'], prepare, ...options });
    await act?.(visit, session);
    await shoot(visit.page, `payform-${name}`, { fullPage: true });
    await visit.check();
    await visit.close();
  });
}

test('everything on a small phone can be touched', async () => {
  const visit = await payforms.visit(await payforms.returning(FULL), PHONE);
  const low = await visit.page.locator('button, select, input:not(.unseen):not([type=hidden])').evaluateAll((all) => all
    .filter((one) => one.getClientRects().length > 0 && (one.closest('label') ?? one).getBoundingClientRect().height < 44)
    .map((one) => one.outerHTML.slice(0, 80)));
  assert.deepEqual(low.filter((one) => !/class="(link|language-select)"/.test(one)), []);
  await visit.close();
});

/** Language and direction of the page, how it writes 49 euros, the session's locale and the browser's. */
const LANGUAGES = [
  ['de', 'ltr', /49,00\s€/, 'de', 'en-US'],
  ['ja', 'ltr', /49\.00/, 'ja', 'en-US'],
  ['ar', 'rtl', /49/, 'auto', 'ar-EG'],
  ['fr', 'ltr', /49,00/, 'auto', 'fr-CA'],
];
for (const [language, dir, amount, wish, browser] of LANGUAGES) {
  test(`${language}: the whole page is in the language of the session or the browser, from its first byte`, async () => {
    const session = await payforms.session({ locale: wish });
    const shell = await (await fetch(session.url, { headers: { 'accept-language': browser } })).text();
    assert.match(shell, new RegExp(`<html lang="${language}" dir="${dir}">`));
    assert.ok(shell.includes(shellTexts[language]['contact.email']));
    const visit = await payforms.visit(session, { locale: browser });
    const page = await visit.page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]);
    assert.deepEqual(page, [language, dir]);
    await visit.said('.summary-total', amount);
    await visit.said('label', shellTexts[language]['card.number']);
    assert.equal(await visit.field('number').getAttribute('dir'), 'ltr');
    await visit.close();
  });
}

test('a switch of the language keeps what was typed, and outlives a reload', async () => {
  const visit = await payforms.visit(await payforms.session());
  const { page } = visit;
  await visit.typeCard();
  const change = async (language) => {
    const told = page.waitForResponse((response) => response.url().endsWith('/update'));
    await page.locator('.language-select').selectOption(language);
    assert.equal((await told).status(), 200);
  };
  await change('de');
  await visit.said('label', shellTexts.de['card.number']);
  assert.deepEqual([await visit.value('email'), await visit.value('number')], [EMAIL, '4242 4242 4242 4242']);
  await change('ar');
  await page.waitForFunction(() => document.documentElement.dir === 'rtl');
  await visit.reload();
  assert.equal(await page.evaluate(() => document.documentElement.dir), 'rtl');
  assert.equal(await visit.value('email'), EMAIL);
  await visit.close();
});

test('the shell can be read by everybody before its script comes', async () => {
  const prepare = (context) => context.route('**/assets/payform-*.js', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
  const visit = await payforms.shell(await payforms.session(), { ...PHONE, javaScriptEnabled: true, isFresh: true, prepare });
  assert.deepEqual(await violations(visit.page.mainFrame()), []);
  await visit.close();
});

async function payWithoutScript({ page }, number) {
  const typing = { email: EMAIL, number, exp: '12/34', cvc: '123', name: 'Ada Buyer' };
  for (const [name, text] of Object.entries(typing)) await page.locator(`#f-${name}`).fill(text);
  await page.locator('button.pay').click();
}

test('without a script a wrong number is said, a card is declined, and another one pays', async () => {
  const session = await payforms.session();
  const visit = await payforms.shell(session, PHONE);
  await shoot(visit.page, 'payform-no-script', { fullPage: true });
  await payWithoutScript(visit, '4242424242424241');
  await visit.said('.notice', en['notice.invalid']);
  await payWithoutScript(visit, CARDS.declined);
  await visit.said('.notice', en['decline.try_other_card']);
  await shoot(visit.page, 'payform-no-script-decline', { fullPage: true });
  await payWithoutScript(visit, CARDS.good);
  await visit.said('.outcome', en['complete.title']);
  await shoot(visit.page, 'payform-no-script-complete', { fullPage: true });
  assert.equal((await payforms.charges(session)).length, 1);
  await visit.close();
});
