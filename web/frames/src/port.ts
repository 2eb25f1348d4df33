// The frame's side of the messages: what it takes, from whom, and where it answers.
// Deliberately absent: what the messages mean.

import { isMessage, message, originOf, received, type Message, type Up } from '@florin/pay-core/protocol';

export interface Port {
  /** The parameters of the frame's URL. */
  query: URLSearchParams;
  up(t: Up, p?: unknown, id?: number): void;
}

/** Opens the port to the page, or null when this document is not a frame of the page that its URL names. */
export function openPort(take: (message: Message) => void): Port | null {
  const query = new URLSearchParams(location.search);
  const origin = originOf(query.get('origin'));
  const ch = query.get('ch');
  if (!origin || !ch || parent === window) return null;
  addEventListener('message', (event) => {
    const taken = received(event, { origin, source: parent, ch });
    if (taken) take(taken);
  });
  return { query, up: (t, p, id) => parent.postMessage(message(ch, t, p, id), origin) };
}

/** Takes what another frame of Florin's origin says, if both stand under the same page. The caller checks the group's channel. */
export function listenAcross(take: (message: Message, source: Window) => void): void {
  addEventListener('message', (event) => {
    const source = event.source as Window | null;
    if (event.origin !== location.origin || !source || source === parent || source === window) return;
    if (source.parent === parent && isMessage(event.data)) take(event.data, source);
  });
}
