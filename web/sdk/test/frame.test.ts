// @vitest-environment happy-dom
// @vitest-environment-options { "settings": { "enableIframePageLoading": true, "navigation": { "disableChildFrameNavigation": true } } }
// A frame and what stands in it: documents that say hello, that say nothing, and that come one after the other. The test plays the
// documents. Deliberately absent: real ones, which the browser tests have.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { controllerOf } from '../src/controller';
import { allow, frameOf, LOST, SILENT, type Frame } from '../src/frame';
import { ORIGIN } from '../src/origin';

const SILENT_MS = 2_000;

/** A frame in the page, and its documents: `posted` is what they were told, in order. */
function framed() {
  const frame = frameOf('/v3/frames/field', {}, 'Title');
  const posted: any[] = [];
  const source: any = { postMessage: (one: any) => posted.push(one) };
  Object.defineProperty(frame.element, 'contentWindow', { value: source });
  document.body.append(frame.element);
  const say = (t: string, more: object = {}) => dispatchEvent(Object.assign(new Event('message'), {
    origin: ORIGIN, source, data: { florin: 1, ch: frame.channel, t, ...more },
  }));
  const silent = vi.fn();
  frame.silent = silent;
  return { frame, posted, say, silent, hello: () => say('hello'), load: () => frame.element.dispatchEvent(new Event('load')) };
}

/** What a promise came to by now. */
const by = (asked: Promise<any>) => Promise.race([asked, Promise.resolve('open')]);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
});

describe('a frame', () => {
  it('that says nothing answers so, and is never sent what was answered', async () => {
    const { frame, posted, silent, hello, load } = framed();
    const asked = frame.ask('confirm', { method: 'POST' });
    frame.send('group', { group: 'g' });
    load();
    vi.advanceTimersByTime(SILENT_MS - 1);
    expect(silent).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(await asked).toBe(SILENT);
    expect(await frame.ask('api')).toBe(SILENT);
    expect(silent).toHaveBeenCalledOnce();
    hello();
    expect(posted.map(({ t, id }) => [t, id])).toEqual([['group', undefined]]);
    expect(frame.isSilent).toBe(false);
  });

  it('that says hello is told first what it needs, then what waited, and answers', async () => {
    const { frame, posted, say, hello } = framed();
    const asked = frame.ask('submit');
    frame.hello = () => frame.send('init');
    hello();
    expect(posted.map(({ t }) => t)).toEqual(['init', 'submit']);
    say('reply', { id: 1, p: { type: 'card' } });
    expect(await asked).toEqual({ type: 'card' });
  });

  it.each([
    [['hello', 'load']], [['load', 'hello']], [['hello', 'load', 'hello', 'load']], [['load', 'hello', 'load', 'hello']], [['load', 'load', 'hello']],
  ] as const)('with %j is not silent', (steps) => {
    const made = framed();
    for (const step of steps) made[step]();
    vi.advanceTimersByTime(SILENT_MS);
    expect(made.silent).not.toHaveBeenCalled();
  });

  it.each([[['hello', 'load', 'load']], [['load', 'hello', 'load']]] as const)('is judged anew by each document: %j is silent', async (steps) => {
    const made = framed();
    for (const step of steps) made[step]();
    const asked = made.frame.ask('submit');
    vi.advanceTimersByTime(SILENT_MS);
    expect(await asked).toBe(SILENT);
    expect(made.silent).toHaveBeenCalledOnce();
  });

  it.each(['load', 'hello'] as const)('that begins anew with %s has lost what it was asked, which may have been done', async (step) => {
    const made = framed();
    made.hello();
    made.load();
    const asked = made.frame.ask('confirm');
    made[step]();
    expect(await asked).toBe(LOST);
    expect(made.frame.isSilent).toBe(false);
  });

  it.each([
    ['that the page threw away', (frame: Frame) => frame.element.remove()], ['that was removed', (frame: Frame) => frame.remove()],
  ])('%s is not waited for', (_, remove) => {
    const { frame, silent, load } = framed();
    load();
    remove(frame);
    vi.advanceTimersByTime(SILENT_MS);
    expect(silent).not.toHaveBeenCalled();
  });
});

it('a controller that was silent is made anew for the next question', async () => {
  const controller = controllerOf('pk_test_1');
  const shown = () => document.querySelectorAll('iframe');
  const [first] = shown();
  first?.dispatchEvent(new Event('load'));
  const asked = controller.ask('api', { method: 'GET', path: '/v1/x' });
  vi.advanceTimersByTime(SILENT_MS);
  expect(await asked).toBe(SILENT);
  const again = controller.ask('api', { method: 'GET', path: '/v1/x' });
  expect(shown()).toHaveLength(1);
  expect(shown()[0]).not.toBe(first);
  expect(shown()[0]?.name).toBe(first?.name);
  expect(await by(again)).toBe('open');
});

it.each([
  [['autofill', 'camera', 'shared-autofill'], [], 'autofill; shared-autofill'], [['shared-autofill'], [], 'shared-autofill'], [['camera'], [], null],
  [['autofill', 'camera', 'clipboard-write'], ['clipboard-write'], 'autofill; clipboard-write'], [['autofill'], ['clipboard-write'], 'autofill'],
  [null, ['clipboard-write'], null],
])('where the browser knows %j, a frame that needs %j is allowed %j', (features, more, allowed) => {
  vi.stubGlobal('document', Object.assign(Object.create(document), { featurePolicy: features && { features: () => features } }));
  const attributes = new Map<string, string>();
  allow({ setAttribute: (name: string, value: string) => attributes.set(name, value) } as any, ...more);
  vi.unstubAllGlobals();
  expect(attributes.get('allow') ?? null).toBe(allowed);
});
