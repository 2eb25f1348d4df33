//! One wish per operation of the engine.
//!
//! Deliberately absent: choices. Every value comes in.

use crate::client::{Make, Wish};
use florin_domain::customers::CustomerPatch;
use florin_domain::payments::{
    self, CaptureCommand, ConfigurationPatch, ConfirmCommand, IncrementCommand, MetadataPatch,
    MethodDetails, RefundCommand, SetupCommand,
};
use florin_domain::processor::ChallengeResult;
use florin_domain::webhooks::EndpointPatch;
use florin_engine::operations::{self as ops, RefundOf};
use florin_engine::{MethodSource, MethodType, Operation};
use serde_json::Map;

/// A card that everybody may charge.
pub(super) const GOOD_NUMBER: &str = "4242424242424242";

pub(super) fn wish<O: Operation + 'static>(
    operation: &'static str,
    object: &'static str,
    make: impl Fn() -> O + Send + Sync + 'static,
) -> Wish {
    let make: Make = Box::new(move |_| Box::new(make()));
    Wish {
        operation,
        object,
        card: None,
        browser: None,
        make,
    }
}

/// A published payment method.
pub(super) fn published(name: &str) -> MethodSource {
    MethodSource::Id {
        id: format!("pm_card_{name}"),
        param: "payment_method",
    }
}

/// A payment method by its id.
pub(super) fn method(id: &str) -> MethodSource {
    MethodSource::Id {
        id: id.to_owned(),
        param: "payment_method",
    }
}

fn token(id: &str) -> MethodSource {
    MethodSource::Token {
        id: id.to_owned(),
        param: "source",
        details: Box::default(),
    }
}

fn note(text: &str) -> MetadataPatch {
    MetadataPatch::Merge(vec![("note".to_owned(), text.to_owned())])
}

pub(super) fn create_intent(
    command: payments::CreateIntent,
    customer: Option<String>,
    method: Option<MethodSource>,
    confirm: Option<ConfirmCommand>,
) -> Wish {
    wish("CreateIntent", "payment_intent", move || {
        ops::CreateIntent {
            command: command.clone(),
            customer: customer.clone(),
            method: method.clone(),
            confirm: confirm.clone(),
            token: None,
        }
    })
}

pub(super) fn update_intent(
    id: &str,
    command: payments::UpdateIntent,
    method: Option<MethodSource>,
) -> Wish {
    let id = id.to_owned();
    wish("UpdateIntent", "payment_intent", move || {
        ops::UpdateIntent {
            id: id.clone(),
            command: command.clone(),
            customer: None,
            method: method.clone(),
        }
    })
}

pub(super) fn describe_intent(id: &str, text: &str) -> Wish {
    let command = payments::UpdateIntent {
        description: Some(Some(text.to_owned())),
        ..Default::default()
    };
    update_intent(id, command, None)
}

pub(super) fn confirm_intent(id: &str, method: Option<MethodSource>) -> Wish {
    confirm(id, false, (method, None))
}

fn confirm(id: &str, from_browser: bool, with: (Option<MethodSource>, Option<String>)) -> Wish {
    let id = id.to_owned();
    wish("ConfirmIntent", "payment_intent", move || {
        let (method, token) = with.clone();
        ops::ConfirmIntent {
            id: id.clone(),
            command: ConfirmCommand {
                from_browser,
                ..ConfirmCommand::default()
            },
            descriptive: payments::UpdateIntent::default(),
            method,
            token,
        }
    })
}

/// Makes a payment and confirms it with what a form collected.
pub(super) fn confirm_order(command: payments::CreateIntent, token: &str) -> Wish {
    let token = Some(token.to_owned());
    wish("CreateIntent", "payment_intent", move || {
        ops::CreateIntent {
            command: command.clone(),
            customer: None,
            method: None,
            confirm: Some(ConfirmCommand::default()),
            token: token.clone(),
        }
    })
}

/// The same for a payment that is there.
pub(super) fn confirm_with_token(id: &str, token: &str) -> Wish {
    confirm(id, false, (None, Some(token.to_owned())))
}

/// A card under the older name of payment methods.
pub(super) fn create_source() -> Wish {
    of_card("CreateSource", "source", "src_", |source| {
        ops::CreateSource { source }
    })
}

/// The buyer's browser confirms, with the client secret of the intent.
pub(super) fn confirm_in_browser(id: &str, secret: &str, method: MethodSource) -> Wish {
    Wish {
        browser: Some(secret.to_owned()),
        ..confirm(id, true, (Some(method), None))
    }
}

pub(super) fn capture_intent(id: &str, amount: Option<i64>, final_capture: Option<bool>) -> Wish {
    let id = id.to_owned();
    wish("CaptureIntent", "payment_intent", move || {
        ops::CaptureIntent {
            id: id.clone(),
            command: CaptureCommand {
                amount,
                final_capture,
            },
            descriptive: payments::UpdateIntent::default(),
        }
    })
}

pub(super) fn increment_intent(id: &str, amount: i64) -> Wish {
    let id = id.to_owned();
    wish("IncrementIntent", "payment_intent", move || {
        ops::IncrementIntent {
            id: id.clone(),
            command: IncrementCommand {
                amount,
                ..IncrementCommand::default()
            },
        }
    })
}

pub(super) fn cancel_intent(id: &str) -> Wish {
    let id = id.to_owned();
    wish("CancelIntent", "payment_intent", move || {
        ops::CancelIntent {
            id: id.clone(),
            reason: Some("requested_by_customer".to_owned()),
        }
    })
}

pub(super) fn answer_challenge(id: &str, challenge: &str, authenticated: bool) -> Wish {
    let (id, of) = (id.to_owned(), challenge.to_owned());
    let result = if authenticated {
        ChallengeResult::Authenticated
    } else {
        ChallengeResult::Failed
    };
    wish("AnswerIntentChallenge", "payment_intent", move || {
        ops::AnswerIntentChallenge {
            id: id.clone(),
            answer: payments::ChallengeAnswer {
                result,
                of: of.clone(),
                rehearsed: None,
            },
        }
    })
}

/// A payment method without details, as a form makes it.
pub(super) fn plain(kind: MethodType) -> MethodSource {
    MethodSource::Plain(Box::new(MethodDetails {
        kind,
        ..MethodDetails::default()
    }))
}

pub(super) fn create_configuration(patch: ConfigurationPatch) -> Wish {
    wish(
        "CreateConfiguration",
        "payment_method_configuration",
        move || ops::CreateConfiguration {
            patch: patch.clone(),
        },
    )
}

pub(super) fn update_configuration(id: &str, patch: ConfigurationPatch) -> Wish {
    let id = id.to_owned();
    wish(
        "UpdateConfiguration",
        "payment_method_configuration",
        move || ops::UpdateConfiguration {
            id: id.clone(),
            patch: patch.clone(),
        },
    )
}

pub(super) fn create_charge(
    command: payments::CreateCharge,
    customer: Option<String>,
    source: Option<&str>,
) -> Wish {
    let source = source.map(token);
    wish("CreateCharge", "charge", move || ops::CreateCharge {
        command: command.clone(),
        customer: customer.clone(),
        method: source.clone(),
    })
}

pub(super) fn update_charge(id: &str, text: &str) -> Wish {
    let (id, text) = (id.to_owned(), text.to_owned());
    wish("UpdateCharge", "charge", move || ops::UpdateCharge {
        id: id.clone(),
        description: Some(Some(text.clone())),
        metadata: note(&text),
        echo: Map::new(),
    })
}

pub(super) fn capture_charge(id: &str, amount: Option<i64>) -> Wish {
    let id = id.to_owned();
    wish("CaptureCharge", "charge", move || ops::CaptureCharge {
        id: id.clone(),
        command: CaptureCommand {
            amount,
            final_capture: None,
        },
    })
}

pub(super) fn create_refund(of: RefundOf, amount: Option<i64>) -> Wish {
    wish("CreateRefund", "refund", move || ops::CreateRefund {
        of: of.clone(),
        command: RefundCommand {
            amount,
            named_by: "charge",
            ..RefundCommand::default()
        },
    })
}

pub(super) fn update_refund(id: &str, text: &str) -> Wish {
    let (id, text) = (id.to_owned(), text.to_owned());
    wish("UpdateRefund", "refund", move || ops::UpdateRefund {
        id: id.clone(),
        metadata: note(&text),
    })
}

pub(super) fn cancel_refund(id: &str) -> Wish {
    let id = id.to_owned();
    wish("CancelRefund", "refund", move || ops::CancelRefund {
        id: id.clone(),
    })
}

pub(super) fn create_customer(
    name: &str,
    method: Option<MethodSource>,
    source: Option<&str>,
) -> Wish {
    let (name, source) = (name.to_owned(), source.map(token));
    wish("CreateCustomer", "customer", move || ops::CreateCustomer {
        command: CustomerPatch {
            name: Some(Some(name.clone())),
            ..CustomerPatch::default()
        },
        method: method.clone(),
        source: source.clone(),
        default_method: None,
    })
}

pub(super) fn update_customer(id: &str, text: &str, default_method: Option<&str>) -> Wish {
    let (id, text) = (id.to_owned(), text.to_owned());
    let default_method = default_method.map(|id| Some(id.to_owned()));
    wish("UpdateCustomer", "customer", move || ops::UpdateCustomer {
        id: id.clone(),
        command: CustomerPatch {
            description: Some(Some(text.clone())),
            ..CustomerPatch::default()
        },
        source: None,
        default_method: default_method.clone(),
    })
}

pub(super) fn delete_customer(id: &str) -> Wish {
    let id = id.to_owned();
    wish("DeleteCustomer", "customer", move || ops::DeleteCustomer {
        id: id.clone(),
    })
}

/// A payment method from a number in the request.
pub(super) fn create_method() -> Wish {
    of_card("CreateMethod", "payment_method", "pm_", |source| {
        ops::CreateMethod { source }
    })
}

/// Makes something of a card whose number a browser sends, or of a published one where no number can be sent.
fn of_card<O: Operation + 'static>(
    operation: &'static str,
    object: &'static str,
    prefix: &'static str,
    make: impl Fn(MethodSource) -> O + Send + Sync + 'static,
) -> Wish {
    Wish {
        operation,
        object,
        card: Some((GOOD_NUMBER, prefix)),
        browser: Some(String::new()),
        make: Box::new(move |card| {
            let source = match card {
                Some(card) => MethodSource::Card(Box::new(card), Box::default()),
                None => published("visa"),
            };
            Box::new(make(source))
        }),
    }
}

/// What a form collected, on its way to a server.
pub(super) fn create_confirmation() -> Wish {
    of_card(
        "CreateConfirmationToken",
        "confirmation_token",
        "pm_",
        |source| ops::CreateConfirmationToken {
            source,
            terms: payments::ConfirmationTerms::default(),
            session: None,
        },
    )
}

pub(super) fn create_domain(name: &'static str) -> Wish {
    wish("CreateDomain", "payment_method_domain", move || {
        ops::CreateDomain {
            name: name.to_owned(),
            enabled: true,
        }
    })
}

pub(super) fn update_domain(id: &str, enabled: bool) -> Wish {
    let id = id.to_owned();
    wish("UpdateDomain", "payment_method_domain", move || {
        ops::UpdateDomain {
            id: id.clone(),
            enabled: Some(enabled),
        }
    })
}

/// A payment method from a token.
pub(super) fn method_of_token(id: &str) -> Wish {
    let source = token(id);
    wish("CreateMethod", "payment_method", move || {
        ops::CreateMethod {
            source: source.clone(),
        }
    })
}

pub(super) fn create_token(number: &'static str) -> Wish {
    Wish {
        operation: "CreateToken",
        object: "token",
        card: Some((number, "tok_")),
        browser: Some(String::new()),
        make: Box::new(|card| match card {
            Some(card) => Box::new(ops::CreateToken {
                card,
                billing: Map::new(),
                client_ip: None,
            }),
            None => Box::new(ops::CreateMethod {
                source: published("visa"),
            }),
        }),
    }
}

pub(super) fn update_method(id: &str, name: &str) -> Wish {
    let (id, name) = (id.to_owned(), name.to_owned());
    wish("UpdateMethod", "payment_method", move || {
        let billing = Map::from_iter([("name".to_owned(), name.as_str().into())]);
        ops::UpdateMethod {
            id: id.clone(),
            details: MethodDetails {
                billing,
                ..MethodDetails::default()
            },
        }
    })
}

pub(super) fn attach_method(id: &str, customer: &str) -> Wish {
    let (id, customer) = (id.to_owned(), customer.to_owned());
    wish("AttachMethod", "payment_method", move || {
        ops::AttachMethod {
            id: id.clone(),
            customer: customer.clone(),
        }
    })
}

pub(super) fn detach_method(id: &str) -> Wish {
    let id = id.to_owned();
    wish("DetachMethod", "payment_method", move || {
        ops::DetachMethod {
            id: id.clone(),
            session: None,
        }
    })
}

pub(super) fn create_setup(
    customer: Option<String>,
    method: Option<MethodSource>,
    confirm: bool,
) -> Wish {
    wish("CreateSetup", "setup_intent", move || ops::CreateSetup {
        create: payments::CreateSetup::default(),
        command: SetupCommand::default(),
        customer: customer.clone(),
        method: method.clone(),
        token: None,
        confirm,
    })
}

/// Keeps the card that a form collected.
pub(super) fn set_up_with_token(token: &str) -> Wish {
    let token = Some(token.to_owned());
    wish("CreateSetup", "setup_intent", move || ops::CreateSetup {
        create: payments::CreateSetup::default(),
        command: SetupCommand::default(),
        customer: None,
        method: None,
        token: token.clone(),
        confirm: true,
    })
}

pub(super) fn update_setup(id: &str, text: &str, method: Option<MethodSource>) -> Wish {
    let (id, text) = (id.to_owned(), text.to_owned());
    wish("UpdateSetup", "setup_intent", move || ops::UpdateSetup {
        id: id.clone(),
        command: SetupCommand {
            description: Some(Some(text.clone())),
            ..SetupCommand::default()
        },
        customer: None,
        method: method.clone(),
    })
}

pub(super) fn confirm_setup(id: &str, method: Option<MethodSource>) -> Wish {
    let id = id.to_owned();
    wish("ConfirmSetup", "setup_intent", move || ops::ConfirmSetup {
        id: id.clone(),
        command: SetupCommand::default(),
        method: method.clone(),
        token: None,
    })
}

pub(super) fn cancel_setup(id: &str) -> Wish {
    let id = id.to_owned();
    wish("CancelSetup", "setup_intent", move || ops::CancelSetup {
        id: id.clone(),
        reason: None,
    })
}

pub(super) fn create_endpoint(url: &str) -> Wish {
    let url = url.to_owned();
    wish("CreateEndpoint", "webhook_endpoint", move || {
        ops::CreateEndpoint {
            command: EndpointPatch {
                url: Some(url.clone()),
                enabled_events: Some(vec!["*".to_owned()]),
                ..EndpointPatch::default()
            },
            api_version: None,
        }
    })
}

pub(super) fn update_endpoint(id: &str, text: &str) -> Wish {
    let (id, text) = (id.to_owned(), text.to_owned());
    wish("UpdateEndpoint", "webhook_endpoint", move || {
        ops::UpdateEndpoint {
            id: id.clone(),
            command: EndpointPatch {
                description: Some(Some(text.clone())),
                ..EndpointPatch::default()
            },
        }
    })
}

pub(super) fn delete_endpoint(id: &str) -> Wish {
    let id = id.to_owned();
    wish("DeleteEndpoint", "webhook_endpoint", move || {
        ops::DeleteEndpoint { id: id.clone() }
    })
}
