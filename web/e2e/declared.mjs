// What the official packages declare, held against what a page got: the compiler reads a value as if a shop had written it down.
// Deliberately absent: values. Whether they are the right ones, tests ask where they are made.

import { join } from 'node:path';
import ts from 'typescript';

const SHOPS = join(import.meta.dirname, 'shops');

/** What the compiler has against a value of this type of a generation's `@stripe/stripe-js`; of a member that is not declared, too. */
export function complaintsAbout(value, type, generation = 'latest') {
  const name = join(SHOPS, generation, 'value.ts');
  const text = `import type { ${type} } from '@stripe/stripe-js';\nexport const value: ${type} = ${JSON.stringify(value)};\n`;
  const options = {
    strict: true, noEmit: true, skipLibCheck: true, types: [], target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (path) => path === name || fileExists(path);
  host.readFile = (path) => (path === name ? text : readFile(path));
  host.getSourceFile = (path, ...words) => (path === name ? ts.createSourceFile(path, text, words[0]) : getSourceFile(path, ...words));
  const program = ts.createProgram([name], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
