//! Changing a payment intent before it is confirmed, and the descriptive parts of a charge.

use super::confirm::check_method;
use super::create::{allowed_types, check_amount, check_customer};
use super::{
    CaptureMethod, Charge, FutureUsage, IntentStatus, MetadataPatch, PaymentIntent, PaymentMethod,
};
use crate::changes::Draft;
use crate::context::Context;
use crate::customers::{Customer, merge_echo};
use crate::methods::PixEnd;
use crate::record::Versioned;
use crate::refusal::Refusal;
use crate::transitions::Transition;
use florin_base::{Asset, Timestamp};
use serde_json::{Map, Value};

/// What an update says. `None` leaves a member alone, `Some(None)` empties it.
#[derive(Clone, Debug, Default)]
pub struct UpdateIntent {
    /// Minor units.
    pub amount: Option<i64>,
    /// The currency.
    pub currency: Option<Asset>,
    /// When the money is taken.
    pub capture_method: Option<CaptureMethod>,
    /// The types.
    pub types: Option<Vec<String>>,
    /// Types to leave out.
    pub excluded: Option<Vec<String>>,
    /// When a code of Pix ends.
    pub pix: Option<Option<PixEnd>>,
    /// Free text.
    pub description: Option<Option<String>>,
    /// Metadata to merge.
    pub metadata: MetadataPatch,
    /// Save the method for later.
    pub setup_future_usage: Option<Option<FutureUsage>>,
    /// Card options.
    pub card: super::CardPatch,
    /// Descriptive members to merge.
    pub echo: Map<String, Value>,
}

impl UpdateIntent {
    /// True when nothing but descriptive members would change, which is legal in every state.
    fn is_descriptive(&self) -> bool {
        self.amount.is_none()
            && self.currency.is_none()
            && self.capture_method.is_none()
            && self.types.is_none()
            && self.excluded.is_none()
            && self.pix.is_none()
            && self.setup_future_usage.is_none()
            && self.card == super::CardPatch::default()
    }
}

impl UpdateIntent {
    /// Applies the descriptive members only.
    pub fn describe(self, intent: &mut PaymentIntent) {
        if let Some(description) = self.description {
            intent.description = description;
        }
        self.metadata.apply(&mut intent.metadata);
        merge_echo(&mut intent.echo, self.echo);
    }
}

/// Changes a payment intent.
///
/// # Errors
/// Money and methods can be changed only before the payment is under way.
pub fn update_intent(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<PaymentIntent>,
    command: UpdateIntent,
    people: (
        Option<&Versioned<Customer>>,
        Option<&Versioned<PaymentMethod>>,
    ),
) -> Result<(), Refusal> {
    let (customer, method) = people;
    let descriptive = command.is_descriptive() && customer.is_none() && method.is_none();
    if !descriptive {
        check_changeable(&held.record)?;
    }
    if !descriptive {
        forget_authentication(&mut held.record);
    }
    if let Some(customer) = customer {
        check_customer(draft, customer)?;
        held.record.customer = Some(customer.record.id.clone());
    }
    apply(&mut held.record, command, context.now)?;
    if let Some(method) = method {
        check_method(&held.record, &method.record)?;
        held.record.payment_method = Some(method.record.id.clone());
        held.record.status = IntentStatus::RequiresConfirmation;
    }
    draft.save(context, held, Transition::IntentUpdated);
    Ok(())
}

fn check_changeable(intent: &PaymentIntent) -> Result<(), Refusal> {
    use IntentStatus::{RequiresAction, RequiresConfirmation, RequiresPaymentMethod};
    if matches!(
        intent.status,
        RequiresPaymentMethod | RequiresConfirmation | RequiresAction
    ) {
        return Ok(());
    }
    let message = format!(
        "This PaymentIntent's amount, currency, customer and payment method could not be updated because it has a \
         status of {}. You may only update them when it has one of the following statuses: requires_payment_method, \
         requires_confirmation, requires_action.",
        intent.status.word()
    );
    Err(intent.state_refusal(message))
}

fn apply(intent: &mut PaymentIntent, command: UpdateIntent, now: Timestamp) -> Result<(), Refusal> {
    if command.amount.is_some() || command.currency.is_some() {
        intent.amount = command.amount.unwrap_or(intent.amount);
        intent.currency = command.currency.unwrap_or(intent.currency);
        check_amount(intent.amount, intent.currency, "amount")?;
    }
    if let Some(capture) = command.capture_method {
        intent.capture_method = capture;
    }
    if let Some(types) = &command.types {
        intent.types = allowed_types(types, intent.currency)?;
        intent.check_left()?;
    }
    if let Some(usage) = command.setup_future_usage {
        intent.setup_future_usage = usage;
    }
    command.card.clone().apply(&mut intent.card);
    intent.narrow(command.excluded.clone(), command.pix, now)?;
    command.describe(intent);
    Ok(())
}

/// The buyer authenticated, or is asked to authenticate, for the payment as it was, with its amount and its card: it has
/// to be confirmed anew.
fn forget_authentication(intent: &mut PaymentIntent) {
    intent.authenticated = false;
    if intent.challenge.take().is_some() {
        intent.status = match intent.payment_method {
            Some(_) => IntentStatus::RequiresConfirmation,
            None => IntentStatus::RequiresPaymentMethod,
        };
    }
}

/// Changes the descriptive parts of a charge.
pub fn update_charge(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<Charge>,
    description: Option<Option<String>>,
    rest: (MetadataPatch, Map<String, Value>),
) {
    let before = held.record.clone();
    if let Some(description) = description {
        held.record.description = description;
    }
    let (metadata, echo) = rest;
    metadata.apply(&mut held.record.metadata);
    merge_echo(&mut held.record.echo, echo);
    draft.save_with(context, held, Transition::ChargeUpdated, Some(before));
}
