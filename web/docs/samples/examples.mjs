// The one table from which the samples of all languages are made: a row for each operation of the contract.
//
// A row: `title`; `sdk`, the calls of the official SDKs for Node and Python, absent where they have none, so that plain HTTP is shown;
// `params`, in which `$NAME` is a variable of the environment; `ids`, the variables that fill the places of the path in their order;
// `needs`, by variable the object that has to be there before, `[object, member]` where it is not its `id` that is wanted; `isFresh`
// where the example uses up what it is given; `expect`, members of the answer; `refused`, in the place of `expect`, where no request can
// succeed yet: the `code` of the error, or what its message `says` where it has none, and the reason.
// Deliberately absent: what the contract says already (method, path, parameters).

import { payments } from './payments.mjs';
import { shop } from './shop.mjs';

/** By operation id. */
export const examples = { ...payments, ...shop };

const card = { payment_method: 'pm_card_visa', confirm: true, payment_method_types: ['card'] };
const money = { amount: 4900, currency: 'eur' };

/**
 * The objects that an example may need: how each is made. `{NEW}` becomes a word that nobody used before, `{object}` the id of that
 * object. `after` names what has to be there before. With `isPage` it is what the page of a payment sends: JSON without a key. These requests
 * are made before the samples run and are shown nowhere.
 */
export const objects = {
  'front payment': { post: '/florin/v1/payments', params: { ...money, order_id: 'order-{NEW}' } },
  'paid front payment': {
    post: '/c/pay/{front payment}/confirm',
    isPage: true,
    params: {
      attempt: '{NEW}', billing: { email: 'ada@example.com' },
      card: { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123' },
    },
  },
  'open intent': { post: '/v1/payment_intents', params: { ...money, payment_method_types: ['card'] } },
  'paid intent': { post: '/v1/payment_intents', params: { ...money, ...card } },
  'held intent': { post: '/v1/payment_intents', params: { ...money, ...card, capture_method: 'manual' } },
  'incremental intent': {
    post: '/v1/payment_intents',
    params: {
      ...money, ...card, capture_method: 'manual',
      payment_method_options: { card: { request_incremental_authorization: 'if_available' } },
    },
  },
  setup: { post: '/v1/setup_intents', params: { payment_method_types: ['card'] } },
  charge: { post: '/v1/charges', params: { ...money, source: 'tok_visa' } },
  'held charge': { post: '/v1/charges', params: { ...money, source: 'tok_visa', capture: false } },
  refund: { post: '/v1/refunds', params: { charge: '{charge}', amount: 100 } },
  session: {
    post: '/v1/checkout/sessions',
    params: {
      mode: 'payment',
      success_url: 'https://shop.example/paid',
      line_items: [{ quantity: 1, price_data: { currency: 'eur', unit_amount: 4900, product_data: { name: 'Tea' } } }],
    },
  },
  customer: { post: '/v1/customers', params: { email: 'ada@example.com' } },
  'loose card': { post: '/v1/payment_methods', params: { type: 'card', card: { token: 'tok_visa' } } },
  'saved card': { post: '/v1/payment_methods/{loose card}/attach', params: { customer: '{customer}' } },
  'method configuration': { post: '/v1/payment_method_configurations', params: { name: 'Tea shop' } },
  'confirmation token': { post: '/v1/test_helpers/confirmation_tokens', params: { payment_method: 'pm_card_visa' } },
  source: { post: '/v1/sources', params: { type: 'card', token: 'tok_visa' } },
  domain: { post: '/v1/payment_method_domains', params: { domain_name: '{NEW}.example' } },
  token: { post: '/v1/tokens', params: { card: { number: '4242424242424242', exp_month: 12, exp_year: 2034 } } },
  product: { post: '/v1/products', params: { name: 'Tea' } },
  price: { post: '/v1/prices', params: { product: '{product}', currency: 'eur', unit_amount: 2450 } },
  'payment link': { post: '/v1/payment_links', params: { line_items: [{ price: '{price}', quantity: 1 }] } },
  'tax rate': { post: '/v1/tax_rates', params: { display_name: 'VAT', percentage: 19, inclusive: true } },
  'shipping rate': {
    post: '/v1/shipping_rates',
    params: { display_name: 'Standard', type: 'fixed_amount', fixed_amount: { amount: 500, currency: 'eur' } },
  },
  'disputed charge': { post: '/v1/payment_intents', params: { ...money, ...card, payment_method: 'pm_card_createDispute' } },
  dispute: { get: '/v1/disputes', params: { payment_intent: '{disputed charge}' } },
  'warned charge': { post: '/v1/payment_intents', params: { ...money, ...card, payment_method: 'pm_card_createIssuerFraudRecord' } },
  warning: { get: '/v1/radar/early_fraud_warnings', params: { payment_intent: '{warned charge}' } },
  event: { get: '/v1/events', params: { limit: 1 }, after: 'customer' },
  endpoint: { post: '/v1/webhook_endpoints', params: { url: 'https://shop.example/{NEW}', enabled_events: ['charge.refunded'] } },
};
