// How the elements look: nothing jumps, nothing overflows on a small phone, every theme and layout can be read by everybody.
// With FLORIN_SHOTS=folder it leaves a picture of each. Deliberately absent: comparing pictures, which differ between machines.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARDS, fieldFrame, leave, playSession, shoot, typeCard, violations } from '../browser.mjs';
import { startSetting } from '../setting.mjs';
import { standsStill, watchShifts } from '../shifts.mjs';

const CARD = { type: 'card', flow: 'card' };
const FEW = [CARD, { type: 'revolut_pay', flow: 'redirect' }, { type: 'ideal', flow: 'redirect' }];
const SAVED = [{ id: 'pm_card_visa', type: 'card', brand: 'visa', last4: '4242', exp_month: 12, exp_year: 2034 }];
const MANY = [...FEW, { type: 'wechat_pay', flow: 'qr' }, { type: 'pix', flow: 'qr' }, { type: 'customer_balance', flow: 'transfer' }];
const setting = startSetting();

async function visit(query, { methods = [CARD], hasSaved = false, ...options } = {}) {
  const prepare = (context) => playSession(context, () => ({ methods, saved_methods: hasSaved ? SAVED : [] }));
  const opened = await setting.visit(`/latest?form=payment&${query}`, { prepare, ...options });
  return { ...opened, frame: await fieldFrame(opened.page, 'payment') };
}

/** The element is done when the page shows all of it. */
const settled = (page, frame) => Promise.all([
  page.locator('form[data-ready="1"], form[data-ready="2"]').waitFor(),
  frame.waitForFunction(() => document.getElementById('root').getBoundingClientRect().height <= innerHeight + 1),
]);

test('nothing jumps while the page loads and while a card is typed', async () => {
  const { context, page, frame } = await visit('theme=stripe', { script: watchShifts });
  await settled(page, frame);
  await typeCard(page, frame, CARDS.good);
  await standsStill(page, 'atAll');
  await standsStill(frame, 'atAll');
  await shoot(page, 'light-filled');
  await leave(context);
});

const LOOKS = [
  ['light', 'theme=stripe', {}],
  ['night', 'theme=night', {}],
  ['flat', 'theme=flat', {}],
  ['floating', `appearance=${encodeURIComponent('{"labels":"floating"}')}`, {}],
  ['condensed', `appearance=${encodeURIComponent('{"inputs":"condensed"}')}`, {}],
  ['tabs', 'theme=stripe', { methods: FEW }],
  ['night-tabs', 'theme=night', { methods: FEW }],
  ['accordion', 'theme=stripe', { methods: MANY }],
  ['night-accordion', 'theme=night', { methods: MANY }],
  ['saved', 'theme=stripe', { hasSaved: true }],
  ['german', 'theme=stripe&locale=de', {}],
  ['arabic', 'theme=stripe&locale=ar', { methods: FEW }],
];
for (const [name, query, options] of LOOKS) {
  test(`${name}: can be read by everybody, and asks for nothing from elsewhere`, async () => {
    const { context, page, frame, complaints } = await visit(query, options);
    const ground = name.startsWith('night') ? '#171c29' : '#ffffff';
    await settled(page, frame);
    await shoot(page, name);
    assert.deepEqual(await violations(frame, ground), []);
    if (!options.hasSaved) {
      await frame.locator('#number').click();
      await page.keyboard.press('Enter');
      await frame.waitForFunction(() => document.getElementById('number-error').textContent !== '');
      await settled(page, frame);
      await shoot(page, `${name}-errors`);
      assert.deepEqual(await violations(frame, ground), []);
    }
    assert.deepEqual(complaints, []);
    await leave(context);
  });
}

test('on a small phone everything fits and can be touched', async () => {
  const { context, page, frame } = await visit('theme=stripe', { methods: FEW, viewport: { width: 320, height: 640 } });
  await settled(page, frame);
  await typeCard(page, frame, CARDS.good);
  await shoot(page, 'phone');
  const facts = await frame.evaluate(() => ({
    overflow: document.documentElement.scrollWidth - innerWidth,
    low: [...document.querySelectorAll('input, button')].filter((one) => one.getBoundingClientRect().height < 44).length,
  }));
  assert.deepEqual(facts, { overflow: 0, low: 0 });
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
  await leave(context);
});

test('a card element is one line that everybody can read, and shows the last digits where it is narrow', async () => {
  const { context, page } = await setting.visit('/latest?form=card', { viewport: { width: 320, height: 640 } });
  const frame = await fieldFrame(page, 'card');
  assert.deepEqual(await violations(frame), []);
  await typeCard(page, frame, CARDS.good);
  await frame.waitForFunction(() => {
    const { scrollLeft, scrollWidth, clientWidth } = document.getElementById('number');
    return scrollWidth > clientWidth && scrollLeft >= scrollWidth - clientWidth - 1;
  });
  await shoot(page, 'card-narrow');
  assert.deepEqual(await violations(frame), []);
  await leave(context);
});

test('tabs move with the arrow keys, and the page learns which method it is', async () => {
  const { context, page, frame } = await visit('theme=stripe', { methods: FEW });
  await frame.getByRole('tab', { name: 'Card' }).focus();
  await page.keyboard.press('ArrowRight');
  await frame.getByRole('tab', { name: 'Revolut Pay', selected: true }).waitFor();
  await frame.getByText('You will go to Revolut Pay').waitFor();
  await shoot(page, 'redirect');
  assert.equal(await frame.locator('#number').count(), 0);
  await page.keyboard.press('ArrowLeft');
  await frame.locator('#number').waitFor();
  await leave(context);
});

test('a saved card is offered first, and a new one can be typed', async () => {
  const { context, page, frame } = await visit('theme=stripe', { hasSaved: true });
  assert.equal(await frame.locator('#number').isVisible(), false);
  await frame.getByText('Card details').click();
  await frame.locator('#number').waitFor({ state: 'visible' });
  await shoot(page, 'saved-new');
  await leave(context);
});

test('the window of an authentication is a labelled dialog that fills a phone', async () => {
  const { context, page, frame } = await visit('theme=stripe', { viewport: { width: 360, height: 700 } });
  await typeCard(page, frame, CARDS.authenticate);
  await page.getByRole('button', { name: 'Pay' }).click();
  await page.frameLocator('iframe[title=Authentication]').getByRole('button', { name: 'Complete authentication' }).waitFor();
  await shoot(page, 'dialog-phone');
  const box = await page.locator('dialog').boundingBox();
  assert.deepEqual(box, { x: 0, y: 0, width: 360, height: 700 });
  assert.deepEqual(await violations(page.mainFrame()), []);
  await page.setViewportSize({ width: 900, height: 900 });
  await shoot(page, 'dialog');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await leave(context);
});
