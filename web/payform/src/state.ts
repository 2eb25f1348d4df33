// The state that the server gives the page, as the README of web/ describes it.
// Deliberately absent: checks of its shape. It comes from the server that also sent this script.

import type { MethodEntry, SavedMethod } from '@florin/pay-core/methods';

export type ErrorKind =
  | 'try_other_card' | 'check_number' | 'check_cvc' | 'check_expiry' | 'insufficient_funds' | 'contact_bank'
  | 'authentication_failed' | 'try_again' | 'method_failed';
export type TransferFieldName =
  | 'iban' | 'bic' | 'account_holder' | 'bank_name' | 'account_number' | 'routing_number' | 'sort_code';

export interface RedirectAction {
  kind: 'redirect';
  url: string;
}
export interface QrAction {
  kind: 'qr';
  data: string;
  svg_url: string;
  /** Seconds since 1970. */
  expires_at: number;
  url: string | null;
}
export interface TransferAction {
  kind: 'transfer';
  amount: number;
  reference: string;
  fields: { name: TransferFieldName; value: string }[];
  url: string | null;
}
export type Action = RedirectAction | QrAction | TransferAction;

export interface Payment {
  status: 'requires_payment_method' | 'requires_action' | 'processing' | 'succeeded';
  /** The type that the open attempt uses, where the server tells it. */
  method?: string | null;
  error: { kind: ErrorKind } | null;
  action: Action | null;
}

export interface LineItem {
  id: string;
  name: string;
  description: string | null;
  image: string | null;
  quantity: number;
  /** Null where the price of one is no whole number of minor units. */
  unit_amount: number | null;
  amount: number;
  adjustable: { minimum: number; maximum: number } | null;
  /** It is only offered: so many are sold once the buyer adds it, for so much. An older server does not say it. */
  optional?: { quantity: number; amount: number | null } | null;
  /** The buyer chooses what it costs, in minor units within these bounds. An older server does not say it. */
  custom?: { minimum: number | null; maximum: number | null } | null;
}

export type TimeUnit = 'hour' | 'day' | 'business_day' | 'week' | 'month';
export interface Span {
  unit: TimeUnit;
  value: number;
}
export interface Estimate {
  minimum: Span | null;
  maximum: Span | null;
}
export interface ShippingOption {
  id: string;
  name: string;
  amount: number;
  estimate: Estimate | null;
}

export interface CustomField {
  key: string;
  label: string;
  type: 'dropdown' | 'numeric' | 'text';
  optional: boolean;
  options?: { value: string; label: string }[] | null;
  default_value?: string | null;
  /** Of a text or a number. */
  maximum_length?: number | null;
}

export interface State {
  id: string;
  status: 'open' | 'complete' | 'expired';
  mode: 'payment' | 'setup';
  payment_status: 'paid' | 'unpaid' | 'no_payment_required';
  livemode: boolean;
  simulated: boolean;
  merchant: {
    name: string;
    country: string;
    logo_url: string | null;
    support_email: string | null;
    support_url: string | null;
    colors: { primary: string | null; background: string | null };
  };
  /** Null in a set-up that names none: nothing is paid. */
  currency: string | null;
  amounts: { subtotal: number; shipping: number; tax: number; discount: number; total: number };
  line_items: LineItem[];
  shipping: { countries: string[]; options: ShippingOption[]; selected: string | null } | null;
  collect: {
    email: 'required' | 'given';
    phone: boolean;
    billing_address: boolean;
    shipping_address: boolean;
    save: 'none' | 'offered' | 'always';
    terms: boolean;
    custom_fields: CustomField[];
  };
  email: string | null;
  submit_type: 'pay' | 'book' | 'donate' | 'subscribe' | 'auto';
  custom_text: {
    submit: string | null;
    shipping_address: string | null;
    terms_of_service_acceptance: string | null;
    after_submit: string | null;
  };
  methods: MethodEntry[];
  saved_methods: SavedMethod[];
  locale: string;
  expires_at: number;
  cancel_url: string | null;
  payment: Payment | null;
  receipt_url: string | null;
  return_to: string | null;
  /** Whether the buyer goes to `return_to`; null where every buyer does. */
  redirect?: 'always' | 'if_required' | 'never' | null;
  /** The page that holds this one in a frame. Only the first state has it. */
  embedded?: { origin: string; channel: string };
}

/** The buyer was done, and the money that was to come later did not come. */
export const hasFailed = ({ status, payment_status: paid, payment }: State) =>
  status === 'complete' && paid === 'unpaid' && payment?.status === 'requires_payment_method';

/** Whether nothing can change any more. A complete session may still wait for its money. */
export const isSettled = (state: State) =>
  state.status === 'expired' || (state.status === 'complete' && (state.payment_status !== 'unpaid' || hasFailed(state)));
