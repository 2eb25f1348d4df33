// The buyer's part of 3-D Secure: opens the page of a `redirect_to_url` action, reads its forms,
// and submits the one that can send `result=succeeded` or `result=failed`.

import assert from 'node:assert/strict';

const ENTITIES = { amp: '&', quot: '"', lt: '<', gt: '>', '#39': "'", '#x27': "'", '#34': '"' };

function attributes(text) {
  const found = {};
  for (const [, name, double, single, bare] of text.matchAll(/([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/g)) {
    const raw = double ?? single ?? bare;
    found[name.toLowerCase()] = raw.replace(/&([#\w]+);/g, (whole, entity) => ENTITIES[entity] ?? whole);
  }
  return found;
}

function forms(html) {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(([, head, body]) => {
    const form = { ...attributes(head), fields: {}, choices: [] };
    for (const [, tag, rest] of body.matchAll(/<(input|button)\b([^>]*)>/gi)) {
      const { name, value = '', type = tag.toLowerCase() === 'button' ? 'submit' : 'text' } = attributes(rest);
      if (!name) continue;
      if (type === 'submit' || type === 'radio') form.choices.push([name, value]);
      else form.fields[name] = value;
    }
    return form;
  });
}

function submission(html, result) {
  for (const form of forms(html)) {
    if (form.fields.result === result) return [form, form.fields];
    if (form.choices.some(([name, value]) => name === 'result' && value === result)) {
      return [form, { ...form.fields, result }];
    }
  }
  return assert.fail(`no form can send result=${result}`);
}

/** Chooses `result` on the page, with `more` fields; gives the response, and follows it nowhere. */
export async function choose(url, result, more = {}) {
  const page = await fetch(url, { redirect: 'manual' });
  const html = await page.text();
  assert.equal(page.status, 200, html.slice(0, 400));
  assert.match(page.headers.get('content-type'), /^text\/html/);
  assert.match(html, /simulat/i, 'the page does not say that it is a simulation');
  const [form, fields] = submission(html, result);
  assert.equal(form.method?.toLowerCase(), 'post');
  return fetch(new URL(form.action ?? '', url), {
    method: 'POST', body: new URLSearchParams({ ...fields, ...more }), redirect: 'manual',
  });
}

/** Chooses `result` on the page; returns the address that it sends the buyer back to. */
export async function answer(url, result) {
  const done = await choose(url, result);
  assert.ok([302, 303].includes(done.status), `status ${done.status}: ${(await done.text()).slice(0, 400)}`);
  return new URL(done.headers.get('location'));
}
