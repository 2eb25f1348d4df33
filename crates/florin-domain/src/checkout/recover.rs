//! An expired session begun anew: another one that sells the same, under an address that the merchant may send the buyer.
//!
//! Deliberately absent: promotion codes, and what the buyer had told the page of the first one.

use super::create::{end_of, publish};
use super::{CheckoutSession, Line, PaidState, SessionStatus};
use crate::changes::Draft;
use crate::context::Context;
use crate::record::{Unknown, Versioned};
use crate::refusal::Refusal;
use crate::transitions::Transition;
use florin_base::Timestamp;
use serde_json::Map;

impl CheckoutSession {
    /// Whether it still takes the place of the one that it was begun from. Whoever begins anew again and again has one session, and
    /// pays once.
    pub fn stands_in(&self, now: Timestamp) -> bool {
        self.status != SessionStatus::Expired && !self.is_due(now)
    }
}

/// Begins a session anew; nothing stands in for it.
///
/// # Errors
/// It has not expired, may not be begun anew, or its time for that is over, too.
pub fn recover(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<CheckoutSession>,
) -> Result<Versioned<CheckoutSession>, Refusal> {
    let is_over = |until| until <= context.now;
    if held.record.recoverable_until.is_none_or(is_over) {
        return Err(Refusal::plain(
            Some("session_expired"),
            "This Checkout Session cannot be begun anew. Create another one.",
        ));
    }
    let mut fresh = Versioned::fresh(anew(context, &held.record)?);
    publish(draft, context, &fresh.record);
    draft.save(context, &mut fresh, Transition::SessionChanged);
    held.record.recovered_by = Some(fresh.record.id.clone());
    draft.save(context, held, Transition::SessionChanged);
    Ok(fresh)
}

fn anew(context: &mut Context<'_>, old: &CheckoutSession) -> Result<CheckoutSession, Refusal> {
    let mode = context.scope.mode();
    let lines = old.lines.iter().map(|line| Line {
        id: context.ids.id("li_"),
        ..line.clone()
    });
    let lines = lines.collect();
    let mut collect = old.collect.clone();
    for field in &mut collect.fields {
        field.value = None;
    }
    Ok(CheckoutSession {
        id: context.ids.id(&format!("cs_{mode}_")).as_str().into(),
        created: context.now,
        status: SessionStatus::Open,
        paid: PaidState::Unpaid,
        lines,
        collect,
        buyer: Map::new(),
        delivery: Map::new(),
        agreed: false,
        intent: None,
        setup: None,
        counts: false,
        expires: end_of(context, None)?,
        recoverable_until: None,
        recovered_from: Some(old.id.clone()),
        recovered_by: None,
        unknown: Unknown::default(),
        ..old.clone()
    })
}
