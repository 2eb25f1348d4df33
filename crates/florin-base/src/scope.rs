//! Whose data, and in which mode: every key in the store leads with a [`Scope`].

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// An account and a mode. Two scopes never share a record, a ledger entry, a claim or a cache line.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Scope {
    /// The account's id, `acct_…`.
    pub account: Arc<str>,
    /// Live mode moves real money; test mode never does.
    pub live: bool,
}

impl Scope {
    /// The scope of an account's test mode.
    pub fn test(account: &str) -> Scope {
        Scope {
            account: account.into(),
            live: false,
        }
    }

    /// The word for the mode: `test` or `live`.
    pub const fn mode(&self) -> &'static str {
        mode(self.live)
    }
}

/// The word for a mode: `test` or `live`.
pub const fn mode(live: bool) -> &'static str {
    if live { "live" } else { "test" }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account, self.mode())
    }
}
