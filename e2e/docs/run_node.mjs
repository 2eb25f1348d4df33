// Runs programs for Node, all of them in this one process: reads `[{ id, text, environment }]` and prints `{ id: { said, error } }`.
// `said` is what a program gave to `console.log` first. Deliberately absent: any change of the texts.

import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = mkdtempSync(join(tmpdir(), 'florin-samples-'));
// The programs find the packages of the Node suite.
symlinkSync(join(import.meta.dirname, '..', 'node', 'node_modules'), join(folder, 'node_modules'));

const print = console.log;
const results = {};
for (const [at, { id, text, environment }] of JSON.parse(readFileSync(0, 'utf8')).entries()) {
  const file = join(folder, `${at}.mjs`);
  writeFileSync(file, text);
  Object.assign(process.env, environment);
  const said = [];
  console.log = (value) => said.push(value);
  let error = null;
  try {
    await import(pathToFileURL(file));
  } catch (caught) {
    error = { code: caught.code ?? null, message: String(caught) };
  }
  results[id] = { said: said[0] ?? null, error };
}
rmSync(folder, { recursive: true });
print(JSON.stringify(results));
