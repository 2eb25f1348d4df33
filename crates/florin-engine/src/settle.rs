//! Asking a processor, and recording what it says.

use crate::Engine;
use crate::jobs::halted;
use crate::mutation::{SETTLE_TRIES_MAX, recovery_job};
use crate::notices::REFERENCE_SPACE;
use crate::scheduler::finish;
use crate::step::{Halt, Step};
use base64::Engine as _;
use florin_base::{Id, Scope};
use florin_domain::cards::{CardSource, VaultCard};
use florin_domain::changes::{Claim, JobKind};
use florin_domain::checkout::CheckoutSession;
use florin_domain::payments::settle::{SettleInputs, Verdict, settle};
use florin_domain::payments::{Attempt, Call, Charge, PaymentIntent, Refund, SetupIntent, Target};
use florin_domain::processor::{Outcome, ProcessorRequest, Verb};
use florin_domain::transitions::Transition;
use florin_domain::{Entity, Kind, Record, RecordKey, Refusal, Versioned};
use florin_processors::{Inquiry, Secrets};
use florin_store::{Commit, LeasedJob, StoreError};
use florin_vault::{Cvc, SealContext};
use futures_util::FutureExt;
use serde_json::json;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

/// What settling leaves for the answer.
#[derive(Debug, Default)]
pub struct Recorded {
    /// The decline that is the answer.
    pub verdict: Verdict,
}

impl Recorded {
    /// What was left by whoever settled an attempt before.
    pub(crate) fn before(attempt: &Attempt) -> Recorded {
        let verdict = attempt.decline().cloned().map(Box::new);
        Recorded { verdict }
    }
}

/// Recovery begins to ask so long after an announcement, in milliseconds: the call may still be under way then, which asking
/// does not disturb, and the work of a process that died goes on soon.
const RECOVER_AFTER_MS: i64 = 10_000;

/// The secrets of one call, taken before it.
pub(crate) struct Taken {
    sealed: Option<VaultCard>,
    cvc: Option<Cvc>,
}

/// An authorization of an intent that nobody has announced makes its charge in the very commit of its decision: there is
/// none to be read.
fn makes_its_charge(attempt: &Versioned<Attempt>) -> bool {
    let request = attempt.record.request.as_ref();
    let authorizes = request.is_some_and(|request| request.verb == Verb::Authorize);
    attempt.version == 0 && authorizes && matches!(attempt.record.target, Target::Intent(_))
}

/// The checkout session that follows what is settled.
fn session_of(inputs: &SettleInputs) -> Option<Id<CheckoutSession>> {
    let of_intent = inputs.intent.as_ref();
    let of_intent = of_intent.and_then(|held| held.record.session.clone());
    of_intent.or_else(|| inputs.setup.as_ref()?.record.session.clone())
}

/// A call that is announced in our own books and may be made until `last_call`.
pub(crate) struct Sending {
    sealed: Option<VaultCard>,
    /// By the clock that never goes back.
    last_call_ms: u64,
}

impl Step {
    /// Keeps an attempt in the draft, so that settling finds it.
    pub(crate) fn note(&mut self, attempt: Versioned<Attempt>) {
        let (draft, _) = self.parts();
        draft.stage(attempt);
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
        let cvc = self.cvc_of(request).await;
        Ok(Taken { sealed, cvc })
    }

    async fn cvc_of(&self, request: &ProcessorRequest) -> Option<Cvc> {
        match request.shelf.as_ref().or(request.method.as_ref()) {
            Some(shelf) if request.terms.cvc_given => self.take_cvc(&request.scope, shelf).await,
            _ => None,
        }
    }

    /// Puts into the draft what must be durable before a processor outside is asked: the attempt, and the job that asks
    /// what became of it.
    pub(crate) async fn announce(
        &self,
        step: &mut Step,
        call: &mut Call,
    ) -> Result<Sending, StoreError> {
        let sealed = self.sealed_of(step, &call.request).await?;
        let timeout_ms = self.world.settings.processor_timeout_ms;
        let last_call_ms = self.world.clock.monotonic_ms() + timeout_ms;
        let wait_ms = RECOVER_AFTER_MS.min(2 * timeout_ms as i64);
        let due = self.world.clock.now().plus_ms(wait_ms);
        let id = call.attempt.record.id().to_owned();
        let (draft, mut context) = step.parts();
        draft.save(&mut context, &mut call.attempt, Transition::AttemptChanged);
        draft.claim(Claim {
            scope: None,
            space: REFERENCE_SPACE,
            key: call.request.reference.clone(),
            target: RecordKey::new(&context.scope, Kind::Attempt, &id),
        });
        let body = json!({ "attempt": id });
        draft.job(JobKind::Recover, recovery_job(&id), due, body);
        Ok(Sending {
            sealed,
            last_call_ms,
        })
    }

    /// Makes an announced call, once its announcement is durable. The security code is taken for it now and not before: a
    /// commit that met a conflict must not cost it.
    pub(crate) async fn make(&self, request: &ProcessorRequest, sending: Sending) -> Outcome {
        // A commit may be answered late. A call that would not end before "never seen" counts is not made: recovery could
        // record a failure, and the call would charge the buyer all the same.
        if self.world.clock.monotonic_ms() > sending.last_call_ms {
            return Outcome::Unknown;
        }
        let taken = Taken {
            cvc: self.cvc_of(request).await,
            sealed: sending.sealed,
        };
        self.call(&request.scope, request, taken).await
    }

    /// A call that no request waits for. Its job ends with the announcement; from there on recovery stands behind it.
    pub(crate) async fn act(
        self: &Arc<Self>,
        leased: &LeasedJob,
        mut step: Step,
        mut call: Call,
    ) -> Result<(), StoreError> {
        let id = call.attempt.record.id().to_owned();
        if !self.is_outside(&leased.job.scope) {
            let outcome = halted(self.ask(&mut step, &call).await)?;
            if !call.attempt.record.is_ended_by(&outcome) {
                let why = "the processor did not answer".to_owned();
                return Err(StoreError::Unavailable(why));
            }
            step.note(call.attempt);
            halted(self.settle_step(&mut step, &id, outcome).await)?;
            return self.finish_with(leased, step).await;
        }
        let sending = self.announce(&mut step, &mut call).await?;
        let commit = Commit {
            changes: step.take(),
            finish: Some(finish(leased, None)),
            must_not_shed: true,
            ..Commit::default()
        };
        self.commit(&leased.job.scope, commit, false).await?;
        let outcome = self.make(&call.request, sending).await;
        for _ in 0..SETTLE_TRIES_MAX {
            let mut step = Step::new(self, &leased.job.scope, None);
            halted(self.settle_step(&mut step, &id, outcome.clone()).await)?;
            let commit = Commit {
                changes: step.take(),
                must_not_shed: true,
                ..Commit::default()
            };
            match self.commit(&leased.job.scope, commit, false).await {
                Err(StoreError::Conflict) => {}
                // Recovery asks again; this job has ended already and must not be put back.
                Err(error) => {
                    tracing::warn!(%error, attempt = id, "an outcome waits for recovery");
                    break;
                }
                Ok(()) => break,
            }
        }
        Ok(())
    }

    /// The sealed number behind a request.
    pub(crate) async fn sealed_of(
        &self,
        step: &mut Step,
        request: &ProcessorRequest,
    ) -> Result<Option<VaultCard>, StoreError> {
        self.card_of(step, &request.card).await
    }

    /// The sealed number of a card, with its data key known if the installation has it.
    pub(crate) async fn card_of(
        &self,
        step: &mut Step,
        card: &CardSource,
    ) -> Result<Option<VaultCard>, StoreError> {
        let CardSource::Vault(id) = card else {
            return Ok(None);
        };
        let found = step.peek(Kind::VaultCard, id).await?;
        let sealed = found.and_then(VaultCard::from_record);
        if let Some(sealed) = &sealed {
            self.know_key(&sealed.key_id).await;
        }
        Ok(sealed)
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

    /// Asks what became of a request, with a deadline. An adapter that panics or hangs has not said anything.
    pub(crate) async fn inform(
        &self,
        request: &ProcessorRequest,
        sealed: Option<&VaultCard>,
    ) -> Inquiry {
        let Some(processor) = self.world.processors.for_scope(request.scope.live) else {
            return Inquiry::Unknown;
        };
        let asked =
            AssertUnwindSafe(processor.inquire(request, self.inquiry(sealed))).catch_unwind();
        let deadline = self
            .world
            .clock
            .sleep(self.world.settings.processor_timeout_ms);
        match futures_util::future::select(Box::pin(asked), deadline).await {
            futures_util::future::Either::Left((Ok(inquiry), _)) => inquiry,
            futures_util::future::Either::Left((Err(_), _)) => {
                tracing::error!(reference = %request.reference, "the adapter of a processor panicked on an inquiry");
                Inquiry::Unknown
            }
            futures_util::future::Either::Right(_) => Inquiry::Unknown,
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
        let before = inputs.attempt.record.alarm();
        let (draft, mut context) = step.parts();
        let verdict = settle(draft, &mut context, *inputs, outcome);
        let key = RecordKey::new(step.scope(), Kind::Attempt, attempt);
        let after = match step.changes().written(&key).map(|write| &write.record) {
            Some(Record::Attempt(attempt)) => attempt.alarm(),
            _ => None,
        };
        if let Some(alarm) = after
            && before.is_none()
        {
            self.alarms.raise(alarm);
            tracing::error!(
                attempt,
                alarm = alarm.name(),
                "a processor's outcome needs a person's eye; `florin attempts` shows it"
            );
        }
        Ok(Recorded { verdict })
    }

    /// In a box: it is large, and futures that hold it would be.
    async fn settle_inputs(
        &self,
        step: &mut Step,
        attempt: &str,
    ) -> Result<Box<SettleInputs>, Halt> {
        let attempt = step.in_url::<Attempt>(attempt, "attempt").await?;
        let pricing = self.account(step.scope()).await?.pricing.clone();
        let mut inputs = Box::new(SettleInputs {
            intent: None,
            charge: None,
            method: None,
            customer: None,
            warning: None,
            refund: None,
            setup: None,
            session: None,
            link: None,
            reversed: None,
            method_freed: false,
            pricing,
            processor: self
                .world
                .processors
                .for_scope(step.scope().live)
                .map_or("", |processor| processor.name()),
            attempt,
        });
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
            Target::Attempt(id) => {
                inputs.reversed = step.find::<Attempt>(&id).await?;
                charge = None;
            }
            Target::Refund(id) => {
                let refund = step.in_url::<Refund>(&id, "refund").await?;
                charge = Some(refund.record.charge.to_string());
                inputs.refund = Some(refund);
            }
        }
        if let Some(id) = charge.filter(|_| !makes_its_charge(&inputs.attempt)) {
            inputs.charge = step.find::<Charge>(&id).await?;
        }
        if let Some(held) = &inputs.charge {
            inputs.warning = step.warning_of(&held.record).await?;
        }
        if let Some(session) = session_of(&inputs) {
            inputs.session = step.find::<CheckoutSession>(&session).await?;
            let session = inputs.session.as_ref().map(|held| &held.record);
            let link = session.and_then(CheckoutSession::counting_link);
            inputs.link = step.linked(link).await?;
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
