//! Customers: somebody who pays, with saved payment methods.

use crate::changes::Draft;
use crate::context::Context;
use crate::payments::{Metadata, MetadataPatch, PaymentMethod};
use crate::record::{Columns, Versioned, check_living, record, set};
use crate::refusal::Refusal;
use crate::transitions::Transition;
use florin_base::Id;
use serde_json::{Map, Value};

record! {
    /// A customer. Descriptive members (address, shipping, phone …) are kept as the merchant sent them.
    pub struct Customer: Customer, "cus_" {
        /// A mail address; lists filter by it.
        email: Option<String>,
        /// The name.
        name: Option<String>,
        /// Free text.
        description: Option<String>,
        /// The merchant's own data.
        metadata: Metadata,
        /// The payment method that invoices use.
        default_payment_method: Option<Id<PaymentMethod>>,
        /// The card made from a legacy `source`.
        default_source: Option<Id<PaymentMethod>>,
        /// Members that Florin stores and echoes.
        echo: Map<String, Value>,
        /// Deleted customers are remembered, so that their id answers `deleted: true`.
        deleted: bool,
    }
}

impl Customer {
    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![
            self.email.as_deref(),
            Some(crate::record::living(self.deleted)),
        ]
    }
}

/// What a create or an update says. `None` leaves a member alone, `Some(None)` empties it.
#[derive(Clone, Debug, Default)]
pub struct CustomerPatch {
    /// Mail address.
    pub email: Option<Option<String>>,
    /// Name.
    pub name: Option<Option<String>>,
    /// Free text.
    pub description: Option<Option<String>>,
    /// Metadata to merge.
    pub metadata: MetadataPatch,
    /// The payment method for invoices, already loaded and checked to belong to the customer.
    pub default_payment_method: Option<Option<Id<PaymentMethod>>>,
    /// Descriptive members to merge at the top level; null removes.
    pub echo: Map<String, Value>,
}

fn apply(customer: &mut Customer, patch: CustomerPatch) {
    set(&mut customer.email, patch.email);
    set(&mut customer.name, patch.name);
    set(&mut customer.description, patch.description);
    let method = patch.default_payment_method;
    set(&mut customer.default_payment_method, method);
    patch.metadata.apply(&mut customer.metadata);
    merge_echo(&mut customer.echo, patch.echo);
}

/// Merges descriptive members: objects member by member, null removes, everything else replaces.
pub fn merge_echo(held: &mut Map<String, Value>, patch: Map<String, Value>) {
    for (name, value) in patch {
        match value {
            Value::Null => {
                held.shift_remove(&name);
            }
            Value::Object(inner) => match held.get_mut(&name) {
                Some(Value::Object(known)) => merge_echo(known, inner),
                _ => {
                    let mut fresh = Map::new();
                    merge_echo(&mut fresh, inner);
                    held.insert(name, Value::Object(fresh));
                }
            },
            other => {
                held.insert(name, other);
            }
        }
    }
}

/// Makes a customer.
pub fn create(
    draft: &mut Draft,
    context: &mut Context<'_>,
    patch: CustomerPatch,
) -> Versioned<Customer> {
    let mut customer = Customer {
        id: context.id(),
        created: context.now,
        ..Customer::default()
    };
    apply(&mut customer, patch);
    let mut held = Versioned::fresh(customer);
    draft.save(context, &mut held, Transition::CustomerCreated);
    held
}

/// Changes a customer.
///
/// # Errors
/// A deleted customer cannot be changed.
pub fn update(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<Customer>,
    patch: CustomerPatch,
) -> Result<(), Refusal> {
    check_living(held, held.record.deleted)?;
    let before = held.record.clone();
    apply(&mut held.record, patch);
    draft.save_with(context, held, Transition::CustomerUpdated, Some(before));
    Ok(())
}

/// Deletes a customer. Its payment methods are detached by the caller, which loads them.
///
/// # Errors
/// A customer can be deleted once.
pub fn delete(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<Customer>,
) -> Result<(), Refusal> {
    check_living(held, held.record.deleted)?;
    let before = held.record.clone();
    let gone = &mut held.record;
    *gone = Customer {
        id: gone.id.clone(),
        created: gone.created,
        deleted: true,
        ..Customer::default()
    };
    draft.save_with(context, held, Transition::CustomerDeleted, Some(before));
    Ok(())
}
