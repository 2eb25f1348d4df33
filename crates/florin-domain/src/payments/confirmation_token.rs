//! Confirmation tokens: what a buyer entered in a form, on its way to the merchant's server, which confirms with it once.
//!
//! Deliberately absent: the choice of the intent, which is the server's.

use super::{FutureUsage, PaymentIntent, PaymentMethod, SetupIntent};
use crate::changes::Draft;
use crate::context::Context;
use crate::record::{Columns, Versioned, record};
use crate::refusal::Refusal;
use crate::transitions::Transition;
use florin_base::{Id, Timestamp};
use serde_json::{Map, Value};

/// A confirmation token is good for so long, in seconds.
const LIFE_S: i64 = 12 * 60 * 60;

record! {
    /// How a buyer wants to pay.
    pub struct ConfirmationToken: ConfirmationToken, "ctoken_" {
        /// What is paid with, as it is or would be. It has no id and no time of its own here.
        method: PaymentMethod,
        /// The saved payment method that it stands for; without one, a new one is made.
        saved: Option<Id<PaymentMethod>>,
        /// Where the buyer comes back to.
        return_url: Option<String>,
        /// What the method may be kept for.
        setup_future_usage: Option<FutureUsage>,
        /// Where the goods go, as it was sent.
        echo: Map<String, Value>,
        /// The intent or the set-up that was confirmed with it.
        used_by: Option<String>,
    }
}

/// What comes beside the payment method.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConfirmationTerms {
    /// Where the buyer comes back to.
    pub return_url: Option<String>,
    /// What the method may be kept for.
    pub setup_future_usage: Option<FutureUsage>,
    /// Where the goods go, as it was sent.
    pub echo: Map<String, Value>,
}

impl ConfirmationToken {
    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![]
    }

    /// From then on nothing can be confirmed with it.
    pub fn expires(&self) -> Timestamp {
        Timestamp(self.created.0 + LIFE_S)
    }

    /// The new payment method that it stands for; it is not saved.
    pub fn made(&self, context: &mut Context<'_>) -> Versioned<PaymentMethod> {
        Versioned::fresh(PaymentMethod {
            id: context.id(),
            created: context.now,
            ..self.method.clone()
        })
    }

    /// Whether something may still be confirmed with it.
    ///
    /// # Errors
    /// It was used before, or its time is over.
    fn check(&self, now: Timestamp) -> Result<(), Refusal> {
        let refused = |code, message| Refusal::Invalid {
            code,
            message,
            param: Some("confirmation_token".to_owned()),
        };
        if let Some(intent) = &self.used_by {
            let message = format!(
                "The confirmation token {} was used for {intent}, and is good for one confirmation. Let the form make a new one.",
                self.id
            );
            return Err(refused(Some("token_already_used"), message));
        }
        if self.expires() <= now {
            let message = format!(
                "The confirmation token {} has expired. Let the form make a new one.",
                self.id
            );
            return Err(refused(None, message));
        }
        Ok(())
    }
}

/// Keeps what a buyer entered.
pub fn create_confirmation(
    draft: &mut Draft,
    context: &mut Context<'_>,
    method: Versioned<PaymentMethod>,
    terms: ConfirmationTerms,
) -> Versioned<ConfirmationToken> {
    let saved = (method.version > 0).then(|| method.record.id.clone());
    let mut method = method.record;
    // The code waits under the id that the method was to have.
    method.shelf = method.shelf.or(Some(method.id.to_string()));
    method.id = Id::default();
    method.created = Timestamp::default();
    let mut held = Versioned::fresh(ConfirmationToken {
        id: context.id(),
        created: context.now,
        method,
        saved,
        return_url: terms.return_url,
        setup_future_usage: terms.setup_future_usage,
        echo: terms.echo,
        ..ConfirmationToken::default()
    });
    draft.save(context, &mut held, Transition::ConfirmationTokenChanged);
    held
}

/// Confirms a payment with it, and uses it up: what neither the server's request nor the intent says, the buyer does.
/// `says_usage` is true when the request said what the method is kept for, even if that was nothing.
///
/// # Errors
/// It was used before, or its time is over.
pub(super) fn confirm_with(
    draft: &mut Draft,
    context: &mut Context<'_>,
    mut held: Versioned<ConfirmationToken>,
    (intent, says_usage): (&mut PaymentIntent, bool),
) -> Result<(), Refusal> {
    let token = &held.record;
    if !says_usage && intent.future_usage().is_none() {
        intent.setup_future_usage = token.setup_future_usage;
    }
    if intent.return_url.is_none() {
        intent.return_url.clone_from(&token.return_url);
    }
    for (name, value) in &token.echo {
        if intent.echo.get(name).is_none_or(Value::is_null) {
            intent.echo.insert(name.clone(), value.clone());
        }
    }
    use_up(draft, context, &mut held, &intent.id)
}

/// The same for a set-up.
///
/// # Errors
/// As there.
pub(super) fn set_up_with(
    draft: &mut Draft,
    context: &mut Context<'_>,
    mut held: Versioned<ConfirmationToken>,
    setup: &mut SetupIntent,
) -> Result<(), Refusal> {
    if setup.return_url.is_none() {
        setup.return_url.clone_from(&held.record.return_url);
    }
    use_up(draft, context, &mut held, &setup.id)
}

fn use_up(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<ConfirmationToken>,
    intent: &str,
) -> Result<(), Refusal> {
    held.record.check(context.now)?;
    held.record.used_by = Some(intent.to_owned());
    draft.save(context, held, Transition::ConfirmationTokenChanged);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_once_and_for_a_while() {
        let fresh = ConfirmationToken {
            created: Timestamp(1_000),
            ..ConfirmationToken::default()
        };
        assert_eq!(fresh.check(Timestamp(1_000 + LIFE_S - 1)), Ok(()));
        assert!(fresh.check(Timestamp(1_000 + LIFE_S)).is_err());
        let used = ConfirmationToken {
            used_by: Some("pi_1".to_owned()),
            ..fresh
        };
        let Err(Refusal::Invalid { code, .. }) = used.check(Timestamp(1_000)) else {
            panic!("a used token is refused");
        };
        assert_eq!(code, Some("token_already_used"));
    }
}
