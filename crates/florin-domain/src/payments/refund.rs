//! Refunds: captured money that goes back to the buyer.

use super::booking::settled_booking;
use super::create::check_multiple;
use super::fraud_warning::reconsider;
use super::intent::words;
use super::{
    Attempt, Call, Charge, ChargeStatus, EarlyFraudWarning, Metadata, MetadataPatch, PaymentIntent,
    PaymentMethod, Target,
};
use crate::changes::{Draft, JobKind};
use crate::context::Context;
use crate::customers::Customer;
use crate::ledger;
use crate::methods::MethodType;
use crate::processor::{Outcome, ProcessorRequest, Terms, Verb};
use crate::record::{Columns, Entity, Versioned, record};
use crate::refusal::Refusal;
use crate::transitions::Transition;
use florin_base::{Asset, Id, currency};
use serde_json::{Map, Value, json};

words! {
    /// The states of a refund.
    RefundStatus {
        /// On its way.
        #[default]
        Pending = "pending",
        /// Arrived, as far as the processor knows.
        Succeeded = "succeeded",
        /// It did not reach the buyer.
        Failed = "failed",
        /// Taken back before it left.
        Canceled = "canceled",
        /// The buyer has to do something.
        RequiresAction = "requires_action",
    }
}

record! {
    /// Money given back.
    pub struct Refund: Refund, "re_" {
        /// Minor units.
        amount: i64,
        /// The charge's currency.
        currency: Asset,
        /// The state.
        status: RefundStatus,
        /// Of which charge.
        charge: Id<Charge>,
        /// Of which intent.
        payment_intent: Option<Id<PaymentIntent>>,
        /// To whom.
        customer: Option<Id<Customer>>,
        /// To what.
        payment_method: Option<Id<PaymentMethod>>,
        /// What that is.
        kind: MethodType,
        /// `duplicate`, `fraudulent`, `requested_by_customer`.
        reason: Option<String>,
        /// Why it failed.
        failure_reason: Option<String>,
        /// The merchant's own data.
        metadata: Metadata,
        /// The ledger transaction that took the money.
        transaction: Option<String>,
        /// The ledger transaction that brought it back.
        failure_transaction: Option<String>,
        /// Our reference at the processor.
        reference: String,
        /// Who is told by mail once it arrived.
        receipt_email: Option<String>,
        /// Descriptive members that are stored and echoed.
        echo: Map<String, Value>,
    }
}

impl Refund {
    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![Some(self.charge.as_str()), self.payment_intent.as_deref()]
    }
}

/// What the merchant asks for.
#[derive(Clone, Debug, Default)]
pub struct RefundCommand {
    /// Minor units; `None` refunds what is left.
    pub amount: Option<i64>,
    /// Why.
    pub reason: Option<String>,
    /// The merchant's own data.
    pub metadata: MetadataPatch,
    /// Descriptive members.
    pub echo: Map<String, Value>,
    /// The parameter that named the charge, for error messages.
    pub named_by: &'static str,
}

/// What a refund, or the end of one, reads.
#[derive(Clone, Debug)]
pub struct RefundInputs {
    /// The charge.
    pub charge: Versioned<Charge>,
    /// The issuer's warning of it, where there is one.
    pub warning: Option<Versioned<EarlyFraudWarning>>,
}

/// Decides on a refund: counts it against the charge at once, so that two can never give back more than was taken.
///
/// # Errors
/// Nothing captured, everything given back already, an open dispute, too large an amount.
pub fn refund(
    draft: &mut Draft,
    context: &mut Context<'_>,
    inputs: RefundInputs,
    command: RefundCommand,
) -> Result<(Versioned<Refund>, Call), Refusal> {
    let RefundInputs {
        mut charge,
        mut warning,
    } = inputs;
    let amount = allowed_amount(&charge.record, &command)?;
    charge.record.amount_refunded += amount;
    charge.record.refunds += 1;
    let reference = format!("{}-r{}", charge.record.reference, charge.record.refunds);
    let mut metadata = Metadata::new();
    command.metadata.apply(&mut metadata);
    let mut held = Versioned::fresh(Refund {
        id: context.id(),
        created: context.now,
        amount,
        currency: charge.record.currency,
        status: RefundStatus::Pending,
        charge: charge.record.id.clone(),
        payment_intent: charge.record.payment_intent.clone(),
        customer: charge.record.customer.clone(),
        payment_method: charge.record.payment_method.clone(),
        kind: charge.record.kind,
        reason: command.reason,
        metadata,
        reference: reference.clone(),
        receipt_email: charge.record.receipt_email().map(str::to_owned),
        echo: command.echo,
        ..Refund::default()
    });
    let booking = settled_booking(context, &charge.record, held.record.id.as_str());
    let transaction = ledger::refund(&mut context.ids, &booking, amount);
    held.record.transaction = Some(transaction.id.clone());
    draft.book(transaction);
    draft.save(context, &mut charge, Transition::ChargeRefunded);
    reconsider(draft, context, &charge.record, &mut warning);
    if context.outside {
        draft.save(context, &mut held, Transition::RefundCreated);
    } else {
        draft.stage(held.clone());
    }
    let request = request(context, &charge.record, &held.record);
    let attempt = Attempt::new(context, Target::Refund(held.record.id.clone()), &request);
    Ok((held, Call { attempt, request }))
}

fn request(context: &Context<'_>, charge: &Charge, refund: &Refund) -> ProcessorRequest {
    ProcessorRequest {
        verb: Verb::Refund,
        reference: refund.reference.clone(),
        original: Some(charge.reference.clone()),
        amount: refund.amount,
        currency: refund.currency,
        kind: charge.kind,
        card: charge.source.clone(),
        scope: context.scope.clone(),
        method: charge.payment_method.as_ref().map(|id| id.to_string()),
        shelf: None,
        terms: Terms::default(),
    }
}

fn allowed_amount(charge: &Charge, command: &RefundCommand) -> Result<i64, Refusal> {
    let id = &charge.id;
    if charge.status != ChargeStatus::Succeeded {
        return Err(Refusal::plain(
            None,
            format!("Charge {id} did not succeed, so there is nothing to refund."),
        ));
    }
    if charge.dispute.is_some() {
        return Err(Refusal::plain(
            Some("charge_disputed"),
            format!("Charge {id} has been charged back; cannot issue a refund."),
        ));
    }
    if charge.amount_captured == 0 && !charge.voided {
        return Err(Refusal::plain(
            None,
            format!(
                "Charge {id} is not captured yet. Cancel its payment intent to release the authorization; one without an intent lapses by itself."
            ),
        ));
    }
    if charge.refundable() <= 0 {
        let message = format!("Charge {id} has already been refunded.");
        return Err(Refusal::plain(Some("charge_already_refunded"), message));
    }
    let amount = command.amount.unwrap_or(charge.refundable());
    if amount <= 0 {
        return Err(Refusal::not_positive("amount"));
    }
    if amount > charge.refundable() {
        let text = |minor| currency::format(charge.currency.as_str(), minor);
        let message = format!(
            "Refund amount ({}) is greater than unrefunded amount on charge ({})",
            text(amount),
            text(charge.refundable())
        );
        return Err(Refusal::invalid("amount", message));
    }
    check_multiple(amount, charge.currency, "amount")?;
    Ok(amount)
}

/// Records what the processor said of a refund.
pub(super) fn settle(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<Refund>,
    outcome: &Outcome,
    back: Option<RefundInputs>,
) {
    if held.record.status != RefundStatus::Pending {
        return;
    }
    match outcome {
        Outcome::Approved(approval) => {
            succeed(draft, context, held);
            if let Some(wait) = approval.ask_after_ms {
                ask_later(draft, context, &held.record, wait);
            }
        }
        Outcome::Pending { ask_after_ms } => {
            announce(draft, context, held);
            ask_later(draft, context, &held.record, *ask_after_ms);
        }
        Outcome::Declined(decline) => {
            announce(draft, context, held);
            fail(draft, context, held, &decline.code, back);
        }
        Outcome::ActionRequired | Outcome::Unknown => announce(draft, context, held),
    }
}

/// A refund that no store has seen yet is made with the state that it has now.
fn announce(draft: &mut Draft, context: &mut Context<'_>, held: &mut Versioned<Refund>) {
    if held.version == 0 {
        draft.save(context, held, Transition::RefundCreated);
    }
}

fn succeed(draft: &mut Draft, context: &mut Context<'_>, held: &mut Versioned<Refund>) {
    let before = held.record.clone();
    held.record.status = RefundStatus::Succeeded;
    mail(draft, context, &held.record);
    if held.version == 0 {
        draft.save(context, held, Transition::RefundCreated);
    } else {
        draft.save_with(context, held, Transition::RefundUpdated, Some(before));
    }
}

/// Who wants receipts is told of what came back.
fn mail(draft: &mut Draft, context: &Context<'_>, refund: &Refund) {
    if refund.receipt_email.is_some() {
        let id = format!("job_receipt_{}", refund.id);
        let since = context.now_real;
        let body =
            json!({ "charge": refund.charge, "refund": refund.id, "since": since.0.to_string() });
        draft.job(JobKind::RefundReceipt, id, since, body);
    }
}

fn ask_later(draft: &mut Draft, context: &mut Context<'_>, refund: &Refund, wait_ms: i64) {
    let id = format!("job_inquiry_{}", refund.id);
    let due = context.now_real.plus_ms(wait_ms);
    draft.job(
        JobKind::RefundInquiry,
        id,
        due,
        json!({ "refund": refund.id }),
    );
}

/// Records what an inquiry said of a refund that was pending, or that had succeeded and may have failed since.
pub fn settle_inquiry(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<Refund>,
    back: RefundInputs,
    outcome: &Outcome,
) {
    let open = matches!(
        held.record.status,
        RefundStatus::Pending | RefundStatus::Succeeded
    );
    match outcome {
        Outcome::Declined(decline) if open => fail(draft, context, held, &decline.code, Some(back)),
        Outcome::Approved(approval) if open => {
            if held.record.status == RefundStatus::Pending {
                succeed(draft, context, held);
            }
            if let Some(wait) = approval.ask_after_ms {
                ask_later(draft, context, &held.record, wait);
            }
        }
        Outcome::Pending { ask_after_ms } if open => {
            ask_later(draft, context, &held.record, *ask_after_ms)
        }
        _ => {}
    }
}

/// A refund that was recorded as failed reached the buyer after all. What is recorded stays; a second record tells that
/// the money went, as far as the charge still has it. Beyond that only the operator's alarm tells.
pub(super) fn arrived_after_all(
    draft: &mut Draft,
    context: &mut Context<'_>,
    failed: Versioned<Refund>,
    back: RefundInputs,
) {
    let RefundInputs {
        mut charge,
        mut warning,
    } = back;
    let amount = failed.record.amount;
    if failed.record.status != RefundStatus::Failed || amount > charge.record.refundable() {
        return;
    }
    charge.record.amount_refunded += amount;
    let mut held = Versioned::fresh(Refund {
        id: context.id(),
        created: context.now,
        status: RefundStatus::Succeeded,
        failure_reason: None,
        failure_transaction: None,
        ..failed.record
    });
    let booking = settled_booking(context, &charge.record, held.record.id.as_str());
    let transaction = ledger::refund(&mut context.ids, &booking, amount);
    held.record.transaction = Some(transaction.id.clone());
    draft.book(transaction);
    draft.save(context, &mut charge, Transition::ChargeRefunded);
    reconsider(draft, context, &charge.record, &mut warning);
    mail(draft, context, &held.record);
    draft.save(context, &mut held, Transition::RefundCreated);
}

/// A refund that did not arrive: the money returns to the merchant, and the charge can be refunded again.
fn fail(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<Refund>,
    reason: &str,
    back: Option<RefundInputs>,
) {
    let before = held.record.clone();
    held.record.status = RefundStatus::Failed;
    held.record.failure_reason = Some(reason.to_owned());
    give_back(draft, context, held, back);
    draft.save_with(context, held, Transition::RefundFailed, Some(before));
}

fn give_back(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<Refund>,
    back: Option<RefundInputs>,
) {
    let Some(RefundInputs {
        mut charge,
        mut warning,
    }) = back
    else {
        return;
    };
    let booking = settled_booking(context, &charge.record, held.record.id.as_str());
    let transaction = ledger::refund_failure(&mut context.ids, &booking, held.record.amount);
    held.record.failure_transaction = Some(transaction.id.clone());
    draft.book(transaction);
    let before = charge.record.clone();
    charge.record.amount_refunded -= held.record.amount;
    draft.save_with(
        context,
        &mut charge,
        Transition::ChargeRefundReturned,
        Some(before),
    );
    reconsider(draft, context, &charge.record, &mut warning);
}

/// Takes back a refund that waits for the buyer.
///
/// # Errors
/// Only a refund in `requires_action` can be cancelled.
pub fn cancel_refund(
    draft: &mut Draft,
    context: &mut Context<'_>,
    mut held: Versioned<Refund>,
    back: RefundInputs,
) -> Result<Versioned<Refund>, Refusal> {
    if held.record.status != RefundStatus::RequiresAction {
        let status = held.record.status.word();
        let message = format!(
            "Refund {} is {status}; only a refund that waits for the customer (requires_action) can be canceled.",
            Entity::id(&held.record)
        );
        return Err(Refusal::plain(None, message));
    }
    held.record.status = RefundStatus::Canceled;
    give_back(draft, context, &mut held, Some(back));
    draft.save(context, &mut held, Transition::RefundUpdated);
    Ok(held)
}
