//! Fields of the merchant's own show what stands in them at first, and saved methods whether the buyer may remove them.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::V2024_04_10,
    name: "checkout sessions show what stands in their fields",
    objects: &["checkout.session"],
    added: &[
        "custom_fields[].dropdown.default_value",
        "custom_fields[].numeric.default_value",
        "custom_fields[].text.default_value",
        "saved_payment_method_options.payment_method_remove",
    ],
    ..Change::NOTHING
};
