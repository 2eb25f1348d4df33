// Puts the page into a document, with a server that gives prepared answers.
// Deliberately absent: main.tsx, which only joins these parts to the browser.
import { loadTranslator } from '@florin/pay-core/i18n';
import { render } from 'preact';
import { act } from 'preact/test-utils';

import { App } from '../src/app';
import type { Draft } from '../src/draft';
import type { Answer, Requests, Verb } from '../src/requests';
import { createSession } from '../src/session';
import type { State } from '../src/state';

/** The clock of all these tests: noon of 15 November 2026. */
export const NOW = Date.UTC(2026, 10, 15, 12);

export interface Mounted {
  root: HTMLElement;
  sent: { verb: Verb; body: Record<string, unknown> }[];
  left: string[];
  /** What the tab's storage was told to keep, one after the other. */
  kept: (Partial<Draft> | null)[];
  session: ReturnType<typeof createSession>;
  input(name: string): HTMLInputElement;
  type(name: string, text: string): Promise<void>;
  leave(name: string): Promise<void>;
  click(selector: string): Promise<void>;
  text(selector: string): string;
  all(selector: string): HTMLElement[];
  apply(state: State): Promise<void>;
}

async function settled(change: () => void = () => {}) {
  await act(async () => {
    change();
    await new Promise((resolve) => setTimeout(resolve));
  });
}

/** A prepared answer, or one that comes when a test says so. */
export type Prepared = Answer | Promise<Answer>;

function sessionOf(state: State, answers: Prepared[]) {
  const sent: Mounted['sent'] = [];
  const left: string[] = [];
  const next = async () => answers.shift() ?? ({ kind: 'unreachable' } as const);
  const requests: Requests = {
    read: async () => next(),
    send: async (verb, body) => {
      sent.push({ verb, body: body as Record<string, unknown> });
      return next();
    },
    clockAhead: () => 0,
  };
  const ports = { requests, leave: (url: string) => void left.push(url), wait: async () => {}, newAttempt: () => `attempt-${sent.length}` };
  return { session: createSession(state, ports), sent, left };
}

/** `held` is what the tab's storage has from before. */
export async function mount(state: State, answers: Prepared[] = [], locale = 'en', held: Partial<Draft> = {}): Promise<Mounted> {
  const { session, sent, left } = sessionOf(state, answers);
  document.body.replaceChildren();
  const root = document.createElement('main');
  document.body.append(root);
  const kept: Mounted['kept'] = [];
  const form = { region: 'DE', drawer: { load: () => held, keep: (draft: Partial<Draft> | null) => void kept.push(draft) }, typed: {} };
  const translator = await loadTranslator([locale]);
  await settled(() => render(<App session={session} translator={translator} now={() => NOW} leave={(url) => left.push(url)} form={form} />, root));
  const find = <E extends HTMLElement>(selector: string) => {
    const element = root.querySelector<E>(selector);
    if (!element) throw new Error(`nothing is ${selector}`);
    return element;
  };
  const input = (name: string) => find<HTMLInputElement>(`[name="${name}"]`);
  return {
    root, sent, left, kept, session, input,
    type: (name, text) => settled(() => {
      input(name).value = text;
      if (input(name).type === 'text') input(name).setSelectionRange(text.length, text.length);
      input(name).dispatchEvent(new Event('input', { bubbles: true }));
    }),
    leave: (name) => settled(() => input(name).dispatchEvent(new Event('blur'))),
    click: (selector) => settled(() => find(selector).click()),
    text: (selector) => find(selector).textContent?.replace(/\s+/g, ' ').trim() ?? '',
    all: (selector) => [...root.querySelectorAll<HTMLElement>(selector)],
    apply: (next) => settled(() => session.apply(next)),
  };
}
