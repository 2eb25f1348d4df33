//! What a form in a shop's page has to know: amount, mode and methods of the intent that it will confirm.
//!
//! Deliberately absent: whatever belongs to the merchant only; a publishable key and a client secret see this.

use crate::Engine;
use crate::caller::Caller;
use crate::mutation::Response;
use crate::read::{Reader, check_browser};
use crate::step::Halt;
use florin_domain::payments::{PaymentIntent, SetupIntent};
use florin_domain::{Kind, Refusal};
use florin_wire::print;
use serde_json::{Value, json};

/// Which intent a form is for.
#[derive(Clone, Copy, Debug)]
pub enum Asked<'a> {
    /// The one with this client secret.
    Secret(&'a str),
    /// One that the shop will make when the buyer presses its button.
    Deferred {
        /// `payment`, `setup` or `subscription`.
        mode: &'a str,
        /// Minor units.
        amount: Option<i64>,
        /// The currency.
        currency: Option<&'a str>,
    },
}

/// What separates an intent's id from the random part of its client secret.
const SECRET_MARK: &str = "_secret_";

impl Engine {
    /// The session of a form.
    pub async fn elements_session(
        &self,
        caller: &Caller,
        asked: Asked<'_>,
        locale: Option<&str>,
    ) -> Response {
        let result = async {
            let (mode, amount, currency) = match asked {
                Asked::Secret(secret) => self.intent_of_form(caller, secret).await?,
                Asked::Deferred {
                    mode,
                    amount,
                    currency,
                } => (
                    mode.to_owned(),
                    Value::from(amount),
                    Value::from(currency.map(str::to_owned)),
                ),
            };
            let account = self.account(&caller.scope).await?;
            let session = json!({
                "object": "elements.session",
                "livemode": caller.scope.live,
                "mode": mode,
                "amount": amount,
                "currency": currency,
                "merchant": {"name": account.name, "country": account.country},
                "methods": [{"type": "card", "flow": "card"}],
                "saved_methods": [],
                "locale": locale.unwrap_or("auto"),
            });
            Ok(print(&session))
        };
        let result: Result<Vec<u8>, Halt> = result.await;
        self.respond(caller, result)
    }

    /// Mode, amount and currency of the intent with a client secret.
    async fn intent_of_form(
        &self,
        caller: &Caller,
        secret: &str,
    ) -> Result<(String, Value, Value), Halt> {
        let id = secret.split(SECRET_MARK).next().unwrap_or_default();
        let reader = Reader::new(self, &caller.scope, None);
        let caller = Caller {
            client_secret: Some(secret.to_owned()),
            ..caller.clone()
        };
        if let Some(intent) = reader.typed::<PaymentIntent>(id).await? {
            check_browser(&caller, &intent.clone().into())?;
            let currency = Value::from(intent.currency.as_str());
            return Ok(("payment".to_owned(), Value::from(intent.amount), currency));
        }
        if let Some(setup) = reader.typed::<SetupIntent>(id).await? {
            check_browser(&caller, &setup.into())?;
            return Ok(("setup".to_owned(), Value::Null, Value::Null));
        }
        Err(Refusal::missing_in_body(Kind::PaymentIntent, id, "client_secret").into())
    }
}
