//! Payment methods: what can pay, perhaps a card that is saved with a customer.

use super::{FutureUsage, Metadata, MetadataPatch};
use crate::cards::{CardDetails, CardSource, Checks};
use crate::changes::Draft;
use crate::context::Context;
use crate::customers::{Customer, merge_echo};
use crate::methods::MethodType;
use crate::record::{Columns, Entity, Versioned, record};
use crate::refusal::Refusal;
use crate::transitions::Transition;
use florin_base::Id;
use serde_json::{Map, Value};

record! {
    /// What can pay.
    pub struct PaymentMethod: PaymentMethod, "pm_" {
        /// What it is.
        kind: MethodType,
        /// Its customer, once attached.
        customer: Option<Id<Customer>>,
        /// The card, if it is one.
        card: CardDetails,
        /// Where the number is.
        source: CardSource,
        /// Name, address, mail, phone.
        billing: Map<String, Value>,
        /// The merchant's own data.
        metadata: Metadata,
        /// `always`, `limited` or `unspecified`.
        allow_redisplay: Option<String>,
        /// Where the CVC waits, if not under this id: the token that this was made of.
        shelf: Option<String>,
        /// A CVC came with it.
        cvc_given: bool,
        /// What the issuer said at the last use.
        checks: Checks,
        /// The attempt that uses it now, outside: one that belongs to nobody pays once.
        attempt: Option<String>,
        /// Used once without a customer: it cannot be used again.
        consumed: bool,
        /// The buyer agreed to payments without them, and the card holder was asked.
        set_up: Option<FutureUsage>,
        /// It was detached and cannot be attached again.
        detached: bool,
    }
}

impl PaymentMethod {
    /// What was said of showing it to the buyer again.
    pub fn redisplay(&self) -> &str {
        self.allow_redisplay.as_deref().unwrap_or("unspecified")
    }

    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![self.customer.as_deref()]
    }

    /// As a buyer may see it who saw its last digits: without owner, address, metadata, and what tells it from others.
    pub fn as_shown(&self) -> PaymentMethod {
        let mut shown = PaymentMethod {
            customer: None,
            billing: Map::new(),
            metadata: Metadata::new(),
            checks: Checks::default(),
            ..self.clone()
        };
        shown.card.fingerprint.clear();
        shown
    }

    /// True when the buyer gave a value at this path of the billing details.
    pub fn billing_has(&self, path: &[&str]) -> bool {
        let found = match path {
            [name] => self.billing.get(*name),
            [outer, inner] => self.billing.get(*outer).and_then(|value| value.get(*inner)),
            _ => None,
        };
        found.is_some_and(|value| !value.is_null())
    }
}

/// What a new payment method is made of.
#[derive(Clone, Debug, Default)]
pub struct MethodDetails {
    /// What it is.
    pub kind: MethodType,
    /// The card.
    pub card: CardDetails,
    /// Where its number is.
    pub source: CardSource,
    /// Name, address, mail, phone.
    pub billing: Map<String, Value>,
    /// The merchant's own data.
    pub metadata: MetadataPatch,
    /// `always`, `limited` or `unspecified`.
    pub allow_redisplay: Option<String>,
    /// A CVC came with it.
    pub cvc_given: bool,
    /// The network that the card holder prefers, if one was said; an empty text takes a preference back.
    pub preferred: Option<String>,
}

/// Makes a payment method that belongs to nobody yet. It is not saved: the caller decides with which transition.
pub fn create_method(
    context: &mut Context<'_>,
    details: MethodDetails,
) -> Versioned<PaymentMethod> {
    let mut metadata = Metadata::new();
    details.metadata.apply(&mut metadata);
    let mut card = details.card;
    if let Some(network) = &details.preferred {
        card.prefer(network);
    }
    Versioned::fresh(PaymentMethod {
        id: context.id(),
        created: context.now,
        kind: details.kind,
        card,
        source: details.source,
        billing: details.billing,
        metadata,
        allow_redisplay: details.allow_redisplay,
        cvc_given: details.cvc_given,
        ..PaymentMethod::default()
    })
}

/// Saves a payment method with a customer.
///
/// # Errors
/// It belongs to another customer, was used without one, or was detached before.
pub fn attach(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<PaymentMethod>,
    customer: &Versioned<Customer>,
) -> Result<(), Refusal> {
    let method = &mut held.record;
    if customer.record.deleted {
        return Err(Refusal::missing_in_body(
            Customer::KIND,
            customer.record.id(),
            "customer",
        ));
    }
    if !method.kind.is_card() {
        let message = format!(
            "A payment method of type {:?} pays once and cannot be attached. Only cards can be saved.",
            method.kind.word()
        );
        return Err(Refusal::plain(None, message));
    }
    match &method.customer {
        Some(owner) if *owner == customer.record.id => return Ok(()),
        Some(_) => {
            let message =
                "The payment method you provided has already been attached to a customer.";
            return Err(Refusal::plain(None, message));
        }
        None if method.consumed || method.detached => {
            let message = "This PaymentMethod was previously used without being attached to a Customer or was detached \
                from a Customer, and may not be used again.";
            return Err(Refusal::plain(None, message));
        }
        None => {}
    }
    method.customer = Some(customer.record.id.clone());
    draft.save(context, held, Transition::MethodAttached);
    Ok(())
}

/// Takes a payment method from its customer, for good.
///
/// # Errors
/// It has no customer.
pub fn detach(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<PaymentMethod>,
) -> Result<(), Refusal> {
    if held.record.customer.is_none() {
        let message = "The payment method you provided is not attached to a customer so detachment is impossible.";
        return Err(Refusal::plain(None, message));
    }
    let before = held.record.clone();
    held.record.customer = None;
    held.record.detached = true;
    draft.save_with(context, held, Transition::MethodDetached, Some(before));
    Ok(())
}

/// Changes billing details, metadata or the expiry of a payment method.
///
/// # Errors
/// Only a payment method with a customer can be changed.
pub fn update_method(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<PaymentMethod>,
    patch: MethodDetails,
) -> Result<(), Refusal> {
    if held.record.customer.is_none() {
        let message = "You must save this PaymentMethod to a customer before you can update it.";
        return Err(Refusal::plain(None, message));
    }
    let before = held.record.clone();
    merge_echo(&mut held.record.billing, patch.billing);
    patch.metadata.apply(&mut held.record.metadata);
    if patch.allow_redisplay.is_some() {
        held.record.allow_redisplay = patch.allow_redisplay;
    }
    if let Some(network) = &patch.preferred {
        held.record.card.prefer(network);
    }
    if patch.card.exp_month != 0 {
        held.record.card.exp_month = patch.card.exp_month;
    }
    if patch.card.exp_year != 0 {
        held.record.card.exp_year = patch.card.exp_year;
    }
    draft.save_with(context, held, Transition::MethodUpdated, Some(before));
    Ok(())
}
