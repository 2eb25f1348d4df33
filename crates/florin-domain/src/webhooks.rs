//! Events, the endpoints that want them, and deliveries on their way.

use crate::changes::{Draft, Job, JobKind};
use crate::context::{Context, RequestRef};
use crate::payments::{Metadata, MetadataPatch};
use crate::record::{Columns, Entity, Kind, Record, Versioned, record};
use crate::transitions::Transition;
use florin_base::{Id, Millis, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::sync::Arc;

record! {
    /// Something that happened, with a snapshot of the object as it was in that version. Written once.
    pub struct Event: Event, "evt_" {
        /// `payment_intent.succeeded` …
        kind: String,
        /// The object's id.
        object: String,
        /// The object's version.
        object_version: String,
        /// The object's table.
        object_kind: String,
        /// When the object was made.
        object_created: Timestamp,
        /// The object's body in that version.
        snapshot: Snapshot,
        /// The body before the change, for `*.updated`.
        before: Option<Snapshot>,
        /// The request that caused it.
        request: Option<RequestRef>,
    }
}

/// A record's body as it was, kept as the JSON text that it is and not as a text within JSON.
/// Cheap to clone: the row of the record and its events hold one text.
#[derive(Clone, Debug, Default)]
pub struct Snapshot(Option<Arc<RawValue>>);

impl Snapshot {
    /// The body of a record as it is now.
    pub fn of(record: &Record) -> Snapshot {
        Snapshot(record.raw().ok().map(Arc::from))
    }

    /// A body that was read from elsewhere; empty when it is not JSON.
    pub fn from_text(body: &str) -> Snapshot {
        let read = RawValue::from_string(body.to_owned());
        Snapshot(read.ok().map(Arc::from))
    }

    /// The JSON text.
    pub fn json(&self) -> &str {
        self.0.as_deref().map_or("", RawValue::get)
    }
}

impl Serialize for Snapshot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_deref().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Snapshot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Snapshot, D::Error> {
        let read = Option::<Box<RawValue>>::deserialize(deserializer)?;
        Ok(Snapshot(read.map(Arc::from)))
    }
}

impl PartialEq for Snapshot {
    fn eq(&self, other: &Snapshot) -> bool {
        self.json() == other.json()
    }
}

/// What an event is about.
pub struct EventOf<'a> {
    /// The object after the change.
    pub record: &'a Record,
    /// Its version.
    pub version: u64,
    /// Its body in that version.
    pub snapshot: Snapshot,
    /// Its body before the change.
    pub before: Option<Snapshot>,
}

impl Event {
    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![
            Some(&self.kind),
            Some(&self.object),
            Some(&self.object_version),
        ]
    }

    /// The event of one type about one version of an object.
    pub fn of(context: &mut Context<'_>, kind: &str, of: EventOf<'_>) -> Event {
        Event {
            id: context.ids.sequenced(Event::PREFIX).into(),
            created: context.now,
            kind: kind.to_owned(),
            object: of.record.id().to_owned(),
            object_version: of.version.to_string(),
            object_kind: of.record.kind().table().to_owned(),
            object_created: of.record.created(),
            snapshot: of.snapshot,
            before: of.before,
            request: context.request.clone(),
            ..Event::default()
        }
    }

    /// The object as it was; `None` when its kind is not known to this release.
    pub fn object(&self) -> Option<Record> {
        self.read(self.snapshot.json())
    }

    /// The object before the change.
    pub fn object_before(&self) -> Option<Record> {
        self.before.as_ref().and_then(|body| self.read(body.json()))
    }

    fn read(&self, body: &str) -> Option<Record> {
        let kind = Kind::from_table(&self.object_kind)?;
        Record::decode(kind, &self.object, self.object_created, body).ok()
    }
}

record! {
    /// Where webhooks go.
    pub struct WebhookEndpoint: WebhookEndpoint, "we_" {
        /// An absolute URL.
        url: String,
        /// Event types, `charge.*` patterns, or `*`.
        enabled_events: Vec<String>,
        /// The version in which events are rendered for it.
        api_version: Option<String>,
        /// Free text.
        description: Option<String>,
        /// The merchant's own data.
        metadata: Metadata,
        /// Disabled endpoints get nothing.
        disabled: bool,
        /// The signing secret, sealed by the vault, base64.
        secret: String,
        /// The data key that sealed it.
        secret_key_id: String,
        /// An older secret that still signs, until a second.
        rolled: Option<RolledSecret>,
        /// A payment of the front door made it: it hears of the payments that named it and of no others.
        front: bool,
        /// Deleted endpoints are kept for the sake of their deliveries.
        deleted: bool,
    }
}

/// The id of the one [`WebhookSettings`] record of a scope.
pub const SETTINGS_ID: &str = "webhooks";

record! {
    /// How many endpoints a scope has. Every change of an endpoint writes it, so that a commit which requires its
    /// version may rely on there being no endpoint and leave out the fan-out job.
    pub struct WebhookSettings: WebhookSettings, "whs_" {
        /// Endpoints that are not deleted.
        endpoints: u32,
    }
}

impl WebhookSettings {
    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![]
    }
}

/// A secret that was replaced and still signs for a while.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RolledSecret {
    /// Sealed, base64.
    pub secret: String,
    /// The data key that sealed it.
    pub key_id: String,
    /// Signs until then.
    pub until: Timestamp,
}

impl WebhookEndpoint {
    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![Some(crate::record::living(self.deleted))]
    }

    /// True when the endpoint wants events of this type.
    pub fn wants(&self, kind: &str) -> bool {
        !self.disabled
            && !self.deleted
            && self
                .enabled_events
                .iter()
                .any(|pattern| match pattern.strip_suffix('*') {
                    Some(front) => kind.starts_with(front),
                    None => pattern == kind,
                })
    }
}

/// What a create or an update of an endpoint says.
#[derive(Clone, Debug, Default)]
pub struct EndpointPatch {
    /// New URL.
    pub url: Option<String>,
    /// New event list.
    pub enabled_events: Option<Vec<String>>,
    /// Free text.
    pub description: Option<Option<String>>,
    /// Metadata to merge.
    pub metadata: MetadataPatch,
    /// Switch off or on.
    pub disabled: Option<bool>,
}

impl EndpointPatch {
    /// Applies the patch.
    pub fn apply(self, endpoint: &mut WebhookEndpoint) {
        if let Some(url) = self.url {
            endpoint.url = url;
        }
        if let Some(events) = self.enabled_events {
            endpoint.enabled_events = events;
        }
        if let Some(description) = self.description {
            endpoint.description = description;
        }
        if let Some(disabled) = self.disabled {
            endpoint.disabled = disabled;
        }
        self.metadata.apply(&mut endpoint.metadata);
    }
}

/// How a delivery stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Waiting for its first or next attempt.
    #[default]
    Pending,
    /// The endpoint answered 2xx.
    Delivered,
    /// Every attempt failed, or the endpoint is gone.
    GivenUp,
}

impl DeliveryState {
    /// The name in the store and in lists.
    pub const fn name(self) -> &'static str {
        match self {
            DeliveryState::Pending => "pending",
            DeliveryState::Delivered => "delivered",
            DeliveryState::GivenUp => "given_up",
        }
    }
}

/// The most attempts that a delivery remembers.
pub const ATTEMPTS_LOGGED_MAX: usize = 20;

record! {
    /// One event on its way to one endpoint.
    pub struct Delivery: Delivery, "whd_" {
        /// Which event.
        event: Id<Event>,
        /// Which endpoint.
        endpoint: Id<WebhookEndpoint>,
        /// How it stands.
        state: DeliveryState,
        /// How often it was tried.
        tries: u32,
        /// What became of each try, the newest last.
        log: Vec<Try>,
    }
}

impl Delivery {
    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![
            Some(self.endpoint.as_str()),
            Some(self.event.as_str()),
            Some(self.state.name()),
        ]
    }
}

/// One try to deliver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Try {
    /// When it began.
    pub at: Millis,
    /// How long it took.
    pub took_ms: i64,
    /// The HTTP status, when an answer came.
    pub status: Option<u16>,
    /// What went wrong, when none came.
    pub error: Option<String>,
}

impl Try {
    /// Only a 2xx status is a success; a redirect is not.
    pub fn is_success(&self) -> bool {
        self.status
            .is_some_and(|status| (200..300).contains(&status))
    }
}

/// Retries: after each failed try wait so long. The sum is a little over three days.
#[derive(Clone, Debug, PartialEq)]
pub struct RetrySchedule {
    /// Milliseconds between tries.
    pub waits_ms: Vec<i64>,
}

impl Default for RetrySchedule {
    fn default() -> RetrySchedule {
        let seconds = [
            5, 60, 300, 1_800, 7_200, 18_000, 36_000, 43_200, 43_200, 43_200, 72_000,
        ];
        RetrySchedule {
            waits_ms: seconds.iter().map(|s| s * 1000).collect(),
        }
    }
}

impl RetrySchedule {
    /// How long to wait after the `tries`-th failure; `None` when it was the last.
    pub fn wait_after(&self, tries: u32) -> Option<i64> {
        self.waits_ms.get(tries.saturating_sub(1) as usize).copied()
    }
}

/// The member of a fan-out job's body that lists its events.
pub const EVENTS_MEMBER: &str = "events";

/// Plans the delivery of an event to every endpoint that wants it.
pub fn plan(
    draft: &mut Draft,
    context: &mut Context<'_>,
    event: &Event,
    endpoints: &[WebhookEndpoint],
) {
    for endpoint in endpoints
        .iter()
        .filter(|endpoint| endpoint.wants(&event.kind) && !is_elsewhere(event, endpoint))
    {
        let id = delivery_id(event, endpoint);
        let mut held = Versioned::fresh(Delivery {
            id: id.as_str().into(),
            created: context.now,
            event: event.id.clone(),
            endpoint: endpoint.id.clone(),
            ..Delivery::default()
        });
        draft.save(context, &mut held, Transition::DeliveryChanged);
        draft.job_in_lane(deliver_job(context, &held.record, context.now_real));
    }
}

/// An endpoint that a payment of the front door named hears of the payments that named it, and of no other.
fn is_elsewhere(event: &Event, endpoint: &WebhookEndpoint) -> bool {
    endpoint.front
        && !matches!(event.object(), Some(Record::CheckoutSession(session))
            if session.told_to.as_ref() == Some(&endpoint.id))
}

/// The same event goes to the same endpoint under the same id, however often fan-out runs.
fn delivery_id(event: &Event, endpoint: &WebhookEndpoint) -> String {
    let event = event.id.trim_start_matches(Event::PREFIX);
    let endpoint = endpoint.id.trim_start_matches(WebhookEndpoint::PREFIX);
    format!("{}{event}_{endpoint}", Delivery::PREFIX)
}

/// The job that sends a delivery at `due`, in its endpoint's lane.
pub fn deliver_job(context: &Context<'_>, delivery: &Delivery, due: Millis) -> Job {
    Job {
        id: format!("job_{}", delivery.id),
        kind: JobKind::Deliver,
        scope: context.scope.clone(),
        due,
        lane: format!("deliver:{}", delivery.endpoint),
        body: json!({ "delivery": delivery.id }),
    }
}

/// Records a try. Returns when the next one is due, `None` when the delivery is finished.
pub fn record_try(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<Delivery>,
    attempt: Try,
    schedule: &RetrySchedule,
) -> Option<Millis> {
    let delivery = &mut held.record;
    delivery.tries += 1;
    let next = match attempt.is_success() {
        true => None,
        false => schedule
            .wait_after(delivery.tries)
            .map(|wait| context.now_real.plus_ms(wait)),
    };
    delivery.state = match (attempt.is_success(), next) {
        (true, _) => DeliveryState::Delivered,
        (false, Some(_)) => DeliveryState::Pending,
        (false, None) => DeliveryState::GivenUp,
    };
    delivery.log.push(attempt);
    let excess = delivery.log.len().saturating_sub(ATTEMPTS_LOGGED_MAX);
    delivery.log.drain(..excess);
    draft.save(context, held, Transition::DeliveryChanged);
    next
}

/// Ends a delivery whose endpoint is disabled or gone: nothing is sent.
pub fn give_up(draft: &mut Draft, context: &mut Context<'_>, held: &mut Versioned<Delivery>) {
    held.record.state = DeliveryState::GivenUp;
    held.record.log.push(Try {
        at: context.now_real,
        took_ms: 0,
        status: None,
        error: Some("the endpoint is disabled or deleted, so nothing was sent".to_owned()),
    });
    draft.save(context, held, Transition::DeliveryChanged);
}

/// The body of a job that names one object.
pub fn body_id<'a>(body: &'a Value, member: &str) -> &'a str {
    body.get(member).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_want_what_they_named() {
        let with = |patterns: &[&str]| WebhookEndpoint {
            enabled_events: patterns.iter().map(|p| (*p).to_owned()).collect(),
            ..WebhookEndpoint::default()
        };
        assert!(with(&["*"]).wants("charge.failed"));
        assert!(with(&["charge.*"]).wants("charge.dispute.created"));
        assert!(with(&["charge.failed"]).wants("charge.failed"));
        assert!(!with(&["charge.failed"]).wants("charge.succeeded"));
        assert!(
            !WebhookEndpoint {
                disabled: true,
                ..with(&["*"])
            }
            .wants("charge.failed")
        );
    }

    #[test]
    fn the_schedule_spans_three_days_and_ends() {
        let schedule = RetrySchedule::default();
        let total: i64 = schedule.waits_ms.iter().sum();
        assert!((3 * 86_400_000..4 * 86_400_000).contains(&total), "{total}");
        assert_eq!(schedule.wait_after(1), Some(5_000));
        assert_eq!(
            schedule.wait_after(schedule.waits_ms.len() as u32 + 1),
            None
        );
    }
}
