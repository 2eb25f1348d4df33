//! Decision tables: what is refused and what is allowed, by the state of the payment and by amounts.

use crate::world::{context, random};
use florin_base::{Asset, Scope};
use florin_domain::customers::Customer;
use florin_domain::payments::{
    CancelInputs, CaptureCommand, CaptureInputs, Charge, ChargeStatus, ConfirmCommand,
    ConfirmInputs, CreateIntent, IncrementCommand, IntentStatus, PaymentIntent, PaymentMethod,
    RefundCommand, RefundInputs, UpdateIntent, attach, cancel, capture, confirm, create_intent,
    increment, refund, update_intent,
};
use florin_domain::{Changes, Context, Draft, Refusal, Versioned};

/// What is stored before the decision.
#[derive(Clone, Debug)]
struct Given {
    intent: Versioned<PaymentIntent>,
    charge: Versioned<Charge>,
    method: Versioned<PaymentMethod>,
    customer: Versioned<Customer>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
enum When {
    Create(&'static str, i64),
    Confirm,
    Capture(Option<i64>, Option<bool>),
    Cancel,
    Increment(i64),
    Amount(i64),
    Refund(Option<i64>),
    Attach,
}

/// What comes of it. An empty parameter means that none is blamed.
#[derive(Clone, Debug, PartialEq)]
enum Expect {
    Allowed,
    State,
    Busy,
    TooSmall(i64),
    TooLarge(i64),
    Missing(String),
    Invalid(Option<&'static str>, String),
}

use Expect::{Allowed, Busy, State, TooLarge, TooSmall};

fn invalid(param: &str) -> Expect {
    Expect::Invalid(None, param.to_owned())
}

fn coded(code: &'static str, param: &str) -> Expect {
    Expect::Invalid(Some(code), param.to_owned())
}

fn usd() -> Asset {
    Asset::parse("usd").expect("a currency")
}

/// A payment of 1000 in a state, with the charge that belongs to the state.
fn given(status: IntentStatus) -> Given {
    let captured = status == IntentStatus::Succeeded;
    let open = status == IntentStatus::RequiresCapture;
    let voided = status == IntentStatus::Canceled;
    let mut charge = Charge {
        id: "ch_1".into(),
        amount: 1_000,
        currency: usd(),
        amount_captured: if captured { 1_000 } else { 0 },
        captured,
        open,
        voided,
        ..Charge::default()
    };
    charge.granted.incremental = true;
    if !(captured || open || voided) {
        charge.status = ChargeStatus::Failed;
    }
    let intent = PaymentIntent {
        id: "pi_1".into(),
        amount: 1_000,
        currency: usd(),
        status,
        ..PaymentIntent::default()
    };
    let method = PaymentMethod {
        id: "pm_1".into(),
        ..PaymentMethod::default()
    };
    let customer = Customer {
        id: "cus_1".into(),
        ..Customer::default()
    };
    Given {
        intent: stored(intent),
        charge: stored(charge),
        method: stored(method),
        customer: stored(customer),
    }
}

fn stored<T>(record: T) -> Versioned<T> {
    Versioned { version: 1, record }
}

fn decide(
    given: Given,
    when: When,
    draft: &mut Draft,
    context: &mut Context<'_>,
) -> Result<(), Refusal> {
    let Given {
        mut intent,
        charge,
        mut method,
        customer,
    } = given;
    let inputs = CaptureInputs {
        intent: Some(intent.clone()),
        charge: charge.clone(),
    };
    match when {
        When::Create(code, amount) => {
            let command = CreateIntent {
                amount,
                currency: Asset::parse(code).expect("three letters"),
                ..CreateIntent::default()
            };
            create_intent(draft, context, command, Some(&customer), Some(&method)).map(drop)
        }
        When::Confirm => {
            let inputs = confirmed_with(intent, method);
            confirm(draft, context, inputs, ConfirmCommand::default()).map(drop)
        }
        When::Capture(amount, final_capture) => {
            let command = CaptureCommand {
                amount,
                final_capture,
            };
            capture(draft, context, inputs, command).map(drop)
        }
        When::Cancel => {
            let charge = Some(charge);
            cancel(draft, context, CancelInputs { intent, charge }, None).map(drop)
        }
        When::Increment(amount) => {
            let command = IncrementCommand {
                amount,
                ..IncrementCommand::default()
            };
            increment(draft, context, inputs, command).map(drop)
        }
        When::Amount(amount) => {
            let command = UpdateIntent {
                amount: Some(amount),
                ..UpdateIntent::default()
            };
            update_intent(draft, context, &mut intent, command, (None, None))
        }
        When::Refund(amount) => {
            let command = RefundCommand {
                amount,
                ..RefundCommand::default()
            };
            let inputs = RefundInputs {
                charge,
                warning: None,
            };
            refund(draft, context, inputs, command).map(drop)
        }
        When::Attach => attach(draft, context, &mut method, &customer),
    }
}

fn confirmed_with(
    intent: Versioned<PaymentIntent>,
    method: Versioned<PaymentMethod>,
) -> ConfirmInputs {
    ConfirmInputs {
        intent,
        method: Some(method),
        token: None,
    }
}

fn outcome(result: Result<(), Refusal>) -> Expect {
    match result {
        Ok(()) => Allowed,
        Err(Refusal::IntentState { .. }) => State,
        Err(Refusal::Busy) => Busy,
        Err(Refusal::AmountTooSmall { minimum, .. }) => TooSmall(minimum),
        Err(Refusal::AmountTooLarge { maximum, .. }) => TooLarge(maximum),
        Err(Refusal::Missing { param, .. }) => Expect::Missing(param),
        Err(Refusal::Invalid { code, param, .. }) => {
            Expect::Invalid(code, param.unwrap_or_default())
        }
        Err(other) => panic!("no row expects {other:?}"),
    }
}

/// The one shape of a row. Both places of the processor's effects decide alike. Gives what was drafted.
fn check(given: &Given, when: When, expect: Expect) -> Changes {
    let scope = Scope::test("acct_1");
    let mut last = Changes::default();
    for outside in [true, false] {
        let mut seed = 11;
        let mut fill = |bytes: &mut [u8]| random(&mut seed, bytes);
        let mut context = context(&scope, 1_700_000_000, outside, &mut fill);
        let mut draft = Draft::new(&scope);
        let result = decide(given.clone(), when, &mut draft, &mut context);
        let status = given.intent.record.status;
        assert_eq!(
            outcome(result),
            expect,
            "{status:?} {when:?} outside: {outside}"
        );
        last = draft.finish();
        if expect != Allowed {
            let empty = last.writes.is_empty() && last.events.is_empty();
            assert!(
                empty && last.transactions.is_empty(),
                "a refusal drafts nothing"
            );
        }
    }
    last
}

const WHOLE: When = When::Capture(None, None);

#[test]
fn each_state_allows_its_own_operations() {
    use IntentStatus::*;
    for status in IntentStatus::ALL {
        let given = given(*status);
        let only = |allowed: &[IntentStatus]| match allowed.contains(status) {
            true => Allowed,
            false => State,
        };
        let early = [RequiresPaymentMethod, RequiresConfirmation, RequiresAction];
        check(&given, When::Confirm, only(&early));
        check(&given, When::Amount(1_500), only(&early));
        check(&given, WHOLE, only(&[RequiresCapture]));
        check(&given, When::Increment(1_500), only(&[RequiresCapture]));
        let cancelable = [&early[..], &[RequiresCapture]].concat();
        check(&given, When::Cancel, only(&cancelable));
        let refunded = match status {
            Succeeded => Allowed,
            Canceled => coded("charge_already_refunded", ""),
            _ => invalid(""),
        };
        check(&given, When::Refund(None), refunded);
    }
}

#[test]
fn a_payment_that_a_processor_works_on_is_busy() {
    for status in IntentStatus::ALL {
        let mut given = given(*status);
        given.intent.record.attempt = Some("att_1".to_owned());
        for when in [When::Confirm, WHOLE, When::Cancel, When::Increment(1_500)] {
            check(&given, when, Busy);
        }
    }
    // Marked are only payments in these two states, and both refuse another amount.
    for status in [IntentStatus::Processing, IntentStatus::RequiresCapture] {
        check(&given(status), When::Amount(1_500), State);
    }
    let mut direct = given(IntentStatus::RequiresCapture);
    direct.charge.record.attempt = Some("att_1".to_owned());
    check(&direct, WHOLE, Busy);
}

#[test]
fn an_amount_must_be_chargeable_in_its_currency() {
    let given = given(IntentStatus::RequiresPaymentMethod);
    let thousandth = || coded("parameter_invalid_integer", "amount");
    for (code, amount, expect) in [
        ("usd", 49, TooSmall(50)),
        ("usd", 0, TooSmall(50)),
        ("usd", -1_000, TooSmall(50)),
        ("usd", 50, Allowed),
        ("usd", 99_999_999, Allowed),
        ("usd", 100_000_000, TooLarge(99_999_999)),
        ("usd", i64::MAX, TooLarge(99_999_999)),
        ("inr", 999_999_999, Allowed),
        ("inr", 1_000_000_000, TooLarge(999_999_999)),
        ("jpy", 49, TooSmall(50)),
        ("jpy", 51, Allowed),
        ("kwd", 5_120, Allowed),
        ("kwd", 5_121, thousandth()),
        ("kwd", 5_129, thousandth()),
        ("xxx", 1_000, invalid("currency")),
    ] {
        check(&given, When::Create(code, amount), expect);
    }
    check(&given, When::Amount(49), TooSmall(50));
    check(&given, When::Amount(100_000_000), TooLarge(99_999_999));
}

#[test]
fn a_capture_takes_what_the_authorization_allows() {
    let plain = given(IntentStatus::RequiresCapture);
    let mut over = plain.clone();
    over.charge.record.granted.overcapture = true;
    let mut multi = plain.clone();
    multi.charge.record.granted.multicapture = true;
    multi.charge.record.amount_captured = 600;
    let large = || coded("amount_too_large", "amount_to_capture");
    let low = || coded("parameter_invalid_integer", "amount_to_capture");
    for (given, amount, last, expect) in [
        (&plain, Some(1), None, Allowed),
        (&plain, Some(1_000), Some(true), Allowed),
        (&plain, Some(1_001), None, large()),
        (&plain, Some(0), None, low()),
        (&plain, Some(-1), None, low()),
        (&plain, Some(400), Some(false), invalid("final_capture")),
        (&over, Some(1_200), None, Allowed),
        (&over, Some(1_201), None, large()),
        (&multi, Some(400), Some(false), Allowed),
        (&multi, Some(401), Some(false), large()),
        (&multi, None, Some(true), Allowed),
    ] {
        check(given, When::Capture(amount, last), expect);
    }
    let mut closed = plain.clone();
    closed.charge.record.open = false;
    check(&closed, WHOLE, coded("charge_already_captured", ""));
    let mut lapsed = plain;
    lapsed.charge.record.voided = true;
    check(&lapsed, WHOLE, coded("charge_expired_for_capture", ""));
}

#[test]
fn a_raise_must_be_granted_and_must_raise() {
    let granted = given(IntentStatus::RequiresCapture);
    check(&granted, When::Increment(1_001), Allowed);
    check(&granted, When::Increment(1_000), invalid("amount"));
    check(&granted, When::Increment(999), invalid("amount"));
    check(&granted, When::Increment(100_000_000), TooLarge(99_999_999));
    let mut often = granted.clone();
    often.intent.record.increments = 9;
    check(&often, When::Increment(1_001), Allowed);
    often.intent.record.increments = 10;
    check(&often, When::Increment(1_001), State);
    let mut refused = granted;
    refused.charge.record.granted.incremental = false;
    check(&refused, When::Increment(1_001), State);
}

#[test]
fn a_refund_gives_back_no_more_than_is_left() {
    let mut half = given(IntentStatus::Succeeded);
    half.charge.record.amount_refunded = 600;
    check(&half, When::Refund(Some(401)), invalid("amount"));
    for nothing in [0, -1] {
        let refused = coded("parameter_invalid_integer", "amount");
        check(&half, When::Refund(Some(nothing)), refused);
    }
    check(&half, When::Refund(Some(400)), Allowed);
    let changes = check(&half, When::Refund(None), Allowed);
    assert_eq!(changes.transactions[0].1.gross(), -400);
    let mut disputed = half.clone();
    disputed.charge.record.dispute = Some("dp_1".into());
    check(
        &disputed,
        When::Refund(Some(1)),
        coded("charge_disputed", ""),
    );
    half.charge.record.amount_refunded = 1_000;
    let over = coded("charge_already_refunded", "");
    check(&half, When::Refund(Some(1)), over);
}

#[test]
fn a_payment_method_must_suit_the_payer() {
    let status = IntentStatus::RequiresConfirmation;
    for (owner, payer, used, expect) in [
        (None, None, false, Allowed),
        (None, Some("cus_1"), false, Allowed),
        (Some("cus_1"), Some("cus_1"), true, Allowed),
        (
            Some("cus_2"),
            Some("cus_1"),
            false,
            invalid("payment_method"),
        ),
        (Some("cus_1"), None, false, invalid("payment_method")),
        (None, None, true, invalid("payment_method")),
        (None, Some("cus_1"), true, invalid("payment_method")),
    ] {
        let mut given = given(status);
        given.method.record.customer = owner.map(Into::into);
        given.intent.record.customer = payer.map(Into::into);
        given.method.record.consumed = used;
        check(&given, When::Confirm, expect.clone());
        given.method.record.consumed = false;
        given.method.record.detached = used;
        check(&given, When::Confirm, expect);
    }
    let mut other = given(status);
    other.method.record.customer = Some("cus_2".into());
    check(
        &other,
        When::Create("usd", 1_000),
        invalid("payment_method"),
    );
}

#[test]
fn a_method_is_attached_once_and_to_somebody_living() {
    let fresh = given(IntentStatus::RequiresPaymentMethod);
    let changes = check(&fresh, When::Attach, Allowed);
    assert_eq!(changes.events[0].1.kind, "payment_method.attached");
    let mut again = fresh.clone();
    again.method.record.customer = Some("cus_1".into());
    assert!(check(&again, When::Attach, Allowed).is_empty());
    again.method.record.customer = Some("cus_2".into());
    check(&again, When::Attach, invalid(""));
    let mut used = fresh.clone();
    used.method.record.consumed = true;
    check(&used, When::Attach, invalid(""));
    let mut gone = fresh;
    gone.customer.record.deleted = true;
    let missing = || Expect::Missing("customer".to_owned());
    check(&gone, When::Attach, missing());
    check(&gone, When::Create("usd", 1_000), missing());
}
