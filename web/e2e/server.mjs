// The installation under test: the real binary, and a shop on another site.
//
// Address and keys are what the binary prints when it starts; the system chooses its port. The shop is `localhost`, the server
// `127.0.0.1`: to a browser these are two sites. Deliberately absent: anything between the browser and the server.

import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { startShop } from './shop.mjs';

const STARTED_WITHIN_MS = 60_000;
const STOPPED_WITHIN_MS = 20_000;
const BUILT = ['release', 'debug'].map((profile) => join(import.meta.dirname, '..', '..', 'target', profile, 'florin'));
/** Whole lines, so that half an address is never taken for one. */
const GREETING = { url: /^Florin sandbox on (http:\/\/\S+).*\n/m, secret: /secret key +(\S+)\n/, publishable: /publishable key +(\S+)\n/ };

function binary() {
  const [newest] = BUILT.filter(existsSync).sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  const path = process.env.FLORIN_BIN || newest;
  if (!path) throw new Error('FLORIN_BIN has to name the binary, or it has to be built');
  return path;
}

/** Starts the binary; resolves with what it says once it is ready. */
function startFlorin() {
  const program = spawn(binary(), ['dev', '--ephemeral', '--port', '0', '--log', 'warn'], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => reject(new Error(`the server is not ready: ${said}`)), STARTED_WITHIN_MS);
    program.on('error', reject);
    program.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
    program.stdout.on('data', (chunk) => {
      said += chunk;
      if (!said.includes('Ready in')) return;
      clearTimeout(timer);
      const found = Object.entries(GREETING).map(([name, pattern]) => [name, pattern.exec(said)?.[1]]);
      const missing = found.filter(([, value]) => !value).map(([name]) => name);
      if (missing.length > 0) reject(new Error(`the server does not say its ${missing}: ${said}`));
      else resolve({ program, ...Object.fromEntries(found) });
    });
  });
}

/** Ends the binary as an operator would. */
function stopFlorin(program) {
  program.removeAllListeners('exit');
  const ended = new Promise((resolve) => program.once('exit', resolve));
  const timer = setTimeout(() => program.kill('SIGKILL'), STOPPED_WITHIN_MS);
  program.kill('SIGTERM');
  return ended.finally(() => clearTimeout(timer));
}

/** `{ a: [{ b: 1 }] }` as `a[0][b]=1`. */
export function encode(value, name = '', out = new URLSearchParams()) {
  if (value === null || value === undefined) return out;
  if (typeof value !== 'object') out.append(name, String(value));
  else for (const [key, inner] of Object.entries(value)) encode(inner, name ? `${name}[${key}]` : key, out);
  return out;
}

/** A merchant's server: asks with GET, sends with POST; an error is thrown. */
function merchant({ url, secret }) {
  return async (path, fields) => {
    const headers = { authorization: `Bearer ${secret}` };
    const answer = await fetch(url + path, fields ? { method: 'POST', headers, body: encode(fields) } : { headers });
    const body = await answer.json();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${JSON.stringify(body)}`);
    return body;
  };
}

/** Starts everything: `pay` and `shop` are origins, `publishableKey` is what the shop shows, `api` is the merchant's. */
export async function startInstallation() {
  const florin = await startFlorin();
  const api = merchant(florin);
  const shop = await startShop({ pay: florin.url, api, publishableKey: florin.publishable });
  const stop = async () => {
    shop.server.close();
    shop.server.closeAllConnections();
    await stopFlorin(florin.program);
  };
  return { pay: florin.url, shop: shop.url, publishableKey: florin.publishable, api, stop };
}
