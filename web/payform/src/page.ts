// What every part of the page can reach: texts, amounts, the session, the form.
// Deliberately absent: a store of its own; the session and the form are the two places that change.

import { isolateNumber, type Language, type Translator } from '@florin/pay-core/i18n';
import { methodText } from '@florin/pay-core/methods';
import { formatMoney } from '@florin/pay-core/money';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

import { isStaying } from './embed';
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
  /** The page stands in a frame of a shop's page. */
  isEmbedded: boolean;
  /** Says something to readers of screens. */
  say(text: string): void;
  setLanguage(language: Language): Promise<void>;
}

export const PageContext = createContext<Page | null>(null);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (!page) throw new Error('no page around this part');
  return page;
}

/** An amount in the currency of the session. */
export function moneyText({ i18n, state }: Pick<Page, 'i18n' | 'state'>, amount: number): string {
  return isolateNumber(formatMoney(amount, state.currency ?? '', i18n.locale), i18n.language);
}

/** Where a buyer who is done goes back to. A page that stays in the shop's page leads nowhere. */
export function backOf({ isEmbedded, state }: Pick<Page, 'isEmbedded' | 'state'>): string | null {
  return isEmbedded && isStaying(state) ? null : state.return_to;
}

/** The type of the payment that is under way. */
export function openMethod({ state, form }: Page): string {
  const chosen = state.methods.find((method) => method.type === form.draft.choice)?.type;
  return state.payment?.method ?? chosen ?? 'card';
}

/** Who has to approve the payment that is under way: with a card it is the buyer's bank. */
export function openMethodText(page: Page): string {
  const type = openMethod(page);
  return type === 'card' ? page.t('method.bank') : methodText(type, page);
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
