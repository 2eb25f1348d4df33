// The search field: loads the index when it is first needed, shows what fits, and is used with the keyboard alone.
//
// Deliberately absent: a request for each letter. The index is one file.

import { type Entry, find } from './match';

let index: Promise<Entry[]> | undefined;

function load(address: string): Promise<Entry[]> {
  index ??= fetch(address).then((answer) => {
    if (!answer.ok) throw new Error(`the index answers ${answer.status}`);
    return answer.json() as Promise<Entry[]>;
  });
  index.catch(() => (index = undefined));
  return index;
}

function element(name: string, text: string, className: string): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  return made;
}

class Search {
  #shown: Entry[] = [];
  #at = -1;

  constructor(
    private readonly box: HTMLElement, private readonly input: HTMLInputElement, private readonly list: HTMLElement,
    private readonly status: HTMLElement,
  ) {}

  start(): void {
    this.box.hidden = false;
    const address = this.box.dataset['index'] ?? '';
    this.input.addEventListener('focus', () => void load(address).catch(() => {}));
    this.input.addEventListener('input', () => void this.#ask(address));
    this.input.addEventListener('keydown', (event) => this.#key(event));
    document.addEventListener('keydown', (event) => this.#slash(event));
    document.addEventListener('click', (event) => {
      if (!this.box.contains(event.target as Node)) this.#close();
    });
    // A press must not take the focus from the field before the click comes.
    this.list.addEventListener('pointerdown', (event) => event.preventDefault());
    this.list.addEventListener('click', (event) => {
      const chosen = (event.target as Element).closest('[role=option]');
      if (chosen) this.#go([...this.list.children].indexOf(chosen));
    });
  }

  async #ask(address: string): Promise<void> {
    const question = this.input.value;
    if (question.trim() === '') return this.#close();
    try {
      const entries = await load(address);
      if (this.input.value === question) this.#show(find(entries, question));
    } catch {
      this.status.textContent = 'The search is not there now.';
    }
  }

  #show(entries: Entry[]): void {
    this.#shown = entries;
    this.list.replaceChildren(...entries.map(([title, , place, excerpt], at) => {
      const option = document.createElement('li');
      option.id = `found-${at}`;
      option.role = 'option';
      option.append(element('span', title, 'title'), element('span', place, 'place'), element('span', excerpt, 'excerpt'));
      return option;
    }));
    if (entries.length === 0) this.list.append(element('li', 'Nothing found', 'nothing'));
    this.#open(true);
    this.#choose(entries.length > 0 ? 0 : -1);
    this.status.textContent = entries.length === 1 ? 'One page found' : `${entries.length || 'No'} pages found`;
  }

  #open(isOpen: boolean): void {
    this.list.hidden = !isOpen;
    this.input.setAttribute('aria-expanded', String(isOpen));
  }

  #close(): void {
    this.#open(false);
    this.#shown = [];
    this.#choose(-1);
    this.status.textContent = '';
  }

  #choose(at: number): void {
    this.#at = at;
    for (const [one, option] of [...this.list.children].entries()) option.ariaSelected = String(one === at);
    const chosen = this.#shown[at] && this.list.children[at];
    if (!chosen) return this.input.removeAttribute('aria-activedescendant');
    this.input.setAttribute('aria-activedescendant', chosen.id);
    chosen.scrollIntoView({ block: 'nearest' });
  }

  #go(at: number): void {
    const entry = this.#shown[at];
    if (!entry) return;
    this.#close();
    this.input.blur();
    location.assign(entry[1]);
  }

  #key(event: KeyboardEvent): void {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (event.isComposing) return;
    if (step && this.#shown.length > 0) {
      this.#choose((this.#at + step + this.#shown.length) % this.#shown.length);
    } else if (event.key === 'Enter') {
      this.#go(this.#at);
    } else if (event.key === 'Escape') {
      this.#close();
    } else {
      return;
    }
    event.preventDefault();
  }

  #slash(event: KeyboardEvent): void {
    const isTyping = (event.target as Element).closest('input:not([type=radio]), textarea, select');
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
    event.preventDefault();
    this.input.focus();
    this.input.select();
  }
}

/** Makes the search of the page work. */
export function startSearch(): void {
  const box = document.querySelector<HTMLElement>('.search');
  const input = box?.querySelector('input');
  const list = box?.querySelector('ul');
  const status = box?.querySelector<HTMLElement>('[role=status]');
  if (box && input && list && status) new Search(box, input, list, status).start();
}
