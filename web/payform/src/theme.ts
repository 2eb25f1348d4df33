// The merchant's colours as custom properties, so that everything written in them can be read, by day and by night.
// They go into a constructed style sheet, which a strict Content-Security-Policy allows. Deliberately absent: fonts.

import { contrast, formatColour, inkOn, legible, luminance, mix, parseColour, type Colour } from './colour';
import type { State } from './state';

const DEFAULT_PRIMARY: Colour = [0x25, 0x4e, 0xdb];
/** The grounds of payform.css on which brand-coloured text and lines stand. */
const GROUNDS = {
  light: [[0xff, 0xff, 0xff], [0xf4, 0xf5, 0xf7]],
  dark: [[0x17, 0x19, 0x1e], [0x21, 0x24, 0x2b]],
} as const satisfies Record<string, readonly Colour[]>;

type Properties = Record<string, Colour>;

function brandProperties(primary: Colour, scheme: 'light' | 'dark'): Properties {
  const grounds = GROUNDS[scheme];
  const ink = inkOn(primary);
  return {
    'brand': primary,
    'brand-hover': mix(primary, luminance(primary) > 0.5 || scheme === 'light' ? [0, 0, 0] : [255, 255, 255], 0.1),
    'on-brand': ink,
    // A button in the colour of the page would have no edge.
    'brand-edge': contrast(primary, grounds[0]) < 1.6 ? legible(primary, grounds, 3) : primary,
    'brand-ink': legible(primary, grounds, 4.5),
    'brand-tint': mix(grounds[0], primary, scheme === 'light' ? 0.05 : 0.07),
  };
}

/** The side of the summary in the merchant's background colour. */
function panelProperties(background: Colour): Properties {
  const ink = inkOn(background);
  const strong = contrast(ink, background) > 12 ? mix(ink, background, 0.08) : ink;
  return {
    'panel': background,
    'panel-ink': strong,
    'panel-dim': legible(mix(strong, background, 0.35), [background], 4.6),
    'panel-line': mix(background, ink, 0.16),
    'panel-tile': mix(background, ink, 0.08),
  };
}

function rule(properties: Properties): string {
  const lines = Object.entries(properties).map(([name, colour]) => `--${name}:${formatColour(colour)}`);
  return `:root{${lines.join(';')}}`;
}

/** The style sheet of a merchant's colours. A light background stays out of the dark scheme, where it would glare. */
export function themeSheet(colors: State['merchant']['colors']): string {
  const primary = parseColour(colors.primary) ?? DEFAULT_PRIMARY;
  const background = parseColour(colors.background);
  const light = { ...brandProperties(primary, 'light'), ...(background && panelProperties(background)) };
  const isDarkBackground = background !== null && luminance(background) < 0.18;
  const dark = { ...brandProperties(primary, 'dark'), ...(isDarkBackground && panelProperties(background)) };
  const darkRule = `@media (prefers-color-scheme:dark){${rule(dark)}}`;
  return background && !isDarkBackground
    ? `@media (prefers-color-scheme:light){${rule(light)}}${darkRule}`
    : `${rule(light)}${darkRule}`;
}

/** Puts the colours onto the page. */
export function applyTheme(document: Document, colors: State['merchant']['colors']): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(themeSheet(colors));
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
