//! What the adapter and the sandbox processor say to each other: JSON over HTTP, test card numbers only.

use florin_domain::processor::{Outcome, ProcessorRequest};
use florin_vault::hmac_sha256;
use serde::{Deserialize, Serialize};

/// Where calls go.
pub const CALLS: &str = "/v1/calls";
/// Where inquiries go.
pub const INQUIRIES: &str = "/v1/inquiries";
/// The header that signs a notice.
pub const SIGNATURE: &str = "florin-sandbox-signature";

/// One call. Its number is one of the published test cards. Has no `Debug`, like everything that holds a number.
#[derive(Serialize, Deserialize)]
pub struct CallBody {
    /// What is asked.
    pub request: ProcessorRequest,
    /// The digits of a card that is not named by the request itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// A security code came with this call. The code itself is not sent: the sandbox looks only whether there is one.
    #[serde(default)]
    pub cvc: bool,
}

/// The answer to a call.
#[derive(Debug, Serialize, Deserialize)]
pub struct CallAnswer {
    /// What became of it.
    pub outcome: Outcome,
}

/// The answer to an inquiry, which is a request without a number.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "inquiry", rename_all = "snake_case")]
pub enum InquiryAnswer {
    /// It is in the books.
    Known {
        /// As it stands now.
        outcome: Outcome,
    },
    /// It is not in the books, or not shown yet.
    NotFound,
}

/// What the sandbox processor tells by itself.
#[derive(Debug, Serialize, Deserialize)]
pub struct NoticeBody {
    /// Our reference of the call that it is about.
    pub reference: String,
    /// As it stands now.
    pub outcome: Outcome,
}

/// The signature of a notice: HMAC-SHA256 over the body, hexadecimal.
pub fn signature(secret: &str, body: &[u8]) -> String {
    let mac = hmac_sha256(secret.as_bytes(), body);
    mac.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_depends_on_secret_and_body() {
        let one = signature("secret", b"body");
        assert_eq!(one.len(), 64);
        assert_eq!(one, signature("secret", b"body"));
        assert_ne!(one, signature("other", b"body"));
        assert_ne!(one, signature("secret", b"another body"));
    }
}
