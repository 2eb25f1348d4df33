//! Who asks the engine, and how the answer is wanted.
//!
//! Deliberately absent: whether the key is good; a caller is made once that is known.

use crate::keys::UsedKey;
use crate::mutation::Response;
use florin_base::Scope;
use florin_domain::accounts::KeyRole;
use florin_domain::context::RequestRef;
use florin_render::expand::ExpandPlan;
use florin_wire::versions::{ApiVersion, Names, walk_back};
use florin_wire::{WireError, print};
use serde_json::Value;
use std::net::IpAddr;
use std::sync::Arc;

/// A buyer in front of a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buyer {
    /// Where the request comes from, as far as that is known.
    pub address: Option<IpAddr>,
}

/// Who asks, and how the answer is wanted.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The acting account and mode.
    pub scope: Scope,
    /// What the key may do.
    pub role: KeyRole,
    /// In which version to answer.
    pub version: ApiVersion,
    /// `req_…`.
    pub request: String,
    /// The idempotency key, and the hash of what it is used with.
    pub idempotency: Option<(String, [u8; 32])>,
    /// What to expand.
    pub expand: ExpandPlan,
    /// A buyer's browser sent it: from where. None for servers, and for what Florin does by itself.
    pub buyer: Option<Buyer>,
    /// The client secret that a browser sent.
    pub client_secret: Option<String>,
    /// The key that it came with; none for what Florin does by itself.
    pub key: Option<UsedKey>,
    /// Where this server is reached: links in errors begin with it.
    pub base_url: Arc<str>,
    /// Under which names the request knows its parameters; errors use them.
    pub names: Names,
}

impl Caller {
    /// True for a browser's key.
    pub fn is_browser(&self) -> bool {
        self.role == KeyRole::Publishable
    }

    /// An error, in the caller's version and with the names that the request used.
    pub fn error(&self, error: &WireError) -> Response {
        let body = self.error_body(error);
        self.told(error, body)
    }

    /// The body of an error in the newest version, with the names that the request used.
    pub(crate) fn error_body(&self, error: &WireError) -> Value {
        let error = self.names.restored(error);
        error.body(&self.base_url, &self.request)
    }

    /// An error with this body, in the caller's version.
    pub(crate) fn told(&self, error: &WireError, mut body: Value) -> Response {
        walk_back(&mut body, self.version);
        Response {
            body: print(&body),
            ..Response::error(error, &self.base_url, &self.request)
        }
    }

    /// What events tell about this request.
    pub fn reference(&self) -> RequestRef {
        let key = self.idempotency.as_ref().map(|(key, _)| key.clone());
        RequestRef {
            id: self.request.clone(),
            idempotency_key: key,
        }
    }
}
