// @vitest-environment happy-dom
// The page as buyers meet it: typing, faults, refusals, actions, endings. Deliberately absent: looks, which need a browser.
import { beforeEach, describe, expect, it, vi } from 'vitest';

import type { Answer } from '../src/requests';
import type { Action, ErrorKind, State } from '../src/state';
import { METHODS, stateOf } from './fixture';
import { mount, NOW, type Mounted } from './mounted';

const answered = (state: State): Answer => ({ kind: 'state', state });
const payment = (change: Partial<NonNullable<State['payment']>>) =>
  ({ status: 'requires_payment_method', error: null, action: null, ...change }) as NonNullable<State['payment']>;
const declined = (kind: ErrorKind) => stateOf({ payment: payment({ error: { kind } }) });
const complete = (change: Partial<State> = {}) => stateOf({ status: 'complete', payment_status: 'paid', ...change });

/** An answer that comes when the test says so. */
function late() {
  let come = (_: Answer) => {};
  const answer = new Promise<Answer>((resolve) => (come = resolve));
  return { answer, come: (state: State) => come(answered(state)) };
}

/** The buyer leaves a field in which they changed something. */
const change = (page: Mounted, name: string) => page.input(name).dispatchEvent(new Event('change', { bubbles: true }));

async function choose(page: Mounted, language: string, button: string) {
  const select = page.root.querySelector<HTMLSelectElement>('.language-select')!;
  select.value = language;
  select.dispatchEvent(new Event('change', { bubbles: true }));
  await vi.waitFor(() => expect(page.text('.pay')).toBe(button));
}

async function fillCard(page: Mounted) {
  await page.type('email', 'jo@example.com');
  await page.type('number', '4242424242424242');
  await page.type('expiry', '1230');
  await page.type('cvc', '123');
  await page.type('name', 'Jo Doe');
}

describe('typing a card', () => {
  it('groups the number, names the brand and goes on when a field is full', async () => {
    const page = await mount(stateOf());
    await page.type('number', '4242');
    expect(page.text('.field-number [role=status]')).toBe('Visa');
    await page.type('number', '4242424242424242');
    expect(page.input('number').value).toBe('4242 4242 4242 4242');
    expect(document.activeElement).toBe(page.input('expiry'));
    await page.type('expiry', '1230');
    expect(page.input('expiry').value).toBe('12 / 30');
    expect(document.activeElement).toBe(page.input('cvc'));
  });

  it('shows nothing wrong before a field is left, a wrong check digit at once, and nothing after it is put right', async () => {
    const page = await mount(stateOf());
    await page.type('number', '4242 42');
    expect(page.all('.fault')).toHaveLength(0);
    await page.leave('number');
    expect(page.text('.fault')).toBe('Your card number is incomplete.');
    await page.type('number', '4242 4242 4242 4241');
    expect(page.text('.fault')).toBe('Your card number is not valid. Check it for typos.');
    await page.type('number', '4242 4242 4242 4242');
    expect(page.all('.fault')).toHaveLength(0);
    await page.type('number', '4242 42');
    expect(page.all('.fault')).toHaveLength(0);
  });

  it('an empty field that is only passed through stays quiet', async () => {
    const page = await mount(stateOf());
    await page.leave('email');
    expect(page.all('.fault')).toHaveLength(0);
  });

  it('has what browsers fill in and phones show keys for', async () => {
    const page = await mount(stateOf());
    const attributes = ['email', 'number', 'expiry', 'cvc', 'name'].map((name) =>
      [name, page.input(name).getAttribute('autocomplete'), page.input(name).getAttribute('inputmode')]);
    expect(attributes).toEqual([
      ['email', 'email', 'email'], ['number', 'cc-number', 'numeric'], ['expiry', 'cc-exp', 'numeric'], ['cvc', 'cc-csc', 'numeric'],
      ['name', 'cc-name', null],
    ]);
  });

  it('offers the published test number where no money moves, and nowhere else', async () => {
    const page = await mount(stateOf());
    expect(page.text('.badge')).toBe('Test mode');
    await page.click('.test-fill button');
    expect([page.input('number').value, page.input('expiry').value, page.input('cvc').value]).toEqual(['4242 4242 4242 4242', '12 / 30', '123']);
    const live = await mount(stateOf({ livemode: true }));
    expect(live.all('.badge, .test-fill')).toHaveLength(0);
  });
});

describe('a card of two networks', () => {
  const choices = (page: Mounted) => page.all('.network').map((one) => [one.textContent, one.getAttribute('aria-pressed')]);

  it('lets the buyer choose, and sends what was chosen', async () => {
    const page = await mount(stateOf(), [answered(complete())]);
    await fillCard(page);
    expect(page.all('.networks')).toHaveLength(0);
    await page.type('number', '4000002500001001');
    expect([page.text('.field-number [role=status]'), page.all('.networks')[0]?.getAttribute('aria-label')]).toEqual(['Visa, Cartes Bancaires', 'Card network']);
    expect(choices(page)).toEqual([['Visa', 'false'], ['CBCartes Bancaires', 'false']]);
    await page.click('.network[value=cartes_bancaires]');
    expect(choices(page)).toEqual([['Visa', 'false'], ['CBCartes Bancaires', 'true']]);
    await page.click('.pay');
    expect(page.sent[0]?.body.card).toMatchObject({ number: '4000002500001001', network: 'cartes_bancaires' });
  });

  it('that is another one is asked about again', async () => {
    const page = await mount(stateOf(), [answered(complete())]);
    await fillCard(page);
    await page.type('number', '5555552500001001');
    await page.click('.network[value=mastercard]');
    await page.type('number', '4000002500001001');
    expect(choices(page).map(([, pressed]) => pressed)).toEqual(['false', 'false']);
    await page.click('.network[value=visa]');
    await page.click('.test-fill button');
    expect([page.all('.networks'), page.text('.field-number [role=status]')]).toEqual([[], 'Visa']);
    await page.type('number', '4000002500001001');
    await page.click('.pay');
    expect(page.sent[0]?.body.card).not.toHaveProperty('network');
  });

  it('keeps the choice after a refusal', async () => {
    const page = await mount(stateOf(), [answered(declined('check_cvc'))]);
    await fillCard(page);
    await page.type('number', '4000002500001001');
    await page.click('.network[value=cartes_bancaires]');
    await page.click('.pay');
    expect(choices(page).map(([, pressed]) => pressed)).toEqual(['false', 'true']);
  });
});

describe('pressing the button', () => {
  it('with faults goes to the first one, says one and sends nothing', async () => {
    const page = await mount(stateOf());
    await page.click('.pay');
    const email = page.input('email');
    expect(document.activeElement).toBe(email);
    expect(email.getAttribute('aria-invalid')).toBe('true');
    const fault = document.getElementById(email.getAttribute('aria-describedby') ?? '');
    expect(fault?.textContent).toBe('Enter your full email address, such as name@example.com.');
    expect(page.all('[role=alert]')).toEqual([fault]);
    expect(page.all('.fault')).toHaveLength(5);
    expect(page.sent).toEqual([]);
  });

  it('pays once and shows what was paid', async () => {
    const page = await mount(stateOf(), [answered(complete({ receipt_url: '/receipt' }))]);
    await fillCard(page);
    await page.click('.pay');
    expect(page.sent).toEqual([{ verb: 'confirm', body: {
      attempt: 'attempt-0', expected_amount: 4900, method: 'card',
      card: { number: '4242424242424242', exp_month: 12, exp_year: 2030, cvc: '123' },
      billing: { name: 'Jo Doe', email: 'jo@example.com', address: { country: 'DE' } },
    } }]);
    expect(page.text('.outcome-title')).toBe('Payment successful');
    expect(page.text('.outcome-text')).toBe('Lund received €49.00.');
    expect(page.all('.outcome a').map((link) => link.getAttribute('href'))).toEqual(['/receipt']);
    expect(document.activeElement).toBe(page.all('.outcome-title')[0]);
  });

  it.each<[ErrorKind, string, string | null]>([
    ['try_other_card', 'Use another card', null],
    ['check_number', 'Check the number', 'number'],
    ['check_cvc', 'Enter it once more', 'cvc'],
    ['check_expiry', 'Check it and pay again', 'expiry'],
    ['insufficient_funds', 'Use another card', null],
    ['contact_bank', 'Call the number', null],
    ['authentication_failed', 'Try again', null],
    ['try_again', 'You were not charged', null],
    ['method_failed', 'pay another way', null],
  ])('a refusal %s says what to do and keeps all but the security code', async (kind, words, focused) => {
    const page = await mount(stateOf(), [answered(declined(kind))]);
    await fillCard(page);
    await page.click('.pay');
    expect(page.text('.notice[role=alert]')).toContain(words);
    expect([page.input('number').value, page.input('cvc').value, page.input('name').value]).toEqual(['4242 4242 4242 4242', '', 'Jo Doe']);
    expect(page.all('.fault')).toHaveLength(0);
    if (focused) expect(document.activeElement).toBe(page.input(focused));
  });

});

describe('what the server refuses', () => {
  it('marks the field that it names', async () => {
    const page = await mount(stateOf(), [{ kind: 'refused', status: 400, code: 'parameter_invalid', param: 'card[cvc]' }]);
    await fillCard(page);
    await page.click('.pay');
    expect(document.activeElement).toBe(page.input('cvc'));
    expect(page.text('.fault')).toBe('Check this field.');
  });

  it('names the new amount when it has changed', async () => {
    const dearer = stateOf({ amounts: { subtotal: 5900, shipping: 0, tax: 0, discount: 0, total: 5900 } });
    const page = await mount(stateOf(), [{ kind: 'refused', status: 400, code: 'amount_changed', param: 'expected_amount' }, answered(dearer)]);
    await fillCard(page);
    await page.click('.pay');
    expect(page.text('.notice')).toBe('The total is now €59.00. Look at it once more, then pay again.');
    expect(page.text('.pay')).toBe('Pay €59.00');
  });

  it('without a connection keeps everything and offers to try again', async () => {
    const page = await mount(stateOf());
    await fillCard(page);
    await page.click('.pay');
    expect(page.text('.banner')).toContain('No connection');
    expect(page.input('number').value).toBe('4242 4242 4242 4242');
    const before = page.sent.length;
    await page.click('.banner-button');
    expect(page.sent.length).toBeGreaterThan(before);
    expect(new Set(page.sent.map(({ body }) => body.attempt))).toEqual(new Set(['attempt-0']));
  });

});

describe('the button', () => {
  it.each<[Partial<State>, string]>([
    [{ submit_type: 'auto' }, 'Pay €49.00'], [{ submit_type: 'book' }, 'Book for €49.00'], [{ submit_type: 'donate' }, 'Donate €49.00'],
    [{ submit_type: 'subscribe' }, 'Subscribe for €49.00'], [{ mode: 'setup' }, 'Save payment method'],
    [{ amounts: { subtotal: 0, shipping: 0, tax: 0, discount: 0, total: 0 } }, 'Complete the order'],
    [{ currency: 'jpy' }, 'Pay ¥4,900'],
  ])('with %j says %s', async (change, text) => {
    expect((await mount(stateOf(change))).text('.pay')).toBe(text);
  });
});

describe('the choice of a method', () => {
  it('one card needs no choice', async () => {
    expect((await mount(stateOf())).all('input[type=radio]')).toHaveLength(0);
  });

  it('puts saved ones first, then the card, and folds away what is more than four', async () => {
    const saved = [{ id: 'pm_1', type: 'card', brand: 'visa', last4: '4242', exp_month: 4, exp_year: 2030 }];
    const page = await mount(stateOf({ methods: [...METHODS].reverse(), saved_methods: saved }));
    expect(page.all('.method-title').map((title) => title.textContent)).toEqual(['Visa ending in 4242', 'Another card', 'Bank transfer']);
    expect(page.text('.method-text .item-note')).toBe('Expires 04 / 30');
    expect(page.text('.more')).toBe('2 more ways to pay');
    await page.click('.more');
    expect(page.all('.method-title')).toHaveLength(5);
    expect(document.activeElement).toBe(page.all('[name=method]')[3]);
  });

  it('a type that nobody knows has a name and a drawing', async () => {
    const page = await mount(stateOf({ methods: [{ type: 'card', flow: 'card' }, { type: 'moon_pay', flow: 'redirect' }] }));
    expect(page.all('.method-title').map((title) => title.textContent)).toEqual(['Card', 'Moon pay']);
    expect(page.all('.method-icon svg circle').length).toBeGreaterThan(0);
  });

  it('asks for a name and an address, not for a card, where a billing address is needed', async () => {
    const state = stateOf({ methods: METHODS, collect: { ...stateOf().collect, billing_address: true } });
    const page = await mount(state);
    await page.click('[value=wechat_pay]');
    expect(page.all('.method-body input').map((input) => input.getAttribute('autocomplete'))).toEqual([
      'billing name', 'billing address-line1', 'billing address-line2', 'billing postal-code', 'billing address-level2',
    ]);
    expect(page.text('label[for=f-name]')).toBe('Full name');
  });

  it('keeps what was typed while another one is looked at', async () => {
    const page = await mount(stateOf({ methods: METHODS }));
    await page.type('number', '4242');
    await page.click('[value=wechat_pay]');
    expect(page.text('.method-body')).toContain('WeChat Pay app');
    await page.click('[value=card]');
    expect(page.input('number').value).toBe('4242');
  });
});

describe('an action elsewhere', () => {
  const open = (action: NonNullable<State['payment']>['action'], method: string) =>
    stateOf({ methods: METHODS, payment: payment({ status: 'requires_action', method, action }) });
  const expires_at = NOW / 1000 + 600;
  const qr = { kind: 'qr', data: 'code-1', svg_url: '/qr.svg', expires_at, url: '/bank' } as const;
  beforeEach(() => vi.stubGlobal('navigator', { clipboard: { writeText: vi.fn(async () => {}) } }));

  it('a redirect goes there after the press, and only offers it after coming back', async () => {
    const redirect = open({ kind: 'redirect', url: '/bank' }, 'revolut_pay');
    const page = await mount(stateOf({ methods: METHODS }), [answered(redirect)]);
    await page.type('email', 'jo@example.com');
    await page.click('[value=revolut_pay]');
    await page.click('.pay');
    expect(page.left).toEqual(['/bank']);
    const back = await mount(redirect, [answered(stateOf({ methods: METHODS }))]);
    expect(back.left).toEqual([]);
    expect(back.text('a.pay')).toBe('Continue to Revolut Pay');
    await back.click('.outcome button');
    expect(back.sent).toEqual([{ verb: 'cancel', body: {} }]);
    expect(back.all('form')).toHaveLength(1);
  });

  it('a code is shown with its time, its text and the way to the test bank', async () => {
    const page = await mount(open(qr, 'wechat_pay'));
    expect(page.all('.qr img')[0]?.getAttribute('alt')).toBe('Payment code for WeChat Pay');
    expect(page.text('[role=timer]')).toBe('The code is valid for 10:00');
    expect(page.text('.code-text')).toBe('code-1');
    expect(page.all('a.button').map((link) => link.getAttribute('href'))).toEqual(['/bank']);
    expect((await mount({ ...open(qr, 'wechat_pay'), simulated: false })).all('a.button')).toHaveLength(0);
  });

  it('a code that has expired is not shown', async () => {
    const page = await mount(open({ ...qr, expires_at: NOW / 1000 }, 'wechat_pay'));
    expect(page.all('.qr')).toHaveLength(0);
    expect(page.text('[role=alert]')).toContain('has expired');
  });

  it('a transfer has a button to copy each field, and says when it has', async () => {
    const fields = [{ name: 'iban', value: 'DE89370400440532013000' } as const];
    const page = await mount(open({ kind: 'transfer', amount: 4900, reference: 'REF-1', fields, url: null }, 'customer_balance'));
    expect(page.all('.transfer-line').map((line) => line.querySelector('bdi')?.textContent)).toEqual(['€49.00', 'DE89 3704 0044 0532 0130 00', 'REF-1']);
    for (const button of page.all('.copy')) button.click();
    await vi.waitFor(() => expect(page.text('[aria-live=polite]')).toBe('Copied'));
    expect(vi.mocked(navigator.clipboard.writeText).mock.calls).toEqual([['49.00'], ['DE89370400440532013000'], ['REF-1']]);
    expect(page.all('.copy')[1]?.textContent?.trim()).toBe('Copied');
  });

  it('the instructions stay after the order is placed, with a way back and no other way to pay', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
    const transfer: Action = { kind: 'transfer', amount: 4900, reference: 'REF-1', fields: [], url: '/bank' };
    const waits = payment({ status: 'requires_action', method: 'customer_balance', action: transfer });
    const page = await mount(complete({ payment_status: 'unpaid', methods: METHODS, payment: waits, return_to: '/shop' }));
    expect([page.text('.placed'), page.text('.outcome-title')]).toEqual(['Order received', 'Transfer €49.00']);
    expect(page.all('.buttons a, .buttons button').map((one) => [one.textContent?.trim(), one.getAttribute('href')])).toEqual([
      ['Open the test bank', '/bank'], ['Back to Lund', '/shop'],
    ]);
    vi.advanceTimersByTime(10_000);
    expect(page.left).toEqual([]);
    await page.apply(complete({ return_to: '/shop' }));
    expect(page.text('.outcome-title')).toBe('Payment successful');
    vi.advanceTimersByTime(10_000);
    vi.useRealTimers();
    expect(page.left).toEqual(['/shop']);
  });

  it.each([['wechat_pay', 'Open the WeChat Pay app'], ['pix', 'Open your banking app']])('a code of %s says which app reads it', async (method, words) => {
    expect((await mount(open(qr, method))).text('.outcome-text')).toContain(words);
  });
});

describe('the end', () => {
  it('in another tab is said, and does not leave by itself', async () => {
    const page = await mount(stateOf());
    await page.apply(complete({ return_to: '/shop' }));
    expect(page.text('.outcome')).toContain('another tab');
    expect(page.all('a.pay').map((link) => link.getAttribute('href'))).toEqual(['/shop']);
    expect(page.text('.outcome')).not.toContain('Taking you back');
  });

  it('of a payment in this tab leads back', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
    const page = await mount(complete({ return_to: '/shop' }));
    expect(page.text('.outcome')).toContain('Taking you back to Lund');
    vi.advanceTimersByTime(10_000);
    vi.useRealTimers();
    expect(page.left).toEqual(['/shop']);
  });

  it('by expiry says what to do', async () => {
    const page = await mount(stateOf({ status: 'expired', cancel_url: '/cart' }));
    expect(page.text('.outcome')).toContain('You were not charged');
    expect(page.all('a.pay').map((link) => [link.textContent, link.getAttribute('href')])).toEqual([['Back to Lund', '/cart']]);
  });

  it('of money that did not come says so, and leads nowhere by itself', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
    const failed = payment({ error: { kind: 'method_failed' } });
    const page = await mount(complete({ payment_status: 'unpaid', payment: failed, return_to: '/shop' }));
    expect([page.text('.outcome-title'), page.text('.outcome-text')]).toEqual([
      'The payment did not go through', 'The money did not arrive, so your order is not paid. Contact Lund.',
    ]);
    expect(page.all('.mark-done')).toHaveLength(0);
    vi.advanceTimersByTime(10_000);
    vi.useRealTimers();
    expect(page.left).toEqual([]);
    expect(page.all('a.pay').map((link) => link.getAttribute('href'))).toEqual(['/shop']);
  });

  it('that is still open shows that it is waited for', async () => {
    expect((await mount(stateOf({ payment: payment({ status: 'processing' }) }))).text('.outcome-title')).toBe('Your payment is on its way');
  });
});

describe('what the tab keeps', () => {
  const typed = async (answers: Answer[]) => {
    const page = await mount(stateOf(), answers);
    await fillCard(page);
    expect(page.kept.at(-1)).toMatchObject({ email: 'jo@example.com', name: 'Jo Doe' });
    return page;
  };

  it.each<[string, Answer]>([
    ['is paid', answered(complete())],
    ['has expired', answered(stateOf({ status: 'expired' }))],
    ['is gone', { kind: 'refused', status: 404, code: 'resource_missing', param: null }],
  ])('is nothing any more once the session %s', async (_, answer) => {
    const page = await typed([answer]);
    await page.click('.pay');
    expect(page.kept.at(-1)).toBe(null);
  });

  it('is still there after a decline, for the next try', async () => {
    const page = await typed([answered(declined('try_again'))]);
    await page.click('.pay');
    expect(page.kept.at(-1)).toMatchObject({ email: 'jo@example.com' });
  });

  it('is nothing on a page that is over when it is opened', async () => {
    expect((await mount(complete({ email: 'jo@example.com' }))).kept).toEqual([null]);
  });
});

describe('the summary', () => {
  it('changes a quantity within its limits', async () => {
    const item = { ...stateOf().line_items[0]!, adjustable: { minimum: 1, maximum: 2 } };
    const two = stateOf({ line_items: [{ ...item, quantity: 2, amount: 9800 }], amounts: { subtotal: 9800, shipping: 0, tax: 0, discount: 0, total: 9800 } });
    const page = await mount(stateOf({ line_items: [item] }), [answered(two)]);
    await page.click('.stepper button:first-child');
    expect(page.sent).toEqual([]);
    await page.click('.stepper button:last-child');
    expect(page.sent).toEqual([{ verb: 'update', body: { quantities: { li_1: 2 } } }]);
    expect(page.text('[aria-live=polite]')).toBe('The new total is €98.00.');
  });

  it('that changes while the button is pressed is not paid unseen', async () => {
    const item = { ...stateOf().line_items[0]!, adjustable: { minimum: 1, maximum: 2 } };
    const two = stateOf({ line_items: [{ ...item, quantity: 2, amount: 9800 }], amounts: { ...stateOf().amounts, subtotal: 9800, total: 9800 } });
    const first = late();
    const changed: Answer = { kind: 'refused', status: 409, code: 'amount_changed', param: 'expected_amount' };
    const page = await mount(stateOf({ line_items: [item] }), [first.answer, changed, answered(two), answered(complete())]);
    await fillCard(page);
    await page.click('.stepper button:last-child');
    await page.click('.pay');
    expect(page.sent.map(({ verb }) => verb)).toEqual(['update']);
    first.come(two);
    await vi.waitFor(() => expect(page.text('.pay')).toBe('Pay €98.00'));
    await page.click('.pay');
    expect(page.sent.at(-1)!.body.expected_amount).toBe(9800);
  });

  it('counts each press, also while the one before it is on its way', async () => {
    const item = { ...stateOf().line_items[0]!, adjustable: { minimum: 1, maximum: 3 } };
    const first = late();
    const many = (quantity: number) => stateOf({ line_items: [{ ...item, quantity }] });
    const page = await mount(many(1), [first.answer, answered(many(3))]);
    for (let press = 0; press < 3; press++) await page.click('.stepper button:last-child');
    expect(page.all('.stepper button').map((button) => button.getAttribute('aria-disabled'))).toEqual(['true', 'false']);
    first.come(many(2));
    await vi.waitFor(() => expect(page.text('.stepper')).toBe('3'));
    expect(page.sent.map(({ body }) => body.quantities)).toEqual([{ li_1: 2 }, { li_1: 3 }]);
  });

  it('offers more beside the order, which is taken and left out again', async () => {
    const [shirt] = stateOf().line_items;
    const cup = { ...shirt!, id: 'li_2', name: 'Cup', unit_amount: 900, adjustable: { minimum: 2, maximum: 2 }, optional: { quantity: 2, amount: 1800 } };
    const none = { line_items: [shirt!, { ...cup, quantity: 0, amount: 0 }] };
    const taken = { line_items: [shirt!, { ...cup, quantity: 2, amount: 1800 }] };
    const page = await mount(stateOf(none), [answered(stateOf(taken)), answered(stateOf(none))]);
    expect(page.all('ul.items').map((list) => list.children.length)).toEqual([1, 1]);
    expect(page.text('[aria-labelledby=offers]')).toContain('€18.00');
    expect(page.all('.add')[0]!.getAttribute('aria-label')).toContain('Cup');
    await page.click('.add');
    expect(page.all('ul.items').map((list) => list.children.length)).toEqual([2]);
    expect(page.all('.stepper button').map((button) => button.getAttribute('aria-disabled'))).toEqual(['false', 'true']);
    await page.click('.stepper button:first-child');
    await vi.waitFor(() => expect(page.all('.add')).toHaveLength(1));
    expect(page.sent.map(({ body }) => body.quantities)).toEqual([{ li_2: 2 }, { li_2: 0 }]);
  });

  it('shows how shipping changes the total, and how long it takes', async () => {
    const options = [
      { id: 'a', name: 'A', amount: 0, estimate: { minimum: { unit: 'day', value: 3 }, maximum: { unit: 'day', value: 5 } } },
      { id: 'b', name: 'B', amount: 500, estimate: { minimum: null, maximum: { unit: 'business_day', value: 1 } } },
      { id: 'c', name: 'C', amount: 500, estimate: { minimum: { unit: 'day', value: 3 }, maximum: { unit: 'week', value: 1 } } },
    ] as const;
    const shipping = { countries: ['DE'], options: [...options], selected: 'a' };
    const page = await mount(stateOf({ shipping }), [answered(stateOf({ shipping: { ...shipping, selected: 'b' } }))]);
    expect(page.all('.item-note').map((note) => note.textContent)).toEqual(['3–5 days', 'Up to 1 business day', '3 days – 1 week']);
    expect(page.all('.sum').map((line) => line.textContent)).toEqual(['Subtotal€49.00', 'ShippingFree', 'Total due€49.00']);
    await page.click('[value=b]');
    expect(page.sent).toEqual([{ verb: 'update', body: { shipping_option: 'b' } }]);
  });

  it('names the price of one where that is a whole amount', async () => {
    const item = { ...stateOf().line_items[0]!, quantity: 2, amount: 99 };
    const notes = async (unit_amount: number | null) =>
      (await mount(stateOf({ line_items: [{ ...item, unit_amount }] }))).all('.item-note').map((note) => note.textContent);
    expect(await notes(50)).toEqual(['Quantity 2', '€0.50 each']);
    expect(await notes(null)).toEqual(['Quantity 2']);
  });

  it('loads no image from another host', async () => {
    const merchant = { ...stateOf().merchant, logo_url: 'https://cdn.example/logo.png' };
    const items = [{ ...stateOf().line_items[0]!, image: 'https://cdn.example/shirt.png' }];
    expect((await mount(stateOf({ merchant, line_items: items }))).all('img')).toHaveLength(0);
  });
});

const priced = (unit_amount: number) => ({ ...stateOf().line_items[0]!, id: 'li_1', unit_amount, amount: unit_amount, custom: { minimum: 500, maximum: 100_000 } });
const chosen = (unit_amount: number) => {
  const total = { ...stateOf().amounts, subtotal: unit_amount, total: unit_amount };
  return stateOf({ line_items: [priced(unit_amount)], amounts: total });
};

describe('a price that the buyer chooses', () => {
  it('is proposed, changed when the field is left, and paid as the page shows it', async () => {
    const page = await mount(chosen(2_000), [answered(chosen(1_250)), answered(complete())]);
    expect([page.input('amount.li_1').value, page.text('.note')]).toEqual(['20.00', 'From €5.00 to €1,000.00']);
    await fillCard(page);
    await page.type('amount.li_1', '12,5');
    change(page, 'amount.li_1');
    await vi.waitFor(() => expect(page.text('.pay')).toBe('Pay €12.50'));
    await page.click('.pay');
    expect(page.sent.map(({ verb, body }) => [verb, body.amounts ?? body.expected_amount])).toEqual([['update', { li_1: 1_250 }], ['confirm', 1_250]]);
  });

  it('that was typed and not left yet is told before the payment', async () => {
    const page = await mount(chosen(0), [answered(chosen(700)), answered(complete())]);
    expect(page.input('amount.li_1').value).toBe('');
    await fillCard(page);
    await page.type('amount.li_1', '7');
    await page.click('.pay');
    expect(page.sent.map(({ verb, body }) => [verb, body.amounts ?? body.expected_amount])).toEqual([['update', { li_1: 700 }], ['confirm', 700]]);
  });

  it.each(['', '4.99', '1000.01', 'tea'])('%s is asked for again, and nothing is sent', async (typed) => {
    const page = await mount(chosen(0));
    await fillCard(page);
    await page.type('amount.li_1', typed);
    await page.click('.pay');
    expect([page.text('.fault'), document.activeElement?.id, page.sent]).toEqual(['Enter an amount that is possible here.', 'f-amount.li_1', []]);
  });

  it('that was refused leads to its field', async () => {
    const page = await mount(chosen(2_000), [{ kind: 'refused', status: 400, code: 'parameter_missing', param: 'amounts' }]);
    await fillCard(page);
    await page.click('.pay');
    expect(document.activeElement?.id).toBe('f-amount.li_1');
  });
});

describe('a chosen price beside other changes', () => {
  const options = ['a', 'b'].map((id) => ({ id, name: id, amount: 0, estimate: null }));
  const shipped = (unit_amount: number, selected = 'a'): State => ({ ...chosen(unit_amount), shipping: { countries: ['DE'], options, selected } });
  const told = (page: Mounted) =>
    page.sent.map(({ verb, body }) => [verb, body.amounts ?? body.shipping_option ?? body.locale ?? body.expected_amount]);

  it('is told first, and the click that left its field after it', async () => {
    const first = late();
    const page = await mount(shipped(2_000), [first.answer, answered(shipped(700, 'b')), answered(shipped(700, 'b'))]);
    await page.type('amount.li_1', '7');
    change(page, 'amount.li_1');
    await page.click('[value=b]');
    await choose(page, 'de', '20,00 € bezahlen');
    first.come(shipped(700));
    await vi.waitFor(() => expect(told(page)).toEqual([['update', { li_1: 700 }], ['update', 'b'], ['update', 'de']]));
    await vi.waitFor(() => expect(page.text('.method.is-chosen .method-title')).toBe('b'));
  });

  it('that is left by pressing the button, while another change is on its way, is paid', async () => {
    const first = late();
    const page = await mount(shipped(2_000), [first.answer, answered(shipped(700, 'b')), answered(complete())]);
    await fillCard(page);
    await page.click('[value=b]');
    await page.type('amount.li_1', '7');
    change(page, 'amount.li_1');
    await page.click('.pay');
    expect(told(page)).toEqual([['update', 'b']]);
    first.come(shipped(2_000, 'b'));
    await vi.waitFor(() => expect(told(page)).toEqual([['update', 'b'], ['update', { li_1: 700 }], ['confirm', 700]]));
  });

  it('is what it was when it was typed, in whichever language the page is', async () => {
    const dinars = (unit_amount: number): State => ({ ...chosen(unit_amount), currency: 'kwd' });
    const page = await mount(dinars(2_000), [answered(dinars(2_000)), answered(dinars(1_250)), answered(complete())]);
    await fillCard(page);
    await page.type('amount.li_1', '1.250');
    await choose(page, 'de', '2,000 KWD bezahlen');
    expect(page.input('amount.li_1').value).toBe('1,250');
    await page.click('.pay');
    expect(told(page)).toEqual([['update', 'de'], ['update', { li_1: 1_250 }], ['confirm', 1_250]]);
    const again = await mount(dinars(2_000), [], 'de', { amounts: { li_1: '1.250' }, locale: 'en' });
    expect(again.input('amount.li_1').value).toBe('1,250');
    await again.type('amount.li_1', '1,500');
    expect([again.input('amount.li_1').value, again.kept.at(-1)]).toMatchObject(['1,500', { amounts: { li_1: '1,500' }, locale: 'de' }]);
  });
});

describe('pictures', () => {
  it('that are not there leave a letter, or nothing', async () => {
    const merchant = { ...stateOf().merchant, logo_url: '/c/pay/cs_1/pictures/logo' };
    const items = [{ ...stateOf().line_items[0]!, image: '/c/pay/cs_1/pictures/li_1' }];
    const page = await mount(stateOf({ merchant, line_items: items }));
    expect(page.all('img').map((image) => image.getAttribute('src'))).toEqual([merchant.logo_url, items[0]!.image]);
    for (const image of page.all('img')) image.dispatchEvent(new Event('error'));
    await vi.waitFor(() => expect(page.all('img')).toHaveLength(0));
    expect(page.text('.logo-letter')).toBe('L');
  });
});

describe('languages', () => {
  it('turn the page around and keep numbers from left to right', async () => {
    const page = await mount(stateOf({ locale: 'ar' }), [], 'ar');
    expect([document.documentElement.lang, document.documentElement.dir]).toEqual(['ar', 'rtl']);
    expect(['number', 'expiry', 'cvc', 'email'].map((name) => page.input(name).dir)).toEqual(['ltr', 'ltr', 'ltr', 'ltr']);
    expect(document.title).toBe('الدفع إلى Lund');
  });

  it('can be changed without losing what was typed', async () => {
    const page = await mount(stateOf(), [answered(stateOf({ locale: 'de' }))]);
    await page.type('email', 'jo@example.com');
    await choose(page, 'de', '49,00 € bezahlen');
    expect(page.input('email').value).toBe('jo@example.com');
    expect(page.sent).toEqual([{ verb: 'update', body: { locale: 'de' } }]);
  });

  it('come back with the region that the page began with', async () => {
    const answers = ['de', 'en-GB'].map((locale) => answered(stateOf({ locale })));
    const page = await mount(stateOf({ locale: 'en-GB' }), answers, 'en-GB');
    await choose(page, 'de', '49,00 € bezahlen');
    await choose(page, 'en', 'Pay €49.00');
    expect(page.sent.map(({ body }) => body.locale)).toEqual(['de', 'en-GB']);
  });
});
