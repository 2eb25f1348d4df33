// The page that a buyer comes back to inside of the dialog, after an authentication. It tells the shop's page, which then looks how
// the payment stands. Deliberately absent: the result. Nobody believes a result that came through a URL.

import { message, originOf } from '@florin/pay-core/protocol';
import { h } from './dom';

const query = new URLSearchParams(location.search);
const origin = originOf(query.get('origin'));
const ch = query.get('ch');
const page = parent === window ? (opener as Window | null) : parent;

if (page && origin && ch) page.postMessage(message(ch, 'action-done'), origin);
else document.getElementById('root')?.append(h('p', {}, 'You can close this window and go back to the shop.'));
