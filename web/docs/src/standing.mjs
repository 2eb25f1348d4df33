// What becomes of a parameter: served, stored or refused, as `docs/compatibility.md` lists it, which is generated from the code.
// Deliberately absent: judging it anew.

const KINDS = { served: 'served', echoed: 'stored', refused: 'refused' };

/** By `GET /v1/charges/:id`: the lists of names. */
export function readStanding(text) {
  const operations = new Map();
  let lists;
  for (const line of text.split('\n')) {
    const [, operation] = /^## ((?:GET|POST|DELETE) \/.*)$/.exec(line) ?? [];
    const [, kind, names] = /^- (served|echoed|refused): (.*)$/.exec(line) ?? [];
    if (operation) operations.set(operation, (lists = { served: [], stored: [], refused: [] }));
    if (lists && kind) lists[KINDS[kind]] = [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
  }
  return operations;
}

/** The lists of one operation of the contract. */
export function standingOf(operations, { verb, path }) {
  return operations.get(`${verb.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`) ?? { served: [], stored: [], refused: [] };
}
