// What every part of the page can reach: texts, amounts, the session, the form.
// Deliberately absent: a store of its own; the session and the form are the two places that change.

import type { Translator } from '@florin/pay-core/i18n';
import type { Language } from '@florin/pay-core/i18n';
import { isolateNumber } from '@florin/pay-core/i18n';
import { methodName } from '@florin/pay-core/methods';
import { formatMoney } from '@florin/pay-core/money';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

import type { Form } from './form';
import type { Session, View } from './session';
import type { State } from './state';

export interface Page {
  i18n: Translator;
  t: Translator['t'];
  session: Session;
  view: View;
  state: State;
  form: Form;
  /** Milliseconds since 1970 by the clock of the server. */
  now(): number;
  leave(url: string): void;
  /** Says something to readers of screens. */
  say(text: string): void;
  setLanguage(language: Language): void;
}

export const PageContext = createContext<Page | null>(null);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (!page) throw new Error('no page around this part');
  return page;
}

/** An amount in the currency of the session. */
export function moneyText({ i18n, state }: Pick<Page, 'i18n' | 'state'>, amount: number): string {
  return isolateNumber(formatMoney(amount, state.currency, i18n.locale), i18n.language);
}

/** The name of a payment method. */
export function methodText({ i18n }: Pick<Page, 'i18n'>, type: string): string {
  return methodName(type, (key) => (i18n.t as (key: string) => string)(key));
}

/** Who has to approve the payment that is under way: with a card it is the buyer's bank. */
export function openMethodText(page: Page): string {
  const { state, form, t } = page;
  const chosen = state.methods.find((method) => method.type === form.draft.choice)?.type;
  const type = state.payment?.method ?? chosen ?? 'card';
  return type === 'card' ? t('method.bank') : methodText(page, type);
}

/** An address on this server, or nothing: the page never loads an image from another host. */
export function ownImage(url: string | null): string | null {
  if (!url) return null;
  try {
    return new URL(url, location.href).origin === location.origin ? url : null;
  } catch {
    return null;
  }
}
