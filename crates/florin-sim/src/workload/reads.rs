//! Stories of looking around: every reading route, and the routes that no state allows.
//!
//! Deliberately absent: whether a page is right; that is a matter of the API's own tests. Here it must be found, be the
//! merchant's own, and be answered whatever the weather is.

use crate::client::Client;
use crate::evidence::Entry;
use crate::question::Question;
use florin_domain::Kind;
use florin_engine::read::{LIVING, ListQuery, Movement, Page, Sieve, TransactionQuery};
use std::sync::Arc;

/// Questions of one look around.
const QUESTIONS: u64 = 4;
/// Objects of a page, at most.
const LIMIT_MAX: u64 = 20;

/// What the API lists; releases are internal.
const LISTED: [Movement; 4] = [
    Movement::Charge,
    Movement::Refund,
    Movement::RefundFailure,
    Movement::Dispute,
];

/// Every route that only reads, or that no state allows.
pub const READ: &[&str] = &[
    "GET /florin/v1/payments",
    "GET /florin/v1/payments/:id",
    "GET /v1/account",
    "GET /v1/balance",
    "GET /v1/balance_transactions",
    "GET /v1/balance_transactions/:id",
    "GET /v1/balance/history",
    "GET /v1/balance/history/:id",
    "GET /v1/charges",
    "GET /v1/charges/:id",
    "GET /v1/charges/:id/refunds",
    "GET /v1/charges/:id/refunds/:refund",
    "GET /v1/checkout/sessions",
    "GET /v1/checkout/sessions/:id",
    "GET /v1/checkout/sessions/:id/line_items",
    "GET /v1/confirmation_tokens/:id",
    "POST /v1/customer_sessions",
    "GET /v1/customers",
    "GET /v1/customers/:id",
    "GET /v1/customers/:id/payment_methods",
    "GET /v1/customers/:id/payment_methods/:payment_method",
    "GET /v1/disputes",
    "GET /v1/disputes/:id",
    "GET /v1/elements/sessions",
    "GET /v1/events",
    "GET /v1/events/:id",
    "GET /v1/payment_intents",
    "GET /v1/payment_intents/:id",
    "POST /v1/payment_intents/:id/apply_customer_balance",
    "POST /v1/payment_intents/:id/verify_microdeposits",
    "GET /v1/payment_intents/:id/amount_details_line_items",
    "GET /v1/payment_links",
    "GET /v1/payment_links/:id",
    "GET /v1/payment_links/:id/line_items",
    "GET /v1/payment_method_configurations",
    "GET /v1/payment_method_configurations/:id",
    "GET /v1/payment_method_domains",
    "GET /v1/payment_method_domains/:id",
    "POST /v1/payment_method_domains/:id/validate",
    "GET /v1/payment_methods",
    "GET /v1/payment_methods/:id",
    "GET /v1/prices",
    "GET /v1/prices/:id",
    "GET /v1/products",
    "GET /v1/products/:id",
    "GET /v1/radar/early_fraud_warnings",
    "GET /v1/radar/early_fraud_warnings/:id",
    "GET /v1/refunds",
    "GET /v1/refunds/:id",
    "GET /v1/setup_intents",
    "GET /v1/setup_intents/:id",
    "POST /v1/setup_intents/:id/verify_microdeposits",
    "GET /v1/shipping_rates",
    "GET /v1/shipping_rates/:id",
    "GET /v1/sources/:id",
    "GET /v1/tax_rates",
    "GET /v1/tax_rates/:id",
    "GET /v1/tokens/:id",
    "GET /v1/webhook_endpoints",
    "GET /v1/webhook_endpoints/:id",
];

/// A domain, and what its id in an address is called.
const DOMAIN: (Kind, &str) = (Kind::PaymentMethodDomain, "payment_method_domain");

/// Asks a few things.
pub async fn look_around(client: &mut Client) {
    for _ in 0..QUESTIONS {
        let route = rarer(client);
        if let Some(question) = question(client, route) {
            client.question(route, question).await;
        }
        client.think(100).await;
    }
}

/// Of two routes the one that was answered well less often, so that what is rare is asked for all the same.
fn rarer(client: &mut Client) -> &'static str {
    let mut pick = || client.random.pick(READ).copied().unwrap_or_default();
    let two = [pick(), pick()];
    client.scene.with(|inner| {
        let count = |route: &&'static str| inner.answers.get(&(*route, 200)).copied();
        two.into_iter().min_by_key(count).unwrap_or_default()
    })
}

/// What a route asks; `None` when no object is known that it could ask for.
fn question(client: &mut Client, route: &str) -> Option<Question> {
    let (_, path) = route.split_once(' ')?;
    Some(match path {
        "/v1/account" => Question::Account,
        "/v1/balance" => Question::Balance,
        "/v1/balance_transactions" | "/v1/balance/history" => {
            let mut query = TransactionQuery::newest(&client.scope, 1);
            query.movements = LISTED.to_vec();
            Question::Transactions(query, page(client))
        }
        "/v1/balance_transactions/:id" | "/v1/balance/history/:id" => {
            Question::Transaction(transaction(client)?)
        }
        "/v1/charges/:id/refunds" => list_of(client, Kind::Refund, (Kind::Charge, "charge"))?,
        "/v1/customers/:id/payment_methods" => {
            list_of(client, Kind::PaymentMethod, (Kind::Customer, "customer"))?
        }
        "/v1/charges/:id/refunds/:refund" => owned(client, Kind::Refund, Kind::Charge)?,
        "/v1/customers/:id/payment_methods/:payment_method" => {
            owned(client, Kind::PaymentMethod, Kind::Customer)?
        }
        "/v1/payment_intents/:id/amount_details_line_items" => {
            Question::LineItems(known(client, Kind::PaymentIntent)?, page(client))
        }
        "/v1/checkout/sessions/:id/line_items" => {
            Question::SessionLines(known(client, Kind::CheckoutSession)?, page(client))
        }
        "/v1/payment_intents/:id/apply_customer_balance"
        | "/v1/payment_intents/:id/verify_microdeposits" => {
            Question::WrongState(Kind::PaymentIntent, known(client, Kind::PaymentIntent)?)
        }
        "/v1/setup_intents/:id/verify_microdeposits" => {
            Question::WrongState(Kind::SetupIntent, known(client, Kind::SetupIntent)?)
        }
        "/florin/v1/payments" => Question::Order(known(client, Kind::Order)?),
        // Sessions without an order are none of the front door's, and it has to say so.
        "/florin/v1/payments/:id" => Question::Front(known(client, Kind::CheckoutSession)?),
        "/v1/payment_method_configurations" => Question::Configurations(page(client)),
        "/v1/payment_method_configurations/:id" => {
            Question::Configuration(known(client, Kind::MethodConfiguration))
        }
        "/v1/payment_links/:id/line_items" => {
            Question::LinkLines(known(client, Kind::PaymentLink)?, page(client))
        }
        "/v1/payment_method_domains/:id/validate" => {
            let (kind, part) = DOMAIN;
            Question::Object(kind, known(client, kind)?, part)
        }
        "/v1/sources/:id" => Question::Source(known(client, Kind::PaymentMethod)?),
        "/v1/customer_sessions" => Question::CustomerSession(known(client, Kind::Customer)?),
        "/v1/elements/sessions" => Question::Form,
        "/v1/events" => events(client),
        plain => plain_question(client, plain)?,
    })
}

/// A list, or one object of it.
fn plain_question(client: &mut Client, path: &str) -> Option<Question> {
    let (list, is_one) = match path.strip_suffix("/:id") {
        Some(list) => (list, true),
        None => (path, false),
    };
    let (kind, part) = match list.strip_prefix("/v1/")? {
        "charges" => (Kind::Charge, "charge"),
        "checkout/sessions" => (Kind::CheckoutSession, "session"),
        "confirmation_tokens" => (Kind::ConfirmationToken, "confirmation_token"),
        "customers" => (Kind::Customer, "id"),
        "disputes" => (Kind::Dispute, "dispute"),
        "events" => (Kind::Event, "id"),
        "payment_intents" => (Kind::PaymentIntent, "intent"),
        "payment_links" => (Kind::PaymentLink, "payment_link"),
        "payment_method_domains" => DOMAIN,
        "payment_methods" => (Kind::PaymentMethod, "payment_method"),
        "prices" => (Kind::Price, "price"),
        "products" => (Kind::Product, "id"),
        "radar/early_fraud_warnings" => (Kind::EarlyFraudWarning, "early_fraud_warning"),
        "refunds" => (Kind::Refund, "id"),
        "setup_intents" => (Kind::SetupIntent, "intent"),
        "shipping_rates" => (Kind::ShippingRate, "shipping_rate_token"),
        "tax_rates" => (Kind::TaxRate, "tax_rate"),
        "tokens" => (Kind::Token, "token"),
        "webhook_endpoints" => (Kind::WebhookEndpoint, "webhook_endpoint"),
        _ => return None,
    };
    if is_one {
        return Some(Question::Object(kind, known(client, kind)?, part));
    }
    let query = ListQuery::newest(&client.scope, kind, 1);
    let query = match kind {
        Kind::Customer | Kind::WebhookEndpoint | Kind::Product => query.with("state", LIVING),
        _ => query,
    };
    Some(Question::List(query, page(client)))
}

fn events(client: &mut Client) -> Question {
    let query = ListQuery::newest(&client.scope, Kind::Event, 1);
    let page = page(client);
    match client.random.below(3) {
        0 => Question::Sifted(query, Sieve::Delivered(client.random.chance(500)), page),
        _ => Question::List(query, page),
    }
}

/// An id of which this merchant was told, most often a recent one.
fn known(client: &mut Client, kind: Kind) -> Option<String> {
    let scope = client.scope.clone();
    let ids: Vec<String> = client.scene.with(|inner| {
        let kinds = inner.known.get(&scope)?;
        Some(kinds.get(&kind)?.iter().cloned().collect())
    })?;
    client.random.pick(&ids).cloned()
}

/// A movement of this merchant that was booked lately.
fn transaction(client: &mut Client) -> Option<String> {
    let scope = client.scope.clone();
    let ids: Vec<String> = client.scene.with(|inner| {
        let of_scope = |entry: &Arc<Entry>| {
            let made = &entry.commit.changes.transactions;
            let own = made
                .iter()
                .filter(|(owner, made)| *owner == scope && LISTED.contains(&made.movement));
            own.map(|(_, made)| made.id.clone()).collect::<Vec<_>>()
        };
        let recent = inner.journal.iter().rev().take(40);
        recent.flat_map(of_scope).collect()
    });
    client.random.pick(&ids).cloned()
}

fn list_of(client: &mut Client, kind: Kind, owner: (Kind, &'static str)) -> Option<Question> {
    let (owner, column) = owner;
    let id = known(client, owner)?;
    let query = ListQuery::newest(&client.scope, kind, 1).with(column, &id);
    Some(Question::ListOf((owner, id), query, page(client)))
}

fn owned(client: &mut Client, kind: Kind, owner: Kind) -> Option<Question> {
    let (id, owner_id) = (known(client, kind)?, known(client, owner)?);
    Some(Question::Owned((kind, id), (owner, owner_id)))
}

fn page(client: &mut Client) -> Page {
    let limit = 1 + client.random.below(LIMIT_MAX);
    Page {
        limit: usize::try_from(limit).unwrap_or(1),
        ..Page::default()
    }
}
