//! Domains of merchants' pages: register, enable, disable.

use super::{Operation, OperationFuture};
use crate::Engine;
use crate::caller::Caller;
use crate::step::{Decided, Step};
use florin_base::Scope;
use florin_domain::Entity;
use florin_domain::payments::{self, PaymentMethodDomain};

/// What is taken of a seal for an id.
const ID_CHARS: usize = 24;

impl Engine {
    /// The id of a domain, which follows from its name, so that there is one of each.
    fn domain_id(&self, scope: &Scope, name: &str) -> String {
        let place = format!(
            "payment_method_domain/{}/{}/{name}",
            scope.account,
            scope.mode()
        );
        let seal = (self.seal)(&place);
        let tail = seal.get(..ID_CHARS).unwrap_or(&seal);
        format!("{}{tail}", PaymentMethodDomain::PREFIX)
    }
}

/// `POST /v1/payment_method_domains`. A domain that is registered already is answered as it is.
pub struct CreateDomain {
    /// Its name, as it was sent.
    pub name: String,
    /// Whether wallets may be offered there.
    pub enabled: bool,
}

impl Operation for CreateDomain {
    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let scope = step.scope().clone();
            let name = payments::domain_name(&self.name)?;
            let id = step.engine().domain_id(&scope, &name);
            if step.find::<PaymentMethodDomain>(&id).await?.is_some() {
                return Ok(Decided::record::<PaymentMethodDomain>(
                    &scope,
                    &id.as_str().into(),
                ));
            }
            let named = (id.as_str(), name.as_str());
            step.decide(|draft, context| {
                Ok(payments::create_domain(draft, context, named, self.enabled))
            })
        })
    }
}

/// `POST /v1/payment_method_domains/:id`.
pub struct UpdateDomain {
    /// Which one.
    pub id: String,
    /// Whether wallets may be offered there, if that is said.
    pub enabled: Option<bool>,
}

impl Operation for UpdateDomain {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let param = "payment_method_domain";
            let mut held = step.in_url::<PaymentMethodDomain>(&self.id, param).await?;
            step.decide(|draft, context| {
                payments::update_domain(draft, context, &mut held, self.enabled);
                Ok(held)
            })
        })
    }
}
