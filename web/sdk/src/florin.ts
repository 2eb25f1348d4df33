// florin.js, for the page of a shop. It defines `Florin`, and `Stripe` only where nobody did: the official wrappers look for it.
// Deliberately absent: card data. This script never sees any.

import { Client, type Options } from './client';
import { VERSION } from './origin';

/** Makes a client. A plain function, because the wrappers call it without `new`. */
function Florin(key: unknown, options: Options = {}): Record<string, unknown> {
  if (typeof key !== 'string' || !/^pk_\w+$/.test(key)) {
    throw new Error('Florin needs a publishable key, pk_test_… or pk_live_…. A secret key must never reach a browser.');
  }
  return new Client(key, options ?? {}).expose();
}
Florin.version = VERSION;

const page = window as unknown as Record<string, unknown>;
page.Florin = Florin;
page.Stripe ??= Florin;
