//! 3-D Secure of a test card: when it is demanded, and what happens when it is tried.
//!
//! [`ThreeDs`] is the card's side, [`Payment`] the payment's side, [`ThreeDs::answer`] the pure decision between
//! them. The issuer's answer to the charge (`Rules::charge`) comes after it, so a card that authenticates and then
//! declines is a demand here and a decline there.
//!
//! Deliberately absent: the challenge itself, its pages and messages, and liability.

use super::declines::{self, Decline};

/// How a card stands to 3-D Secure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThreeDs {
    /// The card does not know it. A merchant's wish for it changes nothing.
    NotSupported,
    /// The card is not enrolled. A merchant's wish is acknowledged without a challenge.
    NotEnrolled,
    /// The card never demands it, but follows a merchant's wish.
    Optional(Lookup),
    /// The card demands it in the payments that `When` names.
    Required(When, Lookup),
}

/// Which payments a card demands authentication for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Every payment, however the card was saved.
    Always,
    /// Every payment with the buyer present, and payments without the buyer unless the card was set up for them.
    UnlessSetUp,
    /// Payments with the buyer present only: the card counts as set up.
    OnSession,
}

/// What the directory server answers when authentication is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The buyer must pass a challenge.
    Challenge(ChallengeUi),
    /// The issuer is satisfied without the buyer.
    Frictionless,
    /// The lookup fails.
    ProcessingError,
}

/// The look of a challenge. Only native apps show a difference; a browser always shows a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChallengeUi {
    /// A page with two buttons: authenticate, or fail.
    Page,
    /// A code sent to the buyer.
    OneTimePasscode,
    /// Approval in another app.
    OutOfBand,
    /// One choice of a list.
    SingleSelect,
    /// Several choices of a list.
    MultiSelect,
}

/// The payment's side of the decision. Setting a card up counts as a payment with the buyer present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The buyer is not there.
    pub off_session: bool,
    /// The card was authenticated earlier for payments without the buyer.
    pub set_up: bool,
    /// The merchant's parameters or rules ask for authentication.
    pub wished: bool,
}

/// What happens to a payment before the issuer is asked for money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing: authentication was neither demanded nor wished for, or the card is set up.
    Proceed,
    /// Authentication was wished for, but the card does not know it; the payment goes on.
    NotSupported,
    /// Authentication was wished for and acknowledged without a challenge; the payment goes on.
    AttemptAcknowledged,
    /// The issuer authenticated the buyer without a challenge; the payment goes on.
    Frictionless,
    /// The payment waits for the buyer.
    Challenge(ChallengeUi),
    /// Authentication could not be started, and the payment fails with this decline.
    LookupFailed(&'static Decline),
    /// Authentication is demanded and the buyer is not there; the payment fails with this decline.
    Decline(&'static Decline),
}

impl ThreeDs {
    /// Decides what happens to a payment before the issuer is asked. A wish counts only if the buyer is present.
    pub fn answer(self, payment: Payment) -> Answer {
        let wished = payment.wished && !payment.off_session;
        match self {
            ThreeDs::NotSupported if wished => Answer::NotSupported,
            ThreeDs::NotEnrolled if wished => Answer::AttemptAcknowledged,
            ThreeDs::Optional(lookup) if wished => lookup.try_with(payment),
            ThreeDs::Required(when, lookup) if when.covers(payment) => lookup.try_with(payment),
            _ => Answer::Proceed,
        }
    }
}

impl When {
    fn covers(self, payment: Payment) -> bool {
        match self {
            When::Always => true,
            When::UnlessSetUp => !(payment.off_session && payment.set_up),
            When::OnSession => !payment.off_session,
        }
    }
}

impl Lookup {
    fn try_with(self, payment: Payment) -> Answer {
        match self {
            Lookup::Frictionless => Answer::Frictionless,
            _ if payment.off_session => Answer::Decline(&declines::AUTHENTICATION_REQUIRED),
            Lookup::Challenge(ui) => Answer::Challenge(ui),
            Lookup::ProcessingError => Answer::LookupFailed(&declines::AUTHENTICATION_UNAVAILABLE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::rules_of;
    use super::super::{AttachRule, ChargeRule, authentication, by_number};
    use super::*;

    const PRESENT: Payment = Payment {
        off_session: false,
        set_up: false,
        wished: false,
    };
    const WISHED: Payment = Payment {
        wished: true,
        ..PRESENT
    };
    const ABSENT: Payment = Payment {
        off_session: true,
        ..PRESENT
    };
    const ABSENT_SET_UP: Payment = Payment {
        set_up: true,
        ..ABSENT
    };

    /// The answers of a number to the four kinds of payment, as letters: present, wished, absent, absent and set up.
    fn answers(number: &str) -> String {
        let Some(card) = by_number(number) else {
            return "no card".to_owned();
        };
        let letter = |payment| match card.rules.three_ds.answer(payment) {
            Answer::Proceed => 'P',
            Answer::NotSupported => 'N',
            Answer::AttemptAcknowledged => 'A',
            Answer::Frictionless => 'F',
            Answer::Challenge(_) => 'C',
            Answer::LookupFailed(_) => 'E',
            Answer::Decline(_) => 'D',
        };
        [PRESENT, WISHED, ABSENT, ABSENT_SET_UP]
            .map(letter)
            .iter()
            .collect()
    }

    #[test]
    fn each_row_of_the_three_d_secure_table_answers_as_published() {
        for (number, expected) in [
            ("4000002500003155", "CCDP"),
            ("4000002760003184", "CCDD"),
            ("4000003800000446", "CCPP"),
            ("4000008260003178", "CCPP"),
            ("4000000000003220", "CCDP"),
            ("4000008400000027", "CCDP"),
            ("4000008400001629", "CCDP"),
            ("4000008400001280", "EEDP"),
            ("4000000000003055", "PCPP"),
            ("4000000000003097", "PEPP"),
            ("4242424242424242", "PAPP"),
            ("378282246310005", "PNPP"),
            ("4000000032200000", "FFFF"),
            ("4000000000003063", "CCDP"),
            ("4000582600000094", "CCDD"),
            ("4000000000000002", "PAPP"),
            ("4000008405600003", "PCPP"),
        ] {
            assert_eq!(answers(number), expected, "{number}");
        }
    }

    #[test]
    fn after_the_authentication_the_issuer_has_the_last_word() {
        let reason = |alias| {
            rules_of(alias)
                .charge
                .decline(true)
                .map(|decline| decline.decline_code)
        };
        let funds = "authenticationRequiredChargeDeclinedInsufficientFunds";
        assert_eq!(reason(funds), Some("insufficient_funds"));
        assert_eq!(
            reason("threeDSecureRequiredChargeDeclined"),
            Some("generic_decline")
        );
        let declining = authentication::ROWS
            .iter()
            .filter(|card| card.rules.charge != ChargeRule::Approve);
        assert_eq!(declining.count(), 2);
        assert!(
            authentication::ROWS
                .iter()
                .all(|card| card.rules.attach == AttachRule::Allow)
        );
    }

    #[test]
    fn failed_authentications_decline_with_the_published_codes() {
        let always = rules_of("authenticationRequired").three_ds.answer(ABSENT);
        let Answer::Decline(decline) = always else {
            panic!("{always:?}");
        };
        let code = "authentication_required";
        assert_eq!((decline.code, decline.decline_code), (code, code));
        let lookup = rules_of("threeDSecureRequiredProcessingError")
            .three_ds
            .answer(PRESENT);
        let Answer::LookupFailed(decline) = lookup else {
            panic!("{lookup:?}");
        };
        assert_eq!(decline.code, "card_declined");
        assert!(decline.network_decline_code.is_none());
    }

    #[test]
    fn each_mobile_challenge_has_its_look() {
        for (number, ui) in [
            ("4000582600000094", ChallengeUi::OutOfBand),
            ("4000582600000045", ChallengeUi::OneTimePasscode),
            ("4000582600000102", ChallengeUi::SingleSelect),
            ("4000582600000110", ChallengeUi::MultiSelect),
            ("4000002760003184", ChallengeUi::Page),
        ] {
            let answer = by_number(number).map(|card| card.rules.three_ds.answer(PRESENT));
            assert_eq!(answer, Some(Answer::Challenge(ui)), "{number}");
        }
    }
}
