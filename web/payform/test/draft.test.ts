// What the form finds wrong and what it sends. Deliberately absent: cards in detail, which pay-core tests.
import { describe, expect, it } from 'vitest';

import { addressForm, COUNTRIES, namedCountries, regionOf } from '../src/address';
import { emptyDraft, faultsOf, fieldOf, firstFault, isFree, keptOf, newAmounts, orderOf, withKept, withLocale, withNumber, withOffered, type Draft } from '../src/draft';
import { METHODS, stateOf } from './fixture';

const now = { month: 11, year: 2026 };
const card = { number: '4242 4242 4242 4242', expiry: '12 / 30', cvc: '123', name: 'Jo Doe', email: 'jo@example.com' };
const draftOf = (change: Partial<Draft> = {}, state = stateOf()): Draft => ({ ...emptyDraft(state, 'DE'), ...card, ...change });
const address = { country: 'DE', line1: 'Am Ufer 1', line2: '', city: 'Kiel', state: '', postal_code: '24103' };
const shipped = stateOf({
  shipping: { countries: ['DE', 'AT'], options: [], selected: null }, collect: { ...stateOf().collect, shipping_address: true },
});

describe('an order that costs nothing', () => {
  const amounts = { subtotal: 0, shipping: 0, tax: 0, discount: 0, total: 0 };
  const free = stateOf({ amounts, methods: [] });

  it('asks for no method and sends none', () => {
    const draft = emptyDraft(free, 'DE');
    expect(isFree(free)).toBe(true);
    expect(firstFault(faultsOf({ ...draft, email: 'jo@example.com' }, free, now))).toBeUndefined();
    expect(orderOf({ ...draft, email: 'jo@example.com' }, free)).toEqual({ billing: { email: 'jo@example.com' } });
  });

  it('gets a method as soon as it costs something', () => {
    expect(withOffered(emptyDraft(free, 'DE'), stateOf()).choice).toBe('card');
  });

  it('is not a method that is saved without paying, nor a session without any method', () => {
    expect(isFree(stateOf({ amounts, mode: 'setup' }))).toBe(false);
    expect(isFree(stateOf({ methods: [] }))).toBe(false);
  });
});

it('a question begins with the answer that the merchant gave', () => {
  const question = { key: 'n', label: 'N', type: 'text' as const, optional: true, default_value: 'L' };
  const state = stateOf({ collect: { ...stateOf().collect, custom_fields: [question] } });
  expect(emptyDraft(state, null).custom).toEqual({ n: 'L' });
});

describe('faults', () => {
  it('there are none in a full draft', () => {
    expect(firstFault(faultsOf(draftOf(), stateOf(), now))).toBeUndefined();
  });

  it.each<[Partial<Draft>, string, string]>([
    [{ email: 'jo@' }, 'email', 'error.email'],
    [{ email: 'jo@example' }, 'email', 'error.email'],
    [{ number: '4242 4242' }, 'number', 'error.incomplete_number'],
    [{ number: '4242 4242 4242 4241' }, 'number', 'error.invalid_number'],
    [{ expiry: '10 / 26' }, 'expiry', 'error.expired'],
    [{ expiry: '' }, 'expiry', 'error.incomplete_expiry'],
    [{ cvc: '12' }, 'cvc', 'error.incomplete_cvc'],
    [{ number: '3782 822463 10005' }, 'cvc', 'error.incomplete_cvc'],
    [{ name: ' ' }, 'name', 'error.required'],
  ])('%j is found', (change, field, fault) => {
    const faults = faultsOf(draftOf(change), stateOf(), now);
    expect(firstFault(faults)).toBe(field);
    expect(faults[field]).toBe(fault);
  });

  it('the first one is the first of the page', () => {
    const faults = faultsOf(draftOf({ email: '', number: '', shipName: '' }), shipped, now);
    expect(Object.keys(faults).filter((name) => faults[name])).toEqual([
      'email', 'ship.name', 'ship.line1', 'ship.postal_code', 'ship.city', 'number',
    ]);
  });

  it('a card from where banks compare postal codes needs one', () => {
    const draft = draftOf({ billing: { ...address, country: 'US', postal_code: '' } });
    expect(firstFault(faultsOf(draft, stateOf(), now))).toBe('bill.postal_code');
  });

  it('a method that is not a card needs no card', () => {
    const state = stateOf({ methods: METHODS });
    expect(firstFault(faultsOf(draftOf({ choice: 'wechat_pay', number: '', name: '' }, state), state, now))).toBeUndefined();
  });

  it('questions and terms are asked for', () => {
    const question = { key: 'n', label: 'N', type: 'numeric' as const, optional: false };
    const state = stateOf({ collect: { ...stateOf().collect, terms: true, custom_fields: [question] } });
    expect(faultsOf(draftOf({}, state), state, now)).toMatchObject({ 'custom.n': 'error.required', 'terms': 'error.terms' });
    expect(faultsOf(draftOf({ custom: { n: '1a' } }, state), state, now)['custom.n']).toBe('error.number_only');
  });
});

describe('the order', () => {
  it('of a card', () => {
    expect(orderOf(draftOf({ phone: '' }), stateOf())).toEqual({
      method: 'card', card: { number: '4242424242424242', exp_month: 12, exp_year: 2030, cvc: '123' },
      billing: { name: 'Jo Doe', email: 'jo@example.com', address: { country: 'DE' } },
    });
  });

  it('of a saved method holds no card', () => {
    const state = stateOf({ saved_methods: [{ id: 'pm_1', type: 'card' }], collect: { ...stateOf().collect, save: 'always' } });
    expect(orderOf(draftOf({ choice: 'pm_1', name: '' }, state), state)).toEqual({ saved_method: 'pm_1', billing: { email: 'jo@example.com' } });
  });

  it('with a shipping address that is also the billing address', () => {
    const order = orderOf(draftOf({ shipName: 'Jo Doe', shipping: address }), shipped);
    const sent = { country: 'DE', line1: 'Am Ufer 1', city: 'Kiel', postal_code: '24103' };
    expect(order).toMatchObject({ shipping: { name: 'Jo Doe', address: sent }, billing: { address: sent } });
  });

  it('says whether to save', () => {
    const asking = (save: 'offered' | 'always') => stateOf({ collect: { ...stateOf().collect, save } });
    expect(orderOf(draftOf(), asking('offered'))).toMatchObject({ save: false });
    expect(orderOf(draftOf({ save: true }), asking('offered'))).toMatchObject({ save: true });
    expect(orderOf(draftOf(), asking('always'))).toMatchObject({ save: true });
    expect(orderOf(draftOf(), stateOf())).not.toHaveProperty('save');
    expect(orderOf(draftOf({ choice: 'wechat_pay', save: true }), { ...asking('offered'), methods: METHODS })).not.toHaveProperty('save');
  });

  it('takes the address that was typed over one that was only filled in', () => {
    const state = stateOf({ email: 'old@example.com' });
    expect(orderOf(draftOf({}, state), state)).toMatchObject({ billing: { email: 'jo@example.com' } });
    const given = stateOf({ email: 'old@example.com', collect: { ...stateOf().collect, email: 'given' } });
    expect(orderOf(draftOf({}, given), given)).toMatchObject({ billing: { email: 'old@example.com' } });
  });
});

describe('the network of a co-branded card', () => {
  const VISA = '4000 0025 0000 1001';
  const cardOf = (change: Partial<Draft>) => (orderOf(draftOf(change), stateOf()) as { card: object }).card;

  it('is sent where the buyer chose one', () => {
    expect(cardOf({ number: VISA, network: 'cartes_bancaires' })).toEqual({
      number: '4000002500001001', exp_month: 12, exp_year: 2030, cvc: '123', network: 'cartes_bancaires',
    });
    expect(cardOf({ number: VISA })).not.toHaveProperty('network');
  });

  it.each([
    ['the same card', VISA, 'cartes_bancaires'], ['its first digits', '4000 0025', 'cartes_bancaires'], ['too few digits', '4000 002', ''],
    ['a card of one network', '4242 4242 4242 4242', ''], ['a card of other networks', '5555 5525 0000 1001', ''], ['no card', '', ''],
  ])('is chosen for %s: %s', (_, number, network) => {
    const draft = draftOf({ number: VISA, network: 'cartes_bancaires' });
    expect(withNumber(draft, number)).toEqual({ number, network });
  });

  it('is not there before it is chosen', () => {
    expect(withNumber(draftOf(), VISA)).toEqual({ number: VISA, network: '' });
  });
});

describe('what is kept over a reload', () => {
  it('has no card and no consents', () => {
    const kept = keptOf(draftOf({ network: 'visa', save: true, terms: true }));
    expect(Object.keys(kept).sort()).toEqual(
      ['amounts', 'billing', 'choice', 'custom', 'email', 'isSame', 'locale', 'name', 'phone', 'shipName', 'shipping'],
    );
  });

  it('passes over a method that is not offered any more', () => {
    expect(withKept(draftOf(), { choice: 'pix', email: 'a@b.co' }, stateOf())).toMatchObject({ choice: 'card', email: 'a@b.co' });
  });
});

describe('amounts in another language', () => {
  const item = { ...stateOf().line_items[0]!, unit_amount: 2_000, custom: { minimum: null, maximum: null } };
  const state = stateOf({ currency: 'kwd', line_items: [item] });

  it.each([['1.250', 'en', 'de', '1,250', 1_250], ['1,250', 'de', 'en', '1.250', 1_250], ['1,250', 'en', 'de', '1250,000', 1_250_000]])(
    '%s, typed in %s, is %s in %s', (typed, before, locale, text, minor) => {
      const draft = withLocale(draftOf({ amounts: { li_1: typed }, locale: before }), state, locale);
      expect([draft.amounts, draft.locale, newAmounts(draft, state)]).toEqual([{ li_1: text }, locale, { li_1: minor }]);
    },
  );

  it('stay as they are where they are none', () => {
    expect(withLocale(draftOf({ amounts: { li_1: 'tea' } }), state, 'de').amounts).toEqual({ li_1: 'tea' });
  });
});

describe('addresses', () => {
  it.each([['DE', true, false], ['US', true, true], ['HK', false, true], ['AE', false, false]] as const)(
    'in %s: postal code %s, state %s', (country, hasPostalCode, hasState) => {
      expect(addressForm(country)).toEqual({ hasPostalCode, hasState });
    },
  );

  it('countries have names and an order of the language', () => {
    expect(namedCountries(['DE', 'AT'], 'en').map(({ name }) => name)).toEqual(['Austria', 'Germany']);
    expect(namedCountries(['DE', 'AT'], 'de').map(({ name }) => name)).toEqual(['Deutschland', 'Österreich']);
    expect(new Set(COUNTRIES).size).toBe(COUNTRIES.length);
  });

  it.each([[['de-AT'], 'AT'], [['en', 'fr-CA'], 'CA'], [['es-419'], null], [['zh-Hant-TW'], 'TW'], [['en-XX'], null]] as const)(
    'a browser that wants %j is in %s', (languages, region) => {
      expect(regionOf(languages)).toBe(region);
    },
  );

  it('shipping begins in a country that is shipped to', () => {
    expect(emptyDraft(shipped, 'FR').shipping.country).toBe('DE');
    expect(emptyDraft(shipped, 'AT').shipping.country).toBe('AT');
    expect(emptyDraft(shipped, 'FR').billing.country).toBe('FR');
  });
});

it.each([
  ['email', 'email'], ['billing[email]', 'email'], ['card.exp_year', 'expiry'], ['card[cvc]', 'cvc'], ['card[network]', 'number'],
  ['billing.address.postal_code', 'bill.postal_code'], ['shipping[address][city]', 'ship.city'], ['custom_fields.size', 'custom.size'],
  ['expected_amount', null],
])('the parameter %s is the field %s', (param, field) => {
  expect(fieldOf(param)).toBe(field);
});
