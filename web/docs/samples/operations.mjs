// Reads the contract: every operation with its path, its resource, its anchor and its parameters. Deliberately absent: texts about them.

const VERBS = ['get', 'post', 'delete', 'put', 'patch'];
/** What an operation on a whole collection, or on one object of it, is called. */
const WHOLE = { get: 'list', post: 'create' };
const ONE = { get: 'retrieve', post: 'update', delete: 'delete' };
/** Older addresses stand on the page of what they are another address of. */
const HOMES = { '/v1/balance/history': 'balance_transactions' };
/** Where one object is all that there is. */
const SINGLE = ['/v1/account', '/v1/balance', '/v1/elements/sessions'];

const isPlace = (part) => part.startsWith('{');

/** The resource, as the name of its page, and the parts of the path behind it. */
function placeOf(path) {
  const parts = path.split('/').filter(Boolean);
  const at = parts.indexOf('v1');
  const rest = parts.slice(at + 1);
  const home = Object.entries(HOMES).find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`));
  if (home) return { resource: home[1], behind: ['history', ...rest.slice(2)] };
  const length = rest.findIndex(isPlace) === -1 ? rest.length : rest.findIndex(isPlace);
  const own = [...parts.slice(0, at), ...rest.slice(0, length)];
  return { resource: own.join('_'), behind: rest.slice(length) };
}

/** A short name that is unique on the page of the resource. */
function anchorOf(verb, path, behind) {
  const words = behind.filter((part) => !isPlace(part));
  const isOne = SINGLE.includes(path) || (behind.length > 0 && isPlace(behind.at(-1)));
  if (words.length === 0) return isOne ? ONE[verb] : WHOLE[verb];
  if (verb === 'post' && words.length === 1 && !words[0].endsWith('s')) return words[0];
  if (verb === 'post' && words[0] === 'verify_microdeposits') return words[0];
  return `${isOne ? ONE[verb] : WHOLE[verb]}_${words.join('_')}`;
}

/** The parameters that are sent, as one schema like that of a body. */
function sentOf(operation) {
  const body = operation.requestBody?.content?.['application/x-www-form-urlencoded']?.schema;
  if (body) return body;
  const query = (operation.parameters ?? []).filter((one) => one.in === 'query');
  const properties = Object.fromEntries(query.map((one) => [one.name, one.schema]));
  return { type: 'object', properties, required: query.filter((one) => one.required).map((one) => one.name) };
}

/** All operations, in the order of the contract. */
export function readOperations(contract) {
  return Object.entries(contract.paths).flatMap(([path, verbs]) =>
    VERBS.filter((verb) => verbs[verb]).map((verb) => {
      const { resource, behind } = placeOf(path);
      const places = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const sent = sentOf(verbs[verb]);
      return { id: verbs[verb].operationId, verb, path, resource, places, sent, anchor: anchorOf(verb, path, behind) };
    }));
}
