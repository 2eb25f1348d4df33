// The names of the client's methods that follow from a table: one way to confirm for each payment method type, and the ones that
// Florin declares but does not do. Deliberately absent: the methods with a body of their own (client.ts).

/** Types as the API says them. A capital inside of a word is in the name of the method only. */
const TYPES = (
  'acss_debit affirm afterpay_clearpay alipay amazon_pay au_becs_debit bacs_debit bancontact billie blik boleto card cashapp customer_balance eps ' +
  'fpx giropay grabPay ideal klarna konbini mobilepay multibanco oxxo p24 pay_by_bank payNow payPal payto pix promptPay revolut_pay sepa_debit ' +
  'sofort twint us_bank_account wechat_pay'
).split(' ');

/** A word as it stands in the middle of the name of a method. */
export const capital = (word: string): string => word.replace(/(^|_)./g, (first) => first.slice(-1).toUpperCase());

/** `[name, type]` of every method such as `confirmIdealPayment`. */
export const CONFIRMING: readonly (readonly [string, string])[] = TYPES.flatMap((word) =>
  ['Payment', 'Setup'].map((what) => [`confirm${capital(word)}${what}`, word.toLowerCase()] as const));

export const UNSUPPORTED: readonly string[] = (
  'collectBankAccountForPayment collectBankAccountForSetup collectBankAccountToken collectFinancialConnectionsAccounts ' +
  'createEphemeralKeyNonce createFinancialAccountDisclosure createIssuingDisclosure createRadarSession ' +
  'createTreasuryDisclosure initializePricing processOrder retrieveOrder verifyIdentity ' +
  'verifyMicrodepositsForPayment verifyMicrodepositsForSetup'
).split(' ');
