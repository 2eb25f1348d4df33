//! The command that makes a refund.

use super::{fresh_echo, metadata, text};
use florin_domain::payments::RefundCommand;
use florin_wire::{Params, WireError};

/// A refund; `named_by` is the parameter that named what is refunded.
///
/// # Errors
/// None now.
pub fn refund(params: &Params, named_by: &'static str) -> Result<RefundCommand, WireError> {
    Ok(RefundCommand {
        amount: params.int("amount"),
        reason: text(params, "reason"),
        metadata: metadata(params)?,
        echo: fresh_echo(params),
        named_by,
    })
}
