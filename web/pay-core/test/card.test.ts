// What buyers type, paste and correct in the three card fields. Numbers are the ones published for tests.
import { describe, expect, it } from 'vitest';
import { brandOf, cvcFault, format, formatCvc, isFull, luhn, networksOf, numberFault } from '../src/card';
import { expiryFault, expiryText, formatExpiry, monthOf, parseExpiry } from '../src/expiry';

describe('brands', () => {
  it.each([
    ['4', 'visa'], ['4242424242424242', 'visa'], ['5', 'unknown'], ['50', 'unknown'], ['51', 'mastercard'], ['55', 'mastercard'],
    ['56', 'unknown'], ['2', 'unknown'], ['22', 'unknown'], ['222', 'unknown'], ['2220', 'unknown'], ['2221', 'mastercard'],
    ['23', 'mastercard'], ['26', 'mastercard'], ['27', 'unknown'], ['2720', 'mastercard'], ['2721', 'unknown'],
    ['3', 'unknown'], ['34', 'amex'], ['37', 'amex'], ['35', 'unknown'], ['3527', 'unknown'], ['3528', 'jcb'], ['3589', 'jcb'],
    ['3590', 'unknown'], ['36', 'diners'], ['30', 'unknown'], ['305', 'diners'], ['306', 'unknown'], ['3095', 'diners'],
    ['38', 'diners'], ['39', 'diners'], ['6011', 'discover'], ['6012', 'unknown'], ['644', 'discover'], ['643', 'unknown'],
    ['65', 'discover'], ['62', 'unionpay'], ['81', 'unionpay'], ['', 'unknown'], ['9', 'unknown'],
    ['5555555555554444', 'mastercard'], ['2223003122003222', 'mastercard'], ['378282246310005', 'amex'],
    ['6011111111111117', 'discover'], ['30569309020004', 'diners'], ['3566002020360505', 'jcb'], ['6200000000000005', 'unionpay'],
  ])('%s is %s', (number, name) => expect(brandOf(number).name).toBe(name));

  it('knows cards that probably carry a second mark', () => {
    expect(networksOf('4000002500001001')).toEqual(['visa', 'cartes_bancaires']);
    expect(networksOf('5555552500001001')).toEqual(['mastercard', 'cartes_bancaires']);
    expect(networksOf('4970')).toEqual(['visa', 'cartes_bancaires']);
    expect(networksOf('497')).toEqual([]);
    expect(networksOf('4242424242424242')).toEqual([]);
    expect(networksOf('378282246310005')).toEqual([]);
  });
});

describe('the check digit', () => {
  it.each(['4242424242424242', '378282246310005', '30569309020004', '6200000000000005', '5105105105105100'])(
    'of %s is right', (number) => expect(luhn(number)).toBe(true));
  it.each(['4242424242424241', '4242424242424224', '', '0', '4', '4242 4242', 'abc'])(
    'of "%s" is wrong', (number) => expect(luhn(number)).toBe(false));
});

describe('grouping', () => {
  it.each([
    ['4242424242424242', '4242 4242 4242 4242'], ['4242-4242 4242.4242', '4242 4242 4242 4242'],
    ['378282246310005', '3782 822463 10005'], ['3782822', '3782 822'], ['30569309020004', '3056 930902 0004'],
    ['4242', '4242'], ['42424', '4242 4'], ['', ''], ['abc', ''], ['5555555555554444999', '5555 5555 5555 4444'],
    ['3782822463100059', '3782 822463 10005'], ['6200000000000000003', '6200 0000 0000 0000 003'],
  ])('of %s', (typed, shown) => expect(format(typed).text).toBe(shown));

  it.each([
    // A digit put in behind the second one; the caret stays behind it.
    ['42942 4242 4242', 3, '4294 2424 2424 2', 3],
    // A digit typed right before a gap moves the caret over nothing else.
    ['42424 242', 5, '4242 4242', 6],
    // The space was deleted: the text comes back, the caret stands before it, the next key takes the digit.
    ['42424242', 4, '4242 4242', 4],
    ['4242 4242', 0, '4242 4242', 0],
    ['4242 4242 4242 42429', 20, '4242 4242 4242 4242 9', 21],
    ['5555 5555 5555 44449', 20, '5555 5555 5555 4444', 19],
    ['37828 22463', 5, '3782 822463', 6],
  ])('of %s keeps the caret of %i', (text, caret, shown, at) => expect(format(text, caret)).toEqual({ text: shown, caret: at }));
});

describe('faults of a number', () => {
  it.each([
    ['', false, ''], ['', true, 'incomplete_number'], ['4242', false, ''], ['4242', true, 'incomplete_number'],
    ['4242424242424242', false, ''], ['4242424242424241', false, 'invalid_number'], ['4242424242424241', true, 'invalid_number'],
    // Between the usual and the greatest length nobody can know yet.
    ['42424242424242421', false, ''], ['42424242424242421', true, 'invalid_number'],
    ['378282246310005', false, ''], ['378282246310006', false, 'invalid_number'], ['37828224631000', true, 'incomplete_number'],
    ['30569309020004', false, ''], ['30569309020005', false, 'invalid_number'],
  ] as const)('%s (final: %s) is "%s"', (number, final, fault) => expect(numberFault(number, final)).toBe(fault));

  it('is full when nothing more is expected', () => {
    expect(isFull('4242 4242 4242 4242')).toBe(true);
    expect(isFull('4242 4242 4242 4241')).toBe(false);
    // 13 digits pass the check and exist, but three more may come.
    expect(numberFault('4222222222222', true)).toBe('');
    expect(isFull('4222222222222')).toBe(false);
    expect(isFull('3782 822463 10005')).toBe(true);
  });
});

describe('the security code', () => {
  it.each([
    ['12', 'visa', true, 'incomplete_cvc'], ['12', 'visa', false, ''], ['123', 'visa', true, ''], ['123', 'amex', true, 'incomplete_cvc'],
    ['1234', 'amex', true, ''], ['123', 'unknown', true, ''], ['', 'unknown', true, 'incomplete_cvc'],
  ] as const)('%s of %s (final: %s) is "%s"', (cvc, brand, final, fault) => expect(cvcFault(cvc, brand, final)).toBe(fault));

  it('takes as many digits as the brand has', () => {
    expect(formatCvc('12a34', 'visa')).toEqual({ text: '123', caret: 3 });
    expect(formatCvc('12345', 'amex')).toEqual({ text: '1234', caret: 4 });
    expect(formatCvc('12345', 'unknown').text).toBe('1234');
  });
});

describe('typing an expiry', () => {
  it.each([
    ['', ''], ['0', '0'], ['1', '1'], ['2', '02 / '], ['9', '09 / '], ['12', '12 / '], ['1/', '01 / '], ['13', '01 / 3'], ['00', '00'],
    ['12 / 3', '12 / 3'], ['1230', '12 / 30'], ['122030', '12 / 30'], ['12/2030', '12 / 30'], ['12 / 2030', '12 / 30'],
    ['1/30', '01 / 30'], ['1-2030', '01 / 30'], ['2030-12', '12 / 30'], ['2030-1', '01 / 30'], ['12/304', '12 / 30'], ['424', '04 / 24'],
    ['12 / 20', '12 / 20'], ['12 / 203', '12 / 20'], ['abc', ''], ['1230 ', '12 / 30'],
  ])('%s becomes "%s"', (typed, shown) => expect(formatExpiry(typed).text).toBe(shown));

  it('lets a deletion take the slash away', () => {
    expect(formatExpiry('12 /', 4, true)).toEqual({ text: '12', caret: 2 });
    expect(formatExpiry('1', 1, true)).toEqual({ text: '1', caret: 1 });
    expect(formatExpiry('12 / 3', 6, true)).toEqual({ text: '12 / 3', caret: 6 });
  });

  it('keeps the caret when the month is corrected', () => {
    expect(formatExpiry('1 / 30', 1)).toEqual({ text: '01 / 30', caret: 2 });
    expect(formatExpiry('11 / 30', 2)).toEqual({ text: '11 / 30', caret: 2 });
    expect(formatExpiry('12 / 40', 6)).toEqual({ text: '12 / 40', caret: 6 });
    expect(formatExpiry('12 / 30', 0)).toEqual({ text: '12 / 30', caret: 0 });
  });
});

describe('judging an expiry', () => {
  const now = { month: 6, year: 2026 };
  it.each([
    ['', false, ''], ['', true, 'incomplete_expiry'], ['12 / 3', false, ''], ['12 / 3', true, 'incomplete_expiry'],
    ['06 / 26', true, ''], ['05 / 26', false, 'invalid_expiry_year_past'], ['12 / 25', true, 'invalid_expiry_year_past'],
    ['00 / 30', true, 'invalid_expiry_month'], ['00', false, 'invalid_expiry_month'], ['12 / 76', true, ''],
    ['12 / 77', true, 'invalid_expiry_year'],
  ] as const)('%s (final: %s) is "%s"', (text, final, fault) => expect(expiryFault(text, now, final)).toBe(fault));

  it('reads month and year', () => {
    expect(parseExpiry('01 / 30')).toEqual({ month: 1, year: 2030 });
    expect(parseExpiry('1/2030')).toEqual({ month: 1, year: 2030 });
    expect(parseExpiry('12 /')).toBeNull();
  });

  it('writes what it reads', () => {
    expect(expiryText({ month: 4, year: 2030 })).toBe('04 / 30');
    expect(expiryText({ month: 12, year: 2105 })).toBe('12 / 05');
  });

  it('takes the month from a clock', () => expect(monthOf(new Date(2026, 0, 31))).toEqual({ month: 1, year: 2026 }));
});
