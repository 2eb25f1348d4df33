// Builds what a browser loads: each entry alone, minified, named after its content, with `.br` and `.gz` beside it, and a manifest.
//
// The same sources give the same bytes: nothing here knows the time, the machine or the order in which files were made.
// Deliberately absent: HTML of payments. Those pages and the frames are rendered by the server; only the documentation is made here.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { makeSite, renderSite, sources } from './docs/src/site.mjs';

const ROOT = import.meta.dirname;
const DIST = join(ROOT, 'dist');
const TARGETS = ['es2022', 'chrome109', 'firefox115', 'safari16.4'];

/** Logical name, entry, and the beginning of the file's name. All are modules, except for florin.js, which is a plain script. */
const ENTRIES = [
  { name: 'sdk.js', entry: 'sdk/src/florin.ts', stem: 'florin', format: 'iife' },
  { name: 'field.js', entry: 'frames/src/field.ts', stem: 'field', format: 'esm' },
  { name: 'controller.js', entry: 'frames/src/controller.ts', stem: 'controller', format: 'esm' },
  { name: 'return.js', entry: 'frames/src/return.ts', stem: 'return', format: 'esm' },
  { name: 'payform.js', entry: 'payform/src/main.tsx', stem: 'payform', format: 'esm' },
  { name: 'docs.js', entry: 'docs/browser/docs.ts', stem: 'docs', format: 'esm' },
];

/** What the scripts of a shop's page, of its frames and of the payform may weigh, in bytes of gzip. */
const BUDGETS = { 'sdk.js': 12_000, 'field.js': 30_720, 'controller.js': 4_096, 'payform.js': 31_744 };

const hashOf = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** Writes a file with its compressed forms; gives what the manifest says about it. */
function put(file, bytes) {
  const brotli = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  const gzip = gzipSync(bytes, { level: 9 });
  // Byte 9 of a gzip header names the system that made it.
  gzip[9] = 255;
  mkdirSync(dirname(join(DIST, file)), { recursive: true });
  writeFileSync(join(DIST, file), bytes);
  writeFileSync(join(DIST, `${file}.br`), brotli);
  writeFileSync(join(DIST, `${file}.gz`), gzip);
  const integrity = `sha384-${createHash('sha384').update(bytes).digest('base64')}`;
  return { file, bytes: bytes.length, gzip: gzip.length, brotli: brotli.length, integrity };
}

/** What esbuild makes of one entry: its script, its style, and the chunks that it loads later. */
async function bundle({ entry, stem, format }) {
  const result = await build({
    absWorkingDir: ROOT,
    entryPoints: { [stem]: entry },
    outdir: 'dist',
    bundle: true,
    format,
    splitting: format === 'esm',
    minify: true,
    target: TARGETS,
    charset: 'utf8',
    legalComments: 'none',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    define: { 'process.env.NODE_ENV': '"production"' },
    chunkNames: 'chunk-[name]-[hash]',
    entryNames: '[name]',
    assetNames: 'asset-[name]-[hash]',
    write: false,
    logLevel: 'warning',
  });
  return result.outputFiles.map((file) => ({ name: relative(DIST, file.path), bytes: Buffer.from(file.contents) }));
}

/** The documentation: pages under the names that their addresses have, and the index of the search. */
function putDocs(manifest) {
  const site = makeSite(sources(join(ROOT, '..')));
  const index = Buffer.from(site.index);
  manifest['docs-search.json'] = put(`docs-search-${hashOf(index)}.json`, index);
  const address = (name) => `/assets/${manifest[name].file}`;
  const assets = { css: address('docs.css'), js: address('docs.js'), search: address('docs-search.json') };
  for (const { file, text } of renderSite(site, assets)) manifest[file] = put(file, Buffer.from(text));
}

async function main() {
  rmSync(DIST, { recursive: true, force: true });
  mkdirSync(DIST, { recursive: true });
  const manifest = {};
  for (const entry of ENTRIES) {
    if (!existsSync(join(ROOT, entry.entry))) {
      console.warn(`build: ${entry.entry} is not there, so there is no ${entry.name}`);
      continue;
    }
    for (const { name, bytes } of await bundle(entry)) {
      const isEntry = basename(name, extname(name)) === entry.stem;
      const file = isEntry ? `${entry.stem}-${hashOf(bytes)}${extname(name)}` : name;
      const logical = isEntry ? entry.name.replace(/\.js$/, extname(name)) : name;
      manifest[logical] = put(file, bytes);
    }
  }
  putDocs(manifest);
  const sorted = Object.fromEntries(Object.entries(manifest).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(join(DIST, 'manifest.json'), `${JSON.stringify(sorted, null, 2)}\n`);
  for (const [name, { gzip, brotli }] of Object.entries(sorted)) {
    if (!/^chunk-|\.html$/.test(name)) console.log(`${name.padEnd(16)} ${String(gzip).padStart(7)} gz ${String(brotli).padStart(7)} br`);
  }
  const heavy = Object.entries(BUDGETS).filter(([name, most]) => sorted[name]?.gzip > most);
  if (heavy.length > 0) throw new Error(`over its budget: ${heavy.map(([name, most]) => `${name}, ${sorted[name].gzip} of ${most}`).join('; ')}`);
  console.log(`${readdirSync(DIST).length} files, ${readFileSync(join(DIST, 'manifest.json')).length} bytes of manifest`);
}

await main();
