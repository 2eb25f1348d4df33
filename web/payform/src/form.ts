// The form: what is typed, which faults are shown yet, where the focus goes, what happens on the button.
// Deliberately absent: markup. The parts of the page ask for the values and the fault of a field by its name.

import type { Expiry } from '@florin/pay-core/expiry';
import type { PlainKey } from '@florin/pay-core/i18n';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';

import {
  amountsChange, cardFaults, emptyDraft, expectedTotal, faultsOf, fieldOf, firstFault, keptOf, orderOf, withKept, withLocale, withOffered,
  type Draft,
} from './draft';
import { isReady, type Session, type View } from './session';
import type { State } from './state';

export interface Form {
  draft: Draft;
  /** Changes the draft. `field` is the one that was typed into. */
  set(change: Partial<Draft>, field?: string): void;
  /** The fault that a field shows now. */
  faultAt(field: string): PlainKey | undefined;
  /** Whether the fault of this field is spoken: of several new ones only the first. */
  isSpoken(field: string): boolean;
  /** The field is left: from now on its fault is shown, unless nobody has typed anything. */
  left(field: string, value: string): void;
  submit(): void;
  focus(field: string): void;
}

/** The id of the input of a field. */
export const inputId = (field: string) => `f-${field}`;

/** Where the draft stays over a reload. Some browsers refuse storage; then it does not. */
export interface Drawer {
  load(): Partial<Draft>;
  /** Null empties the drawer. */
  keep(draft: Partial<Draft> | null): void;
}

export interface FormPorts {
  session: Session;
  view: View;
  month(): Expiry;
  /** How the page writes numbers. */
  locale: string;
  region: string | null;
  drawer: Drawer;
  /** What was typed before this script ran. */
  typed: Partial<Draft>;
}

/** Which field a refused payment is about. */
const FIELD_OF_DECLINE: Readonly<Record<string, string>> = {
  check_number: 'number', check_expiry: 'expiry', check_cvc: 'cvc',
};

function initialDraft({ region, drawer, typed, locale }: FormPorts, state: State): Draft {
  return { ...withKept({ ...emptyDraft(state, region), locale }, drawer.load(), state), ...typed };
}

/** Sets the focus after the next rendering, when what it points at is there. */
function useFocus() {
  const [wish, setWish] = useState<{ field: string } | null>(null);
  useLayoutEffect(() => {
    if (wish) document.getElementById(inputId(wish.field))?.focus();
  }, [wish]);
  return (field: string) => setWish({ field });
}

/** After a refusal: the security code has to be typed again, everything else stays. */
function useDeclines(view: View, clearCode: () => void, focus: Form['focus']) {
  useEffect(() => {
    if (view.declines === 0) return;
    clearCode();
    const field = FIELD_OF_DECLINE[view.state.payment?.error?.kind ?? ''];
    if (field) focus(field);
  }, [view.declines]);
}

export function useForm(ports: FormPorts): Form {
  const { session, view } = ports;
  const { state } = view;
  const [typed, setDraft] = useState(() => initialDraft(ports, state));
  const [shown, setShown] = useState<ReadonlySet<string>>(new Set());
  const [spoken, setSpoken] = useState<string | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const focus = useFocus();
  const inPage = (held: Draft) => withLocale(held, state, ports.locale);
  const draft = inPage(withOffered(typed, state));
  const faults = faultsOf(draft, state, ports.month());
  const early = cardFaults(draft, ports.month(), false);

  const hide = (field: string) => setShown((before) => new Set([...before].filter((name) => name !== field)));
  const set: Form['set'] = (change, field) => {
    setDraft((before) => ({ ...inPage(before), ...change }));
    if (!field) return;
    setSpoken(field);
    setRefused((before) => (before === field ? null : before));
    const isFixed = !faultsOf({ ...draft, ...change }, state, ports.month())[field];
    if (isFixed) hide(field);
  };
  const pay = async () => {
    // Who typed an amount knows what it makes of the total that the page shows. Any other total needs a second look.
    const expected = expectedTotal(draft, session.view().state);
    if (!(await session.update(amountsChange(draft)))) return;
    await session.pay(orderOf(draft, session.view().state), expected);
  };
  const submit = () => {
    if (!isReady(view)) return;
    const first = firstFault(faults);
    if (!first) return void pay();
    setShown(new Set(Object.keys(faults).filter((name) => faults[name])));
    setSpoken(first);
    focus(first);
  };

  // Names and addresses are of no more use once it is over, and somebody else may use the tab next.
  const isOver = view.isGone || state.status !== 'open';
  useEffect(() => ports.drawer.keep(isOver ? null : keptOf(draft)), [typed, isOver]);
  useDeclines(view, () => {
    set({ cvc: '' });
    hide('cvc');
  }, focus);
  useEffect(() => {
    const field = view.notice?.param ? fieldOf(view.notice.param, state) : null;
    if (!field) return;
    setRefused(field);
    setSpoken(field);
    focus(field);
  }, [view.notice?.count]);

  return {
    draft,
    set,
    faultAt: (field) => (shown.has(field) ? faults[field] : early[field]) ?? (refused === field ? 'error.check_field' : undefined),
    isSpoken: (field) => spoken === field,
    left: (field, value) => {
      if (value.trim() === '') return;
      setSpoken(field);
      setShown((before) => new Set([...before, field]));
    },
    submit,
    focus,
  };
}
