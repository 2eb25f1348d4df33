/**
 * Texts in the buyer's language: catalogues with typed keys, plurals, and the choice of a locale.
 *
 * English is bundled; the other catalogues are modules of their own that a page loads only when it needs one.
 * Deliberately absent: any state. A page makes a translator and hands it around.
 */
import { en } from './locales/en';

/** A text with forms for the plural categories of its language. `count` chooses. */
export type Plural = { readonly other: string } & { readonly [Rule in Intl.LDMLPluralRule]?: string };
export type Key = keyof typeof en;
/** All texts of one language. A missing or an unknown key does not compile. */
export type Catalogue = {
  readonly [K in Key]: (typeof en)[K] extends string ? string : Plural;
};

type Names<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type Needed<Entry> = Entry extends string
  ? Names<Entry>
  : Entry extends { other: infer Other }
    ? Names<Other> | 'count'
    : never;
type Values = Readonly<Record<string, string | number>>;
type Arguments<K extends Key> = [Needed<(typeof en)[K]>] extends [never]
  ? []
  : [values: Readonly<Record<Needed<(typeof en)[K]>, string | number>>];
/** Texts that stand alone: there is nothing to fill in. */
export type PlainKey = { [K in Key]: Arguments<K> extends [] ? K : never }[Key];

/** Languages that have a catalogue. */
export const LANGUAGES = ['en', 'de', 'fr', 'es', 'pt', 'ja', 'zh', 'ar'] as const;
export type Language = (typeof LANGUAGES)[number];

/** How each language calls itself, for the choice of a language. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  en: 'English',
  de: 'Deutsch',
  fr: 'Français',
  es: 'Español',
  pt: 'Português',
  ja: '日本語',
  zh: '简体中文',
  ar: 'العربية',
};

/** The locale codes of the wire, without `auto`. */
export const LOCALES = (
  'ar bg cs da de el en en-AU en-CA en-GB en-NZ es es-419 es-ES et fi fil fr fr-CA fr-FR he hr hu id it it-IT ja ko lt lv ' +
  'ms mt nb nl no pl pt pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW'
).split(' ');

const LOADERS: Readonly<Record<Exclude<Language, 'en'>, () => Promise<Catalogue>>> = {
  de: () => import('./locales/de').then((module) => module.de),
  fr: () => import('./locales/fr').then((module) => module.fr),
  es: () => import('./locales/es').then((module) => module.es),
  pt: () => import('./locales/pt').then((module) => module.pt),
  ja: () => import('./locales/ja').then((module) => module.ja),
  zh: () => import('./locales/zh').then((module) => module.zh),
  ar: () => import('./locales/ar').then((module) => module.ar),
};

/** The language that a locale code is shown in, if there is one. */
function languageOf(code: string): Language | undefined {
  const language = code.toLowerCase().split(/[-_]/)[0];
  return LANGUAGES.find((known) => known === language);
}

/**
 * The first wanted locale that has a catalogue, else the fallback. Regional codes get their language (`fr-CA` the
 * French texts); codes of languages without a catalogue are passed over.
 */
export function pickLocale(wanted: readonly string[], fallback: Language = 'en'): Language {
  for (const code of wanted) {
    const language = languageOf(code);
    if (language) return language;
  }
  return fallback;
}

/** The locale for numbers and dates: the buyer's regional code, as long as its language is that of the texts. */
export function formatLocale(wanted: string, language: Language): string {
  return languageOf(wanted) === language && LOCALES.includes(wanted) ? wanted : language;
}

/** In which direction a locale is written. */
export function dir(locale: string): 'ltr' | 'rtl' {
  return /^(ar|he)\b/i.test(locale) ? 'rtl' : 'ltr';
}

const FIRST_STRONG_ISOLATE = '\u2068';
const LEFT_TO_RIGHT_ISOLATE = '\u2066';
const POP_ISOLATE = '\u2069';

/** Keeps a text from disturbing the order of right-to-left text around it. Nothing to do in other languages. */
export function isolate(text: string, locale: string): string {
  return dir(locale) === 'rtl' ? `${FIRST_STRONG_ISOLATE}${text}${POP_ISOLATE}` : text;
}

/** The same for numbers and codes, which have no direction of their own and are read from the left. */
export function isolateNumber(text: string, locale: string): string {
  return dir(locale) === 'rtl' ? `${LEFT_TO_RIGHT_ISOLATE}${text}${POP_ISOLATE}` : text;
}

/** The catalogue of a language. English needs no request. */
export function loadCatalogue(language: Language): Promise<Catalogue> {
  return language === 'en' ? Promise.resolve(en) : LOADERS[language]();
}

export interface Translator {
  readonly language: Language;
  /** For numbers and dates. */
  readonly locale: string;
  readonly dir: 'ltr' | 'rtl';
  /** The text of a key with its `{names}` filled in. */
  t<K extends Key>(key: K, ...values: Arguments<K>): string;
}

/** Makes the function that a page asks for its texts. */
export function createTranslator(language: Language, catalogue: Catalogue, locale: string = language): Translator {
  const plurals = new Intl.PluralRules(language);
  const fill = (text: string, values: Values) =>
    text.replace(/\{(\w+)\}/g, (whole, name: string) =>
      name in values ? isolate(String(values[name]), language) : whole,
    );
  const t = (key: Key, values: Values = {}) => {
    const entry: string | Plural = catalogue[key];
    if (typeof entry === 'string') return fill(entry, values);
    return fill(entry[plurals.select(Number(values.count))] ?? entry.other, values);
  };
  return { language, locale, dir: dir(language), t: t as Translator['t'] };
}

/**
 * The translator of the first wanted locale that has a catalogue. Where that does not come, it speaks English: better a form in
 * another language than none.
 */
export async function loadTranslator(wanted: readonly string[]): Promise<Translator> {
  const language = pickLocale(wanted);
  const catalogue = await loadCatalogue(language).catch(() => null);
  const spoken = catalogue ? language : 'en';
  return createTranslator(spoken, catalogue ?? en, formatLocale(wanted[0] ?? spoken, spoken));
}
