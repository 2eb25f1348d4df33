// Which words a page shows or says, and which of them its language does not have. Deliberately absent: grammar.

import { join } from 'node:path';
import { build } from 'esbuild';

const LANGUAGES = ['es', 'pt', 'ja', 'zh'];
const LOCALES = join(import.meta.dirname, '..', 'pay-core', 'src', 'locales');

const contents = LANGUAGES.map((language) => `export { ${language} } from './${language}';`).join('\n');
const built = await build({ stdin: { contents, resolveDir: LOCALES }, write: false, format: 'esm', bundle: true });
const catalogues = await import(`data:text/javascript,${encodeURIComponent(built.outputFiles[0].text)}`);

/** The texts of a language, by key. */
export const textsOf = (language) => catalogues[language];

/** Words of two letters or more, in small letters. Where nobody writes spaces, only what is written in Latin letters. */
const wordsOf = (text, isSpaced) => text.replace(/\{\w+\}/g, ' ').toLowerCase().match(isSpaced ? /\p{L}{2,}/gu : /[a-z]{2,}/g) ?? [];

/** Every text of a catalogue; one with a plural has several. */
const allTexts = (catalogue) => Object.values(catalogue).flatMap((text) => (typeof text === 'string' ? [text] : Object.values(text)));

/** What browsers call the countries of the world in this language. */
function countryNames(language) {
  const names = new Intl.DisplayNames([language], { type: 'region' });
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  return letters.flatMap((one) => letters.map((other) => names.of(one + other)));
}

/** Runs in the page: all that can be seen or heard of it, apart from languages, which are called in their own words. */
function readTexts() {
  const texts = [document.title];
  const all = document.createTreeWalker(document.getElementById('florin').parentElement, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = all.nextNode(); node; node = all.nextNode()) {
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    if (element.closest('script, noscript, .language-select')) continue;
    if (element === node) texts.push(...['aria-label', 'placeholder', 'title', 'alt'].map((name) => element.getAttribute(name)));
    else texts.push(node.data);
  }
  return texts.filter(Boolean);
}

/** Words on the page that are neither of its language nor among the names that have none. */
export async function foreignWords(page, language, names) {
  const isSpaced = !['ja', 'zh'].includes(language);
  const known = [...allTexts(catalogues[language]), ...countryNames(language), ...names].flatMap((text) => wordsOf(text, isSpaced));
  const own = new Set(known);
  const shown = (await page.evaluate(readTexts)).flatMap((text) => wordsOf(text, isSpaced));
  return [...new Set(shown)].filter((word) => !own.has(word));
}
