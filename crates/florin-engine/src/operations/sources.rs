//! Sources: an older name of payment methods. One is kept as a payment method whose id begins otherwise.

use super::intents::keep_method;
use super::{Operation, OperationFuture};
use crate::caller::Caller;
use crate::intake::MethodSource;
use crate::sources::PREFIX;
use crate::step::{Answer, Decided, Step};
use florin_domain::Entity;
use florin_domain::payments::PaymentMethod;

/// `POST /v1/sources`.
pub struct CreateSource {
    /// The card or token that it is made of.
    pub source: MethodSource,
}

impl Operation for CreateSource {
    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let mut method = step.method(&self.source).await?;
            let tail = method.record.id.strip_prefix(PaymentMethod::PREFIX);
            if let Some(tail) = tail {
                method.record.id = format!("{PREFIX}{tail}").as_str().into();
            }
            let key = method.record.key(step.scope());
            let (draft, mut context) = step.parts();
            keep_method(draft, &mut context, Some(method));
            Ok(Decided {
                call: None,
                answer: Answer::Source(key),
                settings: false,
            })
        })
    }
}
