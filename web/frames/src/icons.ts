// Small drawings for the marks of card brands: what a buyer recognises on the plastic, in a view box of 24 by 16.
// Deliberately absent: the brands' artwork, which belongs to its owners.

import type { BrandName } from '@florin/pay-core/card';
import { svg, type Shape } from './dom';

const plate = (fill: string, stroke = fill): Shape => ['rect', { x: 0.5, y: 0.5, width: 23, height: 15, rx: 2.5, fill, stroke }];
const word = (text: string, fill: string, y: number, size: number, width: number): Shape => [
  'text',
  {
    x: 12, y, fill, 'font-size': size, 'font-weight': 800, 'font-family': 'Arial, Helvetica, sans-serif', 'text-anchor': 'middle',
    textLength: width, lengthAdjust: 'spacingAndGlyphs',
  },
  text,
];
const slanted = (x: number, fill: string): Shape => ['path', { d: `M${x + 2} 3h5.5l-2 10H${x}z`, fill }];
const bar = (x: number, fill: string): Shape => ['path', { d: `M${x} 4.6A2.1 2.1 0 0 1 ${x + 2.1} 2.5h2v8.9a2.1 2.1 0 0 1-2.1 2.1h-2z`, fill }];

/** Every mark that there is a drawing for. */
export type MarkName = BrandName | 'cartes_bancaires';

const DRAWINGS: Readonly<Record<Exclude<MarkName, 'unknown'>, readonly Shape[]>> = {
  visa: [plate('#fff', '#d3d7e0'), word('VISA', '#1a1f71', 10.9, 8, 17)],
  mastercard: [
    plate('#fff', '#d3d7e0'),
    ['circle', { cx: 9.3, cy: 8, r: 4.6, fill: '#eb001b' }],
    ['circle', { cx: 14.7, cy: 8, r: 4.6, fill: '#f79e1b' }],
    ['path', { d: 'M12 4.28a4.6 4.6 0 0 1 0 7.44 4.6 4.6 0 0 1 0-7.44z', fill: '#ff5f00' }],
  ],
  amex: [plate('#1f6fcf'), word('AMEX', '#fff', 10.5, 7, 18)],
  discover: [
    plate('#fff', '#d3d7e0'),
    ['path', { d: 'M8 15.5c6-1 11-3 15.5-6v4a2 2 0 0 1-2 2z', fill: '#f47216' }],
    word('DISCOVER', '#231f20', 8.4, 4.4, 19),
  ],
  diners: [
    plate('#fff', '#d3d7e0'),
    ['circle', { cx: 12, cy: 8, r: 5.4, fill: '#0079be' }],
    ['circle', { cx: 12, cy: 8, r: 4.1, fill: '#fff' }],
    ['path', { d: 'M10.9 4.9v6.2a3.3 3.3 0 0 1 0-6.2zM13.1 4.9a3.3 3.3 0 0 1 0 6.2z', fill: '#0079be' }],
  ],
  jcb: [plate('#fff', '#d3d7e0'), bar(4.8, '#0b4ea2'), bar(9.95, '#d8232a'), bar(15.1, '#1f8b3b')],
  cartes_bancaires: [
    plate('#fff', '#d3d7e0'),
    ['path', { d: 'M11.4 4.2v3.4H7.2a3.4 3.4 0 0 1 4.2-3.4zM7.2 8.4h4.2v3.4a3.4 3.4 0 0 1-4.2-3.4z', fill: '#0a4b8c' }],
    ['path', { d: 'M12.4 4.2h3a1.7 1.7 0 0 1 0 3.4h-3zM12.4 8.4h3a1.7 1.7 0 0 1 0 3.4h-3z', fill: '#1f8b5f' }],
  ],
  unionpay: [plate('#fff', '#d3d7e0'), slanted(3.2, '#d8232a'), slanted(8, '#0a4b7c'), slanted(12.8, '#0a7a78')],
};

const BLANK: readonly Shape[] = [
  ['rect', { x: 1, y: 1, width: 22, height: 14, rx: 2.5, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.4 }],
  ['path', { d: 'M1 5.2h22M4 11h5', fill: 'none', stroke: 'currentColor', 'stroke-width': 1.4 }],
];

/** Whether there is a drawing of a brand that is only known by its name. */
export function isMark(brand: string | null): brand is MarkName {
  return brand !== null && Object.hasOwn(DRAWINGS, brand);
}

/** The mark of a brand, or an empty card while nobody knows which one it will be. */
export function brandIcon(brand: MarkName, title: string): SVGSVGElement {
  const shapes = brand === 'unknown' ? BLANK : DRAWINGS[brand];
  return svg('0 0 24 16', shapes, brand === 'unknown' ? {} : { role: 'img', 'aria-label': title, 'aria-hidden': null });
}

/** The back or the front of a card, with the place of the security code pointed out. */
export function cvcIcon(digits: 3 | 4): SVGSVGElement {
  const edge: Shape = ['rect', { x: 1, y: 1, width: 22, height: 14, rx: 2.5, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.4 }];
  const stripe: Shape = ['path', { d: 'M1 4.8h22', stroke: 'currentColor', 'stroke-width': 2.6 }];
  const dotted = { stroke: 'currentColor', 'stroke-width': 2.6, 'stroke-linecap': 'round', 'stroke-dasharray': '.1 2.9' };
  const dots: Shape = ['path', { d: digits === 4 ? 'M12 6.5h7.5' : 'M12.5 10.5h6', ...dotted }];
  return svg('0 0 24 16', digits === 4 ? [edge, dots] : [edge, stripe, dots]);
}

/** The sign before an error. */
export function warningIcon(): SVGSVGElement {
  return svg('0 0 16 16', [
    ['circle', { cx: 8, cy: 8, r: 7, fill: 'currentColor' }],
    ['path', { d: 'M8 4.2v4.6M8 11.2v.6', stroke: 'var(--color-background)', 'stroke-width': 1.6, 'stroke-linecap': 'round' }],
  ]);
}
