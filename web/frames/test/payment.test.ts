// @vitest-environment happy-dom
// The payment element of a returning customer: which card, what is saved, what is removed. Deliberately absent: what the server allows.
import { loadTranslator } from '@florin/pay-core/i18n';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { PaymentView } from '../src/payment';
import { keepOf, type PaymentOptions, type Session } from '../src/session';

const words = await loadTranslator(['en']);
const saved = (id: string, last4: string) => ({ id, type: 'card', brand: 'visa', last4, exp_month: 12, exp_year: 2034 });
const FIRST = saved('pm_1', '4242');
const SECOND = saved('pm_2', '1111');
const ALL = { save: true, remove: true, save_usage: 'on_session' } as const;

function shown(more: Partial<Session> = {}, options: PaymentOptions = {}) {
  const remove = vi.fn();
  const changed = vi.fn();
  const listener = { changed, remove, focused() {}, pressed() {}, left() {}, networks() {} };
  const view = new PaymentView({ methods: [{ type: 'card', flow: 'card' }], merchant: { name: 'Lund' }, ...more }, options, words, listener);
  document.body.replaceChildren(view.element);
  const all = <E extends HTMLElement>(selector: string) => [...document.querySelectorAll<E>(selector)];
  const buttons = () => all<HTMLButtonElement>('.PickerAction');
  return { view, remove, changed, all, buttons, save: () => document.querySelector<HTMLInputElement>('#save') };
}

beforeEach(() => document.body.replaceChildren());

describe('the wish to save', () => {
  it.each([[null], [undefined], [{ ...ALL, save: false }]])('is not asked for with %j', (customer_session) => {
    expect(shown({ customer_session }).save()).toBeNull();
  });

  it('is asked for with a new card, and goes with it', () => {
    const { view, save } = shown({ customer_session: ALL });
    expect(save()?.checked).toBe(false);
    expect(view.chosen()).toEqual({ card: true });
    save()!.checked = true;
    expect(view.chosen()).toEqual({ card: true, keep: { allow_redisplay: 'always', setup_future_usage: 'on_session' } });
  });

  it('is not asked for with a saved card', () => {
    const { view, all, save } = shown({ customer_session: ALL, saved_methods: [FIRST] });
    expect(save()?.closest('[hidden]')).not.toBeNull();
    save()!.checked = true;
    expect(view.chosen()).toEqual({ saved: 'pm_1' });
    all<HTMLInputElement>('input[type=radio]')[1]?.click();
    expect(save()?.closest('[hidden]')).toBeNull();
  });

  it.each([
    [{ mode: 'payment', customer_session: ALL }, { setup_future_usage: 'on_session' }],
    [{ mode: 'payment', customer_session: { ...ALL, save_usage: 'off_session' } }, { setup_future_usage: 'off_session' }],
    [{ mode: 'payment', customer_session: { ...ALL, save_usage: null } }, {}], [{ mode: 'setup', customer_session: ALL }, {}],
  ] as [Partial<Session>, object][])('of %j says %j', (session, usage) => {
    expect(keepOf({ methods: [], ...session })).toEqual({ allow_redisplay: 'always', ...usage });
  });
});

describe('a saved card', () => {
  it('cannot be removed where that is not allowed', () => {
    expect(shown({ customer_session: { ...ALL, remove: false }, saved_methods: [FIRST] }).buttons()).toEqual([]);
  });

  it('is removed with the second press', () => {
    const { view, remove, buttons, all } = shown({ customer_session: ALL, saved_methods: [FIRST, SECOND] });
    expect(buttons().map((one) => one.getAttribute('aria-label'))).toEqual(['Remove Visa ending in 4242', 'Remove Visa ending in 1111']);
    buttons()[0]?.click();
    expect(document.activeElement?.textContent).toBe('Keep');
    expect(remove).not.toHaveBeenCalled();
    buttons()[0]?.click();
    expect(remove.mock.calls).toEqual([['pm_1']]);
    expect(buttons()[0]?.disabled).toBe(true);
    view.removed('pm_1', true);
    expect(all('.PickerRow')).toHaveLength(2);
    expect(view.chosen()).toEqual({ saved: 'pm_2' });
    expect((document.activeElement as HTMLInputElement).value).toBe('pm_2');
  });

  it.each(['the button', 'Escape'])('is kept with %s', (way) => {
    const { view, remove, buttons } = shown({ customer_session: ALL, saved_methods: [FIRST] });
    buttons()[0]?.click();
    if (way === 'Escape') document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    else buttons()[1]?.click();
    expect(remove).not.toHaveBeenCalled();
    expect(document.activeElement).toBe(buttons()[0]);
    expect(view.chosen()).toEqual({ saved: 'pm_1' });
  });

  it('that could not be removed is there again, and says so', () => {
    const { view, all, buttons } = shown({ customer_session: ALL, saved_methods: [FIRST] });
    buttons()[0]?.click();
    buttons()[0]?.click();
    view.removed('pm_1', false);
    expect(all('[role=alert].Error').some((one) => one.textContent === words.t('notice.failed'))).toBe(true);
    expect(view.chosen()).toEqual({ saved: 'pm_1' });
  });

  it('that was the last one leaves the fields', () => {
    const { view, all } = shown({ customer_session: ALL, saved_methods: [FIRST] });
    view.removed('pm_1', true);
    expect(all('.Picker')[0]?.hidden).toBe(true);
    expect(view.chosen()).toEqual({ card: true });
    expect(document.activeElement?.id).toBe('number');
  });

  it.each([[true, [FIRST]], [true, [FIRST, SECOND]], [false, [FIRST]]])(
    'leaves the focus with a buyer who types meanwhile (removed: %s)', (isGone, saved_methods) => {
      const { view, all, buttons } = shown({ customer_session: ALL, saved_methods });
      buttons()[0]?.click();
      buttons()[0]?.click();
      all<HTMLInputElement>('input[type=radio]').at(-1)?.click();
      const cvc = all<HTMLInputElement>('#cvc')[0];
      cvc?.focus();
      view.removed('pm_1', isGone);
      expect(document.activeElement).toBe(cvc);
    });

  it.each([[true, [FIRST]], [true, [FIRST, SECOND]], [false, [FIRST]]])(
    'leaves the focus with a buyer who is in the page of the shop meanwhile (removed: %s)', (isGone, saved_methods) => {
      const hasFocus = vi.spyOn(document, 'hasFocus').mockReturnValue(false);
      const { view, buttons } = shown({ customer_session: ALL, saved_methods });
      (document.activeElement as HTMLElement | null)?.blur();
      const focus = vi.spyOn(HTMLElement.prototype, 'focus');
      view.removed('pm_1', isGone);
      expect(focus).not.toHaveBeenCalled();
      expect(document.activeElement).toBe(document.body);
      expect(buttons()).toHaveLength(isGone ? saved_methods.length - 1 : 1);
      focus.mockRestore();
      hasFocus.mockRestore();
    });

  it.each([true, false])('gives the focus of its row on (removed: %s)', (isGone) => {
    const { view, buttons } = shown({ customer_session: ALL, saved_methods: [FIRST, SECOND] });
    buttons()[0]?.click();
    view.removed('pm_1', isGone);
    expect(document.activeElement?.getAttribute(isGone ? 'value' : 'aria-label')).toBe(isGone ? 'pm_2' : 'Remove Visa ending in 4242');
  });

  it('that is not chosen leaves the choice as it is', () => {
    const { view } = shown({ customer_session: ALL, saved_methods: [FIRST, SECOND] });
    view.removed('pm_2', true);
    expect(view.chosen()).toEqual({ saved: 'pm_1' });
    view.removed('pm_9', true);
    expect(view.chosen()).toEqual({ saved: 'pm_1' });
  });
});

it('a card of two networks asks over which one, and says it once the buyer has', () => {
  const { view, all } = shown();
  const type = (number: string) => {
    all<HTMLInputElement>('#number')[0]!.value = number;
    all('#number')[0]!.dispatchEvent(new Event('input', { bubbles: true }));
  };
  type('4000002500001001');
  expect(all('.Networks')[0]?.getAttribute('aria-label')).toBe('Card network');
  expect(all('.Network').map((one) => one.getAttribute('aria-label'))).toEqual(['Visa', 'Cartes Bancaires']);
  expect(view.card.data()).not.toHaveProperty('networks');
  all('.Network')[1]?.click();
  expect(view.card.data()).toMatchObject({ networks: { preferred: 'cartes_bancaires' } });
  type('4242424242424242');
  expect(all('.Networks')[0]?.hidden).toBe(true);
  expect(view.card.data()).not.toHaveProperty('networks');
});

it('a shop that shows a payment and lets nothing be entered closes all of it, and opens it again', () => {
  const methods = [{ type: 'card', flow: 'card' }, { type: 'ideal', flow: 'redirect' }] as const;
  for (const layout of ['tabs', 'accordion'] as const) {
    const { view, all } = shown({ methods: [...methods], customer_session: ALL, saved_methods: [FIRST] }, { readOnly: true, layout });
    view.card.restore({ texts: ['4000002500001001'], network: 'visa' });
    const parts = '.Picker, #save, #number, #expiry, #cvc, .Network, .Tab, .AccordionButton';
    const closed = () => all<HTMLInputElement>(parts).map((one) => one.disabled);
    expect(closed()).toEqual(Array(9).fill(true));
    view.setDisabled(false);
    expect(closed()).toEqual(Array(9).fill(false));
  }
});

it('a network that was pressed comes back with its card, and with no other', () => {
  const { view, all } = shown();
  const texts = (number: string) => [number, '', ''];
  view.card.restore({ texts: texts('4000002500001001'), network: 'cartes_bancaires' });
  expect(view.card.kept()).toEqual({ texts: texts('4000002500001001'), network: 'cartes_bancaires' });
  expect(all('.Network').map((one) => one.getAttribute('aria-pressed'))).toEqual(['false', 'true']);
  view.card.restore({ texts: texts('4000002500001001'), network: 'mastercard' });
  expect(view.card.kept().network).toBe('cartes_bancaires');
  view.card.restore({ texts: texts('4242424242424242'), network: 'cartes_bancaires' });
  expect(view.card.kept().network).toBeNull();
});
