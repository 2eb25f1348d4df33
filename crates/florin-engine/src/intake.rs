//! Cards on their way in: a number is checked, described, sealed and forgotten; published test cards come by name.

use crate::Engine;
use crate::step::{Halt, Step};
use florin_base::Scope;
use florin_domain::cards::{CardDetails, CardSource, VaultCard};
use florin_domain::payments::{
    ConfirmationToken, MethodDetails, PaymentMethod, Token, create_method,
};
use florin_domain::transitions::Transition;
use florin_domain::{Refusal, Versioned};
use florin_processors::{Processor, PublishedCard};
use florin_vault::{CardNumber, Cvc, Expiry, SealContext};
use florin_wire::WireError;
use std::sync::Arc;

/// A card as a request brought it.
pub struct CardInput {
    /// The number.
    pub number: CardNumber,
    /// Its expiry.
    pub expiry: Expiry,
    /// Its verification code.
    pub cvc: Option<Cvc>,
}

/// A card that was taken in: the number is sealed, the code waits on its shelf.
#[derive(Clone, Debug)]
pub struct NewCard {
    /// The id that the payment method or token made of it will have.
    pub id: String,
    /// What may be shown.
    pub details: CardDetails,
    /// Where the number is.
    pub source: CardSource,
    /// The sealed number, to be stored with the object.
    pub vault: Option<VaultCard>,
    /// A code came with it.
    pub cvc_given: bool,
}

/// The payment method that a request means.
#[derive(Clone, Debug)]
pub enum MethodSource {
    /// An id, or a published name such as `pm_card_visa`.
    Id {
        /// The id.
        id: String,
        /// The parameter that named it.
        param: &'static str,
    },
    /// A one-time token, or a published name such as `tok_visa`.
    Token {
        /// The token.
        id: String,
        /// The parameter that named it.
        param: &'static str,
        /// Billing details and metadata of the new payment method.
        details: Box<MethodDetails>,
    },
    /// A card in the request.
    Card(Box<NewCard>, Box<MethodDetails>),
    /// What needs no details: a wallet, a banking app, a transfer.
    Plain(Box<MethodDetails>),
}

/// The prefix of published payment methods.
const PUBLISHED_METHOD: &str = "pm_card_";
/// The parameter that names a confirmation token.
const CONFIRMATION: &str = "confirmation_token";
/// The prefix of published tokens.
const PUBLISHED_TOKEN: &str = "tok_";

impl Engine {
    fn processor(&self, scope: &Scope) -> Result<&dyn Processor, Halt> {
        self.world
            .processors
            .for_scope(scope.live)
            .ok_or_else(|| Refusal::NoProcessor.into())
    }

    /// Takes a card in. `prefix` is that of the object which it becomes.
    ///
    /// # Errors
    /// No processor takes the card, or the vault cannot seal.
    pub async fn intake(
        &self,
        scope: &Scope,
        card: CardInput,
        prefix: &str,
    ) -> Result<NewCard, Halt> {
        let described = self.processor(scope)?.describe(&card.number);
        let traits = described.map_err(|decline| Refusal::Card(Box::new(decline)))?;
        let id = self.fresh_id(prefix);
        let vault_id = self.fresh_id("vc_");
        let sealed = self.sealed_card(scope, &vault_id, (&card.number, card.expiry));
        let sealed = sealed
            .map_err(|error| WireError::api(format!("The card could not be sealed: {error}")))?;
        let cvc_given = card.cvc.is_some();
        let details = CardDetails {
            brand: traits.brand,
            last4: card.number.last4().to_owned(),
            exp_month: card.expiry.month(),
            exp_year: card.expiry.year(),
            funding: traits.funding,
            country: traits.country,
            networks: traits.networks,
            preferred: None,
            fingerprint: self.world.vault.fingerprint(&scope.account, &card.number),
        };
        if let Some(cvc) = card.cvc {
            self.shelve(scope, &id, cvc).await?;
        }
        let source = CardSource::Vault(vault_id.as_str().into());
        Ok(NewCard {
            id,
            details,
            source,
            vault: Some(sealed),
            cvc_given,
        })
    }

    async fn shelve(&self, scope: &Scope, record: &str, cvc: Cvc) -> Result<(), Halt> {
        let context = SealContext {
            account: &scope.account,
            live: scope.live,
            record,
        };
        let kept = self
            .world
            .cvcs
            .put(context, cvc, self.world.clock.now().0)
            .await;
        kept.map_err(|error| {
            WireError::api(format!("The security code could not be kept: {error}")).into()
        })
    }

    fn published(&self, scope: &Scope, name: &str) -> Option<PublishedCard> {
        self.world.processors.for_scope(scope.live)?.published(name)
    }

    fn published_details(&self, scope: &Scope, card: &PublishedCard) -> MethodDetails {
        let details = CardDetails {
            brand: card.traits.brand.clone(),
            last4: card.last4.clone(),
            exp_month: card.exp_month,
            exp_year: card.exp_year,
            funding: card.traits.funding.clone(),
            country: card.traits.country.clone(),
            networks: card.traits.networks.clone(),
            preferred: None,
            fingerprint: self.published_fingerprint(scope, &card.name),
        };
        let source = CardSource::Published(card.name.clone());
        MethodDetails {
            card: details,
            source,
            cvc_given: true,
            ..MethodDetails::default()
        }
    }

    /// A published card's fingerprint is that of its number, where the number is known.
    fn published_fingerprint(&self, scope: &Scope, name: &str) -> String {
        let number = self
            .world
            .processors
            .test_number(name)
            .and_then(|digits| CardNumber::parse(digits).ok());
        number
            .map(|number| self.world.vault.fingerprint(&scope.account, &number))
            .unwrap_or_default()
    }
}

impl Step {
    /// The payment method that a request means: loaded, or made in the draft's decision (version 0).
    ///
    /// # Errors
    /// There is none, or a token was used before.
    pub async fn method(
        &mut self,
        source: &MethodSource,
    ) -> Result<Versioned<PaymentMethod>, Halt> {
        match source {
            MethodSource::Id { id, param } => match id.strip_prefix(PUBLISHED_METHOD) {
                Some(name) => self.published_method(name, (id, param), MethodDetails::default()),
                None => self.in_body(id, param).await,
            },
            MethodSource::Token { id, param, details } => {
                self.method_of_token((id, param), details).await
            }
            MethodSource::Plain(details) => {
                let (_, mut context) = self.parts();
                Ok(create_method(&mut context, (**details).clone()))
            }
            MethodSource::Card(card, details) => {
                let (draft, mut context) = self.parts();
                if let Some(vault) = &card.vault {
                    draft.save(
                        &mut context,
                        &mut Versioned::fresh(vault.clone()),
                        Transition::CardSealed,
                    );
                }
                let made = MethodDetails {
                    card: card.details.clone(),
                    source: card.source.clone(),
                    cvc_given: card.cvc_given,
                    ..(**details).clone()
                };
                let mut held = create_method(&mut context, made);
                held.record.id = card.id.as_str().into();
                Ok(held)
            }
        }
    }

    fn published_method(
        &mut self,
        name: &str,
        named: (&str, &str),
        details: MethodDetails,
    ) -> Result<Versioned<PaymentMethod>, Halt> {
        let engine = Arc::clone(self.engine());
        let Some(card) = engine.published(self.scope(), name) else {
            return Err(Refusal::missing_in_body(
                florin_domain::Kind::PaymentMethod,
                named.0,
                named.1,
            )
            .into());
        };
        let made = engine.published_details(self.scope(), &card);
        let made = MethodDetails {
            billing: details.billing,
            metadata: details.metadata,
            allow_redisplay: details.allow_redisplay,
            preferred: details.preferred,
            ..made
        };
        let (_, mut context) = self.parts();
        Ok(create_method(&mut context, made))
    }

    /// The confirmation token that a request names, if it names one.
    ///
    /// # Errors
    /// There is none.
    pub async fn confirmation(
        &mut self,
        id: Option<&str>,
    ) -> Result<Option<Versioned<ConfirmationToken>>, Halt> {
        self.optional::<ConfirmationToken>(id, CONFIRMATION).await
    }

    /// What is paid with: what the request says, or its confirmation token stands for.
    ///
    /// # Errors
    /// There is no such payment method, or a token was used before.
    pub async fn chosen(
        &mut self,
        source: Option<&MethodSource>,
        token: Option<&Versioned<ConfirmationToken>>,
    ) -> Result<Option<Versioned<PaymentMethod>>, Halt> {
        if let Some(source) = source {
            return self.method(source).await.map(Some);
        }
        let Some(token) = token else {
            return Ok(None);
        };
        match &token.record.saved {
            Some(saved) => self.in_body(saved, CONFIRMATION).await.map(Some),
            None => Ok(Some(token.record.made(&mut self.parts().1))),
        }
    }

    /// Turns a token into a payment method; the token is used up with it.
    async fn method_of_token(
        &mut self,
        named: (&str, &str),
        details: &MethodDetails,
    ) -> Result<Versioned<PaymentMethod>, Halt> {
        let (id, param) = named;
        let engine = Arc::clone(self.engine());
        let Some(mut token) = self.find::<Token>(id).await? else {
            let name = id.strip_prefix(PUBLISHED_TOKEN).unwrap_or_default();
            if engine.published(self.scope(), name).is_none() {
                return Err(Refusal::missing_in_body(florin_domain::Kind::Token, id, param).into());
            }
            return self.published_method(name, named, details.clone());
        };
        if token.record.used {
            let message = format!("You cannot use a token more than once: {id}. Make a new one.");
            return Err(WireError::invalid(message)
                .with_code("token_already_used")
                .with_param(param)
                .into());
        }
        token.record.used = true;
        let mut made = MethodDetails {
            card: token.record.card.clone(),
            source: token.record.source.clone(),
            cvc_given: token.record.cvc_given,
            ..details.clone()
        };
        if made.billing.is_empty() {
            made.billing = token.record.billing.clone();
        }
        let mut held = {
            let (draft, mut context) = self.parts();
            draft.save(&mut context, &mut token, Transition::TokenChanged);
            create_method(&mut context, made)
        };
        // The code stays where it is, so that a decision that is made anew does not lose it.
        held.record.shelf = Some(id.to_owned());
        Ok(held)
    }
}
