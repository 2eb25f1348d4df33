// The samples of every operation in three languages. As a program it prints all of them as JSON, for the suite that runs them; it needs
// no package for that. Deliberately absent: running them (`e2e/docs`).

import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { curlSample } from './curl.mjs';
import { examples, objects } from './examples.mjs';
import { nodeSample } from './node.mjs';
import { readOperations } from './operations.mjs';
import { pythonSample } from './python.mjs';

export const LANGUAGES = [
  { id: 'curl', name: 'curl', make: curlSample },
  { id: 'node', name: 'Node', make: nodeSample },
  { id: 'python', name: 'Python', make: pythonSample },
];

/** What the answer is called in a sample: the object, or what is listed. */
function wordsOf({ resource, anchor }, example) {
  const object = example.expect?.object ?? '';
  if (object === 'list') return (anchor.startsWith('list_') ? anchor.slice(5) : resource).split('_');
  if (!object) return ['answer'];
  return object.split('.').at(-1).split('_');
}

/** The samples of one operation; the table has to have it. */
export function samplesOf(operation) {
  const example = examples[operation.id];
  if (!example) throw new Error(`${operation.id} has no example: add a row to web/docs/samples`);
  if ((example.ids ?? []).length !== operation.places.length) throw new Error(`${operation.id}: the path has ${operation.places.length} places`);
  const words = wordsOf(operation, example);
  return LANGUAGES.map(({ id, name, make }) => ({ language: id, name, text: make(operation, example, words) }));
}

/** Everything that the suite wants to know. */
export function allSamples(contract) {
  const operations = readOperations(contract);
  const samples = operations.map((operation) => {
    const { needs = {}, isFresh = false, expect = null, refused = null } = examples[operation.id];
    return { id: operation.id, needs, isFresh, expect, refused, texts: Object.fromEntries(samplesOf(operation).map((one) => [one.language, one.text])) };
  });
  return { samples, objects };
}

if (process.argv[1] && realpathSync(process.argv[1]) === import.meta.filename) {
  const contract = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', '..', 'openapi', 'florin.json'), 'utf8'));
  process.stdout.write(JSON.stringify(allSamples(contract)));
}
