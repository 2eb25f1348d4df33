//! What a version changes that is not a shape: whoever reads a request asks here.
//!
//! Shape: one function per published change of behaviour, a plain question about a version.
//! Deliberately absent: the behaviour, and changes of behaviour that Florin does not carry out: the refund objects that
//! partial captures and cancellations made before `2025-03-31.basil`, and the refusal of `payment_method_types` since
//! `2026-09-30.endive`.

use super::version::ApiVersion;

/// How a payment intent is captured when the request does not say it. Since `2024-04-10` the capture is
/// asynchronous, so the balance transaction of the charge may be missing in the answer.
pub const fn default_capture_method(version: ApiVersion) -> &'static str {
    if (version as usize) < ApiVersion::V2024_04_10 as usize {
        "automatic"
    } else {
        "automatic_async"
    }
}

/// Whether a payment intent shows its newest charge in a list, and a charge its refunds and its dispute, without being asked.
/// These are gone since `2022-11-15`.
pub const fn embeds_lists(version: ApiVersion) -> bool {
    (version as usize) < ApiVersion::V2022_11_15 as usize
}

/// Whether a checkout session makes its payment intent at once. Since `2022-08-01` it waits for the buyer.
pub const fn session_makes_intent(version: ApiVersion) -> bool {
    (version as usize) < ApiVersion::V2022_08_01 as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_turn_at_their_version() {
        assert_eq!(default_capture_method(ApiVersion::V2023_10_16), "automatic");
        assert_eq!(
            default_capture_method(ApiVersion::V2024_04_10),
            "automatic_async"
        );
        use ApiVersion::{V2020_08_27, V2022_08_01, V2022_11_15};
        assert!(embeds_lists(V2020_08_27) && embeds_lists(V2022_08_01));
        assert!(!embeds_lists(V2022_11_15));
        assert!(session_makes_intent(V2020_08_27) && !session_makes_intent(V2022_08_01));
    }
}
