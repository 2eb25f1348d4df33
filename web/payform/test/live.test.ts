// How the page follows the session. Deliberately absent: real timers; the test calls back.
import { describe, expect, it } from 'vitest';

import { follow, type EventStream } from '../src/live';
import type { State } from '../src/state';
import { stateOf } from './fixture';

class FakeStream implements EventStream {
  onerror: ((event: Event) => void) | null = null;
  onopen: ((event: Event) => void) | null = null;
  isClosed = false;
  private listener: ((event: MessageEvent<string>) => void) | null = null;

  addEventListener(_name: string, listener: (event: MessageEvent<string>) => void) {
    this.listener = listener;
  }

  close() {
    this.isClosed = true;
  }

  say(state: State) {
    this.listener?.({ data: JSON.stringify(state) } as MessageEvent<string>);
  }
}

function following(hasStreams: boolean) {
  const streams: FakeStream[] = [];
  const timers: { ms: number; callback: () => void; isTakenBack: boolean }[] = [];
  const states: State[] = [];
  let refreshes = 0;
  const live = follow({
    open: hasStreams
      ? () => {
          streams.push(new FakeStream());
          return streams.at(-1)!;
        }
      : null,
    refresh: async () => void (refreshes += 1),
    apply: (state) => states.push(state),
    later: (callback, ms) => {
      const timer = { ms, callback, isTakenBack: false };
      timers.push(timer);
      return () => void (timer.isTakenBack = true);
    },
  });
  const ring = async () => {
    const timer = timers.filter(({ isTakenBack, ms }) => !isTakenBack && ms < 30_000).at(-1);
    timer?.callback();
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { live, streams, timers, states, ring, count: () => refreshes };
}

describe('following', () => {
  it('takes the states of the stream', () => {
    const { streams, states } = following(true);
    streams[0]?.say(stateOf({ status: 'complete' }));
    expect(states.map(({ status }) => status)).toEqual(['complete']);
  });

  it('asks at growing intervals where there are no streams', async () => {
    const { timers, ring, count } = following(false);
    for (let turn = 0; turn < 6; turn++) await ring();
    expect(timers.map(({ ms }) => ms)).toEqual([2000, 3000, 4500, 6750, 10_000, 10_000, 10_000]);
    expect(count()).toBe(6);
  });

  it('asks when the stream breaks, opens it again later, and stops asking when it works', () => {
    const { streams, timers } = following(true);
    streams[0]?.onerror?.(new Event('error'));
    expect(streams[0]?.isClosed).toBe(true);
    expect(timers.map(({ ms }) => ms)).toEqual([2000, 30_000]);
    timers[1]?.callback();
    streams[1]?.onopen?.(new Event('open'));
    expect(timers[0]?.isTakenBack).toBe(true);
  });

  it('asks at once when the page is looked at, and never after its end', () => {
    const { live, streams, count } = following(true);
    live.check();
    expect(count()).toBe(1);
    live.stop();
    live.check();
    expect(count()).toBe(1);
    expect(streams[0]?.isClosed).toBe(true);
  });
});
