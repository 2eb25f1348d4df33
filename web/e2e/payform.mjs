// A merchant who makes checkout sessions, and a buyer at their page. What must hold whatever a test does is looked at when the page is
// closed: nothing complained, nothing went elsewhere, no number was kept; and while a script shows it, nothing moved.
// Deliberately absent: what a test is about.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { CARDS, fitsWidth, launch, leave, open, violations } from './browser.mjs';
import { startInstallation } from './server.mjs';
import { standsStill, watchShifts } from './shifts.mjs';

/** The texts of the page without a script, by language. */
export const shellTexts = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'payform', 'shell-texts.json'), 'utf8'));
export const EMAIL = 'ada@example.com';
/** Cards that want the buyer's bank, and cards that are declined for a reason of their own. */
export const MORE_CARDS = { asking: '4000000000003220', wrongCode: '4000000000000127', poor: '4000000000009995' };

/** An item at a price of its own, in minor units. */
export const item = (unit_amount = 4900, more = {}, name = 'Linen shirt') => ({
  price_data: { currency: 'eur', unit_amount, product_data: { name } }, quantity: 1, ...more,
});

export const shippingOption = (display_name, amount) => ({ shipping_rate_data: { display_name, fixed_amount: { amount, currency: 'eur' } } });

/** Everything that the browser would still have tomorrow. */
function readKept() {
  return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, history.state]);
}

/** Types a card, and what else the ordinary form asks for, as a buyer does; into a frame of the page, if the form is in one. */
export async function typePayform(page, number = CARDS.good, frame = page) {
  const field = (name) => frame.locator(`[name="${name}"]`);
  if (await field('email').count()) await field('email').fill(EMAIL);
  for (const name of ['number', 'expiry', 'cvc']) await field(name).fill('');
  await field('number').click();
  await page.keyboard.type(`${number}1234123`);
  await field('name').fill('Ada Buyer');
}

/** Pays a session without a browser, as another tab would; `status` is what has to come of it. */
export async function payElsewhere({ pay }, { id, client_secret: secret }, number = CARDS.good, status = 200) {
  const card = { number, exp_month: 12, exp_year: 2034, cvc: '123' };
  const body = JSON.stringify({ attempt: `elsewhere-${id.slice(-20)}`, method: 'card', card, billing: { email: EMAIL } });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${pay}/c/pay/${secret ?? id}/confirm`, { method: 'POST', headers, body });
  assert.equal(answer.status, status);
}

/** The merchant of a file of tests. Server and browser begin before its first test and end after the last one. */
export function startPayforms() {
  const payforms = new Payforms();
  before(() => payforms.start());
  after(() => payforms.stop());
  return payforms;
}

class Payforms {
  async start() {
    this.installation = await startInstallation();
    this.api = this.installation.api;
    this.browser = await launch();
  }

  async stop() {
    await this.browser?.close();
    await this.installation?.stop();
  }

  /** A session that is not paid yet. Without a `success_url` its page stays where it is when all is done. */
  session(more = {}) {
    return this.api('/v1/checkout/sessions', { mode: 'payment', line_items: [item()], locale: 'en', ...more });
  }

  /** A session whose page goes back to the shop. */
  returning(more = {}) {
    const shop = `${this.installation.shop}/plain?form=none`;
    return this.session({ success_url: `${shop}&paid={CHECKOUT_SESSION_ID}`, cancel_url: `${shop}&left=1`, ...more });
  }

  again({ id }) {
    return this.api(`/v1/checkout/sessions/${id}`);
  }

  /** The charges of a session that took money. */
  async charges(session) {
    const { payment_intent: intent } = await this.again(session);
    if (!intent) return [];
    const { data } = await this.api(`/v1/charges?payment_intent=${intent}`);
    return data.filter((charge) => charge.paid);
  }

  /** What the page of a session knows, asked for by somebody else. */
  async state({ id }) {
    return (await fetch(`${this.installation.pay}/c/pay/${id}/state`)).json();
  }

  payElsewhere(session, number, status) {
    return payElsewhere(this.installation, session, number, status);
  }

  /** Opens the page of a session and waits until its script has taken over. */
  async visit(session, options) {
    const visit = await this.look(session, { script: watchShifts, ...options });
    await visit.page.locator('.footer').waitFor();
    await visit.standsStill();
    return visit;
  }

  /** Opens the page as the server wrote it: no script runs. */
  shell(session, options) {
    return this.look(session, { javaScriptEnabled: false, ...options });
  }

  /** Opens the page of a session. `allowed` are parts of the complaints that belong to the test. */
  async look(session, { allowed = [], ...options } = {}) {
    const presses = [];
    const heard = (request) => {
      if (new URL(request.url()).pathname.endsWith('/confirm')) presses.push(request.postDataJSON());
    };
    const opened = await open(this.browser, session.url, { locale: 'en-DE', viewport: { width: 1180, height: 900 }, heard, ...options });
    return new Visit(this.installation, { ...opened, presses, allowed });
  }
}

/** A buyer at the page of a session. */
class Visit {
  constructor(installation, opened) {
    this.installation = installation;
    Object.assign(this, opened);
  }

  field(name) {
    return this.page.locator(`[name="${name}"]`);
  }

  value(name) {
    return this.field(name).inputValue();
  }

  focused() {
    return this.page.evaluate(() => document.activeElement.name ?? document.activeElement.tagName);
  }

  async typeCard(number) {
    await typePayform(this.page, number);
    await this.standsStill();
  }

  /** Nothing has moved that the buyer did not move. Later on what the server says may change the page, at whatever time. */
  standsStill() {
    return standsStill(this.page);
  }

  async reload() {
    await this.page.reload();
    await this.page.locator('.footer').waitFor();
    await this.standsStill();
  }

  press() {
    return this.page.locator('button.pay').click();
  }

  async pay(number) {
    await this.typeCard(number);
    await this.press();
  }

  said(selector, pattern) {
    return this.page.locator(selector).filter({ hasText: pattern }).first().waitFor();
  }

  done() {
    return this.page.locator('.mark-done').waitFor();
  }

  /** Nobody is shut out of what is shown now, it fits the width of the window, and a strict policy allows its markup. */
  async check() {
    assert.equal(await this.page.locator('[style]').count(), 0, 'a style stands in the markup');
    assert.deepEqual(await violations(this.page.mainFrame()), []);
    assert.ok(await fitsWidth(this.page), 'scrolls to the side');
  }

  /** Closes the page, after a look at what must always hold. */
  async close() {
    const { origin, host } = new URL(this.installation.pay);
    if (new URL(this.page.url()).origin === origin) {
      const kept = (await this.page.evaluate(readKept)).replace(/\D/g, '');
      for (const number of Object.values({ ...CARDS, ...MORE_CARDS })) assert.equal(kept.includes(number), false, 'a number is kept');
    }
    const own = [host, new URL(this.installation.shop).host];
    const asked = this.requests.map((url) => new URL(url)).filter(({ protocol }) => protocol !== 'data:');
    assert.deepEqual(asked.map((url) => url.host).filter((other) => !own.includes(other)), []);
    const isExpected = (text) => this.allowed.some((part) => text.includes(part));
    assert.deepEqual(this.complaints.filter((text) => !isExpected(text)), []);
    await leave(this.context);
  }
}
