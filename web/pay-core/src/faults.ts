// What is wrong with a card, as the key of the sentence that buyers read.
// Deliberately absent: when a fault is shown. The forms decide that.

import type { CvcFault, NumberFault } from './card';
import type { ExpiryFault } from './expiry';
import type { PlainKey } from './i18n';

export type Fault = Exclude<NumberFault | ExpiryFault | CvcFault, ''>;

const KEYS: Readonly<Record<Fault, PlainKey>> = {
  incomplete_number: 'error.incomplete_number',
  invalid_number: 'error.invalid_number',
  incomplete_expiry: 'error.incomplete_expiry',
  invalid_expiry_month: 'error.invalid_expiry',
  invalid_expiry_year: 'error.invalid_expiry',
  invalid_expiry_year_past: 'error.expired',
  incomplete_cvc: 'error.incomplete_cvc',
};

export function faultKey(fault: Fault): PlainKey {
  return KEYS[fault];
}
