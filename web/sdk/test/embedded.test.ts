// @vitest-environment happy-dom
// @vitest-environment-options { "settings": { "enableIframePageLoading": true, "navigation": { "disableChildFrameNavigation": true } } }
// The page of a session in a frame: its life, and what its messages do to the page around it. The test plays the frame.
// Deliberately absent: real frames, which the browser tests have.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { embed } from '../src/embedded';
import { ORIGIN } from '../src/origin';

const SECRET = 'cs_test_1_secret_2';
const LOOK_MS = 2_500;
let made: any = null;
let state: any = {};
const asked: string[] = [];
const client: any = { key: 'pk_test_1', controller: { ask: async (_: string, { path }: any) => (asked.push(path), state) } };

/** The frame in the page: `posted` is what it was told, with the origin that may hear it. */
async function mounted(options: object = { clientSecret: SECRET }) {
  made = await embed(client, options);
  return mount('#place');
}

function mount(place: string) {
  made.mount(place);
  const element = document.querySelector<HTMLIFrameElement>(`${place} iframe`)!;
  const posted: any[] = [];
  const source: any = { postMessage: (one: any, origin: string) => posted.push([one.t, origin]) };
  Object.defineProperty(element, 'contentWindow', { value: source });
  const url = new URL(element.src);
  const say = (t: string, p?: unknown, more: object = {}) => dispatchEvent(Object.assign(new Event('message'), {
    origin: ORIGIN, source, data: { florin: 1, ch: url.searchParams.get('ch'), t, p }, ...more,
  }));
  say('hello');
  return { element, posted, say, url };
}

beforeEach(() => {
  document.body.innerHTML = '<div id="place"></div><div id="other"></div>';
  state = {};
  asked.length = 0;
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  // A page that a test did not end would be in the way of the next one.
  try {
    made?.destroy();
  } catch {}
});

describe('the page of a session in a frame', () => {
  it('is asked for with the secret, the key, the origin of the shop and a channel', async () => {
    const { url, element } = await mounted();
    expect(url.origin + url.pathname).toBe(`${ORIGIN}/c/embedded/cs_test_1`);
    const { ch, ...query } = Object.fromEntries(url.searchParams);
    expect(query).toEqual({ secret: SECRET, pk: 'pk_test_1', origin: location.origin });
    expect(ch).toMatch(/^[0-9a-f]{32}$/);
    expect(element.getAttribute('scrolling')).toBe('no');
  });

  it.each([[{ clientSecret: 'cs_test_1' }], [{ clientSecret: 'pi_1_secret_2' }], [{ fetchClientSecret: async () => 7 }], [{}], [undefined]])(
    'is refused for %j, and the next one is made', async (options) => {
      await expect(embed(client, options)).rejects.toThrow(/client secret of a checkout session/);
      await mounted({ fetchClientSecret: async () => SECRET });
      expect(document.querySelectorAll('iframe')).toHaveLength(1);
    });

  it('fails as the shop failed to give the secret', async () => {
    await expect(embed(client, { fetchClientSecret: async () => Promise.reject(new Error('no network')) })).rejects.toThrow('no network');
  });

  it('is mounted once at a time, there is one of it, and it ends for good', async () => {
    const { element } = await mounted();
    expect(() => made.mount('#other')).toThrow(/mounted already/);
    await expect(embed(client, { clientSecret: SECRET })).rejects.toThrow('You cannot have multiple Embedded Checkout objects');
    made.unmount();
    expect(element.isConnected).toBe(false);
    made.mount(document.getElementById('other'));
    expect(document.querySelectorAll('#other iframe')).toHaveLength(1);
    made.destroy();
    expect(document.querySelectorAll('iframe')).toHaveLength(0);
    for (const name of ['mount', 'unmount', 'destroy']) expect(() => made[name]('#place')).toThrow(/has been destroyed/);
  });

  it('gives way where it is in no page, also while its secret is still under way', async () => {
    let give: (secret: string) => void = () => {};
    const first: any = embed(client, { fetchClientSecret: () => new Promise((resolve) => (give = resolve)) });
    await mounted();
    give(SECRET);
    const late: any = await first;
    expect(() => late.mount('#other')).toThrow(/has been destroyed/);
    expect(document.querySelectorAll('iframe')).toHaveLength(1);
  });

  it('is as high as it says', async () => {
    const { element, say } = await mounted();
    say('height', 512);
    expect(element.style.height).toBe('512px');
    for (const height of [0, -1, 'x', null]) say('height', height);
    expect(element.style.height).toBe('512px');
  });

  it('tells that it is complete once', async () => {
    const onComplete = vi.fn();
    const { say } = await mounted({ clientSecret: SECRET, onComplete });
    say('complete');
    say('complete');
    expect(onComplete).toHaveBeenCalledOnce();
  });

  it('sends the whole page where it says, if that is a page', async () => {
    const assign = vi.spyOn(location, 'assign').mockImplementation(() => {});
    const { say } = await mounted();
    for (const url of ['javascript:alert(1)', 'data:text/html,x', '/back', '', null, 7]) say('navigate', { url });
    say('navigate');
    expect(assign).not.toHaveBeenCalled();
    say('navigate', { url: 'https://shop.example/done' });
    expect(assign.mock.calls).toEqual([['https://shop.example/done']]);
  });

  it.each([
    ['another origin', { origin: 'https://evil.example' }], ['another window', { source: {} }],
    ['another channel', { data: { florin: 1, ch: '0'.repeat(32), t: 'navigate', p: { url: 'https://evil.example/' } } }],
  ])('does not hear %s', async (_, more) => {
    const assign = vi.spyOn(location, 'assign').mockImplementation(() => {});
    const { say } = await mounted();
    say('navigate', { url: 'https://evil.example/' }, more);
    expect(assign).not.toHaveBeenCalled();
  });

  it('is not heard any more when it is gone', async () => {
    const assign = vi.spyOn(location, 'assign').mockImplementation(() => {});
    const { say } = await mounted();
    made.unmount();
    say('navigate', { url: 'https://shop.example/done' });
    expect(assign).not.toHaveBeenCalled();
  });

  it('hands Escape to whatever is around it', async () => {
    const { element, say } = await mounted();
    const heard = vi.fn();
    document.getElementById('place')?.addEventListener('keydown', heard);
    say('escape');
    expect(heard.mock.calls.map(([event]) => [event.key, event.target])).toEqual([['Escape', element]]);
  });
});

describe('the bank of a card', () => {
  const bank = { url: 'https://bank.example/' };
  const dialog = () => document.body.lastElementChild?.shadowRoot?.querySelector('dialog') ?? null;

  it('opens over the page, and the frame goes on when it is done', async () => {
    vi.useFakeTimers();
    const { posted, say } = await mounted();
    state = { payment: { action: { kind: 'redirect' } } };
    say('authenticate', bank);
    say('authenticate', bank);
    expect(document.querySelectorAll('body > div')).toHaveLength(3);
    expect(dialog()).not.toBeNull();
    await vi.advanceTimersByTimeAsync(LOOK_MS);
    expect(dialog()).not.toBeNull();
    state = { payment: { action: null } };
    await vi.advanceTimersByTimeAsync(LOOK_MS);
    expect(dialog()).toBeNull();
    expect(posted).toEqual([['resume', ORIGIN]]);
    expect(new Set(asked)).toEqual(new Set(['/c/pay/cs_test_1_secret_2/state']));
  });

  it.each(['unmount', 'destroy'])('closes at once with the frame: %s', async (end) => {
    vi.useFakeTimers();
    const { posted, say } = await mounted();
    state = { payment: { action: { kind: 'redirect' } } };
    say('authenticate', bank);
    made[end]();
    expect(dialog()).toBeNull();
    await vi.advanceTimersByTimeAsync(2 * LOOK_MS);
    expect([posted, asked]).toEqual([[], []]);
  });

  it('opens for the next frame, also while the state of the one before is still asked for', async () => {
    vi.useFakeTimers();
    const { posted, say } = await mounted();
    let answer: (state: object) => void = () => {};
    state = new Promise((resolve) => (answer = resolve));
    say('authenticate', bank);
    dialog()?.querySelector('button')?.click();
    await vi.advanceTimersByTimeAsync(0);
    made.unmount();
    const next = mount('#other');
    next.say('authenticate', bank);
    answer({});
    await vi.advanceTimersByTimeAsync(0);
    expect(dialog()).not.toBeNull();
    expect([posted, next.posted]).toEqual([[], []]);
  });

  it('is a page', async () => {
    const { say } = await mounted();
    say('authenticate', { url: 'javascript:alert(1)' });
    expect(dialog()).toBeNull();
  });
});
