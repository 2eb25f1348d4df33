// How the page hears of changes: server-sent events, and questions at growing intervals while those do not work.
// Deliberately absent: a socket. What the page has to say goes in ordinary requests.

import type { State } from './state';

/** The part of an EventSource that is used. */
export interface EventStream {
  addEventListener(name: string, listener: (event: MessageEvent<string>) => void): void;
  close(): void;
  onerror: ((event: Event) => void) | null;
  onopen: ((event: Event) => void) | null;
}

export interface LivePorts {
  /** Null where the browser has no event streams. */
  open: (() => EventStream) | null;
  refresh(): Promise<void>;
  apply(state: State): void;
  /** Calls back later; the answer takes it back. */
  later(callback: () => void, ms: number): () => void;
}

export interface Live {
  /** Asks at once, as when the tab is looked at again. */
  check(): void;
  stop(): void;
}

const POLL_MS_MIN = 2_000;
const POLL_MS_MAX = 10_000;
const POLL_GROWTH = 1.5;
/** How long a broken stream is left alone before it is opened again. */
const REOPEN_MS = 30_000;

/** Follows the state until it is told to stop. */
export function follow(ports: LivePorts): Live {
  let stream: EventStream | null = null;
  let takeBackPoll: (() => void) | null = null;
  let takeBackOpen: (() => void) | null = null;
  let interval = POLL_MS_MIN;
  let isStopped = false;

  const endPolling = () => {
    takeBackPoll?.();
    takeBackPoll = null;
    interval = POLL_MS_MIN;
  };
  const poll = () => {
    if (takeBackPoll || isStopped) return;
    takeBackPoll = ports.later(() => {
      void ports.refresh().finally(() => {
        if (!takeBackPoll) return;
        takeBackPoll = null;
        interval = Math.min(interval * POLL_GROWTH, POLL_MS_MAX);
        poll();
      });
    }, interval);
  };
  const open = () => {
    if (!ports.open) return poll();
    stream = ports.open();
    stream.onopen = endPolling;
    stream.onerror = () => {
      // The browser would come back by itself, but not after every kind of failure and not soon.
      stream?.close();
      stream = null;
      poll();
      takeBackOpen?.();
      takeBackOpen = ports.later(open, REOPEN_MS);
    };
    stream.addEventListener('state', (event) => ports.apply(JSON.parse(event.data) as State));
  };
  open();

  return {
    check: () => void (isStopped || ports.refresh()),
    stop: () => {
      isStopped = true;
      stream?.close();
      endPolling();
      takeBackOpen?.();
    },
  };
}
