// Installs the wrappers of every generation from its lock file, where that is not done yet.
// They stand outside of the workspaces: their demands on React and on each other contradict.

import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const folders = readdirSync(here, { withFileTypes: true }).filter((entry) => entry.isDirectory());
for (const { name } of folders) {
  const folder = join(here, name);
  const lock = join(folder, 'package-lock.json');
  const mark = join(folder, 'node_modules', '.installed-from');
  if (existsSync(mark) && readFileSync(mark).equals(readFileSync(lock))) continue;
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, stdio: 'inherit' });
  copyFileSync(lock, mark);
}
