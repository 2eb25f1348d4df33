// Every fault that a card can have is told in a sentence. Deliberately absent: when it is one, which card.test.ts says.
import { expect, it } from 'vitest';
import { cvcFault, numberFault } from '../src/card';
import { expiryFault } from '../src/expiry';
import { faultKey, type Fault } from '../src/faults';

const now = { month: 6, year: 2026 };

it.each<[Fault | '', string]>([
  [numberFault('4242', true), 'error.incomplete_number'],
  [numberFault('4242424242424241', true), 'error.invalid_number'],
  [expiryFault('', now, true), 'error.incomplete_expiry'],
  [expiryFault('00', now, true), 'error.invalid_expiry'],
  [expiryFault('12 / 99', now, true), 'error.invalid_expiry'],
  [expiryFault('05 / 26', now, true), 'error.expired'],
  [cvcFault('1', 'visa', true), 'error.incomplete_cvc'],
])('%s has the sentence %s', (fault, key) => {
  expect(fault && faultKey(fault)).toBe(key);
});
