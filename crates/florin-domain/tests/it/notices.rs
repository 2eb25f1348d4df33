//! What a processor tells beside its answer: several disputes of one charge, and early fraud warnings with their end.

use crate::world::World;
use florin_base::Asset;
use florin_domain::ledger::{LedgerAccount, Movement};
use florin_domain::payments::{
    CaptureCommand, CaptureInputs, CaptureMethod, CardOptions, Charge, ConfirmCommand,
    ConfirmInputs, Dispute, EarlyFraudWarning, PaymentIntent, PaymentMethod, Refund, RefundCommand,
    RefundInputs, capture, confirm, refund, settle_inquiry,
};
use florin_domain::processor::{Approval, Decline, Notice, Outcome};
use florin_domain::{Context, Draft, Refusal, Versioned};

fn told(notices: &[Notice]) -> Outcome {
    Outcome::Approved(Approval {
        notices: notices.to_vec(),
        ..Approval::default()
    })
}

fn dispute(inquiry: bool) -> Notice {
    Notice::Dispute {
        reason: "fraudulent".to_owned(),
        inquiry,
        network_reason_code: None,
    }
}

fn warning() -> Notice {
    Notice::FraudWarning {
        fraud_type: "misc".to_owned(),
    }
}

/// A payment that was confirmed, with what its approval told.
fn paid(outside: bool, amount: i64, method: CaptureMethod, notices: &[Notice]) -> World {
    let mut world = World::new(outside);
    world.put(PaymentMethod {
        id: "pm_1".into(),
        ..PaymentMethod::default()
    });
    world.put(PaymentIntent {
        id: "pi_1".into(),
        amount,
        currency: Asset::parse("usd").expect("a currency"),
        capture_method: method,
        card: CardOptions {
            multicapture: true,
            ..CardOptions::default()
        },
        ..PaymentIntent::default()
    });
    let ask = |world: &World, draft: &mut Draft, context: &mut Context<'_>| {
        let inputs = ConfirmInputs {
            token: None,
            intent: world.get("pi_1").expect("the intent"),
            method: world.get("pm_1"),
        };
        confirm(draft, context, inputs, ConfirmCommand::default())
    };
    assert_eq!(world.act(ask, told(notices)), Ok(()));
    world
}

fn charge(world: &World) -> Versioned<Charge> {
    world.all::<Charge>().pop().expect("the charge")
}

fn warned(world: &World) -> EarlyFraudWarning {
    let mut all = world.all::<EarlyFraudWarning>();
    assert_eq!(all.len(), 1);
    all.remove(0).record
}

fn back(world: &World) -> RefundInputs {
    let charge = charge(world);
    let warning = charge.record.fraud_warning.as_deref();
    RefundInputs {
        warning: warning.and_then(|id| world.get(id)),
        charge,
    }
}

fn give_back(world: &mut World, amount: i64, answer: Outcome) -> Result<(), Refusal> {
    let ask = |world: &World, draft: &mut Draft, context: &mut Context<'_>| {
        let command = RefundCommand {
            amount: Some(amount),
            ..RefundCommand::default()
        };
        refund(draft, context, back(world), command).map(|(_, call)| Some(call))
    };
    world.act(ask, answer)
}

fn take(world: &mut World, amount: i64, keep: bool, notices: &[Notice]) {
    let ask = |world: &World, draft: &mut Draft, context: &mut Context<'_>| {
        let inputs = CaptureInputs {
            intent: world.get("pi_1"),
            charge: charge(world),
        };
        let command = CaptureCommand {
            amount: Some(amount),
            final_capture: Some(!keep),
        };
        capture(draft, context, inputs, command).map(Some)
    };
    assert_eq!(world.act(ask, told(notices)), Ok(()));
}

#[test]
fn disputes_that_are_told_together_share_what_was_taken() {
    for outside in [false, true] {
        for (amount, inquiries, expected) in [
            (4_000, vec![false], vec![4_000]),
            (4_000, vec![false; 2], vec![2_000, 2_000]),
            (4_001, vec![false; 2], vec![2_000, 2_001]),
            (4_001, vec![true, false], vec![2_000, 2_001]),
            (100, vec![false; 3], vec![33, 33, 34]),
        ] {
            let notices: Vec<Notice> = inquiries.iter().map(|one| dispute(*one)).collect();
            let world = paid(outside, amount, CaptureMethod::Automatic, &notices);
            let disputes = world.all::<Dispute>();
            let amounts: Vec<i64> = disputes.iter().map(|held| held.record.amount).collect();
            assert_eq!(amounts, expected);
            let charge = charge(&world).record;
            let newest = disputes.last().map(|held| held.record.id.clone());
            assert_eq!(charge.dispute, newest, "lists show this one first");
            for held in &disputes {
                withdrawn(&world, &held.record);
            }
            let withdrawals = inquiries.iter().filter(|inquiry| !**inquiry).count();
            assert_eq!(world.event_count("charge.dispute.created"), disputes.len());
            assert_eq!(
                world.event_count("charge.dispute.funds_withdrawn"),
                withdrawals
            );
        }
    }
}

/// A dispute has a withdrawal of its own amount and a fee, which its record can show again; an inquiry has none.
fn withdrawn(world: &World, dispute: &Dispute) {
    let booked = world.booked.iter();
    let mut own = booked.filter(|booked| booked.source == *dispute.id);
    let made = own.next();
    assert_eq!(made.cloned(), dispute.withdrawal());
    assert_eq!(made.is_none(), dispute.inquiry);
    assert_eq!(own.next(), None);
    if let Some(made) = made {
        assert_eq!(made.movement, Movement::Dispute);
        let held = (LedgerAccount::DisputeHold, -dispute.amount);
        assert!(made.entries.contains(&held), "{made:?}");
        let taken = (LedgerAccount::Available, dispute.amount + 1_500);
        assert!(made.entries.contains(&taken), "{made:?}");
    }
}

#[test]
fn disputes_follow_the_captured_money_and_come_once() {
    for outside in [false, true] {
        let mut world = paid(outside, 2_000, CaptureMethod::Manual, &[]);
        let twice = [dispute(false), dispute(false)];
        take(&mut world, 601, true, &twice);
        take(&mut world, 900, false, &twice);
        let disputes = world.all::<Dispute>();
        let amounts: Vec<i64> = disputes.iter().map(|held| held.record.amount).collect();
        assert_eq!(amounts, [300, 301], "the second capture opens no more");
    }
}

#[test]
fn one_unit_is_disputed_once() {
    let mut world = paid(false, 2_000, CaptureMethod::Manual, &[]);
    take(&mut world, 1, false, &[dispute(false), dispute(false)]);
    let disputes = world.all::<Dispute>();
    assert_eq!(disputes.len(), 1);
    assert_eq!(disputes[0].record.amount, 1);
    assert_eq!(
        charge(&world).record.dispute,
        Some(disputes[0].record.id.clone())
    );
}

#[test]
fn a_warning_moves_no_money_and_names_its_charge() {
    for outside in [false, true] {
        let world = paid(outside, 2_000, CaptureMethod::Automatic, &[warning()]);
        let (warned, charge) = (warned(&world), charge(&world).record);
        assert!(warned.id.as_str().starts_with("issfr_"));
        assert_eq!(
            (warned.charge, warned.payment_intent),
            (charge.id, charge.payment_intent)
        );
        assert_eq!(
            (warned.fraud_type.as_str(), warned.actionable),
            ("misc", true)
        );
        assert_eq!(charge.fraud_warning, Some(warned.id));
        assert_eq!(charge.dispute, None);
        assert_eq!(world.booked.len(), 1, "the charge alone");
        assert_eq!(world.event_count("radar.early_fraud_warning.created"), 1);
    }
}

#[test]
fn a_warning_is_settled_by_a_full_refund_and_not_by_a_part() {
    for outside in [false, true] {
        let mut world = paid(outside, 2_000, CaptureMethod::Automatic, &[warning()]);
        let updates = |world: &World| world.event_count("radar.early_fraud_warning.updated");
        assert_eq!(give_back(&mut world, 1_999, told(&[])), Ok(()));
        assert!(warned(&world).actionable);
        assert_eq!(updates(&world), 0);
        assert_eq!(give_back(&mut world, 1, told(&[])), Ok(()));
        assert!(!warned(&world).actionable);
        assert_eq!(updates(&world), 1);
    }
}

#[test]
fn a_refund_that_does_not_arrive_leaves_the_warning_open() {
    for outside in [false, true] {
        let mut world = paid(outside, 2_000, CaptureMethod::Automatic, &[warning()]);
        let refused = Outcome::Declined(Decline::default());
        assert_eq!(give_back(&mut world, 2_000, refused.clone()), Ok(()));
        assert!(warned(&world).actionable, "refused at once");
        let wait = Outcome::Pending { ask_after_ms: 1 };
        assert_eq!(give_back(&mut world, 2_000, wait), Ok(()));
        assert!(!warned(&world).actionable, "on its way");
        let pending = |held: &Versioned<Refund>| held.record.failure_reason.is_none();
        let mut refunds = world.all::<Refund>().into_iter();
        let mut held = refunds.find(pending).expect("the pending refund");
        let ask = |world: &World, draft: &mut Draft, context: &mut Context<'_>| {
            settle_inquiry(draft, context, &mut held, back(world), &refused);
            Ok(None)
        };
        assert_eq!(world.act(ask, told(&[])), Ok(()));
        assert!(warned(&world).actionable, "it came back");
    }
}

#[test]
fn a_dispute_settles_the_warning_of_an_earlier_capture() {
    for outside in [false, true] {
        let mut world = paid(outside, 2_000, CaptureMethod::Manual, &[]);
        take(&mut world, 600, true, &[warning()]);
        assert!(warned(&world).actionable);
        take(&mut world, 900, false, &[warning(), dispute(false)]);
        assert!(!warned(&world).actionable, "and there is no second warning");
        assert_eq!(world.event_count("radar.early_fraud_warning.updated"), 1);
        assert_eq!(world.all::<Dispute>()[0].record.amount, 1_500);
    }
}
