// Payment intents and set-up intents: confirming them, what comes next, and how they stand.
// Deliberately absent: fields. What a buyer entered arrives here as a handle.

import { randomId } from '@florin/pay-core/protocol';
import type { Client } from './client';
import { accompany, isPage } from './dialog';
import type { Element } from './element';
import type { Collected, Elements } from './elements';
import { ORIGIN, pageUrl } from './origin';

/** `always`: the whole page goes where the buyer has to go. `if_required`: cards are authenticated in a window over the page. */
export type Redirect = 'always' | 'if_required' | 'never';

export interface Wish {
  secret: string;
  params: Record<string, any>;
  returnUrl?: string;
  redirect: Redirect;
  /** A card form to take the card from, and its group. */
  element?: Element | null;
  elements?: Elements;
  /** What it is confirmed with may have a page of its own, which no window may show. */
  isElsewhere?: boolean;
}

const FINAL = ['succeeded', 'processing', 'requires_capture'];
/** The page that a buyer comes back to inside of the window. */
const RETURN = '/v3/frames/return';
const OWN_RETURN = ORIGIN + RETURN;
const NEVER = new Promise<never>(() => {});

const kindOf = (secret: unknown): 'setup' | 'payment' => (String(secret).startsWith('seti_') ? 'setup' : 'payment');
const wordOf = (secret: string): string => `${kindOf(secret)}_intent`;
const pathOf = (secret: string): string => `/v1/${wordOf(secret)}s/${idOf(secret)}`;

/** What a shop gets to know of an answer of the API: the object under its name, or the error. */
export const answerOf = (name: string, object: any): any => (object.error ? { error: object.error } : { [name]: object });

/** The same of an intent. */
const intentOf = (secret: string, object: any): any => answerOf(`${kindOf(secret)}Intent`, object);

/** The part of a client secret that is the id. */
export function idOf(secret: unknown): string {
  const id = typeof secret === 'string' ? /^((?:pi|seti)_\w+?)_secret_\w+$/.exec(secret)?.[1] : undefined;
  if (!id) throw new Error(`A client secret of the form pi_…_secret_… or seti_…_secret_… is needed; got ${typeof secret}.`);
  return id;
}

const innerOf = (action: any): any => action?.[action?.type];

/** Where a buyer has to go, and whether it is to see how to pay rather than to prove who they are. */
interface Step {
  url: string;
  isInstructions: boolean;
}

export function stepOf(action: any): Step | null {
  const inner = innerOf(action);
  if (!inner) return null;
  const instructions = inner.hosted_instructions_url ?? inner.mobile_auth_url;
  const url = inner.url ?? inner.stripe_js ?? instructions;
  return isPage(url) ? { url, isInstructions: url === instructions } : null;
}

const read = (client: Client, secret: string): Promise<any> => client.read(pathOf(secret), secret);

export async function retrieve(client: Client, secret: string): Promise<any> {
  return intentOf(secret, await read(client, secret));
}

export async function confirmWith(client: Client, wish: Wish): Promise<any> {
  const path = `${pathOf(wish.secret)}/confirm`;
  const collected: Collected = wish.element && wish.elements ? await wish.elements.collect(wish.element) : {};
  if (collected.error) return { error: collected.error };
  const channel = randomId();
  const isElsewhere = collected.chosen ? collected.chosen.type : wish.isElsewhere;
  const isOver = wish.redirect === 'if_required' && !(isElsewhere && wish.returnUrl);
  const returnUrl = isOver ? pageUrl(RETURN, { ch: channel }) : wish.returnUrl;
  const body = { ...paramsOf(wish.params, collected, wish.elements), client_secret: wish.secret, return_url: returnUrl };
  const object = await client.controller.ask('confirm', { method: 'POST', path, body, handle: collected.handle });
  if (object.error?.type === 'card_error') wish.elements?.clearCode();
  return settle(client, object, wish, isOver ? channel : null);
}

/** Goes on with an intent that was confirmed elsewhere. */
export async function handle(client: Client, secret: string): Promise<any> {
  const object = await read(client, secret);
  // A return URL of the shop would load the shop inside of the window: then the whole page goes.
  const back = innerOf(object.next_action)?.return_url || OWN_RETURN;
  const channel = back.startsWith(OWN_RETURN) ? new URL(back).searchParams.get('ch') ?? '' : null;
  return settle(client, object, { secret, params: {}, redirect: 'if_required' }, channel);
}

/**
 * What a shop gets to know, after all that the buyer had to do. `channel` is null when it is done with the whole page, and empty where
 * nobody knows on which one the page of return speaks.
 */
async function settle(client: Client, object: any, wish: Wish, channel: string | null): Promise<any> {
  const step = object.status === 'requires_action' && wish.redirect !== 'never' ? stepOf(object.next_action) : null;
  if (!step) return finish(object, wish);
  if (step.isInstructions || channel !== null) return overPage(client, step, wish, channel ?? '');
  location.assign(step.url);
  return NEVER;
}

async function overPage(client: Client, { url, isInstructions }: Step, wish: Wish, channel: string): Promise<any> {
  const { ending, state: object } = await accompany({
    url, channel, title: isInstructions ? 'How to pay' : 'Authentication',
    look: () => read(client, wish.secret), isOpen: ({ status }) => status === 'requires_action',
  });
  const word = wordOf(wish.secret);
  // Instructions stay good after a buyer has read them; an authentication that was left has to be begun again.
  if (object.status === 'requires_action' && !isInstructions) return { error: abandoned(ending === 'closed', word, object) };
  const failure = object.last_payment_error ?? object.last_setup_error;
  if (object.status === 'requires_payment_method' && failure) {
    wish.elements?.clearCode();
    return { error: { ...failure, [word]: object } };
  }
  return finish(object, wish);
}

function finish(object: any, { secret, redirect, returnUrl }: Wish): any {
  if (redirect === 'always' && returnUrl && FINAL.includes(object.status)) {
    const word = wordOf(secret);
    const url = new URL(returnUrl, location.href);
    url.searchParams.set(word, object.id);
    url.searchParams.set(`${word}_client_secret`, secret);
    url.searchParams.set('redirect_status', object.status === 'processing' ? 'pending' : 'succeeded');
    location.assign(url.href);
    return NEVER;
  }
  return intentOf(secret, object);
}

/** The parameters of a confirmation with what was chosen in the form of a group. */
export function paramsOf(params: Record<string, any>, { chosen }: Collected, elements?: Elements): Record<string, any> {
  if (!chosen) return params;
  const { payment_method_data: data, ...rest } = params;
  if (chosen.saved) return { ...rest, payment_method: chosen.saved };
  const { allow_redisplay, ...usage } = chosen.keep ?? {};
  const isForMore = [rest.setup_future_usage, elements?.options.setupFutureUsage].includes('off_session');
  return {
    // What the shop wants for later charges is not narrowed by the box.
    ...rest, ...(!isForMore && usage),
    payment_method_data: { ...data, type: chosen.type ?? 'card', ...(allow_redisplay && { allow_redisplay }) },
  };
}

function abandoned(isClosed: boolean, word: string, object: any): object {
  const message = `The authentication was ${isClosed ? 'closed before it was' : 'not'} finished. You were not charged. Please try again.`;
  return { type: 'invalid_request_error', code: `${word}_authentication_failure`, message, [word]: object };
}
