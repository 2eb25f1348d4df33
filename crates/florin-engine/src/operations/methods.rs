//! Payment methods and tokens: create, update, attach, detach.

use super::customers::attach_checked;
use super::intents::keep_method;
use super::{Operation, OperationFuture};
use crate::caller::Caller;
use crate::intake::{MethodSource, NewCard};
use crate::step::{Decided, Step};
use florin_domain::customers::Customer;
use florin_domain::payments::{
    self, ConfigurationPatch, MethodConfiguration, MethodDetails, PaymentMethod, Token,
};
use florin_domain::transitions::Transition;
use florin_domain::{Kind, Refusal, Versioned};
use serde_json::{Map, Value};

/// `POST /v1/payment_methods`.
pub struct CreateMethod {
    /// The card or token that it is made of.
    pub source: MethodSource,
}

impl Operation for CreateMethod {
    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let method = step.method(&self.source).await?;
            let scope = step.scope().clone();
            let id = method.record.id.clone();
            let (draft, mut context) = step.parts();
            keep_method(draft, &mut context, Some(method));
            Ok(Decided::record(&scope, &id))
        })
    }
}

/// `POST /v1/payment_methods/:id`.
pub struct UpdateMethod {
    /// Which one.
    pub id: String,
    /// What changes.
    pub details: MethodDetails,
}

impl Operation for UpdateMethod {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let mut method = step
                .in_url::<PaymentMethod>(&self.id, "payment_method")
                .await?;
            let scope = step.scope().clone();
            let (draft, mut context) = step.parts();
            payments::update_method(draft, &mut context, &mut method, self.details.clone())?;
            Ok(Decided::record(&scope, &method.record.id))
        })
    }
}

/// `POST /v1/payment_method_configurations`.
pub struct CreateConfiguration {
    /// What it says.
    pub patch: ConfigurationPatch,
}

impl Operation for CreateConfiguration {
    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let patch = self.patch.clone();
            step.decide(|draft, context| Ok(payments::create_configuration(draft, context, patch)))
        })
    }
}

/// `POST /v1/payment_method_configurations/:id`. The default one is there before anybody changed it.
pub struct UpdateConfiguration {
    /// Which one.
    pub id: String,
    /// What changes.
    pub patch: ConfigurationPatch,
}

impl Operation for UpdateConfiguration {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let scope = step.scope().clone();
            let is_default = self.id == MethodConfiguration::default_id(&scope);
            let mut held = match step.find::<MethodConfiguration>(&self.id).await? {
                Some(held) => held,
                None if is_default => {
                    let engine = std::sync::Arc::clone(step.engine());
                    Versioned::fresh(engine.configuration_at_first(&scope).await?)
                }
                None => {
                    let kind = Kind::MethodConfiguration;
                    return Err(Refusal::missing(kind, &self.id, "configuration").into());
                }
            };
            let patch = self.patch.clone();
            let decided = step.decide(|draft, context| {
                payments::update_configuration(draft, context, &mut held, patch)?;
                Ok(held)
            })?;
            Ok(Decided {
                settings: true,
                ..decided
            })
        })
    }
}

/// `POST /v1/payment_methods/:id/attach`. A published name makes a fresh payment method.
pub struct AttachMethod {
    /// Which one.
    pub id: String,
    /// To whom.
    pub customer: String,
}

impl Operation for AttachMethod {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let source = MethodSource::Id {
                id: self.id.clone(),
                param: "payment_method",
            };
            let mut method: Versioned<PaymentMethod> =
                step.method(&source).await.map_err(as_in_url)?;
            let customer = step.in_body::<Customer>(&self.customer, "customer").await?;
            attach_checked(step, &mut method, &customer).await?;
            let scope = step.scope().clone();
            Ok(Decided::record(&scope, &method.record.id))
        })
    }
}

/// The URL named the payment method, so a missing one is a 404.
fn as_in_url(halt: crate::Halt) -> crate::Halt {
    match halt {
        crate::Halt::Refused(Refusal::Missing {
            kind, id, param, ..
        }) => Refusal::missing(kind, &id, &param).into(),
        other => other,
    }
}

/// `POST /v1/payment_methods/:id/detach`.
pub struct DetachMethod {
    /// Which one.
    pub id: String,
    /// The client secret of a customer session: a browser removes a card of that customer.
    pub session: Option<String>,
}

impl Operation for DetachMethod {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let mut method = step
                .in_url::<PaymentMethod>(&self.id, "payment_method")
                .await?;
            let scope = step.scope().clone();
            if caller.is_browser() || self.session.is_some() {
                let secret = self.session.as_deref().unwrap_or_default();
                let session = step.engine().customer_session(&scope, secret)?;
                if !session.removes || !session.may_show(&method.record) {
                    return Err(
                        Refusal::missing(Kind::PaymentMethod, &self.id, "payment_method").into(),
                    );
                }
            }
            let (draft, mut context) = step.parts();
            payments::detach(draft, &mut context, &mut method)?;
            Ok(Decided::record(&scope, &method.record.id))
        })
    }
}

/// `POST /v1/tokens`.
pub struct CreateToken {
    /// The card.
    pub card: NewCard,
    /// Name and address.
    pub billing: Map<String, Value>,
    /// Where the request came from.
    pub client_ip: Option<String>,
}

impl Operation for CreateToken {
    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let scope = step.scope().clone();
            let (draft, mut context) = step.parts();
            if let Some(vault) = &self.card.vault {
                draft.save(
                    &mut context,
                    &mut Versioned::fresh(vault.clone()),
                    Transition::CardSealed,
                );
            }
            let mut held = Versioned::fresh(Token {
                id: self.card.id.as_str().into(),
                created: context.now,
                card: self.card.details.clone(),
                source: self.card.source.clone(),
                billing: self.billing.clone(),
                cvc_given: self.card.cvc_given,
                client_ip: self.client_ip.clone(),
                ..Token::default()
            });
            draft.save(&mut context, &mut held, Transition::TokenChanged);
            Ok(Decided::record(&scope, &held.record.id))
        })
    }
}
