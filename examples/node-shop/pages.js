// The pages of the shop, as texts. Whatever is put into one is escaped by `html`. Deliberately absent: a template language.

import { PRODUCTS, money } from './catalogue.js';

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text that is markup already. */
class Markup {
  constructor(text) {
    this.text = text;
  }
}

function html(parts, ...values) {
  const written = values.map((value) => [value].flat().map((one) => (one instanceof Markup ? one.text : escaped(one))).join(''));
  return new Markup(String.raw({ raw: parts }, ...written));
}

const escaped = (value) => String(value).replace(/[&<>"']/g, (sign) => ENTITIES[sign]);

function page(title, body, script = html``) {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Harbour Street Pottery</title><link rel="stylesheet" href="/style.css"><link rel="icon" href="data:,">${script}</head>
<body><header><a href="/">Harbour Street Pottery</a></header><main>${body}</main></body></html>`.text;
}

/** The shelf. The form carries the id of the order that it will make, so that pressing twice makes one order. */
export function shelfPage(book, freshId) {
  const products = PRODUCTS.map(({ sku, name, about, unitAmount }) => html`
<li class="card"><h2>${name}</h2><p>${about}</p>
<p class="price">${money(unitAmount)} <span class="stock" data-stock="${sku}">${book.stock(sku)} left</span></p>
<label>How many <input type="number" name="${sku}" value="0" min="0" max="${book.stock(sku)}"></label></li>`);
  return page('Shelf', html`
<h1>Made on Harbour Street</h1>
<form method="post" action="/orders"><input type="hidden" name="order" value="${freshId}">
<ul class="shelf">${products}</ul><button>Buy</button></form>`);
}

/** What is said about an order. */
function saying({ state, why, declines, payment }) {
  if (state === 'paid') return 'Paid. We are packing your parcel.';
  if (state === 'closed') return why === 'expired' ? 'Nobody paid in time. The order is closed.' : 'Canceled. You pay nothing.';
  if (!payment) return 'The payment page could not be opened. Please try again.';
  return declines > 0 ? 'The card was declined. Another one may still pay.' : 'Waiting for your payment.';
}

/** What the script of the page compares: whenever this changes, there is something new to show. */
export const stateOf = ({ state, declines }) => `${state} ${declines}`;

export function orderPage(order) {
  const isOpen = order.state === 'open';
  const lines = order.lines.map(({ name, quantity, unitAmount }) => html`
<tr><td>${quantity} × ${name}</td><td>${money(quantity * unitAmount, order.currency)}</td></tr>`);
  const buttons = html`
<div class="buttons"><form method="post" action="/orders/${order.id}/pay"><button>Pay ${money(order.amount, order.currency)}</button></form>
<form method="post" action="/orders/${order.id}/cancel"><button class="quiet">Cancel the order</button></form></div>`;
  return page('Your order', html`
<h1>Your order</h1><p role="status" class="${order.state}" data-state="${stateOf(order)}">${saying(order)}</p>
<table>${lines}<tr class="total"><td>Total</td><td>${money(order.amount, order.currency)}</td></tr></table>
${isOpen ? buttons : html`<p><a href="/">Back to the shelf</a></p>`}`, isOpen ? html`<script type="module" src="/order.js"></script>` : html``);
}

export function troublePage(message, back = '/') {
  return page('That did not work', html`<h1>That did not work</h1><p role="alert">${message}</p><p><a href="${back}">Go on</a></p>`);
}
