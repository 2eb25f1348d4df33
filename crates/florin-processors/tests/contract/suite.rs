//! What holds for every adapter, whatever it talks to.

use crate::world::{ACCOUNT, World, adapters, asset, later, payment, published, verification};
use florin_base::Scope;
use florin_domain::cards::CardSource;
use florin_domain::processor::{ChallengeResult, Decline, Outcome, ProcessorRequest, Verb};
use florin_processors::{Effects, Inquiry, Processor, Secrets};
use florin_vault::{CardNumber, looks_like_card_number};

/// One request of each verb about one card.
fn every_verb(card: &CardSource) -> Vec<ProcessorRequest> {
    let mut complete = payment(card);
    complete.verb = Verb::Complete;
    complete.original = Some(complete.reference.clone());
    complete.reference = format!("{}-c", complete.reference);
    complete.terms.challenge = Some(ChallengeResult::Authenticated);
    vec![
        payment(card),
        complete,
        later(card, Verb::Capture, "x1"),
        later(card, Verb::Increment, "i1"),
        later(card, Verb::Void, "v"),
        later(card, Verb::Refund, "r1"),
        verification(card),
    ]
}

fn declined(outcome: Outcome) -> Decline {
    match outcome {
        Outcome::Declined(decline) => decline,
        other => panic!("not declined: {other:?}"),
    }
}

#[test]
fn a_plain_card_is_approved_in_every_verb() {
    let mut world = World::new();
    let card = world.seal("4242424242424242");
    for (name, adapter) in adapters() {
        for request in every_verb(&card) {
            let outcome = world.call(adapter.as_ref(), &request);
            let verb = request.verb.name();
            assert!(
                matches!(outcome, Outcome::Approved(_)),
                "{name}: {verb}: {outcome:?}"
            );
        }
    }
}

#[test]
fn one_reference_has_one_outcome() {
    let mut world = World::new();
    for digits in ["4242424242424242", "4000000000000002", "4000000000007726"] {
        let card = world.seal(digits);
        for (name, adapter) in adapters() {
            for request in every_verb(&card) {
                let first = world.call(adapter.as_ref(), &request);
                let second = world.call(adapter.as_ref(), &request);
                assert_eq!(first, second, "{name}: {}", request.verb.name());
            }
        }
    }
}

#[test]
fn an_unknown_reference_is_not_found_and_is_not_done_by_asking() {
    let world = World::new();
    for (name, adapter) in adapters() {
        let request = payment(&published("visa"));
        for _ in 0..2 {
            assert_eq!(
                world.inquire(adapter.as_ref(), &request),
                Inquiry::NotFound,
                "{name}"
            );
        }
    }
}

#[test]
fn an_inquiry_outside_tells_the_outcome_of_every_verb() {
    let mut world = World::new();
    let card = world.seal("4242424242424242");
    let outside = adapters()
        .into_iter()
        .filter(|(_, adapter)| adapter.effects() == Effects::Outside);
    let mut asked = 0;
    for (name, adapter) in outside {
        for request in every_verb(&card) {
            let outcome = world.call(adapter.as_ref(), &request);
            let told = world.inquire(adapter.as_ref(), &request);
            assert_eq!(
                told,
                Inquiry::Known(outcome),
                "{name}: {}",
                request.verb.name()
            );
            asked += 1;
        }
    }
    assert_eq!(asked, 7);
}

#[test]
fn a_card_that_does_not_open_is_declined_and_never_unknown() {
    let mut world = World::new();
    let card = world.seal("4242424242424242");
    let elsewhere = world.seal_for(&Scope::test("acct_other"), "4242424242424242");
    let absent = CardSource::Vault("vc_absent".into());
    for (name, adapter) in adapters() {
        for source in [&elsewhere, &absent, &published("no_such_card")] {
            let outcome = world.call(adapter.as_ref(), &payment(source));
            assert_eq!(
                declined(outcome).code,
                "processing_error",
                "{name}: {source:?}"
            );
        }
        // The record of another card than the request's.
        let request = payment(&elsewhere);
        let swapped = Secrets {
            sealed: world.record(&card),
            ..Secrets::none(&world.opener)
        };
        let outcome = crate::world::at_once(adapter.call(&request, swapped));
        assert_eq!(declined(outcome).code, "processing_error", "{name}");
    }
}

#[test]
fn later_steps_do_not_need_the_number() {
    let world = World::new();
    let absent = CardSource::Vault("vc_absent".into());
    for (name, adapter) in adapters() {
        for verb in [Verb::Capture, Verb::Void, Verb::Refund, Verb::Increment] {
            let outcome = world.call(adapter.as_ref(), &later(&absent, verb, verb.name()));
            assert!(
                matches!(outcome, Outcome::Approved(_)),
                "{name}: {}",
                verb.name()
            );
        }
    }
}

#[test]
fn a_simulation_takes_no_live_request() {
    let mut world = World::new();
    let live = Scope {
        live: true,
        ..Scope::test(ACCOUNT)
    };
    let card = world.seal_for(&live, "4242424242424242");
    for (name, adapter) in adapters()
        .into_iter()
        .filter(|(_, adapter)| adapter.is_simulation())
    {
        for mut request in every_verb(&card) {
            request.scope = live.clone();
            let decline = declined(world.call(adapter.as_ref(), &request));
            assert_eq!(
                decline.decline_code.as_deref(),
                Some("live_mode_test_card"),
                "{name}"
            );
            assert_eq!(
                world.inquire(adapter.as_ref(), &request),
                Inquiry::NotFound,
                "{name}"
            );
        }
        let attach = adapter.may_attach(&live, &card, true, world.secrets(&card));
        assert!(attach.is_some(), "{name}");
    }
}

#[test]
fn a_number_that_is_not_published_is_refused_in_test_mode() {
    let mut world = World::new();
    // A test number that other processors publish, and the sandbox's table does not hold.
    let digits = "4111111111111111";
    let number = CardNumber::parse(digits).expect("passes the check digit");
    let card = world.seal(digits);
    for (name, adapter) in adapters()
        .into_iter()
        .filter(|(_, adapter)| adapter.is_simulation())
    {
        let described = adapter.describe(&number).expect_err("not published");
        let charged = declined(world.call(adapter.as_ref(), &payment(&card)));
        let attached = adapter.may_attach(&Scope::test(ACCOUNT), &card, true, world.secrets(&card));
        for decline in [described, charged, attached.expect("refused")] {
            assert_eq!(decline.code, "card_declined", "{name}");
            assert_eq!(
                decline.decline_code.as_deref(),
                Some("test_mode_live_card"),
                "{name}"
            );
            assert!(!looks_like_card_number(&decline.message), "{name}");
        }
    }
}

/// An amount is minor units to every adapter: 1000 is 1000 yen, 10 dollars and 1 dinar, and the answer is the same.
#[test]
fn the_exponent_of_a_currency_changes_no_outcome() {
    let mut world = World::new();
    let card = world.seal("4242424242424242");
    for (name, adapter) in adapters() {
        let outcomes = ["usd", "jpy", "bhd", "isk"].map(|code| {
            let mut request = payment(&card);
            request.currency = asset(code);
            request.reference = format!("ch_{code}");
            match world.call(adapter.as_ref(), &request) {
                Outcome::Approved(approval) => approval.checks,
                other => panic!("{name}: {code}: {other:?}"),
            }
        });
        assert!(outcomes.windows(2).all(|pair| pair[0] == pair[1]), "{name}");
    }
}

#[test]
fn names_are_short_words_for_metrics() {
    for (name, adapter) in adapters() {
        let word = Processor::name(adapter.as_ref());
        assert!(!word.is_empty() && word.len() <= 24, "{name}");
        assert!(
            word.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
            "{name}"
        );
    }
}
