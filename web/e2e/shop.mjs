// A shop on a site of its own, as strict as a shop can be: no inline script or style, no connections, Trusted Types.
//
// `/{generation}` is a React page over the official wrappers of that generation; with `form=embedded` it holds the page of a session, which
// `secret` names, with `form=checkout` the elements of one. `/plain` is a page without wrappers. Deliberately absent: a server that the
// pages could ask. What they need is in the document, so that their policy can do without `connect-src`.

import { createServer } from 'node:http';
import { join } from 'node:path';
import { build } from 'esbuild';

const SHOPS = join(import.meta.dirname, 'shops');
/** The forms that have a script of their own. */
const SCRIPTS = ['embedded', 'checkout'];
/** Each generation with the address of our script that it expects. */
export const GENERATIONS = { first: '/v3/', middle: '/basil/stripe.js', latest: '/endive/stripe.js' };

/** What a page says that no other origin may share its process. */
const ISOLATED = { 'cross-origin-embedder-policy': 'require-corp', 'cross-origin-opener-policy': 'same-origin' };
const STYLE = `
body{margin:0;font:16px/1.5 system-ui,sans-serif;color:#1a1f36;background:#f4f6fa}
body.night{background:#11151f;color:#eef1f7}
main{max-width:440px;margin:24px auto;padding:24px;background:#fff;border-radius:14px;box-shadow:0 6px 24px rgb(20 30 60/.08)}
.night main{background:#171c29}
h1{font-size:20px;margin:0 0 16px}
.place{min-height:160px}
.line{padding:13px;border:1px solid #d3d7e0;border-radius:8px;margin:0 0 12px;background:#fff}
.StripeElement--focus.line{border-color:#0b5fff}
button{width:100%;margin-top:20px;min-height:48px;border:0;border-radius:8px;background:#0b5fff;color:#fff;font:600 16px system-ui;cursor:pointer}
.night button{background:#8ab4ff;color:#0d1320}
button:disabled{opacity:.6}
label{display:block;font-size:14px;margin:0 0 6px}
[role=status]{min-height:24px;margin:14px 0 0}
`;

function policy(pay) {
  return (
    `default-src 'none'; script-src 'self' ${pay}; style-src 'self'; img-src 'self'; frame-src ${pay}; base-uri 'none'; form-action 'self'; ` +
    "require-trusted-types-for 'script'"
  );
}

function page({ pay, query, script, train, data }) {
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  return `<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content="width=device-width,initial-scale=1">
<title>Shop</title><link rel=stylesheet href=/style.css><link rel=icon href=/favicon.ico>
<script src="${pay}${query.get('script') ?? train}"></script></head>
<body class="${query.get('theme') === 'night' ? 'night' : ''}"><main><h1>Rosemary &amp; Co</h1><div id=app></div></main>
<script type="application/json" id=data>${json}</script><script type=module src="${script}"></script></body></html>`;
}

/** The script of a page. Development builds of React run every effect twice under StrictMode, which is what shops see while they build. */
async function bundle(generation, mode, name) {
  const result = await build({
    entryPoints: [join(SHOPS, generation === 'plain' ? 'plain.js' : `${name}.jsx`)],
    bundle: true, write: false, format: 'esm', jsx: 'automatic', jsxImportSource: 'react', tsconfigRaw: '{}',
    logLevel: 'error', target: 'es2022', minify: mode === 'production',
    nodePaths: [join(SHOPS, generation, 'node_modules')],
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
  });
  return result.outputFiles[0].text;
}

/** What a page is told: a fresh intent, and what its query says. */
async function dataOf({ pay, api, publishableKey, query, origin }) {
  const intent = await api('/v1/payment_intents', { amount: 4900, currency: 'eur', payment_method_types: ['card'] });
  return { pay, publishableKey, origin, clientSecret: intent.client_secret, ...Object.fromEntries(query) };
}

export async function startShop({ pay, api, publishableKey }) {
  const bundles = new Map();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost');
    const [, first = '', second] = url.pathname.split('/');
    if (first === 'favicon.ico') return response.writeHead(204).end();
    if (first === 'style.css') return response.writeHead(200, { 'content-type': 'text/css' }).end(STYLE);
    if (first === 'bundle' && second) {
      if (!bundles.has(second)) bundles.set(second, bundle(...second.replace('.js', '').split('-')));
      return response.writeHead(200, { 'content-type': 'text/javascript' }).end(await bundles.get(second));
    }
    if (first !== 'plain' && !(first in GENERATIONS)) return response.writeHead(404).end();
    const query = url.searchParams;
    const data = await dataOf({ pay, api, publishableKey, query, origin: `http://localhost:${server.address().port}` });
    const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy(pay) };
    if (query.get('isolated')) Object.assign(headers, ISOLATED);
    response.writeHead(200, headers);
    const name = SCRIPTS.find((one) => one === query.get('form')) ?? 'app';
    const script = `/bundle/${first}-${query.get('react') ?? 'production'}-${name}.js`;
    return response.end(page({ pay, query, script, train: GENERATIONS[first] ?? '/v3/', data }));
  });
  await new Promise((resolve) => server.listen(0, 'localhost', resolve));
  return { server, url: `http://localhost:${server.address().port}` };
}
