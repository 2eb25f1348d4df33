//! Payments without a card in the sandbox: the buyer is sent to a page of the sandbox, and what is chosen there comes about.
//!
//! The same request always has the same outcome. Deliberately absent: wallets, banks and their schemes; nobody is asked.

use super::issuer::{Decision, approval_of};
use florin_domain::processor::{
    Approval, ChallengeResult, Decline, Outcome, ProcessorRequest, Verb,
};

/// Decides on a request that is not about a card.
pub(super) fn decide(request: &ProcessorRequest) -> Decision {
    match request.verb {
        Verb::Authorize => Outcome::ActionRequired.into(),
        Verb::Complete => complete(request),
        Verb::Refund => approved(request).into(),
        // Nothing of this kind is authorized without being taken, or kept.
        Verb::Capture | Verb::Void | Verb::Increment | Verb::Verify => {
            Outcome::Declined(not_made_for()).into()
        }
    }
}

fn complete(request: &ProcessorRequest) -> Decision {
    match request.terms.challenge {
        None => Outcome::ActionRequired.into(),
        Some(ChallengeResult::Failed) => Outcome::Declined(failed(REFUSED)).into(),
        Some(ChallengeResult::Expired) => Outcome::Declined(expired()).into(),
        Some(ChallengeResult::Authenticated) => match request.terms.rehearsed {
            None => approved(request).into(),
            Some(rehearsed) => Decision {
                outcome: Outcome::Pending {
                    ask_after_ms: rehearsed.after_ms,
                },
                later: Some(match rehearsed.comes {
                    true => approved(request),
                    false => Outcome::Declined(failed(DID_NOT_COME)),
                }),
            },
        },
    }
}

fn approved(request: &ProcessorRequest) -> Outcome {
    Outcome::Approved(Approval {
        // Only issuers of cards have approval codes.
        authorization_code: None,
        ..approval_of(request)
    })
}

const REFUSED: &str = "The payment was not approved. Try again, or use another payment method.";
const DID_NOT_COME: &str = "The money did not come. Try again, or use another payment method.";

fn failed(message: &str) -> Decline {
    Decline {
        code: "payment_intent_payment_attempt_failed".to_owned(),
        message: message.to_owned(),
        ..Decline::default()
    }
}

fn expired() -> Decline {
    Decline {
        code: "payment_intent_payment_attempt_expired".to_owned(),
        message: "The payment was not finished in time. Try again, or use another payment method."
            .to_owned(),
        ..Decline::default()
    }
}

fn not_made_for() -> Decline {
    Decline {
        code: "processing_error".to_owned(),
        message: "This payment method is paid in one step: nothing is captured, voided or kept."
            .to_owned(),
        ..Decline::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_domain::MethodType;
    use florin_domain::processor::{Rehearsed, Terms};

    fn answered(challenge: Option<ChallengeResult>, rehearsed: Option<Rehearsed>) -> Decision {
        let request = ProcessorRequest {
            verb: Verb::Complete,
            reference: "ch_1-c1".to_owned(),
            original: Some("ch_1".to_owned()),
            amount: 900,
            currency: florin_base::Asset::parse("eur").expect("a currency"),
            kind: MethodType::Ideal,
            card: florin_domain::cards::CardSource::default(),
            scope: florin_base::Scope::test("acct_1"),
            method: None,
            shelf: None,
            terms: Terms {
                challenge,
                rehearsed,
                ..Terms::default()
            },
        };
        decide(&request)
    }

    #[test]
    fn what_was_chosen_comes_about() {
        use ChallengeResult::{Authenticated, Expired, Failed};
        let late = |comes| {
            Some(Rehearsed {
                after_ms: 60_000,
                comes,
            })
        };
        assert_eq!(answered(None, None).outcome, Outcome::ActionRequired);
        let paid = answered(Some(Authenticated), None);
        assert!(matches!(paid.outcome, Outcome::Approved(_)) && paid.later.is_none());
        for (result, code) in [
            (Failed, "payment_intent_payment_attempt_failed"),
            (Expired, "payment_intent_payment_attempt_expired"),
        ] {
            let found = answered(Some(result), None).outcome;
            assert!(matches!(found, Outcome::Declined(decline) if decline.code == code));
        }
        let pending = Outcome::Pending {
            ask_after_ms: 60_000,
        };
        let comes = answered(Some(Authenticated), late(true));
        assert_eq!(comes.outcome, pending);
        assert!(matches!(comes.later, Some(Outcome::Approved(_))));
        let fails = answered(Some(Authenticated), late(false));
        assert_eq!(fails.outcome, pending);
        assert!(matches!(fails.later, Some(Outcome::Declined(_))));
    }
}
