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
    }
}
