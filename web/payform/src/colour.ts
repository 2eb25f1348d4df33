// Colours as numbers: how light they are, how well they can be told apart, how to make them so.
// Deliberately absent: names of colours and anything but sRGB in hexadecimal, which is what a merchant can set.

export type Colour = readonly [red: number, green: number, blue: number];

const WHITE: Colour = [255, 255, 255];
const BLACK: Colour = [0, 0, 0];

/** `#rgb` or `#rrggbb`; null for anything else. */
export function parseColour(text: string | null | undefined): Colour | null {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(text ?? '');
  const digits = short ? short.slice(1).map((digit) => digit + digit).join('') : /^#([0-9a-f]{6})$/i.exec(text ?? '')?.[1];
  if (!digits) return null;
  const channel = (at: number) => Number.parseInt(digits.slice(at, at + 2), 16);
  return [channel(0), channel(2), channel(4)];
}

export function formatColour(colour: Colour): string {
  return `#${colour.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`;
}

/** Relative luminance as WCAG defines it, 0 for black and 1 for white. */
export function luminance(colour: Colour): number {
  const [red, green, blue] = colour.map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast of two colours, from 1 to 21. */
export function contrast(one: Colour, other: Colour): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** `share` of `into`, the rest of `colour`. */
export function mix(colour: Colour, into: Colour, share: number): Colour {
  const channel = (at: 0 | 1 | 2) => colour[at] * (1 - share) + into[at] * share;
  return [channel(0), channel(1), channel(2)];
}

/** White or black, whichever can be read better; white if both can. */
export function inkOn(background: Colour): Colour {
  return contrast(WHITE, background) >= 4.5 ? WHITE : BLACK;
}

/** The colour itself, or as little lighter or darker as it takes to stand out from all of the backgrounds. */
export function legible(colour: Colour, backgrounds: readonly Colour[], ratio: number): Colour {
  const worst = (candidate: Colour) => Math.min(...backgrounds.map((background) => contrast(candidate, background)));
  const isDark = backgrounds.every((background) => luminance(background) < 0.18);
  for (let share = 0; share < 1; share += 0.04) {
    const candidate = mix(colour, isDark ? WHITE : BLACK, share);
    if (worst(candidate) >= ratio) return candidate;
  }
  return isDark ? WHITE : BLACK;
}
