// Confirmation tokens, and what a buyer has to do after a confirmation. Deliberately absent: the window itself, which dialog.test.ts opens.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Client } from '../src/client';
import { accompany } from '../src/dialog';
import { Elements, type Collected } from '../src/elements';

vi.mock('../src/dialog', async (original) => ({
  ...(await original<typeof import('../src/dialog')>()),
  accompany: vi.fn(async ({ look }) => ({ ending: 'done', state: await look() })),
}));

const SHOP = 'https://shop.example/done';
const went = vi.fn();
const collect = vi.spyOn(Elements.prototype, 'collect');

beforeEach(() => {
  vi.stubGlobal('location', { assign: went, origin: 'https://shop.example', href: 'https://shop.example/' });
  vi.stubGlobal('document', { addEventListener() {} });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

/** A client whose controller gives these answers, one after the other. */
function clientOf(...answers: object[]) {
  const client = new Client('pk_test_1', {});
  const asked: any[] = [];
  client.controller.ask = async (t, call) => (asked.push({ t, ...call }), answers.shift() ?? { error: { code: 'not_prepared' } });
  return { client, asked, shop: client.expose() as Record<string, (...words: any[]) => Promise<any>> };
}

const TOKEN = { id: 'ctoken_1', object: 'confirmation_token' };

describe('a confirmation token', () => {
  async function made(collected: Collected, params?: object, options: object = {}, answer: object = TOKEN) {
    const { client, asked, shop } = clientOf(answer);
    const elements = client.elements(options);
    elements.create('payment');
    collect.mockResolvedValueOnce(collected);
    return { result: await shop.createConfirmationToken!({ elements, params }), asked };
  }
  const CARD = { handle: 'h', chosen: { card: true } };

  it('is made of the card behind the handle and of what the shop adds', async () => {
    const shipping = { name: 'Ada', address: { line1: 'Am Ufer 1' } };
    const { result, asked } = await made(CARD, { payment_method_data: { billing_details: { name: 'Ada' } }, return_url: SHOP, shipping });
    expect(result).toEqual({ confirmationToken: TOKEN });
    expect(asked).toEqual([{
      t: 'create', method: 'POST', path: '/v1/confirmation_tokens', handle: 'h',
      body: { payment_method_data: { type: 'card', billing_details: { name: 'Ada' } }, return_url: SHOP, shipping },
    }]);
  });

  it.each<[string, Collected['chosen'], object, object]>([
    ['a card alone', { card: true }, {}, { payment_method_data: { type: 'card' } }],
    ['a card that the buyer keeps', { card: true, keep: { allow_redisplay: 'always', setup_future_usage: 'on_session' } }, {},
      { setup_future_usage: 'on_session', payment_method_data: { type: 'card', allow_redisplay: 'always' } }],
    ['a card that both keep', { card: true, keep: { allow_redisplay: 'always', setup_future_usage: 'on_session' } }, { setupFutureUsage: 'off_session' },
      { setup_future_usage: 'off_session', payment_method_data: { type: 'card', allow_redisplay: 'always' } }],
    ['a card that the shop keeps', { card: true }, { setupFutureUsage: 'off_session' },
      { setup_future_usage: 'off_session', payment_method_data: { type: 'card' } }],
    ['a method without fields', { type: 'ideal' }, {}, { payment_method_data: { type: 'ideal' } }],
    ['a saved card', { saved: 'pm_1' }, { customerSessionClientSecret: 'cuss_secret_1' }, { payment_method: 'pm_1', customer_session: 'cuss_secret_1' }],
    ['a new card of a customer', { card: true }, { customerSessionClientSecret: 'cuss_secret_1' }, { payment_method_data: { type: 'card' } }],
  ])('says what was chosen: %s', async (_, chosen, options, body) => {
    expect((await made({ handle: 'h', chosen }, undefined, options)).asked[0].body).toEqual(body);
  });

  it('is not asked for while something is wrong in the form', async () => {
    const error = { type: 'validation_error', code: 'incomplete_number', message: 'Your card number is incomplete.' };
    expect(await made({ error })).toEqual({ result: { error }, asked: [] });
  });

  it('that the server refuses is an error', async () => {
    const error = { code: 'incorrect_number' };
    expect((await made(CARD, {}, {}, { error })).result).toEqual({ error });
  });

  it.each(['nothing', 'no group', 'an empty group', 'a group of another client'])('needs a form: not with %s', async (what) => {
    const { client, asked, shop } = clientOf();
    const other = clientOf().client.elements();
    other.create('payment');
    const given: Record<string, object> = {
      'no group': {}, 'an empty group': { elements: client.elements() }, 'a group of another client': { elements: other },
    };
    await expect(shop.createConfirmationToken!(given[what])).rejects.toThrow(/needs the elements group|another client/);
    expect(asked).toEqual([]);
  });
});

describe('a confirmation with a token', () => {
  const secret = 'pi_1_secret_2';
  const confirmation = (answers: object[]) => {
    const { client, asked, shop } = clientOf(...answers);
    const elements = client.elements();
    elements.create('payment');
    const confirm = (more: object, confirmParams: object = { confirmation_token: TOKEN.id, return_url: SHOP }) =>
      shop.confirmPayment!({ clientSecret: secret, confirmParams, redirect: 'if_required', ...more });
    return { asked, shop, elements, confirm };
  };
  const paid = { id: 'pi_1', status: 'succeeded' };

  it.each([[false], [true]])('asks no form for a card (with elements: %s)', async (isNear) => {
    const { asked, elements, confirm } = confirmation([paid]);
    expect(await confirm(isNear ? { elements } : {})).toEqual({ paymentIntent: paid });
    expect(collect).not.toHaveBeenCalled();
    expect(asked[0]).toMatchObject({ path: '/v1/payment_intents/pi_1/confirm', handle: undefined, body: { confirmation_token: TOKEN.id, client_secret: secret } });
    expect(asked[0].body).not.toHaveProperty('payment_method_data');
  });

  it('of a set-up is the same', async () => {
    const { asked, shop } = clientOf({ id: 'seti_1', status: 'succeeded' });
    const confirmParams = { confirmation_token: TOKEN.id };
    expect(await shop.confirmSetup!({ clientSecret: 'seti_1_secret_2', confirmParams, redirect: 'if_required' })).toMatchObject({ setupIntent: { id: 'seti_1' } });
    expect(asked[0]).toMatchObject({ path: '/v1/setup_intents/seti_1/confirm', body: { confirmation_token: TOKEN.id } });
  });

  it.each<[string, Collected['chosen'], boolean]>([['of a card', { card: true }, true], ['of a method with a page of its own', { type: 'ideal' }, false]])(
    '%s takes place in a window over the page: %s', async (_, chosen, isOver) => {
      const url = 'https://bank.example/next';
      const { asked, shop, elements, confirm } = confirmation([
        { ...TOKEN, payment_method_preview: { type: chosen?.type ?? 'card' } }, { id: 'pi_1', status: 'requires_action', next_action: { type: 'redirect_to_url', redirect_to_url: { url } } }, paid,
      ]);
      collect.mockResolvedValueOnce({ handle: 'h', chosen });
      await shop.createConfirmationToken!({ elements });
      const confirmed = confirm({});
      if (isOver) expect(await confirmed).toEqual({ paymentIntent: paid });
      else await vi.waitFor(() => expect(went).toHaveBeenCalledWith(url));
      expect(new URL(asked[1].body.return_url).pathname).toBe(isOver ? '/v3/frames/return' : '/done');
      expect(accompany).toHaveBeenCalledTimes(isOver ? 1 : 0);
    });
});

describe('a confirmation with an id', () => {
  const secret = 'pi_1_secret_2';
  const url = 'https://bank.example/next';
  const waiting = { id: 'pi_1', status: 'requires_action', next_action: { type: 'redirect_to_url', redirect_to_url: { url } } };
  const paid = { id: 'pi_1', status: 'succeeded' };
  const CARD = { id: 'pm_1', object: 'payment_method', type: 'card' };
  const told = (shop: any, confirmParams: object) => shop.confirmPayment({ clientSecret: secret, confirmParams, redirect: 'if_required' });

  it.each([[{ confirmation_token: 'ctoken_9' }], [{ payment_method: 'pm_9' }]])('that nobody knows takes the whole page: %j', async (given) => {
    const { asked, shop } = clientOf(waiting);
    void told(shop, { ...given, return_url: SHOP });
    await vi.waitFor(() => expect(went).toHaveBeenCalledWith(url));
    expect(asked[0].body).toMatchObject({ ...given, return_url: SHOP });
    expect(accompany).not.toHaveBeenCalled();
  });

  it.each([[{ payment_method: 'pm_9' }], [{ return_url: SHOP }]])('needs a page to come back to, and an id: %j', async (confirmParams) => {
    expect(await told(clientOf(waiting, paid).shop, confirmParams)).toEqual({ paymentIntent: paid });
    expect(accompany).toHaveBeenCalledOnce();
  });

  it.each([['card', true], ['ideal', false]])('of what was made here, a %s, is over the page: %s', async (type, isOver) => {
    const { shop } = clientOf({ ...CARD, type }, waiting, paid);
    await shop.createPaymentMethod!({ type });
    void told(shop, { payment_method: CARD.id, return_url: SHOP });
    await vi.waitFor(() => expect(isOver ? accompany : went).toHaveBeenCalledOnce());
    expect(isOver ? went : accompany).not.toHaveBeenCalled();
  });

  it('of a saved card is over the page once a form named it', async () => {
    const { client, shop } = clientOf(waiting, paid);
    client.cards.add(CARD.id);
    expect(await told(shop, { payment_method: CARD.id, return_url: SHOP })).toEqual({ paymentIntent: paid });
  });

  it('is over the page where the name says that it is a card', async () => {
    const { asked, shop } = clientOf(waiting, paid);
    expect(await shop.confirmCardPayment!(secret, { payment_method: 'pm_9', return_url: SHOP })).toEqual({ paymentIntent: paid });
    expect(asked[0].body.payment_method).toBe('pm_9');
    expect(new URL(asked[0].body.return_url).pathname).toBe('/v3/frames/return');
  });
});

describe('a confirmation of a type', () => {
  const paid = { id: 'pi_1', status: 'succeeded' };
  const sent = async (name: string, data?: any, options?: any) => {
    const { asked, shop } = clientOf(paid);
    expect(await shop[name]!('pi_1_secret_2', data, options)).toEqual({ paymentIntent: paid });
    const { client_secret, return_url, ...body } = asked[0].body;
    return JSON.parse(JSON.stringify(body));
  };
  const never = { handleActions: false };

  it.each([
    ['confirmCardPayment', undefined, {}], ['confirmCardPayment', null, {}], ['confirmCardPayment', { receipt_email: 'a@b.example' }, { receipt_email: 'a@b.example' }],
    ['confirmCardPayment', { payment_method: 'pm_1' }, { payment_method: 'pm_1' }],
    ['confirmCardPayment', { payment_method: { card: { token: 'tok_1' }, billing_details: { name: 'Ada' } } },
      { payment_method_data: { type: 'card', card: { token: 'tok_1' }, billing_details: { name: 'Ada' } } }],
    ['confirmIdealPayment', undefined, { payment_method_data: { type: 'ideal' } }],
    ['confirmIdealPayment', { payment_method: { ideal: { bank: 'ing' } } }, { payment_method_data: { type: 'ideal', ideal: { bank: 'ing' } } }],
    ['confirmIdealPayment', { payment_method: 'pm_1' }, { payment_method: 'pm_1' }],
  ])('%s with %j sends %j', async (name, data, body) => expect(await sent(name, data, never)).toEqual(body));

  it.each([undefined, 12, 'pi_1'])('needs a client secret, and %s is none', async (secret) => {
    for (const name of ['confirmCardPayment', 'retrievePaymentIntent', 'handleCardAction']) {
      await expect(clientOf().shop[name]!(secret)).rejects.toThrow(/client secret/);
    }
  });
});

describe('a source', () => {
  const SOURCE = { id: 'src_1', object: 'source', type: 'card' };
  const owner = { name: 'Ada' };

  it('is made of the card behind the handle', async () => {
    const { client, asked, shop } = clientOf(SOURCE);
    const element = client.elements().create('card');
    collect.mockResolvedValueOnce({ handle: 'h', chosen: { card: true } });
    expect(await shop.createSource!(element, { owner })).toEqual({ source: SOURCE });
    expect(asked).toEqual([{ t: 'create', method: 'POST', path: '/v1/sources', handle: 'h', body: { type: 'card', owner } }]);
    expect([...client.cards]).toEqual(['src_1']);
  });

  it.each([[{ token: 'tok_1', owner }, { type: 'card', token: 'tok_1', owner }], [{ type: 'ideal' }, { type: 'ideal' }], [undefined, { type: 'card' }]])(
    'is made of what the shop says: %j', async (data, body) => {
      const { asked, shop } = clientOf(SOURCE);
      expect(await shop.createSource!(data)).toEqual({ source: SOURCE });
      expect(asked).toEqual([{ t: 'create', method: 'POST', path: '/v1/sources', handle: undefined, body }]);
    });

  it('that is refused is an error, of the form or of the server', async () => {
    const error = { code: 'incomplete_number' };
    const { client, asked, shop } = clientOf({ error });
    collect.mockResolvedValueOnce({ error });
    expect(await shop.createSource!(client.elements().create('card'))).toEqual({ error });
    expect(asked).toEqual([]);
    expect(await shop.createSource!({})).toEqual({ error });
  });
});

describe('a source that there is', () => {
  const SOURCE = { id: 'src_1', object: 'source', type: 'card' };

  it('is asked for with its secret', async () => {
    const { asked, shop } = clientOf(SOURCE);
    expect(await shop.retrieveSource!({ id: 'src_1', client_secret: 'src_client_secret_2&' })).toEqual({ source: SOURCE });
    expect(asked).toEqual([{ t: 'api', method: 'GET', path: '/v1/sources/src_1?client_secret=src_client_secret_2%26' }]);
  });

  it('stays in its place, whatever its id says', async () => {
    const { asked, shop } = clientOf({ error: { code: 'resource_missing' } });
    expect(await shop.retrieveSource!({ id: '../tokens?', client_secret: 's' })).toEqual({ error: { code: 'resource_missing' } });
    expect(asked[0].path).toBe('/v1/sources/..%2Ftokens%3F?client_secret=s');
  });
});

describe('what a server confirmed', () => {
  const url = 'https://bank.example/next';
  const waiting = (type: string, inner: object) => ({ id: 'pi_1', status: 'requires_action', next_action: { type, [type]: inner } });
  const paid = { id: 'pi_1', status: 'succeeded' };

  it.each([
    ['redirect_to_url', { url, return_url: null }], ['redirect_to_url', { url }], ['use_stripe_sdk', { type: 'three_d_secure_redirect', stripe_js: url }],
    ['wechat_pay_display_qr_code', { hosted_instructions_url: url }],
  ])('goes on over the page: %s %j', async (type, inner) => {
    const { shop } = clientOf(waiting(type, inner), paid);
    expect(await shop.handleNextAction!({ clientSecret: 'pi_1_secret_2' })).toEqual({ paymentIntent: paid });
    expect(vi.mocked(accompany).mock.calls[0]?.[0].url).toBe(url);
    expect(went).not.toHaveBeenCalled();
  });

  it.each([['redirect_to_url', SHOP], ['alipay_handle_redirect', SHOP], ['redirect_to_url', 'https://shop.example/v3/frames/return?ch=abc']])(
    'goes on with the whole page where it comes back to the shop: %s %s', async (type, return_url) => {
      const { shop } = clientOf(waiting(type, { url, return_url }));
      void shop.handleNextAction!({ clientSecret: 'pi_1_secret_2' });
      await vi.waitFor(() => expect(went).toHaveBeenCalledWith(url));
      expect(accompany).not.toHaveBeenCalled();
    });

  const RETURN = 'http://localhost/v3/frames/return';
  it.each([[`${RETURN}?ch=abc&origin=https%3A%2F%2Fshop.example`, 'abc'], [RETURN, '']])(
    'goes on over the page where it comes back to the page of the window: %s', async (return_url, channel) => {
      const { shop } = clientOf(waiting('redirect_to_url', { url, return_url }), paid);
      expect(await shop.handleNextAction!({ clientSecret: 'pi_1_secret_2' })).toEqual({ paymentIntent: paid });
      expect(vi.mocked(accompany).mock.calls[0]?.[0]).toMatchObject({ url, channel });
      expect(went).not.toHaveBeenCalled();
    });

  it('and is over is told as it is', async () => {
    expect(await clientOf(paid).shop.handleNextAction!({ clientSecret: 'pi_1_secret_2' })).toEqual({ paymentIntent: paid });
  });
});
