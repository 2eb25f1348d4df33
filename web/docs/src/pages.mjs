// Which Markdown files are pages: those that `docs/README.md` lists for people who use Florin. Deliberately absent: their titles, which
// are their first headings.

/** The order of the guides and of the pages for operators; a page that is named in neither comes last in the second. */
const GUIDES = [
  'guide/accept-a-payment', 'guide/front-door', 'guide/payment-links', 'guide/payment-methods', 'guide/save-a-card', 'guide/handle-webhooks',
  'guide/test-cards', 'guide/migrate-a-page', 'guide/pci-dss', 'sandbox', 'webhooks', 'compatibility',
];
const OPERATING = ['operations', 'guide/high-availability', 'reliability', 'performance'];

/** The names in the first table of the list, without `.md`. */
export function listedPages(list) {
  const part = list.split(/^For people who work on it/m)[0];
  return [...part.matchAll(/^\| \[[^\]]+\]\(([^)#]+)\.md\)/gm)].map(([, name]) => name);
}

/** The pages in the order of the navigation; `read` gives the text of a file under `docs/`. */
export function markdownPages(read) {
  const order = [...GUIDES, ...OPERATING];
  const rank = (name) => (order.includes(name) ? order.indexOf(name) : order.length);
  const names = listedPages(read('README.md')).sort((a, b) => rank(a) - rank(b));
  return names.map((name) => {
    const text = read(`${name}.md`);
    const title = /^# (.+)$/m.exec(text)[1].replace(/`/g, '');
    return { source: `docs/${name}.md`, url: `/docs/${name}`, title, text, section: GUIDES.includes(name) ? 'Guides' : 'Operating' };
  });
}
