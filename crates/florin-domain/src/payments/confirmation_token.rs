//! Confirmation tokens: what a buyer entered in a form, on its way to the merchant's server, which confirms with it once.
//!
//! Deliberately absent: the choice of the intent, which is the server's.

use super::{ConfirmCommand, FutureUsage, PaymentIntent, PaymentMethod};
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
    pub fn check(&self, now: Timestamp) -> Result<(), Refusal> {
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

    /// What neither the server's request nor the intent says of a confirmation, the buyer does.
    pub fn fill(
        &self,
        command: &mut ConfirmCommand,
        echo: &mut Map<String, Value>,
        intent: Said<'_>,
    ) {
        if command.setup_future_usage.is_none()
            && intent.usage.is_none()
            && self.setup_future_usage.is_some()
        {
            command.setup_future_usage = Some(self.setup_future_usage);
        }
        if command.return_url.is_none() && intent.return_url.is_none() {
            command.return_url.clone_from(&self.return_url);
        }
        for (name, value) in &self.echo {
            if intent.echo.get(name).is_none_or(Value::is_null) {
                echo.entry(name.as_str()).or_insert_with(|| value.clone());
            }
        }
    }
}

/// What an intent says already, before it is confirmed.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// What the method is kept for.
    pub usage: Option<FutureUsage>,
    /// Where the buyer comes back to.
    pub return_url: Option<&'a str>,
    /// Descriptive members.
    pub echo: &'a Map<String, Value>,
}

impl<'a> Said<'a> {
    /// By an intent that is there.
    pub fn by(intent: &'a PaymentIntent) -> Said<'a> {
        Said {
            usage: intent.future_usage(),
            return_url: intent.return_url.as_deref(),
            echo: &intent.echo,
        }
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

/// Notes what is confirmed with it: it is used up.
///
/// # Errors
/// It was used before, or its time is over.
pub fn use_confirmation(
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
    use serde_json::json;

    #[test]
    fn the_server_has_the_last_word() {
        let token = ConfirmationToken {
            return_url: Some("https://shop.example/buyer".to_owned()),
            setup_future_usage: Some(FutureUsage::OnSession),
            echo: Map::from_iter([("shipping".to_owned(), json!({"name": "Ada"}))]),
            ..ConfirmationToken::default()
        };
        let nothing = Map::new();
        let silent = Said {
            usage: None,
            return_url: None,
            echo: &nothing,
        };
        let (mut command, mut echo) = (ConfirmCommand::default(), Map::new());
        token.fill(&mut command, &mut echo, silent);
        assert_eq!(command.return_url, token.return_url);
        assert_eq!(command.setup_future_usage, Some(token.setup_future_usage));
        assert_eq!(echo, token.echo);

        let own = json!({"name": "Grace"});
        let mut command = ConfirmCommand {
            return_url: Some("https://shop.example/server".to_owned()),
            setup_future_usage: Some(None),
            ..ConfirmCommand::default()
        };
        let mut echo = Map::from_iter([("shipping".to_owned(), own.clone())]);
        token.fill(&mut command, &mut echo, silent);
        assert_eq!(
            command.return_url.as_deref(),
            Some("https://shop.example/server")
        );
        assert_eq!(command.setup_future_usage, Some(None));
        assert_eq!(echo["shipping"], own);

        // What the intent was made with counts, too.
        let held = Map::from_iter([("shipping".to_owned(), own)]);
        let said = Said {
            usage: Some(FutureUsage::OffSession),
            return_url: Some("https://shop.example/intent"),
            echo: &held,
        };
        let (mut command, mut echo) = (ConfirmCommand::default(), Map::new());
        token.fill(&mut command, &mut echo, said);
        assert_eq!(
            (command.return_url, command.setup_future_usage),
            (None, None)
        );
        assert!(echo.is_empty());
    }

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
