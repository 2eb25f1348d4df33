//! The button of a checkout session: what it asks for first, and what becomes of a session with its payment, also when
//! the outcome comes late.

use crate::checkout::{
    by_mail, choose, create, flexible, hosted, item, price, quantity, session, told,
};
use crate::world::{World, tried};
use florin_domain::checkout::{
    self, CheckoutSession, Collect, Collected, Field, FieldKind, IntentTerms, NewSession,
    PaidState, Press, SessionMode, SessionStatus,
};
use florin_domain::payments::{
    Attempt, CaptureCommand, CaptureInputs, CaptureMethod, Charge, ConfirmCommand, ConfirmInputs,
    IntentStatus, PaymentIntent, PaymentMethod, SetupCommand, SetupIntent, SetupStatus, capture,
    confirm, confirm_setup,
};
use florin_domain::processor::{Approval, Decline, Outcome};
use florin_domain::{Context, Draft, Refusal, Versioned};
use serde_json::{Map, Value, json};

fn approved() -> Outcome {
    Outcome::Approved(Approval::default())
}

fn declined() -> Outcome {
    Outcome::Declined(Decline {
        code: "card_declined".to_owned(),
        ..Decline::default()
    })
}

fn hash(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        other => panic!("not a hash: {other}"),
    }
}

/// A buyer who says nothing but an address.
fn ada() -> Press {
    Press {
        told: Collected {
            buyer: hash(json!({"email": "ada@example.com"})),
            ..Collected::default()
        },
        ..Press::default()
    }
}

/// How the page confirms.
fn by_page() -> ConfirmCommand {
    ConfirmCommand {
        by_session: true,
        ..ConfirmCommand::default()
    }
}

/// The buyer presses the button with a new card.
fn press(world: &mut World, id: &str, press: &Press, outcome: Outcome) -> Result<(), Refusal> {
    let decide = |world: &World, draft: &mut Draft, context: &mut Context<'_>| {
        let mut held = world.get::<CheckoutSession>(id).expect("the session");
        checkout::check_press(context, &held.record, press)?;
        checkout::collect(&mut held.record, press.told.clone());
        let method = Versioned::fresh(PaymentMethod {
            id: context.id(),
            ..PaymentMethod::default()
        });
        let earlier = held.record.intent.as_deref();
        let earlier = earlier.and_then(|id| world.get::<PaymentIntent>(id));
        if held.record.is_free() {
            checkout::complete_free(draft, context, &mut held, earlier, None)?;
            return Ok(None);
        }
        if held.record.mode == SessionMode::Setup {
            let setup = held.record.setup.as_deref();
            let earlier = setup.and_then(|id| world.get::<SetupIntent>(id));
            let setup = checkout::setup_of(draft, context, &mut held, earlier, None)?;
            let command = SetupCommand {
                by_session: true,
                ..SetupCommand::default()
            };
            return confirm_setup(draft, context, setup, (Some(method), None), command).map(Some);
        }
        let people = checkout::People {
            customer: None,
            saves: press.saves,
            switched: &[],
        };
        let inputs = ConfirmInputs {
            token: None,
            intent: checkout::intent_of(draft, context, &mut held, earlier, people)?,
            method: Some(method),
        };
        confirm(draft, context, inputs, by_page())
    };
    world.act(decide, outcome)
}

fn pay(world: &mut World, id: &str, outcome: Outcome) -> Result<(), Refusal> {
    press(world, id, &ada(), outcome)
}

fn end(world: &mut World, id: &str) -> Result<(), Refusal> {
    let decide = |world: &World, draft: &mut Draft, context: &mut Context<'_>| {
        let mut held = world.get::<CheckoutSession>(id).expect("the session");
        let intent = held.record.intent.as_deref();
        let intent = intent.and_then(|id| world.get::<PaymentIntent>(id));
        let setup = held.record.setup.as_deref();
        let setup = setup.and_then(|id| world.get::<SetupIntent>(id));
        checkout::expire(draft, context, &mut held, intent, setup)?;
        Ok(None)
    };
    world.act(decide, Outcome::Unknown)
}

/// How far a session is, and whether it is paid.
fn state(world: &World, id: &str) -> (SessionStatus, PaidState) {
    let held = session(world, id);
    (held.status, held.paid)
}

/// The one intent that there is.
fn intent(world: &World) -> PaymentIntent {
    let mut all = world.all::<PaymentIntent>();
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0).record
}

fn last_attempt(world: &World) -> String {
    let all = world.all::<Attempt>();
    let last = all.into_iter().max_by_key(|held| held.record.created);
    last.expect("an attempt").record.id.to_string()
}

/// A session over ten dollars.
fn opened(world: &mut World, new: NewSession) -> String {
    create(world, new, vec![item(price("usd", 1_000), 1)]).expect("a session")
}

const OPEN: (SessionStatus, PaidState) = (SessionStatus::Open, PaidState::Unpaid);
const PAID: (SessionStatus, PaidState) = (SessionStatus::Complete, PaidState::Paid);
const AWAITED: (SessionStatus, PaidState) = (SessionStatus::Complete, PaidState::Unpaid);
const FREE: (SessionStatus, PaidState) = (SessionStatus::Complete, PaidState::NotRequired);

/// A session that asks for everything.
fn curious() -> NewSession {
    let mut new = hosted();
    new.collect = Collect {
        phone: true,
        billing_address: true,
        shipping_countries: vec!["DE".to_owned(), "FR".to_owned()],
        terms: true,
        fields: vec![
            Field {
                key: "size".to_owned(),
                label: "Size".to_owned(),
                kind: FieldKind::Dropdown,
                options: vec![("l".to_owned(), "Large".to_owned())],
                ..Field::default()
            },
            Field {
                key: "count".to_owned(),
                label: "Count".to_owned(),
                kind: FieldKind::Numeric,
                optional: true,
                ..Field::default()
            },
        ],
        ..Collect::default()
    };
    new
}

/// What a buyer says who leaves nothing out.
fn talkative() -> Value {
    json!({
        "buyer": {
            "email": "ada@example.com", "phone": "+49 30 1", "address": {"country": "DE", "line1": "A 1"},
        },
        "delivery": {"name": "Ada", "address": {"country": "DE", "line1": "A 1"}},
        "fields": {"size": "l"},
        "agreed": true,
    })
}

/// The press of a buyer who says this, with one member changed: taken away where the new value is null.
fn says(pointer: &str, value: Value) -> Press {
    let mut whole = talkative();
    if let Some((parent, name)) = pointer.rsplit_once('/') {
        let parent = whole.pointer_mut(parent).and_then(Value::as_object_mut);
        let parent = parent.expect("a hash");
        match value.is_null() {
            true => parent.remove(name),
            false => parent.insert(name.to_owned(), value),
        };
    }
    let fields = hash(whole["fields"].take());
    let text = |(key, value): (String, Value)| (key, value.as_str().unwrap_or_default().to_owned());
    Press {
        told: Collected {
            buyer: hash(whole["buyer"].take()),
            delivery: hash(whole["delivery"].take()),
            fields: fields.into_iter().map(text).collect(),
            agreed: whole["agreed"] == true,
        },
        ..Press::default()
    }
}

#[test]
fn what_the_session_asks_for_is_missed() {
    let mut world = World::new(false);
    let id = opened(&mut world, curious());
    let missing = Some("parameter_missing");
    for (pointer, value, code, param) in [
        ("/buyer/email", Value::Null, missing, "billing[email]"),
        ("/buyer/email", json!(" "), missing, "billing[email]"),
        ("/buyer/phone", Value::Null, missing, "billing[phone]"),
        (
            "/buyer/address",
            Value::Null,
            missing,
            "billing[address][country]",
        ),
        (
            "/buyer/address/line1",
            Value::Null,
            missing,
            "billing[address][line1]",
        ),
        ("/delivery/name", Value::Null, missing, "shipping[name]"),
        (
            "/delivery/address/line1",
            Value::Null,
            missing,
            "shipping[address][line1]",
        ),
        (
            "/delivery/address/country",
            Value::Null,
            missing,
            "shipping[address][country]",
        ),
        (
            "/delivery/address/country",
            json!("US"),
            None,
            "shipping[address][country]",
        ),
        ("/agreed", json!(false), missing, "terms"),
        ("/fields/size", Value::Null, missing, "custom_fields[size]"),
        ("/fields/size", json!("xl"), None, "custom_fields[size]"),
        ("/fields/count", json!("many"), None, "custom_fields[count]"),
    ] {
        let refused = press(&mut world, &id, &says(pointer, value), approved());
        let refused = told(refused.expect_err("a refusal"));
        assert_eq!(refused, (code, param.to_owned()), "{pointer}");
    }
    assert_eq!(state(&world, &id), OPEN);
    assert!(world.all::<PaymentIntent>().is_empty());
    press(
        &mut world,
        &id,
        &says("/fields/count", json!("3")),
        approved(),
    )
    .expect("a payment");
    let held = session(&world, &id);
    assert_eq!((held.status, held.agreed), (SessionStatus::Complete, true));
    let values: Vec<Option<&str>> = held
        .collect
        .fields
        .iter()
        .map(|f| f.value.as_deref())
        .collect();
    assert_eq!(values, [Some("l"), Some("3")]);
    assert_eq!(intent(&world).echo["shipping"]["name"], "Ada");
}

#[test]
fn an_answer_keeps_its_length() {
    for (length, value, fits) in [
        ((Some(2), Some(4)), "a", false),
        ((Some(2), Some(4)), "abcd", true),
        ((Some(2), Some(4)), "abcde", false),
        ((None, None), "ü", true),
    ] {
        let mut new = hosted();
        new.collect.fields = vec![Field {
            key: "engraving".to_owned(),
            label: "Engraving".to_owned(),
            length: checkout::Bound {
                minimum: length.0,
                maximum: length.1,
            },
            ..Field::default()
        }];
        let mut world = World::new(false);
        let id = opened(&mut world, new);
        let mut buyer = ada();
        buyer.told.fields = vec![("engraving".to_owned(), value.to_owned())];
        let pressed = press(&mut world, &id, &buyer, approved());
        assert_eq!(pressed.is_ok(), fits, "{value}: {pressed:?}");
    }
}

#[test]
fn a_buyer_pays_what_they_saw_and_only_while_the_session_is_open() {
    let mut world = World::new(false);
    let id = opened(&mut world, hosted());
    let seen = |total| Press {
        expected_total: Some(total),
        ..ada()
    };
    let code = |world: &mut World, total| {
        let pressed = press(world, &id, &seen(total), approved());
        pressed.err().and_then(|refused| told(refused).0)
    };
    assert_eq!(code(&mut world, 999), Some("amount_changed"));
    assert_eq!(code(&mut world, 1_000), None);
    assert_eq!(code(&mut world, 1_000), Some("session_complete"));
    let late = opened(&mut world, hosted());
    world.pass(86_400);
    let refused = pay(&mut world, &late, approved()).expect_err("a refusal");
    assert_eq!(told(refused).0, Some("session_expired"));
}

#[test]
fn a_payment_completes_its_session_in_the_same_commit() {
    let mut world = World::new(false);
    let id = opened(&mut world, hosted());
    pay(&mut world, &id, approved()).expect("a payment");
    let held = world.get::<CheckoutSession>(&id).expect("the session");
    // Made, sent, complete: the last two are one commit.
    assert_eq!((held.version, state(&world, &id)), (3, PAID));
    let paid = intent(&world);
    assert_eq!((paid.status, paid.amount), (IntentStatus::Succeeded, 1_000));
    assert_eq!(paid.session.as_deref(), Some(id.as_str()));
    assert_eq!(held.record.intent, Some(paid.id));
    for kind in [
        "payment_intent.created",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ] {
        assert_eq!(world.event_count(kind), 1, "{kind}");
    }
}

#[test]
fn a_decline_leaves_the_session_open_and_the_next_press_pays_the_new_total() {
    let mut world = World::new(false);
    let id = create(&mut world, hosted(), vec![flexible(price("usd", 1_000))]).expect("it");
    pay(&mut world, &id, declined()).expect("a decline is an outcome");
    assert_eq!(state(&world, &id), OPEN);
    let first = intent(&world);
    assert_eq!(
        (first.status, first.amount),
        (IntentStatus::RequiresPaymentMethod, 2_000)
    );
    let line = session(&world, &id).lines[0].id.clone();
    choose(&mut world, &id, quantity(&line, 3)).expect("a choice");
    pay(&mut world, &id, approved()).expect("a payment");
    let second = intent(&world);
    assert_eq!((second.id, second.amount), (first.id, 3_000));
    assert_eq!(state(&world, &id), PAID);
    assert_eq!(world.event_count("checkout.session.completed"), 1);
}

#[test]
fn an_action_may_be_answered_or_given_up() {
    let mut world = World::new(false);
    let id = opened(&mut world, hosted());
    pay(&mut world, &id, Outcome::ActionRequired).expect("a press");
    assert_eq!(state(&world, &id), OPEN);
    assert_eq!(intent(&world).status, IntentStatus::RequiresAction);
    let decide = |world: &World, draft: &mut Draft, context: &mut Context<'_>| {
        let held = session(world, &id);
        let named = held.intent.as_deref().expect("an intent");
        let intent = world.get::<PaymentIntent>(named);
        checkout::abandon(draft, context, &held, intent, None)?;
        Ok(None)
    };
    world.act(decide, Outcome::Unknown).expect("an end");
    let left = intent(&world);
    assert_eq!(
        (left.status, left.challenge),
        (IntentStatus::RequiresConfirmation, None)
    );
    pay(&mut world, &id, approved()).expect("a payment");
    assert_eq!(state(&world, &id), PAID);
}

#[test]
fn an_authorized_session_is_complete_and_paid_with_the_capture() {
    let mut world = World::new(false);
    let new = NewSession {
        terms: IntentTerms {
            capture_method: CaptureMethod::Manual,
            ..IntentTerms::default()
        },
        ..hosted()
    };
    let id = opened(&mut world, new);
    pay(&mut world, &id, approved()).expect("an authorization");
    assert_eq!(state(&world, &id), AWAITED);
    let decide = |world: &World, draft: &mut Draft, context: &mut Context<'_>| {
        let intent = intent(world);
        let charge = intent.latest_charge.as_deref().expect("a charge");
        let inputs = CaptureInputs {
            charge: world.get::<Charge>(charge).expect("the charge"),
            intent: world.get(&intent.id),
        };
        capture(draft, context, inputs, CaptureCommand::default()).map(Some)
    };
    world.act(decide, approved()).expect("a capture");
    assert_eq!(state(&world, &id), PAID);
    assert_eq!(world.event_count("checkout.session.completed"), 1);
    assert!(!world.has_event("checkout.session.async_payment_succeeded"));
}

#[test]
fn nothing_is_asked_of_a_processor_where_nothing_is_to_be_paid() {
    let mut world = World::new(false);
    let id = create(&mut world, hosted(), vec![item(price("usd", 0), 1)]).expect("a session");
    pay(&mut world, &id, declined()).expect("an order");
    assert_eq!(state(&world, &id), FREE);
    assert!(world.all::<PaymentIntent>().is_empty());
    assert_eq!(world.event_count("checkout.session.completed"), 1);
}

#[test]
fn a_set_up_is_complete_with_its_method() {
    let mut world = World::new(false);
    let new = NewSession {
        mode: SessionMode::Setup,
        ..hosted()
    };
    let id = create(&mut world, new, vec![]).expect("a session");
    for (outcome, status, expected) in [
        (declined(), SetupStatus::RequiresPaymentMethod, OPEN),
        (approved(), SetupStatus::Succeeded, FREE),
    ] {
        pay(&mut world, &id, outcome).expect("a press");
        let all = world.all::<SetupIntent>();
        let setups: Vec<_> = all.iter().map(|held| held.record.status).collect();
        assert_eq!(setups, [status]);
        assert_eq!(state(&world, &id), expected);
    }
    assert!(world.all::<PaymentIntent>().is_empty());
    assert_eq!(world.event_count("checkout.session.completed"), 1);
}

#[test]
fn the_end_of_a_session_cancels_its_intent() {
    let mut world = World::new(false);
    let never = opened(&mut world, hosted());
    end(&mut world, &never).expect("an end");
    assert_eq!(session(&world, &never).status, SessionStatus::Expired);
    for outcome in [declined(), Outcome::ActionRequired] {
        let mut world = World::new(false);
        let id = opened(&mut world, hosted());
        pay(&mut world, &id, outcome).expect("a press");
        end(&mut world, &id).expect("an end");
        assert_eq!(session(&world, &id).status, SessionStatus::Expired);
        assert_eq!(intent(&world).status, IntentStatus::Canceled);
        for kind in ["checkout.session.expired", "payment_intent.canceled"] {
            assert_eq!(world.event_count(kind), 1, "{kind}");
        }
        let refused = pay(&mut world, &id, approved()).expect_err("a refusal");
        assert_eq!(told(refused).0, Some("session_expired"));
        let again = end(&mut world, &id).expect_err("a refusal");
        assert_eq!(told(again), (None, String::new()));
    }
    let paid = opened(&mut world, hosted());
    pay(&mut world, &paid, approved()).expect("a payment");
    end(&mut world, &paid).expect_err("a refusal");
    assert_eq!(state(&world, &paid), PAID);
}

#[test]
fn while_nobody_knows_the_outcome_the_session_is_busy() {
    for (outcome, expected) in [(approved(), PAID), (declined(), OPEN)] {
        let mut world = World::new(true);
        let id = opened(&mut world, hosted());
        pay(&mut world, &id, Outcome::Unknown).expect("a press");
        assert_eq!(state(&world, &id), OPEN);
        for again in [pay(&mut world, &id, approved()), end(&mut world, &id)] {
            assert_eq!(again, Err(Refusal::Busy));
        }
        let attempt = last_attempt(&world);
        world.settle_again(&attempt, outcome);
        assert_eq!(state(&world, &id), expected);
    }
}

/// A session that follows an intent which stands like this, and what is told of it.
fn followed(
    mut held: CheckoutSession,
    status: IntentStatus,
    delayed: bool,
) -> ((SessionStatus, PaidState), Option<&'static str>) {
    let mut world = World::new(false);
    held.id = "cs_test_1".into();
    world.put(held);
    let decide = |world: &World, draft: &mut Draft, context: &mut Context<'_>| {
        let intent = PaymentIntent {
            status,
            tried: tried(delayed),
            ..PaymentIntent::default()
        };
        let mut held = world.get("cs_test_1").expect("the session");
        checkout::follow_intent(draft, context, &mut held, &intent, None);
        Ok(None)
    };
    world.act(decide, Outcome::Unknown).expect("a change");
    let kinds = [
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
    ];
    let mut told = kinds.into_iter().filter(|kind| world.has_event(kind));
    (state(&world, "cs_test_1"), told.next())
}

#[test]
fn a_session_follows_what_became_of_its_money() {
    use IntentStatus::{
        Canceled, Processing, RequiresAction, RequiresCapture, RequiresPaymentMethod, Succeeded,
    };
    let completed = Some("checkout.session.completed");
    let cases = [
        (OPEN, Succeeded, false, PAID, completed),
        (OPEN, RequiresCapture, false, AWAITED, completed),
        (OPEN, Processing, false, OPEN, None),
        (OPEN, RequiresAction, false, OPEN, None),
        (OPEN, RequiresPaymentMethod, false, OPEN, None),
        (OPEN, Canceled, false, OPEN, None),
        // The buyer is done, the money comes days later or does not come.
        (OPEN, Processing, true, AWAITED, completed),
        (
            AWAITED,
            Succeeded,
            true,
            PAID,
            Some("checkout.session.async_payment_succeeded"),
        ),
        (
            AWAITED,
            RequiresPaymentMethod,
            true,
            AWAITED,
            Some("checkout.session.async_payment_failed"),
        ),
        (AWAITED, Succeeded, false, PAID, None),
        (AWAITED, Canceled, false, AWAITED, None),
        (PAID, Succeeded, false, PAID, None),
    ];
    for (before, status, delayed, after, told) in cases {
        let held = CheckoutSession {
            status: before.0,
            paid: before.1,
            ..CheckoutSession::default()
        };
        let found = followed(held, status, delayed);
        assert_eq!(found, (after, told), "{before:?} {status:?} {delayed}");
    }
}

/// The money is real: a session that was over learns of it all the same.
#[test]
fn money_that_comes_after_the_end_is_recorded() {
    let expired = CheckoutSession {
        status: SessionStatus::Expired,
        ..CheckoutSession::default()
    };
    let found = followed(expired, IntentStatus::Succeeded, false);
    assert_eq!(found, (PAID, Some("checkout.session.completed")));
}

#[test]
fn shipping_is_a_part_of_what_is_paid() {
    let mut world = World::new(false);
    let new = NewSession {
        shipping_options: vec![by_mail("shr_1", 500)],
        ..hosted()
    };
    let id = opened(&mut world, new);
    pay(&mut world, &id, approved()).expect("a payment");
    assert_eq!(intent(&world).amount, 1_500);
    assert_eq!(state(&world, &id), PAID);
}
