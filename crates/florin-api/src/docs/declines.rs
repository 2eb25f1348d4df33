//! What each reason of a decline means, what to do about it, and whether trying again helps.
//!
//! One row for each reason that Florin gives, in alphabetical order; a test holds the rows against the sources. The texts are
//! plain, without markup. Deliberately absent: reasons that only other processors know.

use super::list::Again::{Changed, Later, Never};
use super::list::{Entry, entry};

/// The rows.
pub const ENTRIES: &[Entry] = &[
    entry(
        "authentication_required",
        Changed,
        "The issuer demands that the buyer confirms the payment, and the buyer was not there or must not be asked.",
        "Bring the buyer back and confirm the payment on session.",
    ),
    entry(
        "card_velocity_exceeded",
        Later,
        "The card was used too often, or for too much, within a short time.",
        "Ask for another card, or try again after some hours.",
    ),
    entry(
        "expired_card",
        Changed,
        "The card has expired.",
        "Ask the buyer for the new expiry date, or for another card.",
    ),
    entry(
        "fraudulent",
        Never,
        "The payment was stopped as too risky, before the issuer was asked.",
        "Show the buyer an ordinary decline without this reason, and ask for another way to pay.",
    ),
    entry(
        "generic_decline",
        Later,
        "The issuer gave no reason.",
        "Ask the buyer to call the issuer, or to use another card.",
    ),
    entry(
        "incorrect_cvc",
        Changed,
        "The security code does not belong to the card.",
        "Ask the buyer to enter the code again.",
    ),
    entry(
        "insufficient_funds",
        Later,
        "The account of the card does not hold enough for this amount.",
        "Ask for another card, or try again another day.",
    ),
    entry(
        "live_mode_test_card",
        Changed,
        "The request was made in live mode, but the sandbox serves test mode only.",
        "Use a test key to work with the sandbox.",
    ),
    entry(
        "lost_card",
        Never,
        "The card was reported lost.",
        "Show the buyer an ordinary decline without this reason, and ask for another card.",
    ),
    entry(
        "processing_error",
        Later,
        "Something failed while the card was being worked on. No money moved.",
        "Try again in a little while. If the message asks for it, let the buyer enter the card again.",
    ),
    entry(
        "stolen_card",
        Never,
        "The card was reported stolen.",
        "Show the buyer an ordinary decline without this reason, and ask for another card.",
    ),
    entry(
        "test_mode_live_card",
        Changed,
        "The request was made in test mode, but the number is not a published test card.",
        "Use one of the test cards in docs/sandbox.md of Florin. Never send real card numbers in test mode.",
    ),
];
