// Installs the wrappers of every generation. They stand outside of the workspaces: their demands on React and on each other contradict.
// Deliberately absent: anything but the call.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { install } from '../install.mjs';

const here = import.meta.dirname;
const folders = readdirSync(here, { withFileTypes: true }).filter((entry) => entry.isDirectory());
for (const { name } of folders) install(join(here, name));
