/**
 * Payment method types: the key of the label and a small drawing, as data that any renderer can build elements of.
 *
 * The drawings show what a buyer does (a card, a wallet, a bank, a code to scan). Deliberately absent: the logos of
 * the methods, which belong to their owners.
 */
import { BRANDS } from './card';
import { expiryText } from './expiry';
import { isolateNumber, type PlainKey, type Translator } from './i18n';

/** One SVG element: its name and attributes. */
export type Shape = readonly [tag: 'path' | 'rect' | 'circle', attributes: Readonly<Record<string, string | number>>];
/** Shapes for a view box of 24 by 24, drawn as lines in the colour of the text. */
export type Drawing = readonly Shape[];

const CARD: Drawing = [
  ['rect', { x: 2.5, y: 5, width: 19, height: 14, rx: 2.5 }],
  ['path', { d: 'M2.5 9.5h19M6 15h4' }],
];
const WALLET: Drawing = [
  ['path', { d: 'M19 8V6.5A1.5 1.5 0 0 0 17.5 5H5.2a2.2 2.2 0 0 0 0 4.4H19a1.5 1.5 0 0 1 1.5 1.5v6.6A1.5 1.5 0 0 1 19 19H5.2A2.2 2.2 0 0 1 3 16.8V7.2' }],
  ['circle', { cx: 16.6, cy: 14.2, r: 0.6 }],
];
const BANK: Drawing = [
  ['path', { d: 'M3.5 9.5 12 4.5l8.5 5zM5.5 12.5v4M10 12.5v4M14 12.5v4M18.5 12.5v4M3.5 19.5h17' }],
];
const TRANSFER: Drawing = [
  ['path', { d: 'M4 8.5h14.5M15 5l3.5 3.5L15 12M20 15.5H5.5M9 12l-3.5 3.5L9 19' }],
];
const SCAN: Drawing = [
  ['path', { d: 'M4 8V5.5A1.5 1.5 0 0 1 5.5 4H8M16 4h2.5A1.5 1.5 0 0 1 20 5.5V8M20 16v2.5a1.5 1.5 0 0 1-1.5 1.5H16M8 20H5.5A1.5 1.5 0 0 1 4 18.5V16' }],
  ['path', { d: 'M8 8h3v3H8zM13 8h3v3h-3zM8 13h3v3H8zM13.5 13.5v2.5h2.5' }],
];
const PHONE: Drawing = [
  ['rect', { x: 6.5, y: 2.5, width: 11, height: 19, rx: 2.5 }],
  ['path', { d: 'm9.5 11.8 1.9 1.9 3.4-3.6M11 18.5h2' }],
];
const INSTANT: Drawing = [
  ['path', { d: 'M13 3 5.5 13.5h5.2L10 21l8-10.8h-5.4z' }],
];
const MANDATE: Drawing = [
  ['path', { d: 'M6 3.5h8l4 4V20a.5.5 0 0 1-.5.5h-11A.5.5 0 0 1 6 20zM14 3.5v4h4M9 12h6M9 15c1-1.2 1.8-1.2 2.4 0s1.4 1.2 2.6 0' }],
];
const COIN: Drawing = [
  ['circle', { cx: 12, cy: 12, r: 8.5 }],
  ['path', { d: 'M8.5 12h7M12 8.5v7' }],
];

export interface Method {
  /** The key of the label; absent for a type that this version does not know. */
  readonly label?: PlainKey;
  readonly drawing: Drawing;
}

const METHODS: Readonly<Record<string, Method>> = {
  card: { label: 'method.card', drawing: CARD },
  revolut_pay: { label: 'method.revolut_pay', drawing: PHONE },
  paypal: { label: 'method.paypal', drawing: WALLET },
  ideal: { label: 'method.ideal', drawing: BANK },
  bancontact: { label: 'method.bancontact', drawing: BANK },
  alipay: { label: 'method.alipay', drawing: SCAN },
  wechat_pay: { label: 'method.wechat_pay', drawing: SCAN },
  pix: { label: 'method.pix', drawing: INSTANT },
  promptpay: { label: 'method.promptpay', drawing: SCAN },
  paynow: { label: 'method.paynow', drawing: INSTANT },
  customer_balance: { label: 'method.customer_balance', drawing: TRANSFER },
  sepa_debit: { label: 'method.sepa_debit', drawing: MANDATE },
};

/** What is known about a method type. A type that nobody knows gets a drawing, too. */
export function methodOf(type: string): Method {
  return Object.hasOwn(METHODS, type) ? METHODS[type]! : { drawing: COIN };
}

/** How a payment with a method goes on: with the fields of a card, elsewhere, with a code to scan, with a transfer. */
export type Flow = 'card' | 'redirect' | 'qr' | 'transfer';

/** A method that a payment offers. */
export interface MethodEntry {
  type: string;
  flow: Flow;
}

/** A method that the buyer saved. What its type does not have, it does not say. */
export interface SavedMethod {
  id: string;
  type: string;
  brand?: string | null;
  last4?: string | null;
  exp_month?: number | null;
  exp_year?: number | null;
}

type Words = Pick<Translator, 't'>;

/** The name of a method: from the catalogue, or the words of its type. */
export function methodText(type: string, { t }: Words): string {
  const { label } = methodOf(type);
  if (label) return t(label);
  const words = type.replace(/_/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Codes that the app of any bank reads: there is none that is called like them. */
const BANK_CODES = ['paynow', 'pix', 'promptpay'];

const isBankCode = (type: string) => BANK_CODES.includes(type);

/** What happens after the button, where a method has no fields of its own that would say it. */
export function noteOf(type: string, flow: Exclude<Flow, 'card'>, words: Words): string {
  if (flow === 'transfer') return words.t('method.transfer_note');
  const code = isBankCode(type) ? 'method.qr_bank_note' : 'method.qr_note';
  return words.t(flow === 'qr' ? code : 'method.redirect_note', { method: methodText(type, words) });
}

/** What is done with a code, in the words of the method that it is for. `amount` is a text. */
export function scanText(type: string, amount: string, words: Words): string {
  return isBankCode(type) ? words.t('action.qr_bank_note', { amount }) : words.t('action.qr_note', { method: methodText(type, words), amount });
}

/** Brands by name: those that a number tells, and those that only a saved card or a second network has. */
const BRAND_NAMES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(BRANDS.map(({ name, title }) => [name, title])),
  elo: 'Elo',
  maestro: 'Maestro',
  cartes_bancaires: 'Cartes Bancaires',
  mir: 'Mir',
  rupay: 'RuPay',
};

/** The name of a card brand as text; undefined for one that is not known. */
export function brandName(brand: string): string | undefined {
  return Object.hasOwn(BRAND_NAMES, brand) ? BRAND_NAMES[brand] : undefined;
}

/** What a saved method is called: its brand, or its type where it has none that is known, and its last digits. */
export function savedText({ type, brand, last4 }: SavedMethod, words: Pick<Translator, 't' | 'language'>): string {
  const name = brandName(brand ?? '') ?? methodText(type, words);
  return last4 ? words.t('card.ending', { brand: name, last4: isolateNumber(last4, words.language) }) : name;
}

/** Until when a saved method is good, if its type says so. */
export function savedExpiry({ exp_month: month, exp_year: year }: SavedMethod, { language }: Pick<Translator, 'language'>): string | null {
  return month && year ? isolateNumber(expiryText({ month, year }), language) : null;
}

/** Where a method is what most people pay with. */
const HOMES: Readonly<Record<string, string>> = {
  alipay: 'CN', bancontact: 'BE', ideal: 'NL', paynow: 'SG', pix: 'BR', promptpay: 'TH', wechat_pay: 'CN',
};

/** The regions in a browser's language tags, such as `AT` in `de-AT`. */
export function regionsOf(languages: readonly string[]): string[] {
  return languages.flatMap((tag) => /[-_]([A-Z]{2})\b/.exec(tag)?.[1] ?? []);
}

/**
 * Methods in the order in which a buyer is likely to want them: cards, then what is at home where the browser's languages are spoken, then
 * the others, each as the server has them.
 */
export function likeliest<T extends MethodEntry>(methods: readonly T[], languages: readonly string[]): T[] {
  const regions = regionsOf(languages);
  const isAtHome = (home?: string) => home !== undefined && regions.includes(home);
  const place = ({ type, flow }: T) => (flow === 'card' ? 0 : isAtHome(HOMES[type]) ? 1 : 2);
  return [...methods].sort((one, other) => place(one) - place(other));
}
