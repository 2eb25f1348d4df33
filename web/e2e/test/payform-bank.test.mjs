// The buyer's bank: the way to the page of a 3-D Secure authentication and back, in every way in which it can end.
// Deliberately absent: the bank's page itself, which is the sandbox's.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shoot } from '../browser.mjs';
import { EMAIL, MORE_CARDS, startPayforms } from '../payform.mjs';
import { en, filled } from '../texts.mjs';

const payforms = startPayforms();

const atBank = (visit) => visit.page.waitForURL(/\/sandbox\/authenticate\//);
const answer = (visit, name) => visit.page.getByRole('button', { name: `${name} authentication` }).click();

/** A buyer who was sent to the bank's page. */
async function sent(session, options) {
  const visit = await payforms.visit(session, options);
  await visit.pay(MORE_CARDS.asking);
  await atBank(visit);
  return visit;
}

/** What the action says that is open, after the buyer has left the bank's page without an answer. */
async function leftOpen(session) {
  const visit = await sent(session);
  await visit.page.goBack();
  await visit.said('.outcome', filled('action.redirect_title', { method: en['method.bank'] }));
  return visit;
}

test('an authentication that succeeds pays, and the page goes back to the shop', async () => {
  const session = await payforms.returning();
  const visit = await sent(session);
  assert.deepEqual(await payforms.charges(session), []);
  await answer(visit, 'Complete');
  await visit.page.waitForURL(new RegExp(`&paid=${session.id}$`));
  assert.equal((await payforms.charges(session)).length, 1);
  await visit.close();
});

test('an authentication that fails says so on the page, and another card pays', async () => {
  const session = await payforms.session();
  const visit = await sent(session);
  await answer(visit, 'Fail');
  await visit.said('.notice', en['decline.authentication_failed']);
  assert.deepEqual([await visit.value('email'), await visit.value('number')], [EMAIL, '']);
  await visit.check();
  await visit.pay();
  await visit.done();
  assert.equal((await payforms.charges(session)).length, 1);
  await visit.close();
});

test('the back button does not bounce, and the open payment goes on from where it was', async () => {
  const session = await payforms.session();
  const visit = await leftOpen(session);
  await visit.check();
  await shoot(visit.page, 'payform-open-action');
  await visit.page.locator('.outcome a.pay').click();
  await atBank(visit);
  await answer(visit, 'Complete');
  await visit.done();
  assert.equal((await payforms.charges(session)).length, 1);
  await visit.close();
});

test('an open payment can be given up for another way to pay', async () => {
  const session = await payforms.session();
  const visit = await leftOpen(session);
  await visit.page.getByRole('button', { name: en['button.other_method'] }).click();
  await visit.field('number').waitFor();
  assert.equal(await visit.value('email'), EMAIL);
  assert.equal((await payforms.state(session)).payment.action, null);
  await visit.pay();
  await visit.done();
  assert.equal((await payforms.charges(session)).length, 1);
  await visit.close();
});

test('an answer that the bank gets in another tab is noticed', async () => {
  const session = await payforms.session();
  const visit = await leftOpen(session);
  const bank = await visit.context.newPage();
  await bank.goto(await visit.page.locator('.outcome a.pay').getAttribute('href'));
  await bank.getByRole('button', { name: 'Complete authentication' }).click();
  await visit.done();
  await visit.close();
});

test('a page that is opened while the bank waits shows the way there', async () => {
  const session = await payforms.session();
  const first = await sent(session);
  const second = await payforms.visit(session);
  await second.said('.outcome', en['action.waiting']);
  await answer(first, 'Complete');
  await second.done();
  await first.close();
  await second.close();
});
