// @vitest-environment happy-dom
// A field frame that is built anew: by another amount, and in another language. Deliberately absent: its parts, which have tests of their own.
import { message } from '@florin/pay-core/protocol';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';

const CHANNEL = 'a'.repeat(32);
const SHOP = 'https://shop.example';
const saved = (id: string, last4: string) => ({ id, type: 'card', brand: 'visa', last4, exp_month: 12, exp_year: 2034 });
const SESSION = {
  mode: 'payment', methods: [{ type: 'card', flow: 'card' }, { type: 'ideal', flow: 'redirect' }], merchant: { name: 'Lund' },
  saved_methods: [saved('pm_1', '4242'), saved('pm_2', '1111')], customer_session: { save: true, remove: true, save_usage: null },
};

const posted: any[] = [];
const page = { postMessage: (sent: any) => posted.push(sent) };
const all = <E extends HTMLElement>(selector: string) => [...document.querySelectorAll<E>(selector)];
const tell = (t: 'init' | 'group', p: object) =>
  dispatchEvent(new MessageEvent('message', { data: message(CHANNEL, t, p), origin: SHOP, source: page as unknown as Window }));
const last = () => posted.filter(({ t }) => t === 'change').at(-1)?.p;
const networks = () => all('.Network').map((one) => `${one.dataset.network} ${one.getAttribute('aria-pressed')}`);

beforeAll(async () => {
  vi.stubGlobal('parent', page);
  vi.stubGlobal('ResizeObserver', class { observe() {} });
  history.replaceState(null, '', `?kind=payment&origin=${encodeURIComponent(SHOP)}&ch=${CHANNEL}`);
  await import('../src/field');
  tell('init', { group: { locale: 'en', session: SESSION } });
  await vi.waitFor(() => expect(all('.Picker')).toHaveLength(1));
});
afterAll(() => vi.unstubAllGlobals());

beforeEach(async () => {
  tell('group', { locale: 'en', session: { ...SESSION, amount: Math.random() } });
  await vi.waitFor(() => expect(all('.Tab')[0]?.textContent).toBe('Card'));
  all('#method-card')[0]?.click();
  all('.Picker input')[0]?.click();
  posted.length = 0;
});

/** Each of the ways in which a frame is built anew. */
const WAYS: [string, () => Promise<unknown>][] = [
  ['another amount', async () => tell('group', { session: { ...SESSION, amount: 2 } })],
  ['another language', async () => {
    const before = all('form')[0];
    tell('group', { locale: 'de' });
    await vi.waitFor(() => expect(before?.isConnected).toBe(false));
    expect(document.documentElement.lang).toBe('de');
  }],
];

/** The buyer's card of two networks, of which they press the second. */
function typeNew(): void {
  all<HTMLInputElement>('.Picker input').at(-1)?.click();
  const number = all<HTMLInputElement>('#number')[0]!;
  number.value = '4000002500001001';
  number.dispatchEvent(new Event('input', { bubbles: true }));
  all('.Network')[1]?.click();
}

it.each(WAYS)('%s leaves the saved card that was chosen', async (_, rebuild) => {
  all<HTMLInputElement>('.Picker input')[1]?.click();
  const before = all('.Picker')[0];
  await rebuild();
  expect(all('.Picker')[0]).not.toBe(before);
  expect(all<HTMLInputElement>('.Picker input').map((one) => one.checked)).toEqual([false, true, false]);
  expect(last()?.value.payment_method.id).toBe('pm_2');
});

it.each(WAYS)('%s leaves the method that was chosen, and tells no other', async (_, rebuild) => {
  all('#method-ideal')[0]?.click();
  await rebuild();
  expect(all('[role=tab]').map((one) => one.getAttribute('aria-selected'))).toEqual(['false', 'true']);
  expect(all('.RedirectText')).toHaveLength(1);
  expect(posted.filter(({ t }) => t === 'change').map(({ p }) => p.value.type)).toEqual(['ideal']);
});

it.each(WAYS)('%s leaves a new card, its network and the wish to save it', async (_, rebuild) => {
  typeNew();
  all<HTMLInputElement>('#save')[0]!.checked = true;
  await rebuild();
  expect(all<HTMLInputElement>('.Picker input').at(-1)?.checked).toBe(true);
  expect(all('#save')[0]?.closest('[hidden]')).toBeNull();
  expect(all<HTMLInputElement>('#save')[0]?.checked).toBe(true);
  expect(all<HTMLInputElement>('#number')[0]?.value).toBe('4000 0025 0000 1001');
  expect(networks()).toEqual(['visa false', 'cartes_bancaires true']);
});

it('what is not offered any more is not chosen', async () => {
  all<HTMLInputElement>('.Picker input')[1]?.click();
  all('#method-ideal')[0]?.click();
  tell('group', { session: { ...SESSION, methods: [SESSION.methods[0], { type: 'pix', flow: 'qr' }], saved_methods: [saved('pm_1', '4242')] } });
  expect(last()?.value).toEqual({ type: 'card', payment_method: { id: 'pm_1', type: 'card' } });
});
