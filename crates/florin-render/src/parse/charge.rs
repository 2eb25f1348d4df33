//! Commands on direct charges, the older way without an intent.

use super::{amount, echo, fresh_echo, metadata, required_currency, text, text_patch};
use florin_domain::payments::{CreateCharge, MetadataPatch};
use florin_wire::{Params, WireError};
use serde_json::{Map, Value};

/// What an update of a charge says: its description, and metadata with descriptive members.
pub type ChargePatch = (Option<Option<String>>, (MetadataPatch, Map<String, Value>));

/// A direct charge; it is captured unless the request says no.
///
/// # Errors
/// 400: amount or currency is missing.
pub fn create_charge(params: &Params) -> Result<CreateCharge, WireError> {
    Ok(CreateCharge {
        amount: amount(params, "amount")?,
        currency: required_currency(params)?,
        capture: params.flag("capture").unwrap_or(true),
        description: text(params, "description"),
        metadata: metadata(params)?,
        echo: fresh_echo(params),
    })
}

/// A change of a charge's descriptive parts.
///
/// # Errors
/// None now.
pub fn update_charge(params: &Params) -> Result<ChargePatch, WireError> {
    Ok((
        text_patch(params, "description"),
        (metadata(params)?, echo(params)),
    ))
}
