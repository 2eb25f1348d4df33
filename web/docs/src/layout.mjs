// What stands around every page: head, search, navigation, contents. Deliberately absent: style and script in the page itself, which the
// policy forbids, and any other host.

import { html } from './html.mjs';

const DRAWN = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="#175e4c"/>' +
  '<path d="M6 12V4h5M6 8h4" stroke="white" stroke-width="1.8" fill="none"/></svg>';
const ICON = `data:image/svg+xml,${encodeURIComponent(DRAWN)}`;

const link = (current, { url, title }) => html`<li><a href="${url}"${url === current ? html` aria-current="page"` : ''}>${title}</a></li>\n`;

/** A section: its title, and the pages of its groups. */
export const groupList = ({ title, groups }, current) => html`<h2>${title}</h2>
${groups.map(({ name, pages }) => html`${name && html`<h3>${name}</h3>\n`}<ul>
${pages.map((page) => link(current, page))}</ul>
`)}`;

function navigation(current, sections) {
  return html`<nav class="site" aria-label="Documentation"><details class="fold"><summary>All pages</summary>
${sections.map((section) => groupList(section, current))}</details></nav>
`;
}

function contents(headings) {
  const shown = headings.filter(({ depth }) => depth === 2 || depth === 3);
  if (shown.length < 2) return null;
  return html`<nav class="contents" aria-labelledby="on-this-page"><details class="fold"><summary>On this page</summary>
<h2 id="on-this-page">On this page</h2>
<ul>
${shown.map(({ id, text, depth }) => html`<li class="level-${depth}"><a href="#${id}">${text}</a></li>\n`)}</ul>
</details></nav>
`;
}

/** What the window and a list of bookmarks say. */
function windowTitle({ url, title, section }) {
  if (url === '/docs') return 'Florin documentation';
  return section === 'API' && url !== '/docs/api' ? `${title} · API · Florin` : `${title} · Florin`;
}

/** The whole document. `assets` are the addresses of style, script and search. */
export function document(page, sections, assets) {
  const { url, body, headings } = page;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${windowTitle(page)}</title>
<meta name="color-scheme" content="light dark">
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="${assets.css}">
<script type="module" src="${assets.js}"></script>
</head>
<body>
<a class="skip" href="#content">Skip to the text</a>
<header>
<a class="home" href="/docs">Florin <span>documentation</span></a>
<div class="search" role="search" data-index="${assets.search}" hidden>
<input type="search" id="search" placeholder="Search" aria-label="Search the documentation" aria-keyshortcuts="/" role="combobox"
 aria-expanded="false" aria-controls="found" aria-autocomplete="list" autocomplete="off" spellcheck="false">
<kbd aria-hidden="true">/</kbd>
<ul id="found" role="listbox" aria-label="Pages found" hidden></ul>
<p class="unseen" role="status"></p>
</div>
</header>
<div class="frame">
${navigation(url, sections)}${contents(headings)}<main id="content" tabindex="-1">
${body}</main>
</div>
</body>
</html>
`.text;
}
