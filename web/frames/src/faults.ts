// What is wrong with a field, as the code that shops know and the key of the sentence that buyers read.
// Deliberately absent: when a fault is shown. The fields decide that.

import { cvcFault, numberFault, type BrandName } from '@florin/pay-core/card';
import { expiryFault, type Expiry } from '@florin/pay-core/expiry';
import type { Key } from '@florin/pay-core/i18n';

export type Part = 'number' | 'expiry' | 'cvc';
export type Fault = Exclude<
  ReturnType<typeof numberFault> | ReturnType<typeof expiryFault> | ReturnType<typeof cvcFault>, ''
>;

type FaultKey = Extract<Key, `error.${string}`>;

const KEYS: Readonly<Record<Fault, FaultKey>> = {
  incomplete_number: 'error.incomplete_number',
  invalid_number: 'error.invalid_number',
  incomplete_expiry: 'error.incomplete_expiry',
  invalid_expiry_month: 'error.invalid_expiry',
  invalid_expiry_year: 'error.invalid_expiry',
  invalid_expiry_year_past: 'error.expired',
  incomplete_cvc: 'error.incomplete_cvc',
};

export function faultKey(fault: Fault): FaultKey {
  return KEYS[fault];
}

/** The month in which the buyer is. */
export function currentMonth(date = new Date()): Expiry {
  return { month: date.getMonth() + 1, year: date.getFullYear() };
}

export function faultOf(part: Part, text: string, brand: BrandName, final: boolean): Fault | '' {
  if (part === 'number') return numberFault(text, final);
  if (part === 'expiry') return expiryFault(text, currentMonth(), final);
  return cvcFault(text, brand, final);
}
