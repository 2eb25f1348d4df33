// What the answers of the server mean. Deliberately absent: a server.
import { describe, expect, it, vi } from 'vitest';

import { createRequests } from '../src/requests';
import { stateOf } from './fixture';

const DATE = 'Sun, 15 Nov 2026 12:00:00 GMT';
const answering = (status: number, body: unknown) =>
  vi.fn<typeof fetch>(async () => new Response(JSON.stringify(body), { status, headers: { date: DATE } }));

describe('an answer', () => {
  it.each([200, 402])('%i with a state is that state', async (status) => {
    expect(await createRequests('/c/pay/1', answering(status, stateOf())).read()).toEqual({ kind: 'state', state: stateOf() });
  });

  it.each([400, 402, 404, 409, 429, 500])('%i with an error is a refusal', async (status) => {
    const requests = createRequests('/c/pay/1', answering(status, { error: { code: 'c', message: 'm', param: 'p' } }));
    expect(await requests.send('confirm', {})).toEqual({ kind: 'refused', status, code: 'c', param: 'p' });
  });

  it.each([502, 503, 504])('%i is nobody who answers', async (status) => {
    expect(await createRequests('/c/pay/1', answering(status, {})).read()).toEqual({ kind: 'unreachable' });
  });

  it('that the press is under way is neither', async () => {
    const requests = createRequests('/c/pay/1', answering(409, { error: { code: 'idempotency_key_in_use', message: 'm' } }));
    expect(await requests.send('confirm', {})).toEqual({ kind: 'under_way' });
  });

  it('that is no JSON is a refusal without a code', async () => {
    const requests = createRequests('/c/pay/1', async () => new Response('<html>', { status: 500 }));
    expect(await requests.read()).toEqual({ kind: 'refused', status: 500, code: '', param: null });
  });

  it('that never comes is nobody who answers', async () => {
    const requests = createRequests('/c/pay/1', async () => Promise.reject(new TypeError('network')));
    expect(await requests.read()).toEqual({ kind: 'unreachable' });
  });

  it('tells the clock of the server', async () => {
    vi.useFakeTimers({ now: Date.parse(DATE) - 5_000, toFake: ['Date'] });
    const requests = createRequests('/c/pay/1', answering(200, stateOf()));
    await requests.read();
    vi.useRealTimers();
    expect(requests.clockAhead()).toBe(5_000);
  });
});

it('requests go to the address of the page, as JSON', async () => {
  const fetcher = answering(200, stateOf());
  const requests = createRequests('/c/pay/1', fetcher);
  await requests.send('update', { locale: 'de' });
  const [url, init] = fetcher.mock.calls[0] ?? [];
  expect(url).toBe('/c/pay/1/update');
  expect(init).toMatchObject({ method: 'POST', body: '{"locale":"de"}', headers: { 'content-type': 'application/json' }, cache: 'no-store' });
});

it('a payment has a query, and nothing else has', async () => {
  const fetcher = vi.fn<typeof fetch>(async () => new Response('{}'));
  const requests = createRequests('/c/pay/1', fetcher, '?ch=1');
  await requests.read();
  for (const verb of ['update', 'confirm', 'cancel'] as const) await requests.send(verb, {});
  expect(fetcher.mock.calls.map(([url]) => url)).toEqual(['/c/pay/1/state', '/c/pay/1/update', '/c/pay/1/confirm?ch=1', '/c/pay/1/cancel']);
});
