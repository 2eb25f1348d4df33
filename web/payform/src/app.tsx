// The page as a whole: which part is shown, in which language, and what is said aloud.
// Deliberately absent: routes. One session is one address.

import { monthOf } from '@florin/pay-core/expiry';
import { formatLocale, LANGUAGE_NAMES, LANGUAGES, loadTranslator, type Language, type Translator } from '@florin/pay-core/i18n';
import { useEffect, useState } from 'preact/hooks';

import { ActionPart } from './actions';
import { useForm, type FormPorts } from './form';
import { Icon } from './icons';
import { Complete, completeTexts, Expired, Gone, Processing } from './outcome';
import { PageContext, usePage, type Page } from './page';
import { PayForm } from './sections';
import type { Session } from './session';
import { MerchantLine, Summary } from './summary';

export interface AppProps {
  session: Session;
  translator: Translator;
  now(): number;
  leave(url: string): void;
  isEmbedded?: boolean;
  form: Omit<FormPorts, 'session' | 'view' | 'month' | 'locale'>;
}

function useView(session: Session) {
  const [view, setView] = useState(session.view());
  useEffect(() => {
    setView(session.view());
    return session.subscribe(() => setView(session.view()));
  }, [session]);
  return view;
}

/** No connection: what was typed is kept, and one press goes on. */
function OfflineBanner() {
  const { session, t, view } = usePage();
  return (
    <div class="banner-slot" role="status">
      {view.isOffline && (
        <div class="banner">
          <Icon name="offline" /> <span>{t('notice.offline')}</span>
          <button type="button" class="banner-button" onClick={() => void session.retry()}>{t('button.retry')}</button>
        </div>
      )}
    </div>
  );
}

function Footer() {
  const { i18n, setLanguage, state, t } = usePage();
  const { merchant } = state;
  const support = merchant.support_url ?? (merchant.support_email && `mailto:${merchant.support_email}`);
  return (
    <footer class="footer">
      <span class="footer-text">{t('page.powered')}</span>
      {support && <a class="link" href={support}>{t('page.support', { merchant: merchant.name })}</a>}
      <label class="language">
        <span class="unseen">{t('page.language')}</span>
        <select class="language-select" value={i18n.language} onChange={(event) => void setLanguage(event.currentTarget.value as Language)}>
          {LANGUAGES.map((language) => <option key={language} value={language} lang={language}>{LANGUAGE_NAMES[language]}</option>)}
        </select>
      </label>
    </footer>
  );
}

function Content() {
  const { state, view } = usePage();
  if (view.isGone) return <Gone />;
  if (state.status === 'expired') return <Expired />;
  // Also of a session that is complete: its buyer has to see where the money goes.
  if (state.payment?.status === 'requires_action' && state.payment.action) return <ActionPart action={state.payment.action} />;
  if (state.status === 'complete') return <Complete />;
  if (state.payment?.status === 'processing') return <Processing />;
  return <PayForm />;
}

function titleText(page: Page): string {
  const { state, t } = page;
  if (state.status === 'complete') return completeTexts(page).title;
  return t(state.mode === 'setup' ? 'page.title_setup' : 'page.title', { merchant: state.merchant.name });
}

/** The document follows the language: direction and title. A title bar does not know isolates. */
function useDocument(page: Page) {
  const { i18n } = page;
  useEffect(() => {
    document.documentElement.lang = i18n.language;
    document.documentElement.dir = i18n.dir;
    document.title = titleText(page).replace(/[\u2066-\u2069]/g, '');
  }, [i18n, page.state.status]);
}

export function App({ session, translator, now, leave, isEmbedded = false, form: ports }: AppProps) {
  const view = useView(session);
  const [i18n, setTranslator] = useState(translator);
  const [spoken, setSpoken] = useState('');
  const form = useForm({ ...ports, session, view, locale: i18n.locale, month: () => monthOf(new Date(now())) });
  const setLanguage = async (language: Language) => {
    // Whoever comes back to the language of the beginning comes back to its region, too: from German to British English.
    const chosen = await loadTranslator([formatLocale(translator.locale, language)]);
    if (chosen.language !== language) return session.setOffline(true);
    setTranslator(chosen);
    if (view.state.status === 'open') void session.update({ locale: chosen.locale });
  };
  // The same text twice in a row would not be spoken twice, so it gets an invisible end every other time.
  const say = (text: string) => setSpoken((before) => (before === text ? `${text}\u00a0` : text));
  const page: Page = { i18n, t: i18n.t, session, view, state: view.state, form, now, leave, isEmbedded, say, setLanguage };
  useDocument(page);
  return (
    <PageContext.Provider value={page}>
      <h1 class="unseen">{titleText(page)}</h1>
      <OfflineBanner />
      <div class="page">
        <div class="panel"><div class="panel-inner"><MerchantLine /><Summary /></div></div>
        <div class="sheet"><div class="sheet-inner"><Content /><Footer /></div></div>
      </div>
      <div class="unseen" role="status" aria-live="polite">{spoken}</div>
    </PageContext.Provider>
  );
}
