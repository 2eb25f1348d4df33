//! Refunds: create (by charge or by intent), update, cancel.

use super::{Operation, OperationFuture};
use crate::caller::Caller;
use crate::step::{Decided, Halt, Step};
use florin_domain::payments::{
    self, Charge, MetadataPatch, PaymentIntent, Refund, RefundCommand, RefundInputs,
};
use florin_domain::transitions::Transition;
use florin_domain::{Kind, Refusal, Versioned};

/// What a refund is of.
#[derive(Clone, Debug)]
pub enum RefundOf {
    /// A charge that the body names.
    Charge(String),
    /// A charge that the URL names; the body may name its intent, too.
    ChargeInUrl(String, Option<String>),
    /// The newest charge of an intent.
    Intent(String),
}

/// `POST /v1/refunds`.
pub struct CreateRefund {
    /// Of what.
    pub of: RefundOf,
    /// How much, and why.
    pub command: RefundCommand,
}

impl CreateRefund {
    async fn charge(&self, step: &mut Step) -> Result<Versioned<Charge>, Halt> {
        match &self.of {
            RefundOf::Charge(id) => step.in_body(id, "charge").await,
            RefundOf::ChargeInUrl(id, intent) => {
                let charge = step.in_url::<Charge>(id, "charge").await?;
                check_intent(&charge.record, intent.as_deref())?;
                Ok(charge)
            }
            RefundOf::Intent(id) => {
                let intent = step.in_body::<PaymentIntent>(id, "payment_intent").await?;
                let Some(charge) = intent
                    .record
                    .latest_charge
                    .as_ref()
                    .filter(|_| intent.record.amount_received > 0)
                else {
                    let message = format!(
                        "This PaymentIntent ({id}) does not have a successful charge to refund."
                    );
                    return Err(intent.record.state_refusal(message).into());
                };
                let charge = charge.to_string();
                let found = step.find::<Charge>(&charge).await?;
                found.ok_or_else(|| {
                    Refusal::missing_in_body(Kind::Charge, &charge, "payment_intent").into()
                })
            }
        }
    }
}

/// A request that names two payments must not refund either of them.
fn check_intent(charge: &Charge, named: Option<&str>) -> Result<(), Refusal> {
    let own = charge.payment_intent.as_ref().map(|id| id.as_str());
    match named {
        Some(intent) if own != Some(intent) => {
            let message = format!(
                "The charge {} does not belong to the payment_intent {intent}.",
                charge.id
            );
            Err(Refusal::invalid("payment_intent", message))
        }
        _ => Ok(()),
    }
}

impl Operation for CreateRefund {
    fn object(&self) -> Option<&str> {
        match &self.of {
            RefundOf::Charge(id) | RefundOf::ChargeInUrl(id, _) | RefundOf::Intent(id) => Some(id),
        }
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let charge = self.charge(step).await?;
            let warning = step.warning_of(&charge.record).await?;
            let scope = step.scope().clone();
            let (draft, mut context) = step.parts();
            let (refund, call) = payments::refund(
                draft,
                &mut context,
                RefundInputs { charge, warning },
                self.command.clone(),
            )?;
            Ok(Decided::call(&scope, &refund.record.id, call))
        })
    }
}

/// `POST /v1/refunds/:id`.
pub struct UpdateRefund {
    /// Which one.
    pub id: String,
    /// Metadata to merge.
    pub metadata: MetadataPatch,
}

impl Operation for UpdateRefund {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let mut refund = step.in_url::<Refund>(&self.id, "id").await?;
            let before = refund.record.clone();
            self.metadata.clone().apply(&mut refund.record.metadata);
            let scope = step.scope().clone();
            let (draft, mut context) = step.parts();
            draft.save_with(
                &mut context,
                &mut refund,
                Transition::RefundUpdated,
                Some(before),
            );
            Ok(Decided::record(&scope, &refund.record.id))
        })
    }
}

/// `POST /v1/refunds/:id/cancel`.
pub struct CancelRefund {
    /// Which one.
    pub id: String,
}

impl Operation for CancelRefund {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let refund = step.in_url::<Refund>(&self.id, "id").await?;
            let charge = step
                .in_url::<Charge>(&refund.record.charge.to_string(), "charge")
                .await?;
            let warning = step.warning_of(&charge.record).await?;
            let back = RefundInputs { charge, warning };
            let scope = step.scope().clone();
            let (draft, mut context) = step.parts();
            let refund = payments::cancel_refund(draft, &mut context, refund, back)?;
            Ok(Decided::record(&scope, &refund.record.id))
        })
    }
}
