//! The sandbox as a processor outside, over a line that loses messages.

use crate::world::{World, later, payment, published};
use florin_domain::processor::{Outcome, ProcessorRequest, Verb};
use florin_processors::sandbox::BOOKED_MAX;
use florin_processors::sandbox::{Fault, FaultPlan};
use florin_processors::{Effects, Inquiry, Processor, Sandbox};

fn outside(plan: FaultPlan) -> Sandbox {
    let sandbox = Sandbox::outside();
    sandbox.set_faults(plan);
    sandbox
}

fn numbered(number: usize) -> ProcessorRequest {
    let mut request = payment(&published("visa"));
    request.reference = format!("ch_{number}");
    request
}

#[test]
fn a_lost_request_was_not_done_and_can_be_sent_again() {
    let world = World::new();
    let sandbox = outside(FaultPlan::new().on_number(1, Fault::RequestLost));
    let request = numbered(1);
    assert_eq!(world.call(&sandbox, &request), Outcome::Unknown);
    assert!(sandbox.booked().is_empty());
    assert_eq!(world.inquire(&sandbox, &request), Inquiry::NotFound);
    let outcome = world.call(&sandbox, &request);
    assert_eq!(sandbox.booked(), vec![(request, outcome)]);
}

#[test]
fn a_lost_answer_was_done_once_and_an_inquiry_tells_it() {
    let world = World::new();
    let sandbox = outside(FaultPlan::new().on_reference("ch_", Fault::AnswerLost, 2));
    let request = numbered(1);
    assert_eq!(world.call(&sandbox, &request), Outcome::Unknown);
    assert_eq!(world.call(&sandbox, &request), Outcome::Unknown);
    let booked = sandbox.booked();
    assert_eq!(booked.len(), 1, "done once");
    let outcome = booked[0].1.clone();
    assert!(matches!(outcome, Outcome::Approved(_)));
    assert_eq!(
        world.inquire(&sandbox, &request),
        Inquiry::Known(outcome.clone())
    );
    assert_eq!(world.call(&sandbox, &request), outcome);
    assert_eq!(sandbox.booked().len(), 1);
}

#[test]
fn a_lost_inquiry_is_unknown_and_never_not_found() {
    let world = World::new();
    let sandbox = outside(FaultPlan::new().on_number(2, Fault::InquiryLost));
    let request = numbered(1);
    let outcome = world.call(&sandbox, &request);
    let answers = [(); 3].map(|()| world.inquire(&sandbox, &request));
    let known = Inquiry::Known(outcome);
    assert_eq!(answers, [known.clone(), Inquiry::Unknown, known]);
}

#[test]
fn faults_strike_where_they_were_planned_and_nowhere_else() {
    let world = World::new();
    let plan = FaultPlan::new()
        .on_number(3, Fault::RequestLost)
        .on_reference("ch_5", Fault::AnswerLost, 1);
    let sandbox = outside(plan);
    let lost: Vec<usize> = (1..=8)
        .filter(|number| world.call(&sandbox, &numbered(*number)) == Outcome::Unknown)
        .collect();
    assert_eq!(lost, [3, 5]);
    assert_eq!(sandbox.booked().len(), 7);
}

#[test]
fn another_request_under_a_taken_reference_is_not_done() {
    let world = World::new();
    let sandbox = Sandbox::outside();
    let request = numbered(1);
    let first = world.call(&sandbox, &request);
    let other = ProcessorRequest {
        amount: 2_000,
        ..request.clone()
    };
    assert!(matches!(world.call(&sandbox, &other), Outcome::Declined(_)));
    assert_eq!(sandbox.booked(), vec![(request, first)]);
}

#[test]
fn a_refund_is_told_from_its_beginning_even_when_the_answer_was_lost() {
    let world = World::new();
    let plan = FaultPlan::new().on_reference("ch_contract-r", Fault::AnswerLost, 1);
    let sandbox = outside(plan);
    let request = later(&published("refundFail"), Verb::Refund, "r1");
    assert_eq!(world.call(&sandbox, &request), Outcome::Unknown);
    let first = world.inquire(&sandbox, &request);
    assert!(
        matches!(first, Inquiry::Known(Outcome::Approved(_))),
        "{first:?}"
    );
    let second = world.inquire(&sandbox, &request);
    assert!(
        matches!(second, Inquiry::Known(Outcome::Declined(_))),
        "{second:?}"
    );
}

#[test]
fn a_request_that_was_never_sent_is_not_booked() {
    let world = World::new();
    let sandbox = outside(FaultPlan::new().on_number(1, Fault::AnswerLost));
    let request = payment(&published("no_such_card"));
    assert!(matches!(
        world.call(&sandbox, &request),
        Outcome::Declined(_)
    ));
    assert_eq!(world.inquire(&sandbox, &request), Inquiry::NotFound);
    assert!(sandbox.booked().is_empty());
}

#[test]
fn the_books_are_bounded_and_forget_the_oldest() {
    let world = World::new();
    let sandbox = Sandbox::outside();
    for number in 0..=BOOKED_MAX {
        world.call(&sandbox, &numbered(number));
    }
    assert_eq!(sandbox.booked().len(), BOOKED_MAX);
    assert_eq!(world.inquire(&sandbox, &numbered(0)), Inquiry::NotFound);
    let newest = world.inquire(&sandbox, &numbered(BOOKED_MAX));
    assert!(matches!(newest, Inquiry::Known(_)), "{newest:?}");
}

#[test]
fn nothing_fails_and_nothing_is_kept_inside() {
    let world = World::new();
    let sandbox = Sandbox::inside();
    sandbox.set_faults(FaultPlan::new().on_reference("", Fault::RequestLost, 9));
    let request = numbered(1);
    assert!(matches!(
        world.call(&sandbox, &request),
        Outcome::Approved(_)
    ));
    assert!(sandbox.booked().is_empty());
    assert_eq!(sandbox.effects(), Effects::Inside);
    assert_eq!(world.inquire(&sandbox, &request), Inquiry::NotFound);
}
