// @vitest-environment happy-dom
// The page in a frame: what it says to the script around it, to whom, and when. Deliberately absent: that script (sdk/test/embedded.test.ts).
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { isStaying, openHost } from '../src/embed';
import type { State } from '../src/state';
import { METHODS, stateOf } from './fixture';

const SHOP = 'https://shop.example';
const CHANNEL = '0123456789abcdef0123456789abcdef';
const BANK = 'https://bank.example/';
const embedded = { origin: SHOP, channel: CHANNEL };
let posted: [string, unknown, string][] = [];
const above = { postMessage: ({ t, p, ch }: any, origin: string) => void (ch === CHANNEL && posted.push([t, p, origin])) };

function host(first: State = stateOf(), more: object = {}) {
  const resume = vi.fn();
  const root = document.body.appendChild(document.createElement('main'));
  return { resume, made: openHost({ ...embedded, ...more }, first, root, resume) };
}

const payment = (change: object): State['payment'] => ({ status: 'requires_action', error: null, action: null, ...change });
const complete = (change: Partial<State> = {}) => stateOf({ status: 'complete', payment_status: 'paid', return_to: `${SHOP}/done`, ...change });

beforeEach(() => {
  posted = [];
  vi.stubGlobal('parent', above);
});
afterEach(() => {
  vi.unstubAllGlobals();
  document.body.replaceChildren();
  document.head.replaceChildren();
});

describe('the page in a frame', () => {
  it('says hello to the shop, and to nobody else', () => {
    host();
    expect(posted).toEqual([['hello', undefined, SHOP]]);
    expect(document.querySelector('base')?.target).toBe('_top');
    expect(document.documentElement.classList.contains('is-embedded')).toBe(true);
  });

  it.each([[{ origin: '*' }], [{ origin: 'https://shop.example/path' }], [{ origin: 'null' }], [{ channel: '1' }]])('says nothing where it stands with %j', (more) => {
    expect(host(stateOf(), more).made).toBeNull();
    expect(posted).toEqual([]);
  });

  it('says nothing where nobody is around it', () => {
    vi.stubGlobal('parent', window);
    expect(host().made).toBeNull();
  });

  it.each([
    ['a card at its bank', 'authenticate', BANK, payment({ method: 'card', action: { kind: 'redirect', url: BANK } })],
    ['a method of another kind', 'navigate', BANK, payment({ method: 'revolut_pay', action: { kind: 'redirect', url: BANK } })],
    ['the shop', 'navigate', `${SHOP}/done`, payment({ method: 'card', status: 'succeeded' })],
    ['another address than that of the bank', 'navigate', SHOP, payment({ method: 'card', action: { kind: 'redirect', url: BANK } })],
  ])('asks for %s: %s', (_, t, url, open) => {
    host().made?.leave(url, stateOf({ payment: open, methods: METHODS }));
    expect(posted.at(-1)).toEqual([t, { url }, SHOP]);
  });

  it('goes on when the shop says so, and only then', () => {
    const { resume } = host();
    const say = (more: object) => dispatchEvent(Object.assign(new Event('message'), {
      origin: SHOP, source: above, data: { florin: 1, ch: CHANNEL, t: 'resume' }, ...more,
    }));
    for (const more of [{ origin: 'https://evil.example' }, { source: {} }, { data: { florin: 1, ch: '0'.repeat(32), t: 'resume' } }]) say(more);
    expect(resume).not.toHaveBeenCalled();
    say({});
    expect(resume).toHaveBeenCalledOnce();
  });

  it('passes Escape on, unless something in it took the key', () => {
    host();
    const press = (key: string, isTaken = false) => {
      const event = new KeyboardEvent('keydown', { key, cancelable: true, bubbles: true });
      if (isTaken) event.preventDefault();
      document.body.dispatchEvent(event);
    };
    press('a');
    press('Escape', true);
    expect(posted.map(([t]) => t)).toEqual(['hello']);
    press('Escape');
    expect(posted.at(-1)?.[0]).toBe('escape');
  });
});

describe('the end', () => {
  it.each([
    ['never', complete({ redirect: 'never', return_to: null }), true], ['no address of return', complete({ redirect: 'always', return_to: null }), true],
    ['always', complete({ redirect: 'always' }), false], ['nothing said', complete(), false],
    ['if required, by card', complete({ redirect: 'if_required', methods: METHODS, payment: payment({ method: 'card', status: 'succeeded' }) }), true],
    ['if required, by a method with a page', complete({ redirect: 'if_required', methods: METHODS, payment: payment({ method: 'revolut_pay', status: 'succeeded' }) }), false],
    ['if required, without a payment', complete({ redirect: 'if_required', methods: [] }), true],
  ])('with %s', (_, state, stays) => {
    expect(isStaying(state)).toBe(stays);
    const { made } = host();
    made?.changed(stateOf());
    made?.changed(state);
    made?.changed(state);
    expect(posted.filter(([t]) => t === 'complete')).toHaveLength(stays ? 1 : 0);
  });

  it('that was there at the beginning is not told', () => {
    const state = complete({ redirect: 'never', return_to: null });
    host(state).made?.changed(state);
    expect(posted.map(([t]) => t)).toEqual(['hello']);
  });
});

it.each([
  ['when its money is there', { payment_status: 'paid', payment: payment({ method: 'customer_balance', status: 'succeeded' }) }, ['hello', 'complete']],
  ['never where its money did not come', {
    payment_status: 'unpaid', payment: payment({ method: 'customer_balance', status: 'requires_payment_method', error: { kind: 'method_failed' } }),
  }, ['hello']],
] as [string, Partial<State>, string[]][])('a transfer is told %s', (_, ending, told) => {
  const action: NonNullable<State['payment']>['action'] = { kind: 'transfer', amount: 4900, reference: 'R', fields: [], url: null };
  const { made } = host();
  made?.changed(complete({ redirect: 'never', payment_status: 'unpaid', payment: payment({ method: 'customer_balance', action }) }));
  expect(posted.map(([t]) => t)).toEqual(['hello']);
  made?.changed(complete({ redirect: 'never', ...ending }));
  expect(posted.map(([t]) => t)).toEqual(told);
});

it('a bank leads back to the page of return of this frame', () => {
  expect(host().made?.returnQuery).toBe(`?origin=https%3A%2F%2Fshop.example&ch=${CHANNEL}`);
});
