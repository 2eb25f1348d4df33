//! The only way out: every HTTP call that Florin makes on its own account goes through this crate, and every mail ([`mail`]).
//!
//! Shape: [`Egress`] is the door that the engine and the processors hold; [`HttpEgress`] is the real
//! client behind it. A call runs through `url` (strict parsing), `guard` (which hosts, addresses and
//! ports may be reached), `resolve` (names to addresses), `pool` (idle connections) and `client`.
//! The guard judges the very address that is dialled, so a name that changes its mind between
//! check and connect gains nothing.
//!
//! Deliberately absent: redirects (a 3xx is an answer like any other), proxies and their environment
//! variables, cookies, decompression, HTTP/2, retries of anything that may have left this machine,
//! client certificates, and a limit on calls in flight (the callers' lanes hold that limit).

mod client;
mod error;
mod guard;
pub mod mail;
mod message;
mod metered;
mod pool;
mod resolve;
mod url;

pub use client::{Dial, DialFuture, HttpEgress, TcpDial, public_roots};
pub use error::EgressError;
pub use guard::{Policy, check_url};
pub use message::{BODY_BYTES_DEFAULT, BODY_BYTES_LIMIT, Request, Response, TIMEOUT_MS_LIMIT};
pub use resolve::{Remembering, Resolve, ResolveFuture, SystemResolve};
pub use rustls::RootCertStore;

use std::future::Future;
use std::pin::Pin;

/// The future of one call; it holds the deadline itself and is safe to drop at any point.
pub type EgressFuture<'a> =
    Pin<Box<dyn Future<Output = Result<Response, EgressError>> + Send + 'a>>;

/// The door to the outside world. The simulator stands its own world behind it.
pub trait Egress: Send + Sync {
    /// Sends one request under one policy and gives back the answer, whatever its status is.
    ///
    /// # Errors
    /// No answer came: see [`EgressError`], and [`EgressError::certainly_unsent`] for whether the
    /// far side can have seen the request.
    fn send<'a>(&'a self, request: Request, policy: Policy) -> EgressFuture<'a>;
}
