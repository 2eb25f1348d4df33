//! Customers: create (perhaps with a payment method or a source), update, delete.

use super::{Operation, OperationFuture};
use crate::caller::Caller;
use crate::intake::MethodSource;
use crate::jobs::DETACHED_MAX;
use crate::step::{Answer, Decided, Halt, Step};
use florin_base::Id;
use florin_domain::changes::JobKind;
use florin_domain::customers::{self, Customer, CustomerPatch};
use florin_domain::payments::{self, PaymentMethod};
use florin_domain::{Entity, Kind, Refusal, Versioned};
use florin_store::ListQuery;

/// `POST /v1/customers`.
pub struct CreateCustomer {
    /// The customer.
    pub command: CustomerPatch,
    /// A payment method to attach.
    pub method: Option<MethodSource>,
    /// A legacy source, which becomes the default.
    pub source: Option<MethodSource>,
    /// The payment method for invoices, which must be the attached one.
    pub default_method: Option<Option<String>>,
}

impl Operation for CreateCustomer {
    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let scope = step.scope().clone();
            let mut customer = {
                let (draft, mut context) = step.parts();
                customers::create(draft, &mut context, self.command.clone())
            };
            let brought = (self.method.as_ref(), self.source.as_ref());
            let attached = attach_all(step, &mut customer, brought).await?;
            let default = self.default_method(attached);
            set_default(step, &mut customer, default.as_ref()).await?;
            Ok(Decided::record(&scope, &customer.record.id))
        })
    }
}

impl CreateCustomer {
    /// The payment method for invoices. Named like the attached one it is the attached one: a published name stands for
    /// another payment method each time.
    fn default_method(&self, attached: Option<Id<PaymentMethod>>) -> Option<Option<String>> {
        let wanted = self.default_method.clone();
        match (&self.method, &wanted, attached) {
            (Some(MethodSource::Id { id, .. }), Some(Some(named)), Some(attached))
                if id == named =>
            {
                Some(Some(attached.to_string()))
            }
            _ => wanted,
        }
    }
}

/// `POST /v1/customers/:id`.
pub struct UpdateCustomer {
    /// Which one.
    pub id: String,
    /// What changes.
    pub command: CustomerPatch,
    /// A legacy source, which becomes the default.
    pub source: Option<MethodSource>,
    /// The payment method for invoices.
    pub default_method: Option<Option<String>>,
}

impl Operation for UpdateCustomer {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let scope = step.scope().clone();
            let mut customer = step.in_url::<Customer>(&self.id, "id").await?;
            let mut command = self.command.clone();
            if let Some(wanted) = &self.default_method {
                command.default_payment_method =
                    Some(own_method(step, &customer, wanted.as_deref()).await?);
            }
            {
                let (draft, mut context) = step.parts();
                customers::update(draft, &mut context, &mut customer, command)?;
            }
            attach_all(step, &mut customer, (None, self.source.as_ref())).await?;
            Ok(Decided::record(&scope, &customer.record.id))
        })
    }
}

/// Attaches what the request brought, and answers the payment method of it that came first; a card that its issuer refuses is
/// refused here.
async fn attach_all(
    step: &mut Step,
    customer: &mut Versioned<Customer>,
    brought: (Option<&MethodSource>, Option<&MethodSource>),
) -> Result<Option<Id<PaymentMethod>>, Halt> {
    let mut first = None;
    for (source, is_default) in [(brought.0, false), (brought.1, true)] {
        let Some(source) = source else { continue };
        let mut method = step.method(source).await?;
        attach_checked(step, &mut method, customer).await?;
        first.get_or_insert_with(|| method.record.id.clone());
        if is_default {
            let before = customer.record.clone();
            customer.record.default_source = Some(method.record.id.clone());
            let (draft, mut context) = step.parts();
            draft.save_with(
                &mut context,
                customer,
                florin_domain::transitions::Transition::CustomerUpdated,
                Some(before),
            );
        }
    }
    Ok(first)
}

/// Attaches a payment method after asking the processor whether it may be.
pub(super) async fn attach_checked(
    step: &mut Step,
    method: &mut Versioned<PaymentMethod>,
    customer: &Versioned<Customer>,
) -> Result<(), Halt> {
    if !method.record.kind.is_card() {
        let (draft, mut context) = step.parts();
        return Ok(payments::attach(draft, &mut context, method, customer)?);
    }
    let engine = std::sync::Arc::clone(step.engine());
    let sealed = engine.card_of(step, &method.record.source).await?;
    let Some(processor) = engine.world().processors.for_scope(step.scope().live) else {
        return Err(Refusal::NoProcessor.into());
    };
    let secrets = florin_processors::Secrets {
        sealed: sealed.as_ref(),
        opener: &engine.world().opener,
        cvc: None,
    };
    if let Some(decline) = processor.may_attach(
        step.scope(),
        &method.record.source,
        method.record.cvc_given,
        secrets,
    ) {
        return Err(Refusal::Card(Box::new(decline)).into());
    }
    let (draft, mut context) = step.parts();
    payments::attach(draft, &mut context, method, customer)?;
    Ok(())
}

async fn set_default(
    step: &mut Step,
    customer: &mut Versioned<Customer>,
    wanted: Option<&Option<String>>,
) -> Result<(), Halt> {
    let Some(wanted) = wanted else { return Ok(()) };
    let method = own_method(step, customer, wanted.as_deref()).await?;
    let before = customer.record.clone();
    customer.record.default_payment_method = method;
    let (draft, mut context) = step.parts();
    draft.save_with(
        &mut context,
        customer,
        florin_domain::transitions::Transition::CustomerUpdated,
        Some(before),
    );
    Ok(())
}

/// A payment method that invoices may use must be the customer's own.
async fn own_method(
    step: &mut Step,
    customer: &Versioned<Customer>,
    wanted: Option<&str>,
) -> Result<Option<Id<PaymentMethod>>, Halt> {
    const PARAM: &str = "invoice_settings[default_payment_method]";
    let Some(id) = wanted else { return Ok(None) };
    let method = step.in_body::<PaymentMethod>(id, PARAM).await?;
    if method.record.customer.as_ref() != Some(&customer.record.id) {
        let message = "The customer does not have a payment method with this id. The payment method must be attached to the customer.";
        return Err(Refusal::Invalid {
            code: Some("resource_missing"),
            message: message.to_owned(),
            param: Some(PARAM.to_owned()),
        }
        .into());
    }
    Ok(Some(method.record.id))
}

/// `DELETE /v1/customers/:id`.
pub struct DeleteCustomer {
    /// Which one.
    pub id: String,
}

impl Operation for DeleteCustomer {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let mut customer = step.in_url::<Customer>(&self.id, "id").await?;
            let scope = step.scope().clone();
            let query = ListQuery::newest(&scope, Kind::PaymentMethod, DETACHED_MAX)
                .with("customer", &self.id);
            let attached = step.engine().world().store.list(&query).await?;
            {
                let (draft, mut context) = step.parts();
                customers::delete(draft, &mut context, &mut customer)?;
                for held in attached {
                    let version = held.version;
                    let Some(record) = PaymentMethod::from_record(held.record) else {
                        continue;
                    };
                    payments::detach(draft, &mut context, &mut Versioned { version, record })?;
                }
                let (id, due) = (format!("job_detach_{}", self.id), context.now_real);
                let body = serde_json::json!({ "customer": self.id });
                draft.job(JobKind::Detach, id, due, body);
            }
            Ok(Decided {
                answer: Answer::Deleted(customer.record.key(&scope)),
                ..Decided::record(&scope, &customer.record.id)
            })
        })
    }
}
