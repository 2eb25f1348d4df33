// Where this script came from: that is Florin's origin, and its path names the generation that the page expects.
// Deliberately absent: any host known at build time. Whoever moves the server changes the tag and nothing else.

const own = typeof document === 'undefined' ? null : (document.currentScript as HTMLScriptElement | null);
const address = new URL(own?.src || 'http://localhost/v3/', 'http://localhost/');

/** Florin's origin. */
export const ORIGIN = address.origin;

/** 3 for `/v3/`, else the word of the train, as the official loader compares it. */
export function versionOf(path: string): number | string {
  const train = /^\/([a-z]+)\/stripe\.js$/.exec(path)?.[1];
  return train ?? 3;
}

export const VERSION = versionOf(address.pathname);

/** The address of a page on Florin's origin, made for this page and this channel. */
export function pageUrl(path: string, query: Record<string, string>): string {
  return `${ORIGIN}${path}?${new URLSearchParams({ ...query, origin: location.origin })}`;
}
