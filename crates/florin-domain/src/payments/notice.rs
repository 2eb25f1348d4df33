//! Notices: what a processor tells beside its answer, written down with the charge that they are about.
//!
//! A charge takes its disputes once and one warning. Several disputes that are told together share what was captured,
//! so that no more is disputed than was taken. Deliberately absent: a dispute's later life.

use super::fraud_warning::{is_actionable, reconsider};
use super::{Charge, Dispute, EarlyFraudWarning};
use crate::changes::Draft;
use crate::context::Context;
use crate::ledger::{self, Booking};
use crate::processor::Notice;
use crate::record::Versioned;
use crate::transitions::Transition;
use florin_base::time::DAY_S;
use florin_base::{Id, currency};

/// The fee of a dispute in minor units.
const DISPUTE_FEE: i64 = 1_500;
/// Evidence is due after so many days.
const EVIDENCE_DAYS: i64 = 10;

/// Takes the notices that came with money. `warning` is the one that the charge has already.
pub(super) fn take(
    draft: &mut Draft,
    context: &mut Context<'_>,
    charge: &mut Versioned<Charge>,
    warning: &mut Option<Versioned<EarlyFraudWarning>>,
    notices: &[Notice],
) {
    if charge.record.dispute.is_none() {
        open_disputes(draft, context, charge, notices);
    }
    if charge.record.fraud_warning.is_none() {
        raise_warning(draft, context, charge, notices);
    }
    reconsider(draft, context, &charge.record, warning);
}

/// Opens one dispute for each notice of one. The charge points at the newest.
fn open_disputes(
    draft: &mut Draft,
    context: &mut Context<'_>,
    charge: &mut Versioned<Charge>,
    notices: &[Notice],
) {
    let told: Vec<&Notice> = notices
        .iter()
        .filter(|notice| matches!(notice, Notice::Dispute { .. }))
        .collect();
    let unit = currency::row(charge.record.currency.as_str()).map_or(1, |row| row.multiple_of);
    let amounts = shares(charge.record.amount_captured, told.len(), unit);
    // Disputes of one moment are listed by their ids, so the one that sorts last is the newest.
    let mut ids: Vec<Id<Dispute>> = told.iter().map(|_| context.id()).collect();
    ids.sort_unstable_by(|left, right| left.as_str().cmp(right.as_str()));
    let mut newest = None;
    for ((notice, amount), id) in told.into_iter().zip(amounts).zip(ids) {
        // A share of nothing, where less was taken than there are disputes, is nothing to object to.
        if amount == 0 {
            continue;
        }
        newest = Some(id.clone());
        let dispute = Dispute {
            id,
            amount,
            ..described(context, &charge.record, notice)
        };
        open(draft, context, dispute);
    }
    if newest.is_some() {
        charge.record.dispute = newest;
        draft.save(context, charge, Transition::ChargeDisputed);
    }
}

/// An amount in parts that differ by one unit at most and sum to it. The smaller ones stand first. A unit is the least
/// amount that the currency knows, in minor units.
fn shares(amount: i64, count: usize, unit: i64) -> Vec<i64> {
    let (count, units) = (count as i64, amount / unit);
    let until = |part: i64| match part == count {
        true => i128::from(amount),
        false => i128::from(units) * i128::from(part) / i128::from(count) * i128::from(unit),
    };
    (0..count)
        .map(|part| (until(part + 1) - until(part)) as i64)
        .collect()
}

/// A dispute as its notice tells of it, without id and amount.
fn described(context: &Context<'_>, charge: &Charge, notice: &Notice) -> Dispute {
    let mut dispute = Dispute {
        created: context.now,
        currency: charge.currency,
        charge: charge.id.clone(),
        payment_intent: charge.payment_intent.clone(),
        due_by: context.now.plus_seconds(EVIDENCE_DAYS * DAY_S),
        brand: charge.card.brand.clone(),
        ..Dispute::default()
    };
    if let Notice::Dispute {
        reason,
        inquiry,
        network_reason_code,
    } = notice
    {
        dispute.reason = reason.clone();
        dispute.inquiry = *inquiry;
        dispute.network_reason_code = network_reason_code.clone();
    }
    dispute
}

/// Opens a dispute; unless it is only an inquiry, the money is withdrawn with it.
fn open(draft: &mut Draft, context: &mut Context<'_>, dispute: Dispute) {
    let mut held = Versioned::fresh(dispute);
    if held.record.inquiry {
        draft.save(context, &mut held, Transition::InquiryOpened);
        return;
    }
    let booking = Booking {
        source: &held.record.id,
        asset: held.record.currency,
        now: context.now,
        available_on: context.now,
        description: None,
    };
    let transaction = ledger::dispute(&mut context.ids, &booking, held.record.amount, DISPUTE_FEE);
    held.record.transaction = Some(transaction.id.clone());
    held.record.fee = DISPUTE_FEE;
    draft.book(transaction);
    draft.save(context, &mut held, Transition::DisputeOpened);
}

/// Writes down the first warning among the notices.
fn raise_warning(
    draft: &mut Draft,
    context: &mut Context<'_>,
    charge: &mut Versioned<Charge>,
    notices: &[Notice],
) {
    let fraud_type = notices.iter().find_map(|notice| match notice {
        Notice::FraudWarning { fraud_type } => Some(fraud_type),
        Notice::Dispute { .. } => None,
    });
    let Some(fraud_type) = fraud_type else {
        return;
    };
    let mut held = Versioned::fresh(EarlyFraudWarning {
        id: context.id(),
        created: context.now,
        actionable: is_actionable(&charge.record),
        charge: charge.record.id.clone(),
        payment_intent: charge.record.payment_intent.clone(),
        fraud_type: fraud_type.clone(),
        ..EarlyFraudWarning::default()
    });
    draft.save(context, &mut held, Transition::WarningRaised);
    charge.record.fraud_warning = Some(held.record.id);
    draft.save(context, charge, Transition::ChargeWarned);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_sum_to_the_amount_and_differ_by_one_unit_at_most() {
        for (amount, count, unit, expected) in [
            (4_000, 1, 1, vec![4_000]),
            (4_000, 2, 1, vec![2_000, 2_000]),
            (4_001, 2, 1, vec![2_000, 2_001]),
            (100, 3, 1, vec![33, 33, 34]),
            (1_010, 2, 10, vec![500, 510]),
            (1_500, 2, 100, vec![700, 800]),
            (1, 2, 1, vec![0, 1]),
            (0, 2, 1, vec![0, 0]),
            (i64::MAX, 2, 1, vec![i64::MAX / 2, i64::MAX / 2 + 1]),
            (4_000, 0, 1, Vec::new()),
        ] {
            let found = shares(amount, count, unit);
            assert_eq!(found, expected, "{amount} in {count}");
        }
    }
}
