//! Why a decision says no. Closed, so that every reason is mapped to a wire error in one place.

use crate::payments::{PaymentIntent, SetupIntent};
use crate::processor::Decline;
use crate::record::Kind;
use florin_base::Asset;

/// A refusal changes nothing. Amounts are minor units.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// An object that the URL or the body names is not there (or not in this account and mode).
    Missing {
        /// What was looked for.
        kind: Kind,
        /// Its id.
        id: String,
        /// The parameter that named it.
        param: String,
        /// The URL named it (404) rather than the body (400).
        in_url: bool,
    },
    /// A parameter is wrong in the light of the stored data.
    Invalid {
        /// The wire code, where the field has one.
        code: Option<&'static str>,
        /// For people: what is wrong and what to do.
        message: String,
        /// The parameter.
        param: Option<String>,
    },
    /// The intent is in another state than the operation needs.
    IntentState {
        /// For people.
        message: String,
        /// The whole intent, which the error carries.
        intent: Box<PaymentIntent>,
    },
    /// The setup intent is in another state than the operation needs.
    SetupState {
        /// For people.
        message: String,
        /// The whole setup intent.
        intent: Box<SetupIntent>,
    },
    /// The amount is under the least one of the currency.
    AmountTooSmall {
        /// The least amount.
        minimum: i64,
        /// The currency.
        currency: Asset,
    },
    /// The amount is over the largest one of the currency.
    AmountTooLarge {
        /// The largest amount.
        maximum: i64,
        /// The currency.
        currency: Asset,
    },
    /// A card was refused before any charge was made: on attach, on tokenizing.
    Card(Box<Decline>),
    /// An order was asked for with another amount before.
    OrderTaken {
        /// The order.
        order: String,
        /// The payment that stands for it.
        first: String,
        /// Its amount.
        amount: i64,
        /// Its currency.
        currency: Asset,
    },
    /// Another operation on the object waits for a processor; trying again later is right.
    Busy,
    /// Live mode has no processor yet.
    NoProcessor,
}

/// The name on the wire of a parameter inside another one: `a` and `b[c]` are `a[b][c]`.
pub fn nested(outer: &str, inner: &str) -> String {
    let (first, rest) = inner.split_at(inner.find('[').unwrap_or(inner.len()));
    format!("{outer}[{first}]{rest}")
}

impl Refusal {
    /// A missing object that the URL named.
    pub fn missing(kind: Kind, id: &str, param: &str) -> Refusal {
        Refusal::Missing {
            kind,
            id: id.to_owned(),
            param: param.to_owned(),
            in_url: true,
        }
    }

    /// A missing object that the body named.
    pub fn missing_in_body(kind: Kind, id: &str, param: &str) -> Refusal {
        Refusal::Missing {
            kind,
            id: id.to_owned(),
            param: param.to_owned(),
            in_url: false,
        }
    }

    /// A wrong parameter without a code.
    pub fn invalid(param: &str, message: impl Into<String>) -> Refusal {
        Refusal::Invalid {
            code: None,
            message: message.into(),
            param: Some(param.to_owned()),
        }
    }

    /// An amount of nothing or less.
    pub fn not_positive(param: &str) -> Refusal {
        Refusal::Invalid {
            code: Some("parameter_invalid_integer"),
            message: "This value must be greater than or equal to 1.".to_owned(),
            param: Some(param.to_owned()),
        }
    }

    /// The same refusal of an object that stands inside another parameter: what it names is named from there.
    #[must_use]
    pub fn within(mut self, outer: &str) -> Refusal {
        let (Refusal::Invalid {
            param: Some(param), ..
        }
        | Refusal::Missing { param, .. }) = &mut self
        else {
            return self;
        };
        *param = nested(outer, param);
        self
    }

    /// The same of an object in another list of the request: what it names is named there.
    #[must_use]
    pub fn moved(mut self, from: &str, to: &str) -> Refusal {
        if let Refusal::Invalid {
            param: Some(param), ..
        }
        | Refusal::Missing { param, .. } = &mut self
            && let Some(rest) = param.strip_prefix(from)
        {
            *param = format!("{to}{rest}");
        }
        self
    }

    /// The same with another name for a parameter.
    #[must_use]
    pub fn renamed(mut self, from: &str, to: &str) -> Refusal {
        if let Refusal::Invalid {
            param: Some(param), ..
        } = &mut self
            && param == from
        {
            *param = to.to_owned();
        }
        self
    }

    /// A wrong request that no single parameter is to blame for.
    pub fn plain(code: Option<&'static str>, message: impl Into<String>) -> Refusal {
        Refusal::Invalid {
            code,
            message: message.into(),
            param: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_named_from_where_its_object_stands() {
        for (inner, expected) in [
            ("currency", "line_items[0][price_data][currency]"),
            (
                "recurring[interval_count]",
                "line_items[0][price_data][recurring][interval_count]",
            ),
        ] {
            let outer = "line_items[0][price_data]";
            let refusals = [
                Refusal::invalid(inner, ""),
                Refusal::missing_in_body(Kind::Product, "prod_1", inner),
            ];
            for refusal in refusals {
                match refusal.within(outer) {
                    Refusal::Invalid { param, .. } => assert_eq!(param.as_deref(), Some(expected)),
                    Refusal::Missing { param, .. } => assert_eq!(param, expected),
                    other => panic!("{other:?}"),
                }
            }
        }
        assert_eq!(Refusal::Busy.within("a"), Refusal::Busy);
    }
}
