// How the payform learns what happens elsewhere where its stream of events does not work, and two tabs of one session that pay at once.
// Requests are cut off, as a network does it; no answer is made up. Deliberately absent: the stream itself (payform), and at which
// intervals it is asked, which unit tests look at.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARDS, violations } from '../browser.mjs';
import { startPayforms, typePayform } from '../payform.mjs';
import { en } from '../texts.mjs';

const payforms = startPayforms();

const CUT = ['ERR_FAILED'];
const cutStream = (context) => context.route('**/events', (route) => route.abort());
const asksOf = ({ requests }, name) => requests.filter((url) => new URL(url).pathname.endsWith(`/${name}`)).length;

test('where the stream does not work, the page asks, and learns what was paid elsewhere', async () => {
  const session = await payforms.session();
  const visit = await payforms.visit(session, { allowed: CUT, prepare: cutStream });
  await payforms.payElsewhere(session);
  await visit.done();
  await visit.said('.outcome', en['complete.elsewhere']);
  assert.ok(asksOf(visit, 'events') > 0, 'the stream was tried');
  assert.ok(asksOf(visit, 'state') > 0);
  await visit.close();
});

test('where the stream does not work, the page asks again and again, and learns that its session has ended', async () => {
  const session = await payforms.session();
  const visit = await payforms.visit(session, { allowed: CUT, prepare: cutStream });
  for (let time = 0; time < 2; time++) await visit.page.waitForResponse((response) => response.url().endsWith('/state'));
  await visit.field('number').waitFor();
  await payforms.api(`/v1/checkout/sessions/${session.id}/expire`, {});
  await visit.said('.outcome', en['expired.title']);
  await visit.check();
  await visit.close();
});

test('a question that is cut off, too, is shown and asked again, and what was typed stays', async () => {
  const session = await payforms.session();
  const visit = await payforms.visit(session, { allowed: CUT, prepare: cutStream });
  await visit.page.route('**/state', (route) => route.abort());
  await visit.typeCard();
  await visit.said('.banner', en['notice.offline']);
  await visit.page.unroute('**/state');
  await visit.page.locator('.banner').waitFor({ state: 'detached' });
  assert.equal(await visit.value('number'), '4242 4242 4242 4242');
  await visit.press();
  await visit.done();
  assert.equal((await payforms.charges(session)).length, 1);
  await visit.close();
});

/** Runs in the page before its script: no timer rings that is longer than a moment, as in a tab that nobody looks at. */
function holdTimers() {
  const { setTimeout: start } = window;
  window.setTimeout = (callback, ms, ...rest) => (ms >= 1000 ? 0 : start(callback, ms, ...rest));
}

/** Runs in the page: the tab is hidden, or looked at again. The browsers of these tests show every tab at all times. */
function turn(visibility) {
  Object.defineProperty(document, 'visibilityState', { value: visibility, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}

test('a tab that was hidden asks at once when it is looked at, and not when it is hidden', async () => {
  const session = await payforms.session();
  const prepare = async (context) => {
    await cutStream(context);
    await context.addInitScript(holdTimers);
  };
  const visit = await payforms.visit(session, { allowed: CUT, isFresh: true, prepare });
  await visit.page.evaluate(turn, 'hidden');
  await payforms.payElsewhere(session);
  // This one waits in the same line as a question of the page would, so that one would be seen by now.
  await visit.page.evaluate(() => fetch(`${location.pathname}/qr.svg`).then((answer) => answer.text()));
  assert.equal(asksOf(visit, 'state'), 0);
  await visit.field('number').waitFor();
  await visit.page.evaluate(turn, 'visible');
  await visit.done();
  assert.equal(asksOf(visit, 'state'), 1);
  // It is over: nothing can change any more, and nothing is asked.
  await visit.page.evaluate(turn, 'hidden');
  await visit.page.evaluate(turn, 'visible');
  await visit.page.evaluate(() => fetch(`${location.pathname}/qr.svg`).then((answer) => answer.text()));
  assert.equal(asksOf(visit, 'state'), 1);
  await visit.close();
});

/** A second tab in the window of a visit, with the card typed. `script` runs in it before its own. */
async function secondTab({ context, page }, script = () => {}) {
  const tab = await context.newPage();
  await tab.addInitScript(script);
  await tab.goto(page.url());
  await tab.locator('.footer').waitFor();
  await typePayform(tab, CARDS.good);
  return tab;
}

/** Both presses are on their way before the first of them reaches the server. */
async function holdUntilBoth(context) {
  let release;
  let waiting = 0;
  const both = new Promise((resolve) => (release = resolve));
  await context.route('**/confirm', async (route) => {
    waiting += 1;
    if (waiting === 2) release();
    await both;
    await route.continue();
  }, { times: 2 });
}

test('two tabs that both press pay once, and both show that it is paid', async () => {
  const session = await payforms.session();
  const visit = await payforms.visit(session, { allowed: ['status of 409'] });
  const { context, page } = visit;
  await visit.typeCard();
  const tab = await secondTab(visit);
  await holdUntilBoth(context);
  await Promise.all([page, tab].map((one) => one.locator('button.pay').click()));
  for (const one of [page, tab]) {
    await one.locator('.mark-done').waitFor();
    assert.equal(await one.locator('.notice, .banner').count(), 0, 'nothing is wrong');
    assert.deepEqual(await violations(one.mainFrame()), []);
  }
  assert.equal(new Set(visit.presses.map(({ attempt }) => attempt)).size, 2, 'both were sent');
  assert.equal((await payforms.charges(session)).length, 1);
  const { payment_intent: intent } = await payforms.again(session);
  assert.equal((await payforms.api(`/v1/charges?payment_intent=${intent}`)).data.length, 1, 'nothing was even tried twice');
  await visit.close();
});

test('a tab whose stream does not work presses after the other one: it shows that it is paid, and charges nothing', async () => {
  const session = await payforms.session();
  const visit = await payforms.visit(session, { allowed: [...CUT, 'status of 409'], prepare: cutStream });
  await visit.typeCard();
  // It does not ask by itself, either: it hears of the payment when it presses.
  const tab = await secondTab(visit, holdTimers);
  await visit.press();
  await visit.done();
  assert.equal(await tab.locator('.mark-done').count(), 0);
  await tab.locator('button.pay').click();
  await tab.locator('.mark-done').waitFor();
  assert.equal(await tab.locator('.notice').count(), 0);
  assert.equal((await payforms.charges(session)).length, 1);
  await visit.close();
});
