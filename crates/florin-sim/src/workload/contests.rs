//! Stories in which several want something of one payment at the same moment: races whose outcome must be that of some
//! order, and impatient buyers who click many times.
//!
//! Deliberately absent: judging a race; the auditor has a model of its own.

use super::wishes;
use crate::client::{Client, Heard, Wish};
use crate::evidence::{Contest, Move, Told};
use florin_base::Asset;
use florin_domain::Kind;
use florin_domain::payments::{CaptureMethod, ConfirmCommand, CreateIntent};
use florin_engine::operations::RefundOf;
use futures_util::future::join_all;
use std::collections::BTreeSet;

/// Clicks of an impatient buyer.
const CLICKS_MAX: u64 = 8;
/// Racers of one contest.
const RACERS_MAX: u64 = 4;
/// The card of contests: nothing of it is refused, disputed or late.
const CARD: &str = "visa";

fn order(client: &Client, capture_method: CaptureMethod) -> CreateIntent {
    CreateIntent {
        amount: client.scene.with(|inner| inner.fresh_amount()),
        currency: Asset::parse("usd").unwrap_or_default(),
        capture_method,
        ..CreateIntent::default()
    }
}

/// Two to four requests race for one authorization, or for the money that was taken.
pub async fn contend(client: &mut Client) {
    let command = order(client, CaptureMethod::Manual);
    let amount = command.amount;
    let method = Some(wishes::published(CARD));
    let confirm = Some(ConfirmCommand::default());
    let made = client
        .ask(wishes::create_intent(command, None, method, confirm))
        .await;
    let id = made.text("id");
    if !made.ok() {
        return;
    }
    let held = client.read(Kind::PaymentIntent, &id).await;
    if held.text("status") != "requires_capture" {
        return;
    }
    let charge = held.text("latest_charge");
    let mut moves = Vec::new();
    if client.random.chance(400) {
        let part = client.random.amount(amount);
        let heard = client
            .ask(wishes::capture_intent(&id, Some(part), None))
            .await;
        moves.push((Move::Capture(part), told(Move::Capture(part), &heard)));
    }
    let before = moves.len();
    moves.extend(race(client, (&id, &charge), amount).await);
    let contest = Contest {
        scope: client.scope.clone(),
        intent: id,
        charge,
        amount,
        moves,
        before,
    };
    client.scene.with(|inner| inner.contests.push(contest));
}

/// All moves at once, each by a client of its own.
async fn race(client: &mut Client, of: (&str, &str), amount: i64) -> Vec<(Move, Told)> {
    let count = 2 + client.random.below(RACERS_MAX - 1);
    let mut racers = Vec::new();
    for _ in 0..count {
        let wanted = match client.random.below(4) {
            0 => Move::Cancel,
            1 => Move::Capture(client.random.amount(amount)),
            _ => Move::Refund(client.random.amount(amount)),
        };
        racers.push((client.twin(), wanted));
    }
    let (intent, charge) = of;
    let races = racers.into_iter().map(|(mut racer, wanted)| async move {
        let heard = racer.ask(wish_of(wanted, intent, charge)).await;
        (wanted, told(wanted, &heard))
    });
    join_all(races).await
}

fn wish_of(wanted: Move, intent: &str, charge: &str) -> Wish {
    match wanted {
        Move::Capture(part) => wishes::capture_intent(intent, Some(part), None),
        Move::Cancel => wishes::cancel_intent(intent),
        Move::Refund(part) => {
            wishes::create_refund(RefundOf::Charge(charge.to_owned()), Some(part))
        }
    }
}

/// What an answer says of a move. Only a final state says that it was done.
fn told(wanted: Move, heard: &Heard) -> Told {
    let done = match wanted {
        Move::Capture(_) | Move::Refund(_) => "succeeded",
        Move::Cancel => "canceled",
    };
    match heard.status {
        200 if heard.text("status") == done => Told::Done,
        0 | 200 => Told::Unsure,
        402 => Told::Unheard,
        _ => Told::Refused,
    }
}

/// A buyer clicks many times: with one key it is one payment; with a key per click only one confirmation may count.
pub async fn click(client: &mut Client) {
    let command = order(client, CaptureMethod::default());
    let count = 2 + client.random.below(CLICKS_MAX - 1);
    if client.random.chance(500) {
        return click_under_one_key(client, &command, count).await;
    }
    let made = client
        .ask(wishes::create_intent(command, None, None, None))
        .await;
    if !made.ok() {
        return;
    }
    let (id, secret) = (made.text("id"), made.text("client_secret"));
    let clickers: Vec<Client> = (0..count).map(|_| client.twin()).collect();
    let clicks = clickers.into_iter().map(|mut clicker| {
        let method = wishes::published(CARD);
        let wish = match clicker.random.chance(700) {
            true => wishes::confirm_in_browser(&id, &secret, method),
            false => wishes::confirm_intent(&id, Some(method)),
        };
        async move { clicker.ask(wish).await }
    });
    join_all(clicks).await;
    client.read(Kind::PaymentIntent, &id).await;
}

async fn click_under_one_key(client: &mut Client, command: &CreateIntent, count: u64) {
    let key = client.fresh_key();
    let clickers: Vec<Client> = (0..count).map(|_| client.twin()).collect();
    let clicks = clickers.into_iter().map(|mut clicker| {
        let method = Some(wishes::published(CARD));
        let confirm = Some(ConfirmCommand::default());
        let wish = wishes::create_intent(command.clone(), None, method, confirm);
        let key = key.clone();
        async move { clicker.ask_under(wish, &key).await }
    });
    let heard = join_all(clicks).await;
    let ids: BTreeSet<String> = heard.iter().map(super::payments::intent_of).collect();
    let ids: Vec<&String> = ids.iter().filter(|id| !id.is_empty()).collect();
    if ids.len() > 1 {
        let what = format!("{count} clicks under {key} made {ids:?}");
        client.suspect("I9", what);
    }
}
