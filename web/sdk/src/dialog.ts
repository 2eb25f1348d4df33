// The window over the shop's page in which a buyer proves who they are, or sees how to finish a payment.
//
// It lives in a shadow tree with a style sheet of its own, so the shop's styles do not reach it and the shop's policy has nothing to
// object to. Deliberately absent: the outcome. Whoever opened it asks the API how the payment stands.

import { received } from '@florin/pay-core/protocol';
import { ORIGIN } from './origin';

const LOOK = `
dialog{width:500px;height:640px;max-width:100%;max-height:100%;padding:0;border:0;border-radius:14px;overflow:hidden;background:#fff;box-shadow:0 24px 64px rgb(10 16 32/.4)}
dialog[open]{display:flex;flex-direction:column}
dialog::backdrop{background:rgb(15 20 35/.6)}
header{display:flex;align-items:center;justify-content:space-between;padding:6px 6px 6px 18px;border-bottom:1px solid #e4e7ee;font:600 15px system-ui;color:#1a1f36}
button{width:44px;height:44px;border:0;border-radius:8px;background:none;font:28px system-ui;color:#545b70;cursor:pointer}
button:hover{background:#f3f5f9}
button:focus-visible{outline:2px solid #0b5fff;outline-offset:-2px}
iframe{flex:1;width:100%;border:0;color-scheme:light}
i{position:absolute;left:50%;top:50%;width:30px;height:30px;margin:-15px;border-radius:50%;border:3px solid #dfe4ee;border-top-color:#0b5fff;animation:t .8s linear infinite}
@keyframes t{to{transform:rotate(1turn)}}
@media (prefers-reduced-motion:reduce){i{animation-duration:4s}}
@media (max-width:540px){dialog{height:100%;border-radius:0}}
`;

export type Ending = 'done' | 'closed';

export interface Opened {
  url: string;
  title: string;
  /** The channel on which the page of return says that it was reached, if it is told one. */
  channel?: string;
  /** How the payment stands, or an object with an `error`; asked every few seconds. */
  look(): Promise<any>;
  /** Whether there is still something to do in there. */
  isOpen(state: any): boolean;
  /** Closes the window. Nobody is asked any more then. */
  signal?: AbortSignal;
}

const LOOK_MS = 2_500;

/** Whether a window may be sent there. An address of another scheme could be a script, which would run as one of the shop's. */
export const isPage = (url: unknown): url is string => typeof url === 'string' && /^https?:/.test(url);

/** An element with what is in it: no markup is read, which pages with Trusted Types refuse. */
function make<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, ...inner: (Node | string)[]): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  made.append(...inner);
  return made;
}

function build(title: string, url: string): { host: HTMLElement; dialog: HTMLDialogElement; frame: HTMLIFrameElement; close: HTMLElement } {
  const close = make('button', '×');
  close.type = 'button';
  close.setAttribute('aria-label', 'Close');
  const frame = make('iframe');
  frame.title = title;
  frame.src = url;
  const spinner = make('i');
  frame.addEventListener('load', () => spinner.remove(), { once: true });
  const dialog = make('dialog', make('header', make('span', title), close), frame, spinner);
  dialog.setAttribute('aria-label', title);
  const host = make('div');
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(LOOK);
  root.adoptedStyleSheets = [sheet];
  root.append(dialog);
  return { host, dialog, frame, close };
}

/** Opens the window until the buyer is back or gave up; then looks how the payment stands. The state is null after an abort. */
export async function accompany({ url, title, channel, look, isOpen, signal }: Opened): Promise<{ ending: Ending; state: any }> {
  if (!isPage(url)) throw new Error('The address of the next step is no page that a window can show.');
  const { host, dialog, frame, close } = build(title, url);
  document.body.append(host);
  dialog.showModal();
  const ending = await new Promise<Ending>((resolve) => {
    let hasEnded = false;
    const end = (how: Ending): void => {
      if (hasEnded) return;
      hasEnded = true;
      removeEventListener('message', take);
      // The focus goes back to where it was.
      dialog.close();
      host.remove();
      resolve(how);
    };
    const take = (event: MessageEvent): void => {
      const taken = received(event, { origin: ORIGIN, source: frame.contentWindow, ch: channel ?? '' });
      if (taken?.t === 'action-done') end('done');
    };
    const watch = async (): Promise<void> => {
      while (!hasEnded) {
        await new Promise((done) => setTimeout(done, LOOK_MS));
        // Nobody has said that it is over while nobody answered.
        const state = hasEnded ? null : await look().catch(() => null);
        if (state && !state.error && !isOpen(state)) end('done');
      }
    };
    void watch();
    addEventListener('message', take);
    dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      end('closed');
    });
    close.addEventListener('click', () => end('closed'));
    signal?.addEventListener('abort', () => end('closed'));
  });
  return { ending, state: signal?.aborted ? null : await look() };
}
