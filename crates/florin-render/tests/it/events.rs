//! Events: the snapshot, what changed, and the version of the reader.

use crate::samples::{self, NOW, VIEW};
use crate::shown::render_record;
use florin_base::{FreshIds, Millis, Scope};
use florin_domain::context::RequestRef;
use florin_domain::customers::Customer;
use florin_domain::webhooks::{Event, EventOf, Snapshot};
use florin_domain::{Context, Record};
use florin_render::render_event;
use florin_wire::versions::{ApiVersion, NEWEST};
use serde_json::{Value, json};

fn event(
    kind: &str,
    record: &Record,
    before: Option<&Record>,
    request: Option<RequestRef>,
) -> Event {
    let mut fill = |bytes: &mut [u8]| bytes.fill(7);
    let mut context = Context {
        scope: Scope::test("acct_1"),
        now: NOW,
        now_real: Millis(0),
        ids: FreshIds::new(Millis(0), &mut fill),
        request,
        outside: false,
    };
    Event::of(
        &mut context,
        kind,
        EventOf {
            record,
            version: 2,
            snapshot: Snapshot::of(record),
            before: before.map(Snapshot::of),
        },
    )
}

#[test]
fn an_event_holds_its_object_and_its_cause() {
    let record: Record = samples::full_intent().into();
    let cause = RequestRef {
        id: "req_1".to_owned(),
        idempotency_key: Some("k".to_owned()),
    };
    let value = render_event(
        &event("payment_intent.succeeded", &record, None, Some(cause)),
        &VIEW,
        3,
        NEWEST,
    );
    assert_eq!(
        value["data"],
        json!({"object": render_record(&record, &VIEW)})
    );
    assert_eq!(
        value["request"],
        json!({"id": "req_1", "idempotency_key": "k"})
    );
    assert_eq!(
        (&value["type"], &value["pending_webhooks"]),
        (&json!("payment_intent.succeeded"), &json!(3))
    );
    assert_eq!(value["api_version"], NEWEST.as_str());
    let silent = render_event(
        &event("charge.expired", &record, None, None),
        &VIEW,
        0,
        NEWEST,
    );
    assert_eq!(
        silent["request"],
        json!({"id": null, "idempotency_key": null})
    );
}

#[test]
fn an_update_tells_the_old_values_of_what_changed() {
    let before = samples::customer();
    let mut after = Customer {
        name: Some("Grace".to_owned()),
        default_source: None,
        ..before.clone()
    };
    after.echo.shift_remove("business_name");
    after.metadata.clear();
    let (before, after): (Record, Record) = (before.into(), after.into());
    let value = render_event(
        &event("customer.updated", &after, Some(&before), None),
        &VIEW,
        0,
        NEWEST,
    );
    assert_eq!(
        value["data"]["previous_attributes"],
        json!({
            "business_name": "Engines",
            "default_source": "pm_2",
            "metadata": {"object": "mine", "order": "42"},
            "name": "Ada",
        })
    );
    let same = render_event(
        &event("customer.updated", &before, Some(&before), None),
        &VIEW,
        0,
        NEWEST,
    );
    assert_eq!(same["data"]["previous_attributes"], json!({}));
}

/// Somebody who looks whether one key of the metadata changed must not meet the others.
#[test]
fn of_a_hash_only_the_members_that_changed_are_told() {
    let before = samples::customer();
    let mut after = before.clone();
    after.metadata.insert("order".to_owned(), "43".to_owned());
    after.metadata.insert("new".to_owned(), "1".to_owned());
    let told = |before: &Customer, after: &Customer| {
        let (before, after): (Record, Record) = (before.clone().into(), after.clone().into());
        let event = event("customer.updated", &after, Some(&before), None);
        let mut value = render_event(&event, &VIEW, 0, NEWEST);
        value["data"]["previous_attributes"].take()
    };
    assert_eq!(
        told(&before, &after),
        json!({"metadata": {"new": null, "order": "42"}})
    );
    // A hash that came was nothing before, and one that went is told whole.
    let mut bare = before.clone();
    bare.echo.shift_remove("shipping");
    let shown = render_record(&before.clone().into(), &VIEW);
    assert!(shown["shipping"].is_object());
    assert_eq!(told(&bare, &before), json!({"shipping": null}));
    assert_eq!(told(&before, &bare), json!({"shipping": shown["shipping"]}));
}

#[test]
fn a_member_that_is_new_was_null_before() {
    let before = Customer {
        echo: Default::default(),
        ..samples::customer()
    };
    let (before, after): (Record, Record) = (before.into(), samples::customer().into());
    let value = render_event(
        &event("customer.updated", &after, Some(&before), None),
        &VIEW,
        0,
        NEWEST,
    );
    assert_eq!(
        value["data"]["previous_attributes"]["business_name"],
        Value::Null
    );
    assert!(value["data"]["previous_attributes"].get("email").is_none());
}

#[test]
fn an_older_reader_gets_the_older_shape() {
    let record: Record = samples::failed_charge().into();
    let value = render_event(
        &event("charge.failed", &record, None, None),
        &VIEW,
        0,
        ApiVersion::V2023_10_16,
    );
    assert_eq!(value["api_version"], "2023-10-16");
    let outcome = &value["data"]["object"]["outcome"];
    assert!(outcome.get("network_decline_code").is_none());
    assert_eq!(outcome["reason"], "insufficient_funds");
}

#[test]
fn a_snapshot_that_cannot_be_read_still_has_an_id() {
    let record: Record = samples::intent().into();
    let mut unreadable = event("payment_intent.created", &record, None, None);
    unreadable.object_kind = "spaceships".to_owned();
    let value = render_event(&unreadable, &VIEW, 0, NEWEST);
    assert_eq!(value["data"]["object"], json!({"id": "pi_1"}));
}
