//! What becomes of approved money: it is booked where it is taken at once, or waits for its capture.

use super::Charge;
use crate::accounts::Pricing;
use crate::changes::{Draft, JobKind};
use crate::context::Context;
use crate::ledger::{self, Booking};
use florin_base::time::DAY_S;
use serde_json::json;

/// An authorization lives so many days.
pub const AUTHORIZATION_DAYS: i64 = 7;
/// An extended one lives so many days.
pub const AUTHORIZATION_DAYS_EXTENDED: i64 = 30;

/// Books a capture. The charge remembers its first transaction, and until when its newest money is pending.
pub(super) fn book_capture(
    draft: &mut Draft,
    context: &mut Context<'_>,
    charge: &mut Charge,
    pricing: &Pricing,
    amount: i64,
) {
    let available_on = ledger::available_on(context.now, charge.at_once);
    let booking = Booking {
        source: &charge.id,
        asset: charge.currency,
        now: context.now,
        available_on,
        description: charge.description.as_deref(),
    };
    let transaction = ledger::charge(&mut context.ids, &booking, amount, pricing.card.fee(amount));
    if charge.transaction.is_none() && charge.receipt_email().is_some() {
        let id = format!("job_receipt_{}", charge.id);
        let body = json!({ "charge": charge.id });
        draft.job(JobKind::Receipt, id, context.now_real, body);
    }
    charge
        .transaction
        .get_or_insert_with(|| transaction.id.clone());
    charge.available_on = Some(available_on);
    draft.book(transaction);
}

/// An authorization lapses when nobody captures it in time.
pub(super) fn expect_capture(draft: &mut Draft, context: &mut Context<'_>, charge: &mut Charge) {
    let days = if charge.granted.extended {
        AUTHORIZATION_DAYS_EXTENDED
    } else {
        AUTHORIZATION_DAYS
    };
    let until = context.now.plus_seconds(days * DAY_S);
    charge.capture_before = Some(until);
    let id = format!("job_expiry_{}", charge.id);
    draft.job(
        JobKind::AuthorizationExpiry,
        id,
        until.millis(),
        json!({ "charge": charge.id }),
    );
}

/// Where a later movement on a charge takes its money from: its own pending day while that lasts.
pub(super) fn settled_booking<'a>(
    context: &Context<'_>,
    charge: &'a Charge,
    source: &'a str,
) -> Booking<'a> {
    Booking {
        source,
        asset: charge.currency,
        now: context.now,
        available_on: charge.available_on.unwrap_or(context.now).max(context.now),
        description: charge.description.as_deref(),
    }
}
