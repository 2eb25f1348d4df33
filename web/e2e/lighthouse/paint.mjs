// How soon something of the payform is seen on this machine: fresh, from the browser's cache, and beside a page of one line.
//
// FLORIN_BIN names the binary. Deliberately absent: limits. Figures differ between machines, and on a busy one.

import { launch } from '../browser.mjs';
import { item } from '../payform.mjs';
import { startInstallation } from '../server.mjs';

const TIMES = 31;

async function paintOf(page, url, shown) {
  await page.goto(url);
  await page.locator(shown).waitFor();
  return page.evaluate(() => new Promise((resolve) => {
    new PerformanceObserver((list) => {
      const first = list.getEntriesByName('first-contentful-paint')[0];
      if (first) resolve(first.startTime);
    }).observe({ type: 'paint', buffered: true });
  }));
}

async function paints(browser, url, { isFresh = true, shown = '.footer' } = {}) {
  const all = [];
  let context = await browser.newContext();
  const paint = async () => {
    const page = await context.newPage();
    const time = await paintOf(page, url, shown);
    await page.close();
    return time;
  };
  // The first visit fills the cache, and is none from it.
  if (!isFresh) await paint();
  for (let at = 0; at < TIMES; at++) {
    if (isFresh) {
      await context.close();
      context = await browser.newContext();
    }
    all.push(await paint());
  }
  await context.close();
  all.sort((a, b) => a - b);
  return ['least', all[0], 'median', all[TIMES >> 1], 'most', all[TIMES - 1]].map((one) => (one.toFixed ? `${one.toFixed(0)} ms` : one)).join(' ');
}

const installation = await startInstallation();
const browser = await launch();
try {
  const session = await installation.api('/v1/checkout/sessions', { mode: 'payment', line_items: [item()], success_url: 'https://shop.example' });
  console.log(`first contentful paint of ${TIMES}: ${await paints(browser, session.url)}`);
  console.log(`  from the cache: ${await paints(browser, session.url, { isFresh: false })}`);
  console.log(`  a page of one line: ${await paints(browser, `${installation.pay}/receipts/none`, { shown: 'body' })}`);
} finally {
  await browser.close();
  await installation.stop();
}
