//! Fields that hashes of single payment method types gained month by month.
//!
//! Deliberately absent: the hashes themselves.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const D2026_04_22: Change = Change {
    version: ApiVersion::Dahlia2026_04_22,
    name: "mandates of Pix, Klarna at a reader",
    objects: &["charge", "payment_intent"],
    added: &[
        "payment_method_details.klarna.location",
        "payment_method_details.klarna.reader",
        "payment_method_details.pix.mandate",
        "payment_method_options.pix.mandate_options",
    ],
    ..Change::NOTHING
};

pub(super) const D2026_05_27: Change = Change {
    version: ApiVersion::Dahlia2026_05_27,
    name: "TWINT shows the mandate",
    objects: &["charge"],
    added: &["payment_method_details.twint.mandate"],
    ..Change::NOTHING
};

pub(super) const D2026_06_24: Change = Change {
    version: ApiVersion::Dahlia2026_06_24,
    name: "buyers and fingerprints of bank methods, saving of Satispay",
    objects: &[
        "charge",
        "payment_intent",
        "payment_method",
        "setup_attempt",
    ],
    added: &[
        "payment_method_details.bizum.buyer_id",
        "payment_method_details.pix.fingerprint",
        "bizum.buyer_id",
        "blik.buyer_id",
        "pix.fingerprint",
        "payment_method_options.satispay.setup_future_usage",
    ],
    ..Change::NOTHING
};

pub(super) const D2026_07_29: Change = Change {
    version: ApiVersion::Dahlia2026_07_29,
    name: "Payco and Samsung Pay tell that they are not saved",
    objects: &["payment_intent"],
    added: &[
        "payment_method_options.payco.setup_future_usage",
        "payment_method_options.samsung_pay.setup_future_usage",
    ],
    ..Change::NOTHING
};
