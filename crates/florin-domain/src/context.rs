//! What a decision may know of the world: the time and a source of fresh ids, both handed in.

use florin_base::{FreshIds, Id, Millis, Scope, Timestamp};

use crate::record::Entity;

/// The context of one decision.
pub struct Context<'a> {
    /// The acting account and mode.
    pub scope: Scope,
    /// The customer's clock: the time that business rules use. A test clock may move it.
    pub now: Timestamp,
    /// The real time: leases, due times of real work, ids.
    pub now_real: Millis,
    /// Fresh ids and secrets.
    pub ids: FreshIds<'a>,
    /// The request that asked for the change; `None` for scheduled work.
    pub request: Option<RequestRef>,
    /// The processor's effects lie outside our store: what it is asked for is committed before it is asked.
    pub outside: bool,
}

/// What an event tells about the request that caused it.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct RequestRef {
    /// `req_…`.
    pub id: String,
    /// The idempotency key of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
}

impl Context<'_> {
    /// A fresh id of a record type.
    pub fn id<T: Entity>(&mut self) -> Id<T> {
        self.ids.id(T::PREFIX).into()
    }
}
