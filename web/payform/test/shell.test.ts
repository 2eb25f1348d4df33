// @vitest-environment happy-dom
// @vitest-environment-options { "settings": { "handleDisabledFileLoadingAsSuccess": true } }
// The sample pages of the shell: what the script relies on is there, and a strict policy allows all of it.
// Deliberately absent: the server's own rendering, which its tests compare with shell.md.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { State } from '../src/state';
import { mount } from './mounted';

const FOLDER = join(import.meta.dirname, '..');
const STYLES = readdirSync(join(FOLDER, 'src/styles')).map((name) => readFileSync(join(FOLDER, 'src/styles', name), 'utf8')).join('\n');
const SAMPLES = ['card', 'shipping', 'setup', 'complete', 'expired'];

function sample(name: string): Document {
  const html = readFileSync(join(FOLDER, 'test', `shell-${name}.html`), 'utf8');
  return new DOMParser().parseFromString(html, 'text/html');
}

const stateIn = (page: Document) => JSON.parse(page.getElementById('florin-page')?.textContent ?? '') as State;

describe.each(SAMPLES)('the sample %s', (name) => {
  const page = sample(name);

  it('holds a place, a state, one script and one style sheet', () => {
    expect(page.querySelector('main#florin')).not.toBe(null);
    expect(stateIn(page).id).toMatch(/^cs_test_/);
    expect([...page.querySelectorAll('script[src]')].map((script) => script.getAttribute('type'))).toEqual(['module']);
    expect(page.querySelectorAll('link[rel=stylesheet]')).toHaveLength(1);
  });

  it('needs nothing that the policy forbids', () => {
    expect(page.querySelectorAll('[style], style, script:not([src]):not([type="application/json"])')).toHaveLength(0);
    for (const element of page.querySelectorAll('*')) {
      expect([...element.attributes].filter(({ name: attribute }) => attribute.startsWith('on'))).toEqual([]);
    }
    for (const element of page.querySelectorAll('[src], link[href]')) {
      expect(element.getAttribute('src') ?? element.getAttribute('href')).toMatch(/^\/[^/]/);
    }
  });

  it('uses only classes that the styles know', () => {
    const classes = new Set([...page.querySelectorAll('[class]')].flatMap((element) => [...element.classList]));
    expect([...classes].filter((one) => !STYLES.includes(`.${one}`))).toEqual([]);
  });

  it('is taken over into a page without inline styles and with labels on every control', async () => {
    const { all } = await mount(stateIn(page));
    expect(all('[style]')).toEqual([]);
    const unnamed = all('input, select').filter((control) => !control.closest('label') && !all(`label[for="${control.id}"]`).length);
    expect(unnamed.map((control) => control.outerHTML)).toEqual([]);
  });
});

describe('the form of the shell', () => {
  it.each(['card', 'setup'])('in %s pays without the script', (name) => {
    const page = sample(name);
    const form = page.querySelector('form')!;
    expect([form.getAttribute('method'), form.getAttribute('action')]).toEqual(['post', `/c/pay/${stateIn(page).id}`]);
    const names = [...form.querySelectorAll('input')].map((input) => input.name);
    const email = stateIn(page).collect.email === 'required' ? ['email'] : [];
    expect(names).toEqual(['attempt', 'expected_amount', ...email, 'number', 'exp', 'cvc', 'name']);
  });

  it('is not there when nothing can be paid, or more is asked for than it has', () => {
    for (const name of ['complete', 'expired', 'shipping']) expect(sample(name).querySelector('form')).toBe(null);
    expect(sample('shipping').querySelector('noscript .notice')).not.toBe(null);
  });
});
