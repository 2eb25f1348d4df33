//! Changing an open session: what the merchant changes, and what the buyer chooses on the page.

use super::create::{check_count, check_quantity, priced};
use super::totals::sum;
use super::{Adjusts, CheckoutSession, Line, LineTax, SessionMode, ShippingOption};
use crate::catalog::{Price, Product, TaxRate};
use crate::changes::Draft;
use crate::context::Context;
use crate::payments::{
    FutureUsage, IntentStatus, MetadataPatch, PaymentIntent, SetupIntent, SetupStatus,
};
use crate::record::{Versioned, set};
use crate::refusal::Refusal;
use crate::transitions::Transition;
use serde_json::{Map, Value};

/// What the merchant changes.
#[derive(Clone, Debug, Default)]
pub struct UpdateSession {
    /// Metadata to merge.
    pub metadata: MetadataPatch,
    /// Other ways of shipping; the first one is chosen.
    pub shipping_options: Option<Vec<ShippingOption>>,
    /// All that is sold from now on.
    pub lines: Option<Vec<LineChange>>,
    /// What the intent is made with.
    pub terms: Option<TermsPatch>,
    /// Where to ship, as the merchant knows it: name and address.
    pub delivery: Option<Map<String, Value>>,
}

/// One position of the order after a change. With an id it is one that stands there: as it was but for what is said, its price
/// too. Without one it is new.
#[derive(Clone, Debug, Default)]
pub struct LineChange {
    /// `li_…`.
    pub id: Option<String>,
    /// What is sold, and for how much.
    pub sold: Option<(Price, Product)>,
    /// How many.
    pub quantity: Option<i64>,
    /// The buyer may change how many; the inner `None` takes that away.
    pub adjustable: Option<Option<Adjusts>>,
    /// What is added or contained.
    pub taxes: Option<Vec<TaxRate>>,
    /// The merchant's own data.
    pub metadata: MetadataPatch,
}

/// A change of what the intent is made with. `None` leaves a member alone.
#[derive(Clone, Debug, Default)]
pub struct TermsPatch {
    /// Free text.
    pub description: Option<Option<String>>,
    /// The merchant's own data, to merge.
    pub metadata: MetadataPatch,
    /// Save the method for later.
    pub setup_future_usage: Option<Option<FutureUsage>>,
    /// Descriptive members; null takes one away.
    pub echo: Map<String, Value>,
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
    if command.changes_order() {
        held.record.check_open(context.now)?;
    }
    let changes_sum = command.changes_sum();
    if let Some(changes) = command.lines {
        held.record.lines = relined(context, &held.record, changes)?;
    }
    if let Some(options) = command.shipping_options {
        held.record.offer_shipping(options)?;
    }
    if changes_sum {
        sum(&mut held.record)?;
    }
    if let Some(patch) = command.terms {
        agree(&mut held.record, patch)?;
    }
    if let Some(delivery) = command.delivery {
        held.record.delivery = delivery;
    }
    command.metadata.apply(&mut held.record.metadata);
    draft.save(context, held, Transition::SessionChanged);
    Ok(())
}

/// What is sold after a change.
fn relined(
    context: &mut Context<'_>,
    session: &CheckoutSession,
    changes: Vec<LineChange>,
) -> Result<Vec<Line>, Refusal> {
    if session.mode == SessionMode::Setup {
        let message = "You can not pass `line_items` in `setup` mode.";
        return Err(Refusal::invalid("line_items", message));
    }
    check_count(changes.len())?;
    let mut lines: Vec<Line> = Vec::with_capacity(changes.len());
    for (at, change) in changes.into_iter().enumerate() {
        let line = changed(context, session, at, change)?;
        if lines.iter().any(|known| known.id == line.id) {
            let param = format!("line_items[{at}][id]");
            let message = "This line item stands here twice.";
            return Err(Refusal::invalid(&param, message));
        }
        lines.push(line);
    }
    if lines.iter().all(|line| line.quantity == 0) {
        return Err(Refusal::invalid("line_items", NOTHING_SOLD));
    }
    // What is only offered stays on offer; a list of what is sold does not name it.
    let offered = session.lines.iter().filter(|line| line.optional.is_some());
    for line in offered {
        if lines.iter().all(|known| known.id != line.id) {
            lines.push(Line {
                quantity: 0,
                ..line.clone()
            });
        }
    }
    Ok(lines)
}

/// An order sells something.
const NOTHING_SOLD: &str = "At least one item has to stay in the order.";

/// One position after a change.
fn changed(
    context: &mut Context<'_>,
    session: &CheckoutSession,
    at: usize,
    change: LineChange,
) -> Result<Line, Refusal> {
    let param = |name: &str| format!("line_items[{at}][{name}]");
    let held = match &change.id {
        None => Line {
            id: context.ids.id("li_"),
            ..Line::default()
        },
        Some(id) => {
            let held = session.lines.iter().find(|line| line.id == *id);
            let message = format!("This session has no line item {id}.");
            let gone = || Refusal::invalid(&param("id"), message);
            held.cloned().ok_or_else(gone)?
        }
    };
    let mut line = match &change.sold {
        Some((price, product)) => Line {
            id: held.id,
            quantity: held.quantity,
            adjustable: held.adjustable,
            optional: held.optional,
            taxes: held.taxes,
            metadata: held.metadata,
            ..priced(price, product, (session.currency, at))?
        },
        None => held,
    };
    line.quantity = change.quantity.unwrap_or(line.quantity);
    if let Some(said) = change.adjustable {
        line.adjustable = said.map(|adjusts| adjusts.around(line.quantity));
    }
    // What the buyer left out may stay so.
    if change.quantity.is_some() || change.adjustable.is_some() || change.sold.is_some() {
        check_quantity((line.quantity, line.adjustable), line.custom.is_some(), at)?;
    }
    if let Some(taxes) = change.taxes {
        line.taxes = taxes.iter().map(LineTax::of).collect();
    }
    change.metadata.apply(&mut line.metadata);
    Ok(line)
}

/// What the intent will be made with, or changed to at the next press.
fn agree(session: &mut CheckoutSession, patch: TermsPatch) -> Result<(), Refusal> {
    if session.mode == SessionMode::Setup {
        let message = "You can only pass `payment_intent_data` in `payment` mode.";
        return Err(Refusal::invalid("payment_intent_data", message));
    }
    let terms = &mut session.terms;
    set(&mut terms.description, patch.description);
    set(&mut terms.setup_future_usage, patch.setup_future_usage);
    patch.metadata.apply(&mut terms.metadata);
    for (name, value) in patch.echo {
        match value.is_null() {
            true => terms.echo.remove(&name),
            false => terms.echo.insert(name, value),
        };
    }
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
        return Err(Refusal::invalid("quantities", NOTHING_SOLD));
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
        (Some(line), Some(_)) if line.allows(quantity) => {
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

impl UpdateSession {
    /// Whether the sum may be another one afterwards.
    fn changes_sum(&self) -> bool {
        self.lines.is_some() || self.shipping_options.is_some()
    }

    /// Metadata can be changed for ever, everything else as long as the buyer may pay.
    fn changes_order(&self) -> bool {
        self.changes_sum() || self.terms.is_some() || self.delivery.is_some()
    }
}

impl Choice {
    /// Whether the sum may be another one afterwards.
    pub fn changes_sum(&self) -> bool {
        self.shipping_rate.is_some() || !self.quantities.is_empty() || !self.amounts.is_empty()
    }
}
