//! Asking a processor, and recording what it says.

use crate::Engine;
use crate::step::{Halt, Step};
use base64::Engine as _;
use florin_base::Scope;
use florin_domain::cards::{CardSource, VaultCard};
use florin_domain::payments::settle::{SettleInputs, Verdict, settle};
use florin_domain::payments::{Attempt, Call, Charge, PaymentIntent, Refund, SetupIntent, Target};
use florin_domain::processor::{Outcome, ProcessorRequest};
use florin_domain::{Entity, Kind, Refusal, Versioned};
use florin_processors::Secrets;
use florin_store::StoreError;
use florin_vault::{Cvc, SealContext};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

/// What settling leaves for the answer.
#[derive(Debug, Default)]
pub struct Recorded {
    /// The decline that is the answer.
    pub verdict: Verdict,
}

/// The secrets of one call, taken before it.
pub(crate) struct Taken {
    sealed: Option<VaultCard>,
    cvc: Option<Cvc>,
}

impl Step {
    /// Keeps an attempt in the draft, so that settling finds it.
    pub(crate) fn note(&mut self, attempt: Versioned<Attempt>) {
        let (draft, _) = self.parts();
        draft.stage(&attempt);
    }
}

impl Engine {
    /// Takes what a call needs from the vault's shelves: the sealed number, and the CVC for its one use.
    pub(crate) async fn secrets(
        &self,
        step: &mut Step,
        request: &ProcessorRequest,
    ) -> Result<Taken, Halt> {
        let sealed = self.sealed_of(step, request).await?;
        let cvc = match &request.method {
            Some(method) if request.terms.cvc_given => self.take_cvc(&request.scope, method).await,
            _ => None,
        };
        Ok(Taken { sealed, cvc })
    }

    /// The sealed number behind a request.
    pub(crate) async fn sealed_of(
        &self,
        step: &mut Step,
        request: &ProcessorRequest,
    ) -> Result<Option<VaultCard>, StoreError> {
        Ok(match &request.card {
            CardSource::Vault(id) => step
                .peek(Kind::VaultCard, id)
                .await?
                .and_then(VaultCard::from_record),
            CardSource::Published(_) => None,
        })
    }

    /// The secrets of an inquiry: never a CVC.
    pub(crate) fn inquiry<'a>(&'a self, sealed: Option<&'a VaultCard>) -> Secrets<'a> {
        Secrets {
            sealed,
            opener: &self.world.opener,
            cvc: None,
        }
    }

    /// Takes a CVC from its shelf. One that is gone is no failure: the issuer decides without it.
    pub(crate) async fn take_cvc(&self, scope: &Scope, record: &str) -> Option<Cvc> {
        let context = SealContext {
            account: &scope.account,
            live: scope.live,
            record,
        };
        let now = self.world.clock.now().0;
        self.world.cvcs.take(context, now).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "a security code could not be read; the payment goes on without it");
            None
        })
    }

    /// Asks a processor whose effects lie inside our store.
    pub(crate) async fn ask(&self, step: &mut Step, call: &Call) -> Result<Outcome, Halt> {
        if self.world.processors.for_scope(step.scope().live).is_none() {
            return Err(Refusal::NoProcessor.into());
        }
        let taken = self.secrets(step, &call.request).await?;
        let scope = step.scope().clone();
        Ok(self.call(&scope, &call.request, taken).await)
    }

    /// Calls a processor with a deadline. A time-out and a panic are outcomes that nobody knows.
    pub(crate) async fn call(
        &self,
        scope: &Scope,
        request: &ProcessorRequest,
        taken: Taken,
    ) -> Outcome {
        let Some(processor) = self.world.processors.for_scope(scope.live) else {
            return Outcome::Unknown;
        };
        let secrets = Secrets {
            sealed: taken.sealed.as_ref(),
            opener: &self.world.opener,
            cvc: taken.cvc,
        };
        let call = AssertUnwindSafe(processor.call(request, secrets)).catch_unwind();
        let deadline = self
            .world
            .clock
            .sleep(self.world.settings.processor_timeout_ms);
        match futures_util::future::select(Box::pin(call), deadline).await {
            futures_util::future::Either::Left((Ok(outcome), _)) => outcome,
            futures_util::future::Either::Left((Err(_), _)) => {
                tracing::error!(reference = %request.reference, "the adapter of a processor panicked; the outcome is unknown");
                Outcome::Unknown
            }
            futures_util::future::Either::Right(_) => {
                tracing::warn!(reference = %request.reference, verb = request.verb.name(), "a processor did not answer in time");
                Outcome::Unknown
            }
        }
    }

    /// Records an outcome in a step's draft.
    pub(crate) async fn settle_step(
        self: &Arc<Self>,
        step: &mut Step,
        attempt: &str,
        outcome: Outcome,
    ) -> Result<Recorded, Halt> {
        let inputs = self.settle_inputs(step, attempt).await?;
        let (draft, mut context) = step.parts();
        Ok(Recorded {
            verdict: settle(draft, &mut context, inputs, outcome),
        })
    }

    async fn settle_inputs(&self, step: &mut Step, attempt: &str) -> Result<SettleInputs, Halt> {
        let attempt = step.in_url::<Attempt>(attempt, "attempt").await?;
        let mut inputs = SettleInputs {
            intent: None,
            charge: None,
            method: None,
            customer: None,
            refund: None,
            setup: None,
            pricing: self.account(step.scope()).await?.pricing.clone(),
            processor: self
                .world
                .processors
                .for_scope(step.scope().live)
                .map_or("", |processor| processor.name()),
            attempt,
        };
        let mut charge = inputs
            .attempt
            .record
            .charge
            .as_ref()
            .map(|id| id.to_string());
        match inputs.attempt.record.target.clone() {
            Target::Intent(id) => {
                inputs.intent = Some(step.in_url::<PaymentIntent>(&id, "intent").await?)
            }
            Target::Charge(id) => charge = Some(id.to_string()),
            Target::Setup(id) => {
                inputs.setup = Some(step.in_url::<SetupIntent>(&id, "intent").await?)
            }
            Target::Refund(id) => {
                let refund = step.in_url::<Refund>(&id, "refund").await?;
                charge = Some(refund.record.charge.to_string());
                inputs.refund = Some(refund);
            }
        }
        if let Some(id) = charge {
            inputs.charge = step.find::<Charge>(&id).await?;
        }
        self.settle_people(step, &mut inputs).await?;
        Ok(inputs)
    }

    /// Loads the payment method and, where it is to be saved, the customer.
    async fn settle_people(&self, step: &mut Step, inputs: &mut SettleInputs) -> Result<(), Halt> {
        let first = inputs
            .attempt
            .record
            .request
            .as_ref()
            .filter(|request| request.original.is_none() || inputs.setup.is_some());
        let completes = inputs
            .attempt
            .record
            .request
            .as_ref()
            .filter(|request| request.terms.challenge.is_some());
        if let Some(method) = first
            .or(completes)
            .and_then(|request| request.method.clone())
        {
            inputs.method = step.find(&method).await?;
        }
        let saves = inputs
            .intent
            .as_ref()
            .filter(|held| held.record.future_usage().is_some());
        let customer = saves.and_then(|held| held.record.customer.as_ref());
        let customer = customer.or(inputs
            .setup
            .as_ref()
            .and_then(|held| held.record.customer.as_ref()));
        if let Some(customer) = customer.map(|id| id.to_string()) {
            inputs.customer = step.find(&customer).await?;
        }
        Ok(())
    }

    /// Seals a card number for the store.
    pub(crate) fn sealed_card(
        &self,
        scope: &Scope,
        id: &str,
        card: (&florin_vault::CardNumber, florin_vault::Expiry),
    ) -> Result<VaultCard, florin_vault::VaultError> {
        let context = SealContext {
            account: &scope.account,
            live: scope.live,
            record: id,
        };
        let (key_id, bytes) = self
            .world
            .vault
            .seal_card(&context, card.0, card.1)?
            .into_parts();
        Ok(VaultCard {
            id: id.into(),
            created: self.now(),
            key_id,
            sealed: base64::engine::general_purpose::STANDARD.encode(bytes),
            ..VaultCard::default()
        })
    }
}
