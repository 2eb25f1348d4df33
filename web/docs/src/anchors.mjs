// The anchors of headings, as GitHub makes them, so that the same links work there and here. Deliberately absent: emoji in headings.

/** The anchor of a heading's plain text. */
export const slug = (text) => text.trim().toLowerCase().replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '').replace(/ /g, '-');

/** Gives anchors that are unique in one page: the second `look` is `look-1`. */
export function anchors() {
  const used = new Map();
  return (text) => {
    const base = slug(text);
    const times = used.get(base) ?? 0;
    used.set(base, times + 1);
    return times === 0 ? base : `${base}-${times}`;
  };
}
