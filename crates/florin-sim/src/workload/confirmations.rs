//! Stories of confirmation tokens: a form collects, a server confirms, perhaps twice with one token; and of domains.
//!
//! Deliberately absent: saved cards and wallets; the operation is the same.

use super::{payments, wishes};
use crate::client::{Client, Heard, Wish};
use florin_base::Asset;
use florin_domain::payments::CreateIntent;
use futures_util::future::join;

/// After so many of a thousand such payments somebody registers a domain.
const REGISTERS: u64 = 900;
/// So many of a thousand tokens are tried for two payments at once.
const TRIED_TWICE: u64 = 300;
const DOMAINS: [&str; 3] = ["shop.example", "pay.shop.example", "shop.example:8443"];

/// Pays with what a form collected, or keeps the card.
pub async fn confirm(client: &mut Client) {
    let token = client.ask(wishes::create_confirmation()).await;
    if !token.ok() {
        return;
    }
    let token = token.text("id");
    let made = wishes::confirm_order(order(client), &token);
    if client.random.chance(TRIED_TWICE) {
        let again = other_use(client, &token).await;
        let mut twin = client.twin();
        let (first, second) = join(client.ask(made), twin.ask(again)).await;
        note(client, &token, &first);
        note(client, &token, &second);
    } else {
        let paid = client.ask(made).await;
        note(client, &token, &paid);
        if client.random.chance(TRIED_TWICE) {
            // It was used.
            let again = other_use(client, &token).await;
            let refused = client.ask(again).await;
            note(client, &token, &refused);
        }
    }
    if client.random.chance(REGISTERS) {
        register(client).await;
    }
}

fn order(client: &Client) -> CreateIntent {
    CreateIntent {
        amount: client.scene.with(|inner| inner.fresh_amount()),
        currency: Asset::parse("eur").unwrap_or_default(),
        types: vec!["card".to_owned()],
        ..CreateIntent::default()
    }
}

/// Another payment, or a set-up, that somebody tries to confirm with the token.
async fn other_use(client: &mut Client, token: &str) -> Wish {
    match client.random.below(3) {
        0 => wishes::confirm_order(order(client), token),
        1 => wishes::set_up_with_token(token),
        _ => {
            let open = wishes::create_intent(order(client), None, None, None);
            let open = client.ask(open).await;
            wishes::confirm_with_token(&open.text("id"), token)
        }
    }
}

/// Remembers what was confirmed; a decline says of no intent that it was.
fn note(client: &mut Client, token: &str, heard: &Heard) {
    if !heard.ok() {
        return;
    }
    let id = heard.text("id");
    if id.starts_with("pi_") {
        payments::remember(client, heard);
    }
    let scope = client.scope.clone();
    let confirmed = (scope, token.to_owned(), id);
    client.scene.with(|inner| inner.confirmed.push(confirmed));
}

/// Somebody registers a domain that others may register, too, and disables it.
async fn register(client: &mut Client) {
    let name = client.random.pick(&DOMAINS).copied().unwrap_or(DOMAINS[0]);
    let made = client.ask(wishes::create_domain(name)).await;
    if made.ok() {
        let enabled = client.random.chance(500);
        client
            .ask(wishes::update_domain(&made.text("id"), enabled))
            .await;
    }
}
