// Finds entries of the search index. Pure: no page, no network. Deliberately absent: guessing at misspelt words.

/** Title, address, place, excerpt, words. */
export type Entry = readonly [title: string, url: string, place: string, excerpt: string, words: string];

const RESULTS_MAX = 12;
const WORD = /[\p{L}\p{N}_]+/gu;

const wordsOf = (text: string): string[] => text.toLowerCase().match(WORD) ?? [];

/** How well one word of a question fits: 0 where it does not. */
function fit(term: string, title: string[], whole: string, words: string): number {
  if (title.includes(term)) return 12;
  if (title.some((word) => word.startsWith(term))) return 8;
  if (whole.includes(term)) return 5;
  if (` ${words} `.includes(` ${term} `)) return 3;
  return ` ${words}`.includes(` ${term}`) ? 2 : 0;
}

function score([title, url, place, , words]: Entry, question: string, terms: string[]): number {
  const lower = title.toLowerCase();
  if (lower === question) return place === '' ? 1001 : 1000;
  const titleWords = wordsOf(title);
  const whole = `${lower} ${place.toLowerCase()} ${url}`;
  let sum = 0;
  for (const term of terms) {
    const fits = fit(term, titleWords, whole, words);
    if (fits === 0) return 0;
    sum += fits;
  }
  // A short title that fits says more than a long one; a whole page more than a part of it.
  return sum + (lower.startsWith(question) ? 6 : 0) + (place === '' ? 2 : 0) - titleWords.length / 10;
}

/** The best entries in which every word of the question begins some word. */
export function find(entries: readonly Entry[], question: string): Entry[] {
  const asked = question.trim().toLowerCase();
  const terms = wordsOf(asked);
  if (terms.length === 0) return [];
  const scored = entries.map((entry) => ({ entry, points: score(entry, asked, terms) })).filter(({ points }) => points > 0);
  scored.sort((a, b) => b.points - a.points);
  return scored.slice(0, RESULTS_MAX).map(({ entry }) => entry);
}
