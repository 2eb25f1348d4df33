// Amounts as buyers read them. Deliberately absent: every currency; each rule has its own.
import { describe, expect, it } from 'vitest';

import { formatBare, formatMoney, parseMoney, shownDecimals, wireDecimals } from '../src/money';

/** Spaces of formats differ between versions of the browser's data; what stands between does not. */
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ').replace(/[\u200e\u200f\u061c]/g, '');

describe('decimals', () => {
  it.each([
    ['usd', 2], ['EUR', 2], ['jpy', 0], ['krw', 0], ['mga', 0], ['kwd', 3], ['tnd', 3], ['isk', 2], ['ugx', 2], ['huf', 2],
  ] as const)('an amount in %s has %i on the wire', (currency, decimals) => {
    expect(wireDecimals(currency)).toBe(decimals);
  });

  it.each([
    [4900, 'isk', 0], [4950, 'isk', 2], [500, 'ugx', 0], [501, 'UGX', 2], [4900, 'eur', 2], [12, 'jpy', 0],
  ] as const)('%i %s is shown with %i', (amount, currency, decimals) => {
    expect(shownDecimals(amount, currency)).toBe(decimals);
  });
});

it.each([
  [123400, 'eur', 'de', '1234,00'], [123400, 'usd', 'en', '1234.00'], [123400, 'jpy', 'ja', '123400'], [123400, 'isk', 'en', '1234'],
  [1234500, 'kwd', 'ar', '1234.500'],
])('%i %s is pasted in %s as %s', (amount, currency, locale, text) => {
  expect(formatBare(amount, currency, locale)).toBe(text);
});

describe('formatMoney', () => {
  it.each([
    [4900, 'usd', 'en', '$49.00'],
    [4900, 'eur', 'de', '49,00 €'],
    [123456789, 'eur', 'fr', '1 234 567,89 €'],
    [4900, 'jpy', 'en', '¥4,900'],
    [4900, 'mga', 'en', 'MGA 4,900'],
    [49000, 'kwd', 'en', 'KWD 49.000'],
    [4900, 'isk', 'en', 'ISK 49'],
    [4950, 'isk', 'en', 'ISK 49.50'],
    [150000, 'ugx', 'en', 'UGX 1,500'],
    [-1000, 'eur', 'en', '-€10.00'],
    [5, 'usd', 'en', '$0.05'],
    [0, 'usd', 'en', '$0.00'],
    [4900, 'brl', 'pt', 'R$ 49,00'],
    [4900, 'gbp', 'en-GB', '£49.00'],
  ])('%i %s in %s is %s', (amount, currency, locale, text) => {
    expect(plain(formatMoney(amount, currency, locale))).toBe(text);
  });

  it('writes the digits 0 to 9 in Arabic, too', () => {
    expect(plain(formatMoney(123400, 'eur', 'ar'))).toMatch(/1,234\.00/);
    expect(plain(formatMoney(123400, 'egp', 'ar-EG'))).toMatch(/1,234\.00/);
  });

  it.each([['x1', '49.00 X1'], ['', '49.00']])('shows the code "%s" behind the number, where no browser takes it', (currency, text) => {
    expect(formatMoney(4900, currency, 'en')).toBe(text);
  });
});

describe('an amount that somebody typed', () => {
  it.each([
    ['12', 'eur', 1200], ['12,5', 'eur', 1250], ['12.50', 'eur', 1250], [' 1 234,50 € ', 'eur', 123450], ['€12.50', 'eur', 1250], ['1.234', 'eur', 123400],
    ['1,234.5', 'usd', 123450], ['1.234.567', 'eur', 123456700], ["1'234.50", 'chf', 123450], ['500', 'jpy', 500], ['1,000', 'jpy', 1000],
    ['1.5', 'kwd', 1500], ['1.000', 'kwd', 1000], ['1,234.500', 'kwd', 1234500], ['KWD 1,234.500', 'kwd', 1234500], ['1,234', 'kwd', 1234000],
    ['1,234,567.5', 'usd', 123456750], ['0', 'eur', 0], ['٤٢٫٥', 'aed', 4250], ['۴۲', 'eur', 4200],
    ['1 234', 'eur', 123400], ['1\u202f234\u00a0567,5', 'eur', 123456750], ['1’234.50', 'chf', 123450], ['€ 12.50', 'eur', 1250], ['12٫50', 'usd', 1250],
    ['١٬٢٣٤٫٥٠', 'egp', 123450], ['1٬234', 'egp', 123400], ['1,234٫5', 'egp', 123450], ['0.50', 'eur', 50], ['1 234.500', 'kwd', 1234500],
  ] as const)('%s in %s is %i', (text, currency, minor) => {
    expect(parseMoney(text, currency, 'en')).toBe(minor);
  });

  it.each([['1.234,500', 'kwd', 1234500], ['1,234', 'kwd', 1234], ['1.234', 'kwd', 1234000], ['1.234,5', 'eur', 123450]] as const)(
    '%s in %s is %i where commas part off decimals', (text, currency, minor) => {
      expect(parseMoney(text, currency, 'de')).toBe(minor);
    });

  it.each([
    ['', 'eur'], ['tea', 'eur'], ['-5', 'eur'], ['1.2.3', 'eur'], ['12.', 'eur'], ['.5', 'eur'], ['1.5', 'jpy'], ['1.2345', 'kwd'],
    ['0.500', 'eur'], ['0,125', 'usd'], ['00.500', 'eur'], ['0,500,000', 'eur'], ['0 500', 'eur'], ['0.500', 'jpy'], ['012,345.50', 'eur'],
    ['1٫250', 'eur'], ['1٫234٫5', 'eur'], ['1٫234.5', 'eur'], ['٫5', 'eur'], ['12٫', 'eur'], ['12٬5', 'eur'], ['1234٬567', 'eur'], ['12 50', 'eur'],
    ["12'50", 'chf'], ['1 2', 'eur'], ['12 5,00', 'eur'], ['1 234 56', 'eur'], ["1'234 567'8", 'eur'], ['1.234 567', 'eur'], ["1'234.567", 'eur'],
    ['1234.567', 'eur'], ['1,234.567', 'eur'], ['1.234,567', 'eur'], ['1,234.567,8', 'eur'], ['12,34,567', 'eur'], ['1234,567.5', 'eur'], ['12.3456', 'usd'],
    ['99999999999999999999', 'eur'], ['1e3', 'eur'], ['12 euros 50', 'eur'],
  ] as const)('%s in %s is none', (text, currency) => {
    expect(parseMoney(text, currency, 'en')).toBeNull();
  });

  it.each([['0.500', 'kwd', 500], ['0,500', 'kwd', 500], ['1٫250', 'kwd', 1250], ['1234,567', 'kwd', 1234567], ['1 234,567', 'kwd', 1234567]] as const)(
    '%s in %s is %i in every language: it can be nothing else', (text, currency, minor) => {
      expect(['en', 'de', 'ar'].map((locale) => parseMoney(text, currency, locale))).toEqual([minor, minor, minor]);
    });

  it.each([['0.500', 'eur'], ['0,125', 'usd'], ['0,500', 'eur'], ['12 50', 'eur'], ['12٬5', 'eur']] as const)(
    '%s in %s is none in any language', (text, currency) => {
      expect(['en', 'de', 'ar'].map((locale) => parseMoney(text, currency, locale))).toEqual([null, null, null]);
    });

  it('is what the page itself writes', () => {
    for (const locale of ['en', 'de', 'fr', 'es', 'pt', 'ja', 'zh', 'ar', 'de-CH', 'en-IN']) {
      for (const [amount, currency] of [[123_450, 'eur'], [1_234_500, 'kwd'], [500, 'kwd'], [1_234_567, 'jpy'], [50, 'usd']] as const) {
        const shown = formatBare(amount, currency, locale);
        expect([locale, shown, parseMoney(shown, currency, locale)]).toEqual([locale, shown, amount]);
      }
    }
  });
});
