//! The only bridge between the domain and the wire.
//!
//! Three ways lead across it: a record becomes a wire object ([`render_record`] and its siblings), checked
//! parameters become a command ([`parse`]), and a refusal or a decline becomes an error ([`render_refusal`],
//! [`render_decline`]). [`expand`] plans which objects take the place of their ids. Everything is rendered in
//! the newest version; walking back to an older one is the caller's last step, save for events, whose version
//! belongs to their endpoint. Deliberately absent: loading anything, HTTP, and any decision about money.

mod decline;
mod echo;
pub mod event_types;
pub mod expand;
pub mod markup;
mod objects;
mod page;
pub mod parse;
pub mod qr;
pub mod receipt;
mod refusal;
mod shape;
pub mod texts;

use florin_domain::{Kind, Record};
use florin_wire::Node;
use serde_json::Value;

pub use decline::{Around, render_decline};
pub use objects::balance::render_balance;
pub use objects::balance_transaction::render_transaction;
pub use objects::card::render_source;
pub use objects::checkout_session::render_session_line;
pub use objects::currency_option::render_currencies;
pub use objects::customer_session::render_customer_session;
pub use objects::dispute::render_dispute;
pub use objects::event::render_event;
pub use objects::front_payment::render_front;
pub use objects::line_item::render_line_items;
pub use objects::next_action::{BANK_PREFIX, transfer_rows};
pub use objects::payment_link::{LINK_PREFIX, link_url};
pub use objects::source::{render_old_source, source_secret};
pub use objects::webhook_endpoint::render_endpoint;
pub use page::{
    PageFacts, PagePicture, page_waits, picture_address, render_methods, render_page, render_saved,
};
pub use refusal::render_refusal;

/// For whom something is rendered.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// Where this installation is reached, without a slash at the end: `http://127.0.0.1:8484`.
    pub base_url: &'a str,
    /// The account whose records are shown.
    pub account: &'a str,
    /// The mode of the request.
    pub live: bool,
    /// Makes the secret part of a receipt's address out of the rest of it.
    pub seal: &'a (dyn Fn(&str) -> String + Send + Sync),
}

/// A record as the newest version of the wire shows it. Kinds that the API never shows (keys, sealed cards,
/// attempts, deliveries) are null.
pub fn render_record<'a>(record: &'a Record, view: &View<'_>) -> Node<'a> {
    match record {
        Record::Account(account) => objects::account::render(account),
        Record::Customer(customer) => objects::customer::render(customer, view),
        Record::PaymentMethod(method) => objects::payment_method::render(method, view),
        Record::MethodConfiguration(held) => objects::method_configuration::render(held, view),
        Record::ConfirmationToken(token) => objects::confirmation_token::render(token, view),
        Record::PaymentMethodDomain(domain) => objects::domain::render(domain, view),
        Record::Token(token) => objects::token::render(token, view),
        Record::PaymentIntent(intent) => objects::payment_intent::render(intent, view),
        Record::SetupIntent(setup) => objects::setup_intent::render(setup, view),
        Record::Charge(charge) => objects::charge::render(charge, view),
        Record::CheckoutSession(session) => objects::checkout_session::render(session, view),
        Record::PaymentLink(link) => objects::payment_link::render(link, view),
        Record::Product(product) => objects::product::render(product, view),
        Record::Price(price) => objects::price::render(price, view),
        Record::TaxRate(rate) => objects::tax_rate::render(rate, view),
        Record::ShippingRate(rate) => objects::shipping_rate::render(rate, view),
        Record::Refund(refund) => objects::refund::render(refund, view),
        Record::Dispute(dispute) => objects::dispute::render(dispute, view),
        Record::EarlyFraudWarning(warning) => objects::early_fraud_warning::render(warning, view),
        Record::WebhookEndpoint(endpoint) => render_endpoint(endpoint, view, None),
        Record::Event(event) => render_event(event, view, 0, florin_wire::versions::NEWEST).into(),
        Record::ApiKey(_)
        | Record::VaultCard(_)
        | Record::LookupKey(_)
        | Record::Order(_)
        | Record::Attempt(_)
        | Record::Delivery(_)
        | Record::WebhookSettings(_) => Node::Null,
    }
}

/// The `object` member of a kind; for kinds that the API never shows, a name for messages.
pub const fn object_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Account => "account",
        Kind::ApiKey => "api_key",
        Kind::VaultCard => "vault_card",
        Kind::Customer => "customer",
        Kind::PaymentMethod => "payment_method",
        Kind::MethodConfiguration => "payment_method_configuration",
        Kind::ConfirmationToken => "confirmation_token",
        Kind::PaymentMethodDomain => "payment_method_domain",
        Kind::Token => "token",
        Kind::PaymentIntent => "payment_intent",
        Kind::SetupIntent => "setup_intent",
        Kind::Charge => "charge",
        Kind::CheckoutSession => "checkout.session",
        Kind::PaymentLink => "payment_link",
        Kind::Product => "product",
        Kind::Price => "price",
        Kind::TaxRate => "tax_rate",
        Kind::ShippingRate => "shipping_rate",
        Kind::Refund => "refund",
        Kind::Dispute => "dispute",
        Kind::EarlyFraudWarning => "radar.early_fraud_warning",
        Kind::LookupKey => "lookup_key",
        Kind::Order => "order",
        Kind::Attempt => "attempt",
        Kind::WebhookEndpoint => "webhook_endpoint",
        Kind::WebhookSettings => "webhook_settings",
        Kind::Delivery => "delivery",
        Kind::Event => "event",
    }
}

/// What is left of a deleted object.
pub fn deleted(kind: Kind, id: &str) -> Value {
    florin_wire::object::deleted(object_name(kind), id)
}
