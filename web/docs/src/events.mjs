// The page of all events that a webhook can tell. Deliberately absent: what their objects hold, which the pages of the API say.

import { html } from './html.mjs';

/** Whether a resource is what this object of an event belongs to. */
export function isAbout(object, { id }) {
  const word = object.replaceAll('.', '_');
  return id === word || id === `${word}s`;
}

function group(object, events, resources) {
  const resource = resources.find((one) => isAbout(object, one));
  const id = `object-${object.replaceAll('.', '-')}`;
  return html`<h2 id="${id}"><a class="anchor" href="#${id}">${object}</a></h2>
${resource && html`<p>The object: <a href="${resource.url}">${resource.name}</a>.</p>\n`}<ul class="events">
${events.map(({ type, text }) => html`<li id="${type}"><a class="anchor" href="#${type}"><code>${type}</code></a>${text && html` ${text}`}</li>\n`)}</ul>
`;
}

/** The page. */
export function eventsPage(events, resources) {
  const objects = [...new Set(events.map(({ object }) => object))];
  const groups = objects.map((object) => group(object, events.filter((one) => one.object === object), resources));
  const body = html`<h1>Events</h1>
<p class="lead">What webhooks tell, and <a href="/docs/api/events">the list of events</a> keeps. How to receive them:
<a href="/docs/guide/handle-webhooks">Handle webhooks</a>.</p>
<p>An event is an object of its own: <code>id</code>, <code>type</code>, <code>created</code>, and in <code>data.object</code> the object as it was in
that moment. Types that end in <code>.updated</code> also have <code>data.previous_attributes</code>.</p>
${groups}`;
  return {
    url: '/docs/events', title: 'Events', section: 'Events', body,
    headings: objects.map((object) => ({ id: `object-${object.replaceAll('.', '-')}`, text: object, depth: 2 })),
    search: events.map(({ type, object }) => ({
      title: type, url: `/docs/events#${type}`, place: 'Events', excerpt: `data.object: ${object}`, text: object,
    })),
  };
}
