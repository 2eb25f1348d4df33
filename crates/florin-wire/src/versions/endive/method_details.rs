//! Fields that hashes of single payment method types gained month by month.
//!
//! Deliberately absent: the hashes themselves.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const D2026_09_30: Change = Change {
    version: ApiVersion::Endive2026_09_30,
    name: "options of Billie and BLIK, an end for Swish codes",
    objects: &["payment_intent"],
    added: &[
        "next_action.swish_handle_redirect_or_display_qr_code.qr_code.expires_at",
        "payment_method_options.billie.company_details",
        "payment_method_options.billie.reference",
        "payment_method_options.blik.mandate_options",
    ],
    ..Change::NOTHING
};
