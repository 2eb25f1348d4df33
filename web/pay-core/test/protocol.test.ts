// The rule for taking a message: wrong origin, window or channel and it was never said.
import { describe, expect, it } from 'vitest';
import { isMessage, message, originOf, randomId, received } from '../src/protocol';

const CH = '0123456789abcdef0123456789abcdef';
const WINDOW = {};
const expected = { origin: 'https://pay.example', source: WINDOW, ch: CH };
const sent = message(CH, 'change', { complete: true });

describe('receiving', () => {
  it('takes what comes from the right window, origin and channel', () => {
    expect(received({ origin: 'https://pay.example', source: WINDOW, data: sent }, expected)).toEqual(sent);
  });

  it.each([
    ['another origin', { origin: 'https://evil.example', source: WINDOW, data: sent }],
    ['the same host without TLS', { origin: 'http://pay.example', source: WINDOW, data: sent }],
    ['another window', { origin: 'https://pay.example', source: {}, data: sent }],
    ['no window', { origin: 'https://pay.example', source: null, data: sent }],
    ['another channel', { origin: 'https://pay.example', source: WINDOW, data: { ...sent, ch: CH.replace('0', 'f') } }],
    ['another version', { origin: 'https://pay.example', source: WINDOW, data: { ...sent, florin: 2 } }],
    ['a text', { origin: 'https://pay.example', source: WINDOW, data: JSON.stringify(sent) }],
    ['nothing', { origin: 'https://pay.example', source: WINDOW, data: null }],
  ])('does not take %s', (_, event) => expect(received(event, expected)).toBeNull());

  it('takes nothing while no window is expected', () => {
    expect(received({ origin: 'https://pay.example', source: null, data: sent }, { ...expected, source: null })).toBeNull();
  });
});

describe('channels', () => {
  it('are 128 random bits', () => {
    const ids = new Set(Array.from({ length: 50 }, randomId));
    expect(ids.size).toBe(50);
    for (const id of ids) expect(isMessage(message(id, 'hello'))).toBe(true);
  });
  it.each(['', 'short', CH.toUpperCase(), CH + '0'])('"%s" is none', (ch) => {
    expect(isMessage({ florin: 1, ch, t: 'hello' })).toBe(false);
  });
});

describe('origins in a query', () => {
  it.each(['https://shop.example', 'http://127.0.0.1:7001', 'https://shop.example:8443'])('%s is one', (origin) => {
    expect(originOf(origin)).toBe(origin);
  });
  it.each(['*', '', null, 'null', 'https://shop.example/', 'https://shop.example/a', 'HTTPS://shop.example', 'javascript:0', 'file:///a'])(
    '%s is none', (text) => expect(originOf(text)).toBeNull());
});
