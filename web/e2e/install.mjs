// Installs packages from the lock file of a folder outside of the workspaces, where that is not done yet.
// Deliberately absent: updates. A lock file changes on purpose.

import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export function install(folder) {
  const lock = join(folder, 'package-lock.json');
  const mark = join(folder, 'node_modules', '.installed-from');
  if (existsSync(mark) && readFileSync(mark).equals(readFileSync(lock))) return;
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, stdio: 'inherit' });
  copyFileSync(lock, mark);
}
