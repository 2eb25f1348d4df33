// The resources of the API: their names, their order, and a sentence on each. Deliberately absent: their operations, which the contract has.
// A resource that is not here stands last, under the name that its path gives it.

const INTENT = ['Take a payment', '/docs/guide/accept-a-payment'];
const SAVED = ['Save a card', '/docs/guide/save-a-card'];
const LINKS = ['Payment links', '/docs/guide/payment-links'];
const HOOKS = ['Handle webhooks', '/docs/guide/handle-webhooks'];
const SANDBOX = ['The sandbox', '/docs/sandbox'];

/** Group, name, what it is, and the guide that shows its use. */
const RESOURCES = {
  florin_payments: ['Front door', 'Payments of the front door', 'One payment for one order: an amount, a currency and your order id.',
    ['The simple front door', '/docs/guide/front-door']],
  payment_intents: ['Payments', 'Payment intents', 'A payment from its amount to its end: tries, authentication, capture.', INTENT],
  checkout_sessions: ['Payments', 'Checkout sessions', 'A page of Florin on which a buyer pays or saves a card.', INTENT],
  payment_links: ['Payments', 'Payment links', 'An address that stays: everybody who opens it gets a page of payment.', LINKS],
  setup_intents: ['Payments', 'Setup intents', 'A card that is saved for later charges, and asks its issuer now.', SAVED],
  charges: ['Payments', 'Charges', 'One movement of money from a card, which an intent makes or you make yourself.', INTENT],
  refunds: ['Payments', 'Refunds', 'Money that goes back to the card.', SANDBOX],
  disputes: ['Payments', 'Disputes', 'A charge that the issuer questions.', SANDBOX],
  radar_early_fraud_warnings: ['Payments', 'Early fraud warnings', 'What an issuer says about a charge before there is a dispute.', SANDBOX],
  customers: ['Customers and cards', 'Customers', 'Whom cards and payments belong to.', SAVED],
  customer_sessions: ['Customers and cards', 'Customer sessions', 'What a form may do with the saved cards of a customer, for half an hour.', SAVED],
  payment_methods: ['Customers and cards', 'Payment methods', 'A card that is kept for a payment or for a customer.', SAVED],
  payment_method_configurations: ['Customers and cards', 'Payment method configurations', 'Which ways to pay are switched on.',
    ['Payment methods', '/docs/guide/payment-methods']],
  payment_method_domains: ['Customers and cards', 'Payment method domains', 'Where wallets may be offered.', ['Payment methods', '/docs/guide/payment-methods']],
  confirmation_tokens: ['Customers and cards', 'Confirmation tokens', 'What a form collected, for a server that confirms.', INTENT],
  sources: ['Customers and cards', 'Sources', 'Cards under the older name of payment methods.', SAVED],
  tokens: ['Customers and cards', 'Tokens', 'A card number, sealed for one use.', SANDBOX],
  products: ['Catalogue', 'Products', 'What is sold.', INTENT],
  prices: ['Catalogue', 'Prices', 'What one unit of a product costs.', INTENT],
  tax_rates: ['Catalogue', 'Tax rates', 'A percentage on the lines of a checkout session.', INTENT],
  shipping_rates: ['Catalogue', 'Shipping rates', 'What a way of delivery costs.', INTENT],
  balance: ['Money', 'Balance', 'What is there and what is on its way, by currency.', SANDBOX],
  balance_transactions: ['Money', 'Balance transactions', 'Each change of the balance, with its fee.', SANDBOX],
  account: ['Account and events', 'Account', 'To whom the key belongs.', null],
  events: ['Account and events', 'Events', 'What happened, as webhooks tell it, for thirty days.', HOOKS],
  webhook_endpoints: ['Account and events', 'Webhook endpoints', 'Where your server is told.', HOOKS],
  elements_sessions: ['Account and events', 'Elements sessions', 'What the browser script asks before it shows fields. It is Florin’s own.', null],
};

/** First what most people look for, last what ends things. */
const ORDER = ['create', 'retrieve', 'update', 'list'];

const rank = ({ anchor }) => (anchor === 'delete' ? ORDER.length + 1 : ORDER.includes(anchor) ? ORDER.indexOf(anchor) : ORDER.length);

const capital = (text) => text[0].toUpperCase() + text.slice(1);

/** The resources that have operations, in their order, each with them. */
export function groupOperations(operations) {
  const found = [...new Set(operations.map(({ resource }) => resource))];
  const known = Object.keys(RESOURCES).filter((id) => found.includes(id));
  return [...known, ...found.filter((id) => !RESOURCES[id])].map((id) => {
    const [group, name, text, guide] = RESOURCES[id] ?? ['More', capital(id.replaceAll('_', ' ')), '', null];
    const own = operations.filter(({ resource }) => resource === id).sort((a, b) => rank(a) - rank(b));
    return { id, group, name, text, guide, url: `/docs/api/${id}`, operations: own };
  });
}
