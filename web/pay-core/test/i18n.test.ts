// Catalogues are complete and say the same things; locales are chosen as documented.
// Deliberately absent: the wording. Whether a sentence is good, a reader has to say.
import { afterEach, describe, expect, it, vi } from 'vitest';

import {
  createTranslator, dir, formatLocale, isolate, isolateNumber, LANGUAGES, loadCatalogue, loadTranslator, LOCALES, pickLocale,
  type Catalogue, type Key, type Plural,
} from '../src/i18n';
import { en } from '../src/locales/en';

const KEYS = Object.keys(en) as Key[];
const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

function formsOf(entry: string | Plural): [rule: string, text: string][] {
  return typeof entry === 'string' ? [['', entry]] : (Object.entries(entry) as [string, string][]);
}

/** Forms for exactly one or two may leave the number out, since the word says it. */
const mayLackNumber = (rule: string) => rule === 'one' || rule === 'two';

describe.each(LANGUAGES)('the catalogue of %s', (language) => {
  it('has every text and no other', async () => {
    const catalogue = await loadCatalogue(language);
    expect(Object.keys(catalogue).sort()).toEqual([...KEYS].sort());
    for (const key of KEYS) for (const [rule, text] of formsOf(catalogue[key])) expect(text.trim(), `${key} ${rule}`).not.toBe('');
  });

  it('names the same values as the English one', async () => {
    const catalogue = await loadCatalogue(language);
    for (const key of KEYS) {
      const expected = names(formsOf(en[key]).at(-1)?.[1] ?? '');
      for (const [rule, text] of formsOf(catalogue[key])) {
        if (!mayLackNumber(rule)) expect(names(text), `${key} ${rule}`).toEqual(expected);
      }
    }
  });

  it('has a form for every plural category that whole numbers have', async () => {
    const catalogue = await loadCatalogue(language);
    const rules = new Intl.PluralRules(language);
    const needed = new Set(Array.from({ length: 200 }, (_, count) => rules.select(count)));
    needed.delete('zero');
    for (const key of KEYS) {
      const entry: string | Plural = catalogue[key];
      if (typeof entry !== 'string') for (const rule of needed) expect(entry[rule], `${key} ${rule}`).toBeTypeOf('string');
    }
  });
});

describe('the choice of a locale', () => {
  it.each([
    [['de-AT', 'en'], 'de'], [['fr-CA'], 'fr'], [['es-419'], 'es'], [['pt-BR'], 'pt'], [['zh-TW'], 'zh'], [['ar'], 'ar'],
    [['sv', 'de'], 'de'], [['auto', 'ja'], 'ja'], [['nb'], 'en'], [[], 'en'], [['EN_gb'], 'en'], [['der'], 'en'],
  ] as const)('%j is shown in %s', (wanted, language) => {
    expect(pickLocale(wanted)).toBe(language);
  });

  it('falls back to what the caller says', () => {
    expect(pickLocale(['fi'], 'de')).toBe('de');
  });

  it('knows the 49 codes of the wire', () => {
    expect(LOCALES).toHaveLength(49);
    expect(new Set(LOCALES).size).toBe(49);
  });

  it.each([
    ['en-GB', 'en', 'en-GB'], ['fr-CA', 'fr', 'fr-CA'], ['sv', 'en', 'en'], ['en-XX', 'en', 'en'], ['de', 'de', 'de'],
  ] as const)('numbers of a buyer who wants %s and reads %s are written as in %s', (wanted, language, locale) => {
    expect(formatLocale(wanted, language)).toBe(locale);
  });

  it.each([['ar', 'rtl'], ['ar-EG', 'rtl'], ['he', 'rtl'], ['en', 'ltr'], ['arn', 'ltr']] as const)('%s is written %s', (locale, direction) => {
    expect(dir(locale)).toBe(direction);
  });
});

describe('loading a translator', () => {
  afterEach(() => vi.doUnmock('../src/locales/ja'));

  it.each([[['fr-CA', 'de'], 'fr', 'fr-CA'], [['sv', 'de-AT'], 'de', 'de'], [['en-GB'], 'en', 'en-GB'], [[], 'en', 'en']])(
    'for %j speaks %s and writes numbers as in %s', async (wanted, language, locale) => {
      expect(await loadTranslator(wanted)).toMatchObject({ language, locale });
    },
  );

  it('speaks English where the texts do not come', async () => {
    vi.doMock('../src/locales/ja', () => {
      throw new Error('offline');
    });
    expect(await loadTranslator(['ja'])).toMatchObject({ language: 'en', locale: 'en' });
  });
});

describe('a translator', () => {
  it('fills in values and leaves unknown braces alone', () => {
    const { t } = createTranslator('en', en);
    expect(t('button.pay', { amount: '$49.00' })).toBe('Pay $49.00');
    expect(t('custom.optional', { label: '{amount}' })).toBe('{amount} (optional)');
  });

  it('chooses plural forms', async () => {
    const english = createTranslator('en', en);
    expect(english.t('method.more', { count: 1 })).toBe('1 more way to pay');
    expect(english.t('method.more', { count: 2 })).toBe('2 more ways to pay');
    const arabic = createTranslator('ar', await loadCatalogue('ar'));
    const texts = [1, 2, 3, 11, 100].map((count) => arabic.t('action.minutes_left', { count }));
    expect(texts.map((text) => text.replace(/[\u2066-\u2069]/g, ''))).toEqual(
      ['بقيت دقيقة واحدة', 'بقيت دقيقتان', 'بقيت 3 دقائق', 'بقيت 11 دقيقة', 'بقيت 100 دقيقة'],
    );
  });

  it('isolates values in right-to-left text only', async () => {
    expect(createTranslator('en', en).t('page.back', { merchant: 'Lund' })).toBe('Back to Lund');
    const arabic = createTranslator('ar', await loadCatalogue('ar'));
    expect(arabic.t('page.back', { merchant: 'Lund' })).toBe('العودة إلى \u2068Lund\u2069');
    expect(isolate('a', 'en')).toBe('a');
    expect(isolateNumber('12', 'ar')).toBe('\u206612\u2069');
  });

  it('does not compile without a key or a value', () => {
    const { t } = createTranslator('en', en);
    // @ts-expect-error the key does not exist
    void (() => t('button.nothing'));
    // @ts-expect-error the amount is missing
    void (() => t('button.pay'));
    // @ts-expect-error the count is missing
    void (() => t('shipping.days', { range: '1' }));
    const { 'button.pay': _pay, ...rest } = en;
    // @ts-expect-error a text is missing
    const catalogue: Catalogue = rest;
    expect(catalogue).not.toHaveProperty('button.pay');
  });
});
