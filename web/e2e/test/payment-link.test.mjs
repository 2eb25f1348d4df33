// Payment links in a browser: opened, paid, opened again, ended. Deliberately absent: what the page of a session does otherwise, which the
// tests of the payform look at, and how the server counts and checks, which its own suites do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitsWidth, shoot, violations } from '../browser.mjs';
import { EMAIL, item, startPayforms } from '../payform.mjs';
import { en, filled } from '../texts.mjs';

const payforms = startPayforms();
const NARROW = { width: 320, height: 640 };

/** A link that sells cups. */
const link = (more = {}) => payforms.api('/v1/payment_links', {
  line_items: [item(1000, { adjustable_quantity: { enabled: true, minimum: 1, maximum: 3 } }, 'Cup')], ...more,
});

/** The session whose page is shown. */
const sessionOf = (visit) => new URL(visit.page.url()).pathname.split('/').at(-1);

/** Opens a link as a buyer whose language is English; the session does not say it. */
const visit = (made, query = '', options = {}) => payforms.visit({ url: `${made.url}?locale=en${query}` }, options);

test('a buyer opens the link, takes two, pays, and goes where the merchant says', async () => {
  const thanks = `${payforms.installation.shop}/plain?form=none&paid={CHECKOUT_SESSION_ID}`;
  const made = await link({ after_completion: { type: 'redirect', redirect: { url: thanks } }, metadata: { sale: 'autumn' } });
  const buyer = await visit(made, `&client_reference_id=order-17&prefilled_email=${encodeURIComponent(EMAIL)}`);
  const session = sessionOf(buyer);
  await buyer.said('button.pay', '€10.00');
  await buyer.page.getByLabel(filled('summary.more', { item: 'Cup' })).click();
  await buyer.said('button.pay', '€20.00');
  await buyer.check();
  assert.equal(await buyer.field('email').count(), 0, 'the address is known');
  await buyer.typeCard();
  await buyer.press();
  await buyer.page.waitForURL(`**/plain?form=none&paid=${session}`);
  const paid = await payforms.again({ id: session });
  assert.deepEqual([paid.payment_status, paid.amount_total, paid.payment_link], ['paid', 2000, made.id]);
  assert.deepEqual([paid.client_reference_id, paid.customer_email, paid.metadata], ['order-17', EMAIL, { sale: 'autumn' }]);
  await buyer.close();
});

test('a buyer who stays reads what the merchant says', async () => {
  const hosted = { type: 'hosted_confirmation', hosted_confirmation: { custom_message: 'Your cup <leaves> tomorrow.' } };
  const buyer = await visit(await link({ after_completion: hosted }), '', { viewport: NARROW });
  await buyer.check();
  await buyer.pay();
  await buyer.done();
  await buyer.said('.outcome-text', 'Your cup <leaves> tomorrow.');
  await buyer.check();
  await shoot(buyer.page, 'link-paid', { fullPage: true });
  assert.equal((await payforms.charges({ id: sessionOf(buyer) })).length, 1);
  await buyer.close();
});

test('the page can be loaded again, and the link gives another one', async () => {
  const made = await link();
  const buyer = await visit(made);
  const first = sessionOf(buyer);
  await buyer.page.getByLabel(filled('summary.more', { item: 'Cup' })).click();
  await buyer.said('button.pay', '€20.00');
  await buyer.reload();
  assert.equal(sessionOf(buyer), first, 'a buyer who loads the page again keeps what they chose');
  await buyer.said('button.pay', '€20.00');
  await buyer.page.goto(made.url);
  await buyer.page.locator('.footer').waitFor();
  assert.notEqual(sessionOf(buyer), first);
  await buyer.said('button.pay', '€10.00');
  await buyer.close();
  const open = await Promise.all([first, sessionOf(buyer)].map((id) => payforms.again({ id })));
  assert.deepEqual(open.map(({ status, payment_link: of }) => [status, of]), [['open', made.id], ['open', made.id]]);
});

test('a link is paid where no script runs', async () => {
  const buyer = await payforms.shell({ url: `${(await link()).url}?locale=en` }, { viewport: NARROW });
  const session = sessionOf(buyer);
  assert.ok(await fitsWidth(buyer.page), 'scrolls to the side');
  for (const [name, text] of Object.entries({ email: EMAIL, number: '4242424242424242', exp: '12 / 34', cvc: '123', name: 'Ada Buyer' })) {
    await buyer.field(name).fill(text);
  }
  await buyer.press();
  await buyer.said('main', en['complete.title']);
  assert.equal((await payforms.again({ id: session })).payment_status, 'paid');
  await buyer.close();
});

for (const colorScheme of ['light', 'dark']) {
  test(`a link that was ended says so, and nothing else: ${colorScheme}`, async () => {
    const made = await link();
    const message = `The ${'very '.repeat(30)}last cup is <sold>. See https://shop.example/${'cupsandsaucers'.repeat(4)}.`;
    await payforms.api(`/v1/payment_links/${made.id}`, { active: false, inactive_message: message });
    const buyer = await payforms.look(made, { colorScheme, viewport: NARROW, allowed: ['status of 410'] });
    assert.equal(await buyer.page.locator('h1').innerText(), 'Not active');
    assert.equal(await buyer.page.locator('main p').innerText(), message);
    assert.deepEqual(await violations(buyer.page.mainFrame(), colorScheme === 'dark' ? '#121212' : '#ffffff'), []);
    assert.ok(await fitsWidth(buyer.page), 'scrolls to the side');
    await shoot(buyer.page, `link-ended-${colorScheme}`);
    assert.equal(new URL(buyer.page.url()).pathname, `/b/${made.id}`);
    await buyer.close();
  });
}

test('an address that is no link says so', async () => {
  const buyer = await payforms.look({ url: `${payforms.installation.pay}/b/plink_missing` }, { viewport: NARROW, allowed: ['status of 404'] });
  assert.equal(await buyer.page.locator('h1').innerText(), 'Not found');
  assert.deepEqual(await violations(buyer.page.mainFrame()), []);
  assert.ok(await fitsWidth(buyer.page), 'scrolls to the side');
  await buyer.close();
});
