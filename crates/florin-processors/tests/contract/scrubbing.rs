//! Card numbers are nowhere but in the vault: not in requests, outcomes, books or records.

use crate::world::{World, adapters, later, payment, verification};
use florin_domain::cards::CardSource;
use florin_domain::processor::{Outcome, ProcessorRequest, Verb};
use florin_processors::sandbox::cards;
use florin_vault::looks_like_card_number;
use serde::Serialize;
use std::fmt::Debug;

/// How a value looks in a log and in a database.
fn texts(value: &(impl Debug + Serialize)) -> [String; 2] {
    let json = serde_json::to_string(value).expect("plain data");
    [format!("{value:?}"), json]
}

#[track_caller]
fn check(value: &(impl Debug + Serialize)) {
    for text in texts(value) {
        assert!(!looks_like_card_number(&text), "{text}");
    }
}

fn requests(card: &CardSource) -> Vec<ProcessorRequest> {
    vec![
        payment(card),
        verification(card),
        later(card, Verb::Capture, "x1"),
        later(card, Verb::Refund, "r1"),
    ]
}

/// The scan below would find a number that slipped into any of the texts.
#[test]
fn the_scan_finds_a_number_in_a_request() {
    let mut request = payment(&CardSource::Published("visa".to_owned()));
    request.reference = "ch_4242424242424242".to_owned();
    assert!(
        texts(&request)
            .iter()
            .all(|text| looks_like_card_number(text))
    );
}

#[test]
fn no_request_outcome_or_record_shows_a_number() {
    let mut world = World::new();
    for (_, adapter) in adapters() {
        for (place, card) in cards::all().iter().enumerate() {
            let source = world.seal(card.number);
            check(world.record(&source).expect("sealed"));
            for mut request in requests(&source) {
                request.reference = format!("{}-{place}", request.reference);
                check(&request);
                check(&world.call(adapter.as_ref(), &request));
            }
        }
    }
}

/// Approval codes and network ids are digits too, and must never be taken for a card number by a scan.
#[test]
fn codes_are_never_taken_for_a_number() {
    let world = World::new();
    let (_, adapter) = adapters().remove(0);
    for number in 0..5_000 {
        let mut request = payment(&CardSource::Published("visa".to_owned()));
        request.reference = format!("ch_x{number}");
        let outcome = world.call(adapter.as_ref(), &request);
        assert!(matches!(outcome, Outcome::Approved(_)));
        check(&outcome);
    }
}
