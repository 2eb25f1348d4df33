// A session to test with. Deliberately absent: variety; each test changes what it is about.
import type { State } from '../src/state';

export function stateOf(change: Partial<State> = {}): State {
  return {
    id: 'cs_test_1', status: 'open', mode: 'payment', payment_status: 'unpaid', livemode: false, simulated: true,
    merchant: {
      name: 'Lund', country: 'DE', logo_url: null, support_email: null, support_url: null, colors: { primary: null, background: null },
    },
    currency: 'eur', amounts: { subtotal: 4900, shipping: 0, tax: 0, discount: 0, total: 4900 },
    line_items: [{ id: 'li_1', name: 'Shirt', description: null, image: null, quantity: 1, unit_amount: 4900, amount: 4900, adjustable: null }],
    shipping: null,
    collect: {
      email: 'required', phone: false, billing_address: false, shipping_address: false, save: 'none', terms: false, custom_fields: [],
    },
    email: null, submit_type: 'pay',
    custom_text: { submit: null, shipping_address: null, terms_of_service_acceptance: null, after_submit: null },
    methods: [{ type: 'card', flow: 'card' }], saved_methods: [], locale: 'en', expires_at: 1_900_000_000, cancel_url: null,
    payment: null, receipt_url: null, return_to: null, ...change,
  };
}

export const METHODS: State['methods'] = [
  { type: 'card', flow: 'card' },
  { type: 'revolut_pay', flow: 'redirect' },
  { type: 'wechat_pay', flow: 'qr' },
  { type: 'customer_balance', flow: 'transfer' },
];
