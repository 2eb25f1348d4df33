// How the unit tests of every workspace are found. The browser tests under e2e/ are not among them: they need a server.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['*/test/**/*.test.{ts,tsx,mjs}'],
    exclude: ['**/node_modules/**', 'e2e/**'],
    environment: 'node',
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
});
