//! Payments: intents, set-ups, charges, refunds, disputes and the decisions about them.
//!
//! A record stands in a file named by its noun, a decision in a file named by its verb. Every way in which money can
//! be asked of a processor ends in [`settle`], which may never refuse a real outcome.

mod attempt;
mod booking;
mod cancel;
mod capture;
mod charge;
mod configuration;
mod confirm;
mod confirmation_token;
mod create;
mod dispute;
mod domain;
mod expire;
mod fraud_warning;
mod increment;
mod intent;
mod metadata;
mod method;
mod notice;
mod refund;
mod reverse;
pub mod settle;
mod setup;
mod setup_confirm;
mod token;
mod update;

pub use attempt::{Attempt, AttemptState, Raise, Target};
pub use cancel::{CancelInputs, cancel, cancel_setup};
pub use capture::{CaptureCommand, CaptureInputs, capture};
pub use charge::{Charge, ChargeStatus};
pub use configuration::{
    ConfigurationPatch, MethodConfiguration, OTHER as OTHER_CONFIGURATION, create_configuration,
    update_configuration,
};
pub use confirm::{ChallengeAnswer, ConfirmCommand, ConfirmInputs, answer_challenge, confirm};
pub use confirmation_token::{ConfirmationTerms, ConfirmationToken, create_confirmation};
pub use create::{CreateCharge, CreateIntent, create_charge, create_intent};
pub(crate) use create::{
    allowed_types, check_amount, check_multiple, kept_types, known_currency, listed_types, types_of,
};
pub use dispute::Dispute;
pub use domain::{PaymentMethodDomain, create_domain, domain_name, update_domain};
pub use expire::{expire, release_void};
pub use fraud_warning::EarlyFraudWarning;
pub use increment::{IncrementCommand, increment};
pub use intent::{
    AutomaticMethods, CaptureMethod, CardOptions, CardPatch, ConfirmationMethod, FutureUsage,
    IntentStatus, PaymentError, PaymentIntent,
};
pub(crate) use intent::{EXCLUDED, EXCLUDED_LISTED, NOTHING_LEFT, words};
pub use metadata::{Metadata, MetadataPatch};
pub use method::{MethodDetails, PaymentMethod, attach, create_method, detach, update_method};
pub use refund::{
    Refund, RefundCommand, RefundInputs, RefundStatus, cancel_refund, refund, settle_inquiry,
};
pub use reverse::{Alarm, reverse};
pub use setup::{SetupIntent, SetupStatus};
pub use setup_confirm::{CreateSetup, SetupCommand, confirm_setup, create_setup, update_setup};
pub use token::Token;
pub use update::{UpdateIntent, update_charge, update_intent};

use crate::processor::ProcessorRequest;
use crate::record::Versioned;

/// A call that a decision wants, and the note that is kept of it while its outcome is unknown.
#[derive(Clone, Debug)]
pub struct Call {
    /// Our note.
    pub attempt: Versioned<Attempt>,
    /// What to ask.
    pub request: ProcessorRequest,
}
