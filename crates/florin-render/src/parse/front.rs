//! Commands of the simple front door.

use super::{required_currency, text};
use florin_domain::checkout::FrontWish;
use florin_wire::{Params, WireError};
use serde_json::Value;

/// What is asked for at the front door.
///
/// # Errors
/// 400: amount, currency or order is missing.
pub fn front_payment(params: &Params) -> Result<FrontWish, WireError> {
    let methods = params.list("methods").into_iter().flatten();
    let order = text(params, "order_id").filter(|order| !order.trim().is_empty());
    Ok(FrontWish {
        amount: super::amount(params, "amount")?,
        currency: required_currency(params)?,
        order: order.ok_or_else(|| WireError::missing("order_id"))?,
        description: text(params, "description"),
        types: methods
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        return_url: text(params, "return_url"),
        webhook_url: text(params, "webhook_url"),
        email: text(params, "customer_email"),
        locale: text(params, "locale"),
    })
}
