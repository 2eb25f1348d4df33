// The names of the client's methods that follow from a table: one way to confirm for each payment method type, and the ones that
// Florin declares but does not do. Deliberately absent: the methods with a body of their own (client.ts).

const CONFIRMED = (
  'AcssDebit Affirm AfterpayClearpay Alipay AmazonPay AuBecsDebit BacsDebit Bancontact Billie Blik Boleto Card Cashapp CustomerBalance Eps Fpx ' +
  'Giropay GrabPay Ideal Klarna Konbini Mobilepay Multibanco Oxxo P24 PayByBank PayNow PayPal Payto Pix PromptPay RevolutPay SepaDebit ' +
  'Sofort Twint UsBankAccount WechatPay'
).split(' ');

/** Types that are not their name with underscores. */
const IRREGULAR: Readonly<Record<string, string>> = { GrabPay: 'grabpay', PayNow: 'paynow', PayPal: 'paypal', PromptPay: 'promptpay', P24: 'p24' };

/** `[name, type]` of every method such as `confirmIdealPayment`. */
export const CONFIRMING: readonly (readonly [string, string])[] = CONFIRMED.flatMap((name) => {
  const type = IRREGULAR[name] ?? name.replace(/(?!^)[A-Z]/g, '_$&').toLowerCase();
  return [[`confirm${name}Payment`, type], [`confirm${name}Setup`, type]] as const;
});

export const UNSUPPORTED: readonly string[] = (
  'collectBankAccountForPayment collectBankAccountForSetup collectBankAccountToken collectFinancialConnectionsAccounts ' +
  'createEphemeralKeyNonce createFinancialAccountDisclosure createIssuingDisclosure createRadarSession ' +
  'createTreasuryDisclosure initializePricing processOrder retrieveOrder retrieveSource verifyIdentity ' +
  'verifyMicrodepositsForPayment verifyMicrodepositsForSetup'
).split(' ');
