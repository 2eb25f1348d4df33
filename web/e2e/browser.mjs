// A browser, and a buyer in it who looks, types and clicks. Deliberately absent: fixed waits. Everything waits for a condition.

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync',
];
/** Where Debian puts its browsers. The one without windows needs half of the time, where it is installed. */
const BROWSERS = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];
/** How long anything may take that a test waits for. */
const WITHIN_MS = 20_000;
const VIEWPORT = { width: 900, height: 900 };
export const CARDS = {
  good: '4242424242424242', declined: '4000000000000002', authenticate: '4000002760003184', amex: '378282246310005',
  twoNetworks: '4000002500001001',
};

/** Starts a browser. Only a whole one has the rules about cookies that buyers' browsers have. */
export function launch({ isWhole = false, flags = [] } = {}) {
  const found = BROWSERS.filter((path) => !isWhole || !path.endsWith('-shell')).find(existsSync);
  return chromium.launch({ executablePath: process.env.CHROMIUM || found, args: [...FLAGS, ...flags] });
}

/** Contexts that a test has left, by what is fixed for their life. A new page costs a browser more than most tests do. */
const idle = new Map();
/** What has to be done when a context is left. */
const leaving = new WeakMap();

/** A page that nobody uses; the document of the last test is still in it. */
async function takePage(browser, key, fixed) {
  const kept = idle.get(key)?.pop();
  if (kept) return kept.pages()[0];
  const context = await browser.newContext(fixed);
  context.setDefaultTimeout(WITHIN_MS);
  return context.newPage();
}

/**
 * Opens an address; collects what the console complains about and every address that is asked for. `prepare` sees the page first.
 * `script` runs in it before anything else, `heard` is told of every request. With `isFresh` nothing was ever opened in it.
 */
export async function open(browser, url, { prepare, script, heard, isFresh, viewport = VIEWPORT, colorScheme = null, ...fixed } = {}) {
  const key = isFresh ? Symbol('fresh') : JSON.stringify(fixed);
  const page = await takePage(browser, key, fixed);
  const context = page.context();
  await Promise.all([page.setViewportSize(viewport), page.emulateMedia({ colorScheme })]);
  const added = script && (await page.addInitScript(script));
  await prepare?.(context, page);
  const complaints = [];
  const requests = [];
  const ask = (request) => {
    requests.push(request.url());
    heard?.(request);
  };
  const listening = [
    [page, 'console', (said) => ['error', 'warning'].includes(said.type()) && complaints.push(said.text())],
    [page, 'pageerror', (error) => complaints.push(String(error))],
    [context, 'request', ask],
  ];
  for (const [from, name, listener] of listening) from.on(name, listener);
  leaving.set(context, { key, listening, added });
  await page.goto(url);
  return { context, page, complaints, requests };
}

/** Gives a context back. One that a failed test never gives back is not used again. */
export async function leave(context) {
  const { key, listening, added } = leaving.get(context);
  for (const [from, name, listener] of listening) from.off(name, listener);
  const [page, ...others] = context.pages();
  // A page that is being closed cannot be told any more what is cut off in it.
  await Promise.all(others.map((other) => other.close()));
  await Promise.all([
    context.setOffline(false), added?.dispose(),
    page.unrouteAll({ behavior: 'ignoreErrors' }), context.unrouteAll({ behavior: 'ignoreErrors' }),
  ]);
  idle.set(key, [...(idle.get(key) ?? []), context]);
}

/** What the payment element is told before it shows anything, changed by a test. */
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
  // Hiding the caret would leave styles in the markup, which tests look for.
  await page.screenshot({ path: join(folder, `${name}.png`), caret: 'initial', ...options });
}

/** The frame of a field of this kind. Where StrictMode makes everything twice, the first one goes while it is looked at. */
export async function fieldFrame(page, kind) {
  const isIt = (frame) => frame.url().includes('/v3/frames/field') && frame.url().includes(`kind=${kind}&`);
  for (;;) {
    const frame = page.frames().find(isIt) ?? (await page.waitForEvent('framenavigated', { predicate: isIt }));
    try {
      await frame.waitForSelector('input');
      return frame;
    } catch (error) {
      if (!frame.isDetached()) throw error;
    }
  }
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

/** Presses a button of the bank in the window over the page, once that stands still: a click knows nothing of a frame that moves. */
export async function answerBank(page, name = 'Complete authentication', title = 'Authentication') {
  const frame = `iframe[title=${title}]`;
  const button = page.frameLocator(frame).getByRole('button', { name });
  await button.waitFor();
  await (await page.locator(frame).elementHandle()).waitForElementState('stable');
  await button.click();
}

/** Whether nothing has to be scrolled to the side. */
export const fitsWidth = (page) => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);

/** What each frame of a page reads, and where its focus is. */
async function readable(page) {
  const read = () => `focus: ${document.activeElement?.outerHTML.slice(0, 120)}\n${document.body.innerText}`;
  const told = page.frames().map(async (frame) => `${frame.url().split('?')[0]}\n${await frame.evaluate(read).catch(String)}`);
  return (await Promise.all(told)).join('\n--\n');
}

/** Waits for a status; where it does not come, the error tells what there was instead. */
export async function statusOf(page, pattern) {
  try {
    await page.getByRole('status').filter({ hasText: pattern }).waitFor();
  } catch (error) {
    throw new Error(`${error.message}\n${await readable(page)}`, { cause: error });
  }
}

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
