// What a file of tests about the elements of a shop takes place in: the server, the shop, and a browser. They begin before the first
// test of the file and end after the last one. Deliberately absent: what a test is about.

import { after, before } from 'node:test';
import { launch, open } from './browser.mjs';
import { startInstallation } from './server.mjs';

/** `pay`, `shop` and `api` are those of the installation; `visit` opens a page of the shop. `launched` says how the browser begins. */
export function startSetting(launched) {
  const setting = { visit: (path, options) => open(setting.browser, `${setting.shop}${path}`, options) };
  before(async () => {
    Object.assign(setting, await startInstallation());
    setting.browser = await launch(launched);
  });
  after(async () => {
    await setting.browser?.close();
    await setting.stop?.();
  });
  return setting;
}
