//! Raising the amount of an authorization before it is captured.

use super::capture::{later_request, mark, next_call};
use super::create::check_amount;
use super::{Attempt, Call, CaptureInputs, IntentStatus, MetadataPatch, Raise, Target};
use crate::changes::Draft;
use crate::context::Context;
use crate::processor::Verb;
use crate::refusal::Refusal;

/// Authorizations may be raised so often.
pub const INCREMENTS_MAX: u32 = 10;

/// What the merchant asks for.
#[derive(Clone, Debug, Default)]
pub struct IncrementCommand {
    /// The new total, minor units.
    pub amount: i64,
    /// Free text.
    pub description: Option<Option<String>>,
    /// Metadata to merge.
    pub metadata: MetadataPatch,
}

/// Decides on a raise.
///
/// # Errors
/// The payment is not authorized, was not made for raises, or the new total is not larger.
pub fn increment(
    draft: &mut Draft,
    context: &mut Context<'_>,
    inputs: CaptureInputs,
    command: IncrementCommand,
) -> Result<Call, Refusal> {
    let CaptureInputs { intent, mut charge } = inputs;
    let Some(mut intent) = intent else {
        return Err(Refusal::plain(
            None,
            "Only the authorization of a PaymentIntent can be raised.",
        ));
    };
    if intent.record.attempt.is_some() {
        return Err(Refusal::Busy);
    }
    let ready =
        intent.record.status == IntentStatus::RequiresCapture && charge.record.granted.incremental;
    if !ready || intent.record.increments >= INCREMENTS_MAX {
        return Err(intent.record.state_refusal(
            "This PaymentIntent is not eligible for incremental authorization: it must have the status requires_capture, \
             have been confirmed with payment_method_options[card][request_incremental_authorization]=if_available, and \
             may be raised ten times.",
        ));
    }
    check_amount(command.amount, intent.record.currency, "amount")?;
    if command.amount <= intent.record.amount {
        return Err(Refusal::invalid(
            "amount",
            "The new amount must be greater than the currently authorized amount.",
        ));
    }
    let tag = format!("i{}", next_call(Some(&mut intent), &mut charge));
    let request = later_request(
        context,
        &charge.record,
        Verb::Increment,
        &tag,
        command.amount,
    );
    let mut attempt = Attempt::new(context, Target::Intent(intent.record.id.clone()), &request);
    attempt.record.charge = Some(charge.record.id.clone());
    attempt.record.raise = Some(Raise {
        description: command.description,
        metadata: command.metadata,
    });
    mark(draft, context, Some(&mut intent), &mut charge, &attempt);
    Ok(Call { attempt, request })
}
