// What the shop sells, and how many of each it begins with. Prices are in the smallest unit: 2400 is 24.00 euros.
// Deliberately absent: a database; a real shop has one.

export const CURRENCY = 'eur';

export const PRODUCTS = [
  { sku: 'cup', name: 'Harbour cup', about: 'Stoneware, sea green, holds 300 ml.', unitAmount: 2400, stock: 12 },
  { sku: 'bowl', name: 'Breakfast bowl', about: 'Stoneware, sand, fits a hungry child.', unitAmount: 3200, stock: 8 },
  { sku: 'pot', name: 'Tea pot', about: 'Stoneware, night blue, does not drip.', unitAmount: 7900, stock: 3 },
];

/** An amount as people write it: the only place where it is divided. */
export function money(amount, currency = CURRENCY) {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}
