//! Why a call brought no answer, in words that tell the reader what to change.
//!
//! Shape: one enum whose texts name hosts and addresses only. Deliberately absent: the URL's path
//! and query, headers and bodies, since those may carry secrets and these texts reach logs and
//! dashboards.

use std::fmt;

/// The reason why a call brought no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EgressError {
    /// The URL cannot be used at all; nothing was sent.
    InvalidUrl(String),
    /// The policy forbids this scheme, port, host or address; nothing was sent.
    Blocked(String),
    /// The host name has no address; nothing was sent.
    Resolve(String),
    /// No connection came about; nothing was sent.
    Connect(String),
    /// The TLS handshake failed; nothing was sent.
    Tls(String),
    /// The deadline passed; the request may have arrived.
    Timeout,
    /// The exchange broke off or was not HTTP; the request may have arrived.
    Protocol(String),
}

impl EgressError {
    /// True if the far side cannot have seen the request, so that sending it elsewhere is safe.
    /// False means unknown, never "it arrived".
    pub fn certainly_unsent(&self) -> bool {
        !matches!(self, Self::Timeout | Self::Protocol(_))
    }
}

impl fmt::Display for EgressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidUrl(why) => write!(f, "The URL cannot be used: {why}"),
            Self::Blocked(why) => write!(f, "The connection was refused here: {why}"),
            Self::Resolve(why) => write!(f, "The host name was not found: {why}"),
            Self::Connect(why) => write!(f, "The connection failed: {why}"),
            Self::Tls(why) => write!(f, "The secure connection failed: {why}"),
            Self::Timeout => f.write_str(
                "No complete answer came before the deadline. Answer first and do slow work afterwards.",
            ),
            Self::Protocol(why) => write!(f, "The HTTP exchange failed: {why}"),
        }
    }
}

impl std::error::Error for EgressError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_failures_before_the_first_byte_count_as_unsent() {
        let text = String::from("x");
        for error in [
            EgressError::InvalidUrl(text.clone()),
            EgressError::Blocked(text.clone()),
            EgressError::Resolve(text.clone()),
            EgressError::Connect(text.clone()),
            EgressError::Tls(text.clone()),
        ] {
            assert!(error.certainly_unsent(), "{error}");
        }
        assert!(!EgressError::Timeout.certainly_unsent());
        assert!(!EgressError::Protocol(text).certainly_unsent());
    }
}
