// Sessions to look at: one ordinary purchase and what differs from it, by name.
// Deliberately absent: anything that is stored. A session lives as long as the stub.

const METHODS = [
  { type: 'card', flow: 'card' },
  { type: 'revolut_pay', flow: 'redirect' },
  { type: 'wechat_pay', flow: 'qr' },
  { type: 'customer_balance', flow: 'transfer' },
];

const SHIRT = {
  id: 'li_shirt', name: 'Linen shirt, natural white', description: 'Size M', image: null, quantity: 1, unit_amount: 4900,
  amount: 4900, adjustable: null,
};

const SHIPPING = {
  countries: ['AT', 'DE', 'FR', 'NL'],
  options: [
    {
      id: 'shr_standard', name: 'Standard', amount: 500,
      estimate: { minimum: { unit: 'business_day', value: 3 }, maximum: { unit: 'business_day', value: 5 } },
    },
    { id: 'shr_express', name: 'Express', amount: 1500, estimate: { minimum: null, maximum: { unit: 'day', value: 1 } } },
    { id: 'shr_pickup', name: 'Pick up in the shop', amount: 0, estimate: null },
  ],
  selected: 'shr_standard',
};

const QUESTIONS = [
  { key: 'size', label: 'Fit', type: 'dropdown', optional: false, options: [{ value: 'slim', label: 'Slim' }, { value: 'wide', label: 'Wide' }] },
  { key: 'note', label: 'A note for us', type: 'text', optional: true, options: null },
];

const SAVED = [
  { id: 'pm_visa', type: 'card', brand: 'visa', last4: '4242', exp_month: 12, exp_year: 2030 },
  { id: 'pm_amex', type: 'card', brand: 'amex', last4: '0005', exp_month: 4, exp_year: 2031 },
];

/** The state of an ordinary session. */
export function ordinary(id) {
  return {
    id, status: 'open', mode: 'payment', payment_status: 'unpaid', livemode: false, simulated: true,
    merchant: {
      name: 'Atelier Lund', country: 'DE', logo_url: null, support_email: 'help@lund.example', support_url: null,
      colors: { primary: '#254edb', background: null },
    },
    currency: 'eur', amounts: { subtotal: 4900, shipping: 0, tax: 0, discount: 0, total: 4900 }, line_items: [SHIRT], shipping: null,
    collect: {
      email: 'required', phone: false, billing_address: false, shipping_address: false, save: 'none', terms: false, custom_fields: [],
    },
    email: null, submit_type: 'pay',
    custom_text: { submit: null, shipping_address: null, terms_of_service_acceptance: null, after_submit: null },
    methods: METHODS.slice(0, 1), saved_methods: [], locale: 'en', expires_at: Math.floor(Date.now() / 1000) + 86_000,
    cancel_url: '/shop', payment: { status: 'requires_payment_method', error: null, action: null }, receipt_url: null, return_to: null,
  };
}

/** Changes to the ordinary session, by the name at the end of its id. */
const VARIANTS = {
  plain: {},
  methods: () => ({ methods: METHODS }),
  many: () => ({
    methods: [...METHODS, ...['paypal', 'ideal', 'bancontact', 'pix', 'alipay', 'sepa_debit'].map((type) => ({ type, flow: 'redirect' }))],
    saved_methods: SAVED, collect: { ...ordinary('').collect, save: 'offered' },
  }),
  full: () => ({
    methods: METHODS, shipping: SHIPPING,
    line_items: [
      { ...SHIRT, quantity: 2, amount: 9800, adjustable: { minimum: 1, maximum: 5 } },
      { ...SHIRT, id: 'li_cap', name: 'Cap', description: null, unit_amount: 1900, amount: 1900 },
    ],
    amounts: { subtotal: 11700, shipping: 500, tax: 1948, discount: 1000, total: 11200 },
    collect: { email: 'required', phone: true, billing_address: true, shipping_address: true, save: 'offered', terms: true, custom_fields: QUESTIONS },
    custom_text: { ...ordinary('').custom_text, submit: 'We ship on every working day.' },
  }),
  setup: () => ({
    mode: 'setup', payment_status: 'no_payment_required', line_items: [], email: 'jo@example.com',
    amounts: { subtotal: 0, shipping: 0, tax: 0, discount: 0, total: 0 },
    collect: { ...ordinary('').collect, email: 'given', save: 'always' },
  }),
  live: () => ({ livemode: true, simulated: false }),
  yellow: () => ({ merchant: { ...ordinary('').merchant, name: 'Sol', colors: { primary: '#ffd400', background: '#123d2f' } }, methods: METHODS }),
  yen: () => ({
    currency: 'jpy', locale: 'ja', amounts: { subtotal: 8200, shipping: 0, tax: 0, discount: 0, total: 8200 },
    line_items: [{ ...SHIRT, name: 'リネンシャツ', description: null, unit_amount: 8200, amount: 8200 }],
  }),
  us: () => ({ merchant: { ...ordinary('').merchant, country: 'US' }, currency: 'usd' }),
  complete: () => ({
    status: 'complete', payment_status: 'paid', email: 'jo@example.com', receipt_url: '/receipt',
    payment: { status: 'succeeded', error: null, action: null },
  }),
  expired: () => ({ status: 'expired', payment: null }),
  processing: () => ({ methods: METHODS, payment: { status: 'processing', method: 'customer_balance', error: null, action: null } }),
};

/** A session by its id, `cs_test_{variant}` with anything behind it. */
export function sessionOf(id, locale) {
  const variant = VARIANTS[/^cs_test_([a-z]+)/.exec(id)?.[1] ?? ''];
  if (!variant) return null;
  const change = typeof variant === 'function' ? variant() : variant;
  const state = { ...ordinary(id), ...change };
  return locale ? { ...state, locale } : state;
}
