// What a card number, an expiry and a security code look like: brands, lengths, check digits, spacing, carets.
// Deliberately absent: whether a card works (only its issuer knows), words for people (locales), the DOM.

export type BrandName =
  | 'visa' | 'mastercard' | 'amex' | 'discover' | 'diners' | 'jcb' | 'unionpay' | 'unknown';

export interface Brand {
  name: BrandName;
  title: string;
  /** Prefixes, both ends included, each pair of equal length. */
  ranges: readonly (readonly [string, string])[];
  /** Lengths that exist. */
  lengths: readonly number[];
  /** The length that nearly every card of the brand has: from here on a wrong check digit is an error at once. */
  usual: number;
  cvc: 3 | 4;
}

/** An edited text and where its caret stands. */
export interface Edited {
  text: string;
  caret: number;
}

const UNKNOWN: Brand = { name: 'unknown', title: '', ranges: [], lengths: [13, 14, 15, 16, 17, 18, 19], usual: 16, cvc: 3 };

// Of two brands that share a prefix the first one that is listed wins. 622126 to 622925 also runs on the Discover network, but
// carries the UnionPay mark.
export const BRANDS: readonly Brand[] = [
  { name: 'visa', title: 'Visa', ranges: [['4', '4']], lengths: [13, 16, 19], usual: 16, cvc: 3 },
  { name: 'mastercard', title: 'Mastercard', ranges: [['51', '55'], ['2221', '2720']], lengths: [16], usual: 16, cvc: 3 },
  { name: 'amex', title: 'American Express', ranges: [['34', '34'], ['37', '37']], lengths: [15], usual: 15, cvc: 4 },
  {
    name: 'discover', title: 'Discover', ranges: [['6011', '6011'], ['644', '649'], ['65', '65']],
    lengths: [16, 17, 18, 19], usual: 16, cvc: 3,
  },
  {
    name: 'diners', title: 'Diners Club', ranges: [['300', '305'], ['3095', '3095'], ['36', '36'], ['38', '39']],
    lengths: [14, 15, 16, 17, 18, 19], usual: 14, cvc: 3,
  },
  { name: 'jcb', title: 'JCB', ranges: [['3528', '3589']], lengths: [16, 17, 18, 19], usual: 16, cvc: 3 },
  { name: 'unionpay', title: 'UnionPay', ranges: [['62', '62'], ['81', '81']], lengths: [16, 17, 18, 19], usual: 16, cvc: 3 },
];

/** Prefixes that French banks issue with the Cartes Bancaires mark beside the international one. */
const CARTES_BANCAIRES: readonly (readonly [string, string])[] = [
  ['40000025', '40000025'], ['55555525', '55555525'],
  ['4970', '4979'], ['4561', '4563'], ['5130', '5136'],
];

/** The digits of a text. */
export function digitsOf(text: string): string {
  return text.replace(/[^0-9]/g, '');
}

/** Whether every number that begins with these digits lies in the range. */
function isWithin(digits: string, [from, to]: readonly [string, string]): boolean {
  const lowest = digits.slice(0, from.length).padEnd(from.length, '0');
  const highest = digits.slice(0, to.length).padEnd(to.length, '9');
  return digits !== '' && lowest >= from && highest <= to;
}

/** The brand, as soon as the digits allow only one. */
export function brandOf(number: string): Brand {
  const digits = digitsOf(number);
  return BRANDS.find((brand) => brand.ranges.some((range) => isWithin(digits, range))) ?? UNKNOWN;
}

/**
 * The networks among which the buyer may choose, that of the brand first; none where the card probably has only that one. A hint: the
 * issuer's tables decide.
 */
export function networksOf(number: string): (BrandName | 'cartes_bancaires')[] {
  const digits = digitsOf(number);
  const { name } = brandOf(digits);
  if (name !== 'visa' && name !== 'mastercard') return [];
  const hasSecond = CARTES_BANCAIRES.some((range) => digits.length >= range[0].length && isWithin(digits, range));
  return hasSecond ? [name, 'cartes_bancaires'] : [];
}

/** Whether the check digit is right. */
export function luhn(number: string): boolean {
  if (!/^[0-9]{2,}$/.test(number)) return false;
  let sum = 0;
  for (let place = 0; place < number.length; place++) {
    const digit = number.charCodeAt(number.length - 1 - place) - 48;
    const doubled = digit * 2;
    sum += place % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** After how many digits a space stands. */
function gapsOf(brand: Brand, length: number): readonly number[] {
  if (brand.name === 'amex') return [4, 10];
  if (brand.name === 'diners' && length <= 14) return [4, 10];
  return [4, 8, 12, 16];
}

/** How many digits may be typed. */
function digitsMax(number: string): number {
  return Math.max(...brandOf(number).lengths);
}

/** The offset in `text` behind its first `count` digits. */
function offsetBehind(text: string, count: number): number {
  if (count === 0) return 0;
  let seen = 0;
  for (let at = 0; at < text.length; at++) {
    if (/[0-9]/.test(text.charAt(at)) && ++seen === count) return at + 1;
  }
  return text.length;
}

/** A number in groups. The caret stays behind the digit that it stood behind. */
export function format(text: string, caret: number = text.length): Edited {
  const all = digitsOf(text);
  const digits = all.slice(0, digitsMax(all));
  const gaps = gapsOf(brandOf(digits), digits.length);
  let grouped = '';
  for (let at = 0; at < digits.length; at++) grouped += (gaps.includes(at) ? ' ' : '') + digits.charAt(at);
  const before = digitsOf(text.slice(0, caret)).length;
  return { text: grouped, caret: offsetBehind(grouped, Math.min(before, digits.length)) };
}

export type NumberFault = '' | 'incomplete_number' | 'invalid_number';

/** What is wrong with a number. While it is being typed (`final` false) a short one is no fault. */
export function numberFault(number: string, final: boolean): NumberFault {
  const digits = digitsOf(number);
  const brand = brandOf(digits);
  const length = digits.length;
  const longest = Math.max(...brand.lengths);
  if (brand.lengths.includes(length) && luhn(digits)) return '';
  if (length < brand.usual) return final ? 'incomplete_number' : '';
  if (length === brand.usual || length === longest || final) return 'invalid_number';
  return '';
}

/** Whether nothing more is expected: the number is right and as long as cards of its brand usually are. */
export function isFull(number: string): boolean {
  const digits = digitsOf(number);
  const brand = brandOf(digits);
  return digits.length >= brand.usual && brand.lengths.includes(digits.length) && luhn(digits);
}

export type CvcFault = '' | 'incomplete_cvc';

/** What is wrong with a security code. Without a brand three and four digits are both right. */
export function cvcFault(cvc: string, brand: BrandName, final: boolean): CvcFault {
  const length = digitsOf(cvc).length;
  return final && length < cvcLengths(brand)[0] ? 'incomplete_cvc' : '';
}

/** The least and the greatest length of a security code. */
export function cvcLengths(brand: BrandName): [number, number] {
  if (brand === 'unknown') return [3, 4];
  const length = BRANDS.find((known) => known.name === brand)?.cvc ?? 3;
  return [length, length];
}

/** A code without anything but digits. */
export function formatCvc(text: string, brand: BrandName, caret: number = text.length): Edited {
  const digits = digitsOf(text).slice(0, cvcLengths(brand)[1]);
  return { text: digits, caret: Math.min(digitsOf(text.slice(0, caret)).length, digits.length) };
}
