// Samples of code: one block, or the same in several languages behind tabs that need no script. Deliberately absent: colours.

import { html } from './html.mjs';

const NAMES = { sh: 'Shell', js: 'Node', jsx: 'React', python: 'Python', html: 'HTML', json: 'JSON', yaml: 'YAML' };

/** One block. Its script gives it a button that copies. */
export function codeBlock(text, language) {
  return html`<pre tabindex="0"${NAMES[language] ? html` data-language="${NAMES[language]}"` : ''}><code>${text.replace(/\n$/, '')}</code></pre>
`;
}

/** The same in several languages; `name` is unique in the page. */
export function tabs(name, title, samples) {
  const inputs = samples.map(({ language, name: shown }, at) => {
    const id = `${name}-${language}`;
    const checked = at === 0 && html` checked`;
    return html`<input type="radio" name="${name}" id="${id}" value="${language}"${checked}><label for="${id}">${shown}</label>`;
  });
  const panels = samples.map(({ text }) => html`<div class="panel">${codeBlock(text, '')}</div>`);
  return html`<fieldset class="tabs"><legend class="unseen">${title}</legend>${inputs}${panels}</fieldset>
`;
}
