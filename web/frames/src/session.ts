// What the payment element is told about a payment before it shows anything, and what a shop may wish about it.
// Deliberately absent: the request for it, which is the controller's.

import { likeliest, type MethodEntry, type SavedMethod } from '@florin/pay-core/methods';

export interface Session {
  /** A set-up intent saves in any case; what it is saved for is its own. */
  mode?: 'payment' | 'setup' | 'subscription';
  merchant?: { name?: string | null };
  methods: MethodEntry[];
  saved_methods?: SavedMethod[];
  /** What the merchant's server allows this buyer. `save_usage` null: the intent itself says what a saved method is for. */
  customer_session?: { save: boolean; remove: boolean; save_usage: Usage | null } | null;
}

export type Usage = 'on_session' | 'off_session';

/** How a confirmation says that the new method is to be saved. */
export interface Keep {
  allow_redisplay: 'always';
  setup_future_usage?: Usage;
}

export function keepOf({ mode, customer_session: allowed }: Session): Keep {
  const usage = mode === 'setup' ? null : allowed?.save_usage;
  return { allow_redisplay: 'always', ...(usage && { setup_future_usage: usage }) };
}

export type LayoutName = 'tabs' | 'accordion';

export interface PaymentOptions {
  layout?: 'auto' | LayoutName | { type?: 'auto' | LayoutName };
  paymentMethodOrder?: string[];
  readOnly?: boolean;
}

/** More than so many tabs are no overview any more. */
const TABS_MAX = 4;

/** The methods in the shop's order; those that it does not name follow, the likeliest first. */
export function ordered(methods: readonly MethodEntry[], order: readonly string[] = []): MethodEntry[] {
  const place = (type: string) => (order.includes(type) ? order.indexOf(type) : order.length);
  return likeliest(methods, globalThis.navigator?.languages ?? []).sort((a, b) => place(a.type) - place(b.type));
}

export function layoutOf(options: PaymentOptions, count: number): LayoutName {
  const wished = typeof options.layout === 'object' ? options.layout.type : options.layout;
  if (wished === 'accordion' || wished === 'tabs') return wished;
  return count > TABS_MAX ? 'accordion' : 'tabs';
}
