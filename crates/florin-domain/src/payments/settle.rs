//! Settling: what a processor's outcome does to our records.
//!
//! Settling is total: a real outcome is always recorded, also when the payment was cancelled meanwhile (then the money
//! is given back by a job). What a settled attempt is told once more changes nothing, unless it contradicts what was
//! recorded: see [`super::reverse`].

use super::booking::{book_capture, expect_capture};
use super::{
    Attempt, AttemptState, Charge, ChargeStatus, EarlyFraudWarning, FutureUsage, IntentStatus,
    PaymentError, PaymentIntent, PaymentMethod, Refund, RefundInputs, SetupIntent, SetupStatus,
    Target, cancel, expire, notice, refund, reverse,
};
use crate::accounts::Pricing;
use crate::changes::{Claim, Draft, JobKind};
use crate::checkout::{self, CheckoutSession, PaymentLink};
use crate::context::Context;
use crate::customers::Customer;
use crate::methods::MethodType;
use crate::processor::{Approval, Decline, Outcome, ProcessorRequest, Verb};
use crate::record::{Entity, RecordKey, Versioned};
use crate::transitions::Transition;
use serde_json::json;

/// Between two tries to give back an authorization that nobody wants, in milliseconds.
pub const VOID_AGAIN_MS: i64 = 3_600_000;

/// Everything that settling may need. What an attempt does not concern is `None`.
#[derive(Clone, Debug)]
pub struct SettleInputs {
    /// Our note.
    pub attempt: Versioned<Attempt>,
    /// The intent of the attempt.
    pub intent: Option<Versioned<PaymentIntent>>,
    /// An existing charge.
    pub charge: Option<Versioned<Charge>>,
    /// The payment method.
    pub method: Option<Versioned<PaymentMethod>>,
    /// The attempt's hold on the method ended, which is not saved yet. False at first.
    pub method_freed: bool,
    /// The customer of the intent, for saving the method.
    pub customer: Option<Versioned<Customer>>,
    /// The warning of the charge.
    pub warning: Option<Versioned<EarlyFraudWarning>>,
    /// The refund of the attempt.
    pub refund: Option<Versioned<Refund>>,
    /// The attempt that this one reverses.
    pub reversed: Option<Versioned<Attempt>>,
    /// The set-up of the attempt.
    pub setup: Option<Versioned<SetupIntent>>,
    /// The checkout session of the intent or the set-up.
    pub session: Option<Versioned<CheckoutSession>>,
    /// The link of the session, where it counts.
    pub link: Option<Versioned<PaymentLink>>,
    /// What the installation charges.
    pub pricing: Pricing,
    /// The processor's name.
    pub processor: &'static str,
}

/// What the caller is told: nothing, or the decline that is the answer.
pub type Verdict = Option<Box<Decline>>;

/// Records an outcome.
pub fn settle(
    draft: &mut Draft,
    context: &mut Context<'_>,
    mut inputs: SettleInputs,
    outcome: Outcome,
) -> Verdict {
    if inputs.attempt.record.state != AttemptState::Processing {
        reverse::contradict(draft, context, inputs, outcome);
        return None;
    }
    let request = inputs.attempt.record.request.clone()?;
    let outcome = told_of(request.verb, outcome);
    if !matches!(outcome, Outcome::Unknown | Outcome::Pending { .. }) {
        free_method(&mut inputs);
    }
    if matches!(&outcome, Outcome::Approved(approval) if reverse::is_mismatch(&request, approval)) {
        reverse::quarantine(draft, context, inputs, outcome);
        return None;
    }
    let authorizes = matches!(request.verb, Verb::Authorize | Verb::Complete);
    if let (Outcome::Pending { .. }, true, Some(intent)) =
        (&outcome, authorizes, inputs.intent.as_mut())
    {
        // Nobody works on it until the processor knows: the state alone says what may be done meanwhile.
        intent.record.attempt = None;
    }
    let verdict = match (&inputs.attempt.record.target, request.verb) {
        (Target::Refund(_), _) => {
            if let Some(mut held) = inputs.refund.take() {
                let warning = inputs.warning.take();
                let charge = inputs.charge.take();
                let back = charge.map(|charge| RefundInputs { charge, warning });
                refund::settle(draft, context, &mut held, &outcome, back);
            }
            None
        }
        (Target::Attempt(_), _) => {
            reverse::settle(draft, context, &mut inputs, &outcome);
            None
        }
        (Target::Setup(_), _) => settle_setup(draft, context, &mut inputs, &outcome),
        (_, Verb::Authorize | Verb::Complete) => {
            settle_authorization(draft, context, &mut inputs, &request, &outcome)
        }
        (_, Verb::Capture) => settle_capture(draft, context, &mut inputs, &request, &outcome),
        (_, Verb::Void) => settle_void(draft, context, &mut inputs, &outcome),
        (_, Verb::Increment) => settle_increment(draft, context, &mut inputs, &request, &outcome),
        (_, Verb::Refund | Verb::Verify) => None,
    };
    if let (Some(session), Some(intent)) = (inputs.session.as_mut(), inputs.intent.as_ref()) {
        let link = inputs.link.as_mut();
        checkout::follow_intent(draft, context, session, &intent.record, link);
    }
    if let Outcome::Pending { ask_after_ms } = &outcome {
        ask_later(draft, context, &mut inputs.attempt, *ask_after_ms);
    }
    close(draft, context, inputs.attempt, outcome);
    verdict
}

/// The processor said when it will know: it is asked then. The job that stands behind a call outside may come later than that.
fn ask_later(
    draft: &mut Draft,
    context: &Context<'_>,
    attempt: &mut Versioned<Attempt>,
    ask_after_ms: i64,
) {
    if attempt.record.ask_from.is_some() || matches!(attempt.record.target, Target::Refund(_)) {
        return;
    }
    let from = context.now_real.plus_ms(ask_after_ms);
    attempt.record.ask_from = Some(from);
    let id = attempt.record.id.to_string();
    let job = format!("job_late_{id}");
    draft.job(JobKind::Recover, job, from, json!({ "attempt": id }));
}

/// Only an authorization and a verification can ask for the buyer; from any other verb that is a refusal.
fn told_of(verb: Verb, outcome: Outcome) -> Outcome {
    let may_ask = matches!(verb, Verb::Authorize | Verb::Complete | Verb::Verify);
    match outcome {
        Outcome::ActionRequired if !may_ask => Outcome::Declined(authentication_required()),
        outcome => outcome,
    }
}

/// A known outcome closes the attempt; an unknown one leaves it to recovery.
fn close(
    draft: &mut Draft,
    context: &mut Context<'_>,
    mut attempt: Versioned<Attempt>,
    outcome: Outcome,
) {
    if !attempt.record.is_ended_by(&outcome) {
        if !std::mem::replace(&mut attempt.record.told, true) {
            draft.close(context, attempt, Transition::AttemptChanged);
        }
        return;
    }
    attempt.record.state = AttemptState::Settled;
    attempt.record.outcome = Some(outcome);
    draft.close(context, attempt, Transition::AttemptChanged);
}

fn settle_authorization(
    draft: &mut Draft,
    context: &mut Context<'_>,
    inputs: &mut SettleInputs,
    request: &ProcessorRequest,
    outcome: &Outcome,
) -> Verdict {
    match outcome {
        Outcome::Approved(approval) => {
            approved(draft, context, inputs, request, approval);
            None
        }
        Outcome::Declined(decline) => declined(draft, context, inputs, request, decline),
        Outcome::ActionRequired => action_required(draft, context, inputs, request),
        Outcome::Pending { .. } | Outcome::Unknown => {
            waiting(draft, context, inputs);
            None
        }
    }
}

/// The charge of an attempt: the one that exists, or a fresh one from the intent and its method.
fn charge_of(
    context: &Context<'_>,
    inputs: &mut SettleInputs,
    request: &ProcessorRequest,
) -> Versioned<Charge> {
    let mut held = inputs.charge.take().unwrap_or_else(|| {
        let mut charge = fresh_charge(context, inputs);
        charge.amount = request.amount;
        charge.currency = request.currency;
        charge.network.clone_from(&request.terms.network);
        Versioned::fresh(charge)
    });
    let charge = &mut held.record;
    charge.processor = inputs.processor.to_owned();
    charge.reference = request
        .original
        .clone()
        .unwrap_or_else(|| request.reference.clone());
    held
}

fn fresh_charge(context: &Context<'_>, inputs: &SettleInputs) -> Charge {
    let mut charge = Charge {
        created: context.now,
        ..Charge::default()
    };
    charge.id = inputs.attempt.record.charge.clone().unwrap_or_default();
    if let Some(intent) = inputs.intent.as_ref().map(|held| &held.record) {
        charge.payment_intent = Some(intent.id.clone());
        charge.customer = intent.customer.clone();
        charge.description = intent.description.clone();
        charge.metadata = intent.metadata.clone();
        charge.echo = intent.echo.clone();
        charge.granted.incremental = intent.card.incremental;
        charge.granted.multicapture = intent.card.multicapture;
        charge.granted.overcapture = intent.card.overcapture;
        charge.granted.extended = intent.card.extended;
        charge.granted.moto = intent.card.moto;
    }
    if let Some(method) = inputs.method.as_ref().map(|held| &held.record) {
        charge.payment_method = Some(method.id.clone());
        charge.kind = method.kind;
        charge.card = method.card.clone();
        charge.source = method.source.clone();
        charge.billing = method.billing.clone();
    }
    charge
}

fn approved(
    draft: &mut Draft,
    context: &mut Context<'_>,
    inputs: &mut SettleInputs,
    request: &ProcessorRequest,
    approval: &Approval,
) {
    let mut charge = charge_of(context, inputs, request);
    note_approval(&mut charge.record, approval);
    let gone = inputs
        .intent
        .as_ref()
        .is_some_and(|held| held.record.status == IntentStatus::Canceled);
    let captured = request.terms.capture && !gone;
    charge.record.captured = captured;
    charge.record.open = !captured && !gone;
    if captured {
        let amount = charge.record.amount;
        charge.record.amount_captured = amount;
        book_capture(draft, context, &mut charge.record, &inputs.pricing, amount);
    } else {
        expect_capture(draft, context, &mut charge.record);
    }
    let transition = if charge.version == 0 || charge.record.payment_intent.is_none() {
        Transition::ChargeSucceeded
    } else {
        Transition::ChargeUpdated
    };
    draft.save(context, &mut charge, transition);
    save_method(draft, context, inputs, approval);
    if gone {
        let id = format!("job_void_{}", charge.record.id);
        draft.job(
            JobKind::Void,
            id,
            context.now_real,
            json!({ "charge": charge.record.id }),
        );
        return;
    }
    if let Some(intent) = inputs.intent.as_mut() {
        paid(draft, context, intent, &charge.record);
    }
    let warning = &mut inputs.warning;
    notice::take(draft, context, &mut charge, warning, &approval.notices);
}

fn note_approval(charge: &mut Charge, approval: &Approval) {
    charge.status = ChargeStatus::Succeeded;
    charge.checks = approval.checks;
    charge.risk = approval.risk;
    charge.at_once = approval.available_now;
    charge.authorization_code = approval.authorization_code.clone();
    charge.network_transaction_id = approval.network_transaction_id.clone();
    charge.authentication = approval.authentication.clone();
}

fn paid(
    draft: &mut Draft,
    context: &mut Context<'_>,
    intent: &mut Versioned<PaymentIntent>,
    charge: &Charge,
) {
    let record = &mut intent.record;
    record.latest_charge = Some(charge.id.clone());
    record.attempt = None;
    record.challenge = None;
    record.last_error = None;
    if charge.open {
        record.status = IntentStatus::RequiresCapture;
        record.amount_capturable = charge.capturable();
        draft.save(context, intent, Transition::IntentCapturable);
    } else {
        record.status = IntentStatus::Succeeded;
        record.amount_received = charge.amount_captured;
        draft.save(context, intent, Transition::IntentSucceeded);
    }
}

/// Keeps the payment method: saved with the customer when that was asked for, else used up.
fn save_method(
    draft: &mut Draft,
    context: &mut Context<'_>,
    inputs: &mut SettleInputs,
    approval: &Approval,
) {
    let usage = inputs
        .intent
        .as_ref()
        .and_then(|held| held.record.future_usage());
    let freed = std::mem::take(&mut inputs.method_freed);
    let Some(method) = inputs.method.as_mut() else {
        return;
    };
    let mut transition = (method.version == 0).then_some(Transition::MethodCreated);
    transition = transition.or(freed.then_some(Transition::MethodConsumed));
    method.record.checks = approval.checks;
    if usage == Some(FutureUsage::OffSession) && method.record.set_up != usage {
        method.record.set_up = usage;
        transition = transition.or(Some(Transition::MethodConsumed));
    }
    if method.record.customer.is_none() {
        let customer = inputs
            .customer
            .as_ref()
            .filter(|held| usage.is_some() && !held.record.deleted && !method.record.detached);
        transition = Some(match customer {
            Some(customer) => {
                method.record.customer = Some(customer.record.id.clone());
                Transition::MethodAttached
            }
            None => {
                method.record.consumed = true;
                transition.unwrap_or(Transition::MethodConsumed)
            }
        });
    }
    if let Some(transition) = transition {
        draft.save(context, method, transition);
    }
}

/// A method that was made in the request, or held by the attempt, is kept although nothing was paid with it.
fn keep_method(draft: &mut Draft, context: &mut Context<'_>, inputs: &mut SettleInputs) {
    let freed = inputs.method_freed;
    if let Some(method) = inputs.method.as_mut() {
        match method.version {
            0 => draft.save(context, method, Transition::MethodCreated),
            _ if freed => draft.save(context, method, Transition::MethodConsumed),
            _ => {}
        }
    }
    inputs.method_freed = false;
}

/// The attempt is over, and with it its hold on the payment method.
fn free_method(inputs: &mut SettleInputs) {
    let attempt = inputs.attempt.record.id.as_str();
    if let Some(method) = inputs.method.as_mut()
        && method.record.attempt.as_deref() == Some(attempt)
    {
        method.record.attempt = None;
        inputs.method_freed = true;
    }
}

fn declined(
    draft: &mut Draft,
    context: &mut Context<'_>,
    inputs: &mut SettleInputs,
    request: &ProcessorRequest,
    decline: &Decline,
) -> Verdict {
    let mut charge = charge_of(context, inputs, request);
    charge.record.status = ChargeStatus::Failed;
    charge.record.captured = false;
    charge.record.checks = decline.checks;
    charge.record.risk = decline.risk;
    charge.record.decline = Some(decline.clone());
    draft.save(context, &mut charge, Transition::ChargeFailed);
    keep_method(draft, context, inputs);
    let method = inputs.method.as_ref().map(|held| &held.record);
    let error = PaymentError::of(decline.clone(), Some(charge.record.id.clone()), method);
    if let Some(intent) = inputs.intent.as_mut() {
        fail(draft, context, intent, error, Some(&charge.record));
    }
    Some(Box::new(decline.clone()))
}

/// The intent of a failed attempt asks for another payment method, unless it was cancelled meanwhile.
fn fail(
    draft: &mut Draft,
    context: &mut Context<'_>,
    intent: &mut Versioned<PaymentIntent>,
    error: PaymentError,
    charge: Option<&Charge>,
) {
    let record = &mut intent.record;
    if record.status == IntentStatus::Canceled {
        return;
    }
    if let Some(charge) = charge {
        record.latest_charge = Some(charge.id.clone());
    }
    record.status = IntentStatus::RequiresPaymentMethod;
    record.payment_method = None;
    record.attempt = None;
    record.challenge = None;
    record.last_error = Some(error);
    draft.save(context, intent, Transition::IntentFailed);
}

fn action_required(
    draft: &mut Draft,
    context: &mut Context<'_>,
    inputs: &mut SettleInputs,
    request: &ProcessorRequest,
) -> Verdict {
    keep_method(draft, context, inputs);
    let method = inputs.method.as_ref().map(|held| held.record.clone());
    let Some(intent) = inputs.intent.as_mut() else {
        return declined(draft, context, inputs, request, &authentication_required());
    };
    if intent.record.status == IntentStatus::Canceled {
        return None;
    }
    if intent.record.error_on_action {
        let decline = authentication_required();
        let error = PaymentError::of(decline.clone(), None, method.as_ref());
        fail(draft, context, intent, error, None);
        return Some(Box::new(decline));
    }
    intent.record.status = IntentStatus::RequiresAction;
    intent.record.attempt = None;
    let first = request.original.as_ref().unwrap_or(&request.reference);
    intent.record.challenge = Some(first.clone());
    let usual = request.kind.waits_s().map(|s| context.now.plus_seconds(s));
    let said = intent
        .record
        .pix
        .filter(|_| request.kind == MethodType::Pix);
    let until = said.map(|end| end.of(context.now)).or(usual);
    intent.record.waits_until = until;
    if let Some(until) = until {
        let body = json!({ "intent": intent.record.id, "challenge": first });
        let id = format!("job_action_{first}");
        draft.job(JobKind::ActionExpiry, id, until.millis(), body);
    }
    if !std::mem::replace(&mut intent.record.has_page, true) {
        draft.claim(page_claim(intent.record.key(&context.scope)));
    }
    draft.save(context, intent, Transition::IntentRequiresAction);
    None
}

/// The space in which the page of a challenge finds its intent without a key, in the whole installation.
pub const PAGE_SPACE: &str = "challenge";

fn page_claim(target: RecordKey) -> Claim {
    Claim {
        scope: None,
        space: PAGE_SPACE,
        key: target.id.clone(),
        target,
    }
}

/// The decline of a payment that would need the buyer.
pub fn authentication_required() -> Decline {
    Decline {
        code: "authentication_required".to_owned(),
        decline_code: Some("authentication_required".to_owned()),
        message: "Your card was declined. This transaction requires authentication.".to_owned(),
        ..Decline::default()
    }
}

pub(super) fn waiting(draft: &mut Draft, context: &mut Context<'_>, inputs: &mut SettleInputs) {
    keep_method(draft, context, inputs);
    if inputs.attempt.record.told {
        return;
    }
    let living =
        |held: &&mut Versioned<PaymentIntent>| held.record.status != IntentStatus::Canceled;
    if let Some(intent) = inputs.intent.as_mut().filter(living) {
        intent.record.status = IntentStatus::Processing;
        draft.save(context, intent, Transition::IntentProcessing);
    }
}

fn settle_capture(
    draft: &mut Draft,
    context: &mut Context<'_>,
    inputs: &mut SettleInputs,
    request: &ProcessorRequest,
    outcome: &Outcome,
) -> Verdict {
    let mut charge = inputs.charge.take()?;
    if let Outcome::Declined(decline) = outcome {
        if charge.record.attempt.take().is_some() {
            draft.save(context, &mut charge, Transition::ChargeSent);
        }
        release_mark(draft, context, inputs);
        return Some(Box::new(decline.clone()));
    }
    let Outcome::Approved(approval) = outcome else {
        waiting(draft, context, inputs);
        return None;
    };
    charge.record.attempt = None;
    charge.record.amount_captured += request.amount;
    charge.record.captured = true;
    charge.record.open = inputs.attempt.record.keep_open;
    let amount = request.amount;
    book_capture(draft, context, &mut charge.record, &inputs.pricing, amount);
    draft.save(context, &mut charge, Transition::ChargeCaptured);
    let warning = &mut inputs.warning;
    notice::take(draft, context, &mut charge, warning, &approval.notices);
    let intent = inputs.intent.as_mut()?;
    intent.record.attempt = None;
    intent.record.amount_received = charge.record.amount_captured;
    intent.record.amount_capturable = charge.record.capturable();
    let transition = if charge.record.open {
        intent.record.status = IntentStatus::RequiresCapture;
        Transition::IntentPartlyCaptured
    } else {
        intent.record.status = IntentStatus::Succeeded;
        Transition::IntentSucceeded
    };
    draft.save(context, intent, transition);
    None
}

/// A later verb failed: its intent is free for another try.
fn release_mark(draft: &mut Draft, context: &mut Context<'_>, inputs: &mut SettleInputs) {
    if let Some(intent) = inputs.intent.as_mut() {
        intent.record.attempt = None;
        // What was announced as processing is announced as ready again.
        let was_told = intent.record.status == IntentStatus::Processing;
        let transition = match was_told {
            true => Transition::IntentCapturable,
            false => Transition::IntentUpdated,
        };
        if was_told {
            intent.record.status = IntentStatus::RequiresCapture;
        }
        draft.save(context, intent, transition);
    }
}

fn settle_void(
    draft: &mut Draft,
    context: &mut Context<'_>,
    inputs: &mut SettleInputs,
    outcome: &Outcome,
) -> Verdict {
    let known = matches!(outcome, Outcome::Approved(_) | Outcome::Declined(_));
    if !known {
        waiting(draft, context, inputs);
        return None;
    }
    let mut charge = inputs.charge.take()?;
    if inputs.attempt.record.lapses {
        expire::lapsed(draft, context, charge, inputs.intent.take());
        return None;
    }
    let was_marked = charge.record.attempt.take().is_some();
    if let Outcome::Declined(decline) = outcome {
        if was_marked {
            void_again(draft, context, &mut charge);
        }
        release_mark(draft, context, inputs);
        return Some(Box::new(decline.clone()));
    }
    let nothing_taken = charge.record.amount_captured == 0;
    charge.record.open = false;
    charge.record.voided = nothing_taken;
    let transition = if nothing_taken {
        Transition::ChargeVoided
    } else {
        Transition::ChargeUpdated
    };
    draft.save(context, &mut charge, transition);
    if let Some(intent) = inputs
        .intent
        .as_mut()
        .filter(|held| held.record.status != IntentStatus::Canceled)
    {
        let reason = inputs.attempt.record.cancellation_reason.clone();
        cancel::released(draft, context, intent, (nothing_taken, reason));
    }
    None
}

/// Giving back what nobody wants was refused: it is tried again while the authorization may still stand.
fn void_again(draft: &mut Draft, context: &mut Context<'_>, charge: &mut Versioned<Charge>) {
    draft.save(context, charge, Transition::ChargeSent);
    let lives = charge.record.capture_before.unwrap_or_default();
    if context.now < lives {
        let id = format!("job_void_{}", charge.record.id);
        let due = context.now_real.plus_ms(VOID_AGAIN_MS);
        draft.job(
            JobKind::Void,
            id,
            due,
            json!({ "charge": charge.record.id }),
        );
    }
}

fn settle_increment(
    draft: &mut Draft,
    context: &mut Context<'_>,
    inputs: &mut SettleInputs,
    request: &ProcessorRequest,
    outcome: &Outcome,
) -> Verdict {
    if let Outcome::Declined(decline) = outcome {
        release_mark(draft, context, inputs);
        return Some(Box::new(decline.clone()));
    }
    if !matches!(outcome, Outcome::Approved(_)) {
        waiting(draft, context, inputs);
        return None;
    }
    let raise = inputs.attempt.record.raise.take().unwrap_or_default();
    let (Some(mut charge), Some(intent)) = (inputs.charge.take(), inputs.intent.as_mut()) else {
        return None;
    };
    charge.record.amount = request.amount;
    draft.save(context, &mut charge, Transition::ChargeUpdated);
    if let Some(description) = raise.description {
        intent.record.description = description;
    }
    raise.metadata.apply(&mut intent.record.metadata);
    intent.record.increments += 1;
    intent.record.status = IntentStatus::RequiresCapture;
    intent.record.amount = request.amount;
    intent.record.amount_capturable = charge.record.capturable();
    intent.record.attempt = None;
    draft.save(context, intent, Transition::IntentCapturable);
    None
}

fn settle_setup(
    draft: &mut Draft,
    context: &mut Context<'_>,
    inputs: &mut SettleInputs,
    outcome: &Outcome,
) -> Verdict {
    let mut setup = inputs.setup.take()?;
    if setup.record.status == SetupStatus::Canceled {
        keep_method(draft, context, inputs);
        return None;
    }
    // While nobody knows the outcome the set-up stays busy, so that no second answer can meet it.
    if !matches!(outcome, Outcome::Unknown | Outcome::Pending { .. }) {
        setup.record.attempt = None;
    }
    match outcome {
        Outcome::Approved(approval) => {
            set_up(draft, context, inputs, &setup.record, approval);
            setup.record.status = SetupStatus::Succeeded;
            setup.record.last_error = None;
            draft.save(context, &mut setup, Transition::SetupSucceeded);
            if let Some(session) = inputs.session.as_mut() {
                checkout::follow_setup(draft, context, session, &setup.record);
            }
            None
        }
        Outcome::Declined(decline) => {
            keep_method(draft, context, inputs);
            let method = inputs.method.as_ref().map(|held| &held.record);
            setup.record.last_error = Some(PaymentError::of(decline.clone(), None, method));
            setup.record.status = SetupStatus::RequiresPaymentMethod;
            setup.record.payment_method = None;
            draft.save(context, &mut setup, Transition::SetupFailed);
            Some(Box::new(decline.clone()))
        }
        Outcome::ActionRequired => {
            keep_method(draft, context, inputs);
            setup.record.status = SetupStatus::RequiresAction;
            setup.record.challenge = inputs.attempt.record.request.as_ref().map(|request| {
                request
                    .original
                    .as_ref()
                    .unwrap_or(&request.reference)
                    .clone()
            });
            if !std::mem::replace(&mut setup.record.has_page, true) {
                draft.claim(page_claim(setup.record.key(&context.scope)));
            }
            draft.save(context, &mut setup, Transition::SetupRequiresAction);
            None
        }
        Outcome::Pending { .. } | Outcome::Unknown => {
            keep_method(draft, context, inputs);
            setup.record.status = SetupStatus::Processing;
            draft.save(context, &mut setup, Transition::SetupUpdated);
            None
        }
    }
}

/// A verified method is attached to the set-up's customer and remembers what it may be used for.
fn set_up(
    draft: &mut Draft,
    context: &mut Context<'_>,
    inputs: &mut SettleInputs,
    setup: &SetupIntent,
    approval: &Approval,
) {
    let Some(method) = inputs.method.as_mut() else {
        return;
    };
    method.record.checks = approval.checks;
    method.record.set_up = Some(setup.usage);
    let customer = inputs.customer.as_ref().filter(|held| !held.record.deleted);
    let transition = match (customer, method.record.customer.is_some()) {
        (Some(customer), false) => {
            method.record.customer = Some(customer.record.id.clone());
            Transition::MethodAttached
        }
        (None, false) => {
            method.record.consumed = true;
            if method.version == 0 {
                Transition::MethodCreated
            } else {
                Transition::MethodConsumed
            }
        }
        _ => Transition::MethodConsumed,
    };
    draft.save(context, method, transition);
}
