// What a merchant's server does: the few calls that most tests begin with, and the assertions
// that they share.

import assert from 'node:assert/strict';
import { fresh } from './plain.js';
import { stripe } from './sdk.js';

export { fresh, refused, until } from './plain.js';

export const RETURN_URL = 'https://shop.example/return';

/** An SDK object as plain JSON values, without the SDK's own `lastResponse`. */
export const plain = (value) => JSON.parse(JSON.stringify(value));

/** The parameters of a card payment that is created and confirmed in one call. */
export const payment = (more = {}) => ({
  amount: 2000,
  currency: 'usd',
  payment_method: 'pm_card_visa',
  payment_method_types: ['card'],
  confirm: true,
  ...more,
});

/** Creates and confirms a card payment. */
export const pay = (more, options) => stripe.paymentIntents.create(payment(more), options);

/** An intent that nobody has paid yet. */
export const open = (more = {}) =>
  stripe.paymentIntents.create({ amount: 2000, currency: 'usd', payment_method_types: ['card'], ...more });

/** A payment that waits for its capture. */
export async function authorise(amount = 5000, more = {}) {
  const intent = await pay({ amount, capture_method: 'manual', ...more });
  assert.equal(intent.status, 'requires_capture');
  return intent;
}

export const again = (intent, ...expand) => stripe.paymentIntents.retrieve(intent.id, { expand });
export const chargeOf = (intent, ...expand) => stripe.charges.retrieve(intent.latest_charge, { expand });

/** A customer that belongs to one test. */
export function newCustomer(more = {}) {
  const marker = fresh('customer');
  return stripe.customers.create({
    name: 'Jenny Rosen', email: `${marker}@example.com`, metadata: { marker }, ...more,
  });
}

export const savedCard = (customer, method = 'pm_card_visa') =>
  stripe.paymentMethods.attach(method, { customer: customer.id });

/** All events whose object is `id`, oldest first. `since` is a time in seconds. */
export async function eventsOf(id, since) {
  const found = [];
  for await (const event of stripe.events.list({ created: { gte: since }, limit: 100 })) {
    if (event.data.object.id === id) found.unshift(event);
  }
  return found;
}

export const types = (events) => events.map((event) => event.type);
