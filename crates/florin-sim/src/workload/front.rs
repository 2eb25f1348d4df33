//! Stories of the simple front door: a merchant asks for the payment of an order, twice at once or with another amount too,
//! buyers pay or do not, and the merchant gives up or gives back.
//!
//! Every payment that is made has an amount that no other one has, so that a processor's book tells them apart. Deliberately
//! absent: the page; a buyer's wishes reach the engine as the page's handlers send them.

use super::{checkout, checkout_wishes, payments, wishes};
use crate::client::{Client, Heard};
use crate::question::Question;
use florin_base::Asset;
use florin_domain::Kind;
use florin_domain::checkout::FrontWish;
use futures_util::future::join;

/// The route that finds the payment of an order.
const OF_ORDER: &str = "GET /florin/v1/payments";
/// The route that finds a payment.
const ONE: &str = "GET /florin/v1/payments/:id";
/// Where a merchant is told. Several payments name the same address, also at the same moment.
const TOLD_AT: [&str; 2] = ["orders", "elsewhere"];

/// An order from its link to its end.
pub async fn order(client: &mut Client) {
    let order = client.fresh_key();
    let first = asked(client, &order);
    let made = match client.random.chance(300) {
        true => both_at_once(client, &first).await,
        false => client.ask(checkout_wishes::ask_payment(&first)).await,
    };
    if !made.ok() {
        return;
    }
    if client.random.chance(400) {
        ask_again(client, &first, &made).await;
    }
    match client.random.below(4) {
        0 => give_up(client, &first, &made).await,
        1 => end_meanwhile(client, &first, &made).await,
        _ => pay(client, &made).await,
    }
    find(client, &order).await;
}

/// A wish for an order, with an amount of its own.
fn asked(client: &mut Client, order: &str) -> FrontWish {
    let is_told = client.random.chance(600);
    let at = client.random.pick(&TOLD_AT).filter(|_| is_told);
    FrontWish {
        amount: client.scene.with(|inner| inner.fresh_amount()),
        currency: Asset::parse("usd").unwrap_or_default(),
        order: order.to_owned(),
        description: Some("Tea".to_owned()),
        types: Vec::new(),
        return_url: Some("https://shop.example/thanks".to_owned()),
        webhook_url: at.map(|at| format!("https://shop.example/{}/{at}", client.scope.account)),
        email: None,
        locale: None,
    }
}

/// Two servers of the merchant ask for the same at the same moment: there is one payment.
async fn both_at_once(client: &mut Client, asked: &FrontWish) -> Heard {
    let mut twin = client.twin();
    let (one, two) = (
        checkout_wishes::ask_payment(asked),
        checkout_wishes::ask_payment(asked),
    );
    let (one, two) = join(client.ask(one), twin.ask(two)).await;
    same(client, &one, &two);
    match one.ok() {
        true => one,
        false => two,
    }
}

/// Two answers for one order that stands name the same payment.
fn same(client: &Client, one: &Heard, two: &Heard) {
    let (first, second) = (one.text("id"), two.text("id"));
    if one.ok() && two.ok() && first != second {
        let what = format!("one order was answered with {first} and with {second}");
        client.suspect("I19", what);
    }
}

/// The same order is asked for again, and with another amount, which changes nothing.
async fn ask_again(client: &mut Client, first: &FrontWish, made: &Heard) {
    let again = client.ask(checkout_wishes::ask_payment(first)).await;
    same(client, made, &again);
    let dearer = FrontWish {
        amount: client.scene.with(|inner| inner.fresh_amount()),
        ..first.clone()
    };
    let taken = client.ask(checkout_wishes::ask_payment(&dearer)).await;
    if taken.ok() {
        let what = format!("{} stands for {} and for more", first.order, first.amount);
        client.suspect("I19", what);
    }
    let Some(held) = find(client, &first.order).await else {
        return;
    };
    same(client, made, &held);
    if held.number("amount") != first.amount {
        let what = format!("{} is no longer for {}", first.order, first.amount);
        client.suspect("I19", what);
    }
}

/// Looks an order up, and its payment by its own id. `None` when nobody answers well.
async fn find(client: &mut Client, order: &str) -> Option<Heard> {
    let held = client
        .question(OF_ORDER, Question::Order(order.to_owned()))
        .await?;
    if !held.ok() {
        return None;
    }
    let id = held.text("id");
    let one = client.question(ONE, Question::Front(id.clone())).await;
    if one.is_some_and(|one| one.status == 404) {
        client.suspect("I16", format!("{id} is found by its order only"));
    }
    Some(held)
}

/// The buyer tries until it works; the merchant then gives some of it back, or all.
async fn pay(client: &mut Client, made: &Heard) {
    let id = made.text("id");
    for attempt in 0..checkout::TRIES {
        let card = client.random.pick(&checkout::CARDS).copied();
        let card = card.filter(|_| attempt + 1 < checkout::TRIES);
        press(client, &id, card.unwrap_or("visa")).await;
        let held = checkout::finish(client, &id).await;
        match held.text("status").as_str() {
            "open" => {}
            "complete" => return give_back(client, &held).await,
            _ => return,
        }
    }
}

async fn press(client: &mut Client, id: &str, card: &str) -> Heard {
    let method = Some(wishes::published(card));
    client.ask(checkout_wishes::press(id, method, false)).await
}

/// Some of the money of a session that is paid goes back, or all, alone or twice at once.
async fn give_back(client: &mut Client, held: &Heard) {
    let (id, total) = (held.text("id"), held.number("amount_total"));
    if client.random.chance(300) {
        // Days later, by the charge.
        let intent = held.text("payment_intent");
        let intent = client.read(Kind::PaymentIntent, &intent).await;
        return payments::remember(client, &intent);
    }
    let part = client.random.amount(total);
    let some = checkout_wishes::refund_payment(&id, Some(part));
    let mut twin = client.twin();
    match twin.random.chance(300) {
        true => {
            let other = twin.random.amount(total);
            let other = checkout_wishes::refund_payment(&id, Some(other));
            join(client.ask(some), twin.ask(other)).await;
        }
        false => {
            client.ask(some).await;
        }
    }
    if client.random.chance(500) {
        client.ask(checkout_wishes::refund_payment(&id, None)).await;
    }
    // It is too late for that.
    client.ask(checkout_wishes::cancel_payment(&id)).await;
}

/// The merchant gives an order up, perhaps after a decline, and sells it anew for another amount.
async fn give_up(client: &mut Client, first: &FrontWish, made: &Heard) {
    let id = made.text("id");
    if client.random.chance(300) {
        press(client, &id, "chargeDeclined").await;
    }
    // There is nothing to give back.
    client.ask(checkout_wishes::refund_payment(&id, None)).await;
    client.ask(checkout_wishes::cancel_payment(&id)).await;
    if client.random.chance(300) {
        client.ask(checkout_wishes::cancel_payment(&id)).await;
    }
    sell_anew(client, first).await;
}

/// The merchant ends it while the buyer pays: one of the two wins.
async fn end_meanwhile(client: &mut Client, first: &FrontWish, made: &Heard) {
    let id = made.text("id");
    let card = client.random.pick(&checkout::CARDS).copied();
    let mut twin = client.twin();
    let wish = match twin.random.chance(700) {
        true => checkout_wishes::cancel_payment(&id),
        false => checkout_wishes::expire(&id),
    };
    let ends = async {
        twin.think(500).await;
        twin.ask(wish).await
    };
    join(press(client, &id, card.unwrap_or("visa")), ends).await;
    let held = checkout::finish(client, &id).await;
    match held.text("status").as_str() {
        "complete" => give_back(client, &held).await,
        _ => sell_anew(client, first).await,
    }
}

/// The order is asked for with another amount. Where the first payment still stands that is refused.
async fn sell_anew(client: &mut Client, first: &FrontWish) {
    let anew = FrontWish {
        description: None,
        ..asked(client, &first.order)
    };
    let made = client.ask(checkout_wishes::ask_payment(&anew)).await;
    if made.ok() {
        pay(client, &made).await;
    }
}
