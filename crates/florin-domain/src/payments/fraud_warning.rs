//! Early fraud warnings: an issuer's word that a charge may be fraud, before anybody objects.
//!
//! A warning moves no money. It can be acted upon as long as giving the money back may still keep a dispute away.

use super::{Charge, PaymentIntent};
use crate::changes::Draft;
use crate::context::Context;
use crate::record::{Columns, Versioned, record};
use crate::transitions::Transition;
use florin_base::Id;

record! {
    /// An issuer's word that a charge may be fraud.
    pub struct EarlyFraudWarning: EarlyFraudWarning, "issfr_" {
        /// Neither disputed nor given back in full.
        actionable: bool,
        /// Which charge.
        charge: Id<Charge>,
        /// Which intent.
        payment_intent: Option<Id<PaymentIntent>>,
        /// `misc`, `made_with_stolen_card` …
        fraud_type: String,
    }
}

impl EarlyFraudWarning {
    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![Some(self.charge.as_str()), self.payment_intent.as_deref()]
    }
}

/// Whether a warning about this charge can be acted upon.
pub(super) fn is_actionable(charge: &Charge) -> bool {
    charge.dispute.is_none() && charge.refundable() > 0
}

/// Brings the warning of a charge, where it has one, to what the charge is now.
pub(super) fn reconsider(
    draft: &mut Draft,
    context: &mut Context<'_>,
    charge: &Charge,
    warning: &mut Option<Versioned<EarlyFraudWarning>>,
) {
    let actionable = is_actionable(charge);
    let changed = |held: &&mut Versioned<EarlyFraudWarning>| held.record.actionable != actionable;
    let Some(held) = warning.as_mut().filter(changed) else {
        return;
    };
    let before = held.record.clone();
    held.record.actionable = actionable;
    draft.save_with(context, held, Transition::WarningUpdated, Some(before));
}
