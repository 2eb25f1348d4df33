//! Receipts: whoever has the whole address of one may look at it.
//!
//! A payment with a `receipt_email` has its receipt mailed by a job, and each refund of it, too. The secret part of the address is a
//! keyed hash of the rest, so that nothing about it is stored. Deliberately absent: how a receipt looks, and mails about disputes and
//! about refunds that fail after they succeeded.

use crate::Engine;
use crate::read::Reader;
use crate::scheduler::{RETRY_MS, RETRY_MS_MAX, member};
use florin_base::{Millis, Scope};
use florin_domain::checkout::CheckoutSession;
use florin_domain::payments::{Charge, PaymentIntent, Refund};
use florin_egress::mail::{Mail, MailError};
use florin_render::receipt::{self, ReceiptFacts, Sheet};
use florin_render::texts::bare;
use florin_store::{LeasedJob, StoreError};
use florin_vault::{Vault, constant_time_eq};

/// Bytes of the keyed hash that an address shows: as many as nobody guesses.
const SECRET_BYTES: usize = 16;

/// A receipt is tried to be mailed for so long, in milliseconds.
const MAILED_MS_MAX: i64 = 3 * 86_400_000;

/// Makes the secret part of an address out of the rest.
pub(crate) type Seal = Box<dyn Fn(&str) -> String + Send + Sync>;

/// The seal of an installation. Its key is that of the hashes of API keys, which is never rotated.
pub(crate) fn seal(vault: &Vault) -> Seal {
    let vault = vault.clone();
    Box::new(move |place| {
        let hash = vault.hash_key(&format!("{}{place}", receipt::PREFIX));
        letters(&hash[..SECRET_BYTES])
    })
}

/// Bytes as letters, two for each. Digits could look like the number of a card to whoever keeps those out of logs.
fn letters(bytes: &[u8]) -> String {
    let halves = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    halves.map(|half| char::from(b'a' + half)).collect()
}

impl Engine {
    /// What the receipt of a charge is made of, for somebody with its whole address.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn receipt(
        &self,
        scope: &Scope,
        charge: &str,
        secret: &str,
    ) -> Result<Option<ReceiptFacts>, StoreError> {
        let expected = (self.seal)(&receipt::place(&self.view(scope), charge));
        if !constant_time_eq(expected.as_bytes(), secret.as_bytes()) {
            return Ok(None);
        }
        self.receipt_facts(scope, charge, None).await
    }

    async fn receipt_facts(
        &self,
        scope: &Scope,
        charge: &str,
        refund: Option<&str>,
    ) -> Result<Option<ReceiptFacts>, StoreError> {
        let reader = Reader::new(self, scope, None);
        let charge = reader.typed::<Charge>(charge).await?;
        let paid = charge.filter(|charge| receipt::receipt_url(charge, &reader.view()).is_some());
        let Some(charge) = paid else {
            return Ok(None);
        };
        let intent = reader.linked::<PaymentIntent>(charge.payment_intent.as_deref());
        let session = intent.await?.and_then(|intent| intent.session);
        let session = reader.linked::<CheckoutSession>(session.as_deref()).await?;
        let booked = charge.transaction.as_deref().unwrap_or_default();
        let booked = reader.transaction(booked).await?;
        let processor = self.world.processors.for_scope(scope.live);
        Ok(Some(ReceiptFacts {
            number: receipt::number(refund.unwrap_or(&charge.id), &reader.view()),
            refund: reader.linked::<Refund>(refund).await?,
            paid_at: booked.map_or(charge.created, |booked| booked.created),
            account: (*self.account(scope).await?).clone(),
            charge,
            session,
            simulated: processor.is_some_and(|processor| processor.is_simulation()),
        }))
    }

    /// Mails a receipt. A server that is away is asked again for days, with growing waits.
    pub(crate) async fn mail_receipt(&self, leased: &LeasedJob) -> Result<(), StoreError> {
        let (scope, charge) = (&leased.job.scope, member(&leased.job, "charge"));
        let refund = Some(member(&leased.job, "refund")).filter(|id| !id.is_empty());
        let facts = match &self.world.mailer {
            Some(_) => self.receipt_facts(scope, charge, refund).await?,
            None => None,
        };
        let again = match (&self.world.mailer, facts) {
            (Some(mailer), Some(facts)) => {
                let sent = match self.letter(scope, &facts) {
                    Some(mail) => mailer.send(mail).await,
                    None => Ok(()),
                };
                let since = member(&leased.job, "since").parse().map(Millis);
                let since = since.unwrap_or_else(|_| facts.paid_at.millis());
                sent.map_or_else(|error| self.mail_again(&facts, since, error), |()| None)
            }
            _ => None,
        };
        self.finish_job(leased, again).await
    }

    /// When a mail is tried again: after as long as it has been waiting, so that waits double. What the server said is no part of
    /// the log: it repeats whom the mail was for.
    fn mail_again(&self, facts: &ReceiptFacts, since: Millis, error: MailError) -> Option<Millis> {
        let now = self.world.clock.now();
        let waited_ms = now.0.saturating_sub(since.0);
        let charge = &facts.charge.id;
        match error {
            MailError::Refused(why) => {
                tracing::warn!(%charge, %why, "the mail server refuses a receipt: it is not sent");
                None
            }
            MailError::Later(why) if waited_ms > MAILED_MS_MAX => {
                tracing::error!(%charge, %why, "a receipt could not be sent for days: it is given up");
                None
            }
            MailError::Later(why) => {
                tracing::warn!(%charge, %why, "a receipt could not be sent yet");
                Some(now.plus_ms(waited_ms.clamp(RETRY_MS, RETRY_MS_MAX)))
            }
        }
    }

    /// The mail to a buyer who wants one.
    fn letter(&self, scope: &Scope, facts: &ReceiptFacts) -> Option<Mail> {
        let (charge, account) = (&facts.charge, &facts.account);
        let (id, to) = match &facts.refund {
            Some(refund) => (
                format!("refund-{}", refund.id),
                refund.receipt_email.clone()?,
            ),
            None => (
                format!("receipt-{}", charge.id),
                charge.receipt_email()?.to_owned(),
            ),
        };
        let url = receipt::receipt_url(charge, &self.view(scope))?;
        let sheet = Sheet::of(facts, facts.texts(None, ""));
        Some(Mail {
            id,
            to,
            from: facts.merchant().to_owned(),
            reply_to: account.email.clone(),
            subject: bare(&sheet.title),
            text: sheet.text(&url),
            html: sheet.page(Some(&url)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_letters_only() {
        assert_eq!(letters(&[0x00, 0x9f, 0xff]), "aajppp");
    }
}
