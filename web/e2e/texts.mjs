// The English texts of frames and payform, so that a test says which sentence it expects and not how it is worded today.
// Deliberately absent: the other languages.

import { join } from 'node:path';
import { build } from 'esbuild';

const built = await build({
  entryPoints: [join(import.meta.dirname, '..', 'pay-core', 'src', 'locales', 'en.ts')], write: false, format: 'esm', bundle: true,
});
export const { en } = await import(`data:text/javascript,${encodeURIComponent(built.outputFiles[0].text)}`);

/** A text with its values filled in. */
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

/** An English text with its values. */
export const filled = (key, values) => fill(en[key], values);
