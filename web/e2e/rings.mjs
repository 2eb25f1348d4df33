// What a buyer without a mouse meets: every control of a page in the order of the key Tab, with the ring that shows where the focus is.
// Deliberately absent: what pressing a control does.

/** What can be reached with the key Tab. Of the radios of one name it is one. */
const CONTROLS = 'a[href], button, input:not([type=hidden]), select';

/** Runs in the page, once: gives it what `readFocus` needs. */
function prepare(selector) {
  const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
  const pencil = canvas.getContext('2d', { willReadFrequently: true });
  const drawn = (...colours) => {
    pencil.clearRect(0, 0, 1, 1);
    for (const colour of colours) {
      pencil.fillStyle = colour;
      pencil.fillRect(0, 0, 1, 1);
    }
    return [...pencil.getImageData(0, 0, 1, 1).data];
  };
  const isSolid = (colour) => drawn(colour)[3] === 255;
  /** What is seen behind the children of an element: its own ground and those below it, down to one that hides the rest. */
  const groundsOf = (element) => {
    const colour = element ? getComputedStyle(element).backgroundColor : 'Canvas';
    return !element || isSolid(colour) ? [colour] : [...groundsOf(element.parentElement), colour];
  };
  const lightness = ([...rgb]) => {
    const [red, green, blue] = rgb.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (colour, grounds) => {
    const [low, high] = [drawn(...grounds), drawn(...grounds, colour)].map(lightness).sort((one, other) => one - other);
    return (high + 0.05) / (low + 0.05);
  };
  /** A shadow that is a ring: no blur, and wide enough to be seen. */
  const shadowRings = ({ boxShadow }) => [...boxShadow.matchAll(/((?:rgb|color)[^)]*\)) 0px 0px 0px (\d+)px(?! inset)/g)]
    .filter(([, , spread]) => spread >= 2).map(([, colour]) => ({ colour, offset: 0 }));
  const outlines = (style) => {
    const { outlineStyle, outlineWidth, outlineColor: colour, outlineOffset } = style;
    return outlineStyle === 'none' || Number.parseFloat(outlineWidth) < 2 ? [] : [{ colour, offset: Number.parseFloat(outlineOffset) }];
  };
  /** The least contrast of the best ring of an element with what lies at both of its sides. */
  const ringOf = (element) => {
    const style = getComputedStyle(element);
    const beside = ({ offset }) => [...(offset < 0 ? [element] : []), ...(offset > -2 ? [element.parentElement] : [])];
    const worst = (ring) => Math.min(...beside(ring).map((ground) => contrast(ring.colour, groundsOf(ground))));
    return Math.max(0, ...[...outlines(style), ...shadowRings(style)].map(worst));
  };
  const isChoice = (one) => one.type !== 'radio' || one.checked;
  window.controls = () => [...document.querySelectorAll(selector)].filter((one) => one.getClientRects().length > 0 && isChoice(one));
  window.ringOf = ringOf;
}

/** Runs in the page: what has the focus, where it is, whether something covers it, and how well its ring can be seen. */
function readFocus() {
  const element = document.activeElement;
  const at = window.controls().indexOf(element);
  if (at < 0) return null;
  const { left, right, top, bottom } = element.getBoundingClientRect();
  // So far a ring reaches around it.
  const ring = 5;
  const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  const isIt = hit !== null && (element.contains(hit) || (element.closest('label') ?? element).contains(hit));
  return {
    at, isSeen: isIt && top >= ring && bottom <= innerHeight - ring, text: element.outerHTML.slice(0, 90),
    // A ring may stand around the line that a control belongs to, or around the part of it that is seen.
    contrast: Math.max(...[element, element.closest('label'), ...element.children].filter(Boolean).map(window.ringOf)),
    side: element.closest('.panel') ? 0 : 1, left, right, top: top + scrollY, bottom: bottom + scrollY,
  };
}

/**
 * Where the key Tab leads on this page, once from its beginning to its end, how many controls it has, and which of them have a ring without
 * the focus.
 */
export async function walk(page) {
  await page.evaluate(prepare, CONTROLS);
  await page.evaluate(() => {
    // The key goes on from where the focus was last, so something before everything else has it first.
    const start = Object.assign(document.createElement('span'), { tabIndex: -1 });
    document.body.prepend(start);
    start.focus();
    start.remove();
  });
  const rings = await page.evaluate(() => window.controls().filter((one) => window.ringOf(one) > 0).map((one) => one.outerHTML));
  const count = await page.evaluate(() => window.controls().length);
  const stops = [];
  for (let stop = 0; stop < count; stop++) {
    await page.keyboard.press('Tab');
    stops.push(await page.evaluate(readFocus));
  }
  return { stops, count, rings };
}

/** Stops that come before the one that a reader of this page would meet first. */
export function misplaced(stops, isFromRight = false) {
  const heightOf = ({ top, bottom }) => bottom - top;
  const shared = (one, other) => Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
  const isSameLine = (one, other) => shared(one, other) > Math.min(heightOf(one), heightOf(other)) / 2;
  const isAfter = (one, other) => {
    if (one.side !== other.side) return other.side > one.side;
    if (!isSameLine(one, other)) return other.top >= one.top;
    return isFromRight ? other.right <= one.right : other.left >= one.left;
  };
  return stops.slice(1).filter((stop, at) => !isAfter(stops[at], stop)).map(({ text }) => text);
}
