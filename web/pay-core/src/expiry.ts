// The expiry of a card as one text, `MM / YY`: typing, pasting, reading, judging.
// Deliberately absent: a clock. Whoever judges says what month it is.

import { digitsOf, type Edited } from './card';

export interface Expiry {
  month: number;
  year: number;
}

export type ExpiryFault =
  | '' | 'incomplete_expiry' | 'invalid_expiry_month' | 'invalid_expiry_year' | 'invalid_expiry_year_past';

const SLASH = ' / ';
/** No card is issued for longer. */
const YEARS_AHEAD_MAX = 50;

/** The month of a moment, by the clock of whoever looks at it. */
export function monthOf(date: Date): Expiry {
  return { month: date.getMonth() + 1, year: date.getFullYear() };
}

/** An expiry that is known already, written as it would be typed. */
export function expiryText({ month, year }: Expiry): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return two(month) + SLASH + two(year % 100);
}

/** Month and year digits of whatever was typed, pasted or filled in. */
function split(text: string): { month: string; year: string; closed: boolean } {
  const iso = /^\s*(\d{4})\s*[-/.]\s*(\d{1,2})\s*$/.exec(text);
  if (iso?.[1] && iso[2]) return { month: iso[2].padStart(2, '0'), year: iso[1].slice(2), closed: true };
  const parted = /^\D*(\d{1,2})\s*[/\-. ]\s*(\d*)/.exec(text);
  const all = digitsOf(text);
  let month = parted?.[1] ?? all.slice(0, 2);
  let year = parted ? digitsOf(text.slice(parted[0].length - (parted[2] ?? '').length)) : all.slice(2);
  const first = month.charAt(0);
  if (month.length === 2 && Number(month) > 12) {
    // `13` can only be meant as January and the beginning of a year; `24` never begins with a month of two digits.
    year = month.slice(1) + year;
    month = '0' + first;
  } else if (month.length === 1 && (first > '1' || parted)) {
    month = '0' + first;
  }
  if (year.length >= 4 && year.startsWith('20')) year = year.slice(2);
  return { month, year: year.slice(0, 2), closed: month.length === 2 && month !== '00' };
}

/** The text as `MM / YY`. `deleting` is whether the last key took something away: then no slash comes back by itself. */
export function formatExpiry(text: string, caret: number = text.length, deleting = false): Edited {
  if (digitsOf(text) === '') return { text: '', caret: 0 };
  const atEnd = caret >= text.length;
  const { month, year, closed } = split(text);
  if (deleting && year === '') {
    const digits = digitsOf(text).slice(0, 2);
    return { text: digits, caret: Math.min(caret, digits.length) };
  }
  const whole = closed ? month + SLASH + year : month;
  if (atEnd) return { text: whole, caret: whole.length };
  const isPadded = month.startsWith('0') && !digitsOf(text).startsWith('0');
  const before = digitsOf(text.slice(0, caret)).length + (isPadded && caret > 0 ? 1 : 0);
  return { text: whole, caret: placeBehind(whole, before) };
}

/** The offset behind the given number of digits; never inside of the slash when a digit of the year follows. */
function placeBehind(text: string, count: number): number {
  if (count <= 0) return 0;
  if (count <= 2) return Math.min(count, text.length);
  return Math.min(count + SLASH.length, text.length);
}

/** The month and the year, if both are there. */
export function parseExpiry(text: string): Expiry | null {
  const { month, year } = split(text);
  if (month.length !== 2 || year.length !== 2) return null;
  return { month: Number(month), year: 2000 + Number(year) };
}

/** What is wrong with an expiry in the month `now` (months count from 1). A missing part is a fault only when it is `final`. */
export function expiryFault(text: string, now: Expiry, final: boolean): ExpiryFault {
  const { month } = split(text);
  if (month === '00') return 'invalid_expiry_month';
  const expiry = parseExpiry(text);
  if (!expiry) return final ? 'incomplete_expiry' : '';
  if (expiry.month < 1 || expiry.month > 12) return 'invalid_expiry_month';
  const isPast = expiry.year < now.year || (expiry.year === now.year && expiry.month < now.month);
  if (isPast) return 'invalid_expiry_year_past';
  return expiry.year > now.year + YEARS_AHEAD_MAX ? 'invalid_expiry_year' : '';
}
