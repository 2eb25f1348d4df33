// Requests to Florin itself. The API gets forms, the publishable key and one idempotency key for each attempt; the page of a checkout
// gets JSON, where the body names the attempt. What nobody answered is sent again as it was.
// Deliberately absent: other hosts, cookies, a version header (the key's account decides), and a place for the card in what a page
// asks for. The path decides it, because a page that chose could have a number put where the answer shows it.

import { randomId, type Call } from '@florin/pay-core/protocol';
import { RETRY_PAUSES_MS } from '@florin/pay-core/retry';
import type { CardPart } from './fields';

type Body = Record<string, unknown>;

interface Encoded {
  headers: Record<string, string>;
  body?: string;
}

interface Place {
  path: RegExp;
  /** Nowhere that the server keeps as it is. */
  card: readonly string[];
  /** For what the buyer chose of two networks. */
  network: readonly string[];
}

/** What the frame may ask for at all. */
const OWN = /^\/(v1|c\/pay)\/[A-Za-z0-9_\-/]+(\?[A-Za-z0-9_\-=&%.[\]+~]*)?$/;
/** What may be sent a card, and where in the body it stands. */
const PLACES: readonly Place[] = [
  {
    path: /^\/v1\/(confirmation_tokens|(payment|setup)_intents\/\w+\/confirm)$/,
    card: ['payment_method_data', 'card'], network: ['payment_method_data', 'card', 'networks', 'preferred'],
  },
  { path: /^\/v1\/(tokens|payment_methods|sources)$/, card: ['card'], network: ['card', 'networks', 'preferred'] },
  { path: /^\/c\/pay\/\w+\/confirm(\?|$)/, card: ['card'], network: ['card', 'network'] },
];
/** What a page may say about a card that it does not see. */
const DESCRIPTION = /^(name|currency|address_(line1|line2|city|state|zip|country))$/;
/** What stays one name in a form. `a[b]`, or no name at all, would be another place there than it is in the object. */
const NAME = /^[^[\]]+$/;

function placeOf(path: string): Place | undefined {
  return PLACES.find((place) => place.path.test(path));
}

export function isAllowed(call: Call, hasCard: boolean): boolean {
  return OWN.test(call.path) && !call.path.includes('//') && (!hasCard || (call.method === 'POST' && placeOf(call.path) !== undefined));
}

/** `a[b][c]=d`, as the API reads it. */
export function encodeForm(value: unknown, name = '', out = new URLSearchParams()): URLSearchParams {
  if (value === null || value === undefined) return out;
  if (typeof value !== 'object') {
    out.append(name, String(value));
    return out;
  }
  const entries = Array.isArray(value) ? value.map((item, at) => [String(at), item] as const) : Object.entries(value);
  for (const [key, item] of entries) encodeForm(item, name ? `${name}[${key}]` : key, out);
  return out;
}

function isNamedWell(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, inner]) => NAME.test(name) && isNamedWell(inner));
}

/** Whether what the page put at the card's place says nothing that would stand beside the card, or instead of it. */
function isDescription(own: unknown): boolean {
  if (own === undefined || own === null) return true;
  return typeof own === 'object' && Object.keys(own).every((name) => DESCRIPTION.test(name));
}

/** The body with a value at a place. Of two objects there the members are joined. */
function withNested(above: unknown, at: readonly string[], value: unknown): unknown {
  const [key, ...rest] = at;
  const before = typeof above === 'object' && above !== null ? (above as Body) : {};
  if (key !== undefined) return { ...before, [key]: withNested(before[key], rest, value) };
  return typeof value === 'object' ? { ...before, ...value } : value;
}

/** The body without a network that the page wished for: the buyer chose one. */
function withoutNetwork(body: Body): Body {
  const options = body.payment_method_options as Body | null | undefined;
  const card = options?.card;
  if (typeof card !== 'object' || card === null) return body;
  return { ...body, payment_method_options: { ...options, card: { ...card, network: undefined } } };
}

/** The whole body of a call with its card, or null when the page says about the card what is not the page's to say. */
export function bodyWithCard({ path, body = {} }: Call, card: CardPart): Body | null {
  const place = placeOf(path);
  if (!place || !isNamedWell(body)) return null;
  const own = place.card.reduce<unknown>((above, key) => (above as Body | null | undefined)?.[key], body);
  if (!isDescription(own)) return null;
  const { networks, ...rest } = card;
  const withCard = withNested(body, place.card, rest);
  return networks ? withoutNetwork(withNested(withCard, place.network, networks.preferred) as Body) : (withCard as Body);
}

/** What is sent to the page of a checkout. It knows no keys: its address is the secret. */
function jsonOf({ body }: Call): Encoded {
  return body ? { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) } : { headers: {} };
}

function formOf({ method, body, account }: Call, key: string): Encoded {
  const headers: Record<string, string> = { Authorization: `Bearer ${key}` };
  if (account) headers['Stripe-Account'] = account;
  if (method === 'POST') {
    headers['Content-Type'] = 'application/x-www-form-urlencoded';
    headers['Idempotency-Key'] = randomId();
  }
  return { headers, body: body && encodeForm(body).toString() };
}

function initOf(call: Call, key: string): RequestInit {
  const { headers, body } = call.path.startsWith('/c/') ? jsonOf(call) : formOf(call, key);
  return {
    method: call.method, headers: { Accept: 'application/json', ...headers }, body,
    credentials: 'omit', cache: 'no-store', referrerPolicy: 'strict-origin',
  };
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

function unreachable(): { error: { type: string; message: string } } {
  const message = 'We could not reach the payment server. Check your connection and try again. You will not be charged twice.';
  return { error: { type: 'api_connection_error', message } };
}

/** What one attempt came to. It is not over while nobody answered, the server says so, or the first one is still under way. */
async function attempt(path: string, init: RequestInit): Promise<{ answer: any; isOver: boolean }> {
  try {
    const response = await fetch(path, init);
    const answer = await response.json();
    const advice = response.headers.get('stripe-should-retry');
    const isFailure = advice === 'true' || (response.status >= 500 && advice !== 'false');
    return { answer, isOver: !isFailure && answer.error?.code !== 'idempotency_key_in_use' };
  } catch {
    return { answer: unreachable(), isOver: false };
  }
}

/** Sends the call; answers the API's JSON, or an error in the same shape. */
export async function send(call: Call, key: string): Promise<any> {
  const init = initOf(call, key);
  let { answer, isOver } = await attempt(call.path, init);
  for (const ms of RETRY_PAUSES_MS) {
    if (isOver) break;
    await pause(ms);
    ({ answer, isOver } = await attempt(call.path, init));
  }
  return answer;
}
