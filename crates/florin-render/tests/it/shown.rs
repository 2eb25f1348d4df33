//! What renderers make, as JSON values that tests can look into.

use florin_base::{Asset, Timestamp};
use florin_domain::Record;
use florin_domain::ledger::{LedgerAccount, Transaction};
use florin_domain::payments::{Dispute, PaymentMethod};
use florin_domain::webhooks::WebhookEndpoint;
use florin_render::View;
use serde_json::Value;

pub fn render_record(record: &Record, view: &View<'_>) -> Value {
    florin_render::render_record(record, view).into_value()
}

pub fn render_dispute(dispute: &Dispute, view: &View<'_>, now: Timestamp) -> Value {
    florin_render::render_dispute(dispute, view, now).into_value()
}

pub fn render_transaction(made: &Transaction, view: &View<'_>, now: Timestamp) -> Value {
    florin_render::render_transaction(made, view, now).into_value()
}

pub fn render_balance(
    balances: &[(LedgerAccount, Asset, i64)],
    default: Asset,
    view: &View<'_>,
) -> Value {
    florin_render::render_balance(balances, default, view).into_value()
}

pub fn render_source(method: &PaymentMethod, view: &View<'_>) -> Value {
    florin_render::render_source(method, view).into_value()
}

pub fn render_endpoint(made: &WebhookEndpoint, view: &View<'_>, secret: Option<&str>) -> Value {
    florin_render::render_endpoint(made, view, secret).into_value()
}

pub fn list(url: &str, data: Vec<Value>) -> Value {
    let data = data.into_iter().map(Into::into).collect();
    florin_wire::object::list(url, data, false).into_value()
}
