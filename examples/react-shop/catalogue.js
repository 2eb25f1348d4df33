// What the shop sells; the server and the page both read it, and the server counts. Prices are in the smallest unit: 1450 is 14.50 euros.
// Deliberately absent: stock, which `../node-shop` has.

export const CURRENCY = 'eur';
export const QUANTITY_MAX = 20;

export const PRODUCTS = [
  { sku: 'pocket', name: 'Pocket notebook', about: '64 pages, dotted, sewn.', unitAmount: 1450 },
  { sku: 'desk', name: 'Desk notebook', about: '160 pages, lined, lies flat.', unitAmount: 2900 },
  { sku: 'pencils', name: 'Six pencils', about: 'Cedar, HB, made in Nuremberg.', unitAmount: 980 },
];

/** What these numbers of pieces cost. */
export function total(quantities) {
  return PRODUCTS.reduce((sum, { sku, unitAmount }) => sum + unitAmount * (quantities[sku] ?? 0), 0);
}

/** An amount as people write it: the only place where it is divided. */
export function money(amount, currency = CURRENCY) {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}
