//! Stories of payments: bought at once, authorized first, step by step, raced, charged directly, given back.
//!
//! Deliberately absent: disputes' own life; they come by themselves with some cards.

use super::wishes;
use crate::client::{Client, Heard};
use crate::scene::Paid;
use florin_base::Asset;
use florin_domain::Kind;
use florin_domain::payments::{
    CaptureMethod, CardOptions, ConfirmCommand, ConfirmationMethod, CreateCharge, CreateIntent,
    FutureUsage, UpdateIntent,
};
use florin_engine::challenge::PageChoice;
use florin_engine::operations::RefundOf;
use futures_util::future::{join, join3};
use serde_json::{Map, Value};

/// Cards of buyers; most of them work.
const CARDS: [&str; 18] = [
    "visa",
    "visa",
    "visa",
    "mastercard",
    "amex",
    "bypassPending",
    "pendingRefund",
    "refundFail",
    "createDispute",
    "createDisputeInquiry",
    "createMultipleDisputes",
    "createIssuerFraudRecord",
    "chargeDeclined",
    "chargeDeclinedInsufficientFunds",
    "authenticationRequired",
    "threeDSecure2Required",
    "threeDSecureRequiredChargeDeclined",
    "visa",
];
const CURRENCIES: [&str; 4] = ["usd", "usd", "eur", "jpy"];
/// Days later, so many of a thousand late refunds go by the intent.
const BY_INTENT: u64 = 400;

fn card(client: &mut Client) -> &'static str {
    client.random.pick(&CARDS).copied().unwrap_or("visa")
}

fn currency(client: &mut Client) -> Asset {
    let code = client.random.pick(&CURRENCIES).copied().unwrap_or("usd");
    Asset::parse(code).unwrap_or_default()
}

fn fresh_amount(client: &Client) -> i64 {
    client.scene.with(|inner| inner.fresh_amount())
}

fn order(client: &mut Client) -> CreateIntent {
    let manual = client.random.chance(150);
    let amount = fresh_amount(client);
    CreateIntent {
        amount,
        echo: receipt_for(amount),
        currency: currency(client),
        confirmation_method: if manual {
            ConfirmationMethod::Manual
        } else {
            ConfirmationMethod::Automatic
        },
        ..CreateIntent::default()
    }
}

/// Every other buyer wants a receipt.
fn receipt_for(amount: i64) -> Map<String, Value> {
    let wants = amount % 2 == 0;
    let address = wants.then(|| Value::from(format!("buyer{amount}@shop.example")));
    let member = address.map(|address| ("receipt_email".to_owned(), address));
    member.into_iter().collect()
}

fn authorization(client: &mut Client) -> CreateIntent {
    let mut yes = || client.random.chance(500);
    let card = CardOptions {
        incremental: yes(),
        multicapture: yes(),
        overcapture: yes(),
        extended: yes(),
        ..CardOptions::default()
    };
    CreateIntent {
        capture_method: CaptureMethod::Manual,
        card,
        ..order(client)
    }
}

/// Pays at once.
pub async fn buy(client: &mut Client) {
    let order = order(client);
    let method = wishes::published(card(client));
    let wish = wishes::create_intent(
        order.clone(),
        None,
        Some(method),
        Some(ConfirmCommand::default()),
    );
    let key = client.fresh_key();
    let heard = client.ask_under(wish, &key).await;
    if client.random.chance(100) && heard.ok() {
        client
            .misuse(wishes::create_intent(order, None, None, None), &key)
            .await;
    }
    let id = intent_of(&heard);
    let paid = finish(client, &id).await;
    remember(client, &paid);
    give_back_some(client, &paid).await;
}

/// The intent of an answer, which may be a decline.
pub(super) fn intent_of(heard: &Heard) -> String {
    let inside = heard
        .body
        .pointer("/error/payment_intent/id")
        .and_then(|id| id.as_str());
    inside.map_or_else(|| heard.text("id"), str::to_owned)
}

/// Waits for an intent and lets the buyer authenticate. Returns it as it stands then.
async fn finish(client: &mut Client, id: &str) -> Heard {
    if id.is_empty() {
        return Heard::default();
    }
    let heard = client.read(Kind::PaymentIntent, id).await;
    if heard.text("status") != "requires_action" {
        return heard;
    }
    let secret = heard.text("client_secret");
    let Some(challenge) = client.open_page(id, &secret).await else {
        return client.read(Kind::PaymentIntent, id).await;
    };
    if client.random.chance(150) {
        let amount = fresh_amount(client);
        let command = UpdateIntent {
            amount: Some(amount),
            ..UpdateIntent::default()
        };
        client.ask(wishes::update_intent(id, command, None)).await;
    }
    let authenticated = client.random.chance(800);
    if client.random.chance(500) {
        client
            .visit_page(id, &secret, (&challenge, PageChoice::of(authenticated)))
            .await;
    } else {
        client
            .ask(wishes::answer_challenge(id, &challenge, authenticated))
            .await;
    }
    let heard = client.read(Kind::PaymentIntent, id).await;
    if heard.text("status") != "requires_confirmation" {
        return heard;
    }
    client.ask(wishes::confirm_intent(id, None)).await;
    client.read(Kind::PaymentIntent, id).await
}

/// Remembers a charge that took money, for later refunds.
pub(super) fn remember(client: &Client, intent: &Heard) {
    if intent.number("amount_received") == 0 {
        return;
    }
    let paid = Paid {
        scope: client.scope.clone(),
        charge: intent.text("latest_charge"),
        intent: Some(intent.text("id")),
    };
    client.scene.with(|inner| inner.paid.push(paid));
}

/// Perhaps gives money back, in parts or whole, alone or twice at once.
async fn give_back_some(client: &mut Client, intent: &Heard) {
    let received = intent.number("amount_received");
    let charge = intent.text("latest_charge");
    if received == 0 || client.random.chance(500) {
        return;
    }
    if client.random.chance(300) {
        let mut twin = client.twin();
        let (one, two) = (client.random.amount(received), twin.random.amount(received));
        let first = client.ask(wishes::create_refund(
            RefundOf::Charge(charge.clone()),
            Some(one),
        ));
        let second = twin.ask(wishes::create_refund(
            RefundOf::Intent(intent.text("id")),
            Some(two),
        ));
        join(first, second).await;
        return;
    }
    for _ in 0..=client.random.below(3) {
        let amount = client
            .random
            .chance(600)
            .then(|| client.random.amount(received));
        let refund = client
            .ask(wishes::create_refund(
                RefundOf::Charge(charge.clone()),
                amount,
            ))
            .await;
        if refund.ok() && client.random.chance(300) {
            client
                .ask(wishes::update_refund(&refund.text("id"), "seen"))
                .await;
            client.ask(wishes::cancel_refund(&refund.text("id"))).await;
        }
    }
    client
        .ask(wishes::update_charge(&charge, "given back"))
        .await;
}

/// Authorizes, then raises, captures or cancels.
pub async fn authorize(client: &mut Client) {
    let order = authorization(client);
    let multi = order.card.multicapture;
    let method = Some(wishes::published(card(client)));
    let heard = client
        .ask(wishes::create_intent(
            order,
            None,
            method,
            Some(ConfirmCommand::default()),
        ))
        .await;
    let id = intent_of(&heard);
    let mut intent = finish(client, &id).await;
    if intent.text("status") != "requires_capture" {
        return;
    }
    if client.random.chance(300) {
        let amount = fresh_amount(client);
        client.ask(wishes::increment_intent(&id, amount)).await;
        intent = client.read(Kind::PaymentIntent, &id).await;
    }
    match client.random.below(6) {
        0 => {
            client.ask(wishes::cancel_intent(&id)).await;
        }
        1 => {}
        2 => {
            client
                .ask(wishes::capture_charge(&intent.text("latest_charge"), None))
                .await;
        }
        _ => capture_parts(client, &intent, multi).await,
    }
    let intent = client.read(Kind::PaymentIntent, &id).await;
    remember(client, &intent);
    give_back_some(client, &intent).await;
}

async fn capture_parts(client: &mut Client, intent: &Heard, multi: bool) {
    let id = intent.text("id");
    let open = intent.number("amount_capturable");
    if multi {
        for _ in 0..=client.random.below(2) {
            let part = client.random.amount(open / 3);
            client
                .ask(wishes::capture_intent(&id, Some(part), Some(false)))
                .await;
        }
    }
    let amount = client
        .random
        .chance(600)
        .then(|| client.random.amount(open + open / 5));
    client.ask(wishes::capture_intent(&id, amount, None)).await;
}

/// Creates, changes, confirms, and after a decline confirms again with a better card.
pub async fn step_by_step(client: &mut Client) {
    let order = order(client);
    let made = client
        .ask(wishes::create_intent(order, None, None, None))
        .await;
    if !made.ok() {
        return;
    }
    let id = made.text("id");
    if client.random.chance(500) {
        let amount = fresh_amount(client);
        let command = UpdateIntent {
            amount: Some(amount),
            ..UpdateIntent::default()
        };
        let method = client.random.chance(300).then(|| wishes::published("visa"));
        client
            .ask(wishes::update_intent(&id, command, method))
            .await;
    }
    if client.random.chance(150) {
        client.ask(wishes::cancel_intent(&id)).await;
    }
    let first = wishes::published(card(client));
    client.ask(wishes::confirm_intent(&id, Some(first))).await;
    let mut heard = finish(client, &id).await;
    if heard.text("status") == "requires_payment_method" {
        client
            .ask(wishes::confirm_intent(&id, Some(wishes::published("visa"))))
            .await;
        heard = finish(client, &id).await;
    }
    client.ask(wishes::describe_intent(&id, "told")).await;
    remember(client, &heard);
    give_back_some(client, &heard).await;
}

/// Several clients work on one intent at once, each with a key of its own.
pub async fn race(client: &mut Client) {
    let order = authorization(client);
    let made = client
        .ask(wishes::create_intent(order, None, None, None))
        .await;
    if !made.ok() {
        return;
    }
    let id = made.text("id");
    let (mut second, mut third) = (client.twin(), client.twin());
    let (one, two) = (wishes::published("visa"), wishes::published(card(client)));
    join3(
        client.ask(wishes::confirm_intent(&id, Some(one))),
        second.ask(wishes::confirm_intent(&id, Some(two))),
        third.ask(wishes::describe_intent(&id, "meddled with")),
    )
    .await;
    let intent = finish(client, &id).await;
    let charge = intent.text("latest_charge");
    let part = client.random.amount(intent.number("amount_capturable"));
    let raise = fresh_amount(client);
    let other = match client.random.below(4) {
        0 => wishes::cancel_intent(&id),
        1 => wishes::capture_intent(&id, None, None),
        2 => wishes::capture_charge(&charge, Some(part)),
        _ => wishes::increment_intent(&id, raise),
    };
    join3(
        client.ask(wishes::capture_intent(&id, Some(part), None)),
        second.ask(other),
        third.ask(wishes::create_refund(
            RefundOf::Charge(charge.clone()),
            Some(part),
        )),
    )
    .await;
    let intent = client.read(Kind::PaymentIntent, &id).await;
    remember(client, &intent);
}

/// The legacy way: a charge without an intent, perhaps captured later, by two at once.
pub async fn charge_directly(client: &mut Client) {
    let capture = client.random.chance(400);
    let command = CreateCharge {
        amount: fresh_amount(client),
        currency: currency(client),
        capture,
        ..CreateCharge::default()
    };
    let token = client
        .random
        .pick(&[
            "tok_visa",
            "tok_visa",
            "tok_mastercard",
            "tok_chargeDeclined",
        ])
        .copied();
    let made = client
        .ask(wishes::create_charge(command, None, token))
        .await;
    let id = made.text("id");
    if !made.ok() {
        return;
    }
    if !capture {
        let mut twin = client.twin();
        let part = client.random.amount(made.number("amount"));
        let captures = client.ask(wishes::capture_charge(&id, Some(part)));
        if twin.random.chance(500) {
            join(captures, twin.ask(wishes::capture_charge(&id, Some(part)))).await;
        } else {
            captures.await;
        }
    }
    client.ask(wishes::update_charge(&id, "seen")).await;
    client.scene.with(|inner| {
        inner.paid.push(Paid {
            scope: client.scope.clone(),
            charge: id.clone(),
            intent: None,
        })
    });
    if client.random.chance(400) {
        client
            .ask(wishes::create_refund(RefundOf::ChargeInUrl(id, None), None))
            .await;
    }
}

/// Charges a customer's default source directly.
pub async fn charge_customer(client: &mut Client, customer: &str) {
    let command = CreateCharge {
        amount: fresh_amount(client),
        currency: currency(client),
        capture: true,
        ..CreateCharge::default()
    };
    client
        .ask(wishes::create_charge(
            command,
            Some(customer.to_owned()),
            None,
        ))
        .await;
}

/// Pays with a saved payment method, without the buyer.
pub async fn pay_as(client: &mut Client, customer: &str, method: &str) {
    let command = CreateIntent {
        setup_future_usage: Some(FutureUsage::OffSession),
        ..order(client)
    };
    let confirm = ConfirmCommand {
        off_session: Some(true),
        error_on_action: true,
        ..ConfirmCommand::default()
    };
    let method = Some(wishes::method(method));
    let heard = client
        .ask(wishes::create_intent(
            command,
            Some(customer.to_owned()),
            method,
            Some(confirm),
        ))
        .await;
    let id = intent_of(&heard);
    let intent = finish(client, &id).await;
    remember(client, &intent);
}

/// Looks for another merchant's charge, and tries to cancel its payment. Neither may be found.
pub async fn look_across(client: &mut Client) {
    let own = client.scope.clone();
    let foreign = client.scene.with(|inner| {
        inner
            .paid
            .iter()
            .rev()
            .find(|paid| paid.scope != own)
            .cloned()
    });
    let Some(foreign) = foreign else { return };
    let seen = client.peek(Kind::Charge, &foreign.charge).await;
    if seen.ok() {
        client.suspect(
            "I11",
            format!("{own:?} reads {} of {:?}", foreign.charge, foreign.scope),
        );
    }
    let Some(intent) = foreign.intent.filter(|_| client.random.chance(200)) else {
        return;
    };
    let cancelled = client
        .ask(wishes::describe_intent(&intent, "not mine"))
        .await;
    if cancelled.ok() {
        client.suspect(
            "I11",
            format!("{own:?} changes {intent} of {:?}", foreign.scope),
        );
    }
}

/// Gives back money of an older payment.
pub async fn late_refund(client: &mut Client) {
    let own = client.scope.clone();
    let mine: Vec<Paid> = client.scene.with(|inner| {
        inner
            .paid
            .iter()
            .filter(|paid| paid.scope == own)
            .cloned()
            .collect()
    });
    let Some(paid) = client.random.pick(&mine).cloned() else {
        return;
    };
    let amount = client.random.amount(400);
    let of = match paid.intent {
        Some(intent) if client.random.chance(BY_INTENT) => RefundOf::Intent(intent),
        _ => RefundOf::Charge(paid.charge),
    };
    client.ask(wishes::create_refund(of, Some(amount))).await;
}
