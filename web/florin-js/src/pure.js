// `loadStripe` that loads nothing until it is called. Deliberately absent: parameters with an effect. The only one there is concerns signals
// against fraud that florin.js does not collect.

import { clientOf, load } from './load.js';

let wasCalled = false;

export async function loadStripe(...words) {
  wasCalled = true;
  const startTime = Date.now();
  return clientOf(await load(), words, startTime);
}

loadStripe.setLoadParameters = (parameters) => {
  if (wasCalled) throw new Error('You cannot change load parameters after calling loadStripe');
  if (typeof parameters?.advancedFraudSignals !== 'boolean') {
    throw new Error(`invalid load parameters; expected {advancedFraudSignals: boolean} but received ${JSON.stringify(parameters)}`);
  }
};
