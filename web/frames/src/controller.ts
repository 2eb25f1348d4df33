// The controller frame: it is never seen, holds card data for moments, and speaks to the API so that the shop's page need not.
// Deliberately absent: everything that can be looked at, and every other origin.

import { isChannel, message, type Call, type Message } from '@florin/pay-core/protocol';
import { Held } from './held';
import { listenAcross, openPort } from './port';
import { bodyWithCard, isAllowed, send } from './request';

const held = new Held();
const groups = new Set<string>();

function refused(code: string, text: string): { error: { type: string; code: string; message: string } } {
  return { error: { type: 'invalid_request_error', code, message: text } };
}

async function answer(call: Call, key: string): Promise<unknown> {
  const card = call.handle === undefined ? undefined : held.take(call.handle, Date.now());
  if (card === null) return refused('card_data_expired', 'The card details were not sent in time. Please try again.');
  if (!isAllowed(call, card !== undefined)) return refused('not_supported', `The browser may not ask for ${call.path}.`);
  const body = card ? bodyWithCard(call, card) : call.body;
  if (body === null) return refused('not_supported', 'With a card from a form, the request may say whose card it is and its currency, and nothing else about it.');
  return send({ ...call, body }, key);
}

function take(sent: Message): void {
  if (sent.t === 'group' && isChannel(sent.p?.group)) groups.add(sent.p.group);
  if (sent.t === 'api' || sent.t === 'confirm' || sent.t === 'create') {
    const key = port?.query.get('pk') ?? '';
    void answer(sent.p as Call, key).then((result) => port?.up('reply', result, sent.id));
  }
}

const port = openPort(take);

listenAcross((sent, source) => {
  if (sent.t !== 'hold' || !groups.has(sent.ch)) return;
  const { handle, card } = sent.p ?? {};
  const isHeld = isChannel(handle) && held.put(handle, sent.ch, card, Date.now());
  source.postMessage(message(sent.ch, 'held', { handle, ok: isHeld }), location.origin);
});

setInterval(() => held.expire(Date.now()), 5_000);
port?.up('hello');
