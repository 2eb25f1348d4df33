//! What the domain asks of a processor and what comes back: data only.
//!
//! The verbs are those of the best adapter libraries: authorize, complete (after a challenge), capture, void, refund,
//! verify, inquire. An outcome is data and never an error; a time-out is [`Outcome::Unknown`].

use crate::cards::{CardSource, Checks};
use crate::methods::MethodType;
use crate::record::is_default;
use florin_base::{Asset, Scope};
use serde::{Deserialize, Serialize};

/// One call to a processor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProcessorRequest {
    /// What to do.
    pub verb: Verb,
    /// Our own reference of this call, unique; the processor's key for doing it once.
    pub reference: String,
    /// Our reference of the authorization that capture, void, refund, complete and inquire speak of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<String>,
    /// Minor units.
    pub amount: i64,
    /// The currency.
    pub currency: Asset,
    /// What is paid with.
    #[serde(default, skip_serializing_if = "is_default")]
    pub kind: MethodType,
    /// Which card, if it is one; verbs on an earlier authorization have it too.
    pub card: CardSource,
    /// Whose card it is: the record under which the number is sealed.
    pub scope: Scope,
    /// The payment method's id: the key of a waiting CVC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Where the CVC waits, if not under the payment method's id: the token that the method was made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shelf: Option<String>,
    /// How the payment came about.
    #[serde(default)]
    pub terms: Terms,
}

/// The verbs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Ask the issuer for the money.
    Authorize,
    /// Go on after the buyer answered a challenge.
    Complete,
    /// Take authorized money.
    Capture,
    /// Give back an authorization.
    Void,
    /// Give back captured money.
    Refund,
    /// Check a card without taking money.
    Verify,
    /// Raise the amount of an authorization.
    Increment,
}

impl Verb {
    /// The name in logs and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Verb::Authorize => "authorize",
            Verb::Complete => "complete",
            Verb::Capture => "capture",
            Verb::Void => "void",
            Verb::Refund => "refund",
            Verb::Verify => "verify",
            Verb::Increment => "increment",
        }
    }
}

/// Circumstances of an authorization or a verification.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    /// Take the money in the same step.
    pub capture: bool,
    /// The buyer is not there.
    pub off_session: bool,
    /// The card was set up for off-session use before.
    pub set_up: bool,
    /// This payment also sets the card up for later use.
    pub sets_up: bool,
    /// The merchant asks for 3-D Secure: `any` or `challenge`.
    pub ask_authentication: bool,
    /// Mail or telephone order.
    pub moto: bool,
    /// The buyer typed a CVC now or earlier.
    pub cvc_given: bool,
    /// The buyer gave a first address line.
    pub line1_given: bool,
    /// The buyer gave a postal code.
    pub postal_code_given: bool,
    /// Which network of a co-branded card is to carry the payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// The buyer's answer to a challenge, for [`Verb::Complete`].
    pub challenge: Option<ChallengeResult>,
    /// How a simulation is to go on after a passed challenge. No real processor looks at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rehearsed: Option<Rehearsed>,
}

/// A late outcome that somebody chose on a page of a simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rehearsed {
    /// The money comes after so many milliseconds, or it is known then that it will not come.
    pub after_ms: i64,
    /// Whether it comes.
    pub comes: bool,
}

/// How a challenge ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChallengeResult {
    /// The buyer proved to be the card holder.
    Authenticated,
    /// The buyer failed or gave up.
    Failed,
    /// Nobody answered while it was open.
    Expired,
}

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Done.
    Approved(Approval),
    /// Refused by the issuer, the network or the processor.
    Declined(Decline),
    /// The buyer has to authenticate first.
    ActionRequired,
    /// Under way; a later inquiry tells.
    Pending {
        /// When to ask, in milliseconds from now.
        ask_after_ms: i64,
    },
    /// Nobody knows: ask, or reverse. Never to be taken for a decline.
    Unknown,
}

/// The facts of an approval.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Approval {
    /// Minor units that the processor says it approved; `None` when its protocol does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    /// The currency that it says it approved them in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Asset>,
    /// The issuer's approval code.
    pub authorization_code: Option<String>,
    /// The network's id of the payment.
    pub network_transaction_id: Option<String>,
    /// Address and CVC verdicts.
    pub checks: Checks,
    /// How risky the payment looks.
    pub risk: Risk,
    /// How the card holder was authenticated.
    pub authentication: Option<Authentication>,
    /// The money is available at once.
    pub available_now: bool,
    /// Things that the processor tells at the same time.
    pub notices: Vec<Notice>,
    /// Ask again after so many milliseconds, because the outcome may still turn.
    pub ask_after_ms: Option<i64>,
}

/// A finished 3-D Secure authentication.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Authentication {
    /// `authenticated`, `attempt_acknowledged`, `not_supported`, `exempted`, `failed`.
    pub result: String,
    /// `frictionless` or `challenge`.
    pub flow: Option<String>,
    /// The protocol's version.
    pub version: String,
}

/// A risk level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// Nothing unusual.
    #[default]
    Normal,
    /// Worth a look.
    Elevated,
    /// Blocked by default.
    Highest,
}

impl Risk {
    /// The word and the score on the wire.
    pub const fn wire(self) -> (&'static str, i64) {
        match self {
            Risk::Normal => ("normal", 20),
            Risk::Elevated => ("elevated", 65),
            Risk::Highest => ("highest", 85),
        }
    }
}

/// Something that a processor tells without being asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// The card holder objects.
    Dispute {
        /// `fraudulent`, `product_not_received`, …
        reason: String,
        /// No money is withdrawn yet.
        inquiry: bool,
        /// The network's own code.
        network_reason_code: Option<String>,
    },
    /// The issuer warns that the payment may be fraud.
    FraudWarning {
        /// `misc`, `made_with_stolen_card`, …
        fraud_type: String,
    },
}

/// A decline, in the field's standard codes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Decline {
    /// `card_declined`, `expired_card`, `incorrect_cvc`, `processing_error`, `authentication_required` …
    pub code: String,
    /// The issuer's reason.
    pub decline_code: Option<String>,
    /// What the merchant should do.
    pub advice_code: Option<String>,
    /// The network's own code.
    pub network_decline_code: Option<String>,
    /// The network's own advice.
    pub network_advice_code: Option<String>,
    /// Which input was wrong.
    pub param: Option<String>,
    /// For people.
    pub message: String,
    /// How risky the payment looked.
    pub risk: Risk,
    /// The merchant's own rules blocked it, not the issuer.
    pub blocked: bool,
    /// Address and CVC verdicts.
    pub checks: Checks,
}
