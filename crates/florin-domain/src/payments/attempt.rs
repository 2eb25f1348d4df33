//! Attempts: our note on a call to a processor, kept because its outcome may stay unknown.
//!
//! Where a processor's effects lie inside our own store, no attempt is written: the outcome and its effects are one
//! commit, and nothing can stay unknown.

use super::{Charge, MetadataPatch, PaymentIntent, Refund, SetupIntent};
use crate::context::{Context, RequestRef};
use crate::processor::{Decline, Outcome, ProcessorRequest};
use crate::record::{Columns, Kind, Versioned, record};
use florin_base::{Id, Millis};
use serde::{Deserialize, Serialize};

/// What an attempt is for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A payment intent; the charge id is reserved before the call.
    Intent(Id<PaymentIntent>),
    /// A charge made directly, or a capture or void of one.
    Charge(Id<Charge>),
    /// A set-up.
    Setup(Id<SetupIntent>),
    /// A refund.
    Refund(Id<Refund>),
    /// An earlier attempt whose money is given back, because its approval came after its end had been recorded.
    Attempt(Id<Attempt>),
}

impl Default for Target {
    fn default() -> Target {
        Target::Charge(Id::default())
    }
}

/// How an attempt stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptState {
    /// Sent, or about to be sent.
    #[default]
    Processing,
    /// The outcome is recorded.
    Settled,
    /// The processor approved something else than was asked. It counts as nothing until a person has looked.
    Quarantined,
}

/// What a merchant changes beside the amount when raising an authorization; it applies once the raise is granted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Raise {
    /// Free text; the inner `None` removes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Option<String>>,
    /// Metadata to merge.
    #[serde(default)]
    pub metadata: MetadataPatch,
}

record! {
    /// One call to a processor.
    pub struct Attempt: Attempt, "att_" {
        /// What it is for.
        target: Target,
        /// How it stands.
        state: AttemptState,
        /// What was asked. Holds no card number.
        request: Option<ProcessorRequest>,
        /// What came of it.
        outcome: Option<Outcome>,
        /// The id that a new charge will get.
        charge: Option<Id<Charge>>,
        /// A capture leaves the rest of the authorization open for later ones.
        keep_open: bool,
        /// Why the intent is cancelled, if this gives its authorization back.
        cancellation_reason: Option<String>,
        /// The authorization's time is over: whatever the processor says to giving it back, it has ended.
        lapses: bool,
        /// What applies beside a raised amount.
        raise: Option<Raise>,
        /// An approval that came after another end was recorded. Its money is given back.
        contradiction: Option<Outcome>,
        /// How often giving its money back was tried.
        reversals: u32,
        /// Its money was given back.
        reversed: bool,
        /// The processor never showed it, so its end was assumed: recovery goes on asking for a while.
        assumed: bool,
        /// The request that caused it.
        cause: Option<RequestRef>,
        /// The version of the wire in which the saved reply is rendered.
        api_version: Option<String>,
        /// What the request is answered with, when that is not the target: a capture may name the charge.
        answer: Option<(Kind, String)>,
        /// The request came through the simple front door and is answered in its words.
        by_front: bool,
        /// How often recovery has asked.
        asked: u32,
        /// How often the processor said that it never saw the call.
        not_found: u32,
        /// The processor said that it will not know before.
        ask_from: Option<Millis>,
        /// The merchant was told that the outcome is awaited.
        told: bool,
    }
}

impl Attempt {
    pub(crate) fn columns(&self) -> Columns<'_> {
        let target: &str = match &self.target {
            Target::Intent(id) => id,
            Target::Charge(id) => id,
            Target::Setup(id) => id,
            Target::Refund(id) => id,
            Target::Attempt(id) => id,
        };
        let state = match self.state {
            AttemptState::Processing => "processing",
            AttemptState::Settled => "settled",
            AttemptState::Quarantined => "quarantined",
        };
        vec![Some(target), Some(state)]
    }

    /// Whether an outcome ends the attempt. A refund that is pending has an inquiry of its own; everything else that is not
    /// known yet is asked for by recovery.
    pub fn is_ended_by(&self, outcome: &Outcome) -> bool {
        match outcome {
            Outcome::Unknown => false,
            Outcome::Pending { .. } => matches!(self.target, Target::Refund(_)),
            _ => true,
        }
    }

    /// The decline that was recorded.
    pub fn decline(&self) -> Option<&Decline> {
        match &self.outcome {
            Some(Outcome::Declined(decline)) => Some(decline),
            _ => None,
        }
    }

    /// A fresh note.
    pub fn new(
        context: &mut Context<'_>,
        target: Target,
        request: &ProcessorRequest,
    ) -> Versioned<Attempt> {
        Versioned::fresh(Attempt {
            id: context.id(),
            created: context.now,
            target,
            request: Some(request.clone()),
            cause: context.request.clone(),
            ..Attempt::default()
        })
    }
}
