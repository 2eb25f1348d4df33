// The samples: every operation has one, none is made of a row that nobody needs, and the texts are quoted rightly. Running them is done
// by `e2e/docs`.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { curlSample, pairsOf } from '../samples/curl.mjs';
import { examples, objects } from '../samples/examples.mjs';
import { literal as nodeLiteral } from '../samples/node.mjs';
import { readOperations } from '../samples/operations.mjs';
import { literal as pythonLiteral } from '../samples/python.mjs';
import { allSamples, samplesOf } from '../samples/samples.mjs';
import { parameterNames } from '../src/parameters.mjs';

const contract = JSON.parse(readFileSync(new URL('../../../openapi/florin.json', import.meta.url), 'utf8'));
const operations = readOperations(contract);

test('every operation has an example, and every example an operation', () => {
  const ids = operations.map(({ id }) => id);
  expect(ids.filter((id) => !examples[id])).toEqual([]);
  expect(Object.keys(examples).filter((id) => !ids.includes(id))).toEqual([]);
  expect(() => samplesOf({ ...operations[0], id: 'get_v1_nothing' })).toThrow(/add a row/);
});

test('every operation has a place of its own', () => {
  const places = operations.map(({ resource, anchor }) => `${resource}#${anchor}`);
  expect(places.filter((place, at) => places.indexOf(place) !== at)).toEqual([]);
});

test('examples send what the contract knows', () => {
  for (const { id, sent } of operations) {
    const known = parameterNames(sent);
    const isHash = (name) => sent.properties?.[name]?.additionalProperties !== undefined;
    const used = pairsOf(examples[id].params ?? {}).map(([name]) => name.replace(/\[\d*\]/g, ''));
    expect(used.filter((name) => !known.includes(name) && !isHash(name.split('[')[0])), id).toEqual([]);
    expect((sent.required ?? []).filter((name) => !(name in (examples[id].params ?? {}))), id).toEqual([]);
  }
});

test('examples need what can be made, and say what to expect', () => {
  for (const [id, { needs = {}, ids = [], expect: expected, refused }] of Object.entries(examples)) {
    expect(Object.values(needs).map((need) => [need].flat()[0]).filter((name) => !objects[name]), id).toEqual([]);
    expect(ids.filter((name) => !needs[name]), id).toEqual([]);
    expect(Boolean(expected) !== Boolean(refused), id).toBe(true);
  }
});

test('a sample of curl is quoted for the shell', () => {
  const operation = { verb: 'post', path: '/v1/charges/{id}/capture', places: ['id'] };
  expect(curlSample(operation, { ids: ['CHARGE'], params: { text: 'two words', metadata: { a: '1' }, list: ['x', 'y'], of: '$ID' } })).toBe(
    'curl "$FLORIN_URL/v1/charges/$CHARGE/capture" \\\n  -u "$FLORIN_KEY:" \\\n  -d "text=two words" \\\n  -d "metadata[a]=1" \\\n' +
    '  -d "list[]=x" \\\n  -d "list[]=y" \\\n  -d "of=$ID"\n',
  );
  expect(() => curlSample(operation, { ids: ['CHARGE'], params: { text: 'a&b' } })).toThrow(/cannot say/);
  expect(() => curlSample(operation, { ids: ['CHARGE'], params: { text: '`id`' } })).toThrow(/cannot say/);
});

test('values are literals of their language', () => {
  const value = { a: "it's", b: [true, null, 1], 'c-d': '$ID' };
  expect(nodeLiteral(value)).toBe("{ a: 'it\\'s', b: [true, null, 1], 'c-d': process.env.ID }");
  expect(pythonLiteral(value)).toBe('{"a": "it\'s", "b": [True, None, 1], "c-d": os.environ["ID"]}');
});

test('the program prints all samples', () => {
  const { samples } = allSamples(contract);
  expect(samples).toHaveLength(operations.length);
  expect(samples.every(({ texts }) => Object.keys(texts).join() === 'curl,node,python')).toBe(true);
});
