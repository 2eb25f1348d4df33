// The parts, on a small contract that tries to break them: escaping, links, anchors, standing. Deliberately absent: the real pages.

import { expect, test } from 'vitest';
import { slug } from '../src/anchors.mjs';
import { html, markup } from '../src/html.mjs';
import { renderMarkdown, target } from '../src/markdown.mjs';
import { limits, typeText } from '../src/parameters.mjs';
import { fileOf, makeSite, renderSite } from '../src/site.mjs';
import { readStanding } from '../src/standing.mjs';
import { contract, read } from './fixture.mjs';

const site = makeSite({ contract, read });
const pages = new Map(renderSite(site, { css: '/a.css', js: '/a.js', search: '/a.json' }).map(({ file, text }) => [file, text]));

test('pages lie where their addresses say', () => {
  expect([...pages.keys()]).toEqual([
    'docs/index.html', 'docs/guide/one.html', 'docs/two.html', 'docs/api.html', 'docs/api/refunds.html', 'docs/events.html',
  ]);
  expect(fileOf('/docs')).toBe('docs/index.html');
});

test('what comes from data is never markup', () => {
  for (const [file, text] of pages) expect(text.includes('<img'), file).toBe(false);
  expect(pages.get('docs/api/refunds.html')).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;');
  expect(pages.get('docs/guide/one.html')).toContain('&lt;img src=x');
  expect(pages.get('docs/guide/one.html')).not.toContain('run --');
  expect(html`<b title="${'"'}">${'<'}${[markup('<i>'), null, false, 0]}</b>`.text).toBe('<b title="&quot;">&lt;<i>0</b>');
});

test('links follow the pages, and what is not published is no link', () => {
  const one = pages.get('docs/guide/one.html');
  expect(one).toContain('<a href="/docs/two#a-part">two</a>');
  expect(one).toContain('<span class="elsewhere">three</span>');
  expect(one).toContain('<a href="https://far.example/" rel="noreferrer">far</a>');
  const published = new Map([['docs/operations.md', { url: '/docs/operations', title: 'Operations' }]]);
  expect(target('../operations.md#card-testing', 'docs/guide/x.md', published)).toBe('/docs/operations#card-testing');
  expect(target('#here', 'docs/guide/x.md', published)).toBe('#here');
  expect(target('../../SECURITY.md', 'docs/guide/x.md', published)).toBeNull();
});

test('a link that names its file says the title of the page', () => {
  const published = new Map([['docs/two.md', { url: '/docs/two', title: 'Two & more' }]]);
  const { body } = renderMarkdown('[two.md](two.md#a) [a two](two.md) [three.md](three.md)', { source: 'docs/x.md' }, published);
  expect(body).toBe('<p><a href="/docs/two#a">Two &amp; more</a> <a href="/docs/two">a two</a> <span class="elsewhere">three.md</span></p>\n');
});

test('a link that would run something is none', () => {
  const { body } = renderMarkdown('[a](javascript:alert(1))', { source: 'docs/x.md' }, new Map());
  expect(body).not.toContain('href');
});

test.each([
  ['What is told', 'what-is-told'], ['1. Card fields in your page', '1-card-fields-in-your-page'], ['3-D Secure', '3-d-secure'],
  ['Files, logs & `x_y`', 'files-logs--x_y'], ['Is it well?', 'is-it-well'], ['Größe', 'größe'],
])('the anchor of %s is that of GitHub', (text, anchor) => {
  expect(slug(text)).toBe(anchor);
});

test('a heading that comes twice has two anchors', () => {
  expect(pages.get('docs/two.html')).toContain('id="a-part"');
  expect(pages.get('docs/two.html')).toContain('id="a-part-1"');
  expect(pages.get('docs/two.html')).toContain('echo &quot;&lt;b&gt;&quot;');
});

test('types and limits in words', () => {
  expect(typeText({ type: 'array', items: { type: 'string', maxLength: 5 } })).toBe('list of texts');
  expect(typeText({ anyOf: [{ type: 'integer' }, { type: 'object', properties: {} }] })).toBe('whole number or hash');
  expect(typeText({ type: 'object', additionalProperties: { type: 'string' } })).toBe('hash of texts');
  expect(limits({ type: 'integer', minimum: 1, maximum: 99 })).toEqual(['1 to 99']);
  expect(limits({ type: 'array', items: { type: 'string', maxLength: 5 } })).toEqual(['each up to 5 characters']);
});

test('a parameter says whether it acts', () => {
  expect(readStanding(read('compatibility.md')).get('POST /v1/refunds')).toEqual({
    served: ['amount'], stored: ['shipping'], refused: ['instructions_email', 'origin'],
  });
  const page = pages.get('docs/api/refunds.html');
  expect(page.match(/stored only/g)).toHaveLength(1);
  expect(page).toContain('2 more parameters of the format');
});

test('events lead to their resource and back, codes to the page of the server', () => {
  expect(pages.get('docs/events.html')).toMatch(/id="object-refund"[^]*href="\/docs\/api\/refunds"[^]*id="refund.created"/);
  expect(pages.get('docs/api/refunds.html')).toContain('href="/docs/events#refund.created"');
  const urls = JSON.parse(site.index).map(([title, url]) => [title, url]);
  expect(urls).toContainEqual(['amount_too_small', '/docs/errors#amount_too_small']);
  expect(urls).toContainEqual(['lost_card', '/docs/errors#decline-lost_card']);
});
