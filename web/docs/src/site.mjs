// Makes the documentation: everything that lies under `/docs`, from the contract and the Markdown of the repository.
//
// Nothing here writes or compresses; `web/build.mjs` does. Deliberately absent: the page of codes, which the server renders.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOperations } from '../samples/operations.mjs';
import { eventsPage } from './events.mjs';
import { html, markup } from './html.mjs';
import { document, groupList } from './layout.mjs';
import { renderMarkdown } from './markdown.mjs';
import { markdownPages } from './pages.mjs';
import { overviewPage, resourcePage } from './reference.mjs';
import { groupOperations } from './resources.mjs';
import { errorEntries, searchIndex, sectionEntries } from './search.mjs';
import { readStanding } from './standing.mjs';

const FIRST = { url: '/docs', title: 'Documentation' };
const ERRORS = { url: '/docs/errors', title: 'Error and decline codes' };

/** The sections of the navigation. */
function sectionsOf(guides, resources) {
  const groups = [...new Set(resources.map(({ group }) => group))];
  const named = (one) => ({ url: one.url, title: one.name });
  return [
    { title: 'Guides', groups: [{ pages: guides.filter(({ section }) => section === 'Guides') }] },
    { title: 'Operating', groups: [{ pages: guides.filter(({ section }) => section === 'Operating') }] },
    {
      title: 'API',
      groups: [
        { pages: [{ url: '/docs/api', title: 'All operations' }] },
        ...groups.map((group) => ({ name: group, pages: resources.filter((one) => one.group === group).map(named) })),
      ],
    },
    { title: 'Events', groups: [{ pages: [{ url: '/docs/events', title: 'All events' }] }] },
    { title: 'Errors', groups: [{ pages: [ERRORS] }] },
  ];
}

/** The first page: every page there is, so that nobody needs the search. */
function indexPage(sections) {
  const body = html`<h1>Florin documentation</h1>
<p class="lead">Florin is a payment platform that you run yourself. These pages belong to the release that serves them.</p>
<p>New here? <a href="/docs/guide/accept-a-payment">Accept a payment</a> shows three ways; <a href="/docs/guide/front-door">the front door</a> is the
shortest one.</p>
<div class="sections">
${sections.map((section) => html`<section>${groupList(section)}</section>
`)}</div>
`;
  return { ...FIRST, body, headings: [], search: [] };
}

/** The file of a page. */
export const fileOf = (url) => (url === '/docs' ? 'docs/index.html' : `${url.slice(1)}.html`);

function markdownPage(page, published) {
  const { body, headings, sections } = renderMarkdown(page.text, page, published);
  return { ...page, body: markup(body), headings, search: sectionEntries(page, sections) };
}

/** What is read: the contract, and a reader of files under `docs/`. */
export function sources(root) {
  return {
    contract: JSON.parse(readFileSync(join(root, 'openapi', 'florin.json'), 'utf8')),
    read: (name) => readFileSync(join(root, 'docs', name), 'utf8'),
  };
}

/** All pages and the search index, which does not know the addresses of style and script. */
export function makeSite({ contract, read }) {
  const { 'x-florin-events': events, 'x-florin-errors': errors } = contract;
  const resources = groupOperations(readOperations(contract));
  const standing = readStanding(read('compatibility.md'));
  const guides = markdownPages(read);
  const published = new Map([...guides.map((page) => [page.source, page]), ['docs/README.md', FIRST]]);
  const sections = sectionsOf(guides, resources);
  const pages = [
    indexPage(sections), ...guides.map((page) => markdownPage(page, published)), overviewPage(resources),
    ...resources.map((resource) => resourcePage(resource, { standing, events })), eventsPage(events, resources),
  ];
  const found = [...pages.flatMap(({ search }) => search), ...errorEntries(errors)];
  return { pages, sections, index: JSON.stringify(searchIndex(found)) };
}

/** The files of all pages, by name. */
export const renderSite = ({ pages, sections }, assets) =>
  pages.map((page) => ({ file: fileOf(page.url), text: document(page, sections, assets) }));
