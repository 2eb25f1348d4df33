// Fonts that a shop brings along for its own elements, by the browser's font interface.
// Deliberately absent: style sheets of fonts (`cssSrc`), which would let another host's CSS into a frame with a card number.

export interface Font {
  family?: string;
  src?: string;
  weight?: string;
  style?: string;
  unicodeRange?: string;
}

const SOURCE = /^\s*url\(\s*["']?(https:\/\/|data:font\/|data:application\/(x-)?font)[^"'()\s]+["']?\s*\)(\s*format\(["']?[\w-]+["']?\))?\s*$/;

export function isFontSource(src: unknown): src is string {
  return typeof src === 'string' && src.split(/,(?=\s*url)/).every((one) => SOURCE.test(one));
}

/** Adds the fonts that can be taken. One that does not load leaves the text in the next family. */
export function loadFonts(fonts: readonly Font[]): void {
  for (const font of fonts) {
    if (!font.family || !isFontSource(font.src)) {
      console.warn('Florin: a font needs a family and a src of url(https://…). It was left out.');
      continue;
    }
    const { weight = 'normal', style = 'normal', unicodeRange = 'U+0-10FFFF' } = font;
    const face = new FontFace(font.family, font.src, { weight, style, unicodeRange, display: 'swap' });
    document.fonts.add(face);
    void face.load().catch(() => undefined);
  }
}
