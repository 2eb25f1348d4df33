// The examples of this checkout as a developer starts them: one command in their folder, against the server of the test, on a port and
// with a folder of data of their own. Deliberately absent: what the examples need installed, which `shops/install.mjs` and `e2e/run.py` do.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const PYTHON = join(ROOT, '.cache', 'e2e', 'python', 'bin', 'python');
const STARTED_WITHIN_MS = 60_000;

/** The interpreter that the black-box suites made; it has the official SDK. */
export function python() {
  if (existsSync(PYTHON)) return PYTHON;
  throw new Error(`${PYTHON} is not there; python3 e2e/run.py --setup-only makes it`);
}

/** A port that was free a moment ago. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Resolves with the address that the program says, once it is open. */
function opened(program) {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => fail('is not open'), STARTED_WITHIN_MS);
    const fail = (why) => {
      clearTimeout(timer);
      reject(new Error(`the example ${why}: ${said}`));
    };
    program.once('error', (error) => fail(error.message));
    program.once('close', (code) => fail(`ended with ${code}`));
    program.stdout.on('data', (chunk) => {
      said += chunk;
      const [, url] = /is open: (http\S+)\n/.exec(said) ?? [];
      if (!url) return;
      clearTimeout(timer);
      resolve(url);
    });
  });
}

/** Starts an example; what it may know besides is in `more`. */
export async function startExample(pay, name, [command, ...words], more = {}) {
  const data = mkdtempSync(join(tmpdir(), `florin-${name}-`));
  const env = { ...process.env, PORT: String(await freePort()), FLORIN_URL: pay, SHOP_DATA: data, COURSE_DATA: data, ...more };
  // A group of its own: `npm start` has children, and all of them have to end.
  const program = spawn(command, words, { cwd: join(ROOT, 'examples', name), env, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const isOver = () => program.exitCode !== null || program.signalCode !== null;
  const end = () => isOver() || process.kill(-program.pid, 'SIGTERM');
  process.once('exit', end);
  const stop = async () => {
    process.off('exit', end);
    program.removeAllListeners('close');
    const closed = once(program, 'close');
    if (!isOver()) await Promise.all([closed, end()]);
    rmSync(data, { recursive: true });
  };
  const url = await opened(program).catch(async (error) => {
    await stop();
    throw error;
  });
  return { url, stop, read: (file) => (existsSync(join(data, file)) ? readFileSync(join(data, file), 'utf8') : '') };
}
