// What is wrong with what stands in one input, as the code that shops know.
// Deliberately absent: when a fault is shown. The fields decide that.

import { cvcFault, numberFault, type BrandName } from '@florin/pay-core/card';
import { expiryFault, monthOf } from '@florin/pay-core/expiry';
import type { Fault } from '@florin/pay-core/faults';

export type Part = 'number' | 'expiry' | 'cvc';

export function faultOf(part: Part, text: string, brand: BrandName, final: boolean): Fault | '' {
  if (part === 'number') return numberFault(text, final);
  if (part === 'expiry') return expiryFault(text, monthOf(new Date()), final);
  return cvcFault(text, brand, final);
}
