// What a press of the button leads to. Deliberately absent: time; waiting ends when the test says so.
import { describe, expect, it, vi } from 'vitest';

import type { Answer, Requests, Verb } from '../src/requests';
import { createSession } from '../src/session';
import type { State } from '../src/state';
import { stateOf } from './fixture';

const order = { method: 'card' };
const declined = (kind: 'check_cvc') => stateOf({ payment: { status: 'requires_payment_method', error: { kind }, action: null } });
const complete = stateOf({ status: 'complete', payment_status: 'paid' });
const refused = (status: number, code: string, param: string | null = null): Answer => ({ kind: 'refused', status, code, param });
const unreachable: Answer = { kind: 'unreachable' };
const answered = (state: State): Answer => ({ kind: 'state', state });

interface Sent {
  verb: Verb;
  body: { attempt?: string; expected_amount?: number } & Record<string, unknown>;
}

/** A session whose server gives these answers, one after the other. */
function sessionWith(answers: (Answer | Promise<Answer>)[], initial = stateOf()) {
  const sent: Sent[] = [];
  const left: string[] = [];
  const waits: number[] = [];
  const next = async () => answers.shift() ?? unreachable;
  const requests: Requests = {
    read: async () => next(),
    send: async (verb, body) => {
      sent.push({ verb, body: body as Sent['body'] });
      return next();
    },
    clockAhead: () => 0,
  };
  let attempts = 0;
  const session = createSession(initial, {
    requests,
    leave: (url) => left.push(url),
    wait: async (ms) => void waits.push(ms),
    newAttempt: () => `attempt-${++attempts}`,
  });
  return { session, sent, left, waits };
}

describe('paying', () => {
  it('sends the amount that was shown and ends complete', async () => {
    const { session, sent } = sessionWith([answered(complete)]);
    await session.pay(order);
    expect(sent).toEqual([{ verb: 'confirm', body: { attempt: 'attempt-1', expected_amount: 4900, method: 'card' } }]);
    expect(session.view()).toMatchObject({ phase: 'idle', isPaidHere: true, state: { status: 'complete' } });
  });

  it('a double press pays once', async () => {
    const { session, sent } = sessionWith([answered(complete), answered(complete)]);
    await Promise.all([session.pay(order), session.pay(order)]);
    expect(sent).toHaveLength(1);
  });

  it('a press that is under way already is asked for again with the same attempt', async () => {
    const { session, sent, waits } = sessionWith([unreachable, { kind: 'under_way' }, answered(complete)]);
    await session.pay(order);
    expect(sent.map(({ body }) => body.attempt)).toEqual(['attempt-1', 'attempt-1', 'attempt-1']);
    expect(waits).toHaveLength(2);
    expect(session.view()).toMatchObject({ phase: 'idle', isOffline: false, state: { status: 'complete' } });
  });

  it('a refused payment is counted, and the next press is a new attempt', async () => {
    const { session, sent } = sessionWith([answered(declined('check_cvc')), answered(complete)]);
    await session.pay(order);
    expect(session.view()).toMatchObject({ phase: 'idle', declines: 1, isPaidHere: false });
    await session.pay(order);
    expect(sent.map(({ body }) => body.attempt)).toEqual(['attempt-1', 'attempt-2']);
  });

  it('the same attempt goes out again while nobody answers', async () => {
    const { session, sent, waits } = sessionWith([unreachable, unreachable, answered(complete)]);
    await session.pay(order);
    expect(sent.map(({ body }) => body.attempt)).toEqual(['attempt-1', 'attempt-1', 'attempt-1']);
    expect(waits).toEqual([600, 1800]);
    expect(session.view()).toMatchObject({ isOffline: false, notice: null });
  });

  it('a press without any answer is said, and pressing again keeps its attempt', async () => {
    const { session, sent } = sessionWith([unreachable, unreachable, unreachable, unreachable, answered(complete)]);
    await session.pay(order);
    expect(session.view()).toMatchObject({ phase: 'idle', isOffline: true, notice: { kind: 'unreachable' } });
    await session.retry();
    expect(sent).toHaveLength(5);
    expect(new Set(sent.map(({ body }) => body.attempt))).toEqual(new Set(['attempt-1']));
    expect(session.view().state.status).toBe('complete');
  });

  it('an action to redirect leaves the page', async () => {
    const payment = { status: 'requires_action' as const, error: null, action: { kind: 'redirect' as const, url: '/bank' } };
    const { session, left } = sessionWith([answered(stateOf({ payment }))]);
    await session.pay(order);
    expect(left).toEqual(['/bank']);
    expect(session.view().phase).toBe('leaving');
  });

  it('an action that is open from before does not leave the page', () => {
    const payment = { status: 'requires_action' as const, error: null, action: { kind: 'redirect' as const, url: '/bank' } };
    const { session, left } = sessionWith([], stateOf({ payment }));
    session.apply(stateOf({ payment }));
    expect(left).toEqual([]);
  });
});

describe('a refusal', () => {
  const dearer = stateOf({ amounts: { subtotal: 5900, shipping: 0, tax: 0, discount: 0, total: 5900 } });

  it('because of the amount shows the new one and asks again', async () => {
    const { session, sent } = sessionWith([refused(400, 'amount_changed', 'expected_amount'), answered(dearer), answered(complete)]);
    await session.pay(order);
    expect(session.view()).toMatchObject({ phase: 'idle', notice: { kind: 'amount_changed' }, state: { amounts: { total: 5900 } } });
    await session.pay(order);
    expect(sent.at(-1)?.body).toMatchObject({ attempt: 'attempt-2', expected_amount: 5900 });
  });

  it.each([
    [refused(409, 'session_complete'), complete, 'complete'],
    [refused(409, 'session_expired'), stateOf({ status: 'expired' }), 'expired'],
  ])('%j leads to the state of the server', async (answer, state, status) => {
    const { session } = sessionWith([answer, answered(state)]);
    await session.pay(order);
    expect(session.view()).toMatchObject({ phase: 'idle', notice: null, state: { status } });
  });

  it.each([
    [refused(429, 'rate_limit'), { kind: 'busy', param: null }],
    [refused(400, 'parameter_invalid', 'billing[email]'), { kind: 'invalid', param: 'billing[email]' }],
    [refused(500, ''), { kind: 'failed', param: null }],
  ])('%j is told', async (answer, notice) => {
    const { session } = sessionWith([answer]);
    await session.pay(order);
    expect(session.view()).toMatchObject({ phase: 'idle', notice });
  });

  it('because the session is gone shows that', async () => {
    const { session } = sessionWith([refused(404, 'not_found')]);
    await session.pay(order);
    expect(session.view()).toMatchObject({ isGone: true, notice: null });
  });
});

describe('a change', () => {
  it('that is still on its way is waited for, with the amount that was seen', async () => {
    const { session, sent } = sessionWith([answered(stateOf({ amounts: { ...stateOf().amounts, total: 5400 } })), answered(complete)]);
    const update = session.update({ shipping_option: 'shr_1' });
    await Promise.all([update, session.pay(order)]);
    expect(sent.map(({ verb }) => verb)).toEqual(['update', 'confirm']);
    expect(sent[1]?.body.expected_amount).toBe(4900);
  });

  it('waits for the one before it, and is made of what that one left', async () => {
    const item = stateOf().line_items[0]!;
    const { session, sent } = sessionWith([answered(stateOf({ line_items: [{ ...item, quantity: 2 }] })), answered(stateOf())]);
    const more = () => session.update(({ line_items: [now] }) => ({ quantities: { li_1: now!.quantity + 1 } }));
    expect(await Promise.all([more(), more(), session.update(() => undefined)])).toEqual([true, true, true]);
    expect(sent.map(({ body }) => body)).toEqual([{ quantities: { li_1: 2 } }, { quantities: { li_1: 3 } }]);
  });

  it('is sent, too, when the one before it failed', async () => {
    const { session, sent } = sessionWith([refused(429, 'rate_limit'), answered(stateOf())]);
    expect(await Promise.all([session.update({ locale: 'de' }), session.update({ shipping_option: 'shr_1' })])).toEqual([false, true]);
    expect(sent.map(({ body }) => body)).toEqual([{ locale: 'de' }, { shipping_option: 'shr_1' }]);
  });

  it('that is asked for while a press waits goes before it', async () => {
    const { session, sent } = sessionWith([answered(stateOf()), answered(stateOf()), answered(complete)]);
    await Promise.all([session.update({ locale: 'de' }), session.pay(order), session.update({ shipping_option: 'shr_1' })]);
    expect(sent.map(({ verb, body }) => [verb, body.locale ?? body.shipping_option])).toEqual([
      ['update', 'de'], ['update', 'shr_1'], ['confirm', undefined],
    ]);
  });

  it('is not made any more while a payment is under way', async () => {
    let come = (_: Answer) => {};
    const { session, sent } = sessionWith([new Promise<Answer>((resolve) => (come = resolve))]);
    const paid = session.pay(order);
    await vi.waitFor(() => expect(session.view().phase).toBe('paying'));
    expect(await session.update({ locale: 'de' })).toBe(false);
    come(answered(complete));
    await paid;
    expect(sent.map(({ verb }) => verb)).toEqual(['confirm']);
  });

  it('says whether it worked', async () => {
    const { session } = sessionWith([answered(stateOf()), unreachable, refused(400, '')]);
    expect(await session.update({ locale: 'de' })).toBe(true);
    expect(await session.update({ locale: 'de' })).toBe(false);
    expect(session.view().isOffline).toBe(true);
    expect(await session.update({ locale: 'de' })).toBe(false);
    expect(session.view().notice?.kind).toBe('failed');
  });

  it('giving up an action comes back to the form', async () => {
    const payment = { status: 'requires_action' as const, error: null, action: { kind: 'redirect' as const, url: '/bank' } };
    const { session, sent } = sessionWith([answered(stateOf())], stateOf({ payment }));
    await session.cancel();
    expect(sent).toEqual([{ verb: 'cancel', body: {} }]);
    expect(session.view().state.payment).toBe(null);
  });
});

describe('who paid', () => {
  it('is this tab when it opened on a payment under way', () => {
    const payment = { status: 'processing' as const, error: null, action: null };
    expect(sessionWith([], stateOf({ payment })).session.view().isPaidHere).toBe(true);
  });

  it('is another tab when the session ends while the form is open', () => {
    const { session } = sessionWith([]);
    session.apply(complete);
    expect(session.view().isPaidHere).toBe(false);
  });
});
