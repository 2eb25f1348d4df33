//! Intents take a list of allowed payment method types instead of an explicit list of types.
//!
//! Both lists exclude the same other parameters. The explicit list refused a type that does not fit the
//! payment, the new list leaves it out; a request that names no such type means the same in both.
//! Deliberately absent: the refusal of the older parameter in the newest version. Florin takes it there too, because
//! requests without a version are of the newest one.

use super::super::change::{Change, Forward};
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Endive2026_09_30,
    name: "intents take no explicit list of method types",
    objects: &[],
    forward: Some(Forward {
        routes: &[
            "POST /v1/payment_intents",
            "POST /v1/payment_intents/*",
            "POST /v1/payment_intents/*/confirm",
            "POST /v1/setup_intents",
            "POST /v1/setup_intents/*",
        ],
        renamed: &[("allowed_payment_method_types", "payment_method_types")],
        taken_ever: true,
        ..Forward::NOTHING
    }),
    ..Change::NOTHING
};
