//! Commands on set-ups.

use super::method_options as options;
use super::{automatic, echo, metadata, text, text_patch, types, word};
use florin_domain::payments::{CreateSetup, FutureUsage, SetupCommand};
use florin_wire::{Params, WireError};

/// The parts that only a new set-up has. It is for payments without the buyer unless the request says otherwise.
///
/// # Errors
/// 400: the types are both listed and left to Florin.
pub fn create_setup(params: &Params) -> Result<CreateSetup, WireError> {
    Ok(CreateSetup {
        types: types(params)?.unwrap_or_default(),
        automatic: automatic(params)?,
        usage: word(params, "usage", FutureUsage::from_word)?.unwrap_or_default(),
        session: None,
    })
}

/// The parts that create, update and confirm share. The buyer's answer to a challenge comes from elsewhere.
///
/// # Errors
/// 400: a card option that a set-up does not have in Florin.
pub fn setup(params: &Params) -> Result<SetupCommand, WireError> {
    options::refuse_for_setup(params)?;
    Ok(SetupCommand {
        types: types(params)?,
        description: text_patch(params, "description"),
        metadata: metadata(params)?,
        return_url: text(params, "return_url"),
        request_three_d_secure: options::three_d_secure(params),
        echo: echo(params),
        by_session: false,
        challenge: None,
    })
}
