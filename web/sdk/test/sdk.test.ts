// The parts of florin.js that need no frame, and what a built script may weigh.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { sessionOf } from '../src/checkout';
import { Emitter } from '../src/emitter';
import { idOf, stepOf } from '../src/intents';
import { CONFIRMING, UNSUPPORTED } from '../src/names';
import { versionOf } from '../src/origin';

describe('the version', () => {
  it.each([['/v3/', 3], ['/v3', 3], ['/endive/stripe.js', 'endive'], ['/basil/stripe.js', 'basil'], ['/v3/florin-0123.js', 3], ['/Basil/stripe.js', 3]])(
    'of %s is %s', (path, version) => expect(versionOf(path)).toBe(version));
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

it('a checkout session reads as shops expect it', () => {
  const state = {
    id: 'cs_1', livemode: false, currency: 'jpy', email: null, status: 'open', merchant: { name: 'Shop' },
    amounts: { subtotal: 500, shipping: 0, tax: 0, discount: 0, total: 500 }, line_items: [{ id: 'li_1', name: 'Tea', unit_amount: 500, amount: 500, quantity: 1 }],
  };
  expect(sessionOf(state)).toMatchObject({
    id: 'cs_1', canConfirm: true, minorUnitsAmountDivisor: 1, status: { type: 'open' }, total: { total: { minorUnitsAmount: 500 } },
    lineItems: [{ id: 'li_1', total: { minorUnitsAmount: 500 } }],
  });
});

describe('budgets', () => {
  const path = join(import.meta.dirname, '..', '..', 'dist', 'manifest.json');
  // Before the first build there is nothing to weigh. `npm run build` fails over the same limits.
  it.skipIf(!existsSync(path)).each([['sdk.js', 12_288], ['field.js', 30_720], ['controller.js', 4_096]] as const)('%s is at most %i bytes', (name, most) => {
    const built = JSON.parse(readFileSync(path, 'utf8'));
    expect(built[name].gzip).toBeLessThanOrEqual(most);
  });
});
