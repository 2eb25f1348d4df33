// The book of the shop: stock, orders, and the secret of the webhook, in one small JSON file that is replaced as a whole.
//
// Nothing here waits, so two requests never see half of a change. An order is `open` until it is `paid` or `closed`, and both are the last
// word: what comes twice, or late, changes nothing. Deliberately absent: several processes. A shop with more than one needs a database.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CURRENCY, PRODUCTS } from './catalogue.js';
import { tellWarehouse } from './warehouse.js';

/** What no longer can be paid. `refunded` is paid and given back: the shop keeps its goods. */
const OVER = ['canceled', 'expired', 'refunded'];

export class Book {
  #folder;
  #file;
  #kept;

  constructor(folder) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    this.#file = join(folder, 'shop.json');
    this.#kept = load(this.#file) ?? { stock: Object.fromEntries(PRODUCTS.map(({ sku, stock }) => [sku, stock])), orders: {}, webhook: null };
  }

  stock(sku) {
    return this.#kept.stock[sku] ?? 0;
  }

  order(id) {
    return Object.hasOwn(this.#kept.orders, id) ? this.#kept.orders[id] : null;
  }

  /** The orders that Florin may know more about than we do. */
  unsettled() {
    return Object.values(this.#kept.orders).filter(({ state, isWarehouseTold }) => state === 'open' || (state === 'paid' && !isWarehouseTold));
  }

  /** Takes the goods from the shelf for an order that is not paid yet; `null` if there are not enough. */
  place(id, quantities) {
    const chosen = PRODUCTS.filter(({ sku }) => quantities[sku] > 0);
    if (chosen.some(({ sku }) => quantities[sku] > this.stock(sku))) return null;
    const lines = chosen.map(({ sku, name, unitAmount }) => ({ sku, name, unitAmount, quantity: quantities[sku] }));
    const amount = lines.reduce((sum, line) => sum + line.unitAmount * line.quantity, 0);
    const order = { id, lines, amount, currency: CURRENCY, state: 'open', why: null, declines: 0, payment: null, isWarehouseTold: false };
    this.#moveStock(order, -1);
    this.#kept.orders[id] = order;
    this.#save();
    return order;
  }

  /** Where the order can be paid. */
  keepPayment(order, { id, url }) {
    order.payment = { id, url };
    this.#save();
  }

  /** Closes an order that no payment was ever made for. */
  close(order, why) {
    if (order.state !== 'open') return;
    Object.assign(order, { state: 'closed', why });
    this.#moveStock(order, 1);
    this.#save();
  }

  /** Brings an order to where its payment is, whoever tells. */
  follow(payment) {
    const order = this.order(payment.order_id);
    if (!order) return;
    if (payment.amount !== order.amount || payment.currency !== order.currency) {
      throw new Error(`The payment ${payment.id} is of another amount than the order ${order.id}.`);
    }
    if (order.state === 'open') this.#settle(order, payment);
    else if (order.state === 'closed' && payment.status === 'paid') {
      console.error(`The order ${order.id} was paid after it was closed. Give the money back, or deliver by hand.`);
    }
    if (order.state === 'paid' && !order.isWarehouseTold) this.#tell(order);
  }

  #settle(order, { status, declines }) {
    if (OVER.includes(status)) return this.close(order, status);
    if (status === 'paid') order.state = 'paid';
    // A declined card closes nothing: the page stays open, and another card may pay.
    order.declines = Math.max(order.declines, declines);
    return this.#save();
  }

  #tell(order) {
    tellWarehouse(this.#folder, order);
    order.isWarehouseTold = true;
    this.#save();
  }

  /** The secret of the webhook for these two addresses, if it was kept. */
  secret(florinUrl, webhookUrl) {
    const { webhook } = this.#kept;
    return webhook?.florinUrl === florinUrl && webhook.webhookUrl === webhookUrl ? webhook.secret : null;
  }

  keepSecret(florinUrl, webhookUrl, secret) {
    this.#kept.webhook = { florinUrl, webhookUrl, secret };
    this.#save();
  }

  #moveStock({ lines }, direction) {
    for (const { sku, quantity } of lines) this.#kept.stock[sku] = this.stock(sku) + direction * quantity;
  }

  /** The file holds a secret, so it is the owner's alone. */
  #save() {
    const fresh = `${this.#file}.new`;
    writeFileSync(fresh, JSON.stringify(this.#kept, null, 2), { mode: 0o600, flush: true });
    renameSync(fresh, this.#file);
  }
}

function load(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw new Error(`${file} cannot be read: ${error.message}. Mend it, or delete its folder to begin anew.`);
  }
}
