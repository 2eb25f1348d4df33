// A stand-in for the server, to look at the payform: `node dev/stub.mjs [port]` after `npm run build`, then
// /c/pay/cs_test_methods and the other names of sessions.mjs. It plays the published test cards.
// Deliberately absent: safety, storage, and a real code behind the QR picture. Nothing here may see a real card.

import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { sessionOf } from './sessions.mjs';
import { renderShell } from './shell.mjs';

const DIST = process.env.FLORIN_DIST ?? join(import.meta.dirname, '..', '..', 'dist');
const TYPES = { '.js': 'text/javascript', '.css': 'text/css' };
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; " +
  "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

const DECLINES = {
  '4000000000000002': 'try_other_card', '4000000000009995': 'insufficient_funds', '4000000000000127': 'check_cvc',
  '4000000000000069': 'check_expiry', '4000000000000119': 'try_again', '4000000000009987': 'contact_bank',
};

const sessions = new Map();
const attempts = new Map();
const listeners = new Map();

function find(id, locale) {
  if (!sessions.has(id)) {
    const state = sessionOf(id, locale);
    if (state) sessions.set(id, state);
  }
  return sessions.get(id);
}

function put(state) {
  sessions.set(state.id, state);
  for (const response of listeners.get(state.id) ?? []) response.write(`event: state\ndata: ${JSON.stringify(state)}\n\n`);
  return state;
}

const finished = (state) => ({
  ...state, status: 'complete', payment_status: state.mode === 'setup' ? 'no_payment_required' : 'paid',
  receipt_url: state.mode === 'setup' ? null : '/receipt',
  payment: { status: 'succeeded', error: null, action: null }, return_to: state.id.endsWith('_return') ? '/shop?paid' : null,
});

function actionOf(state, flow) {
  const url = `/bank/${state.id}`;
  if (flow === 'redirect') return { kind: 'redirect', url };
  if (flow === 'qr') {
    return { kind: 'qr', data: 'weixin://wxpay/bizpayurl?pr=florin-test', svg_url: '/qr.svg', expires_at: Math.floor(Date.now() / 1000) + 902, url };
  }
  const fields = [
    { name: 'account_holder', value: state.merchant.name }, { name: 'iban', value: 'DE89370400440532013000' },
    { name: 'bic', value: 'COBADEFFXXX' }, { name: 'bank_name', value: 'Test Bank' },
  ];
  return { kind: 'transfer', amount: state.amounts.total, reference: 'FLORIN-7K2M9Q', fields, url };
}

/** What pressing the button does: the same attempt has the same outcome. */
function confirm(state, body) {
  if (attempts.has(body.attempt)) return attempts.get(body.attempt);
  if (body.expected_amount !== state.amounts.total) {
    return { status: 400, body: { error: { code: 'amount_changed', message: 'The amount is not the one that was shown.', param: 'expected_amount' } } };
  }
  const flow = state.methods.find((method) => method.type === body.method)?.flow ?? 'card';
  const kind = DECLINES[body.card?.number];
  let answer;
  if (kind) {
    answer = { status: 402, body: put({ ...state, payment: { status: 'requires_payment_method', error: { kind }, action: null } }) };
  } else if (flow === 'card') {
    answer = { status: 200, body: put(finished({ ...state, email: state.email ?? body.billing?.email ?? null })) };
  } else {
    const payment = { status: 'requires_action', method: body.method, error: null, action: actionOf(state, flow) };
    answer = { status: 200, body: put({ ...state, payment }) };
  }
  attempts.set(body.attempt, answer);
  return answer;
}

function update(state, body) {
  const items = state.line_items.map((line) => {
    const quantity = body.quantities?.[line.id] ?? line.quantity;
    return { ...line, quantity, amount: quantity * line.unit_amount };
  });
  const selected = body.shipping_option ?? state.shipping?.selected;
  const subtotal = items.reduce((sum, line) => sum + line.amount, 0);
  const shipping = state.shipping?.options.find((option) => option.id === selected)?.amount ?? 0;
  const amounts = { ...state.amounts, subtotal, shipping, total: subtotal + shipping - state.amounts.discount };
  return put({
    ...state, line_items: items, amounts: state.mode === 'setup' ? state.amounts : amounts, locale: body.locale ?? state.locale,
    shipping: state.shipping && { ...state.shipping, selected },
  });
}

const unpaid = { status: 'requires_payment_method', error: null, action: null };

function post(state, verb, body) {
  if (verb !== 'update' && state.status !== 'open') return { status: 409, body: { error: { code: `session_${state.status}`, message: 'The session is over.' } } };
  if (verb === 'confirm') return confirm(state, body);
  if (verb === 'update') return { status: 200, body: update(state, body) };
  if (verb === 'cancel') return { status: 200, body: put({ ...state, payment: unpaid }) };
  return { status: 404, body: { error: { code: 'not_found', message: 'There is no such request.' } } };
}

function stream(id, request, response) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(`event: state\ndata: ${JSON.stringify(sessions.get(id))}\n\n`);
  const all = listeners.get(id) ?? new Set();
  listeners.set(id, all.add(response));
  request.on('close', () => all.delete(response));
}

async function bodyOf(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

function json(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
}

function page(response, html) {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY, 'cache-control': 'no-store' }).end(html);
}

/** A pattern that looks like a code and means nothing. */
function picture() {
  let squares = '';
  for (let at = 0; at < 841; at++) {
    const [x, y] = [at % 29, Math.floor(at / 29)];
    const isCorner = (x < 8 && y < 8) || (x > 20 && y < 8) || (x < 8 && y > 20);
    if (!isCorner && (at * 7919 + x * y * 31) % 5 < 2) squares += `M${x} ${y}h1v1h-1z`;
  }
  const finder = (x, y) => `M${x} ${y}h7v7h-7zM${x + 1} ${y + 1}v5h5v-5zM${x + 2} ${y + 2}h3v3h-3z`;
  const dark = squares + finder(0, 0) + finder(22, 0) + finder(0, 22);
  return '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 -2 33 33"><path fill="#fff" d="M-2-2h33v33h-33z"/>' +
    `<path fill-rule="evenodd" d="${dark}"/></svg>`;
}

async function answerSession(request, response, [, id, verb], url) {
  const state = find(id, url.searchParams.get('locale'));
  if (!state) return json(response, 404, { error: { code: 'not_found', message: 'There is no such session.' } });
  if (verb === 'state') return json(response, 200, state);
  if (verb === 'events') return stream(id, request, response);
  if (request.method === 'POST' && verb) {
    const { status, body } = post(state, verb, JSON.parse(await bodyOf(request)));
    return json(response, status, body);
  }
  if (request.method === 'POST') {
    const fields = new URLSearchParams(await bodyOf(request));
    const card = { number: fields.get('number').replace(/\D/g, '') };
    confirm(state, { attempt: fields.get('attempt'), expected_amount: state.amounts.total, method: 'card', card });
    return response.writeHead(303, { location: `/c/pay/${id}` }).end();
  }
  const manifest = JSON.parse(readFileSync(join(DIST, 'manifest.json'), 'utf8'));
  const [script, style] = ['payform.js', 'payform.css'].map((name) => `/assets/${manifest[name].file}`);
  return page(response, renderShell(state, { script, style, attempt: `noscript-${id}` }));
}

function answerRest(request, response, url) {
  const file = join(DIST, basename(url.pathname));
  if (url.pathname.startsWith('/assets/') && existsSync(file)) {
    return response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(readFileSync(file));
  }
  const bank = /^\/bank\/(\w+)$/.exec(url.pathname);
  if (bank && sessions.has(bank[1])) {
    if (request.method === 'POST') {
      put(finished(sessions.get(bank[1])));
      return response.writeHead(303, { location: `/c/pay/${bank[1]}` }).end();
    }
    return page(response, `<!doctype html><title>Test bank</title><form method="post"><button>Approve</button></form><a href="/c/pay/${bank[1]}">Not now</a>`);
  }
  if (url.pathname === '/qr.svg') return response.writeHead(200, { 'content-type': 'image/svg+xml' }).end(picture());
  return page(response, '<!doctype html><title>Shop</title><p>Not the payform.');
}

/** Starts the stub; gives the server. */
export function serve(port) {
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://localhost');
    const match = /^\/c\/pay\/(\w+)(?:\/(state|events|update|confirm|cancel))?$/.exec(url.pathname);
    void (match ? answerSession(request, response, match, url) : answerRest(request, response, url));
  });
  return server.listen(port);
}

/** For tests in a browser: changes a session from outside, as another tab or the merchant would. */
export function change(id, part) {
  return put({ ...find(id), ...part });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const port = Number(process.argv[2] ?? 4173);
  serve(port);
  console.log(`http://localhost:${port}/c/pay/cs_test_methods`);
}
