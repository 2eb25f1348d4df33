//! One-time tokens: card data that a browser sent, to be turned into a payment method once.

use crate::cards::{CardDetails, CardSource};
use crate::record::{Columns, record};
use serde_json::{Map, Value};

record! {
    /// A one-time token for a card.
    pub struct Token: Token, "tok_" {
        /// The card.
        card: CardDetails,
        /// Where its number is.
        source: CardSource,
        /// Name and address.
        billing: Map<String, Value>,
        /// A CVC came with it.
        cvc_given: bool,
        /// It was turned into something.
        used: bool,
        /// Where the request came from.
        client_ip: Option<String>,
    }
}

impl Token {
    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![]
    }
}
