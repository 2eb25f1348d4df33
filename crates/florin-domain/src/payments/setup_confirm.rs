//! Creating, changing and confirming set-ups.

use super::confirm::{ChallengeAnswer, authorization, hold};
use super::confirmation_token::set_up_with;
use super::create::{check_customer, kept_types};
use super::{
    Attempt, AutomaticMethods, Call, ConfirmationToken, FutureUsage, Metadata, MetadataPatch,
    PaymentMethod, SetupIntent, SetupStatus, Target,
};
use crate::changes::Draft;
use crate::checkout::CheckoutSession;
use crate::context::Context;
use crate::customers::{Customer, merge_echo};
use crate::processor::Verb;
use crate::record::Versioned;
use crate::refusal::Refusal;
use crate::transitions::Transition;
use florin_base::{Asset, Id};
use serde_json::{Map, Value};

/// What the merchant asks for.
#[derive(Clone, Debug, Default)]
pub struct CreateSetup {
    /// The types; empty lets Florin choose.
    pub types: Vec<String>,
    /// Florin chooses the types.
    pub automatic: Option<AutomaticMethods>,
    /// What for.
    pub usage: FutureUsage,
    /// The checkout session that it belongs to.
    pub session: Option<Id<CheckoutSession>>,
}

/// The parts that create, update and confirm share. `None` leaves a member alone, `Some(None)` empties it.
#[derive(Clone, Debug, Default)]
pub struct SetupCommand {
    /// The types, when the caller narrows them; an empty list lets Florin choose.
    pub types: Option<Vec<String>>,
    /// Free text.
    pub description: Option<Option<String>>,
    /// Metadata to merge.
    pub metadata: MetadataPatch,
    /// Where the buyer goes after a challenge.
    pub return_url: Option<String>,
    /// Ask for 3-D Secure.
    pub request_three_d_secure: Option<String>,
    /// Descriptive members to merge.
    pub echo: Map<String, Value>,
    /// The page of its checkout session confirms.
    pub by_session: bool,
    /// The buyer's answer to an open challenge.
    pub challenge: Option<ChallengeAnswer>,
}

fn apply(setup: &mut SetupIntent, command: SetupCommand) -> Result<(), Refusal> {
    if let Some(types) = command.types {
        if !types.is_empty() {
            setup.automatic = None;
        }
        setup.types = kept_types(&types)?;
    }
    if let Some(description) = command.description {
        setup.description = description;
    }
    if command.return_url.is_some() {
        setup.return_url = command.return_url;
    }
    if command.request_three_d_secure.is_some() {
        setup.request_three_d_secure = command.request_three_d_secure;
    }
    command.metadata.apply(&mut setup.metadata);
    merge_echo(&mut setup.echo, command.echo);
    Ok(())
}

/// Makes a set-up.
///
/// # Errors
/// The customer is gone, the payment method belongs to another one, or Florin cannot take a type.
pub fn create_setup(
    draft: &mut Draft,
    context: &mut Context<'_>,
    parts: (CreateSetup, SetupCommand),
    customer: Option<&Versioned<Customer>>,
    method: Option<&Versioned<PaymentMethod>>,
) -> Result<Versioned<SetupIntent>, Refusal> {
    let (create, command) = parts;
    if let Some(customer) = customer {
        check_customer(draft, customer)?;
    }
    let mut setup = SetupIntent {
        id: context.id(),
        created: context.now,
        customer: customer.map(|held| held.record.id.clone()),
        types: kept_types(&create.types)?,
        automatic: create.automatic,
        usage: create.usage,
        session: create.session,
        secret: context.ids.secret(25),
        metadata: Metadata::new(),
        ..SetupIntent::default()
    };
    apply(&mut setup, command)?;
    if let Some(method) = method {
        choose(&mut setup, &method.record)?;
    }
    let mut held = Versioned::fresh(setup);
    draft.save(context, &mut held, Transition::SetupCreated);
    Ok(held)
}

fn choose(setup: &mut SetupIntent, method: &PaymentMethod) -> Result<(), Refusal> {
    if !method.kind.is_card() {
        let message = "Only cards can be set up for later payments.";
        return Err(Refusal::invalid("payment_method", message));
    }
    let foreign = method.customer.is_some() && method.customer != setup.customer;
    if foreign || (method.customer.is_none() && (method.consumed || method.detached)) {
        return Err(Refusal::invalid(
            "payment_method",
            "The provided PaymentMethod belongs to another customer, or was used without one and may not be used again.",
        ));
    }
    setup.payment_method = Some(method.id.clone());
    setup.status = SetupStatus::RequiresConfirmation;
    Ok(())
}

/// Changes a set-up.
///
/// # Errors
/// A finished one cannot take another customer or payment method, and none takes a type that Florin cannot.
pub fn update_setup(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<SetupIntent>,
    command: SetupCommand,
    parts: (
        Option<&Versioned<Customer>>,
        Option<&Versioned<PaymentMethod>>,
    ),
) -> Result<(), Refusal> {
    let (customer, method) = parts;
    let closed = matches!(
        held.record.status,
        SetupStatus::Succeeded | SetupStatus::Canceled
    );
    if closed && (customer.is_some() || method.is_some()) {
        let message = format!(
            "This SetupIntent has a status of {} and cannot be changed.",
            held.record.status.word()
        );
        return Err(held.record.state_refusal(message));
    }
    if held.record.attempt.is_some() && (customer.is_some() || method.is_some()) {
        return Err(Refusal::Busy);
    }
    if let Some(customer) = customer {
        check_customer(draft, customer)?;
        held.record.customer = Some(customer.record.id.clone());
    }
    apply(&mut held.record, command)?;
    if let Some(method) = method {
        choose(&mut held.record, &method.record)?;
    }
    draft.save(context, held, Transition::SetupUpdated);
    Ok(())
}

/// Decides on the confirmation of a set-up, or on the answer to its challenge: the processor verifies the card.
///
/// # Errors
/// The set-up is finished or has no payment method, or Florin cannot take a type.
pub fn confirm_setup(
    draft: &mut Draft,
    context: &mut Context<'_>,
    mut held: Versioned<SetupIntent>,
    (method, token): (
        Option<Versioned<PaymentMethod>>,
        Option<Versioned<ConfirmationToken>>,
    ),
    command: SetupCommand,
) -> Result<Call, Refusal> {
    check_state(&held.record, &command)?;
    let Some(method) = method else {
        return Err(held.record.state_refusal(
            "You cannot confirm this SetupIntent because it's missing a payment method. Pass `payment_method` and \
             confirm it again.",
        ));
    };
    let challenge = command.challenge.as_ref().map(|answer| answer.result);
    apply(&mut held.record, command)?;
    if let Some(token) = token {
        set_up_with(draft, context, token, &mut held.record)?;
    }
    choose(&mut held.record, &method.record)?;
    held.record.last_error = None;
    let reference = context.ids.id("vrf_");
    let nothing = Asset::parse("usd").unwrap_or_default();
    let mut request = authorization(context, &method.record, &reference, 0, nothing);
    request.verb = if challenge.is_some() {
        Verb::Complete
    } else {
        Verb::Verify
    };
    // A fresh verification has nothing to do with a challenge that was left open.
    request.original = held.record.challenge.take().filter(|_| challenge.is_some());
    request.terms.challenge = challenge;
    request.terms.sets_up = true;
    let asked = held.record.request_three_d_secure.as_deref();
    request.terms.ask_authentication = matches!(asked, Some("any" | "challenge"));
    let attempt = Attempt::new(context, Target::Setup(held.record.id.clone()), &request);
    if context.outside {
        held.record.status = SetupStatus::Processing;
        held.record.attempt = Some(attempt.record.id.to_string());
        draft.save(context, &mut held, Transition::SetupUpdated);
    } else {
        draft.stage(held);
    }
    if method.version == 0 {
        hold(draft, context, method);
    }
    Ok(Call { attempt, request })
}

fn check_state(setup: &SetupIntent, command: &SetupCommand) -> Result<(), Refusal> {
    let answer = command.challenge.as_ref();
    if setup.attempt.is_some() {
        return Err(Refusal::Busy);
    }
    let is_open = |answer: &ChallengeAnswer| {
        setup.status == SetupStatus::RequiresAction && setup.challenge.as_ref() == Some(&answer.of)
    };
    if !answer.is_none_or(is_open) {
        return Err(setup.state_refusal("This SetupIntent does not wait for an authentication."));
    }
    let message = match setup.status {
        SetupStatus::Succeeded => {
            "You cannot confirm this SetupIntent because it has already succeeded."
        }
        SetupStatus::Canceled => {
            "You cannot confirm this SetupIntent because it has a status of canceled."
        }
        _ if setup.session.is_some() && !command.by_session && answer.is_none() => {
            "You cannot confirm this SetupIntent because it belongs to a Checkout Session, whose page confirms it."
        }
        _ => return Ok(()),
    };
    Err(setup.state_refusal(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn narrowed(types: &[&str]) -> Result<SetupIntent, Refusal> {
        let mut setup = SetupIntent {
            types: vec!["card".to_owned()],
            automatic: Some(AutomaticMethods::default()),
            ..SetupIntent::default()
        };
        let command = SetupCommand {
            types: Some(types.iter().map(|name| (*name).to_owned()).collect()),
            ..SetupCommand::default()
        };
        apply(&mut setup, command).map(|()| setup)
    }

    #[test]
    fn later_requests_narrow_a_set_up_to_cards_and_to_nothing_else() {
        for (types, automatic) in [
            (&["card"][..], None),
            (&[], Some(AutomaticMethods::default())),
        ] {
            let setup = narrowed(types);
            assert!(
                setup.is_ok_and(|setup| setup.types == ["card"] && setup.automatic == automatic)
            );
        }
        let refused = narrowed(&["card", "sepa_debit"]).expect_err("a refusal");
        let Refusal::Invalid { param, message, .. } = refused else {
            panic!("another refusal");
        };
        assert_eq!(param.as_deref(), Some("allowed_payment_method_types"));
        assert!(message.contains("sepa_debit"));
    }
}
