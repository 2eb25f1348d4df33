// Wallets, codes and transfers on the payform: from the choice to the money, with a second browser as the buyer's telephone, and what a
// buyer sees on the way. Deliberately absent: the sandbox's page itself, and the API around it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARDS, leave, open, shoot } from '../browser.mjs';
import { EMAIL, item, startPayforms } from '../payform.mjs';
import { en, filled } from '../texts.mjs';

const payforms = startPayforms();

const PHONE = { viewport: { width: 320, height: 640 } };
const NIGHT = { colorScheme: 'dark' };
const ARABIC = { locale: 'ar-EG' };
const ON = { display_preference: { preference: 'on' } };
/** Clipboards are only for pages that may have them. */
const CLIPBOARD = { prepare: (context) => context.grantPermissions(['clipboard-read', 'clipboard-write']) };

/** A session that may be paid with these, beside cards. */
const taking = (types, more = {}) => payforms.session({ payment_method_types: ['card', ...types], ...more });
const returning = (types) => payforms.returning({ payment_method_types: ['card', ...types] });

const titles = (visit) => visit.page.locator('.method-title').allTextContents();

/** Chooses a method and presses the button. */
async function start(visit, type) {
  await visit.page.locator(`input[name="method"][value="${type}"]`).check();
  if (await visit.field('email').count()) await visit.field('email').fill(EMAIL);
  await visit.standsStill();
  await visit.press();
}

/** The sandbox's page, which plays the buyer's wallet, app or bank. */
const atBank = (visit) => visit.page.waitForURL(/\/sandbox\/pay\//);
const choose = (page, name) => page.getByRole('button', { name, exact: true }).click();
const APPROVE = 'Approve the payment';
const REFUSE = 'Refuse the payment';

/** A buyer who was sent to a wallet. */
async function sent(session, options) {
  const visit = await payforms.visit(session, options);
  await start(visit, 'paypal');
  await atBank(visit);
  return visit;
}

/** A telephone opens the address of a code, and does what its button says. */
async function onPhone(address, button) {
  const phone = await open(payforms.browser, address, { isMobile: true, viewport: { width: 390, height: 800 } });
  await choose(phone.page, button);
  await phone.page.getByRole('heading', { name: 'Done' }).waitFor();
  await leave(phone.context);
}

/** Opens the sandbox's page without a browser; gives what answers on it. What comes later comes after so many milliseconds. */
async function openElsewhere(url) {
  const [, challenge] = /name=challenge value="([^"]+)"/.exec(await (await fetch(url)).text());
  return (result, afterMs = 1) => {
    const body = new URLSearchParams({ challenge, result, after_ms: String(afterMs) });
    return fetch(url, { method: 'POST', body, redirect: 'manual' });
  };
}

const answerElsewhere = async (url, ...chosen) => (await openElsewhere(url))(...chosen);

const actionOf = async (session) => (await payforms.state(session)).payment.action;

async function paidOnce(session, type) {
  const charges = await payforms.charges(session);
  assert.deepEqual(charges.map((charge) => charge.payment_method_details.type), [type]);
}

test('what is switched on is on an open page after a reload, without any code', async () => {
  const session = await payforms.session();
  const visit = await payforms.visit(session);
  assert.deepEqual(await titles(visit), []);
  const { data: [{ id }] } = await payforms.api('/v1/payment_method_configurations');
  await payforms.api(`/v1/payment_method_configurations/${id}`, { paypal: ON, customer_balance: ON, wechat_pay: ON });
  await visit.reload();
  assert.deepEqual(await titles(visit), ['Card', 'Bank transfer', 'PayPal', 'WeChat Pay']);
  await visit.check();
  await shoot(visit.page, 'methods-choice');
  await payforms.api(`/v1/payment_method_configurations/${id}`, { wechat_pay: { display_preference: { preference: 'off' } } });
  await visit.reload();
  assert.deepEqual(await titles(visit), ['Card', 'Bank transfer', 'PayPal']);
  await start(visit, 'paypal');
  await atBank(visit);
  await choose(visit.page, APPROVE);
  await visit.done();
  await paidOnce(session, 'paypal');
  await visit.close();
});

test('cards come first, then what is at home where the buyer is; a link folds out the rest', async () => {
  const session = await taking(['paypal', 'bancontact', 'ideal', 'revolut_pay', 'customer_balance']);
  for (const [locale, second] of [['nl-NL', 'ideal'], ['fr-BE', 'bancontact'], ['en-US', 'paypal']]) {
    const visit = await payforms.visit(session, { locale });
    const shown = await visit.page.locator('input[name="method"]').evaluateAll((all) => all.map((input) => input.value));
    assert.deepEqual([shown[0], shown[1]], ['card', second], locale);
    assert.ok(shown.length < 6, locale);
    await visit.page.locator('button.more').click();
    const all = await visit.page.locator('input[name="method"]').evaluateAll((inputs) => inputs.map((input) => input.value));
    assert.deepEqual([...all].sort(), ['bancontact', 'card', 'customer_balance', 'ideal', 'paypal', 'revolut_pay'], locale);
    assert.deepEqual(all.slice(0, shown.length), shown, locale);
    await visit.close();
  }
});

test('a wallet takes the buyer away and back, and the page goes back to the shop', async () => {
  const session = await returning(['paypal']);
  const visit = await sent(session);
  await choose(visit.page, APPROVE);
  await visit.page.waitForURL(new RegExp(`&paid=${session.id}$`));
  await paidOnce(session, 'paypal');
  await visit.close();
});

test('a wallet that refuses leaves what was typed, and a card pays in place', async () => {
  const session = await taking(['paypal']);
  const visit = await sent(session);
  await choose(visit.page, REFUSE);
  await visit.said('.notice', en['decline.method_failed']);
  assert.equal(await visit.value('email'), EMAIL);
  await visit.check();
  await shoot(visit.page, 'methods-refused');
  await visit.page.locator('input[name="method"][value="card"]').check();
  await visit.pay(CARDS.good);
  await visit.done();
  await paidOnce(session, 'card');
  await visit.close();
});

test('back and reload in the middle of a wallet go on from where it was', async () => {
  const session = await taking(['paypal']);
  const visit = await sent(session);
  await visit.page.goBack();
  await visit.said('.outcome', filled('action.redirect_title', { method: 'PayPal' }));
  await visit.check();
  await shoot(visit.page, 'methods-open-wallet');
  await visit.reload();
  await visit.page.getByRole('link', { name: filled('button.continue_to', { method: 'PayPal' }) }).click();
  await atBank(visit);
  await choose(visit.page, APPROVE);
  await visit.done();
  await paidOnce(session, 'paypal');
  await visit.close();
});

test('a wallet can be given up for a card; its late answer takes nothing', async () => {
  const session = await taking(['paypal']);
  const visit = await sent(session);
  const answer = await openElsewhere(visit.page.url());
  await visit.page.goBack();
  await visit.page.getByRole('button', { name: en['button.other_method'] }).click();
  await visit.page.locator('input[name="method"][value="card"]').check();
  await visit.pay();
  await visit.done();
  assert.equal((await answer('succeeded')).status, 409);
  await paidOnce(session, 'card');
  await visit.close();
});

test('a wallet whose money is on its way is waited for, also after a reload', async () => {
  const session = await taking(['paypal']);
  const visit = await sent(session);
  await choose(visit.page, 'Approve; the money comes in three days');
  await visit.said('.outcome', en['processing.title']);
  await visit.check();
  await shoot(visit.page, 'methods-processing');
  await visit.reload();
  await visit.said('.outcome', en['processing.note']);
  await visit.close();
});

test('late money of a wallet ends the page by itself', async () => {
  const session = await taking(['paypal']);
  const visit = await sent(session);
  const { url } = await actionOf(session);
  await visit.page.goBack();
  await visit.said('.outcome', en['action.waiting']);
  assert.equal((await answerElsewhere(url, 'succeeds_later')).status, 303);
  await visit.done();
  await paidOnce(session, 'paypal');
  await visit.close();
});

test('a code is scanned with a telephone, and the page that shows it goes on by itself', async () => {
  const session = await returning(['wechat_pay']);
  const visit = await payforms.visit(session);
  await start(visit, 'wechat_pay');
  const code = visit.page.getByRole('img', { name: filled('action.qr_image', { method: 'WeChat Pay' }) });
  await code.waitFor();
  assert.ok(await code.evaluate((image) => image.decode().then(() => image.naturalWidth > 0)), 'the code is drawn');
  assert.match(await visit.page.locator('[role=timer]').innerText(), /(59:\d\d|1:00:00)/);
  await visit.said('.outcome', 'Open the WeChat Pay app on your phone');
  await visit.check();
  await shoot(visit.page, 'methods-code');
  await onPhone(await visit.page.locator('.code-text').innerText(), 'Pay');
  await visit.page.waitForURL(new RegExp(`&paid=${session.id}$`));
  await paidOnce(session, 'wechat_pay');
  await visit.close();
});

test('a code stays the same after a reload, can be refused, and then another one pays', async () => {
  const session = await taking(['pix'], { line_items: [{ ...item(), price_data: { ...item().price_data, currency: 'brl' } }] });
  const visit = await payforms.visit(session);
  await visit.page.locator('input[name="method"][value="pix"]').check();
  await visit.said('.method-body', filled('method.qr_bank_note', { method: 'Pix' }));
  await start(visit, 'pix');
  await visit.said('.outcome', 'Open your banking app');
  const first = await visit.page.locator('.code-text').innerText();
  await visit.reload();
  assert.equal(await visit.page.locator('.code-text').innerText(), first);
  await onPhone(first, 'Refuse');
  await visit.said('.notice', en['decline.method_failed']);
  await start(visit, 'pix');
  await onPhone(await visit.page.locator('.code-text').innerText(), 'Pay');
  await visit.done();
  await paidOnce(session, 'pix');
  await visit.close();
});

test('a code can be given up for another way to pay', async () => {
  const session = await taking(['wechat_pay']);
  const visit = await payforms.visit(session);
  await start(visit, 'wechat_pay');
  await visit.page.getByRole('button', { name: en['button.other_method'] }).click();
  await visit.page.locator('input[name="method"][value="card"]').check();
  await visit.pay();
  await visit.done();
  await paidOnce(session, 'card');
  await visit.close();
});

/** A buyer who has the instructions of a transfer. */
async function instructed(session, options) {
  const visit = await payforms.visit(session, options);
  await start(visit, 'customer_balance');
  await visit.page.locator('.transfer').waitFor();
  return visit;
}

test('a transfer has instructions that can be copied, the order stands, and later it is paid', async () => {
  const session = await returning(['customer_balance']);
  const visit = await instructed(session, CLIPBOARD);
  const { reference } = await actionOf(session);
  const lines = visit.page.locator('.transfer-line');
  assert.deepEqual(await lines.locator('dt').allTextContents(), ['Amount', 'Account holder', 'IBAN', 'BIC', 'Reference']);
  const copied = [];
  for (const button of await visit.page.locator('.copy').all()) {
    await button.click();
    await button.getByText(en['button.copied']).waitFor();
    copied.push(await visit.page.evaluate(() => navigator.clipboard.readText()));
  }
  assert.deepEqual(copied, ['49.00', 'Florin Sandbox', 'DE89370400440532013000', 'COBADEFF', reference]);
  await visit.said('.placed', en['complete.title_unpaid']);
  await visit.said('.waiting', en['action.waiting']);
  await visit.check();
  await shoot(visit.page, 'methods-transfer');
  const { status, payment_status: paid } = await payforms.again(session);
  assert.deepEqual([status, paid], ['complete', 'unpaid']);
  assert.equal(await visit.page.getByRole('link', { name: /^Back to / }).last().getAttribute('href'), (await payforms.state(session)).return_to);
  await answerElsewhere((await actionOf(session)).url, 'succeeds_later');
  await visit.page.waitForURL(new RegExp(`&paid=${session.id}$`));
  await paidOnce(session, 'customer_balance');
  await visit.close();
});

test('the instructions are still there after a reload, until the bank has the order', async () => {
  const session = await taking(['customer_balance']);
  const visit = await instructed(session);
  const { reference, url } = await actionOf(session);
  await visit.reload();
  await visit.said('.transfer', reference);
  assert.equal(await visit.page.getByRole('button', { name: en['button.other_method'] }).count(), 0);
  assert.equal(await visit.page.getByRole('link', { name: en['button.open_bank'] }).getAttribute('href'), url);
  await answerElsewhere(url, 'succeeds_in_days', 86_400_000);
  await visit.said('.outcome', en['complete.unpaid']);
  await visit.check();
  await shoot(visit.page, 'methods-transfer-sent');
  await visit.close();
});

test('a transfer that does not come is told, and who is to be asked', async () => {
  const session = await returning(['customer_balance']);
  const visit = await instructed(session);
  await answerElsewhere((await actionOf(session)).url, 'fails_later');
  await visit.said('.outcome', en['decline.title']);
  const { merchant } = await payforms.state(session);
  await visit.said('.outcome', filled('complete.failed', { merchant: merchant.name }));
  await visit.check();
  await shoot(visit.page, 'methods-transfer-failed');
  assert.deepEqual(await payforms.charges(session), []);
  await visit.close();
});

const LOOKS = [
  ['choice-phone', 'paypal', { ...PHONE }, null],
  ['wallet-dark-phone', 'paypal', { ...NIGHT, ...PHONE }, async (visit) => {
    await atBank(visit);
    await visit.page.goBack();
  }],
  ['code-phone', 'wechat_pay', PHONE, () => {}],
  ['code-dark', 'wechat_pay', NIGHT, () => {}],
  ['code-arabic', 'wechat_pay', { ...ARABIC, ...PHONE }, () => {}],
  ['transfer-phone', 'customer_balance', PHONE, () => {}],
  ['transfer-dark', 'customer_balance', NIGHT, () => {}],
  ['transfer-arabic', 'customer_balance', ARABIC, () => {}],
  ['transfer-arabic-dark-phone', 'customer_balance', { ...ARABIC, ...NIGHT, ...PHONE }, () => {}],
];

for (const [name, type, options, then] of LOOKS) {
  test(`${name} can be read by everybody`, async () => {
    const all = ['alipay', 'bancontact', 'customer_balance', 'ideal', 'paypal', 'revolut_pay', 'wechat_pay'];
    const session = await taking(all, { locale: 'auto' });
    const visit = await payforms.visit(session, options);
    await visit.page.locator('.more').click();
    await visit.page.locator(`input[name="method"][value="${type}"]`).check();
    if (then) {
      await start(visit, type);
      await then(visit);
      await visit.page.locator('.outcome .waiting').waitFor();
    }
    await visit.check();
    await shoot(visit.page, `methods-${name}`, { fullPage: true });
    await visit.close();
  });
}
