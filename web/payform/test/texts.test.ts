// The texts of the shell in all languages, as the file that the server takes them from.
// Deliberately absent: a second source. The catalogues are it; `npx vitest run payform/test/texts.test.ts -u` writes the file.
import { LANGUAGES, loadCatalogue, type Key } from '@florin/pay-core/i18n';
import { expect, it } from 'vitest';

const KEYS: readonly Key[] = [
  'page.title', 'page.title_setup', 'page.back', 'page.test_badge', 'page.test_note', 'page.needs_script',
  'summary.title', 'summary.show', 'summary.subtotal', 'summary.shipping', 'summary.free', 'summary.tax',
  'summary.total', 'summary.paid', 'summary.quantity', 'summary.each', 'summary.nothing_due',
  'contact.title', 'contact.email', 'method.title',
  'card.number', 'card.expiry', 'card.expiry_hint', 'card.cvc', 'card.cvc_hint', 'card.holder', 'card.holder_hint',
  'button.pay', 'button.book', 'button.donate', 'button.subscribe', 'button.complete', 'button.setup', 'button.continue_to', 'button.receipt', 'method.bank',
  'decline.title', 'decline.title_setup', 'decline.try_other_card', 'decline.check_number', 'decline.check_cvc', 'decline.check_expiry',
  'decline.insufficient_funds', 'decline.contact_bank', 'decline.authentication_failed', 'decline.try_again', 'decline.method_failed',
  'notice.invalid', 'notice.busy', 'notice.sold_out',
  'processing.title', 'processing.note',
  'complete.title', 'complete.title_setup', 'complete.title_unpaid', 'complete.paid', 'complete.setup', 'complete.unpaid', 'complete.nothing',
  'complete.failed',
  'action.transfer_title', 'action.transfer_note', 'action.amount', 'action.reference', 'action.account_holder', 'action.account_number',
  'action.bank_name', 'action.bic', 'action.iban', 'action.routing_number', 'action.sort_code',
  'expired.title', 'expired.note',
];

it('the file of the shell holds what the catalogues say', async () => {
  const texts: Record<string, Record<string, unknown>> = {};
  for (const language of LANGUAGES) {
    const catalogue = await loadCatalogue(language);
    texts[language] = Object.fromEntries(KEYS.map((key) => [key, catalogue[key]]));
  }
  for (const language of LANGUAGES) {
    for (const text of Object.values(texts[language] ?? {})) expect(text).toBeTypeOf('string');
  }
  await expect(`${JSON.stringify(texts, null, 2)}\n`).toMatchFileSnapshot('../shell-texts.json');
});
