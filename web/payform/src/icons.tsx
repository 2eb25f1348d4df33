// Small drawings as elements. They say nothing that a text beside them does not say, so readers of screens pass them over.
// Deliberately absent: image files and logos.

import type { Drawing } from '@florin/pay-core/methods';
import { h } from 'preact';

const PATHS = {
  back: 'M15 5.5 8.5 12l6.5 6.5',
  chevron: 'm6 9.5 6 6 6-6',
  lock: 'M7 10.5V8a5 5 0 0 1 10 0v2.5M6.5 10.5h11a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1z',
  check: 'm5.5 12.5 4.3 4.3 8.7-9.3',
  copy: 'M9 9h9.5a1 1 0 0 1 1 1v9.5a1 1 0 0 1-1 1H9a1 1 0 0 1-1-1V10a1 1 0 0 1 1-1zM5 15.5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1h9.5a1 1 0 0 1 1 1',
  alert: 'M12 8v5M12 16.2v.1M12 3.5l9.2 16.2H2.8z',
  clock: 'M12 7.5V12l3 2M20.5 12a8.5 8.5 0 1 1-17 0 8.5 8.5 0 0 1 17 0z',
  plus: 'M12 6v12M6 12h12',
  minus: 'M6 12h12',
  offline: 'M4 4l16 16M5 12.5a10 10 0 0 1 4-2.4M19 12.5a10 10 0 0 0-5-2.7M8.5 16a5 5 0 0 1 7 0M12 19.4v.1',
  leave: 'M9 5.5H6.5a1 1 0 0 0-1 1v11a1 1 0 0 0 1 1h11a1 1 0 0 0 1-1V15M13 4.5h6.5V11M19.5 4.5 11 13',
} as const;

export type IconName = keyof typeof PATHS;

const frame = { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' } as const;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg {...frame}>
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The drawing of a payment method. */
export function MethodIcon({ drawing }: { drawing: Drawing }) {
  return (
    <span class="method-icon">
      <svg {...frame}>{drawing.map(([tag, attributes]) => h(tag, attributes))}</svg>
    </span>
  );
}

/** Where on a card the security code stands. */
export function CvcIcon({ isInFront }: { isInFront: boolean }) {
  return (
    <svg class="icon cvc-icon" viewBox="0 0 32 22" aria-hidden="true" focusable="false">
      <rect x="1.5" y="1.5" width="29" height="19" rx="3" />
      {isInFront ? <path d="M5.5 15.5h7" /> : <path d="M1.5 6.5h29" class="stripe" />}
      <rect x={isInFront ? 18 : 17.5} y={isInFront ? 5.5 : 11} width="9.5" height="5.5" rx="2.5" class="spot" />
    </svg>
  );
}
