// What a file of tests about the elements of a shop takes place in: the server, the shop, and a browser. They begin before the first
// test of the file and end after the last one. Deliberately absent: what a test is about.

import { after, before } from 'node:test';
import { launch, open } from './browser.mjs';
import { startInstallation } from './server.mjs';

/**
 * `pay`, `shop`, `publishableKey` and `api` are those of the installation; `visit` opens a page of the shop. `launched` says how the browser begins. What
 * needs the server begins with `begin` and ends before it with `end`: hooks of the same file may run at once.
 */
export function startSetting(launched, { begin, end } = {}) {
  const setting = { visit: (path, options) => open(setting.browser, `${setting.shop}${path}`, options) };
  before(async () => {
    Object.assign(setting, await startInstallation());
    setting.browser = await launch(launched);
    await begin?.(setting);
  });
  after(async () => {
    await end?.();
    await setting.browser?.close();
    await setting.stop?.();
  });
  return setting;
}
