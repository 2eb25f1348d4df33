// The pages of the API: one for each resource, and the list of all. Deliberately absent: the members of answers, which the contract does
// not list yet.

import { examples } from '../samples/examples.mjs';
import { samplesOf } from '../samples/samples.mjs';
import { tabs } from './code.mjs';
import { isAbout } from './events.mjs';
import { html } from './html.mjs';
import { parameterList, parameterNames } from './parameters.mjs';
import { standingOf } from './standing.mjs';

const titleOf = (operation) => examples[operation.id].title;

/** Method and path. */
const route = ({ verb, path }) => html`<code class="route"><span class="verb">${verb.toUpperCase()}</span> ${path}</code>`;

function answerOf(operation) {
  const { expect, refused } = examples[operation.id];
  if (refused) {
    const code = refused.code ? html` with <a href="/docs/errors#${refused.code}"><code>${refused.code}</code></a>` : '';
    return html`<p class="note"><strong>Refused today</strong>${code}. ${refused.why}</p>\n`;
  }
  if (expect.deleted) return html`<p>Answers the id and <code>deleted</code>.</p>\n`;
  return html`<p>Answers ${expect.object === 'list' ? 'a list' : html`the object, <code>${expect.object}</code>`}.</p>\n`;
}

/** What the places of a path stand for. */
function placesOf({ places }) {
  if (places.length === 0) return null;
  return html`<p>In the path: ${places.map((name, at) => html`${at > 0 ? ', ' : ''}<code>${name}</code>`)}.</p>\n`;
}

function refusedOf({ refused }) {
  if (refused.length === 0) return null;
  return html`<details class="refused"><summary>${refused.length} more parameters of the format, which are refused by name</summary>
<p>${refused.map((name, at) => html`${at > 0 ? ', ' : ''}<code>${name}</code>`)}</p></details>\n`;
}

function operationPart(operation, standing) {
  const { anchor, sent } = operation;
  const lists = standingOf(standing, operation);
  const hasSome = Object.keys(sent.properties ?? {}).length > 0;
  const parameters = hasSome ? html`<h3 id="${anchor}-parameters">Parameters</h3>
${parameterList(sent, { anchor, stored: lists.stored })}` : html`<p>No parameters.</p>\n`;
  const samples = tabs(`sample-${anchor}`, `Sample: ${titleOf(operation)}`, samplesOf(operation));
  return html`<section class="operation" aria-labelledby="${anchor}">
<h2 id="${anchor}"><a class="anchor" href="#${anchor}">${titleOf(operation)}</a></h2>
<p>${route(operation)}</p>
${answerOf(operation)}${placesOf(operation)}${samples}${parameters}${refusedOf(lists)}</section>
`;
}

/** The events whose object this is. */
function eventsOf(resource, events) {
  const own = events.filter(({ object }) => isAbout(object, resource));
  if (own.length === 0) return null;
  return html`<p>Events: ${own.map(({ type }, at) => html`${at > 0 ? ', ' : ''}<a href="/docs/events#${type}"><code>${type}</code></a>`)}.</p>\n`;
}

/** The page of one resource. */
export function resourcePage(resource, { standing, events }) {
  const { name, text, guide, operations, url } = resource;
  const body = html`<h1>${name}</h1>
<p class="lead">${text}${guide && html` Guide: <a href="${guide[1]}">${guide[0]}</a>.`}</p>
${eventsOf(resource, events)}<ul class="routes">
${operations.map((operation) => html`<li><a href="#${operation.anchor}">${titleOf(operation)}</a> ${route(operation)}</li>\n`)}</ul>
${operations.map((operation) => operationPart(operation, standing))}`;
  const headings = operations.map((operation) => ({ id: operation.anchor, text: titleOf(operation), depth: 2 }));
  const search = operations.map((operation) => ({
    title: titleOf(operation), url: `${url}#${operation.anchor}`, place: name, excerpt: `${operation.verb.toUpperCase()} ${operation.path}`,
    text: `${operation.path} ${parameterNames(operation.sent).join(' ')}`,
  }));
  return { url, title: name, section: 'API', body, headings, search };
}

const GENERAL = html`<h1>API</h1>
<p class="lead">The Stripe v1 wire format: form fields in, JSON out. Whatever is not on these pages answers 404 or is refused by name.</p>
<h2 id="requests"><a class="anchor" href="#requests">Requests</a></h2>
<ul>
<li>The key goes in <code>Authorization: Bearer</code>, or as the user name of basic authentication, as <code>curl -u</code> sends it. Secret keys
stay on your server.</li>
<li>Bodies are forms, nested names in brackets: <code>metadata[order_id]=6735</code>. JSON with the same names is taken, too.</li>
<li>Amounts are whole numbers in the smallest unit of the currency: 4900 is 49.00 euros.</li>
<li><code>Idempotency-Key</code> makes a request that is sent twice do its work once. Use one for every <code>POST</code> that moves money.</li>
<li><code>Stripe-Version</code> chooses the version of the answer.</li>
<li>A parameter that says <span class="stored">stored only</span> is checked, stored and answered, and changes nothing else. The others act.</li>
</ul>
<h2 id="answers"><a class="anchor" href="#answers">Answers</a></h2>
<ul>
<li>An error has <code>error</code> with <code>type</code>, <code>message</code> and mostly a <code>code</code>: <a href="/docs/errors">all codes</a>.</li>
<li>A list has <code>data</code> and <code>has_more</code>. <code>limit</code> is 1 to 100; go on with <code>starting_after</code> or back with
<code>ending_before</code>, each with the id of an object.</li>
<li><code>expand[]</code> puts an object in the place of its id: <code>expand[]=latest_charge</code>.</li>
</ul>
<h2 id="samples"><a class="anchor" href="#samples">Samples</a></h2>
<p>Each sample is a whole program. It takes the address of your Florin from <code>FLORIN_URL</code>, the secret key from <code>FLORIN_KEY</code>, and the
ids of objects from variables named like them. The tests of Florin run every one of them.</p>
`;

/** The list of all operations, with what holds for all of them. */
export function overviewPage(resources) {
  const groups = [...new Set(resources.map(({ group }) => group))];
  const id = (group) => group.toLowerCase().replaceAll(' ', '-');
  const row = (resource) => html`<h3 id="${resource.id}"><a href="${resource.url}">${resource.name}</a></h3>
<p>${resource.text}</p>
<ul class="routes">
${resource.operations.map((one) => html`<li><a href="${resource.url}#${one.anchor}">${titleOf(one)}</a> ${route(one)}</li>\n`)}</ul>
`;
  const body = html`${GENERAL}${groups.map((group) => html`<h2 id="${id(group)}"><a class="anchor" href="#${id(group)}">${group}</a></h2>
${resources.filter((one) => one.group === group).map(row)}`)}`;
  const headings = [['requests', 'Requests'], ['answers', 'Answers'], ['samples', 'Samples'], ...groups.map((group) => [id(group), group])];
  return {
    url: '/docs/api', title: 'API', section: 'API', body, headings: headings.map(([anchor, text]) => ({ id: anchor, text, depth: 2 })),
    search: [{ title: 'API: requests, answers, lists, errors', url: '/docs/api', place: 'API', excerpt: 'Keys, forms, idempotency, pagination, expanding',
      text: 'authorization bearer basic authentication form json idempotency key stripe version pagination limit starting_after expand' }],
  };
}
