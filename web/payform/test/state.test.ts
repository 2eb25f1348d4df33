// What a state says about the end of a session. Deliberately absent: how the page shows it (page.test.tsx).
import { describe, expect, it } from 'vitest';

import { backOf } from '../src/page';
import { hasFailed, isSettled, type State } from '../src/state';
import { stateOf } from './fixture';

const payment: NonNullable<State['payment']> = { status: 'requires_payment_method', error: { kind: 'method_failed' }, action: null };
const action: NonNullable<State['payment']>['action'] = { kind: 'transfer', amount: 4900, reference: 'R', fields: [], url: null };

describe('a session', () => {
  it.each([
    ['that is open', {}, false, false], ['whose payment was declined', { payment }, false, false],
    ['that is expired', { status: 'expired' }, true, false], ['that is paid', { status: 'complete', payment_status: 'paid' }, true, false],
    ['that costs nothing', { status: 'complete', payment_status: 'no_payment_required' }, true, false],
    ['that waits for its money', { status: 'complete', payment: { ...payment, status: 'processing', error: null } }, false, false],
    ['whose money did not come', { status: 'complete', payment }, true, true],
    ['whose last try failed, and whose next one is open', { status: 'complete', payment: { ...payment, status: 'requires_action', action } }, false, false],
    ['whose last try failed, and whose next one is under way', { status: 'complete', payment: { ...payment, status: 'processing' } }, false, false],
  ] as [string, Partial<State>, boolean, boolean][])('%s', (_, change, settled, failed) => {
    expect([isSettled(stateOf(change)), hasFailed(stateOf(change))]).toEqual([settled, failed]);
  });
});

it.each([
  [false, 'never', '/shop'], [false, 'always', '/shop'], [true, 'always', '/shop'], [true, 'never', null],
] as const)('the way back of a page in a frame (%s) that redirects %s is %s', (isEmbedded, redirect, back) => {
  expect(backOf({ isEmbedded, state: stateOf({ return_to: '/shop', redirect }) })).toBe(back);
  expect(backOf({ isEmbedded, state: stateOf({ redirect }) })).toBeNull();
});
