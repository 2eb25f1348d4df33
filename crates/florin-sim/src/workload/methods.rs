//! Stories of payments without a card: by wallet, by code, by transfer, with money that comes late or never; and which of them are
//! switched on.
//!
//! Deliberately absent: pages of sessions, which `checkout` tells of.

use super::{payments, wishes};
use crate::client::{Client, Heard};
use florin_base::Asset;
use florin_domain::Kind;
use florin_domain::payments::{
    ConfigurationPatch, ConfirmCommand, CreateIntent, MethodConfiguration,
};
use florin_engine::challenge::PageChoice;
use florin_engine::{MethodType, Rehearsed};

/// What is paid with, and in which currency.
const WAYS: [(MethodType, &str); 6] = [
    (MethodType::Paypal, "eur"),
    (MethodType::Ideal, "eur"),
    (MethodType::Pix, "brl"),
    (MethodType::Paynow, "sgd"),
    (MethodType::CustomerBalance, "eur"),
    (MethodType::CustomerBalance, "usd"),
];
/// Late money comes or fails within so many milliseconds.
const LATE_MS_MAX: u64 = 60_000;
/// After so many of a thousand such payments somebody switches methods on or off.
const SWITCHES: u64 = 400;
/// So many of a thousand buyers do nothing.
const FORGETS: u64 = 150;
/// The waits before the buyer looks whether late money came, in milliseconds.
const LOOK_MS: u64 = 5_000;

/// Pays without a card.
pub async fn pay(client: &mut Client) {
    let (kind, code) = client.random.pick(&WAYS).copied().unwrap_or(WAYS[0]);
    let order = CreateIntent {
        amount: client.scene.with(|inner| inner.fresh_amount()),
        currency: Asset::parse(code).unwrap_or_default(),
        types: vec!["card".to_owned(), kind.word().to_owned()],
        ..CreateIntent::default()
    };
    let confirm = ConfirmCommand {
        return_url: Some("https://shop.example/back".to_owned()),
        ..ConfirmCommand::default()
    };
    let method = Some(wishes::plain(kind));
    let made = wishes::create_intent(order, None, method, Some(confirm));
    let heard = client.ask(made).await;
    let id = payments::intent_of(&heard);
    let paid = answer(client, &id).await;
    payments::remember(client, &paid);
    if client.random.chance(SWITCHES) {
        switch(client).await;
    }
}

/// The buyer does what is asked for, or not. Returns the payment as it stands then.
async fn answer(client: &mut Client, id: &str) -> Heard {
    let heard = client.read(Kind::PaymentIntent, id).await;
    let secret = heard.text("client_secret");
    if heard.text("status") != "requires_action" || client.random.chance(FORGETS) {
        return heard;
    }
    let Some(challenge) = client.open_page(id, &secret).await else {
        return client.read(Kind::PaymentIntent, id).await;
    };
    let late = client.random.below(LATE_MS_MAX) as i64;
    let choice = match client.random.below(6) {
        0..3 => PageChoice::Succeeded,
        3 => PageChoice::Failed,
        comes => PageChoice::Later(Rehearsed {
            after_ms: late,
            comes: comes == 4,
        }),
    };
    client.visit_page(id, &secret, (&challenge, choice)).await;
    if client.random.chance(100) {
        // Whoever answers twice is told that nobody waits any more.
        client
            .visit_page(id, &secret, (&challenge, PageChoice::Failed))
            .await;
    }
    if matches!(choice, PageChoice::Later(_)) {
        client.think(LOOK_MS).await;
        client.ask(wishes::cancel_intent(id)).await;
    }
    client.read(Kind::PaymentIntent, id).await
}

/// Somebody switches methods on or off, in the default configuration or in one of their own.
async fn switch(client: &mut Client) {
    let (kind, _) = client.random.pick(&WAYS).copied().unwrap_or(WAYS[0]);
    let on = client.random.chance(500);
    let patch = ConfigurationPatch {
        preferences: vec![(kind, Some(on))],
        ..ConfigurationPatch::default()
    };
    if client.random.chance(500) {
        let id = MethodConfiguration::default_id(&client.scope);
        client.ask(wishes::update_configuration(&id, patch)).await;
        return;
    }
    let made = client
        .ask(wishes::create_configuration(patch.clone()))
        .await;
    if made.ok() {
        let id = made.text("id");
        let gives_up = ConfigurationPatch {
            active: Some(false),
            ..patch
        };
        client
            .ask(wishes::update_configuration(&id, gives_up))
            .await;
    }
}
