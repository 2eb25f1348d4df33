//! What a form in a shop's page has to know: amount, mode and methods of the intent that it will confirm.
//!
//! Deliberately absent: whatever belongs to the merchant only; a publishable key and a client secret see this.

use crate::Engine;
use crate::caller::Caller;
use crate::mutation::Response;
use crate::read::{Reader, check_browser};
use crate::step::Halt;
use florin_base::Asset;
use florin_domain::payments::{PaymentIntent, SetupIntent};
use florin_domain::{Kind, MethodType, Refusal, methods};
use florin_render::{render_methods, render_saved};
use florin_store::StoreError;
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
        (session, locale): (Option<&str>, Option<&str>),
    ) -> Response {
        let result = async {
            let (mode, amount, currency, methods) = match asked {
                Asked::Secret(secret) => self.intent_of_form(caller, secret).await?,
                Asked::Deferred {
                    mode,
                    amount,
                    currency,
                } => (
                    mode.to_owned(),
                    Value::from(amount),
                    Value::from(currency.map(str::to_owned)),
                    self.methods_of_form(caller, mode, currency).await?,
                ),
            };
            let account = self.account(&caller.scope).await?;
            let (saved, told) = self.saved_of_form(caller, session).await?;
            let session = json!({
                "object": "elements.session",
                "livemode": caller.scope.live,
                "mode": mode,
                "amount": amount,
                "currency": currency,
                "merchant": {"name": account.name, "country": account.country},
                "methods": render_methods(&methods),
                "saved_methods": saved,
                "customer_session": told,
                "locale": locale.unwrap_or("auto"),
            });
            Ok(print(&session))
        };
        let result: Result<Vec<u8>, Halt> = result.await;
        self.respond(caller, result)
    }

    /// The saved cards that a customer session lets a form show, and what else it allows.
    async fn saved_of_form(
        &self,
        caller: &Caller,
        secret: Option<&str>,
    ) -> Result<(Value, Value), Halt> {
        let Some(secret) = secret else {
            return Ok((json!([]), Value::Null));
        };
        let session = self.customer_session(&caller.scope, secret)?;
        let cards = self.cards_of_form(&caller.scope, &session).await?;
        let told =
            json!({"save": session.saves, "save_usage": session.usage, "remove": session.removes});
        Ok((cards.iter().map(render_saved).collect(), told))
    }

    /// What an intent that the shop will make may be paid with.
    async fn methods_of_form(
        &self,
        caller: &Caller,
        mode: &str,
        currency: Option<&str>,
    ) -> Result<Vec<MethodType>, StoreError> {
        let asset = currency.and_then(|code| Asset::parse(&code.to_ascii_lowercase()));
        let Some(asset) = asset.filter(|_| mode == "payment") else {
            return Ok(vec![MethodType::Card]);
        };
        let switched = self.switched(&caller.scope).await?;
        Ok(methods::offered(&switched, asset, (false, false)))
    }

    /// Mode, amount, currency and types of the intent with a client secret.
    async fn intent_of_form(
        &self,
        caller: &Caller,
        secret: &str,
    ) -> Result<(String, Value, Value, Vec<MethodType>), Halt> {
        let id = secret.split(SECRET_MARK).next().unwrap_or_default();
        let reader = Reader::new(self, &caller.scope, None);
        let caller = Caller {
            client_secret: Some(secret.to_owned()),
            ..caller.clone()
        };
        if let Some(intent) = reader.typed::<PaymentIntent>(id).await? {
            check_browser(&caller, &intent.clone().into())?;
            let currency = Value::from(intent.currency.as_str());
            let types = MethodType::read(&intent.offered()).unwrap_or_default();
            let amount = Value::from(intent.amount);
            return Ok(("payment".to_owned(), amount, currency, types));
        }
        if let Some(setup) = reader.typed::<SetupIntent>(id).await? {
            check_browser(&caller, &setup.into())?;
            let cards = vec![MethodType::Card];
            return Ok(("setup".to_owned(), Value::Null, Value::Null, cards));
        }
        Err(Refusal::missing_in_body(Kind::PaymentIntent, id, "client_secret").into())
    }
}
