//! The sandbox's issuer: the outcome of a request, decided from the card's row and the request alone.
//!
//! The order is that of a real payment: authentication, then risk and issuer, then what follows an approval. The same
//! request always has the same outcome, down to the approval code. Deliberately absent: risk signals, which only
//! merchants' own rules react to; and expiry dates.

use super::cards::{
    self, Answer, AttachRule, BalanceRule, ChargeRule, DisputeKind, DisputeRule, Payment,
    RefundRule, Rules,
};
use florin_domain::cards::{Check, Checks};
use florin_domain::processor::{
    Approval, Authentication, ChallengeResult, Decline, Notice, Outcome, ProcessorRequest, Risk,
    Verb,
};
use florin_vault::sha256;

/// The version of 3-D Secure that the sandbox speaks.
const THREE_DS_VERSION: &str = "2.2.0";

/// What comes of a request, at once and later.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Decision {
    /// The answer.
    pub(super) outcome: Outcome,
    /// What a later inquiry hears, if that is something else.
    pub(super) later: Option<Outcome>,
}

impl From<Outcome> for Decision {
    fn from(outcome: Outcome) -> Decision {
        Decision {
            outcome,
            later: None,
        }
    }
}

/// A request and what the card's row says about it.
pub(super) struct Question<'a> {
    /// The row's rules.
    pub(super) rules: &'a Rules,
    /// The request.
    pub(super) request: &'a ProcessorRequest,
    /// A security code was sent, now or when the card was saved.
    pub(super) cvc_sent: bool,
}

impl Question<'_> {
    /// Decides by the verb. `refund_wait_ms` is how long a refund with a second word waits for it.
    pub(super) fn decide(&self, refund_wait_ms: i64) -> Decision {
        match self.request.verb {
            Verb::Authorize | Verb::Verify => self.ask().into(),
            Verb::Complete => self.complete().into(),
            Verb::Capture => self.capture().into(),
            Verb::Void | Verb::Increment => self.approve().into(),
            Verb::Refund => self.refund(refund_wait_ms),
        }
    }

    /// Authorizes or verifies: authentication first.
    pub(super) fn ask(&self) -> Outcome {
        let terms = &self.request.terms;
        // Nobody can be challenged over mail or telephone. A set-up counts as a payment with the buyer present.
        let answer = if terms.moto {
            Answer::Proceed
        } else {
            self.rules.three_ds.answer(Payment {
                off_session: terms.off_session && self.request.verb != Verb::Verify,
                set_up: terms.set_up,
                wished: terms.ask_authentication,
            })
        };
        match answer {
            Answer::Proceed => self.conclude(None),
            Answer::NotSupported => self.conclude(Some(authentication("not_supported", None))),
            Answer::AttemptAcknowledged => {
                self.conclude(Some(authentication("attempt_acknowledged", None)))
            }
            Answer::Frictionless => {
                self.conclude(Some(authentication("authenticated", Some("frictionless"))))
            }
            Answer::Challenge(_) => Outcome::ActionRequired,
            Answer::LookupFailed(decline) | Answer::Decline(decline) => {
                Outcome::Declined(self.decline(decline))
            }
        }
    }

    /// Goes on after a challenge; without the buyer's answer it is still open.
    pub(super) fn complete(&self) -> Outcome {
        match self.request.terms.challenge {
            None => Outcome::ActionRequired,
            Some(ChallengeResult::Authenticated) => {
                self.conclude(Some(authentication("authenticated", Some("challenge"))))
            }
            Some(ChallengeResult::Failed | ChallengeResult::Expired) => {
                let code = if self.is_set_up() {
                    "setup_intent_authentication_failure"
                } else {
                    "payment_intent_authentication_failure"
                };
                Outcome::Declined(Decline {
                    code: code.to_owned(),
                    message: "The card could not be authenticated. Try again, or use another payment method."
                        .to_owned(),
                    risk: self.risk(),
                    checks: self.checks(false),
                    ..Decline::default()
                })
            }
        }
    }

    /// A set-up takes no money, neither at first nor after its challenge.
    fn is_set_up(&self) -> bool {
        match self.request.verb {
            Verb::Verify => true,
            Verb::Complete => self.request.amount == 0,
            _ => false,
        }
    }

    /// The issuer's last word.
    fn conclude(&self, authentication: Option<Authentication>) -> Outcome {
        let refused = if self.is_set_up() {
            attach_refusal(self.rules, self.cvc_sent)
        } else {
            self.rules.charge.decline(self.cvc_sent)
        };
        if let Some(decline) = refused {
            return Outcome::Declined(self.decline(decline));
        }
        let takes_money = self.request.terms.capture && !self.is_set_up();
        Outcome::Approved(Approval {
            checks: self.checks(true),
            risk: self.risk(),
            authentication,
            available_now: self.is_available_now() && !self.is_set_up(),
            notices: if takes_money {
                self.notices()
            } else {
                Vec::new()
            },
            ..self.approval()
        })
    }

    /// Takes authorized money. A dispute follows the money, not the authorization.
    pub(super) fn capture(&self) -> Outcome {
        Outcome::Approved(Approval {
            risk: self.risk(),
            available_now: self.is_available_now(),
            notices: self.notices(),
            ..self.approval()
        })
    }

    /// Voids and increments are always approved.
    pub(super) fn approve(&self) -> Outcome {
        Outcome::Approved(self.approval())
    }

    /// Gives money back as the row says; `wait_ms` lies before the second word, where there is one.
    pub(super) fn refund(&self, wait_ms: i64) -> Decision {
        let approved = |ask_after_ms| {
            Outcome::Approved(Approval {
                ask_after_ms,
                ..self.approval()
            })
        };
        match self.rules.refund {
            RefundRule::Instant => approved(None).into(),
            RefundRule::PendingThenSucceeds => Decision {
                outcome: Outcome::Pending {
                    ask_after_ms: wait_ms,
                },
                later: Some(approved(None)),
            },
            RefundRule::SucceedsThenFails { reason } => Decision {
                outcome: approved(Some(wait_ms)),
                later: Some(Outcome::Declined(Decline {
                    code: reason.to_owned(),
                    message:
                        "The refund could not be delivered: the card has expired or was canceled."
                            .to_owned(),
                    ..Decline::default()
                })),
            },
        }
    }

    fn approval(&self) -> Approval {
        approval_of(self.request)
    }

    fn notices(&self) -> Vec<Notice> {
        self.rules
            .dispute
            .as_ref()
            .map(notices_of)
            .unwrap_or_default()
    }

    fn is_available_now(&self) -> bool {
        self.rules.balance == BalanceRule::BypassPending
    }

    /// Only what was given is checked, and only by an issuer that was asked.
    fn checks(&self, asked: bool) -> Checks {
        let check = |given: bool, verdict| match (given, asked) {
            (false, _) => Check::NotProvided,
            (true, false) => Check::Unchecked,
            (true, true) => check_of(verdict),
        };
        let terms = &self.request.terms;
        Checks {
            line1: check(terms.line1_given, self.rules.line1),
            postal_code: check(terms.postal_code_given, self.rules.zip),
            cvc: check(self.cvc_sent, self.rules.cvc),
        }
    }

    fn risk(&self) -> Risk {
        match self.rules.risk {
            cards::Risk::Normal => Risk::Normal,
            cards::Risk::Elevated => Risk::Elevated,
            cards::Risk::Highest => Risk::Highest,
        }
    }

    /// A decline without a network code was made before the network was asked.
    fn decline(&self, row: &cards::Decline) -> Decline {
        Decline {
            risk: self.risk(),
            blocked: matches!(self.rules.charge, ChargeRule::BlockByRisk(blocked) if blocked == row),
            checks: self.checks(row.network_decline_code.is_some()),
            ..plain_decline(row)
        }
    }
}

/// Codes that are the same for every step of one payment.
pub(super) fn approval_of(request: &ProcessorRequest) -> Approval {
    let payment = request.original.as_ref().unwrap_or(&request.reference);
    let hash = sha256(payment.as_bytes());
    let number = |from: usize| {
        hash.iter()
            .skip(from)
            .take(8)
            .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte))
    };
    // No card number begins with 1, so that the id is never taken for one.
    let network = format!("1{:014}", number(8) % 100_000_000_000_000);
    Approval {
        authorization_code: Some(format!("{:06}", number(0) % 1_000_000)),
        network_transaction_id: Some(network),
        ..Approval::default()
    }
}

/// The decline with which a card refuses to be attached or set up.
pub(super) fn attach_refusal(rules: &Rules, cvc_sent: bool) -> Option<&'static cards::Decline> {
    match rules.attach {
        AttachRule::Allow => None,
        AttachRule::DeclineOnAttach => rules.charge.decline(cvc_sent),
    }
}

/// A row's decline in the contract's form, without checks or risk.
pub(super) fn plain_decline(row: &cards::Decline) -> Decline {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    Decline {
        code: row.code.to_owned(),
        decline_code: Some(row.decline_code.to_owned()),
        advice_code: owned(row.advice_code),
        network_decline_code: owned(row.network_decline_code),
        network_advice_code: owned(row.network_advice_code),
        param: owned(row.param),
        message: row.message.to_owned(),
        ..Decline::default()
    }
}

fn authentication(result: &str, flow: Option<&str>) -> Authentication {
    Authentication {
        result: result.to_owned(),
        flow: flow.map(str::to_owned),
        version: THREE_DS_VERSION.to_owned(),
    }
}

fn check_of(verdict: cards::Check) -> Check {
    match verdict {
        cards::Check::Pass => Check::Pass,
        cards::Check::Fail => Check::Fail,
        cards::Check::Unchecked => Check::Unchecked,
        cards::Check::Unavailable => Check::Unavailable,
    }
}

fn notices_of(rule: &DisputeRule) -> Vec<Notice> {
    let count = match rule.kind {
        DisputeKind::EarlyFraudWarning { fraud_type } => {
            let fraud_type = fraud_type.to_owned();
            return vec![Notice::FraudWarning { fraud_type }];
        }
        DisputeKind::Multiple(count) => usize::from(count),
        DisputeKind::Dispute | DisputeKind::Inquiry | DisputeKind::Compliance => 1,
    };
    let notice = Notice::Dispute {
        reason: rule.reason.to_owned(),
        inquiry: rule.kind == DisputeKind::Inquiry,
        network_reason_code: rule.network_reason_code.map(str::to_owned),
    };
    vec![notice; count]
}
