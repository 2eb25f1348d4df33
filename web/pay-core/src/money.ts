/**
 * Amounts: from the minor units of the wire to a text that a buyer reads.
 *
 * The number of decimals on the wire is a table of ours, not the browser's: the wire differs from ISO 4217 for a few
 * currencies (isk and ugx travel with two decimals, mga with none). Deliberately absent: arithmetic with amounts, which is
 * the server's.
 */

const NO_DECIMALS = new Set(
  'bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '),
);
const THREE_DECIMALS = new Set('bhd jod kwd omr tnd'.split(' '));
/** Two decimals on the wire, but the currency has no smaller coin: they are shown only if they are not zero. */
const HIDDEN_DECIMALS = new Set(['isk', 'ugx']);

/** Decimals of an amount on the wire. */
export function wireDecimals(currency: string): 0 | 2 | 3 {
  const code = currency.toLowerCase();
  if (NO_DECIMALS.has(code)) return 0;
  return THREE_DECIMALS.has(code) ? 3 : 2;
}

/** Decimals that are shown. An amount is never rounded: a fraction that should not be there is shown. */
export function shownDecimals(amount: number, currency: string): 0 | 2 | 3 {
  const decimals = wireDecimals(currency);
  const isWhole = amount % 10 ** decimals === 0;
  return isWhole && HIDDEN_DECIMALS.has(currency.toLowerCase()) ? 0 : decimals;
}

/**
 * The amount (minor units of the wire) as text in the manner of a locale. Digits are always 0 to 9, because they
 * stand beside card numbers, which are typed so.
 */
export function formatMoney(amount: number, currency: string, locale: string): string {
  const decimals = shownDecimals(amount, currency);
  const major = amount / 10 ** wireDecimals(currency);
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  const code = currency.toUpperCase();
  try {
    return numberFormat(locale, { style: 'currency', currency: code, ...digits }).format(major);
  } catch {
    // A code that is not there leaves no blank behind.
    return `${numberFormat('en', digits).format(major)} ${code}`.trim();
  }
}

/** The amount as a number to paste into the form of a bank: no sign of the currency and no groups. */
export function formatBare(amount: number, currency: string, locale: string): string {
  const decimals = shownDecimals(amount, currency);
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals, useGrouping: false };
  return numberFormat(locale, digits).format(amount / 10 ** wireDecimals(currency));
}

/** Digits of Arabic and Persian keyboards, as 0 to 9. */
const latin = (text: string): string =>
  text.replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) & 15));

/** The sign that parts off decimals in a locale. */
function decimalSign(locale: string): string {
  const parts = numberFormat(locale, { minimumFractionDigits: 1 }).formatToParts(1.5);
  return parts.find(({ type }) => type === 'decimal')?.value ?? '.';
}

/** How many digits stand between two signs that part off thousands. */
const GROUP = 3;
/** Whether digits can be thousands: all groups but the first are full, and that does not begin with 0. */
const isGrouped = (groups: readonly string[]) => /^[1-9]\d{0,2}(,\d{3})+$/.test(groups.join());
/** The sign of Arabic that parts off decimals, and nothing else. */
const ARABIC_DECIMAL = '\u066b';
/** Stands for all signs that part off thousands, and nothing else: spaces, apostrophes and that of Arabic. */
const BREAK = "'";

/**
 * The amount that somebody typed, in minor units of the wire; null for what is none. Of two different signs the last one parts off
 * decimals. One sign before three digits parts off thousands, unless the digits before it cannot be thousands, or the currency has
 * three decimals and the locale writes them so.
 */
export function parseMoney(text: string, currency: string, locale: string): number | null {
  const decimals = wireDecimals(currency);
  const typed = latin(text).replace(/[\s\u066c'’]+/g, BREAK);
  const plain = typed.replace(/^[^\d.,\u066b-]+|[^\d.,\u066b]+$/g, '');
  if (!/^\d+(['.,\u066b]\d+)*$/.test(plain)) return null;
  const signs = plain.replace(/\d/g, '');
  const sign = signs.at(-1);
  const groups = plain.split(/\D/);
  const isDecimal = sign === ARABIC_DECIMAL || (sign !== BREAK && (signs.length === 1
    ? !isGrouped(groups) || (decimals === GROUP && sign === decimalSign(locale))
    : new Set(signs).size === 2));
  const fraction = isDecimal ? groups.pop()! : '';
  // Thousands are parted off by one sign, every three digits.
  const thousands = isDecimal ? signs.slice(0, -1) : signs;
  const isRight = !thousands || (/^([.,'])\1*$/.test(thousands) && isGrouped(groups));
  if (!isRight || fraction.length > decimals) return null;
  const minor = Number(groups.join('') + fraction.padEnd(decimals, '0'));
  return Number.isSafeInteger(minor) ? minor : null;
}

const formats = new Map<string, Intl.NumberFormat>();

/** Building a format costs far more than using it, so each one is built once. */
function numberFormat(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, { numberingSystem: 'latn', ...options });
    formats.set(key, format);
  }
  return format;
}
