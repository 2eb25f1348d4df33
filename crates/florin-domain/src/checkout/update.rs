//! Changing an open session: what the merchant changes, and what the buyer chooses on the page.

use super::totals::sum;
use super::{CheckoutSession, ShippingOption};
use crate::changes::Draft;
use crate::context::Context;
use crate::payments::{IntentStatus, MetadataPatch, PaymentIntent, SetupIntent, SetupStatus};
use crate::record::Versioned;
use crate::refusal::Refusal;
use crate::transitions::Transition;

/// What the merchant changes.
#[derive(Clone, Debug, Default)]
pub struct UpdateSession {
    /// Metadata to merge.
    pub metadata: MetadataPatch,
    /// Other ways of shipping; the first one is chosen.
    pub shipping_options: Option<Vec<ShippingOption>>,
}

/// What the buyer chooses.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// A way of shipping.
    pub shipping_rate: Option<String>,
    /// How many of an item.
    pub quantities: Vec<(String, i64)>,
    /// What an item is to cost, in minor units.
    pub amounts: Vec<(String, i64)>,
    /// The language of the page.
    pub locale: Option<String>,
}

/// Changes a session. Metadata can be changed in every state, prices only while it is open.
///
/// # Errors
/// It is over, or the new sum cannot be charged.
pub fn update(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<CheckoutSession>,
    command: UpdateSession,
) -> Result<(), Refusal> {
    if let Some(options) = command.shipping_options {
        held.record.check_open(context.now)?;
        held.record.offer_shipping(options)?;
        sum(&mut held.record)?;
    }
    command.metadata.apply(&mut held.record.metadata);
    draft.save(context, held, Transition::SessionChanged);
    Ok(())
}

/// Takes the buyer's choices. The new sum is charged at the next press of the button.
///
/// # Errors
/// It is over, or what is chosen is not offered.
pub fn choose(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<CheckoutSession>,
    choice: Choice,
) -> Result<(), Refusal> {
    let session = &mut held.record;
    session.check_open(context.now)?;
    if let Some(rate) = choice.shipping_rate {
        let offered = session.shipping_options.iter();
        let found = offered
            .map(|option| &option.rate)
            .find(|id| id.as_str() == rate);
        let Some(found) = found.cloned() else {
            return Err(Refusal::invalid(
                "shipping_option",
                "This way of shipping is not offered.",
            ));
        };
        session.shipping_rate = Some(found);
    }
    for (id, quantity) in choice.quantities {
        adjust(session, &id, quantity)?;
    }
    for (id, amount) in choice.amounts {
        price(session, &id, amount)?;
    }
    if session.lines.iter().all(|line| line.quantity == 0) && !session.lines.is_empty() {
        return Err(Refusal::invalid(
            "quantities",
            "At least one item has to stay in the order.",
        ));
    }
    if choice.locale.is_some() {
        session.locale = choice.locale;
    }
    sum(session)?;
    draft.save(context, held, Transition::SessionChanged);
    Ok(())
}

fn adjust(session: &mut CheckoutSession, id: &str, quantity: i64) -> Result<(), Refusal> {
    let line = session.lines.iter_mut().find(|line| line.id == id);
    let bounds = line.as_ref().and_then(|line| line.adjustable);
    match (line, bounds) {
        (Some(line), Some(bounds)) if (bounds.minimum..=bounds.maximum).contains(&quantity) => {
            line.quantity = quantity;
            Ok(())
        }
        (Some(_), Some(bounds)) => {
            let (least, most) = (bounds.minimum, bounds.maximum);
            let message = format!("The quantity must be from {least} to {most}.");
            Err(Refusal::invalid("quantities", message))
        }
        _ => Err(Refusal::invalid(
            "quantities",
            "The quantity of this item cannot be changed.",
        )),
    }
}

fn price(session: &mut CheckoutSession, id: &str, amount: i64) -> Result<(), Refusal> {
    let line = session.lines.iter_mut().find(|line| line.id == id);
    let bounds = line.as_ref().and_then(|line| line.custom);
    match (line, bounds) {
        (Some(line), Some(bounds)) if bounds.allows(amount) => {
            line.unit_amount = Some(amount);
            Ok(())
        }
        (Some(_), Some(_)) => Err(Refusal::invalid(AMOUNTS, AMOUNT_OUTSIDE)),
        _ => Err(Refusal::invalid(
            AMOUNTS,
            "The price of this item cannot be chosen.",
        )),
    }
}

/// The parameter of amounts that buyers choose.
pub(super) const AMOUNTS: &str = "amounts";
/// Not between the least and the most.
pub(super) const AMOUNT_OUTSIDE: &str = "Choose an amount that the merchant takes.";

/// Makes a session's payment free for another sum or another method: an open action is given up. What is answered to it
/// later finds nothing that waits for it.
///
/// # Errors
/// The session is over, or its payment is under way ([`Refusal::Busy`]).
pub fn abandon(
    draft: &mut Draft,
    context: &mut Context<'_>,
    session: &CheckoutSession,
    intent: Option<Versioned<PaymentIntent>>,
    setup: Option<Versioned<SetupIntent>>,
) -> Result<(), Refusal> {
    session.check_open(context.now)?;
    if let Some(mut intent) = intent {
        let record = &mut intent.record;
        if record.attempt.is_some() || record.status == IntentStatus::Processing {
            return Err(Refusal::Busy);
        }
        if record.status == IntentStatus::RequiresAction {
            record.status = IntentStatus::RequiresConfirmation;
            record.challenge = None;
            draft.save(context, &mut intent, Transition::IntentUpdated);
        }
    }
    if let Some(mut setup) = setup {
        let record = &mut setup.record;
        if record.attempt.is_some() {
            return Err(Refusal::Busy);
        }
        if record.status == SetupStatus::RequiresAction {
            record.status = SetupStatus::RequiresConfirmation;
            record.challenge = None;
            draft.save(context, &mut setup, Transition::SetupUpdated);
        }
    }
    Ok(())
}

impl Choice {
    /// Whether the sum may be another one afterwards.
    pub fn changes_sum(&self) -> bool {
        self.shipping_rate.is_some() || !self.quantities.is_empty() || !self.amounts.is_empty()
    }
}
