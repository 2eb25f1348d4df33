//! Orders at the front door: each turn of one is told there, and an order that stands has one amount.
//!
//! Deliberately absent: the words in which it is told, which have a test beside them.

use crate::checkout::asset;
use crate::world::{World, tried};
use florin_base::Timestamp;
use florin_domain::checkout::{self, CheckoutSession, Order, PaidState, SessionStatus};
use florin_domain::payments::{IntentStatus, PaymentError, PaymentIntent};
use florin_domain::processor::{Decline, Outcome};
use florin_domain::{Context, Draft, Refusal, Versioned};

const TOLD: &str = "florin.payment.updated";
const COMPLETED: &str = "checkout.session.completed";
const PAID_LATE: &str = "checkout.session.async_payment_succeeded";
const FAILED_LATE: &str = "checkout.session.async_payment_failed";
const EXPIRED: &str = "checkout.session.expired";

const OPEN: (SessionStatus, PaidState) = (SessionStatus::Open, PaidState::Unpaid);
const AWAITED: (SessionStatus, PaidState) = (SessionStatus::Complete, PaidState::Unpaid);
const PAID: (SessionStatus, PaidState) = (SessionStatus::Complete, PaidState::Paid);

fn held((status, paid): (SessionStatus, PaidState), order: Option<&str>) -> CheckoutSession {
    CheckoutSession {
        id: "cs_test_1".into(),
        status,
        paid,
        order: order.map(str::to_owned),
        ..CheckoutSession::default()
    }
}

/// What is told when an intent comes to a state, and whether the session then says that a try was declined.
fn followed(session: CheckoutSession, intent: &PaymentIntent) -> (Vec<&'static str>, bool) {
    let mut world = World::new(false);
    world.put(session);
    let decide = |world: &World, draft: &mut Draft, context: &mut Context<'_>| {
        let mut held = world.get("cs_test_1").expect("the session");
        checkout::follow_intent(draft, context, &mut held, intent, None);
        Ok(None)
    };
    world.act(decide, Outcome::Unknown).expect("a change");
    let session = world.get::<CheckoutSession>("cs_test_1");
    let declined = session.expect("the session").record.declined;
    (told(&world), declined)
}

fn told(world: &World) -> Vec<&'static str> {
    let kinds = [COMPLETED, PAID_LATE, FAILED_LATE, EXPIRED, TOLD];
    let told = kinds.into_iter().filter(|kind| world.has_event(kind));
    told.collect()
}

#[test]
fn every_turn_of_an_order_is_told_at_the_front_door() {
    use IntentStatus::{Canceled, RequiresAction, RequiresPaymentMethod, Succeeded};
    let refused = || Some(PaymentError::of(Decline::default(), None, None));
    for (before, status, delayed, error, expected, declined) in [
        (OPEN, Succeeded, false, None, &[COMPLETED][..], false),
        (OPEN, RequiresAction, false, None, &[][..], false),
        (OPEN, RequiresAction, true, None, &[COMPLETED][..], false),
        (AWAITED, Succeeded, true, None, &[PAID_LATE][..], false),
        (AWAITED, Canceled, true, None, &[FAILED_LATE][..], true),
        (PAID, Succeeded, false, None, &[][..], false),
        // A decline is no turn of a session; only the front door tells of it.
        (OPEN, RequiresPaymentMethod, false, None, &[][..], false),
        (OPEN, RequiresPaymentMethod, false, refused(), &[][..], true),
    ] {
        let intent = PaymentIntent {
            status,
            tried: tried(delayed),
            last_error: error,
            ..PaymentIntent::default()
        };
        let case = format!("{before:?} {status:?} {delayed}");
        let (plain, _) = followed(held(before, None), &intent);
        assert_eq!(plain, expected, "{case}");
        let (ordered, says) = followed(held(before, Some("A-17")), &intent);
        let is_told = !expected.is_empty() || declined;
        let front: Vec<&str> = expected
            .iter()
            .copied()
            .chain(is_told.then_some(TOLD))
            .collect();
        assert_eq!((ordered, says), (front, declined), "{case}");
    }
}

#[test]
fn the_end_of_an_order_is_told_at_the_front_door() {
    for (order, expected) in [(None, &[EXPIRED][..]), (Some("A-17"), &[EXPIRED, TOLD][..])] {
        let mut world = World::new(false);
        world.put(held(OPEN, order));
        let decide = |world: &World, draft: &mut Draft, context: &mut Context<'_>| {
            let mut held = world.get("cs_test_1").expect("the session");
            checkout::expire(draft, context, &mut held, None, None)?;
            Ok(None)
        };
        world.act(decide, Outcome::Unknown).expect("an end");
        assert_eq!(told(&world), expected);
    }
}

#[test]
fn an_order_is_held_by_what_is_paid_or_can_be() {
    let end = Timestamp(100);
    for (status, now, expected) in [
        (SessionStatus::Open, 99, true),
        (SessionStatus::Open, 100, false),
        (SessionStatus::Complete, 1_000, true),
        (SessionStatus::Expired, 1, false),
    ] {
        let session = CheckoutSession {
            status,
            expires: end,
            ..CheckoutSession::default()
        };
        assert_eq!(session.holds_order(Timestamp(now)), expected, "{status:?}");
    }
}

#[test]
fn an_order_that_stands_has_one_amount() {
    let order = Versioned::fresh(Order {
        id: "A-17".into(),
        session: "cs_test_1".into(),
        amount: 1_500,
        currency: asset("eur"),
        ..Order::default()
    });
    assert!(checkout::check_same(&order, 1_500, asset("eur")).is_ok());
    for (amount, currency) in [(1_600, "eur"), (1_500, "usd")] {
        let refused = checkout::check_same(&order, amount, asset(currency));
        let Err(Refusal::OrderTaken {
            order,
            first,
            amount,
            currency,
        }) = &refused
        else {
            panic!("{refused:?}");
        };
        assert_eq!((order.as_str(), first.as_str()), ("A-17", "cs_test_1"));
        assert_eq!((*amount, *currency), (1_500, asset("eur")));
    }
}
