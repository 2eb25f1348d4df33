// What the buyer has to do elsewhere: approve at another page, scan a code, send a transfer.
// Deliberately absent: a drawing of the code. The server draws it, so that it also shows without this script.

import { isolateNumber } from '@florin/pay-core/i18n';
import { scanText } from '@florin/pay-core/methods';
import { formatBare } from '@florin/pay-core/money';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import { Icon } from './icons';
import { backOf, moneyText, openMethod, openMethodText, ownImage, usePage } from './page';
import type { Action, QrAction, RedirectAction, TransferAction } from './state';

/** A heading that takes the focus, because what was there before is gone. */
export function Heading({ children }: { children: ComponentChildren }) {
  const element = useRef<HTMLHeadingElement>(null);
  useEffect(() => element.current?.focus(), []);
  return <h2 class="outcome-title" tabIndex={-1} ref={element}>{children}</h2>;
}

/** Something goes on without the buyer. */
export function Waiting({ text }: { text?: string }) {
  const { t } = usePage();
  return (
    <p class="waiting" role="status">
      <span class="dots" aria-hidden="true"><i /><i /><i /></span> {text ?? t('action.waiting')}
    </p>
  );
}

/** For how long the button says that it has copied. */
const COPIED_MS = 2_500;

/** Copies a text and says so. */
function CopyButton({ text, label }: { text: string; label: string }) {
  const { say, t } = usePage();
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), COPIED_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = () => {
    void navigator.clipboard.writeText(text).then(() => {
      setCopied(true);
      say(t('button.copied'));
    });
  };
  return (
    <button type="button" class={`copy ${isCopied ? 'is-copied' : ''}`} onClick={copy}
      aria-label={isCopied ? `${t('button.copied')}: ${label}` : t('action.copy_label', { label })}>
      <Icon name={isCopied ? 'check' : 'copy'} /> <span>{t(isCopied ? 'button.copied' : 'button.copy')}</span>
    </button>
  );
}

function OtherMethod() {
  const { session, t, view } = usePage();
  return (
    <button type="button" class="button" aria-disabled={view.phase === 'cancelling'} onClick={() => void session.cancel()}>
      {t('button.other_method')}
    </button>
  );
}

/** The way to the sandbox's page that plays the buyer's bank. */
function TestBank({ url }: { url: string | null }) {
  const { state, t } = usePage();
  if (!state.simulated || !url) return null;
  return <a class="button" href={url} target="_blank" rel="noopener"><Icon name="leave" /> {t('button.open_bank')}</a>;
}

function Redirect({ action }: { action: RedirectAction }) {
  const page = usePage();
  const { isEmbedded, leave, t, view } = page;
  // The bank of a card opens over the page that holds the frame.
  const go = (event: Event) => {
    if (!isEmbedded) return;
    event.preventDefault();
    leave(action.url);
  };
  const method = openMethodText(page);
  if (view.phase === 'leaving') {
    return (
      <div class="outcome">
        <span class="spinner spinner-large" aria-hidden="true" />
        <Heading>{t('action.leaving', { method })}</Heading>
        <a class="link" href={action.url} onClick={go}>{t('button.continue_to', { method })}</a>
      </div>
    );
  }
  return (
    <div class="outcome">
      <Heading>{t('action.redirect_title', { method })}</Heading>
      <p class="outcome-text">{t('action.redirect_note', { method })}</p>
      <a class="pay" href={action.url} onClick={go}>{t('button.continue_to', { method })}</a>
      <OtherMethod />
      <Waiting />
    </div>
  );
}

/** Minutes at which the time that is left is spoken. Every second would be noise. */
const SPOKEN_MINUTES = [5, 1];

/** Whole seconds until then, counted down; never below 0. */
function useSecondsLeft(expiresAt: number, now: () => number): number {
  const secondsLeft = () => Math.max(0, Math.ceil(expiresAt - now() / 1000));
  const [seconds, setSeconds] = useState(secondsLeft);
  useEffect(() => {
    setSeconds(secondsLeft());
    const timer = setInterval(() => setSeconds(secondsLeft()), 1000);
    return () => clearInterval(timer);
  }, [expiresAt]);
  return seconds;
}

function clockText(seconds: number): string {
  const minutes = Math.floor(seconds / 60) % 60;
  const hours = Math.floor(seconds / 3600);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}`;
}

function Countdown({ seconds }: { seconds: number }) {
  const { i18n, say, t } = usePage();
  useEffect(() => {
    if (SPOKEN_MINUTES.some((minutes) => minutes * 60 === seconds)) say(t('action.minutes_left', { count: seconds / 60 }));
  }, [seconds]);
  return (
    <p class="countdown" role="timer" aria-live="off">
      <Icon name="clock" /> {t('action.qr_left', { time: isolateNumber(clockText(seconds), i18n.language) })}
    </p>
  );
}

function Qr({ action }: { action: QrAction }) {
  const page = usePage();
  const { now, state, t } = page;
  const method = openMethodText(page);
  const seconds = useSecondsLeft(action.expires_at, now);
  const image = ownImage(action.svg_url);
  if (seconds === 0) {
    return (
      <div class="outcome">
        <Heading>{t('action.qr_title')}</Heading>
        <p class="outcome-text" role="alert">{t('action.qr_expired')}</p>
        <OtherMethod />
      </div>
    );
  }
  return (
    <div class="outcome">
      <Heading>{t('action.qr_title')}</Heading>
      <p class="outcome-text">{scanText(openMethod(page), moneyText(page, state.amounts.total), page)}</p>
      <div class="qr">{image && <img src={image} width="232" height="232" alt={t('action.qr_image', { method })} />}</div>
      <Countdown seconds={seconds} />
      <div class="code">
        <span class="code-label">{t('action.qr_code')}</span>
        <bdi class="code-text" dir="ltr">{action.data}</bdi>
        <CopyButton text={action.data} label={t('action.qr_image', { method })} />
      </div>
      <div class="buttons"><TestBank url={action.url} /><OtherMethod /></div>
      <Waiting />
    </div>
  );
}

/** What a buyer copies: an amount without the sign of the currency, an account number without spaces. */
function TransferLine({ label, value, copied = value }: { label: string; value: string; copied?: string }) {
  return (
    <div class="transfer-line">
      <dt>{label}</dt>
      <dd><bdi dir="ltr">{value}</bdi></dd>
      <dd class="transfer-copy"><CopyButton text={copied} label={label} /></dd>
    </div>
  );
}

const inFours = (value: string) => value.replace(/\s/g, '').replace(/(.{4})(?=.)/g, '$1 ');

/** The way back to the shop, for whoever is done here. */
function BackLink() {
  const page = usePage();
  const returnTo = backOf(page);
  if (!returnTo) return null;
  return <a class="button" href={returnTo}>{page.t('page.back', { merchant: page.state.merchant.name })}</a>;
}

/** The order is placed as soon as the buyer has the instructions: then there is no other way to pay any more. */
function Transfer({ action }: { action: TransferAction }) {
  const page = usePage();
  const { i18n, state, t } = page;
  const amount = moneyText(page, action.amount);
  const isPlaced = state.status === 'complete';
  return (
    <div class="outcome">
      {isPlaced && <p class="placed"><Icon name="check" /> {t('complete.title_unpaid')}</p>}
      <Heading>{t('action.transfer_title', { amount })}</Heading>
      <p class="outcome-text">{t('action.transfer_note')}</p>
      <dl class="transfer">
        <TransferLine label={t('action.amount')} value={amount} copied={formatBare(action.amount, state.currency ?? '', i18n.locale)} />
        {action.fields.map(({ name, value }) => (
          <TransferLine key={name} label={t(`action.${name}`)} value={name === 'iban' ? inFours(value) : value} copied={value} />
        ))}
        <TransferLine label={t('action.reference')} value={action.reference} />
      </dl>
      <div class="buttons"><TestBank url={action.url} />{isPlaced ? <BackLink /> : <OtherMethod />}</div>
      <Waiting />
    </div>
  );
}

export function ActionPart({ action }: { action: Action }) {
  if (action.kind === 'redirect') return <Redirect action={action} />;
  if (action.kind === 'qr') return <Qr action={action} />;
  return <Transfer action={action} />;
}
