//! Payments without a card: what they refuse, what the buyer is asked for, and money that comes late or not at all.

use crate::world::World;
use florin_base::Asset;
use florin_domain::changes::JobKind;
use florin_domain::payments::{
    Attempt, CaptureMethod, ChallengeAnswer, ConfirmCommand, ConfirmInputs, FutureUsage,
    IntentStatus, PaymentIntent, PaymentMethod, answer_challenge, confirm,
};
use florin_domain::processor::{Approval, ChallengeResult, Outcome, Rehearsed, Verb};
use florin_domain::{Context, Draft, MethodType, Refusal, Versioned};

const INTENT: &str = "pi_1";
const METHOD: &str = "pm_1";
const SHOP: &str = "https://shop.example/back";

fn world(kind: MethodType, code: &str, outside: bool) -> World {
    let mut world = World::new(outside);
    world.put(PaymentMethod {
        id: METHOD.into(),
        kind,
        ..PaymentMethod::default()
    });
    world.put(PaymentIntent {
        id: INTENT.into(),
        amount: 2_000,
        currency: Asset::parse(code).expect("a currency"),
        types: vec!["card".to_owned(), kind.word().to_owned()],
        return_url: Some(SHOP.to_owned()),
        ..PaymentIntent::default()
    });
    world
}

fn intent(world: &World) -> Versioned<PaymentIntent> {
    world.get(INTENT).expect("the intent")
}

fn press(world: &mut World, outcome: Outcome) -> Result<(), Refusal> {
    let decide = |world: &World, draft: &mut Draft, context: &mut Context<'_>| {
        let inputs = ConfirmInputs {
            token: None,
            intent: intent(world),
            method: world.get(METHOD),
        };
        confirm(draft, context, inputs, ConfirmCommand::default())
    };
    world.act(decide, outcome)
}

fn answer(world: &mut World, result: ChallengeResult, outcome: Outcome) -> Result<(), Refusal> {
    let of = intent(world).record.challenge.unwrap_or_default();
    let decide = |world: &World, draft: &mut Draft, context: &mut Context<'_>| {
        let rehearsed = matches!(outcome, Outcome::Pending { .. }).then_some(Rehearsed {
            after_ms: 60_000,
            comes: true,
        });
        let answer = ChallengeAnswer {
            result,
            of: of.clone(),
            rehearsed,
        };
        let method = world.get(METHOD).expect("the method");
        answer_challenge(draft, context, intent(world), &method, answer)
    };
    world.act(decide, outcome.clone())
}

fn approved() -> Outcome {
    Outcome::Approved(Approval::default())
}

#[test]
fn each_flow_asks_the_buyer_and_is_paid() {
    for outside in [false, true] {
        for (kind, code) in [
            (MethodType::Ideal, "eur"),
            (MethodType::Pix, "brl"),
            (MethodType::CustomerBalance, "usd"),
        ] {
            let mut world = world(kind, code, outside);
            press(&mut world, Outcome::ActionRequired).expect("a confirmation");
            let asked = intent(&world).record;
            assert_eq!(asked.status, IntentStatus::RequiresAction, "{kind:?}");
            assert_eq!(asked.tried, kind);
            let expiries = world.jobs.iter();
            let expiries = expiries.filter(|job| job.kind == JobKind::ActionExpiry);
            assert_eq!(expiries.count(), usize::from(asked.waits_until.is_some()));
            assert_eq!(asked.waits_until.is_some(), kind.waits_s().is_some());
            answer(&mut world, ChallengeResult::Authenticated, approved()).expect("an answer");
            assert_eq!(intent(&world).record.status, IntentStatus::Succeeded);
            let charge = world.all::<florin_domain::payments::Charge>();
            assert_eq!(charge.len(), 1);
            assert_eq!(charge[0].record.kind, kind);
            assert!(
                world
                    .get::<PaymentMethod>(METHOD)
                    .expect("it")
                    .record
                    .consumed
            );
        }
    }
}

#[test]
fn a_late_outcome_is_asked_for_when_it_is_due() {
    for outside in [false, true] {
        let mut world = world(MethodType::Paypal, "eur", outside);
        press(&mut world, Outcome::ActionRequired).expect("a confirmation");
        let pending = Outcome::Pending {
            ask_after_ms: 60_000,
        };
        answer(&mut world, ChallengeResult::Authenticated, pending).expect("an answer");
        let held = intent(&world).record;
        assert_eq!(held.status, IntentStatus::Processing, "{outside}");
        assert_eq!(held.attempt, None, "nobody works on it");
        let waits = world.all::<Attempt>().into_iter().find(|held| {
            let verb = held.record.request.as_ref().map(|request| request.verb);
            verb == Some(Verb::Complete)
        });
        let waits = waits.expect("the attempt is kept").record;
        assert!(waits.ask_from.is_some() && waits.told);
        let asks = world.jobs.iter().filter(|job| job.kind == JobKind::Recover);
        assert_eq!(asks.count(), 1);
        let second = press(&mut world, approved()).expect_err("it is under way");
        assert!(matches!(second, Refusal::IntentState { .. }), "{second:?}");
    }
}

#[test]
fn an_answer_to_another_action_changes_nothing() {
    let mut world = world(MethodType::Ideal, "eur", false);
    press(&mut world, Outcome::ActionRequired).expect("a confirmation");
    let decide = |world: &World, draft: &mut Draft, context: &mut Context<'_>| {
        let answer = ChallengeAnswer {
            result: ChallengeResult::Expired,
            of: "ch_another".to_owned(),
            rehearsed: None,
        };
        let method = world.get(METHOD).expect("the method");
        answer_challenge(draft, context, intent(world), &method, answer)
    };
    assert!(world.act(decide, approved()).is_err());
    assert_eq!(intent(&world).record.status, IntentStatus::RequiresAction);
}

/// Changes an intent before it is confirmed.
type Twist = fn(&mut PaymentIntent);

#[test]
fn what_only_a_card_can_do_is_refused() {
    let twists: [(&str, Twist); 5] = [
        ("payment_method", |intent| {
            intent.types = vec!["card".to_owned()]
        }),
        ("payment_method", |intent| {
            intent.currency = Asset::parse("jpy").expect("a currency");
        }),
        ("capture_method", |intent| {
            intent.capture_method = CaptureMethod::Manual;
        }),
        ("setup_future_usage", |intent| {
            intent.setup_future_usage = Some(FutureUsage::OnSession);
        }),
        ("return_url", |intent| intent.return_url = None),
    ];
    for (param, twist) in twists {
        let mut world = world(MethodType::Ideal, "eur", false);
        let mut twisted = intent(&world).record;
        twist(&mut twisted);
        world.put(twisted);
        let refusal = press(&mut world, approved()).expect_err(param);
        let named = match &refusal {
            Refusal::Invalid { param, .. } => param.as_deref(),
            _ => None,
        };
        assert_eq!(named, Some(param), "{refusal:?}");
        assert_eq!(
            intent(&world).record.status,
            IntentStatus::RequiresPaymentMethod
        );
    }
}
