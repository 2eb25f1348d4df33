// Takes over the page that the server rendered: reads the state, loads the language, keeps what was typed already.
// Deliberately absent: anything that could run without the server's shell; the shell pays without this script, too.

import { format } from '@florin/pay-core/card';
import { formatExpiry } from '@florin/pay-core/expiry';
import { loadTranslator } from '@florin/pay-core/i18n';
import { randomId } from '@florin/pay-core/protocol';
import { render } from 'preact';

import './payform.css';

import { regionOf } from './address';
import { App } from './app';
import type { Draft } from './draft';
import { openHost } from './embed';
import { inputId, type Drawer } from './form';
import { follow } from './live';
import { createRequests } from './requests';
import { createSession, type Session } from './session';
import { isSettled, type State } from './state';
import { applyTheme } from './theme';

function readState(): State {
  return JSON.parse(document.getElementById('florin-page')?.textContent ?? '') as State;
}

/** The tab's own storage, under the id of the session. */
function drawerOf(id: string): Drawer {
  const key = `florin ${id}`;
  return {
    load: () => {
      try {
        return JSON.parse(sessionStorage.getItem(key) ?? '{}') as Partial<Draft>;
      } catch {
        return {};
      }
    },
    keep: (draft) => {
      try {
        if (draft) sessionStorage.setItem(key, JSON.stringify(draft));
        else sessionStorage.removeItem(key);
      } catch {
        // A browser that keeps nothing loses what was typed on a reload, and nothing else.
      }
    },
  };
}

/** Which field of the shell's form is which of ours. */
const SHELL_FIELDS = { email: 'email', number: 'number', exp: 'expiry', cvc: 'cvc', name: 'name' } as const;
const FORMATS: Readonly<Record<string, (text: string) => string>> = {
  number: (text) => format(text).text,
  expiry: (text) => formatExpiry(text).text,
};

/** What the buyer typed into the shell before this script ran, and where the focus is. */
function readShell(root: HTMLElement): { typed: Partial<Draft>; focused: string | null } {
  const typed: Partial<Record<keyof Draft, string>> = {};
  let focused: string | null = null;
  for (const [name, field] of Object.entries(SHELL_FIELDS)) {
    const input = root.querySelector<HTMLInputElement>(`input[name="${name}"]`);
    if (input?.value) typed[field] = FORMATS[field]?.(input.value) ?? input.value;
    if (input && input === document.activeElement) focused = field;
  }
  return { typed: typed as Partial<Draft>, focused };
}

/** Follows the session until it has ended, and asks again whenever somebody looks at the page. */
function watch(session: Session, base: string, requests: ReturnType<typeof createRequests>) {
  const live = follow({
    open: typeof EventSource === 'function' ? () => new EventSource(`${base}/events`) : null,
    refresh: session.refresh,
    apply: session.apply,
    later: (callback, ms) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
  });
  const isOver = () => session.view().isGone || isSettled(session.view().state);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && !isOver() && live.check());
  addEventListener('pageshow', (event) => event.persisted && session.resume());
  addEventListener('offline', () => session.setOffline(true));
  // Only a look: a payment goes on when somebody presses, not when a laptop is opened hours later.
  addEventListener('online', () => void session.refresh());
  session.subscribe(() => isOver() && live.stop());
  const expiresIn = session.view().state.expires_at * 1000 - Date.now() - requests.clockAhead();
  // Timers cannot be set further ahead than this; such a page is asked for again when it is looked at.
  if (expiresIn > 0 && expiresIn < 2 ** 31) setTimeout(() => void session.refresh(), expiresIn + 1_000);
}

async function start() {
  const root = document.getElementById('florin');
  if (!root) return;
  const state = readState();
  const { embedded } = state;
  const host = embedded ? openHost(embedded, state, root, () => session.resume()) : null;
  applyTheme(document, state.merchant.colors);
  const translator = await loadTranslator([state.locale, ...navigator.languages]);
  // In a shop's page the client secret opens the page, and is named by its address.
  const secret = new URLSearchParams(location.search).get('secret');
  const base = embedded ? `/c/pay/${secret}` : location.pathname.replace(/\/$/, '');
  const requests = createRequests(base, undefined, host?.returnQuery);
  const leave = (url: string) => (host ? host.leave(url, session.view().state) : location.assign(url));
  const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  const session: Session = createSession(state, { requests, leave, wait, newAttempt: randomId });
  session.subscribe(() => host?.changed(session.view().state));
  const { typed, focused } = readShell(root);
  const props = {
    session,
    translator,
    now: () => Date.now() + requests.clockAhead(),
    leave,
    isEmbedded: host !== null,
    form: { region: regionOf(navigator.languages), drawer: drawerOf(state.id), typed },
  };
  root.replaceChildren();
  render(<App {...props} />, root);
  if (focused) document.getElementById(inputId(focused))?.focus();
  if (!isSettled(state)) watch(session, base, requests);
}

void start();
