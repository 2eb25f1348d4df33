//! Charges: the direct legacy create, capture, update.

use super::{Operation, OperationFuture};
use crate::caller::Caller;
use crate::intake::MethodSource;
use crate::step::{Decided, Step};
use florin_domain::Refusal;
use florin_domain::customers::Customer;
use florin_domain::payments::{
    self, CaptureCommand, CaptureInputs, Charge, MetadataPatch, PaymentIntent, Target,
};
use serde_json::{Map, Value};

/// `POST /v1/charges`.
pub struct CreateCharge {
    /// The charge.
    pub command: payments::CreateCharge,
    /// Its customer.
    pub customer: Option<String>,
    /// With what; `None` takes the customer's default.
    pub method: Option<MethodSource>,
}

impl Operation for CreateCharge {
    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let customer = step
                .optional::<Customer>(self.customer.as_deref(), "customer")
                .await?;
            let own = customer
                .as_ref()
                .and_then(|held| held.record.default_source.clone());
            let method = match (&self.method, own) {
                (Some(source), _) => step.method(source).await?,
                (None, Some(own)) => step.in_body(&own, "source").await?,
                (None, None) => {
                    let code = customer.is_some().then_some("missing");
                    let message = "Must provide source or customer: pass `source` with a token, or a customer that has a default source.";
                    return Err(Refusal::plain(code, message).into());
                }
            };
            let scope = step.scope().clone();
            let (draft, mut context) = step.parts();
            let call = payments::create_charge(
                draft,
                &mut context,
                self.command.clone(),
                customer.as_ref(),
                &method,
            )?;
            if method.version == 0 {
                draft.stage(method.clone());
                if context.outside {
                    super::intents::keep_method(draft, &mut context, Some(method));
                }
            }
            let id = match &call.attempt.record.target {
                Target::Charge(id) => id.clone(),
                _ => florin_base::Id::default(),
            };
            Ok(Decided::call(&scope, &id, call))
        })
    }
}

/// `POST /v1/charges/:id`.
pub struct UpdateCharge {
    /// Which one.
    pub id: String,
    /// Free text.
    pub description: Option<Option<String>>,
    /// Metadata to merge.
    pub metadata: MetadataPatch,
    /// Descriptive members to merge.
    pub echo: Map<String, Value>,
}

impl Operation for UpdateCharge {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let mut charge = step.in_url::<Charge>(&self.id, "charge").await?;
            let scope = step.scope().clone();
            let (draft, mut context) = step.parts();
            let rest = (self.metadata.clone(), self.echo.clone());
            payments::update_charge(
                draft,
                &mut context,
                &mut charge,
                self.description.clone(),
                rest,
            );
            Ok(Decided::record(&scope, &charge.record.id))
        })
    }
}

/// `POST /v1/charges/:id/capture`.
pub struct CaptureCharge {
    /// Which one.
    pub id: String,
    /// How much.
    pub command: CaptureCommand,
}

impl Operation for CaptureCharge {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let charge = step.in_url::<Charge>(&self.id, "charge").await?;
            let intent = match &charge.record.payment_intent {
                Some(id) => Some(
                    step.in_url::<PaymentIntent>(&id.to_string(), "intent")
                        .await?,
                ),
                None => None,
            };
            let scope = step.scope().clone();
            let id = charge.record.id.clone();
            let (draft, mut context) = step.parts();
            let call = payments::capture(
                draft,
                &mut context,
                CaptureInputs { intent, charge },
                self.command,
            )?;
            Ok(Decided::call(&scope, &id, call))
        })
    }
}
