//! What of a confirmation token comes to a payment: only what neither the server's request nor the payment says.

use crate::world::{context, random};
use florin_base::{Asset, Scope};
use florin_domain::payments::{
    ConfirmCommand, ConfirmInputs, ConfirmationToken, FutureUsage, IntentStatus, PaymentIntent,
    PaymentMethod, confirm,
};
use florin_domain::{Changes, Draft, Record, Refusal, Versioned};
use serde_json::{Map, Value, json};

const NOW: i64 = 1_700_000_000;
const BUYERS: &str = "https://shop.example/buyer";
const SERVERS: &str = "https://shop.example/server";

fn shipping(name: &str) -> Map<String, Value> {
    Map::from_iter([("shipping".to_owned(), json!({ "name": name }))])
}

fn token() -> ConfirmationToken {
    ConfirmationToken {
        id: "ctoken_1".into(),
        created: florin_base::Timestamp(NOW),
        return_url: Some(BUYERS.to_owned()),
        setup_future_usage: Some(FutureUsage::OnSession),
        echo: shipping("Ada"),
        ..ConfirmationToken::default()
    }
}

fn intent() -> PaymentIntent {
    PaymentIntent {
        id: "pi_1".into(),
        amount: 1_000,
        currency: Asset::parse("usd").expect("a currency"),
        status: IntentStatus::RequiresConfirmation,
        ..PaymentIntent::default()
    }
}

fn stored<T>(record: T) -> Versioned<T> {
    Versioned { version: 1, record }
}

fn confirmed(
    intent: PaymentIntent,
    token: ConfirmationToken,
    command: ConfirmCommand,
) -> Result<Changes, Refusal> {
    let scope = Scope::test("acct_1");
    let mut seed = 11;
    let mut fill = |bytes: &mut [u8]| random(&mut seed, bytes);
    let mut context = context(&scope, NOW, false, &mut fill);
    let mut draft = Draft::new(&scope);
    let method = PaymentMethod {
        id: "pm_1".into(),
        ..PaymentMethod::default()
    };
    let inputs = ConfirmInputs {
        intent: stored(intent),
        method: Some(stored(method)),
        token: Some(stored(token)),
    };
    confirm(&mut draft, &mut context, inputs, command)?;
    Ok(draft.finish())
}

/// The payment and the token as they are kept.
fn kept(changes: &Changes) -> (&PaymentIntent, &ConfirmationToken) {
    let (mut intent, mut token) = (None, None);
    for write in &changes.writes {
        match &write.record {
            Record::PaymentIntent(held) => intent = Some(&**held),
            Record::ConfirmationToken(held) => token = Some(&**held),
            _ => {}
        }
    }
    (intent.expect("a payment"), token.expect("a token"))
}

#[test]
fn the_buyer_says_what_nobody_else_says() {
    let changes = confirmed(intent(), token(), ConfirmCommand::default()).expect("a confirmation");
    let (intent, token) = kept(&changes);
    assert_eq!(intent.return_url.as_deref(), Some(BUYERS));
    assert_eq!(intent.setup_future_usage, Some(FutureUsage::OnSession));
    assert_eq!(intent.echo["shipping"], json!({ "name": "Ada" }));
    assert_eq!(token.used_by.as_deref(), Some("pi_1"));
}

#[test]
fn the_request_has_the_last_word() {
    let command = ConfirmCommand {
        return_url: Some(SERVERS.to_owned()),
        setup_future_usage: Some(None),
        ..ConfirmCommand::default()
    };
    let changes = confirmed(intent(), token(), command).expect("a confirmation");
    let (intent, _) = kept(&changes);
    assert_eq!(intent.return_url.as_deref(), Some(SERVERS));
    assert_eq!(intent.setup_future_usage, None);
}

#[test]
fn what_the_payment_was_made_with_counts_more() {
    let made = PaymentIntent {
        return_url: Some(SERVERS.to_owned()),
        setup_future_usage: Some(FutureUsage::OffSession),
        echo: shipping("Grace"),
        ..intent()
    };
    let changes = confirmed(made, token(), ConfirmCommand::default()).expect("a confirmation");
    let (intent, _) = kept(&changes);
    assert_eq!(intent.return_url.as_deref(), Some(SERVERS));
    assert_eq!(intent.setup_future_usage, Some(FutureUsage::OffSession));
    assert_eq!(intent.echo["shipping"], json!({ "name": "Grace" }));
}

#[test]
fn a_used_token_confirms_nothing() {
    let used = ConfirmationToken {
        used_by: Some("pi_0".to_owned()),
        ..token()
    };
    let refused = confirmed(intent(), used, ConfirmCommand::default());
    let Err(Refusal::Invalid { code, param, .. }) = refused else {
        panic!("a used token is refused");
    };
    assert_eq!(code, Some("token_already_used"));
    assert_eq!(param.as_deref(), Some("confirmation_token"));
}
