// The window over the shop's page in which a buyer proves who they are, or sees how to finish a payment.
//
// It lives in a shadow tree with a style sheet of its own, so the shop's styles do not reach it and the shop's policy has nothing to
// object to. Deliberately absent: the outcome. Whoever opened it asks the API how the payment stands.

import { received } from '@florin/pay-core/protocol';
import { ORIGIN } from './origin';

const LOOK = `
dialog{position:fixed;inset:0;width:100%;height:100%;max-width:none;max-height:none;margin:0;padding:0;border:0;background:rgb(15 20 35/.6);display:grid;place-items:center;overflow:hidden}
dialog::backdrop{background:none}
section{position:relative;display:flex;flex-direction:column;width:min(500px,100%);height:min(640px,100%);background:#fff;border-radius:14px;overflow:hidden;box-shadow:0 24px 64px rgb(10 16 32/.4)}
header{display:flex;align-items:center;justify-content:space-between;padding:6px 6px 6px 18px;border-bottom:1px solid #e4e7ee;font:600 15px/1.4 system-ui,sans-serif;color:#1a1f36}
button{width:44px;height:44px;border:0;border-radius:8px;background:none;color:#545b70;cursor:pointer;display:grid;place-items:center}
button:hover{background:#f3f5f9;color:#1a1f36}
button:focus-visible{outline:2px solid #0b5fff;outline-offset:-2px}
svg{width:16px;height:16px;stroke:currentColor;stroke-width:1.8;stroke-linecap:round}
iframe{flex:1;width:100%;border:0;background:#fff;color-scheme:light}
i{position:absolute;left:50%;top:50%;width:30px;height:30px;margin:-15px;border-radius:50%;border:3px solid #dfe4ee;border-top-color:#0b5fff;animation:t .8s linear infinite}
@keyframes t{to{transform:rotate(1turn)}}
@media (prefers-reduced-motion:reduce){i{animation-duration:4s}}
@media (max-width:540px){section{height:100%;border-radius:0}}
`;

export type Ending = 'done' | 'closed';

export interface Opened {
  url: string;
  title: string;
  /** The channel on which the page of return says that it was reached. */
  channel: string;
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

function make<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, ...inner: (Node | string)[]): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  made.append(...inner);
  return made;
}

function cross(): SVGSVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(space, 'path');
  path.setAttribute('d', 'M3 3l10 10M13 3L3 13');
  svg.append(path);
  return svg;
}

function build(title: string, url: string): { host: HTMLElement; dialog: HTMLDialogElement; frame: HTMLIFrameElement; close: HTMLElement } {
  const close = make('button', cross());
  close.type = 'button';
  close.setAttribute('aria-label', 'Close');
  const frame = make('iframe');
  frame.title = title;
  frame.src = url;
  const spinner = make('i');
  frame.addEventListener('load', () => spinner.remove(), { once: true });
  const dialog = make('dialog', make('section', make('header', make('span', title), close), frame, spinner));
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
export async function accompany(opened: Opened): Promise<{ ending: Ending; state: any }> {
  const ending = await openDialog(opened);
  return { ending, state: opened.signal?.aborted ? null : await opened.look() };
}

function openDialog({ url, title, channel, look, isOpen, signal }: Opened): Promise<Ending> {
  if (!isPage(url)) throw new Error('The address of the next step is no page that a window can show.');
  const before = document.activeElement as HTMLElement | null;
  const { host, dialog, frame, close } = build(title, url);
  document.body.append(host);
  dialog.showModal();
  return new Promise((resolve) => {
    let hasEnded = false;
    const end = (ending: Ending): void => {
      if (hasEnded) return;
      hasEnded = true;
      removeEventListener('message', take);
      dialog.close();
      host.remove();
      before?.focus?.();
      resolve(ending);
    };
    const take = (event: MessageEvent): void => {
      const taken = received(event, { origin: ORIGIN, source: frame.contentWindow, ch: channel });
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
}

