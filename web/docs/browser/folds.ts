// What is folded: on a wide window navigation and contents are open.
//
// Style alone shows them on a wide window already; here they also count as open. Deliberately absent: what a reader folded last.

/** From these widths on, style shows what is in a fold beside the text. */
const WIDE: Record<string, string> = { 'nav.site': '(min-width: 60rem)', 'nav.contents': '(min-width: 82rem)' };

function openWhereWide(selector: string, query: string): void {
  const fold = document.querySelector<HTMLDetailsElement>(`${selector} > .fold`);
  if (!fold) return;
  const media = matchMedia(query);
  const follow = () => {
    fold.open = media.matches;
  };
  media.addEventListener('change', follow);
  follow();
}

/** The page that is open stands in sight in a long navigation. */
function showCurrent(): void {
  const site = document.querySelector<HTMLElement>('nav.site');
  const current = site?.querySelector<HTMLElement>('[aria-current]');
  if (site && current && current.offsetTop > site.clientHeight / 2) site.scrollTop = current.offsetTop - site.clientHeight / 2;
}

/** Makes folds follow the width of the window. */
export function startFolds(): void {
  for (const [selector, query] of Object.entries(WIDE)) openWhereWide(selector, query);
  showCurrent();
}
