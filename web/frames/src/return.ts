// The page that a buyer comes back to inside of the dialog, after an authentication. It tells the shop's page, which then looks how
// the payment stands. Deliberately absent: the result. Nobody believes a result that came through a URL.

import { openPort } from './port';
import { h } from './dom';

const port = openPort(() => {});

if (port) port.up('action-done');
else document.getElementById('root')?.append(h('p', {}, 'You can close this window and go back to the shop.'));
