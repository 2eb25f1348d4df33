// The search: what people look for comes first. Deliberately absent: the field itself, which a browser test uses.

import { expect, test } from 'vitest';
import { find } from '../browser/match';
import { wordsOf } from '../src/search.mjs';
import { makeSite, sources } from '../src/site.mjs';
import { contract, read } from './fixture.mjs';

const real = JSON.parse(makeSite(sources(new URL('../../..', import.meta.url).pathname)).index);
const small = JSON.parse(makeSite({ contract, read }).index);
const first = (entries, question) => find(entries, question)[0]?.[1];

test.each([
  ['create a refund', '/docs/api/refunds#create'], ['capture payment intent', '/docs/api/payment_intents#capture'],
  ['save a card', '/docs/guide/save-a-card'], ['test cards', '/docs/guide/test-cards'], ['pci', '/docs/guide/pci-dss'],
  ['Webhooks', '/docs/webhooks'], ['checkout session create', '/docs/api/checkout_sessions#create'],
])('%s is found first', (question, url) => {
  expect(first(real, question)).toBe(url);
});

test('parameters are found', () => {
  expect(find(real, 'setup_future_usage').map(([, url]) => url)).toContain('/docs/api/payment_intents#create');
  expect(find(real, 'amount_to_cap').map(([, url]) => url)).toContain('/docs/api/payment_intents#capture');
});

test('every word has to fit, and nothing fits nothing', () => {
  expect(first(small, 'walrus')).toBe('/docs/two#a-part');
  expect(find(small, 'walrus elephants')).toEqual([]);
  expect(find(small, '  ')).toEqual([]);
  expect(find(small, '<>')).toEqual([]);
});

test('a code is found by its name', () => {
  expect(first(small, 'lost_card')).toBe('/docs/errors#decline-lost_card');
});

test('words are kept once', () => {
  expect(wordsOf('The card, the Card and a card_declined')).toBe('card card_declined');
});
