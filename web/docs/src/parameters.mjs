// Every parameter of an operation as nested lists: type, limits, values, and whether it acts. Deliberately absent: what a parameter means,
// where the contract has no description.

import { html } from './html.mjs';

/** More values than this are folded. */
const VALUES_MAX = 12;

const isHash = (schema) => Object.keys(schema.properties ?? {}).length > 0;

/** The schema whose members are shown: that of a hash, of the hashes in a list, or of the hash among several choices. */
export function inner(schema) {
  if (isHash(schema)) return schema;
  if (schema.items) return inner(schema.items);
  return (schema.anyOf ?? []).map(inner).find(Boolean) ?? null;
}

/** The type in words. */
export function typeText(schema) {
  if (schema.anyOf) return schema.anyOf.map(typeText).join(' or ');
  if (schema.type === 'array') return `list of ${plural(typeText(schema.items ?? {}))}`;
  if (schema.type === 'object') return schema.additionalProperties ? `hash of ${plural(typeText(schema.additionalProperties))}` : 'hash';
  if (schema.format === 'unix-time') return 'time in Unix seconds';
  return { string: 'text', integer: 'whole number', number: 'number', boolean: 'true or false' }[schema.type] ?? 'any';
}

const plural = (type) => ({ text: 'texts', hash: 'hashes', 'whole number': 'whole numbers', number: 'numbers' })[type] ?? type;

/** The limits of a value, or of the values of a list. */
export function limits(schema) {
  const isList = schema.type === 'array' && schema.items;
  const own = isList ? schema.items : schema;
  const each = isList ? 'each ' : '';
  const found = [];
  if (schema.minItems !== undefined) found.push(`at least ${schema.minItems} of them`);
  if (schema.maxItems !== undefined) found.push(`at most ${schema.maxItems} of them`);
  if (own.minimum !== undefined && own.maximum !== undefined) found.push(`${each}${own.minimum} to ${own.maximum}`);
  else if (own.minimum !== undefined) found.push(`${each}at least ${own.minimum}`);
  else if (own.maximum !== undefined) found.push(`${each}at most ${own.maximum}`);
  if (own.minLength !== undefined) found.push(`${each}at least ${own.minLength} characters`);
  if (own.maxLength !== undefined) found.push(`${each}up to ${own.maxLength} characters`);
  if (own.pattern !== undefined) found.push(`${each}of the form ${own.pattern}`);
  return found;
}

function values(schema) {
  const listed = schema.enum ?? schema.items?.enum;
  if (!listed) return null;
  const shown = listed.map((value, at) => html`${at > 0 ? ', ' : ''}<code>${value}</code>`);
  if (listed.length <= VALUES_MAX) return html`<span class="values">One of ${shown}</span>`;
  return html`<details class="values"><summary>One of ${listed.length} values</summary>${shown}</details>`;
}

function entry(name, schema, { path, isRequired, anchor, stored }) {
  const full = path ? `${path}[${name}]` : name;
  const isStored = stored.includes(full);
  const members = inner(schema);
  const facts = [
    html`<span class="type">${typeText(schema)}</span>`, isRequired && html` <span class="required">required</span>`,
    limits(schema).map((limit) => html` <span class="limit">${limit}</span>`), isStored && html` <span class="stored">stored only</span>`,
  ];
  const count = members && Object.keys(members.properties).length;
  return html`<li${path ? '' : html` id="${anchor}.${name}"`}><code class="name">${name}</code> ${facts}${schema.description && html`
<p>${schema.description}</p>`}${values(schema)}${members && html`
<details><summary>${count === 1 ? 'One member' : `${count} members`} of <code>${full}</code></summary>
${parameterList(members, { path: full, anchor, stored: isStored ? [] : stored })}</details>`}</li>
`;
}

/** The members of a schema, those that are required first. */
export function parameterList(schema, { path = '', anchor, stored }) {
  const required = schema.required ?? [];
  const names = Object.keys(schema.properties ?? {}).sort((a, b) => required.includes(b) - required.includes(a));
  return html`<ul class="parameters">
${names.map((name) => entry(name, schema.properties[name], { path, isRequired: required.includes(name), anchor, stored }))}</ul>
`;
}

/** The full names of all parameters, nested ones in brackets. */
export function parameterNames(schema, path = '') {
  return Object.entries(schema.properties ?? {}).flatMap(([name, one]) => {
    const full = path ? `${path}[${name}]` : name;
    const members = inner(one);
    return [full, ...(members ? parameterNames(members, full) : [])];
  });
}
