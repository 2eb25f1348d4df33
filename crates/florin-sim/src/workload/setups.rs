//! Stories of set-ups: a payment method is made ready for later use.
//!
//! Deliberately absent: money, except for the payment that a finished set-up may be used for.

use super::{payments, wishes};
use crate::client::{Client, Heard};
use florin_domain::Kind;
use florin_engine::challenge::PageChoice;

/// Cards for set-ups: some need the buyer, some are refused.
const CARDS: [&str; 6] = [
    "visa",
    "visa",
    "authenticationRequired",
    "authenticationRequiredOnSetup",
    "threeDSecure2Required",
    "chargeDeclined",
];

/// A set-up from beginning to end.
pub async fn set_up(client: &mut Client) {
    let customer = client
        .ask(wishes::create_customer("Dana", None, None))
        .await;
    let customer = customer.ok().then(|| customer.text("id"));
    let card = client.random.pick(&CARDS).copied().unwrap_or("visa");
    let at_once = client.random.chance(400);
    let method = (at_once || client.random.chance(500)).then(|| wishes::published(card));
    let made = client
        .ask(wishes::create_setup(
            customer.clone(),
            method.clone(),
            at_once,
        ))
        .await;
    let id = made.text("id");
    if !made.ok() {
        return;
    }
    if client.random.chance(300) {
        let other = client.random.chance(500).then(|| wishes::published("visa"));
        client
            .ask(wishes::update_setup(&id, "changed", other))
            .await;
    }
    let confirm = wishes::confirm_setup(&id, method.is_none().then(|| wishes::published(card)));
    match client.random.below(4) {
        0 => {
            client.ask(wishes::cancel_setup(&id)).await;
        }
        1 => race(client, &id).await,
        _ if !at_once => {
            client.ask(confirm).await;
        }
        _ => {}
    }
    let settled = client.read(Kind::SetupIntent, &id).await;
    let settled = authenticate(client, settled).await;
    if let (Some(customer), "succeeded") = (customer, settled.text("status").as_str()) {
        payments::pay_as(client, &customer, &settled.text("payment_method")).await;
    }
}

/// Confirms twice with different keys, updates and cancels, all at once.
async fn race(client: &mut Client, id: &str) {
    let (mut second, mut third) = (client.twin(), client.twin());
    let confirms = client.ask(wishes::confirm_setup(id, Some(wishes::published("visa"))));
    let again = second.ask(wishes::confirm_setup(
        id,
        Some(wishes::published("mastercard")),
    ));
    let meddles = async {
        third.think(500).await;
        third
            .ask(wishes::update_setup(
                id,
                "meddled with",
                Some(wishes::published("visa")),
            ))
            .await;
        if third.random.chance(300) {
            third.ask(wishes::cancel_setup(id)).await;
        }
    };
    futures_util::future::join3(confirms, again, meddles).await;
}

async fn authenticate(client: &mut Client, heard: Heard) -> Heard {
    if heard.text("status") != "requires_action" {
        return heard;
    }
    let id = heard.text("id");
    let authenticated = client.random.chance(800);
    let secret = heard.text("client_secret");
    if let Some(challenge) = client.open_page(&id, &secret).await {
        client
            .visit_page(&id, &secret, (&challenge, PageChoice::of(authenticated)))
            .await;
    }
    client.read(Kind::SetupIntent, &id).await
}
