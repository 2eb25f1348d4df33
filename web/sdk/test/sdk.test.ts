// The parts of florin.js that need no frame.
import { describe, expect, it, vi } from 'vitest';
import { openCheckout, sessionOf } from '../src/checkout';
import { Client } from '../src/client';
import { Elements } from '../src/elements';
import { Emitter } from '../src/emitter';
import { confirmWith, idOf, stepOf } from '../src/intents';
import { CONFIRMING, UNSUPPORTED } from '../src/names';
import { versionOf } from '../src/origin';

describe('the version', () => {
  it.each([['/v3/', 3], ['/v3', 3], ['/endive/stripe.js', 'endive'], ['/basil/stripe.js', 'basil'], ['/v3/florin-0123.js', 3], ['/Basil/stripe.js', 3]])(
    'of %s is %s', (path, version) => expect(versionOf(path)).toBe(version));
});

describe('the generation', () => {
  it.each([
    [[{ name: 'stripe-js', version: '7.9.0' }], false], [[{ name: 'stripe-js', version: '8.11.0' }], true],
    [[{ name: 'stripe-js', version: '10.2.1' }, { name: 'react-stripe-js', version: '7.0.1' }], true],
    [[{ name: 'react-stripe-js', version: '9.0.0' }], undefined], [[undefined], undefined],
  ] as const)('of %j: initCheckout answers at once: %s', (wrappers, isAtOnce) => {
    vi.stubGlobal('document', { addEventListener() {} });
    const client = new Client('pk_test_1', {});
    for (const wrapper of wrappers) (client.expose()._registerWrapper as (wrapper: unknown) => void)(wrapper);
    expect(client.isAtOnce).toBe(isAtOnce);
    vi.unstubAllGlobals();
  });
});

describe('client secrets', () => {
  it.each([['pi_1Ab_secret_9z', 'pi_1Ab'], ['seti_7_secret_x', 'seti_7'], ['pi_test_a_secret_b', 'pi_test_a']])(
    '%s is of %s', (secret, id) => expect(idOf(secret)).toBe(id));
  it.each([undefined, '', 'pi_1', 'cs_1_secret_2', 'pi_1/../x_secret_2', 'pi_1_secret_a/b', 12])(
    '%s is none', (secret) => expect(() => idOf(secret)).toThrow(/client secret/));
});

describe('the next step', () => {
  const url = 'https://pay.example/next';
  it.each([
    [{ type: 'redirect_to_url', redirect_to_url: { url } }, { url, isInstructions: false }],
    [{ type: 'use_stripe_sdk', use_stripe_sdk: { type: 'x', stripe_js: url } }, { url, isInstructions: false }],
    [{ type: 'wechat_pay_display_qr_code', wechat_pay_display_qr_code: { hosted_instructions_url: url } }, { url, isInstructions: true }],
    [{ type: 'pix_display_qr_code', pix_display_qr_code: { data: '0', hosted_instructions_url: url } }, { url, isInstructions: true }],
    [{ type: 'display_bank_transfer_instructions', display_bank_transfer_instructions: { hosted_instructions_url: url } }, { url, isInstructions: true }],
    [{ type: 'redirect_to_url', redirect_to_url: { url: 'javascript:alert(1)' } }, null],
    [{ type: 'something_new' }, null], [null, null], [undefined, null],
  ])('of %o', (action, step) => expect(stepOf(action)).toEqual(step));
});

describe('the methods of the table', () => {
  it('confirm the right types', () => {
    const types = Object.fromEntries(CONFIRMING);
    expect(types).toMatchObject({
      confirmIdealPayment: 'ideal', confirmSepaDebitSetup: 'sepa_debit', confirmUsBankAccountPayment: 'us_bank_account', confirmPayPalPayment: 'paypal',
      confirmP24Payment: 'p24', confirmWechatPayPayment: 'wechat_pay', confirmAfterpayClearpayPayment: 'afterpay_clearpay',
      confirmGrabPayPayment: 'grabpay', confirmRevolutPayPayment: 'revolut_pay', confirmAuBecsDebitSetup: 'au_becs_debit',
    });
    expect(new Set(CONFIRMING.map(([name]) => name)).size).toBe(CONFIRMING.length);
    expect(types).toMatchObject({ confirmCardPayment: 'card', confirmCardSetup: 'card' });
    expect(UNSUPPORTED.some((name) => name.startsWith('confirm'))).toBe(false);
  });
});

describe('events', () => {
  it('reach whoever listens, as long as they do', () => {
    const emitter = new Emitter();
    const heard: string[] = [];
    const every = () => void heard.push('every');
    emitter.on('a', every).once('a', () => void heard.push('once')).emit('a');
    emitter.emit('a');
    emitter.off('a', every).emit('a');
    expect(heard).toEqual(['every', 'once', 'every']);
  });
  it('reach the others when one listener throws', () => {
    vi.useFakeTimers();
    const emitter = new Emitter();
    const heard = vi.fn();
    emitter.on('a', () => { throw new Error('of the shop'); }).on('a', heard).emit('a');
    expect(heard).toHaveBeenCalledOnce();
    expect(() => vi.runAllTimers()).toThrow('of the shop');
    vi.useRealTimers();
  });
});

describe('a checkout session', () => {
  const stateOf = (currency: string | null, total: number, unit_amount: number | null = total) => ({
    id: 'cs_1', livemode: false, currency, email: null, status: 'open', merchant: { name: 'Shop' },
    amounts: { subtotal: total, shipping: 0, tax: 0, discount: 0, total }, line_items: [{ id: 'li_1', name: 'Tea', unit_amount, amount: total, quantity: 1 }],
  });

  it('reads as shops expect it', () => {
    expect(sessionOf(stateOf('jpy', 500))).toMatchObject({
      id: 'cs_1', canConfirm: true, status: { type: 'open' }, total: { total: { minorUnitsAmount: 500 } },
      lineItems: [{ id: 'li_1', total: { minorUnitsAmount: 500 }, unitAmount: { minorUnitsAmount: 500 } }],
    });
  });

  // The wire differs from ISO 4217 for some, which is why the browser is not asked.
  it.each([['jpy', 1, '500'], ['eur', 100, '500'], ['isk', 100, '5'], ['ugx', 100, '5'], ['mga', 1, '500'], ['kwd', 1000, '0500']])(
    'of 500 in %s has the divisor %i and shows the digits %s', (currency, divisor, digits) => {
      const session: any = sessionOf(stateOf(currency, 500));
      expect(session.minorUnitsAmountDivisor).toBe(divisor);
      expect(session.total.total.amount.replace(/\D/g, '')).toBe(digits);
    });

  it('may have no currency, and a price of no whole unit', () => {
    expect(sessionOf(stateOf(null, 0))).toMatchObject({ currency: null, total: { total: { minorUnitsAmount: 0 } } });
    expect(sessionOf(stateOf('eur', 500, null))).toMatchObject({ lineItems: [{ unitAmount: null }] });
  });
});

/** A client whose controller answers by itself. */
const clientOf = (ask: (...words: any[]) => Promise<any>): any => ({ key: 'pk_test_1', cards: new Set(), controller: { name: 'c', join() {}, ask } });

describe('what a payment element shows', () => {
  const error = { type: 'api_connection_error' };
  it.each([
    ['an error is asked for again', [{ error }, { methods: [] }], 2], ['an answer is kept', [{ methods: [] }], 1],
  ] as const)('%s', async (_, answers, count) => {
    const ask = vi.fn(async () => answers[Math.min(ask.mock.calls.length, answers.length) - 1]);
    const elements = new Elements(clientOf(ask), { clientSecret: 'pi_1_secret_2' });
    for (let time = 0; time < 3; time++) {
      elements.shared('payment');
      await new Promise((done) => setTimeout(done));
    }
    expect(ask).toHaveBeenCalledTimes(count);
  });
});

it.each(['javascript:alert(1)', '/c/pay/cs_1', null])('a checkout does not accompany a buyer to %s, and says how it stands', async (url) => {
  const payment = { error: null, action: { kind: 'redirect', url } };
  const state = { id: 'cs_1', status: 'open', currency: 'eur', amounts: { total: 500 }, line_items: [], payment: null, return_to: null };
  vi.stubGlobal('location', { origin: 'https://shop.example' });
  const client = clientOf(async (_, { path }) => (path.includes('/confirm?') ? { ...state, payment } : state));
  client.elements = () => ({ getElement: () => null, clearCode() {} });
  const { actions }: any = await (openCheckout(client, { clientSecret: 'cs_1' }).loadActions as () => Promise<any>)();
  expect(await actions.confirm()).toMatchObject({ type: 'success', session: { id: 'cs_1', status: { type: 'open' } } });
});

describe('the cards of a customer', () => {
  const METHODS = [{ id: 'pm_1', type: 'card', last4: '4242' }, { id: 'pm_2', type: 'card', last4: '1111' }];
  const OPTIONS = { clientSecret: 'pi_1_secret_2', customerSessionClientSecret: 'cuss_secret_3' };

  /** A payment element whose server answers a removal with this. */
  async function shown(answer: object) {
    const asked: any[] = [];
    const ask = async (_: string, call: any) => (asked.push(call), call.method === 'GET' ? { methods: [], saved_methods: [...METHODS] } : answer);
    const elements = new Elements(clientOf(ask), OPTIONS);
    const element: any = elements.create('payment');
    const posted: any[] = [];
    element.frame = { send: (...words: any[]) => posted.push(words) };
    const heard: any[] = [];
    element.on('savedpaymentmethodremove', (event: any) => heard.push(event));
    elements.shared('payment');
    await elements.removeSaved(element, 'pm_1');
    return { asked, posted, heard, session: await (elements as any).session };
  }

  it('are asked for with the secret of their session', async () => {
    const { asked } = await shown({ id: 'pm_1' });
    const query = new URLSearchParams(asked[0].path.split('?')[1]);
    expect([query.get('client_secret'), query.get('customer_session')]).toEqual(['pi_1_secret_2', 'cuss_secret_3']);
  });

  it('are removed with that secret, and stay away', async () => {
    const { asked, posted, heard, session } = await shown({ id: 'pm_1', type: 'card' });
    expect(asked[1]).toMatchObject({ method: 'POST', path: '/v1/payment_methods/pm_1/detach', body: { customer_session: 'cuss_secret_3' } });
    expect(posted.at(-1)).toEqual(['removed', { id: 'pm_1', success: true }]);
    expect(heard).toEqual([{ elementType: 'payment', success: true, error: undefined, payment_method: { id: 'pm_1', type: 'card' } }]);
    expect(session.saved_methods).toEqual([METHODS[1]]);
  });

  it('are left out of what was asked for meanwhile', async () => {
    let answer: (object: object) => void = () => {};
    const ask = async (_: string, { method }: any) =>
      method === 'GET' ? { methods: [], saved_methods: [...METHODS] } : new Promise<object>((resolve) => (answer = resolve));
    const elements: any = new Elements(clientOf(ask), OPTIONS);
    const element = elements.create('payment');
    await elements.loadSession();
    const removing = elements.removeSaved(element, 'pm_1');
    await elements.fetchUpdates();
    answer({ id: 'pm_1' });
    await removing;
    expect((await elements.session).saved_methods).toEqual([METHODS[1]]);
  });

  it('that could not be removed stay', async () => {
    const { posted, heard, session } = await shown({ error: { message: 'Not now.' } });
    expect(posted.at(-1)).toEqual(['removed', { id: 'pm_1', success: false }]);
    expect(heard).toEqual([{ elementType: 'payment', success: false, error: 'Not now.', payment_method: METHODS[0] }]);
    expect(session.saved_methods).toEqual(METHODS);
  });
});

describe('a confirmation', () => {
  const confirmed = async (chosen: object, params: object = {}, options: object = {}) => {
    const asked: any[] = [];
    const client: any = clientOf(async (_, call) => (asked.push(call), { id: 'pi_1', status: 'succeeded' }));
    const elements: any = { options, collect: async () => ({ chosen, handle: 'h' }), clearCode() {} };
    await confirmWith(client, { secret: 'pi_1_secret_2', params, redirect: 'never', returnUrl: 'https://shop.example/', element: {} as any, elements });
    return asked[0].body;
  };

  it.each([
    [{ card: true, keep: { allow_redisplay: 'always', setup_future_usage: 'off_session' } },
      { setup_future_usage: 'off_session', payment_method_data: { type: 'card', allow_redisplay: 'always', billing_details: {} } }],
    [{ card: true, keep: { allow_redisplay: 'always' } }, { payment_method_data: { type: 'card', allow_redisplay: 'always', billing_details: {} } }],
    [{ card: true }, { payment_method_data: { type: 'card', billing_details: {} } }],
    [{ type: 'ideal' }, { payment_method_data: { type: 'ideal', billing_details: {} } }],
  ])('of %j sends %j', async (chosen, sent) => {
    expect(await confirmed(chosen, { payment_method_data: { billing_details: {} } })).toMatchObject(sent);
    expect(Object.keys(await confirmed(chosen)).includes('setup_future_usage')).toBe('setup_future_usage' in sent);
  });

  it.each([['off_session', 'on_session', 'off_session'], ['on_session', 'off_session', 'off_session'], [undefined, 'on_session', 'on_session']])(
    'of a shop that says %s and a buyer who says %s is for %s', async (own, buyer, sent) => {
      const chosen = { card: true, keep: { allow_redisplay: 'always', setup_future_usage: buyer } };
      expect(await confirmed(chosen, { setup_future_usage: own })).toMatchObject({ setup_future_usage: sent });
    });

  it.each([['off_session', {}], ['on_session', { setup_future_usage: 'on_session' }], [undefined, { setup_future_usage: 'on_session' }]])(
    'does not narrow what the group says: %s', async (setupFutureUsage, usage) => {
      const chosen = { card: true, keep: { allow_redisplay: 'always', setup_future_usage: 'on_session' } };
      const { payment_method_data: data, ...body } = await confirmed(chosen, {}, { setupFutureUsage });
      expect(data).toEqual({ type: 'card', allow_redisplay: 'always' });
      expect(body).toEqual({ client_secret: 'pi_1_secret_2', return_url: 'https://shop.example/', ...usage });
    });

  /** A group whose frames answer what is asked of them, in the order of the elements; `told` is what they were asked. */
  async function collected(types: string[], answer: (type: string, t: string) => object) {
    const client: any = clientOf(async () => ({}));
    client.controller.listening = async () => {};
    const elements = new Elements(client, {});
    const told: string[] = [];
    const focused: string[] = [];
    for (const type of types) {
      const element: any = elements.create(type);
      element.frame = { ask: async (t: string) => (told.push(`${t} ${type}`), answer(type, t)) };
      element.focus = () => focused.push(type);
    }
    return { result: await elements.collect(elements.getElement(types[0])!), told, focused, cards: [...client.cards] };
  }
  const SPLIT = ['cardNumber', 'cardExpiry', 'cardCvc'];

  it('knows that a saved method which a form named is a card', async () => {
    expect(await collected(['payment'], () => ({ chosen: { saved: 'pm_1' } }))).toMatchObject({ result: { chosen: { saved: 'pm_1' } }, cards: ['pm_1'] });
  });

  it('of three fields goes behind one handle, once all are whole', async () => {
    const { result, told } = await collected(SPLIT, (_, t) => (t === 'collect' ? { chosen: { card: true } } : {}));
    expect(result).toEqual({ handle: expect.stringMatching(/^[0-9a-f]{32}$/), chosen: { card: true } });
    expect(told).toEqual([...SPLIT.map((type) => `submit ${type}`), ...SPLIT.map((type) => `collect ${type}`)]);
  });

  it('of three fields leads to the first that is not whole, and nothing is held', async () => {
    const error = { code: 'incomplete_expiry' };
    const { result, told, focused } = await collected(SPLIT, (type) => (type === 'cardNumber' ? {} : { error: { ...error } }));
    expect([result, focused]).toEqual([{ error }, ['cardExpiry']]);
    expect(told.some((one) => one.startsWith('collect'))).toBe(false);
  });

  it('of three fields names the one that is missing', async () => {
    const { result, told } = await collected(['cardNumber', 'cardCvc'], () => ({}));
    expect(result.error).toMatchObject({ code: 'element_not_mounted', message: expect.stringContaining('cardExpiry') });
    expect(told).toEqual([]);
  });

  it('with a saved card names it and nothing else', async () => {
    expect(await confirmed({ saved: 'pm_1' }, { payment_method_data: { billing_details: {} } })).toEqual({
      client_secret: 'pi_1_secret_2', payment_method: 'pm_1', return_url: 'https://shop.example/',
    });
  });
});
