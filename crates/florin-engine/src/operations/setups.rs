//! Set-up intents: create, update, confirm (also the buyer's answer to a challenge), cancel.

use super::intents::keep_method;
use super::{Operation, OperationFuture};
use crate::caller::Caller;
use crate::intake::MethodSource;
use crate::read::check_browser;
use crate::step::{Decided, Step};
use florin_domain::Refusal;
use florin_domain::customers::Customer;
use florin_domain::payments::{self, PaymentMethod, SetupCommand, SetupIntent};

/// `POST /v1/setup_intents`, perhaps with a confirmation.
pub struct CreateSetup {
    /// The set-up.
    pub create: payments::CreateSetup,
    /// Its parts.
    pub command: SetupCommand,
    /// Its customer.
    pub customer: Option<String>,
    /// Its payment method.
    pub method: Option<MethodSource>,
    /// The confirmation token that it is confirmed with.
    pub token: Option<String>,
    /// Confirm at once.
    pub confirm: bool,
}

impl Operation for CreateSetup {
    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            if step.scope().live
                && self.confirm
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
            let (draft, mut context) = step.parts();
            let parts = (self.create.clone(), self.command.clone());
            let setup = payments::create_setup(
                draft,
                &mut context,
                parts,
                customer.as_ref(),
                method.as_ref(),
            )?;
            let id = setup.record.id.clone();
            if !self.confirm {
                keep_method(draft, &mut context, method);
                return Ok(Decided::record(&scope, &id));
            }
            let nothing_more = SetupCommand::default();
            let with = (method, token);
            let call = payments::confirm_setup(draft, &mut context, setup, with, nothing_more)?;
            Ok(Decided::call(&scope, &id, call))
        })
    }
}

/// `POST /v1/setup_intents/:id`.
pub struct UpdateSetup {
    /// Which one.
    pub id: String,
    /// What changes.
    pub command: SetupCommand,
    /// A new customer.
    pub customer: Option<String>,
    /// A new payment method.
    pub method: Option<MethodSource>,
}

impl Operation for UpdateSetup {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let mut setup = step.in_url::<SetupIntent>(&self.id, "intent").await?;
            let customer = step
                .optional::<Customer>(self.customer.as_deref(), "customer")
                .await?;
            let method = step.chosen(self.method.as_ref(), None).await?;
            let scope = step.scope().clone();
            let (draft, mut context) = step.parts();
            let parts = (customer.as_ref(), method.as_ref());
            payments::update_setup(draft, &mut context, &mut setup, self.command.clone(), parts)?;
            keep_method(draft, &mut context, method);
            Ok(Decided::record(&scope, &setup.record.id))
        })
    }
}

/// `POST /v1/setup_intents/:id/confirm`, and the buyer's answer on the page of a challenge.
pub struct ConfirmSetup {
    /// Which one.
    pub id: String,
    /// How.
    pub command: SetupCommand,
    /// With what, when it is not the set-up's own.
    pub method: Option<MethodSource>,
    /// The confirmation token.
    pub token: Option<String>,
}

impl Operation for ConfirmSetup {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn tries_a_card(&self) -> bool {
        true
    }

    fn run<'a>(&'a self, step: &'a mut Step, caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let setup = step.in_url::<SetupIntent>(&self.id, "intent").await?;
            check_browser(caller, &setup.record.clone().into())?;
            let token = step.confirmation(self.token.as_deref()).await?;
            let own = setup.record.payment_method.clone();
            let method = match step.chosen(self.method.as_ref(), token.as_ref()).await? {
                Some(method) => Some(method),
                None => step.linked::<PaymentMethod>(own.as_deref()).await?,
            };
            let scope = step.scope().clone();
            let id = setup.record.id.clone();
            let (draft, mut context) = step.parts();
            let (with, command) = ((method, token), self.command.clone());
            let call = payments::confirm_setup(draft, &mut context, setup, with, command)?;
            Ok(Decided::call(&scope, &id, call))
        })
    }
}

/// `POST /v1/setup_intents/:id/cancel`.
pub struct CancelSetup {
    /// Which one.
    pub id: String,
    /// Why.
    pub reason: Option<String>,
}

impl Operation for CancelSetup {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let mut setup = step.in_url::<SetupIntent>(&self.id, "intent").await?;
            let scope = step.scope().clone();
            let (draft, mut context) = step.parts();
            payments::cancel_setup(draft, &mut context, &mut setup, self.reason.clone())?;
            Ok(Decided::record(&scope, &setup.record.id))
        })
    }
}
