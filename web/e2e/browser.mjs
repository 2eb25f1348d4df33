// A browser, and a buyer in it who looks, types and clicks. Deliberately absent: fixed waits. Everything waits for a condition.

import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
];
/** How long anything may take that a test waits for. */
const WITHIN_MS = 20_000;
export const CARDS = {
  good: '4242424242424242', declined: '4000000000000002', authenticate: '4000002760003184', amex: '378282246310005',
};

export function launch(...more) {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: [...FLAGS, ...more] });
}

/** Opens a page; collects what its console complains about and every address that it asks for. `prepare` sees the context first. */
export async function open(browser, url, { prepare, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 900, height: 900 }, ...options });
  context.setDefaultTimeout(WITHIN_MS);
  await prepare?.(context);
  const page = await context.newPage();
  const complaints = [];
  const requests = [];
  page.on('console', (said) => ['error', 'warning'].includes(said.type()) && complaints.push(said.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  context.on('request', (request) => requests.push(request.url()));
  await page.goto(url);
  return { context, page, complaints, requests };
}

/** What the payment element is told before it shows anything, changed by a test: the server itself offers cards only. */
export function playSession(context, change) {
  return context.route(/\/v1\/elements\/sessions\?/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), ...change() } });
  });
}

/** Leaves a picture in the folder that FLORIN_SHOTS names. */
export async function shoot(page, name, options = {}) {
  const folder = process.env.FLORIN_SHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), ...options });
}

/** The frame of a field of this kind. */
export async function fieldFrame(page, kind) {
  const isIt = (frame) => frame.url().includes('/v3/frames/field') && frame.url().includes(`kind=${kind}&`);
  const frame = page.frames().find(isIt) ?? (await page.waitForEvent('framenavigated', { predicate: isIt }));
  await frame.waitForSelector('input');
  return frame;
}

/** Types a card as a buyer does: into the first field, and on wherever the form leads. */
export async function typeCard(page, frame, number, rest = '1234123') {
  await frame.locator('#number').click();
  await frame.locator('#number').fill('');
  await page.keyboard.type(number);
  await frame.locator('#expiry').fill('');
  await frame.locator('#cvc').fill('');
  await frame.locator('#expiry').focus();
  await page.keyboard.type(rest);
}

export const statusOf = (page, pattern) => page.getByRole('status').filter({ hasText: pattern }).waitFor();

/** The violations that axe finds in one frame. A frame has no heading of its own, and lets the page shine through: `ground` is what does. */
export async function violations(frame, ground = '#ffffff') {
  await frame.evaluate(AXE);
  const isPage = frame.parentFrame() === null;
  const found = await frame.evaluate(([isTop, colour]) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`body{background:${colour}!important}`);
    if (!isTop) document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    return window.axe.run(document, {
      iframes: false, rules: { 'page-has-heading-one': { enabled: isTop } },
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
  }, [isPage, ground]);
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
}
