//! Outcomes that come late, twice or not as asked, and authorizations whose time is over: with a processor outside.

use crate::world::World;
use florin_base::{Asset, Timestamp};
use florin_domain::changes::JobKind;
use florin_domain::payments::{
    Alarm, Attempt, AttemptState, CancelInputs, CaptureCommand, CaptureInputs, CaptureMethod,
    CardOptions, Charge, ConfirmCommand, ConfirmInputs, IncrementCommand, IntentStatus,
    MetadataPatch, PaymentIntent, PaymentMethod, RefundCommand, RefundInputs, Target, cancel,
    capture, confirm, expire, increment, refund, release_void, reverse,
};
use florin_domain::processor::{Approval, Decline, Outcome, Verb};
use florin_domain::{Context, Draft, Versioned};

const INTENT: &str = "pi_1";
const METHOD: &str = "pm_1";

fn approved() -> Outcome {
    Outcome::Approved(Approval::default())
}

fn approved_of(amount: i64, currency: &str) -> Outcome {
    Outcome::Approved(Approval {
        amount: Some(amount),
        currency: Asset::parse(currency),
        ..Approval::default()
    })
}

fn declined() -> Outcome {
    Outcome::Declined(Decline {
        code: "processing_error".to_owned(),
        ..Decline::default()
    })
}

fn world(method: CaptureMethod) -> World {
    let mut world = World::new(true);
    world.put(PaymentMethod {
        id: METHOD.into(),
        ..PaymentMethod::default()
    });
    world.put(PaymentIntent {
        id: INTENT.into(),
        amount: 2_000,
        currency: Asset::parse("usd").expect("a currency"),
        capture_method: method,
        card: CardOptions {
            multicapture: true,
            incremental: true,
            ..CardOptions::default()
        },
        ..PaymentIntent::default()
    });
    world
}

fn intent(world: &World) -> Versioned<PaymentIntent> {
    world.get(INTENT).expect("the intent")
}

fn charge(world: &World) -> Versioned<Charge> {
    let intent = intent(world).record;
    let id = intent.latest_charge.expect("a charge");
    world.get(&id).expect("the charge")
}

fn pay(world: &mut World, outcome: Outcome) -> String {
    let decide = |world: &World, draft: &mut Draft, context: &mut Context<'_>| {
        let inputs = ConfirmInputs {
            token: None,
            intent: intent(world),
            method: world.get(METHOD),
        };
        confirm(draft, context, inputs, ConfirmCommand::default())
    };
    world.act(decide, outcome).expect("a confirmation");
    last_attempt(world).id.to_string()
}

fn last_attempt(world: &World) -> Attempt {
    let all = world.all::<Attempt>();
    let last = all.into_iter().max_by_key(|held| held.record.created);
    last.expect("an attempt").record
}

fn give_back(world: &mut World, outcome: Outcome) {
    let decide = |world: &World, draft: &mut Draft, context: &mut Context<'_>| {
        let inputs = CancelInputs {
            intent: intent(world),
            charge: Some(charge(world)),
        };
        cancel(draft, context, inputs, Some("duplicate".to_owned()))
    };
    world.act(decide, outcome).expect("a cancellation");
}

fn lapse(world: &mut World, outcome: Outcome) {
    let decide = |world: &World, draft: &mut Draft, context: &mut Context<'_>| {
        Ok(expire(draft, context, charge(world), Some(intent(world))))
    };
    world.act(decide, outcome).expect("an expiry");
}

/// How often a job of a kind was written.
fn jobs(world: &World, kind: JobKind) -> usize {
    world.jobs.iter().filter(|job| job.kind == kind).count()
}

#[test]
fn another_amount_or_currency_is_never_success() {
    for outcome in [
        approved_of(1_999, "usd"),
        approved_of(2_001, "usd"),
        approved_of(2_000, "eur"),
    ] {
        let mut world = world(CaptureMethod::Automatic);
        pay(&mut world, outcome);
        assert_eq!(intent(&world).record.status, IntentStatus::Processing);
        assert_eq!(last_attempt(&world).state, AttemptState::Quarantined);
        assert_eq!(last_attempt(&world).alarm(), Some(Alarm::AmountMismatch));
        assert!(world.all::<Charge>().is_empty());
        assert!(world.booked.is_empty());
    }
    let mut world = world(CaptureMethod::Automatic);
    pay(&mut world, approved_of(2_000, "usd"));
    assert_eq!(intent(&world).record.status, IntentStatus::Succeeded);
    assert_eq!(last_attempt(&world).alarm(), None);
}

#[test]
fn what_is_put_aside_stays_there_whatever_comes() {
    let mut world = world(CaptureMethod::Automatic);
    let attempt = pay(&mut world, approved_of(1, "usd"));
    for outcome in [approved(), declined(), Outcome::Unknown] {
        world.settle_again(&attempt, outcome);
        assert_eq!(last_attempt(&world).state, AttemptState::Quarantined);
        assert_eq!(intent(&world).record.status, IntentStatus::Processing);
    }
}

#[test]
fn an_approval_after_a_recorded_refusal_is_given_back_once() {
    for (method, verb) in [
        (CaptureMethod::Automatic, Verb::Refund),
        (CaptureMethod::Manual, Verb::Void),
    ] {
        let mut world = world(method);
        let attempt = pay(&mut world, declined());
        for again in [declined(), Outcome::Unknown, Outcome::ActionRequired] {
            world.settle_again(&attempt, again);
        }
        assert_eq!(jobs(&world, JobKind::Reverse), 0);
        world.settle_again(&attempt, approved());
        world.settle_again(&attempt, approved());
        assert_eq!(jobs(&world, JobKind::Reverse), 1);
        assert_eq!(
            intent(&world).record.status,
            IntentStatus::RequiresPaymentMethod
        );
        assert!(world.booked.is_empty(), "no money of the merchant moved");
        let held = world.get::<Attempt>(&attempt).expect("it").record;
        assert_eq!(held.alarm(), Some(Alarm::LateSuccess));
        let decide = |_: &World, _: &mut Draft, context: &mut Context<'_>| {
            let call = reverse(context, &held).expect("a reversal");
            assert_eq!(call.request.verb, verb);
            assert_eq!(call.request.amount, 2_000);
            let first = held.request.as_ref().expect("a request");
            assert_eq!(
                call.request.original.as_deref(),
                Some(first.reference.as_str())
            );
            assert_ne!(call.request.reference, first.reference);
            Ok(Some(call))
        };
        world.act(decide, approved()).expect("a reversal");
        assert_eq!(last_attempt(&world).state, AttemptState::Settled);
        assert!(world.booked.is_empty());
    }
}

#[test]
fn an_approval_that_is_told_twice_is_one() {
    let mut world = world(CaptureMethod::Automatic);
    let attempt = pay(&mut world, approved());
    let before = (world.booked.len(), intent(&world).version);
    for again in [approved(), declined(), Outcome::Unknown] {
        world.settle_again(&attempt, again);
    }
    assert_eq!((world.booked.len(), intent(&world).version), before);
    assert_eq!(jobs(&world, JobKind::Reverse), 0);
}

#[test]
fn the_reason_of_a_cancellation_comes_with_it() {
    let mut world = world(CaptureMethod::Manual);
    pay(&mut world, approved());
    give_back(&mut world, declined());
    assert_eq!(intent(&world).record.cancellation_reason, None);
    assert_eq!(intent(&world).record.status, IntentStatus::RequiresCapture);
    give_back(&mut world, Outcome::Unknown);
    assert_eq!(intent(&world).record.status, IntentStatus::Processing);
    let attempt = last_attempt(&world).id.to_string();
    world.settle_again(&attempt, approved());
    let done = intent(&world).record;
    assert_eq!(done.status, IntentStatus::Canceled);
    assert_eq!(done.cancellation_reason.as_deref(), Some("duplicate"));
    assert!(charge(&world).record.voided);
}

#[test]
fn a_raise_that_is_refused_changes_nothing() {
    let mut world = world(CaptureMethod::Manual);
    pay(&mut world, approved());
    let mut raise = |outcome: Outcome| {
        let decide = |world: &World, draft: &mut Draft, context: &mut Context<'_>| {
            let inputs = CaptureInputs {
                intent: Some(intent(world)),
                charge: charge(world),
            };
            let command = IncrementCommand {
                amount: 2_500,
                description: Some(Some("with a towel".to_owned())),
                metadata: MetadataPatch::Merge(vec![("towel".to_owned(), "1".to_owned())]),
            };
            increment(draft, context, inputs, command).map(Some)
        };
        world.act(decide, outcome).expect("a raise");
        intent(&world).record
    };
    let refused = raise(declined());
    assert_eq!((refused.amount, refused.increments), (2_000, 0));
    assert_eq!(refused.description, None);
    assert!(refused.metadata.is_empty());
    let granted = raise(approved());
    assert_eq!((granted.amount, granted.increments), (2_500, 1));
    assert_eq!(granted.description.as_deref(), Some("with a towel"));
    assert_eq!(granted.metadata.len(), 1);
}

#[test]
fn a_capture_that_nobody_knows_of_is_processing() {
    let mut world = world(CaptureMethod::Manual);
    pay(&mut world, approved());
    let decide = |world: &World, draft: &mut Draft, context: &mut Context<'_>| {
        let inputs = CaptureInputs {
            intent: Some(intent(world)),
            charge: charge(world),
        };
        capture(draft, context, inputs, CaptureCommand::default()).map(Some)
    };
    world.act(decide, Outcome::Unknown).expect("a capture");
    assert_eq!(intent(&world).record.status, IntentStatus::Processing);
    assert!(world.booked.is_empty());
    let attempt = last_attempt(&world).id.to_string();
    world.settle_again(&attempt, declined());
    let free = intent(&world).record;
    assert_eq!(free.status, IntentStatus::RequiresCapture);
    assert_eq!(free.attempt, None);
    assert_eq!(free.amount_capturable, 2_000);
}

#[test]
fn a_lapsed_authorization_ends_whatever_the_processor_says() {
    for outcome in [approved(), declined()] {
        let mut world = world(CaptureMethod::Manual);
        pay(&mut world, approved());
        lapse(&mut world, outcome);
        let (intent, charge) = (intent(&world).record, charge(&world).record);
        assert_eq!(last_attempt(&world).request.expect("one").verb, Verb::Void);
        assert_eq!(intent.status, IntentStatus::Canceled);
        assert_eq!(intent.cancellation_reason.as_deref(), Some("expired"));
        assert_eq!(intent.attempt, None);
        assert!(charge.voided && !charge.open);
        assert!(world.has_event("charge.expired"));
        assert!(!world.has_event("charge.refunded"));
    }
}

#[test]
fn a_late_approval_is_given_back_again_and_again_while_it_may_stand() {
    let mut world = world(CaptureMethod::Manual);
    world.put(Charge {
        id: "ch_1".into(),
        amount: 2_000,
        reference: "ref".to_owned(),
        capture_before: Some(Timestamp(1_800_000_000)),
        ..Charge::default()
    });
    let mut references = Vec::new();
    for outcome in [declined(), declined(), approved()] {
        let decide = |world: &World, draft: &mut Draft, context: &mut Context<'_>| {
            let held = world.get("ch_1").expect("the charge");
            Ok(release_void(draft, context, held))
        };
        world.act(decide, outcome).expect("a void");
        references.push(last_attempt(&world).request.expect("one").reference);
    }
    references.dedup();
    assert_eq!(references.len(), 3, "each try has a reference of its own");
    assert_eq!(jobs(&world, JobKind::Void), 2);
    let held: Versioned<Charge> = world.get("ch_1").expect("the charge");
    assert!(held.record.voided);
    assert_eq!(held.record.attempt, None);
}

/// Money that was available at once was paid in "later" than it is now: what is given back of it comes into a day whose
/// release is over, or never was. It must not stay there.
#[test]
fn a_refund_after_the_clock_fell_back_is_released() {
    let mut world = world(CaptureMethod::Automatic);
    let at_once = Approval {
        available_now: true,
        ..Approval::default()
    };
    pay(&mut world, Outcome::Approved(at_once));
    assert_eq!(world.jobs_of(JobKind::Release), 0);
    world.fall_back(3_600);
    let back = RefundInputs {
        charge: charge(&world),
        warning: None,
    };
    let decide = |_: &World, draft: &mut Draft, context: &mut Context<'_>| {
        refund(draft, context, back, RefundCommand::default()).map(|(_, call)| Some(call))
    };
    world.act(decide, approved()).expect("a refund");
    assert_eq!(world.jobs_of(JobKind::Release), 1);
}

/// Whoever hears of an outcome, be it the request, recovery or a notice that is quicker than both, has to answer the key of
/// the request once the attempt has ended: nobody does so later.
#[test]
fn a_pending_refund_ends_its_attempt_and_nothing_else_pending_does() {
    let of = |target| Attempt {
        target,
        ..Attempt::default()
    };
    let refund = of(Target::Refund("re_1".into()));
    let intent = of(Target::Intent("pi_1".into()));
    let pending = Outcome::Pending { ask_after_ms: 1 };
    assert!(refund.is_ended_by(&pending) && !intent.is_ended_by(&pending));
    for attempt in [&refund, &intent] {
        assert!(!attempt.is_ended_by(&Outcome::Unknown));
        assert!(attempt.is_ended_by(&approved()) && attempt.is_ended_by(&declined()));
    }
}
