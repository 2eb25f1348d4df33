//! What a test card does, one small closed choice per stage of a payment.
//!
//! A card differs from [`Rules::DEFAULT`] only where its row says so: it approves, attaches, passes its checks and
//! settles normally. Deliberately absent: amounts and times. When a refund or a dispute moves on is the sandbox's
//! schedule, not the card's.

use super::declines::Decline;
use super::three_ds::ThreeDs;

/// The behaviour of one test card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The issuer's answer, given after the authentication that [`Rules::three_ds`] demands.
    pub charge: ChargeRule,
    /// Whether the card can be attached to a customer.
    pub attach: AttachRule,
    /// What happens when authentication is demanded by the card or asked for by the merchant.
    pub three_ds: ThreeDs,
    /// The CVC check, if a CVC was sent; without one there is nothing to check.
    pub cvc: Check,
    /// The check of the first address line, if one was sent.
    pub line1: Check,
    /// The postal code check, if a postal code was sent.
    pub zip: Check,
    /// The risk level of every payment with the card.
    pub risk: Risk,
    /// A finding of the fraud model that only some merchants' settings react to.
    pub signal: Option<RiskSignal>,
    /// The dispute or warning that follows a successful charge.
    pub dispute: Option<DisputeRule>,
    /// How a refund moves.
    pub refund: RefundRule,
    /// Where the money of a successful charge lands.
    pub balance: BalanceRule,
}

impl Rules {
    /// A card that simply works.
    pub const DEFAULT: Rules = Rules {
        charge: ChargeRule::Approve,
        attach: AttachRule::Allow,
        three_ds: ThreeDs::NotEnrolled,
        cvc: Check::Pass,
        line1: Check::Pass,
        zip: Check::Pass,
        risk: Risk::Normal,
        signal: None,
        dispute: None,
        refund: RefundRule::Instant,
        balance: BalanceRule::Pending,
    };
}

/// The issuer's answer to a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChargeRule {
    /// The charge succeeds.
    Approve,
    /// The issuer declines every charge.
    Decline(&'static Decline),
    /// The issuer declines when a CVC was sent and approves when there was none to compare.
    DeclineIfCvcSent(&'static Decline),
    /// The payment is stopped before the network is asked; the decline is what the buyer sees.
    BlockByRisk(&'static Decline),
}

impl ChargeRule {
    /// The decline that a charge gets, if it gets one.
    pub fn decline(self, cvc_sent: bool) -> Option<&'static Decline> {
        match self {
            ChargeRule::Approve => None,
            ChargeRule::Decline(decline) | ChargeRule::BlockByRisk(decline) => Some(decline),
            ChargeRule::DeclineIfCvcSent(decline) => cvc_sent.then_some(decline),
        }
    }
}

/// Whether a card can be attached to a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttachRule {
    /// The card attaches.
    Allow,
    /// Attaching is answered with the decline of [`Rules::charge`].
    DeclineOnAttach,
}

/// The result of comparing what the buyer typed with what the issuer knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// It matches.
    Pass,
    /// It does not match.
    Fail,
    /// The issuer could have compared and did not.
    Unchecked,
    /// The issuer does not offer the comparison.
    Unavailable,
}

impl Check {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Check::Pass => "pass",
            Check::Fail => "fail",
            Check::Unchecked => "unchecked",
            Check::Unavailable => "unavailable",
        }
    }
}

/// The risk level of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// Nothing stands out.
    Normal,
    /// Worth a review.
    Elevated,
    /// Worth a block, if the merchant's rules say so.
    Highest,
}

impl Risk {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Risk::Normal => "normal",
            Risk::Elevated => "elevated",
            Risk::Highest => "highest",
        }
    }
}

/// A finding that has no effect until the merchant switches the matching control on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RiskSignal {
    /// A fraud dispute is likely.
    FraudDisputeScore,
    /// An early fraud warning is likely.
    EarlyFraudWarningScore,
    /// The dynamic risk threshold blocks the payment.
    DynamicThreshold,
    /// The card looks like one that is used for free trials only.
    FreeTrialAbuse,
    /// The payment is authenticated although the card does not demand it.
    AdaptiveThreeDs,
    /// The buyer must solve a captcha.
    Captcha,
}

/// What follows a successful charge without the merchant doing anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DisputeRule {
    /// The reason on the wire: `fraudulent`, `product_not_received`, `noncompliant`.
    pub reason: &'static str,
    /// What is opened.
    pub kind: DisputeKind,
    /// The network's own code; `None` when no network code is published for the card.
    pub network_reason_code: Option<&'static str>,
    /// The special defence that the dispute is open to.
    pub eligibility: Option<Eligibility>,
}

/// What kind of case is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisputeKind {
    /// A chargeback: the amount and a fee are withdrawn.
    Dispute,
    /// A question before a chargeback: no money moves and the charge can still be refunded.
    Inquiry,
    /// No dispute at all, but a warning with this fraud type.
    EarlyFraudWarning {
        /// The `fraud_type` on the wire.
        fraud_type: &'static str,
    },
    /// Several chargebacks on the same charge, one after the other.
    Multiple(u8),
    /// A breach of network rules is claimed; contesting it costs a network fee that must be acknowledged.
    Compliance,
}

/// A special defence against a dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eligibility {
    /// Visa Compelling Evidence 3.0.
    VisaCompellingEvidence3,
    /// Visa compliance: the fee must be acknowledged.
    VisaCompliance,
    /// Mastercard compliance: the fee must be acknowledged.
    MastercardCompliance,
    /// Evidence can be put together without the merchant.
    AutomaticRepresentment,
    /// The dispute would not have come up had the account been enrolled in a prevention programme.
    Prevention,
}

impl Eligibility {
    /// The word in `enhanced_eligibility_types`; `None` when the wire does not list this defence there.
    pub fn as_str(self) -> Option<&'static str> {
        match self {
            Eligibility::VisaCompellingEvidence3 => Some("visa_compelling_evidence_3"),
            Eligibility::VisaCompliance => Some("visa_compliance"),
            Eligibility::MastercardCompliance => Some("mastercard_compliance"),
            Eligibility::AutomaticRepresentment | Eligibility::Prevention => None,
        }
    }
}

/// How a refund moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundRule {
    /// It succeeds and stays so.
    Instant,
    /// It is pending first and succeeds later.
    PendingThenSucceeds,
    /// It succeeds first and fails later with this failure reason.
    SucceedsThenFails {
        /// The `failure_reason` on the wire.
        reason: &'static str,
    },
}

/// Where the money of a successful charge lands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BalanceRule {
    /// In the pending balance, until it becomes available.
    Pending,
    /// In the available balance at once.
    BypassPending,
}
