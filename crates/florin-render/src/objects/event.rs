//! The wire object of an event, in the version of whoever reads it.
//!
//! The object inside is rendered from the snapshot of its own version, never from what the store holds now.
//! Deliberately absent: the account member, because no event reaches a platform yet.

use super::front_payment::render_front;
use crate::View;
use crate::render_record;
use crate::shape::Shape;
use florin_domain::Record;
use florin_domain::webhooks::Event;
use florin_wire::Node;
use florin_wire::versions::{self, ApiVersion};
use serde_json::{Map, Value, json};

/// An event in `version`, with so many deliveries still under way.
pub fn render_event(
    event: &Event,
    view: &View<'_>,
    pending_webhooks: u32,
    version: ApiVersion,
) -> Value {
    let mut shape = Shape::object(&event.id, "event", 9);
    shape
        .put("api_version", version.as_str())
        .put("created", event.created.0)
        .put("data", data(event, view))
        .put("livemode", view.live)
        .put("pending_webhooks", pending_webhooks)
        .put("request", request(event))
        .put("type", event.kind.as_str());
    let mut rendered = shape.done().into_value();
    versions::walk_back(&mut rendered, version);
    rendered
}

/// What the events of the simple front door begin with.
const FRONT: &str = "florin.payment.";

fn data(event: &Event, view: &View<'_>) -> Node<'static> {
    // A snapshot of a kind that only a later release knows cannot be shown; its id still can.
    let rendered = |record: Record| match &record {
        Record::CheckoutSession(session) if event.kind.starts_with(FRONT) => {
            render_front(session, (None, None), None, view).into_value()
        }
        record => render_record(record, view).into_value(),
    };
    let object = event.object().map(rendered);
    let object = object
        .filter(|object| !object.is_null())
        .unwrap_or_else(|| unreadable(event));
    let before = event.object_before().map(rendered);
    let mut shape = Shape::hash(2);
    let previous = before.map(|before| changed(&before, &object));
    shape
        .put("object", object)
        .put_some("previous_attributes", previous);
    shape.done()
}

fn unreadable(event: &Event) -> Value {
    json!({ "id": event.object })
}

/// The members that differ, with their old values. Of a hash that was and still is one, only the members that differ.
fn changed(before: &Value, after: &Value) -> Value {
    let (Some(before), Some(after)) = (before.as_object(), after.as_object()) else {
        return Value::Object(Map::new());
    };
    Value::Object(differing(before, after, |old, new| match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            Value::Object(differing(old, new, |old, _| old.clone()))
        }
        _ => old.clone(),
    }))
}

/// The old value of every member that differs, as `tell` puts it. A member that is new was null before.
fn differing(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    tell: fn(&Value, &Value) -> Value,
) -> Map<String, Value> {
    let mut previous = Map::new();
    for (name, value) in after {
        let old = before.get(name).unwrap_or(&Value::Null);
        if old != value {
            previous.insert(name.clone(), tell(old, value));
        }
    }
    let gone = before.iter().filter(|(name, _)| !after.contains_key(*name));
    previous.extend(gone.map(|(name, old)| (name.clone(), old.clone())));
    previous.sort_keys();
    previous
}

fn request(event: &Event) -> Node<'_> {
    let request = event.request.as_ref();
    let mut shape = Shape::hash(2);
    shape
        .put("id", request.map(|request| request.id.as_str()))
        .put(
            "idempotency_key",
            request.and_then(|request| request.idempotency_key.as_deref()),
        );
    shape.done()
}
