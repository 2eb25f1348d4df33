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

interface Kind {
  name: 'paymentIntent' | 'setupIntent';
  word: 'payment_intent' | 'setup_intent';
}

const FINAL = ['succeeded', 'processing', 'requires_capture'];
/** The page that a buyer comes back to inside of the window. */
const RETURN = '/v3/frames/return';
const OWN_RETURN = ORIGIN + RETURN;
const NEVER = new Promise<never>(() => {});

function kindOf(secret: unknown): Kind {
  return String(secret).startsWith('seti_')
    ? { name: 'setupIntent', word: 'setup_intent' }
    : { name: 'paymentIntent', word: 'payment_intent' };
}

const pathOf = (secret: string): string => `/v1/${kindOf(secret).word}s/${idOf(secret)}`;

/** The part of a client secret that is the id. */
export function idOf(secret: unknown): string {
  const id = typeof secret === 'string' ? /^((?:pi|seti)_\w+?)_secret_\w+$/.exec(secret)?.[1] : undefined;
  if (!id) throw new Error(`A client secret of the form pi_…_secret_… or seti_…_secret_… is needed; got ${typeof secret}.`);
  return id;
}

const innerOf = (action: any): any => action?.[action?.type];

/** Where a buyer has to go, and whether it is to see how to pay rather than to prove who they are. */
export function stepOf(action: any): { url: string; isInstructions: boolean } | null {
  const inner = innerOf(action);
  if (!inner) return null;
  const instructions = inner.hosted_instructions_url ?? inner.mobile_auth_url;
  const url = inner.url ?? inner.stripe_js ?? instructions;
  return isPage(url) ? { url, isInstructions: url === instructions } : null;
}

export class Intents {
  constructor(private readonly client: Client) {}

  async retrieve(secret: string): Promise<any> {
    const { name } = kindOf(secret);
    const object = await this.read(secret);
    return object.error ? { error: object.error } : { [name]: object };
  }

  private read(secret: string): Promise<any> {
    const path = `${pathOf(secret)}?client_secret=${encodeURIComponent(secret)}`;
    return this.client.controller.ask('api', { method: 'GET', path });
  }

  async confirm(wish: Wish): Promise<any> {
    const path = `${pathOf(wish.secret)}/confirm`;
    const collected: Collected = wish.element && wish.elements ? await wish.elements.collect(wish.element) : {};
    if (collected.error) return { error: collected.error };
    const channel = randomId();
    const isElsewhere = collected.chosen ? collected.chosen.type : wish.isElsewhere;
    const isOver = wish.redirect === 'if_required' && !(isElsewhere && wish.returnUrl);
    const returnUrl = isOver ? pageUrl(RETURN, { ch: channel }) : wish.returnUrl;
    const body = { ...paramsOf(wish.params, collected), client_secret: wish.secret, return_url: returnUrl };
    const object = await this.client.controller.ask('confirm', {
      method: 'POST', path, body, handle: collected.handle,
    });
    if (object.error?.type === 'card_error') wish.elements?.clearCode();
    return this.settle(object, wish, isOver ? channel : null);
  }

  /** Goes on with an intent that was confirmed elsewhere. */
  async handle(secret: string): Promise<any> {
    const object = await this.read(secret);
    // A return URL of the shop would load the shop inside of the window: then the whole page goes.
    const back = innerOf(object.next_action)?.return_url || OWN_RETURN;
    const channel = back.startsWith(OWN_RETURN) ? new URL(back).searchParams.get('ch') ?? randomId() : null;
    return this.settle(object, { secret, params: {}, redirect: 'if_required' }, channel);
  }

  /** What a shop gets to know, after all that the buyer had to do. `channel` is null when it is done with the whole page. */
  private async settle(object: any, wish: Wish, channel: string | null): Promise<any> {
    if (object.error) return { error: object.error };
    const step = object.status === 'requires_action' && wish.redirect !== 'never' ? stepOf(object.next_action) : null;
    if (step && !step.isInstructions && !channel) {
      location.assign(step.url);
      return NEVER;
    }
    if (step) return this.accompany(step, wish, channel ?? randomId());
    return this.finish(object, wish);
  }

  private async accompany(step: { url: string; isInstructions: boolean }, wish: Wish, channel: string): Promise<any> {
    const { ending, state: object } = await accompany({
      url: step.url, channel, title: step.isInstructions ? 'How to pay' : 'Authentication',
      look: () => this.read(wish.secret), isOpen: ({ status }) => status === 'requires_action',
    });
    if (object.error) return { error: object.error };
    const { name, word } = kindOf(wish.secret);
    if (object.status === 'requires_action') {
      // Instructions stay good after a buyer has read them; an authentication that was left has to be begun again.
      if (step.isInstructions) return { [name]: object };
      return { error: abandoned(ending === 'closed', word, object) };
    }
    const failure = object.last_payment_error ?? object.last_setup_error;
    if (object.status === 'requires_payment_method' && failure) {
      wish.elements?.clearCode();
      return { error: { ...failure, [word]: object } };
    }
    return this.finish(object, wish);
  }

  private finish(object: any, wish: Wish): any {
    const { name, word } = kindOf(wish.secret);
    if (wish.redirect === 'always' && wish.returnUrl && FINAL.includes(object.status)) {
      const url = new URL(wish.returnUrl, location.href);
      url.searchParams.set(word, object.id);
      url.searchParams.set(`${word}_client_secret`, wish.secret);
      url.searchParams.set('redirect_status', object.status === 'processing' ? 'pending' : 'succeeded');
      location.assign(url.href);
      return NEVER;
    }
    return { [name]: object };
  }
}

/** The parameters of a confirmation with what was chosen in the form. */
export function paramsOf(params: Record<string, any>, { chosen }: Collected): Record<string, any> {
  if (!chosen) return params;
  const { payment_method_data: data, ...rest } = params;
  if (chosen.saved) return { ...rest, payment_method: chosen.saved };
  const { allow_redisplay, ...usage } = chosen.keep ?? {};
  return {
    // What the shop wants for later charges is not narrowed by the box.
    ...rest, ...(rest.setup_future_usage !== 'off_session' && usage),
    payment_method_data: { ...data, type: chosen.type ?? 'card', ...(allow_redisplay && { allow_redisplay }) },
  };
}

function abandoned(isClosed: boolean, word: string, object: any): object {
  const message = isClosed
    ? 'The authentication was closed before it was finished. You were not charged. Please try again.'
    : 'The authentication was not finished. You were not charged. Please try again.';
  return { type: 'invalid_request_error', code: 'payment_intent_authentication_failure', message, [word]: object };
}
