// How the script comes into a page: beside another script of the same name, late, with the wrapper that loads nothing by itself, with the
// package that takes the wrapper's place, and under the hash of its content. Every page is one that a test wrote.
// Deliberately absent: the plain tag before everything, which all other tests have.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { CARDS, fieldFrame, leave, open, statusOf, typeCard } from '../browser.mjs';
import { startSetting } from '../setting.mjs';

const SHOPS = join(import.meta.dirname, '..', 'shops');
const { file: FILE, integrity: INTEGRITY } = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'dist', 'manifest.json')))['sdk.js'];
const PINNED = `/v3/${FILE}`;
const LATE_MS = 800;

/** What the pages of this file consist of, by path. */
const files = new Map();
const server = createServer((request, response) => {
  const [type, content, headers] = files.get(request.url) ?? ['text/plain', ''];
  response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, ...headers }).end(content);
});
const setting = startSetting({}, {
  begin: () => new Promise((done) => server.listen(0, 'localhost', done)),
  end: () => void server.close().closeAllConnections(),
});

/** A module as a shop's bundler makes it, out of the packages of one of the shops. */
async function bundle(contents, packages) {
  const result = await build({
    stdin: { contents, resolveDir: SHOPS }, nodePaths: [join(SHOPS, packages, 'node_modules')], bundle: true, write: false, format: 'esm',
    jsx: 'automatic', jsxImportSource: 'react', tsconfigRaw: '{}', define: { 'process.env.NODE_ENV': '"development"' }, logLevel: 'error',
  });
  return result.outputFiles[0].text;
}

/** Opens a page with this head and this module, which may use the official wrapper. Its policy allows what the guide says, and no more. */
async function visit(head, module, { hasTypes = true, late, packages = 'latest' } = {}) {
  const policy = `default-src 'none'; img-src 'self'; script-src 'self' ${setting.pay}; frame-src ${setting.pay}${hasTypes ? "; require-trusted-types-for 'script'" : ''}`;
  const intent = await setting.api('/v1/payment_intents', { amount: 4900, currency: 'eur', payment_method_types: ['card'] });
  const data = JSON.stringify({ publishableKey: setting.publishableKey, clientSecret: intent.client_secret, form: 'payment' });
  const html = `<!doctype html><html lang=en><title>Shop</title><link rel=icon href=/favicon.ico>${head}<script type=module src=/module.js></script>
<div id=app></div><script type=application/json id=data>${data}</script>`;
  files.set('/', ['text/html', html, { 'content-security-policy': policy }]);
  files.set('/module.js', ['text/javascript', await bundle(module, packages)]);
  const prepare = (context) => late && context.route(setting.pay + late, async (route) => {
    await new Promise((done) => setTimeout(done, LATE_MS));
    await route.continue();
  });
  return open(setting.browser, `http://localhost:${server.address().port}/`, { prepare, isFresh: true });
}

/** What every module here does in the end: a payment element in the page, which stands only where a client of Florin made it. */
const SHOW = `
const { publishableKey: key, clientSecret } = JSON.parse(document.getElementById('data').textContent);
const show = (stripe) => stripe.elements({ clientSecret }).create('payment').mount('#app');
`;
const tag = (path, more = '') => `<script ${more} src="${setting.pay}${path}"></script>`;
const stripes = (requests) => requests.filter((url) => new URL(url).hostname.endsWith('stripe.com'));

test('where another script has defined Stripe, it stays that script\'s, and Florin is Florin', async () => {
  files.set('/other.js', ['text/javascript', "window.Stripe = Object.assign(() => 'of another script', { version: 'other' })"]);
  const module = `${SHOW} show(window.Florin(key)); window.made = window.Stripe(key);`;
  const { context, page, complaints } = await visit(`<script src=/other.js></script>${tag('/v3/')}`, module);
  await fieldFrame(page, 'payment');
  const seen = await page.evaluate(() => [window.made, window.Stripe.version, window.Florin.version, window.Stripe === window.Florin]);
  assert.deepEqual(seen, ['of another script', 'other', 3, false]);
  assert.deepEqual(complaints, []);
  await leave(context);
});

test('a deferred tag that loads late is in time for a module', async () => {
  const path = '/endive/stripe.js';
  const module = `import { loadStripe } from '@stripe/stripe-js'; ${SHOW} loadStripe(key).then(show);`;
  const { context, page, complaints, requests } = await visit(tag(path, 'defer'), module, { late: path });
  await fieldFrame(page, 'payment');
  assert.deepEqual([complaints, stripes(requests)], [[], []]);
  await leave(context);
});

test('an async tag that loads late is not: the wrapper looks for Stripe\'s, and the policy stops it', async () => {
  const path = '/endive/stripe.js';
  const module = `import { loadStripe } from '@stripe/stripe-js'; ${SHOW}
    loadStripe(key).then(show).catch((error) => (document.title = error.message));`;
  const { context, page, complaints } = await visit(tag(path, 'async'), module, { hasTypes: false, late: path });
  await page.waitForFunction(() => document.title === 'Failed to load Stripe.js');
  assert.match(complaints.join('\n'), /js\.stripe\.com[^]*Content Security Policy/);
  await leave(context);
});

test('the wrapper\'s /pure waits until it is called, so that an async tag will do', async () => {
  const path = '/endive/stripe.js';
  const module = `import { loadStripe } from '@stripe/stripe-js/pure'; ${SHOW}
    window.before = typeof window.Stripe;
    loadStripe.setLoadParameters({ advancedFraudSignals: false });
    addEventListener('load', () => loadStripe(key).then(show));`;
  const { context, page, complaints, requests } = await visit(tag(path, 'async'), module, { late: path });
  await fieldFrame(page, 'payment');
  assert.equal(await page.evaluate(() => window.before), 'undefined', 'the module ran before the script was there');
  // The wrapper says itself that its parameters reach no script that it did not load.
  assert.deepEqual(complaints.filter((text) => !text.includes('setLoadParameters')), []);
  assert.deepEqual(stripes(requests), []);
  await leave(context);
});

const named = () => `<meta name=florin-origin content="${setting.pay}">`;

test('with the package in the wrapper\'s place no tag is needed: the React wrapper pays as it is, under Trusted Types', async () => {
  const { context, page, complaints, requests } = await visit(named(), "import './app.jsx';", { packages: 'alias' });
  await typeCard(page, await fieldFrame(page, 'payment'), CARDS.good);
  await page.getByRole('button', { name: /Pay/ }).click();
  await statusOf(page, 'paid succeeded');
  assert.deepEqual(complaints, []);
  const scripts = requests.filter((url) => new URL(url).pathname.endsWith('/stripe.js'));
  assert.deepEqual(scripts, [`${setting.pay}/endive/stripe.js`], 'once, and from nowhere else');
  await leave(context);
});

test('the package waits for a tag of the page, and takes no other Stripe for Florin', async () => {
  const path = '/v3/';
  files.set('/other.js', ['text/javascript', "window.Stripe = () => 'of another script'"]);
  const module = `import { loadStripe } from '@stripe/stripe-js'; ${SHOW} loadStripe(key).then(show);`;
  const head = `${named()}<script src=/other.js></script>${tag(path, 'async')}`;
  const { context, page, complaints, requests } = await visit(head, module, { packages: 'alias', late: path });
  await fieldFrame(page, 'payment');
  assert.equal(requests.filter((url) => url === setting.pay + path).length, 1);
  assert.equal(requests.some((url) => url.endsWith('/stripe.js')), false);
  assert.deepEqual(complaints, []);
  await leave(context);
});

test('the package says what is missing where the page names no server, once', async () => {
  const module = `import { loadStripe } from '@stripe/stripe-js'; ${SHOW} loadStripe(key).then(show).catch((error) => (document.title = error.message));`;
  const { context, page, complaints } = await visit('', module, { packages: 'alias' });
  await page.waitForFunction(() => document.title.includes('<meta name="florin-origin"'));
  assert.deepEqual(complaints, []);
  await leave(context);
});

test('under the hash of its content the script never changes, and other sites may check it', async () => {
  const answer = await fetch(setting.pay + PINNED);
  const bytes = Buffer.from(await answer.arrayBuffer());
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('cache-control'), /\bimmutable\b/);
  assert.equal(answer.headers.get('access-control-allow-origin'), '*');
  assert.match(answer.headers.get('content-type'), /^text\/javascript/);
  // What the guide has shops compute is what the build says.
  assert.equal(`sha384-${createHash('sha384').update(bytes).digest('base64')}`, INTEGRITY);
  assert.equal(`florin-${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.js`, FILE);
  const moving = await fetch(`${setting.pay}/v3/`);
  assert.deepEqual(Buffer.from(await moving.arrayBuffer()), bytes);
  assert.equal(moving.headers.get('cache-control'), 'no-cache');
  const gone = await fetch(`${setting.pay}/v3/florin-${'0'.repeat(16)}.js`);
  assert.equal(gone.status, 404);
});

test('the tag that the server tells loads', async () => {
  const told = await (await fetch(`${setting.pay}/v3/florin.json`)).json();
  assert.deepEqual([told.url, told.integrity], [setting.pay + PINNED, INTEGRITY]);
  const { context, page, complaints } = await visit(told.tag, `${SHOW} show(window.Florin(key));`);
  const { integrity, crossOrigin, src } = await page.evaluate(() => {
    const [{ integrity: digest, crossOrigin: mode, src: address }] = document.scripts;
    return { integrity: digest, crossOrigin: mode, src: address };
  });
  assert.deepEqual([src, integrity, crossOrigin], [told.url, told.integrity, 'anonymous']);
  await fieldFrame(page, 'payment');
  assert.equal(await page.evaluate(() => window.Florin.version), 3);
  assert.deepEqual(complaints, []);
  await leave(context);
});

test('a tag with a wrong integrity does not', async () => {
  const wrong = `sha384-${createHash('sha384').update('something else').digest('base64')}`;
  const { context, page, complaints } = await visit(tag(PINNED, `integrity="${wrong}" crossorigin=anonymous`), "window.seen = typeof window.Florin;");
  await page.waitForFunction(() => window.seen);
  assert.equal(await page.evaluate(() => window.seen), 'undefined');
  assert.match(complaints.join('\n'), /digest|integrity/);
  await leave(context);
});
