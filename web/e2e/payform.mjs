// A merchant who makes checkout sessions, and a buyer at their page. What must hold whatever a test does is looked at when the page is
// closed: nothing complained, nothing went elsewhere, no number was kept; and when it is opened, nothing moved.
// Deliberately absent: what a test is about.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CARDS, launch, leave, open, violations } from './browser.mjs';
import { startInstallation } from './server.mjs';

/** The texts of the page without a script, by language. */
export const shellTexts = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'payform', 'shell-texts.json'), 'utf8'));
export const EMAIL = 'ada@example.com';
/** Cards that want the buyer's bank, and cards that are declined for a reason of their own. */
export const MORE_CARDS = { asking: '4000000000003220', wrongCode: '4000000000000127', poor: '4000000000009995' };
const CLS_MAX = 0.02;

/** An item at a price of its own, in minor units. */
export const item = (unit_amount = 4900, more = {}, name = 'Linen shirt') => ({
  price_data: { currency: 'eur', unit_amount, product_data: { name } }, quantity: 1, ...more,
});

export const shippingOption = (display_name, amount) => ({ shipping_rate_data: { display_name, fixed_amount: { amount, currency: 'eur' } } });

/** Runs in the page before anything else: adds up what moves although nobody did anything. */
function watchShifts() {
  if (window.shifted !== undefined) return;
  window.shifted = 0;
  const add = (list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
  };
  new PerformanceObserver(add).observe({ type: 'layout-shift', buffered: true });
}

/** Everything that the browser would still have tomorrow. */
function readKept() {
  return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, history.state]);
}

/** Starts server and browser for a file of tests. */
export async function startPayforms() {
  const installation = await startInstallation();
  const browser = await launch();
  return new Payforms(installation, browser);
}

export class Payforms {
  constructor(installation, browser) {
    this.installation = installation;
    this.browser = browser;
    this.api = installation.api;
  }

  async stop() {
    await this.browser.close();
    await this.installation.stop();
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

  /** Pays without a browser, as another tab would. */
  async payElsewhere({ id }) {
    const card = { number: CARDS.good, exp_month: 12, exp_year: 2034, cvc: '123' };
    const body = JSON.stringify({ attempt: `elsewhere-${id.slice(-20)}`, method: 'card', card, billing: { email: EMAIL } });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${this.installation.pay}/c/pay/${id}/confirm`, { method: 'POST', headers, body });
    assert.equal(answer.status, 200);
  }

  /** Opens the page of a session and waits until its script has taken over. */
  async visit(session, options = {}) {
    const { prepare, allowed = [], ...more } = options;
    const visit = new Visit(this.installation);
    const opened = await open(this.browser, session.url, {
      locale: 'en-DE', viewport: { width: 1180, height: 900 }, ...more,
      prepare: async (context, page) => {
        await page.addInitScript(watchShifts);
        context.on('request', visit.note);
        await prepare?.(context, page);
      },
    });
    Object.assign(visit, opened, { allowed });
    await visit.page.locator('.footer').waitFor();
    await visit.standsStill();
    return visit;
  }
}

/** A buyer at the page of a session. */
class Visit {
  constructor(installation) {
    this.installation = installation;
    this.presses = [];
    this.hosts = new Set();
  }

  note = (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'data:') this.hosts.add(url.host);
    if (url.pathname.endsWith('/confirm')) this.presses.push(request.postDataJSON());
  };

  field(name) {
    return this.page.locator(`[name="${name}"]`);
  }

  value(name) {
    return this.field(name).inputValue();
  }

  focused() {
    return this.page.evaluate(() => document.activeElement.name ?? document.activeElement.tagName);
  }

  /** Types a card, and what else the ordinary form asks for, as a buyer does. */
  async typeCard(number = CARDS.good) {
    if (await this.field('email').count()) await this.field('email').fill(EMAIL);
    for (const name of ['number', 'expiry', 'cvc']) await this.field(name).fill('');
    await this.field('number').click();
    await this.page.keyboard.type(`${number}1234123`);
    await this.field('name').fill('Ada Buyer');
    await this.standsStill();
  }

  /** Nothing has moved that the buyer did not move. Later on what the server says may change the page, at whatever time. */
  async standsStill() {
    const shifted = await this.page.evaluate(() => new Promise((resolve) => {
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(window.shifted)));
    }));
    assert.ok(shifted < CLS_MAX, `CLS ${shifted}`);
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

  /** Nobody is shut out of what is shown now, and it fits the width of the window. */
  async check() {
    assert.deepEqual(await violations(this.page.mainFrame()), []);
    assert.equal(await this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, 'scrolls to the side');
  }

  /** Closes the page, after a look at what must always hold. */
  async close() {
    const { origin, host } = new URL(this.installation.pay);
    if (new URL(this.page.url()).origin === origin) {
      const kept = (await this.page.evaluate(readKept)).replace(/\D/g, '');
      for (const number of Object.values({ ...CARDS, ...MORE_CARDS })) assert.equal(kept.includes(number), false, 'a number is kept');
    }
    const own = [host, new URL(this.installation.shop).host];
    assert.deepEqual([...this.hosts].filter((asked) => !own.includes(asked)), []);
    const isExpected = (text) => this.allowed.some((part) => text.includes(part));
    assert.deepEqual(this.complaints.filter((text) => !isExpected(text)), []);
    this.context.off('request', this.note);
    await leave(this.context);
  }
}
