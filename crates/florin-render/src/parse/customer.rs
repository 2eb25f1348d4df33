//! The patch that makes or changes a customer.
//!
//! Mail, name and description are echoed in the tables but members of the record, so they are taken out of the
//! echo here. Deliberately absent: the default payment method, which has to be loaded and checked first.

use super::{echo, metadata};
use florin_domain::customers::CustomerPatch;
use florin_wire::{Params, WireError};
use serde_json::{Map, Value};

/// What a create or an update says.
///
/// # Errors
/// None now.
pub fn customer(params: &Params) -> Result<CustomerPatch, WireError> {
    let mut echo = echo(params);
    Ok(CustomerPatch {
        email: taken(params, &mut echo, "email"),
        name: taken(params, &mut echo, "name"),
        description: taken(params, &mut echo, "description"),
        metadata: metadata(params)?,
        default_payment_method: None,
        echo,
    })
}

/// A text that is a member of the record, wherever the table puts it.
fn taken(params: &Params, echo: &mut Map<String, Value>, name: &str) -> Option<Option<String>> {
    let sent = echo
        .shift_remove(name)
        .or_else(|| params.get(name).cloned())?;
    match sent {
        Value::String(text) => Some(Some(text)),
        _ => Some(None),
    }
}
