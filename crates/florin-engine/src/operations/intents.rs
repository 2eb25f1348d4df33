//! Payment intents: create, update, confirm, capture, cancel, increment, and the buyer's answer to a challenge.

use super::{Operation, OperationFuture};
use crate::caller::Caller;
use crate::intake::MethodSource;
use crate::read::{check_browser, check_browser_usage};
use crate::step::{Decided, Halt, Step};
use florin_domain::checkout::{self, CheckoutSession};
use florin_domain::customers::Customer;
use florin_domain::payments::{
    self, CancelInputs, CaptureCommand, CaptureInputs, ChallengeAnswer, Charge, ConfirmCommand,
    ConfirmInputs, IncrementCommand, PaymentIntent, PaymentMethod,
};

use florin_domain::{Kind, Refusal, Versioned};

/// `POST /v1/payment_intents`, perhaps with a confirmation.
pub struct CreateIntent {
    /// The intent.
    pub command: payments::CreateIntent,
    /// Its customer.
    pub customer: Option<String>,
    /// Its payment method.
    pub method: Option<MethodSource>,
    /// Confirm at once.
    pub confirm: Option<ConfirmCommand>,
    /// The confirmation token that it is confirmed with.
    pub token: Option<String>,
}

impl Operation for CreateIntent {
    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            if step.scope().live
                && self.confirm.is_some()
                && step.engine().world().processors.for_scope(true).is_none()
            {
                return Err(Refusal::NoProcessor.into());
            }
            let customer = step
                .optional::<Customer>(self.customer.as_deref(), "customer")
                .await?;
            let token = step.confirmation(self.token.as_deref()).await?;
            let method = step.chosen(self.method.as_ref(), token.as_ref()).await?;
            let scope = step.scope().clone();
            let mut command = self.command.clone();
            if command.automatic.is_some() {
                command.switched = step.switched(command.configuration.as_deref()).await?;
            }
            let (draft, mut context) = step.parts();
            let intent = payments::create_intent(
                draft,
                &mut context,
                command,
                customer.as_ref(),
                method.as_ref(),
            )?;
            let id = intent.record.id.clone();
            let Some(confirm) = self.confirm.clone() else {
                keep_method(draft, &mut context, method);
                return Ok(Decided::record(&scope, &id));
            };
            let inputs = ConfirmInputs {
                intent,
                method,
                token,
            };
            let call = payments::confirm(draft, &mut context, inputs, confirm)?;
            Ok(match call {
                Some(call) => Decided::call(&scope, &id, call),
                None => Decided::record(&scope, &id),
            })
        })
    }
}

/// A payment method that the request made is kept, although nothing is paid with it yet.
pub(super) fn keep_method(
    draft: &mut florin_domain::Draft,
    context: &mut florin_domain::Context<'_>,
    method: Option<Versioned<PaymentMethod>>,
) {
    if let Some(mut method) = method.filter(|held| held.version == 0) {
        draft.save(
            context,
            &mut method,
            florin_domain::transitions::Transition::MethodCreated,
        );
    }
}

/// `POST /v1/payment_intents/:id`.
pub struct UpdateIntent {
    /// Which one.
    pub id: String,
    /// What changes.
    pub command: payments::UpdateIntent,
    /// A new customer.
    pub customer: Option<String>,
    /// A new payment method.
    pub method: Option<MethodSource>,
}

impl Operation for UpdateIntent {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let mut intent = step.in_url::<PaymentIntent>(&self.id, "intent").await?;
            let customer = step
                .optional::<Customer>(self.customer.as_deref(), "customer")
                .await?;
            let method = match &self.method {
                Some(source) => Some(step.method(source).await?),
                None => None,
            };
            let scope = step.scope().clone();
            let (draft, mut context) = step.parts();
            payments::update_intent(
                draft,
                &mut context,
                &mut intent,
                self.command.clone(),
                (customer.as_ref(), method.as_ref()),
            )?;
            keep_method(draft, &mut context, method);
            Ok(Decided::record(&scope, &intent.record.id))
        })
    }
}

/// `POST /v1/payment_intents/:id/confirm`.
pub struct ConfirmIntent {
    /// Which one.
    pub id: String,
    /// How.
    pub command: ConfirmCommand,
    /// Descriptive members that come along.
    pub descriptive: payments::UpdateIntent,
    /// With what, when it is not the intent's own.
    pub method: Option<MethodSource>,
    /// The confirmation token.
    pub token: Option<String>,
}

impl Operation for ConfirmIntent {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn tries_a_card(&self) -> bool {
        true
    }

    fn run<'a>(&'a self, step: &'a mut Step, caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let mut intent = step.in_url::<PaymentIntent>(&self.id, "intent").await?;
            check_browser(caller, &intent.record.clone().into())?;
            check_browser_usage(caller, &intent.record, self.command.setup_future_usage)?;
            let token = step.confirmation(self.token.as_deref()).await?;
            let own = intent.record.payment_method.clone();
            let method = match step.chosen(self.method.as_ref(), token.as_ref()).await? {
                Some(method) => Some(method),
                None => step.linked::<PaymentMethod>(own.as_deref()).await?,
            };
            let scope = step.scope().clone();
            let id = intent.record.id.clone();
            self.descriptive.clone().describe(&mut intent.record);
            let (draft, mut context) = step.parts();
            let inputs = ConfirmInputs {
                intent,
                method,
                token,
            };
            let command = self.command.clone();
            let call = payments::confirm(draft, &mut context, inputs, command)?;
            Ok(match call {
                Some(call) => Decided::call(&scope, &id, call),
                None => Decided::record(&scope, &id),
            })
        })
    }
}

/// Loads an intent with its newest charge.
async fn with_charge(
    step: &mut Step,
    id: &str,
) -> Result<(Versioned<PaymentIntent>, Option<Versioned<Charge>>), Halt> {
    let intent = step.in_url::<PaymentIntent>(id, "intent").await?;
    let charge = step.linked::<Charge>(intent.record.latest_charge.as_deref());
    let charge = charge.await?;
    Ok((intent, charge))
}

/// An intent that was never authorized cannot be captured or raised.
fn never_authorized(intent: &PaymentIntent) -> Halt {
    let message = format!(
        "This PaymentIntent could not be captured because it has a status of {}. Only a PaymentIntent with one of the \
         following statuses may be captured: requires_capture.",
        intent.status.word()
    );
    Halt::Refused(intent.state_refusal(message))
}

/// `POST /v1/payment_intents/:id/capture`.
pub struct CaptureIntent {
    /// Which one.
    pub id: String,
    /// How much.
    pub command: CaptureCommand,
    /// Descriptive members that come along.
    pub descriptive: payments::UpdateIntent,
}

impl Operation for CaptureIntent {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let (mut intent, charge) = with_charge(step, &self.id).await?;
            let Some(charge) = charge else {
                return Err(never_authorized(&intent.record));
            };
            self.descriptive.clone().describe(&mut intent.record);
            let scope = step.scope().clone();
            let id = intent.record.id.clone();
            let (draft, mut context) = step.parts();
            let inputs = CaptureInputs {
                intent: Some(intent),
                charge,
            };
            let call = payments::capture(draft, &mut context, inputs, self.command)?;
            Ok(Decided::call(&scope, &id, call))
        })
    }
}

/// `POST /v1/payment_intents/:id/increment_authorization`.
pub struct IncrementIntent {
    /// Which one.
    pub id: String,
    /// To how much.
    pub command: IncrementCommand,
}

impl Operation for IncrementIntent {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let (intent, charge) = with_charge(step, &self.id).await?;
            let Some(charge) = charge else {
                return Err(never_authorized(&intent.record));
            };
            let scope = step.scope().clone();
            let id = intent.record.id.clone();
            let (draft, mut context) = step.parts();
            let inputs = CaptureInputs {
                intent: Some(intent),
                charge,
            };
            let call = payments::increment(draft, &mut context, inputs, self.command.clone())?;
            Ok(Decided::call(&scope, &id, call))
        })
    }
}

/// The session of a payment that was given up without a processor learns that no money will come.
pub(super) async fn tell_session(step: &mut Step, intent: &str) -> Result<(), Halt> {
    let Some(intent) = step.find::<PaymentIntent>(intent).await? else {
        return Ok(());
    };
    let id = intent.record.session.as_deref();
    let Some(mut session) = step.linked::<CheckoutSession>(id).await? else {
        return Ok(());
    };
    let mut link = step.linked(session.record.counting_link()).await?;
    let (draft, mut context) = step.parts();
    let link = link.as_mut();
    checkout::follow_intent(draft, &mut context, &mut session, &intent.record, link);
    Ok(())
}

/// `POST /v1/payment_intents/:id/cancel`.
pub struct CancelIntent {
    /// Which one.
    pub id: String,
    /// Why.
    pub reason: Option<String>,
}

impl Operation for CancelIntent {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let (intent, charge) = with_charge(step, &self.id).await?;
            let scope = step.scope().clone();
            let id = intent.record.id.clone();
            let (draft, mut context) = step.parts();
            let call = payments::cancel(
                draft,
                &mut context,
                CancelInputs { intent, charge },
                self.reason.clone(),
            )?;
            if call.is_none() {
                tell_session(step, &id).await?;
            }
            Ok(Decided {
                call: call.map(Box::new),
                ..Decided::record(&scope, &id)
            })
        })
    }
}

/// The buyer's answer on the page of a challenge.
pub struct AnswerIntentChallenge {
    /// Which one.
    pub id: String,
    /// How which challenge ended.
    pub answer: ChallengeAnswer,
}

impl Operation for AnswerIntentChallenge {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let intent = step.in_url::<PaymentIntent>(&self.id, "intent").await?;
            check_browser(caller, &intent.record.clone().into())?;
            let own = intent
                .record
                .payment_method
                .as_ref()
                .map(|id| id.to_string())
                .unwrap_or_default();
            let method = step.find::<PaymentMethod>(&own).await?;
            let method = method
                .ok_or_else(|| Refusal::missing(Kind::PaymentMethod, &own, "payment_method"))?;
            let scope = step.scope().clone();
            let id = intent.record.id.clone();
            let (draft, mut context) = step.parts();
            let answer = self.answer.clone();
            let call = payments::answer_challenge(draft, &mut context, intent, &method, answer)?;
            Ok(Decided {
                call: call.map(Box::new),
                ..Decided::record(&scope, &id)
            })
        })
    }
}
