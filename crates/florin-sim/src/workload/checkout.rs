//! Stories of checkout sessions: a merchant makes a link, buyers choose and press the button, some give up, some come too
//! late, and some press at the same moment.
//!
//! Every total that a session can have is an amount of its own, so that a processor's book tells orders apart. Deliberately
//! absent: the page; a buyer's wishes reach the engine as the page's handlers send them.

use super::wishes::{self, wish};
use super::{checkout_wishes, payments};
use crate::client::{Client, Heard};
use crate::question::Question;
use florin_domain::Kind;
use florin_domain::checkout::{NewSession, SessionMode};
use florin_domain::payments::CaptureMethod;
use florin_engine::challenge::PageChoice;
use florin_engine::operations as ops;
use florin_engine::read::Page;
use futures_util::future::{join, join3};

/// Cards of buyers: some are refused, some need the buyer once more.
pub(super) const CARDS: [&str; 8] = [
    "visa",
    "visa",
    "mastercard",
    "chargeDeclined",
    "chargeDeclinedInsufficientFunds",
    "authenticationRequired",
    "threeDSecure2Required",
    "threeDSecureRequiredChargeDeclined",
];
/// A buyer tries so often.
pub(super) const TRIES: u32 = 3;
/// The route that lists what a session sells.
const LINES: &str = "GET /v1/checkout/sessions/:id/line_items";

/// A session from its link to its end.
pub async fn sell(client: &mut Client) {
    match client.random.below(9) {
        4 => open_link(client).await,
        0 => give_away(client).await,
        1 => save_method(client).await,
        2 => end_meanwhile(client).await,
        3 => crowd(client).await,
        _ => sell_to_one(client).await,
    }
}

/// A link with which two buyers pay at the same moment, and which is ended soon. Often one of them is more than may.
async fn open_link(client: &mut Client) {
    let amount = client.scene.with(|inner| inner.fresh_amount());
    let limit = client.random.chance(800).then_some(1);
    let made = client.ask(checkout_wishes::link(amount, limit)).await;
    if !made.ok() {
        return;
    }
    let link = made.text("id");
    let mut second = client.twin();
    join(buy_by(client, &link), buy_by(&mut second, &link)).await;
    client.ask(checkout_wishes::end_link(&link)).await;
}

/// A session of a link. Its total is its own, so that nobody takes one payment for the other.
async fn buy_by(client: &mut Client, link: &str) {
    let amount = client.scene.with(|inner| inner.fresh_amount());
    let command = NewSession {
        link: Some(link.into()),
        ..checkout_wishes::hosted()
    };
    let items = vec![checkout_wishes::item(amount, None)];
    let made = client
        .ask(checkout_wishes::create(command, items, Vec::new()))
        .await;
    if made.ok() {
        let id = made.text("id");
        let card = wishes::published("visa");
        client
            .ask(checkout_wishes::press(&id, Some(card), false))
            .await;
        finish(client, &id).await;
    }
}

/// A session, and how the buyer may change its total.
struct Order {
    id: String,
    /// The dearer way of shipping; empty where the buyer changes a quantity.
    shipping: String,
    /// What the first item costs.
    low: i64,
}

/// A session over a total that no other order has, which one choice of the buyer turns into another such total.
async fn order(client: &mut Client, mut command: NewSession) -> Option<Order> {
    let (low, high) = client
        .scene
        .with(|inner| (inner.fresh_amount(), inner.fresh_amount()));
    let ships = client.random.chance(500);
    let saves = client.random.chance(200);
    command.collect.offers_save = saves;
    command.makes_customer = client.random.chance(200);
    let wish = match ships {
        true => checkout_wishes::with_shipping(command, low, high - low),
        false => checkout_wishes::with_quantity(command, low, high - low),
    };
    let made = client.ask(wish).await;
    let shipping = made.body.pointer("/shipping_options/1/shipping_rate");
    let shipping = shipping.and_then(|rate| rate.as_str()).unwrap_or_default();
    made.ok().then(|| Order {
        id: made.text("id"),
        shipping: shipping.to_owned(),
        low,
    })
}

fn plain(client: &mut Client) -> NewSession {
    let mut command = checkout_wishes::hosted();
    if client.random.chance(200) {
        command.terms.capture_method = CaptureMethod::Manual;
    }
    command.recovers = client.random.chance(500);
    command
}

async fn sell_to_one(client: &mut Client) {
    let command = plain(client);
    let recovers = command.recovers;
    let Some(order) = order(client, command).await else {
        return;
    };
    if client.random.chance(300) {
        client.ask(checkout_wishes::describe(&order.id)).await;
    }
    for attempt in 0..TRIES {
        if client.random.chance(300) {
            choose(client, &order).await;
        }
        let card = client.random.pick(&CARDS).copied();
        let card = card.filter(|_| attempt + 1 < TRIES).unwrap_or("visa");
        let saves = client.random.chance(300);
        let press = checkout_wishes::press(&order.id, Some(wishes::published(card)), saves);
        client.ask(press).await;
        let held = finish(client, &order.id).await;
        if held.text("status") != "open" {
            return after(client, &held).await;
        }
        if client.random.chance(150) {
            break;
        }
    }
    if client.random.chance(500) {
        let ended = client.ask(checkout_wishes::expire(&order.id)).await;
        if ended.ok() && recovers {
            begin_anew(client, &order.id).await;
        }
    }
}

/// The buyer comes back to an order that has expired, perhaps twice, and pays it once.
async fn begin_anew(client: &mut Client, id: &str) {
    let fresh = client.ask(checkout_wishes::recover(id)).await;
    if client.random.chance(300) {
        client.ask(checkout_wishes::recover(id)).await;
    }
    if fresh.ok() {
        let card = Some(wishes::published("visa"));
        let fresh = fresh.text("id");
        client
            .ask(checkout_wishes::press(&fresh, card, false))
            .await;
        finish(client, &fresh).await;
    }
}

/// The buyer takes the other way of shipping or one item less, or the merchant puts another item in its place.
async fn choose(client: &mut Client, order: &Order) {
    let wish = match order.shipping.is_empty() {
        true => {
            let page = Page {
                limit: 10,
                ..Page::default()
            };
            let lines = Question::SessionLines(order.id.clone(), page);
            let Some(lines) = client.question(LINES, lines).await else {
                return;
            };
            let line = |at: &str| lines.body.pointer(at)?.as_str().map(str::to_owned);
            let (Some(first), Some(second)) = (line("/data/0/id"), line("/data/1/id")) else {
                return;
            };
            match client.random.chance(500) {
                true => checkout_wishes::leave_out(&order.id, &second),
                false => {
                    let total = client.scene.with(|inner| inner.fresh_amount());
                    checkout_wishes::sell_another(&order.id, &first, total - order.low)
                }
            }
        }
        false => checkout_wishes::ship_by(&order.id, &order.shipping),
    };
    client.ask(wish).await;
}

/// Waits for the payment of a session, and lets the buyer answer what is asked. Returns the session as it stands then.
pub(super) async fn finish(client: &mut Client, id: &str) -> Heard {
    let held = client.read(Kind::CheckoutSession, id).await;
    for (kind, member) in [
        (Kind::PaymentIntent, "payment_intent"),
        (Kind::SetupIntent, "setup_intent"),
    ] {
        let payment = held.text(member);
        if payment.is_empty() {
            continue;
        }
        let heard = client.read(kind, &payment).await;
        if heard.text("status") == "requires_action" {
            authenticate(client, id, &heard).await;
            client.read(kind, &payment).await;
        }
    }
    client.read(Kind::CheckoutSession, id).await
}

/// The buyer answers, gives up, or does both in two windows.
async fn authenticate(client: &mut Client, session: &str, heard: &Heard) {
    let (id, secret) = (heard.text("id"), heard.text("client_secret"));
    let abandon = checkout_wishes::abandon(session);
    if client.random.chance(250) {
        client.ask(abandon).await;
        return;
    }
    let Some(challenge) = client.open_page(&id, &secret).await else {
        return;
    };
    let authenticated = client.random.chance(800);
    let mut twin = client.twin();
    let answers = client.visit_page(&id, &secret, (&challenge, PageChoice::of(authenticated)));
    match twin.random.chance(200) {
        true => {
            join(answers, twin.ask(abandon)).await;
        }
        false => {
            answers.await;
        }
    }
}

/// What the merchant does with a session that is over.
async fn after(client: &mut Client, held: &Heard) {
    let intent = held.text("payment_intent");
    if intent.is_empty() {
        return;
    }
    if held.text("payment_status") == "unpaid" && client.random.chance(600) {
        client
            .ask(wishes::capture_intent(&intent, None, None))
            .await;
    }
    let intent = client.read(Kind::PaymentIntent, &intent).await;
    payments::remember(client, &intent);
    // Both are too late.
    let press = checkout_wishes::press(&held.text("id"), Some(wishes::published("visa")), false);
    client.ask(press).await;
    client.ask(checkout_wishes::expire(&held.text("id"))).await;
}

/// Two buyers press at the same moment, with the same link, and a third one chooses.
async fn crowd(client: &mut Client) {
    let command = plain(client);
    let Some(order) = order(client, command).await else {
        return;
    };
    let (mut second, mut third) = (client.twin(), client.twin());
    let other = client.random.pick(&CARDS).copied().unwrap_or("visa");
    let one = checkout_wishes::press(&order.id, Some(wishes::published("visa")), false);
    let two = checkout_wishes::press(&order.id, Some(wishes::published(other)), false);
    let meddles = async {
        third.think(500).await;
        choose(&mut third, &order).await;
    };
    join3(client.ask(one), second.ask(two), meddles).await;
    let held = finish(client, &order.id).await;
    after(client, &held).await;
}

/// The merchant ends a session while the buyer pays.
async fn end_meanwhile(client: &mut Client) {
    let command = plain(client);
    let Some(order) = order(client, command).await else {
        return;
    };
    let mut twin = client.twin();
    let card = client.random.pick(&CARDS).copied().unwrap_or("visa");
    let press = checkout_wishes::press(&order.id, Some(wishes::published(card)), false);
    let ends = async {
        twin.think(500).await;
        twin.ask(checkout_wishes::expire(&order.id)).await
    };
    match client.random.chance(300) {
        true => {
            ends.await;
            client.ask(press).await;
        }
        false => {
            join(client.ask(press), ends).await;
        }
    }
    let held = finish(client, &order.id).await;
    after(client, &held).await;
}

/// Nothing is to be paid, so that no card is asked for.
async fn give_away(client: &mut Client) {
    let items = vec![checkout_wishes::item(0, None)];
    let command = checkout_wishes::hosted();
    let made = client
        .ask(checkout_wishes::create(command, items, Vec::new()))
        .await;
    if made.ok() {
        let press = checkout_wishes::press(&made.text("id"), None, false);
        client.ask(press).await;
    }
}

/// A session that takes no money: a card is saved.
async fn save_method(client: &mut Client) {
    let command = NewSession {
        mode: SessionMode::Setup,
        ..checkout_wishes::hosted()
    };
    let customer = client.ask(wishes::create_customer("Eve", None, None)).await;
    let customer = (customer.ok() && client.random.chance(500)).then(|| customer.text("id"));
    let create = wish("CreateSession", "checkout.session", move || {
        ops::CreateSession {
            optional: Vec::new(),
            command: command.clone(),
            items: Vec::new(),
            shipping: Vec::new(),
            customer: customer.clone(),
        }
    });
    let made = client.ask(create).await;
    if !made.ok() {
        return;
    }
    let id = made.text("id");
    for _ in 0..TRIES {
        let card = client.random.pick(&CARDS).copied().unwrap_or("visa");
        let press = checkout_wishes::press(&id, Some(wishes::published(card)), true);
        client.ask(press).await;
        if finish(client, &id).await.text("status") != "open" {
            return;
        }
    }
}
