// The parts of the frames that need no document: handles, requests, the order of methods, fonts.
import type { Call } from '@florin/pay-core/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { isFontSource } from '../src/fonts';
import { faultOf } from '../src/faults';
import { HELD_MS, Held } from '../src/held';
import { bodyWithCard, encodeForm, isAllowed, send } from '../src/request';
import { layoutOf, ordered } from '../src/session';

const CARD = { number: '4242424242424242', exp_month: '12', exp_year: '2034', cvc: '123' };

describe('held cards', () => {
  it('are given away once', () => {
    const held = new Held();
    expect(held.put('h', 'g', CARD, 0)).toBe(true);
    expect(held.take('h', 1)).toEqual(CARD);
    expect(held.take('h', 2)).toBeNull();
    expect(held.put('h', 'g', CARD, 3)).toBe(false);
  });

  it('are forgotten after their time', () => {
    const held = new Held();
    held.put('h', 'g', CARD, 0);
    expect(held.take('h', HELD_MS)).toBeNull();
    held.put('i', 'g', CARD, 0);
    expect(held.take('i', HELD_MS - 1)).toEqual(CARD);
  });

  it('are joined from the fields of one group, and of no other', () => {
    const held = new Held();
    expect(held.put('h', 'g', { number: '4242424242424242' }, 0)).toBe(true);
    expect(held.put('h', 'other', { cvc: '999' }, 0)).toBe(false);
    expect(held.put('h', 'g', { cvc: '123' }, 0)).toBe(true);
    expect(held.take('h', 1)).toEqual({ number: '4242424242424242', cvc: '123' });
  });
});

describe('requests', () => {
  it('are encoded as the API reads them', () => {
    const text = encodeForm({ a: 1, b: { c: ['x', { d: true }] }, none: null, gone: undefined, empty: '', e: false }).toString();
    expect(decodeURIComponent(text)).toBe('a=1&b[c][0]=x&b[c][1][d]=true&empty=&e=false');
  });

  const post = (path: string, body?: Call['body'], more: object = {}): Call => ({ method: 'POST', path, body, ...more });

  it.each([
    ['/v1/payment_intents/pi_1/confirm', { client_secret: 's', payment_method_data: { type: 'card' } },
      { client_secret: 's', payment_method_data: { type: 'card', card: CARD } }],
    ['/v1/setup_intents/seti_1/confirm', undefined, { payment_method_data: { card: CARD } }],
    ['/v1/confirmation_tokens', { payment_method_data: { type: 'card', billing_details: { name: 'Ada' } }, return_url: 'https://shop.example/' },
      { payment_method_data: { type: 'card', billing_details: { name: 'Ada' }, card: CARD }, return_url: 'https://shop.example/' }],
    ['/v1/payment_methods', { type: 'card', metadata: { order: '7' } }, { type: 'card', metadata: { order: '7' }, card: CARD }],
    ['/v1/tokens', { card: { name: 'Ada', address_zip: '1', currency: 'eur' } }, { card: { name: 'Ada', address_zip: '1', currency: 'eur', ...CARD } }],
    ['/v1/sources', { type: 'card', owner: { name: 'Ada' } }, { type: 'card', owner: { name: 'Ada' }, card: CARD }],
    ['/c/pay/cs_1/confirm', { attempt: 'a' }, { attempt: 'a', card: CARD }],
  ])('to %s have the card where the path says', (path, body, sent) => {
    expect(bodyWithCard(post(path, body), CARD)).toEqual(sent);
    // A page may wish for another place; nobody reads it.
    expect(bodyWithCard(post(path, body, { at: ['metadata'], json: true }), CARD)).toEqual(sent);
  });

  it.each([
    ['/v1/payment_methods', { type: 'card', card: { token: 'tok_1' } }],
    ['/v1/payment_methods', { type: 'card', card: 'tok_1' }],
    ['/v1/payment_methods', { type: 'card', card: ['tok_1'] }],
    ['/v1/payment_methods', { type: 'card', 'card[token]': 'tok_1' }],
    ['/v1/payment_methods', { type: 'card', '': { card: { token: 'tok_1' } } }],
    ['/v1/payment_methods', { type: 'card', metadata: { 'a][b': '1' } }],
    ['/v1/tokens', { card: { number: '4000000000000002' } }],
    ['/v1/sources', { card: { token: 'tok_1' } }],
    ['/v1/tokens', { card: { name: 'Ada', metadata: {} } }],
    ['/v1/payment_intents/pi_1/confirm', { payment_method_data: { card: { token: 'tok_1' } } }],
    ['/v1/payment_intents/pi_1/confirm', { payment_method_data: { 'card][token': 'tok_1' } }],
    ['/v1/confirmation_tokens', { payment_method_data: { card: { number: '4000000000000002' } } }],
    ['/v1/confirmation_tokens', { payment_method_data: { card: { networks: { preferred: 'visa' } } } }],
    ['/c/pay/cs_1/confirm', { card: { number: '4000000000000002' } }],
    ['/v1/customers', { name: 'Ada' }],
  ])('to %s with %j have no room for a card', (path, body) => expect(bodyWithCard(post(path, body), CARD)).toBeNull());

  it('hold a number once, whatever the page wrote around it', () => {
    const atData = ['/v1/payment_intents/pi_1/confirm', '/v1/setup_intents/seti_1/confirm', '/v1/confirmation_tokens'];
    for (const path of ['/v1/tokens', '/v1/payment_methods', '/v1/sources', ...atData]) {
      const body = { metadata: { a: '1' }, payment_method_data: 'x', payment_method_options: { card: { network: 'visa' } }, return_url: 'https://shop.example/' };
      const sent = encodeForm(bodyWithCard(post(path, body), { ...CARD, networks: { preferred: 'visa' } }));
      const carriers = [...sent].filter(([, value]) => value === CARD.number).map(([name]) => name);
      expect(carriers).toEqual([atData.includes(path) ? 'payment_method_data[card][number]' : 'card[number]']);
    }
  });

  const networks = { preferred: 'cartes_bancaires' };
  const network = networks.preferred;
  it.each([
    ['/v1/payment_intents/pi_1/confirm', { payment_method_data: { card: { cvc: '1', networks } } }],
    ['/v1/setup_intents/seti_1/confirm', { payment_method_data: { card: { cvc: '1', networks } } }],
    ['/v1/confirmation_tokens', { payment_method_data: { card: { cvc: '1', networks } } }],
    ['/v1/payment_methods', { card: { cvc: '1', networks } }],
    ['/v1/sources', { card: { cvc: '1', networks } }],
    ['/c/pay/cs_1/confirm', { card: { cvc: '1', network } }],
  ])('to %s name the chosen network where it belongs', (path, sent) => {
    expect(bodyWithCard(post(path), { cvc: '1', networks })).toEqual(sent);
  });

  it('leave the network to the buyer who chose one', () => {
    const path = '/v1/payment_intents/pi_1/confirm';
    const options = (card: unknown) => ({ payment_method_options: { card, ideal: { a: '1' } } });
    const sent = (card: unknown, own: object) => decodeURIComponent(encodeForm(bodyWithCard(post(path, options(card)), own)).toString());
    const wish = { network: 'visa', request_three_d_secure: 'any' };
    const kept = 'payment_method_options[card][request_three_d_secure]=any&payment_method_options[ideal][a]=1';
    const chosen = 'payment_method_data[card][networks][preferred]=cartes_bancaires';
    expect(sent(wish, { networks })).toBe(`${kept}&${chosen}`);
    expect(sent(wish, {})).toBe(`payment_method_options[card][network]=visa&${kept}`);
    expect(sent('x', { networks })).toBe(`payment_method_options[card]=x&payment_method_options[ideal][a]=1&${chosen}`);
    for (const payment_method_options of ['x', null, { card: null }]) {
      expect(bodyWithCard(post(path, { payment_method_options }), { networks })).toMatchObject({ payment_method_options });
    }
  });

  it.each([
    ['POST', '/v1/payment_intents/pi_1/confirm', true], ['POST', '/v1/setup_intents/seti_1/confirm', true], ['POST', '/v1/tokens', true],
    ['POST', '/v1/payment_methods', true], ['POST', '/v1/sources', true], ['POST', '/v1/confirmation_tokens', true], ['POST', '/c/pay/cs_1/confirm', true],
    ['GET', '/v1/payment_intents/pi_1?client_secret=pi_1_secret_2', false], ['GET', '/v1/elements/sessions?deferred_intent%5Bmode%5D=payment', false],
  ] as const)('%s %s may be asked', (method, path, hasCard) => expect(isAllowed({ method, path }, hasCard)).toBe(true));

  it.each([
    ['POST', '//evil.example/v1/tokens', false], ['POST', 'https://evil.example/v1/tokens', true], ['POST', '/v1/../admin', false],
    ['POST', '/v1/payment_intents/pi_1/cancel', true], ['POST', '/v1/customers', true], ['GET', '/v1/tokens', true],
    ['GET', '/v1/confirmation_tokens', true], ['POST', '/v1/confirmation_tokens/ctoken_1', true], ['POST', '/v1/sources/src_1', true], ['POST', '/c/pay/cs_1/update', true], ['POST', '/v1/payment_methods/pm_1', true],
    ['GET', '/admin', false], ['GET', '/v1//x', false], ['POST', '/v1/tokens?x=1', true], ['GET', '/v1/x#y', false], ['GET', '', false],
  ] as const)('%s %s may not', (method, path, hasCard) => expect(isAllowed({ method, path }, hasCard)).toBe(false));
});

describe('sending', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  const TOKEN: Call = { method: 'POST', path: '/v1/tokens', body: { card: { cvc: '1' } }, account: 'acct_1' };

  async function sent(answers: (Response | Error)[], call = TOKEN): Promise<{ result: any; keys: string[]; inits: RequestInit[] }> {
    vi.useFakeTimers();
    const inits: RequestInit[] = [];
    vi.stubGlobal('fetch', async (_: string, init: RequestInit) => {
      inits.push(init);
      const answer = answers[inits.length - 1];
      if (answer instanceof Error || !answer) throw answer;
      return answer;
    });
    const promise = send(call, 'pk_test_1');
    await vi.runAllTimersAsync();
    const result = await promise;
    return { result, inits, keys: inits.map((init) => (init.headers as Record<string, string>)['Idempotency-Key'] ?? '') };
  }
  const json = (status: number, headers = {}) => new Response(JSON.stringify({ status }), { status, headers });

  it('says who asks, and names no version', async () => {
    const { inits } = await sent([json(200)]);
    const headers = inits[0]?.headers as Record<string, string>;
    expect(headers).toMatchObject({ Authorization: 'Bearer pk_test_1', 'Stripe-Account': 'acct_1', 'Content-Type': 'application/x-www-form-urlencoded' });
    expect(Object.keys(headers)).not.toContain('Stripe-Version');
    expect(inits[0]?.credentials).toBe('omit');
  });

  it('tells the page of a checkout nothing but what it reads', async () => {
    const { inits } = await sent([json(200)], { method: 'POST', path: '/c/pay/cs_1/confirm', body: { attempt: 'a' }, account: 'acct_1' });
    expect(inits[0]?.headers).toEqual({ Accept: 'application/json', 'Content-Type': 'application/json' });
    expect(inits[0]?.body).toBe('{"attempt":"a"}');
  });

  it('asks for the answer of the first attempt while that is under way', async () => {
    const busy = () => new Response('{"error":{"code":"idempotency_key_in_use"}}', { status: 409 });
    const { result, inits } = await sent([new Error('lost'), busy(), busy(), json(200)], { ...TOKEN, path: '/c/pay/cs_1/confirm' });
    expect(result).toEqual({ status: 200 });
    expect(new Set(inits.map((init) => init.body)).size).toBe(1);
  });

  it('tries again under the same key when nobody answered', async () => {
    const { result, keys } = await sent([new Error('offline'), json(503), json(200)]);
    expect(result).toEqual({ status: 200 });
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
  });

  it('gives up after four tries, and says that nothing is charged twice', async () => {
    const { result, keys } = await sent([new Error('1'), new Error('2'), new Error('3'), new Error('4'), json(200)]);
    expect(keys).toHaveLength(4);
    expect(result.error.type).toBe('api_connection_error');
  });

  it.each([[402, {}, 1], [500, { 'stripe-should-retry': 'false' }, 1], [409, { 'stripe-should-retry': 'true' }, 2]] as const)(
    'after %i with %o there are %i tries', async (status, headers, tries) => {
      const { keys } = await sent([json(status, headers), json(200)]);
      expect(keys).toHaveLength(tries);
    });
});

describe('the payment element', () => {
  const methods = ['card', 'ideal', 'pix'].map((type) => ({ type, flow: 'card' as const }));
  it('orders methods as the shop wishes, the others behind', () => {
    expect(ordered(methods, ['pix']).map((one) => one.type)).toEqual(['pix', 'card', 'ideal']);
    expect(ordered(methods).map((one) => one.type)).toEqual(['card', 'ideal', 'pix']);
  });
  it.each([[{}, 4, 'tabs'], [{}, 5, 'accordion'], [{ layout: 'accordion' }, 2, 'accordion'], [{ layout: { type: 'tabs' } }, 9, 'tabs'], [{ layout: 'auto' }, 5, 'accordion']] as const)(
    '%o with %i methods is %s', (options, count, layout) => expect(layoutOf(options, count)).toBe(layout));
});

it('every input has its faults', () => {
  expect(faultOf('number', '4242', 'visa', true)).toBe('incomplete_number');
  expect(faultOf('expiry', '01 / 20', 'visa', false)).toBe('invalid_expiry_year_past');
  expect(faultOf('cvc', '123', 'amex', true)).toBe('incomplete_cvc');
});

it.each([
  ['url(https://shop.example/a.woff2)', true], ['url("https://shop.example/a.woff2") format("woff2")', true], ['url(data:font/woff2;base64,AA)', true],
  ['url(http://shop.example/a.woff2)', false], ['local(Arial)', false], ['url(https://a.example/a) , red', false], [undefined, false],
])('the font source %s is taken: %s', (src, is) => expect(isFontSource(src)).toBe(is));
