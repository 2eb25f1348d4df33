//! The declines that the sandbox's issuer gives, with the fields that the wire shows for each.
//!
//! One constant per answer; the test cards refer to them. The messages are the short customary ones, because
//! clients compare them. Deliberately absent: which card gives which answer, and translations.

/// A refused charge, as the buyer's side of the wire shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decline {
    /// The error code: `card_declined`, `expired_card`, `incorrect_cvc` …
    pub code: &'static str,
    /// The issuer's reason, more precise than the code or equal to it.
    pub decline_code: &'static str,
    /// What the merchant should do: `try_again_later`, `do_not_try_again`, `confirm_card_data`.
    pub advice_code: Option<&'static str>,
    /// The network's response code; `None` when the network was not asked.
    pub network_decline_code: Option<&'static str>,
    /// The network's advice on retries.
    pub network_advice_code: Option<&'static str>,
    /// The card field at fault.
    pub param: Option<&'static str>,
    /// The text for the buyer.
    pub message: &'static str,
}

impl Decline {
    /// A decline without any network detail whose reason equals its code.
    const fn new(code: &'static str, message: &'static str) -> Decline {
        Decline {
            code,
            decline_code: code,
            advice_code: None,
            network_decline_code: None,
            network_advice_code: None,
            param: None,
            message,
        }
    }

    const fn card_declined(decline_code: &'static str) -> Decline {
        Decline {
            decline_code,
            ..Decline::new("card_declined", "Your card was declined.")
        }
    }

    const fn advice(self, advice: &'static str) -> Decline {
        Decline {
            advice_code: Some(advice),
            ..self
        }
    }

    const fn network(self, decline: &'static str, advice: Option<&'static str>) -> Decline {
        Decline {
            network_decline_code: Some(decline),
            network_advice_code: advice,
            ..self
        }
    }

    const fn param(self, param: &'static str) -> Decline {
        Decline {
            param: Some(param),
            ..self
        }
    }

    const fn message(self, message: &'static str) -> Decline {
        Decline { message, ..self }
    }
}

/// The issuer gives no reason.
pub static GENERIC: Decline = Decline::card_declined("generic_decline")
    .advice("try_again_later")
    .network("01", None);

/// The account does not hold enough.
pub static INSUFFICIENT_FUNDS: Decline = Decline::card_declined("insufficient_funds")
    .message("Your card has insufficient funds.")
    .advice("try_again_later")
    .network("51", Some("02"));

/// The card was reported lost.
pub static LOST_CARD: Decline = Decline::card_declined("lost_card")
    .advice("do_not_try_again")
    .network("41", Some("01"));

/// The card was reported stolen.
pub static STOLEN_CARD: Decline = Decline::card_declined("stolen_card")
    .advice("do_not_try_again")
    .network("43", Some("01"));

/// The card was used too often or for too much.
pub static VELOCITY_EXCEEDED: Decline = Decline::card_declined("card_velocity_exceeded")
    .advice("try_again_later")
    .network("61", Some("02"));

/// The card is past its expiry.
pub static EXPIRED_CARD: Decline = Decline::new("expired_card", "Your card has expired.")
    .advice("confirm_card_data")
    .network("54", Some("03"))
    .param("exp_month");

/// The CVC does not belong to the card.
pub static INCORRECT_CVC: Decline =
    Decline::new("incorrect_cvc", "Your card's security code is incorrect.")
        .advice("confirm_card_data")
        .network("N7", Some("03"))
        .param("cvc");

/// The issuer failed to answer properly.
pub static PROCESSING_ERROR: Decline = Decline::new(
    "processing_error",
    "An error occurred while processing your card. Try again in a little bit.",
)
.advice("try_again_later")
.network("06", None);

/// The payment was stopped as too risky; the network was not asked.
pub static FRAUDULENT: Decline = Decline::card_declined("fraudulent");

/// The payment needs an authentication that cannot happen, because the buyer is not there.
pub static AUTHENTICATION_REQUIRED: Decline = Decline::new(
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
);

/// The authentication that the payment needs could not be started; the network was not asked.
pub static AUTHENTICATION_UNAVAILABLE: Decline = Decline::card_declined("generic_decline");
