// A field frame: the inputs of one element of a shop's page, on Florin's origin. It shows, checks and keeps what is typed, and hands
// it to the controller frame when the page asks for a handle. Deliberately absent: requests, and any way for the page to read.

import { BRANDS, brandOf } from '@florin/pay-core/card';
import { compile, compileElementStyle, type Appearance } from '@florin/pay-core/appearance';
import { loadTranslator, type Translator } from '@florin/pay-core/i18n';
import type { Message } from '@florin/pay-core/protocol';
import { h } from './dom';
import { CardFields, type KeptCard, type Listener, type State } from './fields';
import type { Part } from './faults';
import { loadFonts, type Font } from './fonts';
import { handOver } from './handover';
import { PaymentView, type Kept } from './payment';
import { openPort } from './port';
import type { PaymentOptions, Session } from './session';
import { baseSheet } from './style';

interface Group {
  group?: string;
  controller?: string;
  locale?: string;
  appearance?: Appearance;
  fonts?: Font[];
  session?: Session;
  brand?: string;
}

type Options = PaymentOptions & {
  style?: Record<string, unknown>;
  hideIcon?: boolean;
  showIcon?: boolean;
  placeholder?: string;
  disabled?: boolean;
};

const PARTS: Readonly<Record<string, readonly Part[]>> = {
  card: ['number', 'expiry', 'cvc'], cardNumber: ['number'], cardExpiry: ['expiry'], cardCvc: ['cvc'],
};

const root = document.getElementById('root') ?? document.body.appendChild(h('main', { id: 'root' }));
const wishes = new CSSStyleSheet();
let group: Group = {};
let options: Options = {};
let fields: CardFields | null = null;
let payment: PaymentView | null = null;
let words: Translator | null = null;
let told = '';

const port = openPort(take);
const kind = port?.query.get('kind') ?? '';

const listener: Omit<Listener, 'changed'> = {
  focused: (isFocused) => port?.up(isFocused ? 'focus' : 'blur'),
  pressed: (key) => port?.up(key),
  left: (direction) => port?.up(direction),
  networks: (names) => port?.up('networkschange', { loading: false, networks: names }),
};

/** Tells the page, if there is anything that it does not know yet. */
function tell(state: object): void {
  const text = JSON.stringify(state);
  if (text === told) return;
  told = text;
  port?.up('change', state);
}

function cardState(state: State): object {
  const { empty, complete, error, brand } = state;
  if (kind === 'card') return { empty, complete, error, brand, value: { postalCode: '' } };
  return kind === 'cardNumber' ? { empty, complete, error, brand } : { empty, complete, error };
}

function paint(): void {
  const compiled = kind === 'payment' ? compile(group.appearance) : compileElementStyle(options.style);
  wishes.replaceSync(compiled.css);
  for (const name of compiled.rejected) console.warn(`Florin: ${name} is not a style that a card frame takes. It was left out.`);
  const { labels, inputs, disableAnimations } = group.appearance ?? {};
  root.dataset.labels = labels === 'floating' ? 'floating' : 'above';
  root.dataset.inputs = inputs === 'condensed' ? 'condensed' : 'spaced';
  root.toggleAttribute('data-still', disableAnimations === true);
}

async function translate(): Promise<Translator> {
  const made = await loadTranslator(group.locale && group.locale !== 'auto' ? [group.locale] : navigator.languages);
  document.documentElement.lang = made.language;
  document.documentElement.dir = made.dir;
  return made;
}

function showSkeleton(): void {
  const bar = (name: string) => h('div', { class: name });
  const line = (field: string) => h('div', { class: `Field Field--${field}` }, bar('Skeleton Skeleton--label'), bar('Skeleton'));
  root.replaceChildren(h('div', { class: 'Grid', 'aria-busy': 'true' }, line('number'), line('expiry'), line('cvc')));
}

/** Shows the inputs in a form, because browsers fill in cards where there is one. Nothing is ever submitted by it. */
function place(content: HTMLElement): void {
  const form = h('form', { novalidate: true, autocomplete: 'on' }, content);
  form.addEventListener('submit', (event) => event.preventDefault());
  root.replaceChildren(form);
}

function showPayment(session: Session, translator: Translator, kept?: Kept): void {
  payment = new PaymentView(session, options, translator, { ...listener, changed: tell, remove: (id) => port?.up('remove', { id }) });
  fields = payment.card;
  place(payment.element);
  port?.up('ready');
  if (kept) payment.restore(kept);
  else payment.tell();
}

function showCard(translator: Translator, kept?: KeptCard): void {
  const hasIcon = kind === 'card' ? options.hideIcon !== true : options.showIcon === true;
  fields = new CardFields(
    PARTS[kind] ?? [],
    (part) => ({ isOpen: false, hasIcon: hasIcon && part === 'number', placeholder: kind === 'card' ? undefined : options.placeholder }),
    translator, { ...listener, changed: (state) => tell(cardState(state)) },
  );
  fields.setDisabled(options.disabled === true);
  place(fields.element);
  port?.up('ready');
  if (kept) fields.restore(kept);
}

/** Builds what is not built yet, as soon as enough is known. */
function show(card?: KeptCard, all?: Kept): void {
  if (fields || !words) return;
  if (kind !== 'payment') showCard(words, card);
  else if (group.session) showPayment(group.session, words, all);
}

async function begin(sent: { group?: Group; options?: Options }): Promise<void> {
  group = { ...group, ...sent.group };
  options = { ...options, ...sent.options };
  root.dataset.kind = kind;
  document.adoptedStyleSheets = [baseSheet(kind), wishes];
  paint();
  loadFonts(group.fonts ?? []);
  if (kind === 'payment') showSkeleton();
  new ResizeObserver(() => port?.up('height', Math.ceil(root.getBoundingClientRect().height))).observe(root);
  words = await translate();
  show();
}

/** Builds everything anew. What the buyer typed and chose stays. */
function rebuild(): void {
  const card = fields?.kept();
  const all = payment?.kept();
  fields = null;
  payment = null;
  show(card, all);
}

/** A saved method is forgotten, or it could not be. The page knows the same, so that it need not be built anew. */
function removed({ id, success }: { id: string; success: boolean }): void {
  const { session } = group;
  if (success && session) group = { ...group, session: { ...session, saved_methods: session.saved_methods?.filter((one) => one.id !== id) } };
  payment?.removed(id, success);
}

async function regroup(sent: Group): Promise<void> {
  const before = group;
  group = { ...group, ...sent };
  if (sent.appearance) paint();
  const brand = BRANDS.find((known) => known.name === sent.brand);
  if (sent.brand && kind === 'cardCvc') fields?.setBrand(brand ?? brandOf(''));
  const isOtherSession = JSON.stringify(before.session) !== JSON.stringify(group.session);
  if (words && sent.locale && sent.locale !== before.locale) words = await translate();
  else if (!isOtherSession || !fields) return show();
  rebuild();
}

function update(sent: Options): void {
  options = { ...options, ...sent };
  paint();
  if (payment) payment.setDisabled(options.readOnly === true);
  else fields?.setDisabled(options.disabled === true);
}

/** Checks everything. Answers what is wrong, or null. */
function submit(canFocus: boolean): unknown {
  if (payment) return payment.submit().error ?? null;
  if (!fields) return { type: 'validation_error', code: 'element_not_ready', message: 'The payment form is still loading.' };
  return fields.submit(canFocus).error ?? null;
}

async function collect(sent: { handle: string; canFocus?: boolean }, id?: number): Promise<void> {
  const error = submit(sent.canFocus !== false);
  if (error || !fields) return port?.up('reply', { error }, id);
  const chosen = payment?.chosen() ?? { card: true };
  if (!('card' in chosen)) return port?.up('reply', { chosen }, id);
  const isHeld = await handOver(group, sent.handle, fields.data());
  const message = 'The card details could not be handed over. Reload the page and try again.';
  port?.up('reply', isHeld ? { chosen } : { error: { type: 'api_error', code: 'card_data_not_held', message } }, id);
}

function take({ t, p, id }: Message): void {
  switch (t) {
    case 'init': return void begin(p ?? {});
    case 'group': return void regroup(p ?? {});
    case 'update': return update(p ?? {});
    case 'focus': return fields?.focus();
    case 'blur': return (document.activeElement as HTMLElement | null)?.blur();
    case 'clear': return fields?.clear(p?.parts);
    case 'removed': return removed(p ?? {});
    case 'submit': {
      const error = submit(p?.canFocus !== false);
      return port?.up('reply', error ? { error } : { type: payment?.state().value.type ?? 'card' }, id);
    }
    case 'collect': return void collect(p ?? {}, id);
    default:
  }
}

if (port && (kind === 'payment' || kind in PARTS)) port.up('hello');
