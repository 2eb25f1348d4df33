// A sample for Node: the official SDK where it has the call, `fetch` where it has not. Deliberately absent: what to do with errors,
// which the guides show.

const CLIENT = `import Stripe from 'stripe';

const { protocol, hostname, port } = new URL(process.env.FLORIN_URL);
const stripe = new Stripe(process.env.FLORIN_KEY, { protocol: protocol.slice(0, -1), host: hostname, port });
`;

/** How long a line may be before it is broken. */
const WIDTH = 80;

const variable = (name) => `process.env.${name}`;
const key = (name) => (/^[A-Za-z_]\w*$/.test(name) ? name : `'${name}'`);

/** A value as source text, on one line if it fits. */
export function literal(value, indent = '') {
  if (typeof value === 'string') return value.startsWith('$') ? variable(value.slice(1)) : `'${value.replace(/['\\]/g, '\\$&')}'`;
  if (value === null || typeof value !== 'object') return String(value);
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const parts = (deep) => (isList ? value.map((one) => literal(one, deep)) :
    Object.entries(value).map(([name, one]) => `${key(name)}: ${literal(one, deep)}`));
  const [open, close, gap] = isList ? ['[', ']', ''] : ['{', '}', ' '];
  const short = `${open}${gap}${parts(inner).join(', ')}${gap}${close}`;
  if (!short.includes('\n') && short.length + indent.length < WIDTH) return short;
  return `${open}\n${parts(inner).map((part) => `${inner}${part},\n`).join('')}${indent}${close}`;
}

const isEmpty = (params) => Object.keys(params).length === 0;

/** The ids in the order of the path, then the parameters. */
function withSdk(call, { ids = [], params = {} }, name) {
  const words = ids.map(variable);
  if (!isEmpty(params)) words.push(literal(params));
  return `${CLIENT}\nconst ${name} = await stripe.${call}(${words.join(', ')});\nconsole.log(${name});\n`;
}

function withFetch({ verb, path, places }, { ids = [], params = {} }, name) {
  const filled = places.reduce((so, place, at) => so.replace(`{${place}}`, `\${${variable(ids[at])}}`), path);
  const lines = [];
  const options = [];
  let address = `\`\${process.env.FLORIN_URL}${filled}`;
  if (!isEmpty(params)) lines.push(`const fields = new URLSearchParams(${literal(params)});`);
  if (!isEmpty(params) && verb === 'get') address += '?${fields}';
  if (verb !== 'get') options.push(`method: '${verb.toUpperCase()}'`);
  if (verb !== 'get' && !isEmpty(params)) options.push('body: fields');
  const before = options.map((option) => `  ${option},\n`).join('');
  return `${lines.map((line) => `${line}\n`).join('')}const response = await fetch(${address}\`, {
${before}  headers: { authorization: \`Bearer \${process.env.FLORIN_KEY}\` },
});
const ${name} = await response.json();
console.log(${name});
`;
}

/** The text of the sample; `name` is what the answer is called in it. */
export function nodeSample(operation, example, words) {
  const name = words.map((word, at) => (at === 0 ? word : word[0].toUpperCase() + word.slice(1))).join('');
  return example.sdk ? withSdk(example.sdk[0], example, name) : withFetch(operation, example, name);
}
