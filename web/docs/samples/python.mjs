// A sample for Python: the official SDK where it has the call, the standard library where it has not. Deliberately absent: what to do
// with errors, which the guides show.

const CLIENT = `import os

import stripe

stripe.api_key = os.environ["FLORIN_KEY"]
stripe.api_base = os.environ["FLORIN_URL"]
`;

/** How long a line may be before it is broken. */
const WIDTH = 76;

const variable = (name) => `os.environ["${name}"]`;

/** A value as source text, on one line if it fits. */
export function literal(value, indent = '') {
  if (typeof value === 'string') return value.startsWith('$') ? variable(value.slice(1)) : JSON.stringify(value);
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value !== 'object') return String(value);
  const inner = `${indent}    `;
  const isList = Array.isArray(value);
  const parts = isList ? value.map((one) => literal(one, inner)) :
    Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${literal(one, inner)}`);
  const [open, close] = isList ? '[]' : '{}';
  const short = `${open}${parts.join(', ')}${close}`;
  if (!short.includes('\n') && short.length + indent.length < WIDTH) return short;
  return `${open}\n${parts.map((part) => `${inner}${part},\n`).join('')}${indent}${close}`;
}

function withSdk(call, { ids = [], params = {} }, name) {
  const words = [...ids.map(variable), ...Object.entries(params).map(([key, value]) => `${key}=${literal(value, '    ')}`)];
  const short = `${name} = stripe.${call}(${words.join(', ')})`;
  const long = `${name} = stripe.${call}(\n${words.map((word) => `    ${word},\n`).join('')})`;
  const fits = !short.includes('\n') && short.length <= 88;
  return `${CLIENT}\n${fits ? short : long}\nprint(${name})\n`;
}

function withLibrary({ verb, path, places }, { ids = [], params = {} }, name) {
  const filled = places.reduce((so, place, at) => so.replace(`{${place}}`, `{os.environ['${ids[at]}']}`), path);
  const hasFields = Object.keys(params).length > 0;
  const isQuery = hasFields && verb === 'get';
  const lines = ['import json', 'import os', ...(hasFields ? ['import urllib.parse'] : []), 'import urllib.request', ''];
  if (hasFields) lines.push(`fields = urllib.parse.urlencode(${literal(params)})`);
  lines.push(
    'request = urllib.request.Request(',
    `    f"{os.environ['FLORIN_URL']}${filled}${isQuery ? '?{fields}' : ''}",`,
    ...(hasFields && !isQuery ? ['    data=fields.encode(),'] : []),
    ...(verb === 'get' ? [] : [`    method="${verb.toUpperCase()}",`]),
    `    headers={"Authorization": f"Bearer {os.environ['FLORIN_KEY']}"},`,
    ')',
    'with urllib.request.urlopen(request) as response:',
    `    ${name} = json.load(response)`,
    `print(${name})`,
  );
  return `${lines.join('\n')}\n`;
}

/** The text of the sample; `name` is what the answer is called in it. */
export function pythonSample(operation, example, words) {
  const name = words.join('_');
  return example.sdk ? withSdk(example.sdk[1], example, name) : withLibrary(operation, example, name);
}
