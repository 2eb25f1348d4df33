// The examples of what a shop keeps: customers, cards, products, prices, rates, its balance, its events and endpoints. `examples.mjs`
// describes the form of a row. Deliberately absent: how a row looks in a language.

/** Rows for a resource that can be listed and read and nothing else. */
function readable(base, [node, python], plural, singular, [name, from]) {
  const object = singular.wire;
  return {
    [`get_${base}`]: { title: `List ${plural}`, sdk: [`${node}.list`, `${python}.list`], params: { limit: 3 }, expect: { object: 'list' } },
    [`get_${base}__id_`]: {
      title: `Retrieve ${singular.text}`,
      sdk: [`${node}.retrieve`, `${python}.retrieve`],
      needs: { [name]: from },
      ids: [name],
      expect: { object },
    },
  };
}

const customers = {
  ...readable('v1_customers', ['customers', 'Customer'], 'customers', { text: 'a customer', wire: 'customer' }, ['CUSTOMER', 'customer']),
  post_v1_customers: {
    title: 'Create a customer',
    sdk: ['customers.create', 'Customer.create'],
    params: { name: 'Ada Lovelace', email: 'ada@example.com', metadata: { user: '17' } },
    expect: { object: 'customer', email: 'ada@example.com' },
  },
  post_v1_customers__id_: {
    title: 'Update a customer',
    sdk: ['customers.update', 'Customer.modify'],
    needs: { CUSTOMER: 'customer' },
    ids: ['CUSTOMER'],
    params: { description: 'Prefers green tea' },
    expect: { object: 'customer' },
  },
  delete_v1_customers__id_: {
    title: 'Delete a customer',
    sdk: ['customers.del', 'Customer.delete'],
    needs: { CUSTOMER: 'customer' },
    ids: ['CUSTOMER'],
    isFresh: true,
    expect: { object: 'customer', deleted: true },
  },
  get_v1_customers__id__payment_methods: {
    title: 'List the cards of a customer',
    sdk: ['customers.listPaymentMethods', 'Customer.list_payment_methods'],
    needs: { CUSTOMER: ['saved card', 'customer'] },
    ids: ['CUSTOMER'],
    params: { type: 'card' },
    expect: { object: 'list' },
  },
  get_v1_customers__id__payment_methods__payment_method_: {
    title: 'Retrieve a card of a customer',
    sdk: ['customers.retrievePaymentMethod', 'Customer.retrieve_payment_method'],
    needs: { CUSTOMER: ['saved card', 'customer'], PAYMENT_METHOD: 'saved card' },
    ids: ['CUSTOMER', 'PAYMENT_METHOD'],
    expect: { object: 'payment_method', type: 'card' },
  },
};

const forms = {
  post_v1_customer_sessions: {
    title: 'Create a customer session',
    sdk: ['customerSessions.create', 'CustomerSession.create'],
    needs: { CUSTOMER: 'customer' },
    params: {
      customer: '$CUSTOMER',
      components: { payment_element: { enabled: true, features: { payment_method_redisplay: 'enabled', payment_method_remove: 'enabled' } } },
    },
    expect: { object: 'customer_session', livemode: false },
  },
};

const tokens = {
  post_v1_confirmation_tokens: {
    title: 'Keep what a form collected',
    params: { payment_method: 'pm_card_visa', return_url: 'https://shop.example/back' },
    expect: { object: 'confirmation_token', payment_intent: null },
  },
  get_v1_confirmation_tokens__id_: {
    title: 'Retrieve a confirmation token',
    sdk: ['confirmationTokens.retrieve', 'ConfirmationToken.retrieve'],
    needs: { CONFIRMATION_TOKEN: 'confirmation token' },
    ids: ['CONFIRMATION_TOKEN'],
    expect: { object: 'confirmation_token' },
  },
  post_v1_test_helpers_confirmation_tokens: {
    title: 'Make a confirmation token without a form',
    sdk: ['testHelpers.confirmationTokens.create', 'ConfirmationToken.TestHelpers.create'],
    params: { payment_method: 'pm_card_visa', return_url: 'https://shop.example/back' },
    expect: { object: 'confirmation_token', livemode: false },
  },
};

const sources = {
  post_v1_sources: {
    title: 'Create a source from a card',
    sdk: ['sources.create', 'Source.create'],
    params: { type: 'card', token: 'tok_visa' },
    expect: { object: 'source', type: 'card', status: 'chargeable' },
  },
  get_v1_sources__id_: {
    title: 'Retrieve a source',
    sdk: ['sources.retrieve', 'Source.retrieve'],
    needs: { SOURCE: 'source' },
    ids: ['SOURCE'],
    expect: { object: 'source' },
  },
};

const domains = {
  ...readable('v1_payment_method_domains', ['paymentMethodDomains', 'PaymentMethodDomain'], 'payment method domains',
    { text: 'a payment method domain', wire: 'payment_method_domain' }, ['DOMAIN', 'domain']),
  post_v1_payment_method_domains: {
    title: 'Register a domain',
    sdk: ['paymentMethodDomains.create', 'PaymentMethodDomain.create'],
    params: { domain_name: 'shop.example' },
    expect: { object: 'payment_method_domain', domain_name: 'shop.example' },
  },
  post_v1_payment_method_domains__id_: {
    title: 'Disable a domain',
    sdk: ['paymentMethodDomains.update', 'PaymentMethodDomain.modify'],
    needs: { DOMAIN: 'domain' },
    ids: ['DOMAIN'],
    isFresh: true,
    params: { enabled: false },
    expect: { object: 'payment_method_domain', enabled: false },
  },
  post_v1_payment_method_domains__id__validate: {
    title: 'Look at a domain again',
    sdk: ['paymentMethodDomains.validate', 'PaymentMethodDomain.validate'],
    needs: { DOMAIN: 'domain' },
    ids: ['DOMAIN'],
    expect: { object: 'payment_method_domain' },
  },
};

const configurations = {
  ...readable('v1_payment_method_configurations', ['paymentMethodConfigurations', 'PaymentMethodConfiguration'], 'payment method configurations',
    { text: 'a payment method configuration', wire: 'payment_method_configuration' }, ['CONFIGURATION', 'method configuration']),
  post_v1_payment_method_configurations: {
    title: 'Create a payment method configuration',
    sdk: ['paymentMethodConfigurations.create', 'PaymentMethodConfiguration.create'],
    params: { name: 'Tea shop', paypal: { display_preference: { preference: 'on' } } },
    expect: { object: 'payment_method_configuration', name: 'Tea shop', active: true, is_default: false },
  },
  post_v1_payment_method_configurations__id_: {
    title: 'Switch payment methods on',
    sdk: ['paymentMethodConfigurations.update', 'PaymentMethodConfiguration.modify'],
    needs: { CONFIGURATION: 'method configuration' },
    ids: ['CONFIGURATION'],
    isFresh: true,
    params: { ideal: { display_preference: { preference: 'on' } }, customer_balance: { display_preference: { preference: 'on' } } },
    expect: { object: 'payment_method_configuration' },
  },
};

const cards = {
  get_v1_payment_methods: {
    title: 'List payment methods',
    sdk: ['paymentMethods.list', 'PaymentMethod.list'],
    needs: { CUSTOMER: ['saved card', 'customer'] },
    params: { customer: '$CUSTOMER', type: 'card' },
    expect: { object: 'list' },
  },
  post_v1_payment_methods: {
    title: 'Create a payment method',
    sdk: ['paymentMethods.create', 'PaymentMethod.create'],
    params: { type: 'card', card: { token: 'tok_visa' }, billing_details: { name: 'Ada Lovelace' } },
    expect: { object: 'payment_method', type: 'card' },
  },
  get_v1_payment_methods__id_: {
    title: 'Retrieve a payment method',
    sdk: ['paymentMethods.retrieve', 'PaymentMethod.retrieve'],
    needs: { PAYMENT_METHOD: 'saved card' },
    ids: ['PAYMENT_METHOD'],
    expect: { object: 'payment_method' },
  },
  post_v1_payment_methods__id_: {
    title: 'Update a payment method',
    sdk: ['paymentMethods.update', 'PaymentMethod.modify'],
    needs: { PAYMENT_METHOD: 'saved card' },
    ids: ['PAYMENT_METHOD'],
    params: { card: { exp_month: 6, exp_year: 2035 } },
    expect: { object: 'payment_method' },
  },
  post_v1_payment_methods__id__attach: {
    title: 'Attach a payment method to a customer',
    sdk: ['paymentMethods.attach', 'PaymentMethod.attach'],
    needs: { PAYMENT_METHOD: 'loose card', CUSTOMER: 'customer' },
    ids: ['PAYMENT_METHOD'],
    isFresh: true,
    params: { customer: '$CUSTOMER' },
    expect: { object: 'payment_method' },
  },
  post_v1_payment_methods__id__detach: {
    title: 'Detach a payment method',
    sdk: ['paymentMethods.detach', 'PaymentMethod.detach'],
    needs: { PAYMENT_METHOD: 'saved card' },
    ids: ['PAYMENT_METHOD'],
    isFresh: true,
    expect: { object: 'payment_method', customer: null },
  },
  post_v1_tokens: {
    title: 'Create a token',
    sdk: ['tokens.create', 'Token.create'],
    params: { card: { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123' } },
    expect: { object: 'token', type: 'card' },
  },
  get_v1_tokens__id_: {
    title: 'Retrieve a token',
    sdk: ['tokens.retrieve', 'Token.retrieve'],
    needs: { TOKEN: 'token' },
    ids: ['TOKEN'],
    expect: { object: 'token' },
  },
};

const goods = {
  ...readable('v1_products', ['products', 'Product'], 'products', { text: 'a product', wire: 'product' }, ['PRODUCT', 'product']),
  post_v1_products: {
    title: 'Create a product',
    sdk: ['products.create', 'Product.create'],
    params: { name: 'Tea', description: 'A hundred grams of green tea' },
    expect: { object: 'product', name: 'Tea' },
  },
  post_v1_products__id_: {
    title: 'Update a product',
    sdk: ['products.update', 'Product.modify'],
    needs: { PRODUCT: 'product' },
    ids: ['PRODUCT'],
    params: { active: false },
    isFresh: true,
    expect: { object: 'product', active: false },
  },
  delete_v1_products__id_: {
    title: 'Delete a product',
    sdk: ['products.del', 'Product.delete'],
    needs: { PRODUCT: 'product' },
    ids: ['PRODUCT'],
    isFresh: true,
    expect: { object: 'product', deleted: true },
  },
  ...readable('v1_prices', ['prices', 'Price'], 'prices', { text: 'a price', wire: 'price' }, ['PRICE', 'price']),
  post_v1_prices: {
    title: 'Create a price',
    sdk: ['prices.create', 'Price.create'],
    needs: { PRODUCT: 'product' },
    params: { product: '$PRODUCT', currency: 'eur', unit_amount: 2450 },
    expect: { object: 'price', unit_amount: 2450 },
  },
  post_v1_prices__id_: {
    title: 'Update a price',
    sdk: ['prices.update', 'Price.modify'],
    needs: { PRICE: 'price' },
    ids: ['PRICE'],
    params: { nickname: 'Autumn' },
    expect: { object: 'price', nickname: 'Autumn' },
  },
  ...readable('v1_tax_rates', ['taxRates', 'TaxRate'], 'tax rates', { text: 'a tax rate', wire: 'tax_rate' }, ['TAX_RATE', 'tax rate']),
  post_v1_tax_rates: {
    title: 'Create a tax rate',
    sdk: ['taxRates.create', 'TaxRate.create'],
    params: { display_name: 'VAT', percentage: 19, inclusive: true, country: 'DE' },
    expect: { object: 'tax_rate', percentage: 19 },
  },
  post_v1_tax_rates__id_: {
    title: 'Update a tax rate',
    sdk: ['taxRates.update', 'TaxRate.modify'],
    needs: { TAX_RATE: 'tax rate' },
    ids: ['TAX_RATE'],
    params: { active: false },
    isFresh: true,
    expect: { object: 'tax_rate', active: false },
  },
  ...readable('v1_shipping_rates', ['shippingRates', 'ShippingRate'], 'shipping rates', { text: 'a shipping rate', wire: 'shipping_rate' },
    ['SHIPPING_RATE', 'shipping rate']),
  post_v1_shipping_rates: {
    title: 'Create a shipping rate',
    sdk: ['shippingRates.create', 'ShippingRate.create'],
    params: { display_name: 'Standard', type: 'fixed_amount', fixed_amount: { amount: 500, currency: 'eur' } },
    expect: { object: 'shipping_rate', display_name: 'Standard' },
  },
  post_v1_shipping_rates__id_: {
    title: 'Update a shipping rate',
    sdk: ['shippingRates.update', 'ShippingRate.modify'],
    needs: { SHIPPING_RATE: 'shipping rate' },
    ids: ['SHIPPING_RATE'],
    params: { metadata: { carrier: 'post' } },
    expect: { object: 'shipping_rate' },
  },
};

const books = {
  get_v1_account: {
    title: 'Retrieve the account',
    sdk: ['accounts.retrieveCurrent', 'Account.retrieve'],
    expect: { object: 'account' },
  },
  get_v1_balance: {
    title: 'Retrieve the balance',
    sdk: ['balance.retrieve', 'Balance.retrieve'],
    expect: { object: 'balance' },
  },
  ...readable('v1_balance_transactions', ['balanceTransactions', 'BalanceTransaction'], 'balance transactions',
    { text: 'a balance transaction', wire: 'balance_transaction' }, ['BALANCE_TRANSACTION', ['charge', 'balance_transaction']]),
  get_v1_balance_history: {
    title: 'List balance transactions at the older address',
    params: { limit: 3 },
    expect: { object: 'list' },
  },
  get_v1_balance_history__id_: {
    title: 'Retrieve a balance transaction at the older address',
    needs: { BALANCE_TRANSACTION: ['charge', 'balance_transaction'] },
    ids: ['BALANCE_TRANSACTION'],
    expect: { object: 'balance_transaction' },
  },
  ...readable('v1_disputes', ['disputes', 'Dispute'], 'disputes', { text: 'a dispute', wire: 'dispute' }, ['DISPUTE', ['dispute', 'data.0.id']]),
  ...readable('v1_radar_early_fraud_warnings', ['radar.earlyFraudWarnings', 'radar.EarlyFraudWarning'], 'early fraud warnings',
    { text: 'an early fraud warning', wire: 'radar.early_fraud_warning' }, ['WARNING', ['warning', 'data.0.id']]),
  ...readable('v1_events', ['events', 'Event'], 'events', { text: 'an event', wire: 'event' }, ['EVENT', ['event', 'data.0.id']]),
};

const endpoints = {
  ...readable('v1_webhook_endpoints', ['webhookEndpoints', 'WebhookEndpoint'], 'webhook endpoints',
    { text: 'a webhook endpoint', wire: 'webhook_endpoint' }, ['WEBHOOK_ENDPOINT', 'endpoint']),
  post_v1_webhook_endpoints: {
    title: 'Create a webhook endpoint',
    sdk: ['webhookEndpoints.create', 'WebhookEndpoint.create'],
    params: { url: 'https://shop.example/hook', enabled_events: ['payment_intent.succeeded', 'payment_intent.payment_failed'] },
    expect: { object: 'webhook_endpoint', status: 'enabled' },
  },
  post_v1_webhook_endpoints__id_: {
    title: 'Update a webhook endpoint',
    sdk: ['webhookEndpoints.update', 'WebhookEndpoint.modify'],
    needs: { WEBHOOK_ENDPOINT: 'endpoint' },
    ids: ['WEBHOOK_ENDPOINT'],
    params: { enabled_events: ['*'] },
    expect: { object: 'webhook_endpoint', enabled_events: ['*'] },
  },
  delete_v1_webhook_endpoints__id_: {
    title: 'Delete a webhook endpoint',
    sdk: ['webhookEndpoints.del', 'WebhookEndpoint.delete'],
    needs: { WEBHOOK_ENDPOINT: 'endpoint' },
    ids: ['WEBHOOK_ENDPOINT'],
    isFresh: true,
    expect: { object: 'webhook_endpoint', deleted: true },
  },
};

export const shop = { ...customers, ...forms, ...cards, ...tokens, ...sources, ...configurations, ...domains, ...goods, ...books, ...endpoints };
