//! The limit of a payment link: what counts, what does not, and what happens when the last place is taken.

use crate::world::{context, random};
use florin_base::Scope;
use florin_domain::checkout::{
    CheckoutSession, PaymentLink, SessionStatus, complete_free, follow_intent, take_place,
};
use florin_domain::payments::{IntentStatus, PaymentIntent};
use florin_domain::{Changes, Context, Draft, MethodType, Refusal, Versioned};

fn link(limit: Option<i64>, completed: i64) -> Versioned<PaymentLink> {
    let record = PaymentLink {
        id: "plink_1".into(),
        limit,
        completed,
        ..PaymentLink::default()
    };
    Versioned { version: 3, record }
}

fn session() -> CheckoutSession {
    CheckoutSession {
        id: "cs_1".into(),
        link: Some("plink_1".into()),
        ..CheckoutSession::default()
    }
}

fn decided<T>(decide: impl FnOnce(&mut Draft, &mut Context<'_>) -> T) -> (T, Changes) {
    let scope = Scope::test("acct_1");
    let mut seed = 7;
    let mut fill = |bytes: &mut [u8]| random(&mut seed, bytes);
    let mut context = context(&scope, 1_700_000_000, false, &mut fill);
    let mut draft = Draft::new(&scope);
    let told = decide(&mut draft, &mut context);
    (told, draft.finish())
}

#[test]
fn a_place_is_there_as_long_as_the_limit_is_not_reached() {
    for (limit, completed, counts, is_there) in [
        (None, 9, false, true),
        (Some(2), 1, true, true),
        (Some(2), 2, true, false),
        (Some(2), 3, true, false),
    ] {
        let (mut own, held) = (session(), link(limit, completed));
        let (taken, changes) = decided(|draft, _| take_place(draft, &mut own, &held));
        assert_eq!(own.counts, counts, "{limit:?}");
        assert_eq!(taken.is_ok(), is_there, "{limit:?} of {completed}");
        if let Err(Refusal::Invalid { code, .. }) = &taken {
            assert_eq!(*code, Some("payment_link_sold_out"));
        }
        // Whoever takes the last place elsewhere is noticed.
        let versions: Vec<u64> = changes.requires.iter().map(|one| one.version).collect();
        assert_eq!(versions, if counts { vec![3] } else { vec![] });
    }
}

#[test]
fn only_what_is_completed_counts_and_only_once() {
    let intent = |status| PaymentIntent {
        status,
        ..PaymentIntent::default()
    };
    for (counts, status, was, completed) in [
        (true, IntentStatus::Succeeded, SessionStatus::Open, 1),
        (true, IntentStatus::RequiresCapture, SessionStatus::Open, 1),
        (true, IntentStatus::Succeeded, SessionStatus::Complete, 0),
        (
            true,
            IntentStatus::RequiresPaymentMethod,
            SessionStatus::Open,
            0,
        ),
        (true, IntentStatus::RequiresAction, SessionStatus::Open, 0),
        (false, IntentStatus::Succeeded, SessionStatus::Open, 0),
    ] {
        let (mut own, mut held) = (Versioned::fresh(session()), link(Some(1), 0));
        own.record.counts = counts;
        own.record.status = was;
        let ((), changes) = decided(|draft, context| {
            follow_intent(draft, context, &mut own, &intent(status), Some(&mut held));
        });
        assert_eq!(held.record.completed, completed, "{status:?} of {was:?}");
        let told = changes.events.iter();
        let told = told.filter(|(_, event)| event.kind == "payment_link.updated");
        assert_eq!(told.count() as i64, completed, "{status:?}");
    }
}

#[test]
fn money_that_does_not_come_gives_its_place_back_once() {
    let intent = |status| PaymentIntent {
        status,
        tried: MethodType::CustomerBalance,
        ..PaymentIntent::default()
    };
    for over in [IntentStatus::RequiresPaymentMethod, IntentStatus::Canceled] {
        let (mut own, mut held) = (Versioned::fresh(session()), link(Some(1), 0));
        own.record.counts = true;
        for (status, completed) in [(IntentStatus::Processing, 1), (over, 0), (over, 0)] {
            decided(|draft, context| {
                follow_intent(draft, context, &mut own, &intent(status), Some(&mut held));
            });
            assert_eq!(held.record.completed, completed, "{status:?}");
            assert_eq!(held.record.is_sold_out(), completed == 1, "{status:?}");
        }
        assert!(!own.record.counts);
    }
}

#[test]
fn an_authorization_that_is_given_up_gives_its_place_back() {
    let intent = |status| PaymentIntent {
        status,
        ..PaymentIntent::default()
    };
    let (mut own, mut held) = (Versioned::fresh(session()), link(Some(1), 0));
    own.record.counts = true;
    for (status, completed) in [
        (IntentStatus::RequiresCapture, 1),
        (IntentStatus::Canceled, 0),
        (IntentStatus::Canceled, 0),
    ] {
        decided(|draft, context| {
            follow_intent(draft, context, &mut own, &intent(status), Some(&mut held));
        });
        assert_eq!(held.record.completed, completed, "{status:?}");
        assert_eq!(own.record.status, SessionStatus::Complete);
    }
}

#[test]
fn what_costs_nothing_counts_too_and_money_is_counted_over_the_limit() {
    let (mut own, mut held) = (Versioned::fresh(session()), link(Some(1), 0));
    own.record.counts = true;
    let (done, _) =
        decided(|draft, context| complete_free(draft, context, &mut own, None, Some(&mut held)));
    assert!(done.is_ok() && held.record.is_sold_out() && !held.record.is_open());
    let mut late = Versioned::fresh(session());
    late.record.counts = true;
    let paid = PaymentIntent {
        status: IntentStatus::Succeeded,
        ..PaymentIntent::default()
    };
    decided(|draft, context| {
        follow_intent(draft, context, &mut late, &paid, Some(&mut held));
    });
    assert_eq!(held.record.completed, 2);
}
