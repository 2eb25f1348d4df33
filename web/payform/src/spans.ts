// How long shipping takes, in words.
// Deliberately absent: dates. The merchant promised days, and holidays are not known here.

import { isolateNumber } from '@florin/pay-core/i18n';

import type { Page } from './page';
import type { Estimate, Span } from './state';

const KEYS = {
  hour: 'shipping.hours',
  day: 'shipping.days',
  business_day: 'shipping.business_days',
  week: 'shipping.weeks',
  month: 'shipping.months',
} as const;

type Words = Pick<Page, 'i18n' | 't'>;

function inWords({ i18n, t }: Words, { unit, value }: Span, range: string): string {
  return t(KEYS[unit], { count: value, range: isolateNumber(range, i18n.language) });
}

export function spanText(words: Words, { minimum, maximum }: Estimate): string {
  if (minimum && maximum) {
    const isPoint = minimum.value === maximum.value;
    if (minimum.unit === maximum.unit) {
      return inWords(words, maximum, isPoint ? `${maximum.value}` : `${minimum.value}–${maximum.value}`);
    }
    return `${inWords(words, minimum, `${minimum.value}`)} – ${inWords(words, maximum, `${maximum.value}`)}`;
  }
  if (minimum) return words.t('shipping.at_least', { time: inWords(words, minimum, `${minimum.value}`) });
  return maximum ? words.t('shipping.at_most', { time: inWords(words, maximum, `${maximum.value}`) }) : '';
}
