// Installs the wrappers of every generation, and what the examples in Node need. They stand outside of the workspaces: their demands on
// React and on each other contradict. Deliberately absent: anything but the calls.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { install } from '../install.mjs';

const here = import.meta.dirname;
const examples = join(here, '..', '..', '..', 'examples');
for (const parent of [here, examples]) {
  const folders = readdirSync(parent, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => join(parent, name));
  for (const folder of folders.filter((one) => existsSync(join(one, 'package-lock.json')))) install(folder);
}
