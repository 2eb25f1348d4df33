// The index that the browser searches: title, address, place, words. Deliberately absent: a server, and the words that every text has.

const EMPTY = new Set(('a an and any are as at be been but by can do does for from had has have if in into is it its may more most no not of on one ' +
  'or other out so some such than that the their them then there they this to was what when where which who will with you your').split(' '));
const EXCERPT_MAX = 140;

/** The words of a text, each once, without those that say nothing. */
export function wordsOf(text) {
  const words = text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
  return [...new Set(words)].filter((word) => word.length > 1 && !EMPTY.has(word)).join(' ');
}

function shortened(text) {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= EXCERPT_MAX) return line;
  return `${line.slice(0, line.lastIndexOf(' ', EXCERPT_MAX))} …`;
}

/** The sections of a Markdown page. Those of a generated list are on the pages of the API already. */
export function sectionEntries({ url, title }, sections) {
  const own = sections.filter((section) => !/^(GET|POST|DELETE) \//.test(section.title));
  return own.map(({ title: name, id, depth, text }) => ({
    title: name, url: depth === 1 ? url : `${url}#${id}`, place: depth === 1 ? '' : title, excerpt: shortened(text), text,
  }));
}

/** The entries of error codes, whose page the server has. */
export function errorEntries(errors) {
  return errors.map(({ code, kind, text }) => ({
    title: code, url: `/docs/errors#${kind === 'decline' ? 'decline-' : ''}${code}`, place: kind === 'decline' ? 'Decline codes' : 'Error codes',
    excerpt: shortened(text), text,
  }));
}

/** The file: a list of `[title, address, place, excerpt, words]`. */
export const searchIndex = (entries) =>
  entries.map(({ title, url, place, excerpt, text }) => [title, url, place, excerpt, wordsOf(text)]);
