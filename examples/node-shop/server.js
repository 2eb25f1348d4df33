// A shop in plain Node over the simple front door of Florin: a shelf, orders, and the webhook that moves them.
//
// Shape: one table of routes; each takes a request and gives an answer or throws a refusal. The book decides what an order is.
// Deliberately absent: accounts of buyers. Whoever has the address of an order, which nobody can guess, may see, pay and cancel it.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Book } from './book.js';
import { PRODUCTS } from './catalogue.js';
import { orderPage, shelfPage, stateOf, troublePage } from './pages.js';
import { FlorinError, Payments } from './payments.js';
import { readSettings } from './settings.js';
import { isSigned } from './signature.js';

const BODY_BYTES_MAX = 1024 * 1024;
const WEBHOOK = '/webhooks/florin';
/** Nothing is loaded from elsewhere, and no other page may frame the shop. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'";
const FILES = { '/style.css': 'text/css', '/order.js': 'text/javascript' };

/** What a buyer did that cannot be done; the message is shown to them. */
class Refusal extends Error {
  constructor(status, message, back = '/') {
    super(message);
    Object.assign(this, { status, back });
  }
}

const page = (text, status = 200) => ({ status, body: text, headers: { 'content-type': 'text/html; charset=utf-8' } });
const json = (value) => ({ status: 200, body: JSON.stringify(value), headers: { 'content-type': 'application/json' } });
const file = (path) => ({ status: 200, body: readFileSync(join(import.meta.dirname, path)), headers: { 'content-type': FILES[path] } });
const goTo = (location) => ({ status: 303, body: '', headers: { location } });
const plain = (status, body) => ({ status, body, headers: { 'content-type': 'text/plain; charset=utf-8' } });

class Shop {
  constructor(settings) {
    this.settings = settings;
    this.webhookUrl = settings.shopUrl + WEBHOOK;
    this.book = new Book(settings.data);
    this.payments = new Payments(settings);
  }

  secret() {
    return this.settings.webhookSecret ?? this.book.secret(this.settings.florinUrl, this.webhookUrl);
  }

  order(id) {
    const order = this.book.order(id);
    if (!order) throw new Refusal(404, 'There is no such order.');
    return order;
  }

  /** The buyer pressed "Buy". Pressing twice finds the order of the first press. */
  async buy(body) {
    const form = new URLSearchParams(body.toString());
    const id = form.get('order') ?? '';
    if (!/^[0-9a-f]{24}$/.test(id)) throw new Refusal(400, 'This form is not from our shelf.');
    if (this.book.order(id)) return goTo(`/orders/${id}`);
    const quantities = Object.fromEntries(PRODUCTS.map(({ sku }) => [sku, quantity(form.get(sku) ?? '0')]));
    if (Object.values(quantities).every((count) => count === 0)) throw new Refusal(400, 'Please choose something first.');
    const order = this.book.place(id, quantities);
    if (!order) throw new Refusal(409, 'There is not enough left of what you chose.');
    return this.pay(order);
  }

  /** Sends the buyer to the page on which this order is paid; back to the order, if there is no such page yet. */
  async pay(order) {
    if (order.state === 'open' && !order.payment) await this.ask(order);
    return goTo(order.state === 'open' && order.payment ? order.payment.url : `/orders/${order.id}`);
  }

  /** Asks Florin for the payment of an order. When that fails the order stays, and its page lets the buyer try again. */
  async ask(order) {
    const wish = {
      amount: order.amount,
      currency: order.currency,
      order_id: order.id,
      description: order.lines.map((line) => `${line.quantity} × ${line.name}`).join(', '),
      return_url: `${this.settings.shopUrl}/orders/${order.id}`,
      webhook_url: this.webhookUrl,
    };
    try {
      const made = await this.payments.create(wish, `order ${order.id}`);
      this.keepSecret(made);
      if (order.state === 'open') this.book.keepPayment(order, made);
      // The buyer gave up while we asked.
      else await this.payments.cancel(made.id);
    } catch (error) {
      console.error(`The order ${order.id} cannot be paid yet. ${error.message}`);
    }
  }

  /** The first payment that names our address comes with its secret, once. Without the secret nothing may be sold: nobody could tell us. */
  keepSecret({ webhook_secret: secret }) {
    if (this.settings.webhookSecret) return;
    if (secret) this.book.keepSecret(this.settings.florinUrl, this.webhookUrl, secret);
    else if (!this.secret()) {
      throw new Error(
        `Florin told the secret of ${this.webhookUrl} before, and it is not kept here. Look the endpoint up with GET /v1/webhook_endpoints, ` +
        'roll its secret with `florin webhooks roll we_…`, and start the shop with FLORIN_WEBHOOK_SECRET. In a sandbox you may delete ' +
        'the endpoint instead: the next payment makes a new one.',
      );
    }
  }

  /** The buyer gave up. The answer says the same as the webhook that follows it. */
  async cancel(order) {
    const payment = order.payment ?? (await this.payments.ofOrder(order.id));
    try {
      if (payment) this.book.follow(await this.payments.cancel(payment.id));
      else this.book.close(order, 'canceled');
    } catch (error) {
      if (!(error instanceof FlorinError && error.status >= 400 && error.status < 500)) throw error;
      // Somebody paid in the meantime, or the payment is unknown: Florin says which.
      console.error(`The order ${order.id} cannot be canceled. ${error.message}`);
      throw new Refusal(409, 'The order could not be canceled. See how it stands now.', `/orders/${order.id}`);
    }
    return goTo(`/orders/${order.id}`);
  }

  /** What Florin tells. Any 2xx says that we have it; everything else, and it comes again. */
  hear(body, headers) {
    const secret = this.secret();
    if (!secret || !isSigned(headers, body, secret)) return plain(400, 'The signature is not right.\n');
    const { type, data } = JSON.parse(body.toString());
    if (type === 'florin.payment.updated') this.book.follow(data.object);
    return plain(200, '');
  }

  /** What was missed while the shop was down. */
  async catchUp() {
    for (const order of this.book.unsettled()) {
      try {
        const payment = await this.payments.ofOrder(order.id);
        if (payment) this.book.follow(payment);
      } catch (error) {
        // Where Florin does not answer at all, none of them can be looked up.
        if (error instanceof FlorinError && !error.status) throw error;
        console.error(`The order ${order.id} stays as it is. ${error.message}`);
      }
    }
  }

  async route(method, path, request) {
    const body = () => read(request);
    if (method === 'GET') {
      if (path === '/') return page(shelfPage(this.book, randomBytes(12).toString('hex')));
      if (Object.hasOwn(FILES, path)) return file(path);
    }
    if (method === 'POST' && path === '/orders') return this.buy(await body());
    if (method === 'POST' && path === WEBHOOK) return this.hear(await body(), request.headers);
    const [, id, verb = ''] = /^\/orders\/([0-9a-f]{24})(?:\/(\w+))?$/.exec(path) ?? [];
    const wanted = id && `${method} ${verb}`;
    if (wanted === 'GET ') return page(orderPage(this.order(id)));
    if (wanted === 'GET state') return json({ state: stateOf(this.order(id)) });
    if (wanted === 'POST pay') return this.pay(this.order(id));
    if (wanted === 'POST cancel') return this.cancel(this.order(id));
    throw new Refusal(404, 'There is no such page.');
  }

  async answer(request) {
    try {
      return await this.route(request.method, request.url.split('?')[0], request);
    } catch (error) {
      if (error instanceof Refusal) return page(troublePage(error.message, error.back), error.status);
      console.error(error instanceof FlorinError ? error.message : error);
      if (error instanceof FlorinError) return page(troublePage('The payment cannot be reached now. Please try again.'), 502);
      return page(troublePage('Something is wrong in the shop. We have been told.'), 500);
    }
  }
}

function quantity(text) {
  if (/^\d{1,3}$/.test(text)) return Number(text);
  throw new Refusal(400, 'A number of pieces has to be a whole number.');
}

async function read(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new Refusal(413, 'That is too much.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function start() {
  const shop = new Shop(readSettings());
  // An order that nobody placed: the question shows whether Florin is there and takes our key.
  await shop.payments.ofOrder('is Florin there?');
  await shop.catchUp();
  const respond = async (request, response) => {
    const { status, body, headers } = await shop.answer(request);
    response.writeHead(status, { 'content-security-policy': POLICY, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...headers });
    response.end(body);
  };
  // One request that goes wrong ends itself, and not the shop.
  const server = createServer((request, response) => {
    respond(request, response).catch((error) => {
      console.error(error);
      response.destroy();
    });
  });
  server.on('error', (error) => fail(`The shop cannot listen on port ${shop.settings.port} (${error.code}). Choose another one with PORT.`));
  server.listen(shop.settings.port, '127.0.0.1', () => console.log(`The shop is open: ${shop.settings.shopUrl}`));
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

start().catch((error) => fail(error.message));
