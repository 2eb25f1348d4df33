//! A checkout session tells from where the buyer comes, and which template its invoice has.
//!
//! Deliberately absent: invoices.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Basil2025_07_30,
    name: "checkout sessions tell where the buyer comes from",
    objects: &["checkout.session"],
    added: &[
        "invoice_creation.invoice_data.rendering_options.template",
        "origin_context",
    ],
    ..Change::NOTHING
};
