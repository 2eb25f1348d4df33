// Puts florin.js of the merchant's own server into the page, once.
// Deliberately absent: any address. The page names its server, so that this needs no bundler's help, and js.stripe.com is never asked.

/** The word of the generation that this package stands for, as the address of the script says it. */
const TRAIN = 'endive';
export const VERSION = '10.2.1';
const NAMED = /^https?:\/\/[^/]+/;
const WHY = '@florin/stripe-js has to know your server: <meta name="florin-origin" content="https://pay.example.com">';

/**
 * How long a tag of the page is waited for once the page has loaded, in milliseconds: it may have been put in late and still load, or
 * have failed before anybody listened.
 */
export const TAG_WAIT_MS = 5_000;

let loading = null;
let policy;

/** Florin's origin, as the head of the page says it. The first one counts: what is put into the page later cannot come before it. */
function originOf() {
  const said = document.querySelector('meta[name="florin-origin"]')?.content ?? '';
  if (!NAMED.test(said)) throw new Error(WHY);
  return new URL(said).origin;
}

/** An address as pages with Trusted Types take it. */
function trusted(url) {
  policy ??= globalThis.trustedTypes?.createPolicy('florin-stripe-js', { createScriptURL: (given) => given });
  return policy ? policy.createScriptURL(url) : url;
}

/** The tag of the page itself. */
function ownTag(origin) {
  return [...document.scripts].find(({ src }) => src.startsWith(`${origin}/`) && /\/(v3\/?|stripe\.js|florin-\w+\.js)$/.test(new URL(src).pathname));
}

/** The page pins the script: another one must never take its place, also where the pinned one did not come. */
let isPinned = false;

function inject(origin) {
  const script = document.createElement('script');
  script.src = trusted(`${origin}/${TRAIN}/stripe.js`);
  (document.head ?? document.body).append(script);
  return script;
}

const attempt = () => new Promise((resolve, reject) => {
  // The real Stripe.js may be in the page, too: it is not what is looked for.
  if (window.Florin) return resolve(window.Florin);
  const origin = originOf();
  const own = ownTag(origin);
  isPinned ||= Boolean(own?.integrity);
  if (isPinned && !own) return reject(new Error('The script of Florin that this page pins did not load'));
  const script = own ?? inject(origin);
  // A tag that brought nothing goes, so that the next attempt does not wait for it again.
  const end = (why) => {
    if (window.Florin) return resolve(window.Florin);
    script.remove();
    reject(new Error(why));
  };
  const fail = () => end(`Failed to load ${script.src}`);
  script.addEventListener('load', () => end(`${script.src} is not florin.js`));
  script.addEventListener('error', fail);
  if (!own) return;
  if (document.readyState === 'complete') setTimeout(fail, TAG_WAIT_MS);
  else addEventListener('load', fail, { once: true });
});

/** What makes clients; null where there is no page. Tried twice, and again for whoever asks after that. */
export function load() {
  if (typeof document === 'undefined') return Promise.resolve(null);
  loading ??= attempt().catch(attempt).catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

/** Makes a client, and tells it which generation of the wrapper its page was written for. */
export function clientOf(Florin, words, startTime) {
  const client = Florin?.(...words) ?? null;
  client?._registerWrapper({ name: 'stripe-js', version: VERSION, startTime });
  return client;
}
