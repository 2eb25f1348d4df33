// The parts of the frames that need no document: handles, requests, the order of methods, fonts.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { isFontSource } from '../src/fonts';
import { currentMonth, faultKey, faultOf } from '../src/faults';
import { HELD_MS, Held } from '../src/held';
import { bodyWithCard, encodeForm, isAllowed, send, withCard } from '../src/request';
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

  it('get the card at its place, beside what the shop said', () => {
    expect(withCard({ client_secret: 's', payment_method_data: { type: 'card', card: { name: 'Ada' } } }, ['payment_method_data', 'card'], { cvc: '1' }))
      .toEqual({ client_secret: 's', payment_method_data: { type: 'card', card: { name: 'Ada', cvc: '1' } } });
    expect(withCard({}, ['card'], { cvc: '1' })).toEqual({ card: { cvc: '1' } });
  });

  it('name the chosen network where it belongs', () => {
    const card = { cvc: '1', networks: { preferred: 'cartes_bancaires' } };
    const confirm = { method: 'POST', path: '/v1/payment_intents/pi_1/confirm', at: ['payment_method_data', 'card'] } as const;
    expect(bodyWithCard({ ...confirm, at: [...confirm.at] }, card)).toEqual({
      payment_method_options: { card: { network: 'cartes_bancaires' } }, payment_method_data: { card: { cvc: '1' } },
    });
    expect(bodyWithCard({ method: 'POST', path: '/v1/payment_methods', at: ['card'], body: { type: 'card' } }, card)).toEqual({ type: 'card', card });
  });

  it.each([
    ['POST', '/v1/payment_intents/pi_1/confirm', true], ['POST', '/v1/setup_intents/seti_1/confirm', true], ['POST', '/v1/tokens', true],
    ['POST', '/v1/payment_methods', true], ['POST', '/v1/confirmation_tokens', true], ['POST', '/c/pay/cs_1/confirm', true],
    ['GET', '/v1/payment_intents/pi_1?client_secret=pi_1_secret_2', false], ['GET', '/v1/elements/sessions?deferred_intent%5Bmode%5D=payment', false],
  ] as const)('%s %s may be asked', (method, path, hasCard) => expect(isAllowed({ method, path }, hasCard)).toBe(true));

  it.each([
    ['POST', '//evil.example/v1/tokens', false], ['POST', 'https://evil.example/v1/tokens', true], ['POST', '/v1/../admin', false],
    ['POST', '/v1/payment_intents/pi_1/cancel', true], ['POST', '/v1/customers', true], ['GET', '/v1/tokens', true],
    ['GET', '/admin', false], ['GET', '/v1//x', false], ['POST', '/v1/tokens?x=1', true], ['GET', '/v1/x#y', false], ['GET', '', false],
  ] as const)('%s %s may not', (method, path, hasCard) => expect(isAllowed({ method, path }, hasCard)).toBe(false));
});

describe('sending', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  async function sent(answers: (Response | Error)[]): Promise<{ result: any; keys: string[]; inits: RequestInit[] }> {
    vi.useFakeTimers();
    const inits: RequestInit[] = [];
    vi.stubGlobal('fetch', async (_: string, init: RequestInit) => {
      inits.push(init);
      const answer = answers[inits.length - 1];
      if (answer instanceof Error || !answer) throw answer;
      return answer;
    });
    const promise = send({ method: 'POST', path: '/v1/tokens', body: { card: { cvc: '1' } }, account: 'acct_1' }, 'pk_test_1');
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

  it('tries again under the same key when nobody answered', async () => {
    const { result, keys } = await sent([new Error('offline'), json(503), json(200)]);
    expect(result).toEqual({ status: 200 });
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
  });

  it('gives up after three tries, and says that nothing is charged twice', async () => {
    const { result, keys } = await sent([new Error('1'), new Error('2'), new Error('3'), json(200)]);
    expect(keys).toHaveLength(3);
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

it('every fault has its sentence', () => {
  expect(faultOf('number', '4242', 'visa', true)).toBe('incomplete_number');
  expect(faultOf('expiry', '01 / 20', 'visa', false)).toBe('invalid_expiry_year_past');
  expect(faultOf('cvc', '123', 'amex', true)).toBe('incomplete_cvc');
  expect(faultKey('invalid_expiry_year_past')).toBe('error.expired');
  expect(currentMonth(new Date(2026, 0, 31))).toEqual({ month: 1, year: 2026 });
});

it.each([
  ['url(https://shop.example/a.woff2)', true], ['url("https://shop.example/a.woff2") format("woff2")', true], ['url(data:font/woff2;base64,AA)', true],
  ['url(http://shop.example/a.woff2)', false], ['local(Arial)', false], ['url(https://a.example/a) , red', false], [undefined, false],
])('the font source %s is taken: %s', (src, is) => expect(isFontSource(src)).toBe(is));
