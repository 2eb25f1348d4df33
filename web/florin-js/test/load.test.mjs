// @vitest-environment happy-dom
// Which script is loaded, when, and what comes of it. The test plays the script. Deliberately absent: real pages, which the browser tests have.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const PAY = 'https://pay.example';
const SCRIPT = `${PAY}/endive/stripe.js`;
const ROOT = join(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
let added = [];
let pure;

const entry = (name) => import(`../src/${name}.js`);
const settled = () => new Promise((done) => setTimeout(done));
const name = (content) => (document.head.innerHTML = `<meta name="florin-origin" content="${content}">`);

/** florin.js as far as a loader sees it. */
function script() {
  const clients = [];
  const Florin = (...words) => {
    const client = { words, wrapper: null, _registerWrapper: (told) => (client.wrapper = told) };
    clients.push(client);
    return client;
  };
  return { Florin, clients };
}

/** A tag of the page itself, which does nothing until the test says so. */
const ownTag = (path, more) =>
  document.head.appendChild(Object.assign(document.createElement('script'), { type: 'text/plain', src: PAY + path, ...more }));

/** Lets the time pass in which a tag of a page that has loaded is waited for. */
async function waitInVain() {
  const { TAG_WAIT_MS } = await entry('load');
  await vi.advanceTimersByTimeAsync(TAG_WAIT_MS - 1);
  expect(added).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
}

/** The last tag that was put into the page has loaded, and defined this. */
function loads(Florin) {
  window.Florin = Florin;
  added.at(-1).dispatchEvent(new Event('load'));
}

beforeEach(async () => {
  vi.resetModules();
  name(PAY);
  added = [];
  vi.spyOn(document.head, 'append').mockImplementation((tag) => void added.push(tag));
  vi.spyOn(document, 'readyState', 'get').mockReturnValue('complete');
  pure = await entry('pure');
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  delete window.Florin;
  delete window.Stripe;
});

describe('the script', () => {
  it.each([PAY, `${PAY}/`, `${PAY}/v3/?a=b`])('is the one of the server that the page names: %s', async (content) => {
    name(content);
    const { Florin, clients } = script();
    const asked = pure.loadStripe('pk_test_1', { locale: 'de' });
    await settled();
    expect(added.map(({ src }) => src)).toEqual([SCRIPT]);
    loads(Florin);
    expect(await asked).toBe(clients[0]);
    expect(clients[0].words).toEqual(['pk_test_1', { locale: 'de' }]);
    expect(clients[0].wrapper).toEqual({ name: 'stripe-js', version, startTime: expect.any(Number) });
  });

  it.each(['', 'pay.example', 'javascript:alert(1)', 'data:text/javascript,x', '//pay.example'])('is none where the page names "%s"', async (content) => {
    name(content);
    await expect(pure.loadStripe('pk_test_1')).rejects.toThrow('<meta name="florin-origin"');
    expect(added).toEqual([]);
  });

  it('is that of the first name, whatever was put into the page later', async () => {
    document.head.innerHTML += '<meta name="florin-origin" content="https://evil.example">';
    void pure.loadStripe('pk_test_1');
    await settled();
    expect(added[0].src).toBe(SCRIPT);
  });

  it('is loaded once for all clients', async () => {
    const { Florin, clients } = script();
    const both = [pure.loadStripe('pk_test_1'), pure.loadStripe('pk_test_2')];
    await settled();
    loads(Florin);
    expect(await Promise.all(both)).toEqual(clients);
    expect(added).toHaveLength(1);
  });

  it('is not loaded where it is there, nor is another Stripe taken for it', async () => {
    const { Florin, clients } = script();
    Object.assign(window, { Florin, Stripe: () => 'of another script' });
    expect(await pure.loadStripe('pk_test_1')).toBe(clients[0]);
    expect(added).toEqual([]);
  });

  it.each([['/v3/', true], ['/basil/stripe.js', true], ['/v3/florin-0123456789abcdef.js', true], ['/assets/other.js', false]])(
    'may be a tag of the page that still loads: %s', async (path, isIt) => {
      vi.spyOn(document, 'readyState', 'get').mockReturnValue('interactive');
      const own = ownTag(path);
      const { Florin, clients } = script();
      const asked = pure.loadStripe('pk_test_1');
      await settled();
      expect(added).toHaveLength(isIt ? 0 : 1);
      window.Florin = Florin;
      (isIt ? own : added[0]).dispatchEvent(new Event('load'));
      expect(await asked).toBe(clients[0]);
    });

  it('is put into the page where the tag of the page failed before anybody listened', async () => {
    vi.spyOn(document, 'readyState', 'get').mockReturnValue('interactive');
    ownTag('/v3/');
    const { Florin, clients } = script();
    const asked = pure.loadStripe('pk_test_1');
    await settled();
    expect(added).toHaveLength(0);
    dispatchEvent(new Event('load'));
    await settled();
    expect(added).toHaveLength(1);
    loads(Florin);
    expect(await asked).toBe(clients[0]);
  });

  it.each(['before anybody listened', 'later', 'while the page loads'])('that the page pins is never replaced: it failed %s', async (when) => {
    const isBefore = when === 'before anybody listened';
    if (isBefore) vi.useFakeTimers();
    else vi.spyOn(document, 'readyState', 'get').mockReturnValue('interactive');
    const own = ownTag('/v3/florin-0123456789abcdef.js', { integrity: 'sha384-x' });
    const asked = expect(pure.loadStripe('pk_test_1')).rejects.toThrow('that this page pins did not load');
    await (isBefore ? waitInVain() : settled());
    if (when === 'later') own.dispatchEvent(new Event('error'));
    if (when === 'while the page loads') dispatchEvent(new Event('load'));
    await asked;
    await expect(pure.loadStripe('pk_test_1')).rejects.toThrow('that this page pins did not load');
    expect(added).toEqual([]);
  });

  it.each([{}, { integrity: 'sha384-x' }])('may be a tag that was put into a page that had loaded: %j', async (more) => {
    const own = ownTag('/v3/florin-0123456789abcdef.js', more);
    const { Florin, clients } = script();
    const asked = pure.loadStripe('pk_test_1');
    await settled();
    expect(added).toEqual([]);
    window.Florin = Florin;
    own.dispatchEvent(new Event('load'));
    expect(await asked).toBe(clients[0]);
    expect(added).toEqual([]);
  });

  it('is put into the page where such a tag fails', async () => {
    const own = ownTag('/v3/');
    const { Florin, clients } = script();
    const asked = pure.loadStripe('pk_test_1');
    await settled();
    own.dispatchEvent(new Event('error'));
    await settled();
    loads(Florin);
    expect(await asked).toBe(clients[0]);
    expect(added).toHaveLength(1);
  });

  it('is put into the page where the tag of the page never came', async () => {
    vi.useFakeTimers();
    ownTag('/v3/');
    void pure.loadStripe('pk_test_1');
    await waitInVain();
    expect(added).toHaveLength(1);
  });

  it('that fails is tried a second time, and once more for whoever asks later', async () => {
    const fail = async () => (added.at(-1).dispatchEvent(new Event('error')), settled());
    const asked = expect(pure.loadStripe('pk_test_1')).rejects.toThrow(`Failed to load ${SCRIPT}`);
    await settled();
    await fail();
    expect(added).toHaveLength(2);
    await fail();
    await asked;
    const { Florin, clients } = script();
    const again = pure.loadStripe('pk_test_1');
    await settled();
    loads(Florin);
    expect(await again).toBe(clients[0]);
    expect(added).toHaveLength(3);
  });

  it('that is something else says so', async () => {
    const asked = expect(pure.loadStripe('pk_test_1')).rejects.toThrow('is not florin.js');
    for (let time = 0; time < 2; time++) {
      await settled();
      loads(undefined);
    }
    await asked;
  });

  it('has an address that pages with Trusted Types take', async () => {
    const createPolicy = vi.fn((_, rules) => ({ createScriptURL: (url) => `${rules.createScriptURL(url)}#trusted` }));
    vi.stubGlobal('trustedTypes', { createPolicy });
    void pure.loadStripe('pk_test_1');
    await settled();
    expect(added[0].src).toBe(`${SCRIPT}#trusted`);
    expect(createPolicy.mock.calls[0][0]).toBe('florin-stripe-js');
  });

  it('is none where there is no page', async () => {
    vi.stubGlobal('document', undefined);
    expect(await pure.loadStripe('pk_test_1')).toBeNull();
  });
});

describe('the two entries', () => {
  it('pure loads nothing until it is called', async () => {
    await settled();
    expect(added).toEqual([]);
  });

  it('the other one loads when it is imported, and hands that script out', async () => {
    const { loadStripe } = await entry('index');
    await settled();
    expect(added).toHaveLength(1);
    const { Florin, clients } = script();
    loads(Florin);
    expect(await loadStripe('pk_test_1')).toBe(clients[0]);
    expect(added).toHaveLength(1);
  });

  it('a page without a name hears of it where nobody calls', async () => {
    name('');
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    await entry('index');
    await settled();
    expect(warn.mock.calls.map(([error]) => error.message)).toEqual([expect.stringContaining('florin-origin')]);
  });

  it('parameters are taken before the first call, if they are parameters', async () => {
    const { loadStripe } = pure;
    loadStripe.setLoadParameters({ advancedFraudSignals: false });
    for (const wrong of [null, undefined, 7, {}, { advancedFraudSignals: 'no' }]) {
      expect(() => loadStripe.setLoadParameters(wrong)).toThrow('invalid load parameters');
    }
    void loadStripe('pk_test_1');
    expect(() => loadStripe.setLoadParameters({ advancedFraudSignals: true })).toThrow('after calling loadStripe');
  });
});

it('the package is of the generation that it stands for, and holds no address of Stripe\'s', async () => {
  expect((await entry('load')).VERSION).toBe(version);
  expect(version).toMatch(/^10\./);
  for (const file of ['load', 'pure', 'index']) expect(readFileSync(join(ROOT, 'src', `${file}.js`), 'utf8')).not.toMatch(/https?:\/\/[\w.]*stripe/);
});
