//! What a version changes that is not a shape: the engine asks here and decides itself.
//!
//! Shape: one function per published change of behaviour, a plain question about a version.
//! Deliberately absent: the behaviour.

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

/// Whether the part of an authorization that a partial capture or a cancellation gives back becomes a
/// refund object. It did before `2025-03-31.basil`: the charge then counts the part in
/// `amount_refunded`, a cancelled charge is `refunded`, a partial capture makes a second balance
/// transaction, and `charge.refunded` is sent.
pub const fn released_amount_is_refund(version: ApiVersion) -> bool {
    (version as usize) < ApiVersion::Basil2025_03_31 as usize
}

/// Whether `payment_method_types` is refused with the code `payment_method_types_no_longer_supported`
/// on payment intents and setup intents, which is so since `2026-09-30.endive`.
pub const fn refuses_payment_method_types(version: ApiVersion) -> bool {
    version as usize >= ApiVersion::Endive2026_09_30 as usize
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
        assert!(released_amount_is_refund(ApiVersion::Acacia2025_02_24));
        assert!(!released_amount_is_refund(ApiVersion::Basil2025_03_31));
        assert!(!refuses_payment_method_types(ApiVersion::Dahlia2026_08_26));
        assert!(refuses_payment_method_types(ApiVersion::Endive2026_09_30));
    }
}
