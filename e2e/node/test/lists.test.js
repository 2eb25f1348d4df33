// Lists, auto-paging, filters, expansion, events.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { NEWEST_VERSION, VERSION_2023 } from '../support/server.js';
import { client, errors, stripe } from '../support/sdk.js';
import { again, eventsOf, fresh, newCustomer, open, pay, refused, types, until } from '../support/shop.js';

const invalid = (promise) => refused(promise, errors.StripeInvalidRequestError);
const idsOf = (page) => page.data.map((one) => one.id);

describe('25 intents', () => {
  let customer;
  const ids = [];

  before(async () => {
    customer = await newCustomer();
    for (let n = 0; n < 25; n += 1) {
      ids.unshift((await open({ amount: 1000 + n, customer: customer.id })).id);
    }
  });

  test('auto-paging gives each once, newest first', async () => {
    const seen = [];
    for await (const intent of stripe.paymentIntents.list({ customer: customer.id, limit: 10 })) seen.push(intent.id);
    assert.deepEqual(seen, ids);
    const listed = await stripe.paymentIntents.list({ customer: customer.id, limit: 10 }).autoPagingToArray({ limit: 100 });
    assert.deepEqual(listed.map((intent) => intent.id), ids);
  });

  test('auto-paging backwards', async () => {
    const pages = stripe.paymentIntents.list({ customer: customer.id, limit: 10, ending_before: ids.at(-1) });
    const seen = [];
    for await (const intent of pages) seen.push(intent.id);
    assert.deepEqual(seen, ids.slice(0, -1).reverse());
  });

  test('pages and cursors', async () => {
    const first = await stripe.paymentIntents.list({ customer: customer.id });
    assert.deepEqual([first.object, first.url, first.has_more], ['list', '/v1/payment_intents', true]);
    assert.deepEqual(idsOf(first), ids.slice(0, 10));
    const last = await stripe.paymentIntents.list({ customer: customer.id, limit: 5, starting_after: ids[19] });
    assert.deepEqual([idsOf(last), last.has_more], [ids.slice(20), false]);
    assert.equal((await invalid(stripe.paymentIntents.list({ limit: 101 }))).param, 'limit');
    assert.equal((await invalid(stripe.paymentIntents.list({ starting_after: 'pi_missing' }))).param, 'starting_after');
  });

  test('created ranges', async () => {
    const newest = (await stripe.paymentIntents.retrieve(ids[0])).created;
    const oldest = (await stripe.paymentIntents.retrieve(ids.at(-1))).created;
    const listed = async (created) => idsOf(await stripe.paymentIntents.list({ customer: customer.id, limit: 100, created }));
    assert.deepEqual(await listed({ gte: oldest, lte: newest }), ids);
    assert.deepEqual(await listed({ gt: newest }), []);
    assert.deepEqual(await listed({ lt: oldest }), []);
  });
});

test('expand on one, on creation, on a list', async () => {
  const customer = await newCustomer();
  const paid = await pay({ customer: customer.id, amount: 10000, expand: ['customer'] });
  assert.equal(paid.customer.email, customer.email);
  const read = await again(paid, 'latest_charge.balance_transaction');
  assert.equal(read.latest_charge.balance_transaction.net, 9680);
  const page = await stripe.paymentIntents.list({ customer: customer.id, expand: ['data.customer', 'data.latest_charge'] });
  assert.deepEqual(page.data.map((one) => [one.customer.id, one.latest_charge.object]), [[customer.id, 'charge']]);
  const error = await invalid(again(paid, 'amount'));
  assert.match(error.message, /cannot be expanded/);
  assert.match(error.message, /amount/);
});

test('events of a payment', async () => {
  const idempotencyKey = fresh('key');
  const intent = await pay({}, { idempotencyKey });
  const events = await eventsOf(intent.id, intent.created);
  assert.deepEqual(types(events), ['payment_intent.created', 'payment_intent.succeeded']);
  assert.deepEqual(events[1].request, { id: intent.lastResponse.requestId, idempotency_key: idempotencyKey });
  const read = await stripe.events.retrieve(events[1].id);
  assert.deepEqual(read.data, events[1].data);
  const newest = await stripe.events.list({ type: 'payment_intent.succeeded', limit: 1 });
  assert.equal(newest.data[0].id, events[1].id);
});

test('answers come in the version that was asked for', async () => {
  const intent = await pay();
  assert.equal(intent.lastResponse.apiVersion, NEWEST_VERSION);
  assert.equal('invoice' in intent, false);
  const old = await client(undefined, { apiVersion: VERSION_2023 }).paymentIntents.retrieve(intent.id);
  assert.deepEqual([old.lastResponse.apiVersion, old.invoice], [VERSION_2023, null]);
});
