// The server of the shop: hands out the page, adds up a basket, and makes the payment intent with the official SDK, whose host is Florin.
//
// Deliberately absent: a database, and the webhook that a shop delivers by; `../node-shop` has both. What this server says after a payment
// it asks Florin for.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { build } from 'esbuild';
import Stripe from 'stripe';
import { CURRENCY, PRODUCTS, QUANTITY_MAX, total } from './catalogue.js';
import { SCRIPT, policyFor, shopPage, thanksPage, troublePage } from './pages.js';
import { readSettings } from './settings.js';

const BODY_BYTES_MAX = 64 * 1024;
const HERE = import.meta.dirname;

/** What a buyer did that cannot be done; the message is shown to them. */
class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** The official SDK, whose host is Florin. Nothing else about it differs. */
function sdk({ florinUrl, secretKey }) {
  const { protocol, hostname, port } = new URL(florinUrl);
  return new Stripe(secretKey, { protocol: protocol.slice(0, -1), host: hostname, port: port || (protocol === 'https:' ? 443 : 80) });
}

/** The page's script. It is built when the server starts; there is no folder of results to keep clean. */
async function bundle() {
  const { outputFiles: [file] } = await build({
    entryPoints: [join(HERE, 'src', 'app.jsx')], bundle: true, write: false, format: 'esm', target: 'es2022', jsx: 'automatic', minify: true,
    define: { 'process.env.NODE_ENV': '"production"' }, logLevel: 'error',
  });
  return file.text;
}

/** A basket as the page sends it: known products, whole numbers. */
function readBasket(text) {
  const { id, quantities } = parsed(text);
  if (typeof id !== 'string' || !/^[\w-]{16,64}$/.test(id)) throw new Refusal(400, 'The basket has no id.');
  const chosen = PRODUCTS.map(({ sku }) => [sku, quantities?.[sku] ?? 0]);
  const isCount = (count) => Number.isInteger(count) && count >= 0 && count <= QUANTITY_MAX;
  if (!chosen.every(([, count]) => isCount(count))) throw new Refusal(400, `Choose between 0 and ${QUANTITY_MAX} pieces of each.`);
  if (chosen.every(([, count]) => count === 0)) throw new Refusal(400, 'The basket is empty.');
  return { id, quantities: Object.fromEntries(chosen) };
}

function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    throw new Refusal(400, 'The request is not JSON.');
  }
}

async function makePayment(stripe, { id, quantities }) {
  const intent = await stripe.paymentIntents.create({
    amount: total(quantities),
    currency: CURRENCY,
    description: PRODUCTS.filter(({ sku }) => quantities[sku]).map(({ sku, name }) => `${quantities[sku]} × ${name}`).join(', '),
    metadata: quantities,
  }, { idempotencyKey: `basket ${id}` });
  return { clientSecret: intent.client_secret, amount: intent.amount, currency: intent.currency };
}

/** The payment that the buyer comes back from. Only who has its client secret is told about it. */
async function findPayment(stripe, query) {
  const id = query.get('payment_intent') ?? '';
  const secret = query.get('payment_intent_client_secret');
  if (!/^pi_\w+$/.test(id) || !secret) throw new Refusal(400, 'This address names no payment.');
  const intent = await stripe.paymentIntents.retrieve(id);
  if (intent.client_secret !== secret) throw new Refusal(404, 'There is no such payment.');
  return intent;
}

async function read(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new Refusal(413, 'That is too much.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

const HTML = 'text/html; charset=utf-8';
const JSON_TYPE = 'application/json';

/** The routes: what is asked for, and a function that gives the type of the answer and its body. */
function routes(settings, stripe, script) {
  return {
    'GET /': () => [HTML, shopPage(settings)],
    'GET /app.js': () => ['text/javascript', script],
    'GET /style.css': () => ['text/css', readFileSync(join(HERE, 'style.css'))],
    'GET /thanks': async (request, query) => [HTML, thanksPage(await findPayment(stripe, query))],
    'POST /api/payments': async (request) => [JSON_TYPE, JSON.stringify(await makePayment(stripe, readBasket(await read(request))))],
  };
}

/** What went wrong, for the buyer; what only we should know goes to the log. */
function explained(error) {
  if (error instanceof Refusal) return [error.status, error.message];
  console.error(error instanceof Stripe.errors.StripeError ? `Florin: ${error.message}` : error);
  if (error instanceof Stripe.errors.StripeInvalidRequestError && error.statusCode === 404) return [404, 'There is no such payment.'];
  return [502, 'The payment cannot be reached now. Please try again.'];
}

async function answer(table, request) {
  // What is asked for need not be an address: `//` is none.
  const [pathname, ...query] = request.url.split('?');
  try {
    const route = table[`${request.method} ${pathname}`];
    if (!route) throw new Refusal(404, 'There is no such page.');
    return [200, ...(await route(request, new URLSearchParams(query.join('?'))))];
  } catch (error) {
    const [status, message] = explained(error);
    return pathname.startsWith('/api/') ? [status, JSON_TYPE, JSON.stringify({ error: message })] : [status, HTML, troublePage(message)];
  }
}

/** Whether Florin is there, takes our key, and carries its browser parts. */
async function check({ florinUrl }, stripe) {
  try {
    await stripe.paymentIntents.list({ limit: 1 });
  } catch (error) {
    if (error instanceof Stripe.errors.StripeConnectionError) throw new Error(`Florin does not answer at ${florinUrl}. Is it running? florin dev`);
    throw new Error(`Florin refused: ${error.message}`);
  }
  const script = florinUrl + SCRIPT;
  const { status } = await fetch(script);
  if (status !== 200) throw new Error(`This Florin has no browser parts (${script} answers ${status}). Build it where npm is installed.`);
}

async function start() {
  const settings = readSettings();
  const stripe = sdk(settings);
  await check(settings, stripe);
  const table = routes(settings, stripe, await bundle());
  const policy = policyFor(settings.florinUrl);
  const respond = async (request, response) => {
    const [status, type, body] = await answer(table, request);
    const headers = { 'content-type': type, 'content-security-policy': policy, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
    response.writeHead(status, { ...headers, 'referrer-policy': 'strict-origin' }).end(body);
  };
  // One request that goes wrong ends itself, and not the shop.
  const server = createServer((request, response) => {
    respond(request, response).catch((error) => {
      console.error(error);
      response.destroy();
    });
  });
  server.on('error', (error) => fail(`The shop cannot listen on port ${settings.port} (${error.code}). Choose another one with PORT.`));
  server.listen(settings.port, '127.0.0.1', () => console.log(`The shop is open: http://127.0.0.1:${settings.port}`));
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

start().catch((error) => fail(error.message));
