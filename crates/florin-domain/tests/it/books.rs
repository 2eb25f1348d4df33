//! Random histories of one payment: whatever is asked and answered, the books, versions, events and states agree.

use crate::world::{World, context, random};
use florin_base::{Asset, Scope};
use florin_domain::ledger::Movement;
use florin_domain::payments::{
    CancelInputs, CaptureCommand, CaptureInputs, CaptureMethod, CardOptions, ChallengeAnswer,
    Charge, ConfirmCommand, ConfirmInputs, IncrementCommand, IntentStatus, PaymentIntent,
    PaymentMethod, Refund, RefundCommand, RefundInputs, RefundStatus, answer_challenge, cancel,
    capture, confirm, expire, increment, refund, settle_inquiry,
};
use florin_domain::processor::{Approval, ChallengeResult, Decline, Outcome};
use florin_domain::transitions::Transition;
use florin_domain::{Context, Draft, Refusal, Versioned};
use proptest::prelude::*;

const INTENT: &str = "pi_1";
const METHOD: &str = "pm_1";

/// One thing that is asked, with what the processor answers. Shares are percent of the authorized or captured amount.
#[derive(Clone, Debug)]
enum Step {
    Confirm(Outcome),
    Answer(ChallengeResult, bool),
    Capture { share: i64, keep: bool, ok: bool },
    Increment { by: i64, ok: bool },
    Refund { share: i64, answer: Outcome },
    Inquire(bool),
    Cancel(bool),
    Expire,
}

fn yes_or_no(ok: bool) -> Outcome {
    match ok {
        true => Outcome::Approved(Approval::default()),
        false => Outcome::Declined(Decline {
            code: "card_declined".to_owned(),
            ..Decline::default()
        }),
    }
}

fn step() -> impl Strategy<Value = Step> {
    let likely = || prop::bool::weighted(0.75);
    let asked = prop_oneof![
        3 => Just(yes_or_no(true)),
        1 => Just(yes_or_no(false)),
        1 => Just(Outcome::ActionRequired)
    ];
    let given_back = prop_oneof![
        2 => Just(yes_or_no(true)),
        1 => Just(yes_or_no(false)),
        1 => Just(Outcome::Pending { ask_after_ms: 1000 })
    ];
    let answer = prop_oneof![
        Just(ChallengeResult::Authenticated),
        Just(ChallengeResult::Failed)
    ];
    prop_oneof![
        4 => asked.prop_map(Step::Confirm),
        1 => (answer, likely()).prop_map(|(how, ok)| Step::Answer(how, ok)),
        4 => (1..130i64, any::<bool>(), likely())
            .prop_map(|(share, keep, ok)| Step::Capture { share, keep, ok }),
        2 => (-5..500i64, likely()).prop_map(|(by, ok)| Step::Increment { by, ok }),
        4 => (1..120i64, given_back).prop_map(|(share, answer)| Step::Refund { share, answer }),
        2 => any::<bool>().prop_map(Step::Inquire),
        1 => likely().prop_map(Step::Cancel),
        1 => Just(Step::Expire)
    ]
}

fn world(outside: bool, manual: bool, options: (bool, bool, bool)) -> World {
    let mut world = World::new(outside);
    world.put(PaymentMethod {
        id: METHOD.into(),
        ..PaymentMethod::default()
    });
    let (multicapture, overcapture, incremental) = options;
    world.put(PaymentIntent {
        id: INTENT.into(),
        amount: 2_000,
        currency: Asset::parse("usd").expect("a currency"),
        capture_method: match manual {
            true => CaptureMethod::Manual,
            false => CaptureMethod::Automatic,
        },
        card: CardOptions {
            multicapture,
            overcapture,
            incremental,
            ..CardOptions::default()
        },
        ..PaymentIntent::default()
    });
    world
}

fn intent(world: &World) -> Versioned<PaymentIntent> {
    world.get(INTENT).expect("the intent")
}

fn method(world: &World) -> Versioned<PaymentMethod> {
    world.get(METHOD).expect("the method")
}

fn charge(world: &World) -> Option<Versioned<Charge>> {
    world.get(intent(world).record.latest_charge.as_deref()?)
}

fn buyer(world: &mut World, step: Step) -> Result<(), Refusal> {
    match step {
        Step::Confirm(outcome) => world.act(
            |world, draft, context| {
                let inputs = ConfirmInputs {
                    token: None,
                    intent: intent(world),
                    method: Some(method(world)),
                };
                confirm(draft, context, inputs, ConfirmCommand::default())
            },
            outcome,
        ),
        Step::Answer(how, ok) => world.act(
            |world, draft, context| {
                let answer = ChallengeAnswer {
                    result: how,
                    of: intent(world).record.challenge.unwrap_or_default(),
                    rehearsed: None,
                };
                answer_challenge(draft, context, intent(world), &method(world), answer)
            },
            yes_or_no(ok && how == ChallengeResult::Authenticated),
        ),
        other => merchant(world, other),
    }
}

/// Everything that needs a charge; without one nothing happens.
fn merchant(world: &mut World, step: Step) -> Result<(), Refusal> {
    let Some(charge) = charge(world) else {
        return Ok(());
    };
    let held = intent(world);
    let inputs = CaptureInputs {
        intent: Some(held.clone()),
        charge: charge.clone(),
    };
    match step {
        Step::Capture { share, keep, ok } => {
            let command = CaptureCommand {
                amount: Some(charge.record.amount * share / 100),
                final_capture: Some(!keep),
            };
            let ask = |_: &World, draft: &mut Draft, context: &mut Context<'_>| {
                capture(draft, context, inputs, command).map(Some)
            };
            world.act(ask, yes_or_no(ok))
        }
        Step::Increment { by, ok } => {
            let command = IncrementCommand {
                amount: held.record.amount + by,
                ..IncrementCommand::default()
            };
            let ask = |_: &World, draft: &mut Draft, context: &mut Context<'_>| {
                increment(draft, context, inputs, command).map(Some)
            };
            world.act(ask, yes_or_no(ok))
        }
        Step::Cancel(ok) => world.act(
            |_, draft, context| {
                let inputs = CancelInputs {
                    intent: held,
                    charge: Some(charge),
                };
                cancel(draft, context, inputs, None)
            },
            yes_or_no(ok),
        ),
        other => afterwards(world, other, charge),
    }
}

/// What a refund reads of a charge that no issuer warned of.
fn back(charge: Versioned<Charge>) -> RefundInputs {
    RefundInputs {
        charge,
        warning: None,
    }
}

fn afterwards(world: &mut World, step: Step, charge: Versioned<Charge>) -> Result<(), Refusal> {
    match step {
        Step::Refund { share, answer } => {
            let command = RefundCommand {
                amount: Some((charge.record.amount_captured * share / 100).max(1)),
                ..RefundCommand::default()
            };
            let ask = |_: &World, draft: &mut Draft, context: &mut Context<'_>| {
                let (_, call) = refund(draft, context, back(charge), command)?;
                Ok(Some(call))
            };
            world.act(ask, answer)
        }
        Step::Inquire(ok) => {
            let Some(mut held) = world.all::<Refund>().pop() else {
                return Ok(());
            };
            let ask = |_: &World, draft: &mut Draft, context: &mut Context<'_>| {
                settle_inquiry(draft, context, &mut held, back(charge), &yes_or_no(ok));
                Ok(None)
            };
            world.act(ask, yes_or_no(ok))
        }
        _ => world.act(
            |world, draft, context| Ok(expire(draft, context, charge, Some(intent(world)))),
            yes_or_no(true),
        ),
    }
}

fn booked(world: &World, source: &str) -> i64 {
    let of = world.booked.iter().filter(|booked| booked.source == source);
    of.map(|transaction| transaction.gross()).sum()
}

/// The amounts on the records are what was booked, and no limit is passed.
fn check_books(world: &World) {
    let refunds = world.all::<Refund>();
    for charge in world.all::<Charge>() {
        let charge = charge.record;
        assert!(charge.amount_refunded >= 0);
        assert!(charge.amount_refunded <= charge.amount_captured);
        assert!(charge.amount_captured <= charge.capture_max());
        assert_eq!(booked(world, &charge.id), charge.amount_captured);
        let of = refunds
            .iter()
            .filter(|held| held.record.charge == charge.id);
        let living = of.filter(|held| held.record.status != RefundStatus::Failed);
        let given_back: i64 = living.map(|held| held.record.amount).sum();
        assert_eq!(given_back, charge.amount_refunded);
    }
    for held in &refunds {
        let refund = &held.record;
        let taken = match refund.status {
            RefundStatus::Failed => 0,
            _ => refund.amount,
        };
        assert_eq!(booked(world, &refund.id), -taken, "{refund:?}");
    }
    let intent = intent(world).record;
    let latest = charge(world).map(|held| held.record).unwrap_or_default();
    if intent.status == IntentStatus::Succeeded {
        assert_eq!(intent.amount_received, latest.amount_captured);
    }
    if intent.status == IntentStatus::RequiresCapture {
        assert_eq!(intent.amount_capturable, latest.capturable());
        assert!(latest.open);
    } else {
        assert_eq!(intent.amount_capturable, 0);
    }
    assert_eq!(intent.attempt, None, "nothing is under way");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 384, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_history_keeps_the_books(
        outside in any::<bool>(),
        manual in prop::bool::weighted(0.8),
        options in any::<(bool, bool, bool)>(),
        steps in prop::collection::vec(step(), 1..=12),
    ) {
        let mut world = world(outside, manual, options);
        for step in steps {
            // A refusal is fine here; what is refused when stands in the decision tables.
            let _ = buyer(&mut world, step);
            check_books(&world);
        }
    }
}

/// The random histories mean something only if a whole one can be told.
#[test]
fn a_long_history_ends_with_the_right_amounts() {
    for outside in [false, true] {
        let mut world = world(outside, true, (true, true, true));
        let back = |share, answer| Step::Refund { share, answer };
        let take = |share, keep| Step::Capture {
            share,
            keep,
            ok: true,
        };
        for step in [
            Step::Confirm(yes_or_no(false)),
            Step::Confirm(Outcome::ActionRequired),
            Step::Answer(ChallengeResult::Authenticated, true),
            Step::Increment { by: 500, ok: true },
            take(40, true),
            take(80, false),
            back(50, yes_or_no(true)),
            back(10, yes_or_no(false)),
            back(20, Outcome::Pending { ask_after_ms: 1000 }),
        ] {
            let told = format!("{step:?}");
            assert_eq!(buyer(&mut world, step), Ok(()), "{told}");
            check_books(&world);
        }
        let charge = charge(&world).expect("a charge").record;
        assert_eq!(charge.amount, 2_500);
        assert_eq!(charge.amount_captured, 3_000);
        assert_eq!(charge.amount_refunded, 2_100);
        assert_eq!(intent(&world).record.status, IntentStatus::Succeeded);
        let movements = world.booked.iter().map(|booked| booked.movement);
        let failed = movements.filter(|movement| *movement == Movement::RefundFailure);
        assert_eq!(failed.count(), 1);
        assert!(world.has_event("refund.failed") && world.has_event("payment_intent.succeeded"));
    }
}

#[test]
fn a_transition_writes_exactly_the_events_of_its_row() {
    let scope = Scope::test("acct_1");
    let mut seed = 3;
    for transition in Transition::ALL {
        let mut fill = |bytes: &mut [u8]| random(&mut seed, bytes);
        let mut context = context(&scope, 1_700_000_000, false, &mut fill);
        let mut draft = Draft::new(&scope);
        let mut held = Versioned::fresh(Charge::default());
        draft.save(&mut context, &mut held, *transition);
        let events = draft.finish().events;
        let told: Vec<&str> = events
            .iter()
            .map(|(_, event)| event.kind.as_str())
            .collect();
        assert_eq!(told, transition.events(), "{transition:?}");
        assert_eq!(told.is_empty(), transition.silent_because().is_some());
    }
}
