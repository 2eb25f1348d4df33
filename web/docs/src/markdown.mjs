// Renders a page of Markdown: headings with anchors, links that fit the site, tables and samples that can be scrolled.
//
// Deliberately absent: HTML inside of Markdown. It is shown as text; comments are left out.

import { posix } from 'node:path';
import { Marked } from 'marked';
import { anchors } from './anchors.mjs';
import { codeBlock } from './code.mjs';
import { escaped } from './html.mjs';

/** The text of a token without its marks. */
export function plainText(token) {
  if (Array.isArray(token)) return token.map(plainText).join('');
  if (token.type === 'br') return ' ';
  if (token.type === 'html') return token.block ? '' : token.text;
  if (token.type === 'table') return [token.header, ...token.rows].map((row) => row.map((cell) => plainText(cell.tokens)).join(' ')).join(' ');
  if (token.type === 'list') return token.items.map((item) => plainText(item.tokens)).join(' ');
  return token.tokens ? plainText(token.tokens) : (token.text ?? '');
}

/** Where a link of a page leads in the site; `null` where nothing of it is published, or where it does not lead to a page at all. */
export function target(href, from, published) {
  if (/^[a-z]+:/i.test(href)) return /^(https?|mailto):/i.test(href) ? href : null;
  const [path, anchor] = href.split('#');
  const hash = anchor ? `#${anchor}` : '';
  if (path === '') return hash;
  const page = published.get(fileAt(path, from));
  return page === undefined ? null : page.url + hash;
}

const fileAt = (path, from) => posix.normalize(posix.join(posix.dirname(from), path));

/** What a link says: a link that only names its file says the title of the page. */
function linkText(tokens, inner, href, from, published) {
  const page = published.get(fileAt(href.split('#')[0], from));
  return page && /^[\w./-]+\.md$/.test(plainText(tokens)) ? escaped(page.title) : inner;
}

function tableOf(token, parser) {
  const cell = (tag) => ({ tokens, align }) => `<${tag}${align ? ` class="${align}"` : ''}>${parser.parseInline(tokens)}</${tag}>`;
  // A table whose heads are empty has none.
  const hasHead = token.header.some(({ text }) => text !== '');
  const head = hasHead ? `<thead><tr>${token.header.map((one) => cell(one.text === '' ? 'td' : 'th')(one)).join('')}</tr></thead>` : '';
  const rows = token.rows.map((row) => `<tr>${row.map(cell('td')).join('')}</tr>`).join('\n');
  return `<div class="wide" tabindex="0"><table>${head}<tbody>\n${rows}\n</tbody></table></div>\n`;
}

function rendererOf(page, published, found) {
  const anchorOf = anchors();
  return {
    heading({ tokens, depth }) {
      const text = plainText(tokens);
      const id = anchorOf(text);
      found.push({ id, text, depth });
      const inner = this.parser.parseInline(tokens);
      if (depth === 1) return `<h1 id="${escaped(id)}">${inner}</h1>\n`;
      return `<h${depth} id="${escaped(id)}"><a class="anchor" href="#${escaped(id)}">${inner}</a></h${depth}>\n`;
    },
    link({ href, tokens }) {
      const inner = linkText(tokens, this.parser.parseInline(tokens), href, page.source, published);
      const to = target(href, page.source, published);
      if (to === null) return `<span class="elsewhere">${inner}</span>`;
      return `<a href="${escaped(to)}"${to.startsWith('http') ? ' rel="noreferrer"' : ''}>${inner}</a>`;
    },
    code({ text, lang }) {
      return codeBlock(text, (lang ?? '').split(' ')[0]).text;
    },
    codespan: ({ text }) => `<code>${escaped(text)}</code>`,
    table(token) {
      return tableOf(token, this.parser);
    },
    checkbox: ({ checked }) => `<span class="box" role="img" aria-label="${checked ? 'done' : 'to do'}"></span> `,
    html: ({ text }) => (/^\s*<!--[^]*-->\s*$/.test(text) ? '' : escaped(text)),
    image: ({ text }) => escaped(text),
  };
}

/** The sections of a page for the search: what stands under each heading. */
function sectionsOf(tokens) {
  const anchorOf = anchors();
  const sections = [];
  for (const token of tokens) {
    if (token.type === 'heading') {
      const title = plainText(token.tokens);
      sections.push({ title, id: anchorOf(title), depth: token.depth, text: '' });
    } else if (sections.length > 0) {
      sections.at(-1).text += ` ${plainText(token)}`;
    }
  }
  return sections;
}

/** Renders the Markdown of a page; `published` knows `url` and `title` of each file that is a page, too. */
export function renderMarkdown(text, page, published) {
  const headings = [];
  const marked = new Marked({ gfm: true, renderer: rendererOf(page, published, headings) });
  const tokens = marked.lexer(text);
  const sections = sectionsOf(tokens);
  return { body: marked.parser(tokens), headings, sections };
}
