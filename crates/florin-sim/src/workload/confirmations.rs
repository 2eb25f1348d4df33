//! Stories of confirmation tokens: a form collects, a server confirms, perhaps twice with one token; and of domains.
//!
//! Deliberately absent: forms that collect nothing but a card for later, which `setups` tells of.

use super::{payments, wishes};
use crate::client::Client;
use florin_base::Asset;
use florin_domain::payments::{ConfirmCommand, CreateIntent};
use florin_engine::MethodSource;
use futures_util::future::join;

/// After so many of a thousand such payments somebody registers a domain.
const REGISTERS: u64 = 900;
/// So many of a thousand tokens are tried for two payments at once.
const TRIED_TWICE: u64 = 300;
const DOMAINS: [&str; 3] = ["shop.example", "pay.shop.example", "shop.example:8443"];

/// Pays with what a form collected.
pub async fn confirm(client: &mut Client) {
    let token = client.ask(wishes::create_confirmation()).await;
    if !token.ok() {
        return;
    }
    let token = MethodSource::Confirmation(token.text("id"));
    let order = |client: &Client| CreateIntent {
        amount: client.scene.with(|inner| inner.fresh_amount()),
        currency: Asset::parse("eur").unwrap_or_default(),
        types: vec!["card".to_owned()],
        ..CreateIntent::default()
    };
    let confirm = Some(ConfirmCommand::default());
    let made = wishes::create_intent(order(client), None, Some(token.clone()), confirm);
    if client.random.chance(TRIED_TWICE) {
        let open = client
            .ask(wishes::create_intent(order(client), None, None, None))
            .await;
        let mut twin = client.twin();
        let again = twin.ask(wishes::confirm_intent(&open.text("id"), Some(token)));
        let (first, second) = join(client.ask(made), again).await;
        payments::remember(client, &first);
        payments::remember(client, &second);
    } else {
        let paid = client.ask(made).await;
        payments::remember(client, &paid);
        if client.random.chance(TRIED_TWICE) {
            // It was used.
            let again = wishes::create_intent(
                order(client),
                None,
                Some(token),
                Some(ConfirmCommand::default()),
            );
            client.ask(again).await;
        }
    }
    if client.random.chance(REGISTERS) {
        register(client).await;
    }
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
