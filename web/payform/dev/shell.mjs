// The shell as a server has to render it (see shell.md), for the stub and for the sample pages of the tests.
// Deliberately absent: every language but English, which is enough to look at.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { sessionOf } from './sessions.mjs';

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text) => String(text).replace(/[&<>"']/g, (sign) => ENTITIES[sign]);
/** JSON inside of a script element: `<` may begin its end. */
const embed = (state) => JSON.stringify(state).replace(/</g, '\\u003c');

function money(state, amount) {
  const digits = state.currency === 'jpy' ? 0 : 2;
  const format = new Intl.NumberFormat('en', { style: 'currency', currency: state.currency, minimumFractionDigits: digits });
  return escape(format.format(amount / 10 ** digits));
}

const icon = (path) => `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="${path}"/></svg>`;

function merchant(state) {
  const { name } = state.merchant;
  const back = state.cancel_url && state.status === 'open'
    ? `<a class="back" href="${escape(state.cancel_url)}" aria-label="Back to ${escape(name)}">${icon('M15 5.5 8.5 12l6.5 6.5')}</a>`
    : '';
  const badge = state.livemode ? '' : '<span class="badge" title="Test mode: no money moves.">Test mode</span>';
  return `<header class="merchant">${back}<span class="logo logo-letter" aria-hidden="true">${escape([...name][0].toUpperCase())}</span>
<bdi class="merchant-name">${escape(name)}</bdi>${badge}</header>`;
}

function item(state, { name, description, quantity, unit_amount: unit, amount }) {
  const notes = [description, quantity > 1 && `Quantity ${quantity}`].filter(Boolean).map((note) => `<span class="item-note">${escape(note)}</span>`);
  if (quantity > 1) notes.push(`<span class="item-note">${money(state, unit)} each</span>`);
  return `<li class="item"><div class="item-text"><bdi class="item-name">${escape(name)}</bdi>${notes.join('')}</div>
<span class="amount">${money(state, amount)}</span></li>`;
}

function sums(state) {
  const { subtotal, shipping, tax, discount, total } = state.amounts;
  const lines = [];
  if (discount) lines.push(['Discount', money(state, -discount)]);
  if (state.shipping || shipping) lines.push(['Shipping', shipping ? money(state, shipping) : 'Free']);
  if (tax) lines.push(['Tax', money(state, tax)]);
  if (lines.length > 0 || subtotal !== total) lines.unshift(['Subtotal', money(state, subtotal)]);
  const rows = lines.map(([label, text]) => `<div class="sum"><dt>${label}</dt><dd class="amount">${text}</dd></div>`).join('\n');
  return `<dl class="sums">${rows}
<div class="sum sum-total"><dt>Total due</dt><dd class="amount">${money(state, total)}</dd></div></dl>`;
}

function summary(state) {
  if (state.mode === 'setup') {
    return `<section class="summary" aria-label="Order summary"><p class="setup-title">Save a payment method with ${escape(state.merchant.name)}</p>
<p class="item-note">Nothing to pay today</p></section>`;
  }
  return `<section class="summary" aria-label="Order summary">
<input class="fold-box unseen" type="checkbox" id="fold">
<div class="summary-head"><div><span class="summary-label">${state.payment_status === 'paid' ? 'Paid' : 'Total due'}</span>
<span class="summary-total">${money(state, state.amounts.total)}</span></div>
<label class="fold-button" for="fold"><span>Show details</span> ${icon('m6 9.5 6 6 6-6')}</label></div>
<div class="summary-body" id="summary-body"><ul class="items">${state.line_items.map((line) => item(state, line)).join('\n')}</ul>
${sums(state)}</div></section>`;
}

function input(name, label, attributes) {
  return `<div class="field"><label class="label" for="f-${name}">${label}</label>
<div class="control"><input class="input" id="f-${name}" name="${name}" required ${attributes}></div></div>`;
}

function form(state, attempt) {
  const digits = 'inputmode="numeric" dir="ltr"';
  const email = state.collect.email === 'required'
    ? `<fieldset class="section"><legend class="section-title">Contact</legend>
${input('email', 'Email', `type="email" dir="ltr" autocomplete="email" value="${escape(state.email ?? '')}"`)}</fieldset>`
    : '';
  const button = state.mode === 'setup' ? 'Save payment method' : `Pay ${money(state, state.amounts.total)}`;
  return `<form class="form" method="post" action="/c/pay/${escape(state.id)}">
<input type="hidden" name="attempt" value="${escape(attempt)}">
<input type="hidden" name="expected_amount" value="${state.amounts.total}">
${email}
<fieldset class="section"><legend class="section-title">Payment method</legend>
<div class="card-form">
${input('number', 'Card number', `${digits} autocomplete="cc-number" placeholder="1234 1234 1234 1234"`)}
<div class="pair">${input('exp', 'Expiry date', `${digits} autocomplete="cc-exp" placeholder="MM / YY"`)}
${input('cvc', 'Security code', `${digits} autocomplete="cc-csc" placeholder="CVC"`)}</div>
${input('name', 'Name on card', 'autocomplete="cc-name" placeholder="Full name as on the card"')}
</div></fieldset>
<div class="pay-area"><button class="pay" type="submit">${button}</button></div></form>`;
}

function outcome(title, text, link) {
  return `<div class="outcome"><h2 class="outcome-title">${title}</h2><p class="outcome-text">${text}</p>${link}</div>`;
}

/** Whether the session asks only for what the form without a script has. */
function isPlainCard({ collect, methods }) {
  const isAskingMore = collect.phone || collect.billing_address || collect.shipping_address || collect.terms ||
    collect.custom_fields.some((field) => !field.optional);
  return !isAskingMore && methods.some((method) => method.flow === 'card');
}

function content(state, attempt) {
  const name = escape(state.merchant.name);
  const link = (href, label) => (href ? `<a class="pay" href="${escape(href)}">${label}</a>` : '');
  if (state.status === 'expired') {
    return outcome('This page has expired', `You were not charged. Go back to ${name} and start again.`, link(state.cancel_url, `Back to ${name}`));
  }
  if (state.status === 'complete') {
    return outcome('Payment successful', `${name} received ${money(state, state.amounts.total)}.`, link(state.return_to, `Back to ${name}`));
  }
  const isWaiting = state.payment?.action || state.payment?.status === 'processing';
  if (isWaiting || !isPlainCard(state)) {
    const text = 'This page needs JavaScript. Turn it on in your browser, then reload the page.';
    return `<div class="outcome"></div><noscript><p class="notice">${text}</p></noscript>`;
  }
  return form(state, attempt);
}

/** The whole document. */
export function renderShell(state, { script, style, attempt }) {
  const title = state.mode === 'setup' ? `Save a payment method with ${state.merchant.name}` : `Pay ${state.merchant.name}`;
  return `<!doctype html>
<html lang="en" dir="${state.locale === 'ar' ? 'rtl' : 'ltr'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${escape(title)}</title>
<link rel="stylesheet" href="${style}">
<script type="module" src="${script}"></script>
</head>
<body>
<main id="florin">
<h1 class="unseen">${escape(title)}</h1>
<div class="page">
<div class="panel"><div class="panel-inner">${merchant(state)}
${summary(state)}</div></div>
<div class="sheet"><div class="sheet-inner">${content(state, attempt)}</div></div>
</div>
</main>
<script type="application/json" id="florin-page">${embed(state)}</script>
</body>
</html>
`;
}

/** The pages that the tests read. */
const SAMPLES = { card: 'cs_test_plain', shipping: 'cs_test_full', setup: 'cs_test_setup', complete: 'cs_test_complete', expired: 'cs_test_expired' };

function writeSamples() {
  for (const [name, id] of Object.entries(SAMPLES)) {
    const state = { ...sessionOf(id), expires_at: 1_900_000_000 };
    const page = renderShell(state, { script: '/assets/payform.js', style: '/assets/payform.css', attempt: 'sample' });
    writeFileSync(join(import.meta.dirname, '..', 'test', `shell-${name}.html`), page);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) writeSamples();
