// What the script adds to samples: the language that was chosen last, on every page, and a button that copies.
// Deliberately absent: the tabs themselves, which need no script.

const KEPT = 'florin-docs-language';
const COPIED_MS = 2000;

function choose(language: string): void {
  for (const radio of document.querySelectorAll<HTMLInputElement>('.tabs > input')) {
    if (radio.value === language) radio.checked = true;
  }
}

function startLanguages(): void {
  try {
    const kept = localStorage.getItem(KEPT);
    if (kept) choose(kept);
  } catch {
    // A browser may forbid storage; then nothing is remembered.
  }
  document.addEventListener('change', (event) => {
    const radio = event.target as HTMLInputElement;
    if (!radio.matches('.tabs > input')) return;
    // What is above may change its height: the sample stays where it was clicked.
    const before = radio.getBoundingClientRect().top;
    choose(radio.value);
    scrollBy(0, radio.getBoundingClientRect().top - before);
    try {
      localStorage.setItem(KEPT, radio.value);
    } catch {
      // The same.
    }
  });
}

function addButton(block: HTMLElement): void {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = 'Copy';
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(block.querySelector('code')?.textContent ?? '');
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Not copied';
    }
    setTimeout(() => (button.textContent = 'Copy'), COPIED_MS);
  });
  const holder = document.createElement('div');
  holder.className = 'block';
  block.replaceWith(holder);
  holder.append(block, button);
}

/** Makes the samples of the page easier to use. */
export function startSamples(): void {
  startLanguages();
  // Without a secure context there is no clipboard.
  if (navigator.clipboard) for (const block of document.querySelectorAll('pre')) addButton(block);
}
