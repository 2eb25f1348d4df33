// What is made of the real contract and the real pages: nothing is missing, nothing leads nowhere. Deliberately absent: looks.

import { Window } from 'happy-dom';
import { describe, expect, test } from 'vitest';
import { readOperations } from '../samples/operations.mjs';
import { isAbout } from '../src/events.mjs';
import { parameterNames } from '../src/parameters.mjs';
import { groupOperations } from '../src/resources.mjs';
import { fileOf, makeSite, renderSite, sources } from '../src/site.mjs';

const REPOSITORY = new URL('../../..', import.meta.url).pathname;
/** The page that the server renders, and a name that only it can check. */
const SERVED = '/docs/errors';

const given = sources(REPOSITORY);
const site = makeSite(given);
const files = renderSite(site, { css: '/assets/a.css', js: '/assets/a.js', search: '/assets/a.json' });
const documents = new Map(files.map(({ file, text }) => {
  const window = new Window({ settings: { disableJavaScriptFileLoading: true, disableCSSFileLoading: true } });
  window.document.write(text.replace(/<(script|link)[^>]*>(<\/script>)?/g, ''));
  return [file, window.document];
}));
const all = (file, selector) => [...documents.get(file).querySelectorAll(selector)];
const operations = readOperations(given.contract);
const pageOf = ({ resource }) => `docs/api/${resource}.html`;

test('no link and no anchor leads nowhere', () => {
  const lost = [];
  for (const { file } of files) {
    const own = site.pages.find(({ url }) => fileOf(url) === file).url;
    for (const link of all(file, 'a')) {
      const href = link.getAttribute('href');
      if (/^https?:/.test(href)) continue;
      const [path, anchor] = href.split('#');
      const there = documents.get(fileOf(path || own));
      if (path !== SERVED && !(there && (!anchor || there.getElementById(decodeURIComponent(anchor))))) lost.push(`${file}: ${href}`);
    }
  }
  expect(lost).toEqual([]);
});

test('the search leads somewhere, too', () => {
  const lost = JSON.parse(site.index).filter(([, url]) => {
    const [path, anchor] = url.split('#');
    const there = documents.get(fileOf(path));
    return path !== SERVED && !(there && (!anchor || there.getElementById(anchor)));
  });
  expect(lost).toEqual([]);
});

test('ids are unique in a page', () => {
  for (const { file } of files) {
    const ids = all(file, '[id]').map(({ id }) => id);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at), file).toEqual([]);
    expect(ids.filter((id) => /\s/.test(id)), file).toEqual([]);
  }
});

test('nothing is inline, and nothing asks another host', () => {
  for (const { file, text } of files) {
    expect(text.match(/<style|<script(?! type="module" src="\/assets\/)|\sstyle="/g), file).toBeNull();
    expect(text.match(/(?:src|action|srcset)="(?!\/)/g), file).toBeNull();
    expect(all(file, '*').flatMap((one) => one.getAttributeNames()).filter((name) => name.startsWith('on')), file).toEqual([]);
  }
});

test('every page has one title of its own', () => {
  const titles = files.map(({ file }) => all(file, 'title')[0].textContent);
  expect(new Set(titles).size).toBe(titles.length);
  for (const { file } of files) expect(all(file, 'h1'), file).toHaveLength(1);
});

test('the navigation has every page, and so has the first page', () => {
  const linked = (selector) => new Set(all('docs/index.html', selector).map((link) => link.getAttribute('href')));
  const urls = site.pages.map(({ url }) => url).filter((url) => url !== '/docs');
  expect(urls.filter((url) => !linked('nav.site a').has(url) || !linked('main a').has(url))).toEqual([]);
});

describe('the API', () => {
  test('every operation has its place with a sample in three languages', () => {
    for (const operation of operations) {
      const section = documents.get(pageOf(operation)).getElementById(operation.anchor).closest('section');
      const labels = [...section.querySelectorAll('.tabs > label')].map(({ textContent }) => textContent);
      expect(labels, operation.id).toEqual(['curl', 'Node', 'Python']);
      expect([...section.querySelectorAll('.panel code')].every(({ textContent }) => textContent.length > 40), operation.id).toBe(true);
    }
    expect(operations.length).toBeGreaterThan(80);
  });

  test('every parameter stands on its page', () => {
    let names = 0;
    for (const operation of operations) {
      const section = documents.get(pageOf(operation)).getElementById(operation.anchor).closest('section');
      const shown = [...section.querySelectorAll('.parameters .name')].map(({ textContent }) => textContent);
      const wanted = parameterNames(operation.sent).map((name) => name.split('[').at(-1).replace(']', ''));
      names += wanted.length;
      expect([...shown].sort(), operation.id).toEqual(wanted.sort());
    }
    expect(names).toBeGreaterThan(1000);
  });

  test('every required parameter and every value says so', () => {
    for (const { sent, id, anchor, resource } of operations) {
      const document = documents.get(pageOf({ resource }));
      for (const name of sent.required ?? []) expect(document.getElementById(`${anchor}.${name}`).querySelector('.required'), `${id} ${name}`).not.toBeNull();
      for (const [name, { enum: values = [] }] of Object.entries(sent.properties ?? {})) {
        const text = document.getElementById(`${anchor}.${name}`).textContent;
        expect(values.filter((value) => !text.includes(value)), `${id} ${name}`).toEqual([]);
      }
    }
  });

  test('the object of every event is a resource', () => {
    const resources = groupOperations(operations);
    const lost = given.contract['x-florin-events'].filter(({ object }) => !resources.some((one) => isAbout(object, one)));
    expect(lost).toEqual([]);
  });

  test('every event and every code of the contract can be found', () => {
    const found = JSON.parse(site.index).map(([title]) => title);
    const { 'x-florin-events': events, 'x-florin-errors': errors } = given.contract;
    for (const { type } of events) {
      expect(documents.get('docs/events.html').getElementById(type), type).not.toBeNull();
      expect(found).toContain(type);
    }
    for (const { code } of errors) expect(found).toContain(code);
    expect(events.length).toBeGreaterThan(40);
    expect(errors.length).toBeGreaterThan(40);
  });
});
