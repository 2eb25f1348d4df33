//! A customer may have a default template for invoices.
//!
//! Deliberately absent: invoices.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::V2024_06_20,
    name: "customers have a default invoice template",
    objects: &["customer"],
    added: &["invoice_settings.rendering_options.template"],
    ..Change::NOTHING
};
