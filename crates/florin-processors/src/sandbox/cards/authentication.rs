//! Cards for 3-D Secure. Unless a charge rule says otherwise they approve once the authentication is passed.
//!
//! Deliberately absent: the card that is supported but not enrolled (`visa`) and the one that does not support it
//! (`amex`), which have their rows among the brands.

use super::declines::{GENERIC, INSUFFICIENT_FUNDS};
use super::{ChallengeUi, ChargeRule, Lookup, Rules, TestCard, ThreeDs, When};

/// The challenge that nearly every card poses.
const CHALLENGE: Lookup = Lookup::Challenge(ChallengeUi::Page);

/// The rows of this file.
pub(super) static ROWS: &[TestCard] = &[
    TestCard::visa("4000002500003155", &["authenticationRequiredOnSetup"])
        .country("FR")
        .rules(required(When::UnlessSetUp, CHALLENGE)),
    TestCard::visa("4000002760003184", &["authenticationRequired"])
        .country("DE")
        .rules(required(When::Always, CHALLENGE)),
    TestCard::visa(
        "4000003800000446",
        &["authenticationRequiredSetupForOffSession"],
    )
    .country("IT")
    .rules(required(When::OnSession, CHALLENGE)),
    // Without the buyer it declines for its funds, not for its authentication: no payment with it succeeds.
    TestCard::visa(
        "4000008260003178",
        &["authenticationRequiredChargeDeclinedInsufficientFunds"],
    )
    .country("GB")
    .rules(Rules {
        charge: ChargeRule::Decline(&INSUFFICIENT_FUNDS),
        ..required(When::OnSession, CHALLENGE)
    }),
    TestCard::visa("4000000000003220", &["threeDSecure2Required"])
        .country("IE")
        .rules(required(When::UnlessSetUp, CHALLENGE)),
    TestCard::visa("4000008400000027", &[]).rules(required(When::UnlessSetUp, CHALLENGE)),
    TestCard::visa("4000008400001629", &["threeDSecureRequiredChargeDeclined"]).rules(Rules {
        charge: ChargeRule::Decline(&GENERIC),
        ..required(When::UnlessSetUp, CHALLENGE)
    }),
    TestCard::visa("4000008400001280", &["threeDSecureRequiredProcessingError"])
        .rules(required(When::UnlessSetUp, Lookup::ProcessingError)),
    TestCard::visa("4000000000003055", &["threeDSecureOptional"]).rules(optional(CHALLENGE)),
    TestCard::visa("4000000000003097", &["threeDSecureOptionalProcessingError"])
        .rules(optional(Lookup::ProcessingError)),
    TestCard::visa("4000000032200000", &[]).rules(required(When::Always, Lookup::Frictionless)),
    TestCard::visa("4000000000003063", &["threeDSecureRequired"])
        .rules(required(When::UnlessSetUp, CHALLENGE)),
    // The looks of a challenge in native apps.
    TestCard::visa("4000582600000094", &[]).rules(looks_like(ChallengeUi::OutOfBand)),
    TestCard::visa("4000582600000045", &[]).rules(looks_like(ChallengeUi::OneTimePasscode)),
    TestCard::visa("4000582600000102", &[]).rules(looks_like(ChallengeUi::SingleSelect)),
    TestCard::visa("4000582600000110", &[]).rules(looks_like(ChallengeUi::MultiSelect)),
];

const fn required(when: When, lookup: Lookup) -> Rules {
    Rules {
        three_ds: ThreeDs::Required(when, lookup),
        ..Rules::DEFAULT
    }
}

const fn optional(lookup: Lookup) -> Rules {
    Rules {
        three_ds: ThreeDs::Optional(lookup),
        ..Rules::DEFAULT
    }
}

const fn looks_like(ui: ChallengeUi) -> Rules {
    required(When::Always, Lookup::Challenge(ui))
}
