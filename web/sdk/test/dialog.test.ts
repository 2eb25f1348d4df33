// @vitest-environment happy-dom
// @vitest-environment-options { "settings": { "enableIframePageLoading": true, "navigation": { "disableChildFrameNavigation": true } } }
// The window over the page: how long it stays, and what it is not sent to. Deliberately absent: looks, which need a browser.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { accompany } from '../src/dialog';

const LOOK_MS = 2_500;
const OPEN = { status: 'requires_action' };
const PAID = { status: 'succeeded' };

/** Opens a window on a payment that gives these answers one after the other, and the last one from then on. */
function opened(answers: (object | Error)[], url = 'https://bank.example/') {
  const look = vi.fn(async () => {
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer instanceof Error) throw answer;
    return answer;
  });
  const ending = accompany({ url, title: 'Authentication', channel: '0', look, isOpen: ({ status }) => status === 'requires_action' });
  return { look, ending, dialog: () => document.querySelector('div')?.shadowRoot?.querySelector('dialog') ?? null };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('the window', () => {
  it('closes when there is nothing left to do in it', async () => {
    const { ending, dialog } = opened([OPEN, PAID]);
    await vi.advanceTimersByTimeAsync(LOOK_MS);
    expect(dialog()).not.toBeNull();
    await vi.advanceTimersByTimeAsync(LOOK_MS);
    expect(dialog()).toBeNull();
    expect(await ending).toEqual({ ending: 'done', state: PAID });
  });

  it('stays while nobody can say how the payment stands', async () => {
    const { ending, dialog } = opened([{ error: { type: 'api_connection_error' } }, new Error('lost'), OPEN, PAID]);
    await vi.advanceTimersByTimeAsync(3 * LOOK_MS);
    expect(dialog()).not.toBeNull();
    await vi.advanceTimersByTimeAsync(LOOK_MS);
    expect((await ending).ending).toBe('done');
  });

  it('asks one question at a time, and none once it is closed', async () => {
    let answer: (state: object) => void = () => {};
    const look = vi.fn(() => new Promise<object>((resolve) => (answer = resolve)));
    const ending = accompany({ url: 'https://bank.example/', title: 'T', channel: '0', look, isOpen: () => true });
    await vi.advanceTimersByTimeAsync(4 * LOOK_MS);
    expect(look).toHaveBeenCalledOnce();
    document.querySelector('div')?.shadowRoot?.querySelector('button')?.click();
    answer(OPEN);
    await vi.advanceTimersByTimeAsync(4 * LOOK_MS);
    expect(look).toHaveBeenCalledTimes(2);
    answer(PAID);
    expect(await ending).toEqual({ ending: 'closed', state: PAID });
  });

  it('closes at once when it is told to, and asks nothing any more', async () => {
    const look = vi.fn(async () => OPEN);
    const told = new AbortController();
    const ending = accompany({ url: 'https://bank.example/', title: 'T', channel: '0', look, isOpen: () => true, signal: told.signal });
    told.abort();
    expect(document.querySelector('div')).toBeNull();
    await vi.advanceTimersByTimeAsync(4 * LOOK_MS);
    expect(await ending).toEqual({ ending: 'closed', state: null });
    expect(look).not.toHaveBeenCalled();
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', '/c/pay/cs_1', ''])('is not sent to "%s"', async (url) => {
    const { ending, look, dialog } = opened([OPEN], url);
    await expect(ending).rejects.toThrow(/no page/);
    expect(dialog()).toBeNull();
    expect(look).not.toHaveBeenCalled();
  });
});
