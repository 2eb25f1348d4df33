// `loadStripe` whose script begins to load as soon as this is imported. Deliberately absent: the rest, which ./load.js has.

import { clientOf, load } from './load.js';

let wasCalled = false;

// A moment later, so that a page can say first which server is its own.
Promise.resolve().then(load).catch((error) => {
  // Whoever called is told.
  if (!wasCalled) console.warn(error);
});

export async function loadStripe(...words) {
  wasCalled = true;
  const startTime = Date.now();
  return clientOf(await load(), words, startTime);
}
