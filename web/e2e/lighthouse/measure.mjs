// Measures the payform with Lighthouse, on a slow phone and on a desktop, and prints what it found.
//
// FLORIN_BIN names the binary; CHROMIUM the browser. Deliberately absent: limits. Figures differ between machines, and on a busy one.

import { item } from '../payform.mjs';
import { install } from '../install.mjs';
import { startInstallation } from '../server.mjs';

const FLAGS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
const CATEGORIES = ['performance', 'accessibility', 'best-practices'];
const AUDITS = ['first-contentful-paint', 'largest-contentful-paint', 'total-blocking-time', 'cumulative-layout-shift', 'total-byte-weight'];
/** The page keeps a stream of events open, so its network never rests. */
const LOADED_WITHIN_MS = 15_000;

const FORMS = {
  phone: {},
  desktop: {
    formFactor: 'desktop',
    screenEmulation: { mobile: false, width: 1350, height: 940, deviceScaleFactor: 1, disabled: false },
    throttling: { rttMs: 40, throughputKbps: 10_240, cpuSlowdownMultiplier: 1 },
  },
};

function told(form, { categories, audits }) {
  const scores = CATEGORIES.map((name) => `${name} ${Math.round(categories[name].score * 100)}`);
  const figures = AUDITS.map((name) => `${name} ${audits[name].displayValue}`);
  const failed = Object.values(audits).filter(({ score, scoreDisplayMode: mode }) => mode === 'binary' && score === 0);
  return [`${form}: ${scores.join(', ')}`, `  ${figures.join(', ')}`, ...failed.map(({ id, title }) => `  not passed: ${id}: ${title}`)].join('\n');
}

install(import.meta.dirname);
const { default: lighthouse } = await import('lighthouse');
const { launch } = await import('chrome-launcher');
const installation = await startInstallation();
const chrome = await launch({ chromePath: process.env.CHROMIUM ?? '/usr/bin/chromium', chromeFlags: FLAGS });
try {
  for (const [form, settings] of Object.entries(FORMS)) {
    const session = await installation.api('/v1/checkout/sessions', { mode: 'payment', line_items: [item()] });
    const flags = { port: chrome.port, output: 'json', logLevel: 'error', maxWaitForLoad: LOADED_WITHIN_MS };
    const { lhr } = await lighthouse(session.url, { ...flags, onlyCategories: CATEGORIES, ...settings });
    if (lhr.runtimeError) throw new Error(lhr.runtimeError.message);
    console.log(told(form, lhr));
  }
} finally {
  await chrome.kill();
  await installation.stop();
}
