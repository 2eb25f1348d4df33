// A checkout session in a shop's page without a browser: what is told of it, what is kept of the buyer until the payment, and what a refusal
// leaves behind. The test plays the server. Deliberately absent: elements and frames, which the browser tests have.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { initCheckout, openCheckout, sessionOf } from '../src/checkout';
import { Elements } from '../src/elements';
import { ORIGIN } from '../src/origin';

const SECRET = 'cs_test_1_secret_2';
const AMOUNTS = { subtotal: 1800, shipping: 500, tax: 0, discount: 0, total: 2300 };
const LINE = {
  id: 'li_1', name: 'Tea', description: null, image: '/c/pay/cs_test_1_secret_2/pictures/li_1', quantity: 2, unit_amount: 900, amount: 1800,
  adjustable: { minimum: 1, maximum: 3 },
};
const ESTIMATE = { minimum: { unit: 'business_day', value: 3 }, maximum: null };
const STATE = {
  id: 'cs_test_1', livemode: false, currency: 'eur', email: null, status: 'open', payment_status: 'unpaid', merchant: { name: 'Shop' },
  amounts: AMOUNTS, line_items: [LINE], payment: null, return_to: null,
  shipping: { countries: ['DE'], options: [{ id: 'shr_1', name: 'Post', amount: 500, estimate: ESTIMATE }], selected: 'shr_1' },
  saved_methods: [{ id: 'pm_1', type: 'card', brand: 'visa', last4: '4242', exp_month: 12, exp_year: 2030 }],
};
const CONTACT = { name: 'Ada', address: { line1: 'Rosenweg 1', city: 'Berlin', postal_code: '10115', country: 'DE' } };

const minor = (amount: any) => amount.minorUnitsAmount;

describe('a session', () => {
  const read = (more: object = {}, said?: object) => sessionOf({ ...STATE, ...more }, said);

  it('has null for what nobody said and what there is not', () => {
    const none = 'billingAddress shippingAddress phoneNumber nameCollection currencyOptions discountAmounts recurring surcharge taxAmounts ' +
      'taxIdInfo optionalItems lastPaymentError email';
    const session = read();
    for (const name of none.split(' ')) expect([name, session[name]]).toEqual([name, null]);
    for (const name of 'unitAmountDecimal unitLabel discountAmounts taxAmounts recurring pricing transformQuantity'.split(' ')) {
      expect([name, session.lineItems[0][name]]).toEqual([name, null]);
    }
    expect(session.lineItems[0]).toMatchObject({ isRemovable: false, discount: { minorUnitsAmount: 0 }, adjustableQuantity: LINE.adjustable });
    expect(session.tax).toEqual({ status: 'ready' });
  });

  it.each([
    ['none', { ...AMOUNTS }, 0, 0], ['added', { ...AMOUNTS, tax: 342, total: 2642 }, 342, 0], ['in the prices', { ...AMOUNTS, tax: 287 }, 0, 287],
    ['both', { ...AMOUNTS, tax: 400, total: 2442 }, 142, 258], ['with a discount', { ...AMOUNTS, tax: 342, discount: 100, total: 2542 }, 342, 0],
  ])('tells taxes that are %s', (_, amounts, added, contained) => {
    const { total, lineItems: [line] } = read({ amounts });
    expect([minor(total.taxExclusive), minor(total.taxInclusive), minor(total.total)]).toEqual([added, contained, amounts.total]);
    // Which line they are of, nobody said.
    for (const told of [line.taxExclusive, line.taxInclusive]) expect(told && minor(told)).toBe(amounts.tax ? null : 0);
  });

  it('has the chosen way of shipping, if there is one', () => {
    const amount = { minorUnitsAmount: 500, amount: expect.stringMatching(/5/) };
    const option = { id: 'shr_1', currency: 'eur', displayName: 'Post', deliveryEstimate: ESTIMATE, ...amount };
    const { shipping, shippingOptions } = read();
    expect([shipping, shippingOptions]).toEqual([{ shippingOption: option, taxAmounts: null }, [option]]);
    expect(read({ shipping: { ...STATE.shipping, selected: null } }).shipping).toBeNull();
    expect(read({ shipping: null })).toMatchObject({ shipping: null, shippingOptions: [] });
  });

  it('shows pictures from where they are, and no picture where there is none', () => {
    expect(read().lineItems[0].images).toEqual([`${ORIGIN}${LINE.image}`]);
    expect(read({ line_items: [{ ...LINE, image: null }] }).lineItems[0].images).toEqual([]);
  });

  it('has saved cards in the words of the wire', () => {
    const card = { brand: 'visa', last4: '4242', expMonth: 12, expYear: 2030 };
    expect(read().savedPaymentMethods).toEqual([{ id: 'pm_1', type: 'card', card, billingDetails: {} }]);
  });

  it('says that the last payment failed', () => {
    expect(read({ payment: { error: { kind: 'check_cvc' } } }).lastPaymentError).toEqual({ message: expect.stringContaining('did not go through') });
    expect(read({ payment: { error: null } }).lastPaymentError).toBeNull();
  });

  it('has what the shop said of the buyer; an address that it took back is the one of the server again', () => {
    const said = { email: null, billingAddress: CONTACT, phoneNumber: '+49' };
    expect(read({ email: 'ada@example.com' }, said)).toMatchObject({ ...said, email: 'ada@example.com', shippingAddress: null });
    expect(read({ email: 'ada@example.com' }, { email: 'bob@example.com' }).email).toBe('bob@example.com');
  });
});

let state: any;
let answer: any;
let asked: any[];
let changes: any[];
const clearCode = vi.fn();
const made: any[] = [];

const client: any = {
  notSupported: (what: string) => ({ error: { code: 'not_supported', message: what } }),
  controller: { join() {}, ask: async (_: string, call: any) => (asked.push(call), call.method === 'POST' ? answer ?? state : state) },
  elements: () => ({
    getElement: (type: string) => made.find((one) => one === type) ?? null, create: (type: string) => (made.push(type), type),
    collect: async () => ({ chosen: { card: true }, handle: 'h' }), clearCode,
  }),
};
const sent = () => asked.find(({ path }) => path.includes('/confirm?')).body;

async function opened(options: object = {}): Promise<any> {
  const sdk: any = openCheckout(client, { clientSecret: Promise.resolve(SECRET), ...options });
  sdk.on('change', (session: any) => changes.push(session));
  return { sdk, ...(await sdk.loadActions()).actions };
}

beforeEach(() => {
  [state, answer, asked, changes] = [{ ...STATE }, null, [], []];
  clearCode.mockClear();
  made.splice(0);
  vi.stubGlobal('location', { origin: 'https://shop.example', assign: vi.fn() });
});
afterEach(() => vi.unstubAllGlobals());

describe('what a shop says of the buyer', () => {
  it.each([
    ['updateBillingAddress', 'billingAddress', CONTACT], ['updateShippingAddress', 'shippingAddress', CONTACT],
    ['updatePhoneNumber', 'phoneNumber', '+4930123456'], ['updateEmail', 'email', 'ada@example.com'],
  ])('%s is in the session at once, and nothing is sent', async (action, name, value) => {
    const actions = await opened();
    const { type, session } = await actions[action](value);
    expect([type, session[name], changes.at(-1)[name], actions.getSession()[name]]).toEqual(['success', value, value, value]);
    await actions[action](null);
    expect(actions.getSession()[name]).toBeNull();
    expect(asked).toHaveLength(1);
  });

  it('goes with the payment', async () => {
    const actions = await opened({ defaultValues: { phoneNumber: '+49', email: 'bob@example.com' } });
    expect(actions.getSession()).toMatchObject({ phoneNumber: '+49', email: 'bob@example.com' });
    await actions.updateEmail('ada@example.com');
    await actions.updateBillingAddress(CONTACT);
    await actions.updateShippingAddress({ ...CONTACT, name: 'Bob' });
    await actions.confirm({ redirect: 'if_required', billingAddress: undefined });
    expect(sent()).toMatchObject({
      expected_amount: 2300, billing: { email: 'ada@example.com', phone: '+49', ...CONTACT }, shipping: { ...CONTACT, name: 'Bob' },
    });
    const query = new URLSearchParams(asked.at(-1).path.split('?')[1]);
    expect([query.get('origin'), query.get('ch')]).toEqual(['https://shop.example', expect.stringMatching(/^[0-9a-f]{32}$/)]);
  });

  it('that comes with the payment stays, too', async () => {
    const actions = await opened();
    await actions.updateEmail('bob@example.com');
    const words = { email: 'ada@example.com', phoneNumber: '+49', billingAddress: CONTACT, shippingAddress: CONTACT };
    await actions.confirm({ redirect: 'if_required', ...words });
    expect(sent()).toMatchObject({ billing: { email: 'ada@example.com', phone: '+49', ...CONTACT }, shipping: CONTACT });
    expect(actions.getSession()).toMatchObject(words);
  });

});

describe('a checkout', () => {
  it('after a decline the code is gone, and the session says that it failed', async () => {
    const actions = await opened();
    answer = { ...STATE, payment: { error: { kind: 'insufficient_funds' } } };
    const { type, error } = await actions.confirm();
    expect([type, error]).toMatchObject(['error', { code: 'insufficient_funds', message: 'The payment did not go through.' }]);
    expect(clearCode).toHaveBeenCalledOnce();
    expect(changes.at(-1).lastPaymentError).toEqual({ message: 'The payment did not go through.' });
  });

  it('after a refusal the code stays, and the session is looked at again', async () => {
    const actions = await opened();
    answer = { error: { code: 'amount_changed', message: 'The amount changed.' } };
    state = { ...STATE, amounts: { ...AMOUNTS, subtotal: 2700, total: 3200 } };
    expect(await actions.confirm()).toEqual({ type: 'error', error: answer.error });
    expect(clearCode).not.toHaveBeenCalled();
    expect([minor(changes.at(-1).total.total), minor(actions.getSession().total.total)]).toEqual([3200, 3200]);
  });

  it('runServerUpdate looks again once the shop is done', async () => {
    const actions = await opened();
    const act = async () => void (state = { ...STATE, amounts: { ...AMOUNTS, total: 4100 } });
    const { type, session } = await actions.runServerUpdate(act);
    expect([type, minor(session.total.total), minor(changes.at(-1).total.total)]).toEqual(['success', 4100, 4100]);
    await expect(actions.runServerUpdate(() => Promise.reject(new Error('of the shop')))).rejects.toThrow('of the shop');
  });

  it('a refused update is an error, and changes nothing', async () => {
    const actions = await opened();
    answer = { error: { code: null, message: 'The quantity must be from 1 to 3.' } };
    expect(await actions.updateLineItemQuantity({ lineItem: 'li_1', quantity: 9 })).toEqual({ type: 'error', error: answer.error });
    expect(asked.at(-1).body).toEqual({ quantities: { li_1: 9 } });
    expect([changes, actions.getSession().lineItems[0].quantity]).toEqual([[], 2]);
  });

  it.each([
    'applyPromotionCode', 'removePromotionCode', 'updateTaxIdInfo', 'validateElements', 'updateIndividualName', 'updateBusinessName',
    'addOptionalLineItem', 'removeOptionalLineItem',
  ])('%s says that it is not there', async (name) => {
    expect(await (await opened())[name]()).toEqual({ type: 'error', error: { code: 'not_supported', message: name } });
  });

  it('finds the elements that it made', async () => {
    const { sdk } = await opened();
    for (const [name, type] of [['PaymentElement', 'payment'], ['BillingAddressElement', 'address'], ['ShippingAddressElement', 'shippingAddress']]) {
      expect(sdk[`get${name}`]()).toBeNull();
      expect(sdk[`create${name}`]()).toBe(type);
      expect(sdk[`get${name}`]()).toBe(type);
    }
  });

  it.each([
    ['never comes', () => Promise.reject(new Error('closed')), 'closed'],
    ['is none', () => Promise.resolve('pi_1_secret_2'), 'client secret of a checkout session'],
  ])('whose secret %s is an error, of its element, too', async (_, secretOf, words) => {
    let elements: any;
    const own = { ...client, elements: (...told: [any, any]) => (elements = new Elements(own, ...told)) };
    const sdk: any = openCheckout(own, { clientSecret: secretOf() });
    const heard: any[] = [];
    sdk.createPaymentElement().on('loaderror', (event: any) => heard.push(event));
    // What nobody catches here fails the whole run.
    elements.shared('payment');
    const { type, error } = await sdk.loadActions();
    expect([type, error.message]).toEqual(['error', expect.stringContaining(words)]);
    expect(heard).toEqual([{ elementType: 'payment', error }]);
    await expect(initCheckout({ ...client, isAtOnce: false }, { fetchClientSecret: secretOf })).rejects.toThrow(words);
    expect(asked).toEqual([]);
  });
});
