// The two documents of the shop: the one in which the page runs, and the one after the payment. Deliberately absent: the page itself,
// which is `src/app.jsx`.

import { money } from './catalogue.js';

/** Nothing is loaded from anywhere but here and Florin. */
export const policyFor = (florinUrl) =>
  `default-src 'none'; script-src 'self' ${florinUrl}; frame-src ${florinUrl}; style-src 'self'; connect-src 'self'; img-src 'self' data:; ` +
  "base-uri 'none'; frame-ancestors 'none'";

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text) => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign]);

const page = (title, head, body) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Quire &amp; Co</title><link rel="stylesheet" href="/style.css"><link rel="icon" href="data:,">${head}</head>
<body><header><a href="/">Quire &amp; Co</a></header><main>${body}</main></body></html>`;

/** The script of Florin, under the name that `@stripe/stripe-js` 10 expects; with another one it works, and warns in the console. */
export const SCRIPT = '/endive/stripe.js';

/** The script of Florin comes first, so that the wrappers find it and load nothing else. */
export function shopPage({ florinUrl, publishableKey }) {
  const told = JSON.stringify({ publishableKey }).replaceAll('<', '\\u003c');
  return page('Shop', `<script src="${florinUrl}${SCRIPT}"></script>`, `<div id="app"></div>
<script type="application/json" id="settings">${told}</script><script type="module" src="/app.js"></script>`);
}

/** What became of a payment, as Florin tells our server; the address of the page alone proves nothing. */
export function thanksPage({ status, amount, currency }) {
  const paid = ['Thank you', `<p role="status" class="paid">We have your ${money(amount, currency)}, and send the parcel tomorrow.</p>`];
  const waiting = ['One moment', '<p role="status">Your payment is on its way. We write to you when it is here.</p>'];
  const open = ['Not paid', '<p role="status">Nothing was paid. Your card was not charged.</p>'];
  const [title, text] = { succeeded: paid, processing: waiting }[status] ?? open;
  return page(title, '', `<h1>${title}</h1>${text}<p><a href="/">Back to the shop</a></p>`);
}

export function troublePage(message) {
  return page('That did not work', '', `<h1>That did not work</h1><p role="alert">${escaped(message)}</p><p><a href="/">Back to the shop</a></p>`);
}
