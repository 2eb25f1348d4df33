//! Confirming a payment intent: everything is checked, then the processor is asked to authorize.

use super::confirmation_token::confirm_with;
use super::create::allowed_types;
use super::{
    Attempt, Call, ConfirmationMethod, ConfirmationToken, FutureUsage, IntentStatus, PaymentIntent,
    PaymentMethod, Target,
};
use crate::changes::Draft;
use crate::context::Context;
use crate::customers::Customer;
use crate::methods::{Flow, MethodType, PixEnd};
use crate::processor::{ChallengeResult, ProcessorRequest, Rehearsed, Terms, Verb};
use crate::record::Versioned;
use crate::refusal::Refusal;
use crate::transitions::Transition;
use florin_base::{Asset, Id, Timestamp};

/// What the caller of confirm says.
#[derive(Clone, Debug, Default)]
pub struct ConfirmCommand {
    /// The buyer is not there.
    pub off_session: Option<bool>,
    /// A challenge is an error.
    pub error_on_action: bool,
    /// Where the buyer goes after a challenge.
    pub return_url: Option<String>,
    /// Save the method for later.
    pub setup_future_usage: Option<Option<FutureUsage>>,
    /// The types, when the caller narrows them.
    pub types: Option<Vec<String>>,
    /// Types to leave out.
    pub excluded: Option<Vec<String>>,
    /// When a code of Pix ends.
    pub pix: Option<Option<PixEnd>>,
    /// A publishable key and the client secret confirm.
    pub from_browser: bool,
    /// The page of its checkout session confirms.
    pub by_session: bool,
    /// Card options that the confirmation changes.
    pub card: super::CardPatch,
    /// When the money is taken, if the confirmation changes it.
    pub capture_method: Option<super::CaptureMethod>,
}

/// What confirm reads.
#[derive(Clone, Debug)]
pub struct ConfirmInputs {
    /// The intent.
    pub intent: Versioned<PaymentIntent>,
    /// The payment method that the request names or makes, or the intent's own.
    pub method: Option<Versioned<PaymentMethod>>,
    /// What a form collected, if the server confirms with that.
    pub token: Option<Versioned<ConfirmationToken>>,
}

/// Decides on a confirmation.
///
/// # Errors
/// The intent is in another state, has no payment method, or the method may not be used.
pub fn confirm(
    draft: &mut Draft,
    context: &mut Context<'_>,
    inputs: ConfirmInputs,
    command: ConfirmCommand,
) -> Result<Option<Call>, Refusal> {
    let ConfirmInputs {
        mut intent,
        method,
        token,
    } = inputs;
    check_state(&intent.record, &command)?;
    let Some(method) = method else {
        return Err(intent.record.state_refusal(
            "You cannot confirm this PaymentIntent because it's missing a payment method. Update the PaymentIntent \
             with a payment method, or pass `payment_method`, and confirm it again.",
        ));
    };
    let says_usage = command.setup_future_usage.is_some();
    apply(&mut intent.record, command, context.now)?;
    if let Some(token) = token {
        confirm_with(draft, context, token, (&mut intent.record, says_usage))?;
    }
    check_presence(&intent.record)?;
    check_method(&intent.record, &method.record)?;
    check_type(&intent.record, &method.record)?;
    if method.record.kind == MethodType::Pix {
        intent.record.check_end(context.now)?;
    }
    let same = intent.record.payment_method.as_ref() == Some(&method.record.id);
    if intent.record.authenticated && same {
        let passed = (ChallengeResult::Authenticated, None);
        return complete(draft, context, intent, &method, passed).map(Some);
    }
    intent.record.authenticated = false;
    // What an earlier try said is no word on this one.
    intent.record.last_error = None;
    intent.record.payment_method = Some(method.record.id.clone());
    intent.record.tried = method.record.kind;
    let charge = context.id();
    let request = intent_authorization(context, &intent.record, &method.record, &charge);
    let mut attempt = Attempt::new(context, Target::Intent(intent.record.id.clone()), &request);
    attempt.record.charge = Some(charge);
    send(draft, context, &mut intent, &attempt);
    occupy(draft, context, method, &attempt);
    Ok(Some(Call { attempt, request }))
}

/// Keeps the payment method of an attempt. One that belongs to nobody pays once: while a processor outside works on it,
/// no other payment may use it.
fn occupy(
    draft: &mut Draft,
    context: &mut Context<'_>,
    mut method: Versioned<PaymentMethod>,
    attempt: &Versioned<Attempt>,
) {
    let is_new = method.version == 0;
    if context.outside && method.record.customer.is_none() {
        method.record.attempt = Some(attempt.record.id.to_string());
        let transition = match is_new {
            true => Transition::MethodCreated,
            false => Transition::MethodConsumed,
        };
        draft.save(context, &mut method, transition);
    } else if is_new {
        hold(draft, context, method);
    }
}

/// Marks an intent as sent. Outside, that is a version of its own, so that nobody else sends it too.
fn send(
    draft: &mut Draft,
    context: &mut Context<'_>,
    intent: &mut Versioned<PaymentIntent>,
    attempt: &Versioned<Attempt>,
) {
    intent.record.challenge = None;
    if context.outside {
        intent.record.status = IntentStatus::Processing;
        intent.record.attempt = Some(attempt.record.id.to_string());
        draft.save(context, intent, Transition::IntentSent);
    } else {
        draft.stage(intent.clone());
    }
}

/// A payment method that is made in the same request is kept, whatever the processor says.
pub(super) fn hold(
    draft: &mut Draft,
    context: &mut Context<'_>,
    mut method: Versioned<PaymentMethod>,
) {
    if context.outside {
        draft.save(context, &mut method, Transition::MethodCreated);
    } else {
        draft.stage(method);
    }
}

fn check_state(intent: &PaymentIntent, command: &ConfirmCommand) -> Result<(), Refusal> {
    use IntentStatus::{Canceled, Processing, RequiresCapture, Succeeded};
    if intent.attempt.is_some() {
        return Err(Refusal::Busy);
    }
    let message = match intent.status {
        Succeeded => {
            "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed."
        }
        Canceled => {
            "You cannot confirm this PaymentIntent because it has a status of canceled. Create a new one."
        }
        RequiresCapture => {
            "You cannot confirm this PaymentIntent because it is already authorized. Capture or cancel it."
        }
        Processing => "You cannot confirm this PaymentIntent because it is being processed.",
        // The sum, the terms and the places of a link are looked at where the page is.
        _ if intent.session.is_some() && !command.by_session => {
            "You cannot confirm this PaymentIntent because it belongs to a Checkout Session, whose page confirms it."
        }
        _ if command.from_browser && intent.confirmation_method == ConfirmationMethod::Manual => {
            "This PaymentIntent was created with confirmation_method manual, so only a secret key may confirm it."
        }
        _ => return Ok(()),
    };
    Err(intent.state_refusal(message))
}

fn apply(
    intent: &mut PaymentIntent,
    command: ConfirmCommand,
    now: Timestamp,
) -> Result<(), Refusal> {
    if let Some(types) = command.types {
        intent.types = allowed_types(&types, intent.currency)?;
        intent.check_left()?;
    }
    if let Some(usage) = command.setup_future_usage {
        intent.setup_future_usage = usage;
    }
    if command.return_url.is_some() {
        intent.return_url = command.return_url;
    }
    command.card.apply(&mut intent.card);
    intent.narrow(command.excluded, command.pix, now)?;
    if let Some(capture) = command.capture_method {
        intent.capture_method = capture;
    }
    intent.off_session = command.off_session.unwrap_or(false);
    intent.error_on_action = command.error_on_action;
    Ok(())
}

fn check_presence(intent: &PaymentIntent) -> Result<(), Refusal> {
    if intent.off_session && intent.future_usage() == Some(FutureUsage::OnSession) {
        return Err(Refusal::invalid(
            "off_session",
            "A payment without the customer cannot set a card up for on_session use.",
        ));
    }
    Ok(())
}

/// A payment must allow the type of its payment method, and only a card can do more than pay once.
fn check_type(intent: &PaymentIntent, method: &PaymentMethod) -> Result<(), Refusal> {
    let kind = method.kind;
    // Intents of earlier releases list nothing and take cards.
    let types = intent.offered();
    let is_old = intent.types.is_empty() && kind.is_card();
    if !is_old && !types.contains(&kind.word()) {
        let message = format!(
            "The PaymentMethod provided ({}) is not allowed for this PaymentIntent. Use a PaymentMethod of one of the \
             following types, or list its type when you make the PaymentIntent: {}.",
            kind.word(),
            types.join(", ")
        );
        return Err(Refusal::invalid("payment_method", message));
    }
    if kind.is_card() {
        return Ok(());
    }
    let wants = [
        (intent.off_session, "off_session", "without the buyer"),
        (
            intent.captures_manually(),
            "capture_method",
            "with a capture of its own",
        ),
        (
            intent.setup_future_usage.is_some(),
            "setup_future_usage",
            "and be kept for later",
        ),
    ];
    if let Some((_, param, how)) = wants.iter().find(|(wanted, ..)| *wanted) {
        let message = format!("A payment method of type {} cannot pay {how}.", kind.word());
        return Err(Refusal::invalid(param, message));
    }
    if !kind.takes(intent.currency) {
        let message = format!(
            "A payment method of type {} does not take {}.",
            kind.word(),
            intent.currency.as_str()
        );
        return Err(Refusal::invalid("payment_method", message));
    }
    if kind.flow() == Flow::Redirect && intent.return_url.is_none() {
        return Err(Refusal::Invalid {
            code: Some("parameter_missing"),
            message: format!(
                "The buyer leaves your page to pay with {}: say in `return_url` where they come back to.",
                kind.word()
            ),
            param: Some("return_url".to_owned()),
        });
    }
    Ok(())
}

/// A payment method must suit the intent: its customer, and not be used up.
pub(super) fn check_method(intent: &PaymentIntent, method: &PaymentMethod) -> Result<(), Refusal> {
    check_owner(intent.customer.as_ref(), method, "payment_method")
}

/// A payment method must belong to the payer or to nobody, and not be used up. `param` named it.
pub(super) fn check_owner(
    payer: Option<&Id<Customer>>,
    method: &PaymentMethod,
    param: &str,
) -> Result<(), Refusal> {
    if method.attempt.is_some() {
        return Err(Refusal::Busy);
    }
    match (&method.customer, payer) {
        (Some(owner), Some(payer)) if owner == payer => Ok(()),
        (Some(owner), None) => Err(Refusal::invalid(
            param,
            format!(
                "The provided PaymentMethod is attached to the customer {owner}. Please include that customer in the \
                 `customer` parameter."
            ),
        )),
        (Some(_), Some(_)) => Err(Refusal::invalid(
            param,
            "The customer does not have the provided payment method attached. Attach it, or use one of the customer's own.",
        )),
        (None, _) if method.consumed || method.detached => Err(Refusal::invalid(
            param,
            "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared \
             with a connected account without Customer attachment, or was detached from a Customer. It may not be used \
             again. To use a PaymentMethod multiple times, you must attach it to a Customer first.",
        )),
        (None, _) => Ok(()),
    }
}

/// The request of an authorization with a payment method, without any terms of an intent.
pub(super) fn authorization(
    context: &Context<'_>,
    method: &PaymentMethod,
    reference: &str,
    amount: i64,
    currency: Asset,
) -> ProcessorRequest {
    ProcessorRequest {
        verb: Verb::Authorize,
        reference: reference.to_owned(),
        original: None,
        amount,
        currency,
        kind: method.kind,
        card: method.source.clone(),
        scope: context.scope.clone(),
        method: Some(method.id.to_string()),
        shelf: method.shelf.clone(),
        terms: Terms {
            cvc_given: method.cvc_given,
            line1_given: method.billing_has(&["address", "line1"]),
            postal_code_given: method.billing_has(&["address", "postal_code"]),
            set_up: method.set_up == Some(FutureUsage::OffSession),
            network: (method.card.networks.len() > 1).then(|| method.card.network(None).to_owned()),
            ..Terms::default()
        },
    }
}

fn intent_authorization(
    context: &Context<'_>,
    intent: &PaymentIntent,
    method: &PaymentMethod,
    charge: &Id<super::Charge>,
) -> ProcessorRequest {
    let mut request = authorization(context, method, charge, intent.amount, intent.currency);
    request.terms.capture = !intent.captures_manually();
    request.terms.off_session = intent.off_session;
    request.terms.sets_up = intent.future_usage() == Some(FutureUsage::OffSession);
    request.terms.moto = intent.card.moto;
    if let (Some(network), Some(chosen)) = (&mut request.terms.network, &intent.card.network) {
        *network = method.card.network(Some(chosen)).to_owned();
    }
    let asked = intent.card.request_three_d_secure.as_deref();
    request.terms.ask_authentication = matches!(asked, Some("any" | "challenge"));
    request
}

/// What a buyer answered to one challenge. A page that was opened for another amount answers another challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChallengeAnswer {
    /// How it ended.
    pub result: ChallengeResult,
    /// The challenge's reference, as the intent or the set-up held it when the page was made.
    pub of: String,
    /// How a simulation goes on from there.
    pub rehearsed: Option<Rehearsed>,
}

/// The buyer answered the challenge of an intent: the processor is told, and completes the authorization. With manual
/// confirmation the server has to confirm once more first, so nothing is asked yet.
///
/// # Errors
/// No challenge is open.
pub fn answer_challenge(
    draft: &mut Draft,
    context: &mut Context<'_>,
    mut intent: Versioned<PaymentIntent>,
    method: &Versioned<PaymentMethod>,
    answer: ChallengeAnswer,
) -> Result<Option<Call>, Refusal> {
    let ChallengeAnswer {
        result,
        of,
        rehearsed,
    } = answer;
    let is_open = intent.record.challenge.as_ref() == Some(&of);
    if !is_open || intent.record.status != IntentStatus::RequiresAction {
        return Err(intent
            .record
            .state_refusal("This PaymentIntent does not wait for an authentication."));
    }
    let manual = intent.record.confirmation_method == ConfirmationMethod::Manual
        && method.record.kind.is_card();
    if manual && result == ChallengeResult::Authenticated {
        intent.record.authenticated = true;
        intent.record.status = IntentStatus::RequiresConfirmation;
        draft.save(context, &mut intent, Transition::IntentUpdated);
        return Ok(None);
    }
    complete(draft, context, intent, method, (result, rehearsed)).map(Some)
}

/// Tells the processor how the open challenge ended.
fn complete(
    draft: &mut Draft,
    context: &mut Context<'_>,
    mut intent: Versioned<PaymentIntent>,
    method: &Versioned<PaymentMethod>,
    (result, rehearsed): (ChallengeResult, Option<Rehearsed>),
) -> Result<Call, Refusal> {
    let Some(original) = intent.record.challenge.take() else {
        return Err(Refusal::Busy);
    };
    intent.record.authenticated = false;
    intent.record.calls += 1;
    let charge: Id<super::Charge> = original.as_str().into();
    let mut request = intent_authorization(context, &intent.record, &method.record, &charge);
    request.verb = Verb::Complete;
    request.reference = format!("{original}-c{}", intent.record.calls);
    request.original = Some(original);
    request.terms.challenge = Some(result);
    request.terms.rehearsed = rehearsed;
    let mut attempt = Attempt::new(context, Target::Intent(intent.record.id.clone()), &request);
    attempt.record.charge = Some(charge);
    send(draft, context, &mut intent, &attempt);
    Ok(Call { attempt, request })
}
