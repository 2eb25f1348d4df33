//! Confirmation tokens: what a form collected is kept until a server confirms with it.

use super::{Operation, OperationFuture};
use crate::caller::Caller;
use crate::intake::MethodSource;
use crate::step::Step;
use florin_domain::payments::{self, ConfirmationTerms};
use florin_domain::{Kind, Refusal};

/// `POST /v1/confirmation_tokens`, and the same for tests.
pub struct CreateConfirmationToken {
    /// What is paid with.
    pub source: MethodSource,
    /// What comes beside it.
    pub terms: ConfirmationTerms,
    /// The client secret of a customer session: a browser pays with a saved card of that customer.
    pub session: Option<String>,
}

impl Operation for CreateConfirmationToken {
    fn run<'a>(&'a self, step: &'a mut Step, caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let method = step.method(&self.source).await?;
            let scope = step.scope().clone();
            if method.version > 0 && caller.is_browser() {
                let secret = self.session.as_deref().unwrap_or_default();
                let session = step.engine().customer_session(&scope, secret)?;
                if !session.may_show(&method.record) {
                    let id = method.record.id.as_str();
                    let kind = Kind::PaymentMethod;
                    return Err(Refusal::missing_in_body(kind, id, "payment_method").into());
                }
            }
            let terms = self.terms.clone();
            step.decide(|draft, context| {
                Ok(payments::create_confirmation(draft, context, method, terms))
            })
        })
    }
}
