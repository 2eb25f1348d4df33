// The sandbox's pages that play a buyer's wallet, app and bank: everybody can read them, on the smallest phone, by day and by night,
// before something is chosen and after it. Deliberately absent: what a choice leads to (payform-methods, payform-bank).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitsWidth, leave, open, shoot, violations } from '../browser.mjs';
import { EMAIL, MORE_CARDS, startPayforms } from '../payform.mjs';

const payforms = startPayforms();

const CARD = { number: MORE_CARDS.asking, exp_month: 12, exp_year: 2034, cvc: '123' };
/** A page by its heading: how a session is paid there, the first button, and what the page says once that one is pressed. */
const PAGES = {
  'Wallet': [{ method: 'paypal' }, 'Approve the payment', null],
  'Banking app': [{ method: 'wechat_pay' }, 'Pay', 'Done'],
  "The buyer's bank": [{ method: 'customer_balance' }, 'Send the transfer; it arrives at once', 'Done'],
  '3-D Secure': [{ method: 'card', card: CARD }, 'Complete authentication', null],
};

/** The address of the page on which a session waits for its buyer. */
async function waitingPage(paid) {
  const session = await payforms.session({ payment_method_types: ['card', 'paypal', 'wechat_pay', 'customer_balance'] });
  const body = JSON.stringify({ attempt: `press-${session.id.slice(-20)}`, billing: { email: EMAIL, name: 'Ada Buyer' }, ...paid });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${payforms.installation.pay}/c/pay/${session.id}/confirm`, { method: 'POST', headers, body });
  return (await answer.json()).payment.action.url;
}

/** Nobody is shut out of what is shown, every button can be touched, and nothing has to be scrolled to the side. */
async function look(page, name) {
  assert.deepEqual(await violations(page.mainFrame()), []);
  assert.ok(await fitsWidth(page), 'scrolls to the side');
  const heights = await page.locator('button').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
  assert.deepEqual(heights.filter((height) => height < 24), []);
  await shoot(page, name, { fullPage: true });
}

for (const [heading, [paid, button, after]] of Object.entries(PAGES)) {
  for (const colorScheme of ['light', 'dark']) {
    test(`${heading}, ${colorScheme}: can be read by everybody, and fits the smallest phone`, async () => {
      const url = await waitingPage(paid);
      const { context, page, complaints } = await open(payforms.browser, url, { viewport: { width: 320, height: 640 }, colorScheme });
      await page.getByRole('heading', { name: heading }).waitFor();
      await page.getByText('simulation').first().waitFor();
      const name = `sandbox-${heading.toLowerCase().replace(/\W+/g, '-')}-${colorScheme}`;
      await look(page, name);
      await page.getByRole('button', { name: button, exact: true }).focus();
      await page.keyboard.press('Enter');
      if (after) {
        await page.getByRole('heading', { name: after }).waitFor();
        await look(page, `${name}-after`);
      } else await page.waitForURL('**/c/pay/**');
      assert.deepEqual(complaints, []);
      await leave(context);
    });
  }
}

test('a page that was answered before, and one of nobody, say so to everybody', async () => {
  const url = await waitingPage({ method: 'wechat_pay' });
  const visited = await open(payforms.browser, url, { viewport: { width: 320, height: 640 } });
  const { context, page } = visited;
  await page.getByRole('button', { name: 'Pay', exact: true }).click();
  await page.getByRole('heading', { name: 'Done' }).waitFor();
  for (const [address, heading] of [[url, 'Nothing to do'], [url.replace(/client_secret=.*/, 'client_secret=guessed'), 'Not found']]) {
    await page.goto(address);
    await page.getByRole('heading', { name: heading }).waitFor();
    await look(page, `sandbox-${heading.toLowerCase().replaceAll(' ', '-')}`);
  }
  assert.deepEqual(visited.complaints.filter((text) => !text.includes('status of 404')), []);
  await leave(context);
});
