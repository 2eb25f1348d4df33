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
    const { client, asked, shop } = clientOf({ id: 'seti_1', status: 'succeeded' });
    const confirmParams = { confirmation_token: TOKEN.id };
    expect(await shop.confirmSetup!({ clientSecret: 'seti_1_secret_2', confirmParams, redirect: 'if_required' })).toMatchObject({ setupIntent: { id: 'seti_1' } });
    expect(asked[0]).toMatchObject({ path: '/v1/setup_intents/seti_1/confirm', body: { confirmation_token: TOKEN.id } });
    expect(client.redirecting.size).toBe(0);
  });

  it.each<[string, Collected['chosen'], boolean]>([['of a card', { card: true }, true], ['of a method with a page of its own', { type: 'ideal' }, false]])(
    '%s takes place in a window over the page: %s', async (_, chosen, isOver) => {
      const url = 'https://bank.example/next';
      const { asked, shop, elements, confirm } = confirmation([
        TOKEN, { id: 'pi_1', status: 'requires_action', next_action: { type: 'redirect_to_url', redirect_to_url: { url } } }, paid,
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

  it.each([['redirect_to_url'], ['alipay_handle_redirect']])('goes on with the whole page where it comes back to the shop: %s', async (type) => {
    const { shop } = clientOf(waiting(type, { url, return_url: SHOP }));
    void shop.handleNextAction!({ clientSecret: 'pi_1_secret_2' });
    await vi.waitFor(() => expect(went).toHaveBeenCalledWith(url));
    expect(accompany).not.toHaveBeenCalled();
  });

  it('and is over is told as it is', async () => {
    expect(await clientOf(paid).shop.handleNextAction!({ clientSecret: 'pi_1_secret_2' })).toEqual({ paymentIntent: paid });
  });
});
