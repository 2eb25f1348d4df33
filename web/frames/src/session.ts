// What the payment element is told about a payment before it shows anything, and what a shop may wish about it.
// Deliberately absent: the request for it, which is the controller's.

import type { MethodEntry, SavedMethod } from '@florin/pay-core/methods';

export interface Session {
  methods: MethodEntry[];
  saved_methods?: SavedMethod[];
}

export type LayoutName = 'tabs' | 'accordion';

export interface PaymentOptions {
  layout?: 'auto' | LayoutName | { type?: 'auto' | LayoutName };
  paymentMethodOrder?: string[];
  readOnly?: boolean;
}

/** More than so many tabs are no overview any more. */
const TABS_MAX = 4;

/** The methods in the shop's order; those that it does not name follow in the server's. */
export function ordered(methods: readonly MethodEntry[], order: readonly string[] = []): MethodEntry[] {
  const place = (type: string) => (order.includes(type) ? order.indexOf(type) : order.length);
  return [...methods].sort((a, b) => place(a.type) - place(b.type));
}

export function layoutOf(options: PaymentOptions, count: number): LayoutName {
  const wished = typeof options.layout === 'object' ? options.layout.type : options.layout;
  if (wished === 'accordion' || wished === 'tabs') return wished;
  return count > TABS_MAX ? 'accordion' : 'tabs';
}
