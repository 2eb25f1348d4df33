//! Customers: what an update merges, and what a deletion leaves.

use crate::world::{context, random};
use florin_base::Scope;
use florin_domain::customers::{Customer, CustomerPatch, create, delete, merge_echo, update};
use florin_domain::payments::MetadataPatch;
use florin_domain::{Changes, Context, Draft, Refusal, Versioned};
use serde_json::{Map, Value, json};

fn decide<R>(work: impl FnOnce(&mut Draft, &mut Context<'_>) -> R) -> (R, Changes) {
    let scope = Scope::test("acct_1");
    let mut seed = 7;
    let mut fill = |bytes: &mut [u8]| random(&mut seed, bytes);
    let mut context = context(&scope, 1_700_000_000, false, &mut fill);
    let mut draft = Draft::new(&scope);
    let result = work(&mut draft, &mut context);
    (result, draft.finish())
}

fn metadata(pairs: &[(&str, &str)]) -> MetadataPatch {
    let owned = pairs
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    MetadataPatch::Merge(owned.collect())
}

fn members(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn made() -> Versioned<Customer> {
    let patch = CustomerPatch {
        name: Some(Some("Ada".to_owned())),
        email: Some(Some("ada@example.com".to_owned())),
        metadata: metadata(&[("a", "1"), ("b", "2")]),
        echo: members(json!({ "phone": "1", "address": { "city": "Bern", "line1": "Weg 1" } })),
        ..CustomerPatch::default()
    };
    decide(|draft, context| create(draft, context, patch)).0
}

fn kinds(changes: &Changes) -> Vec<&str> {
    let events = changes.events.iter();
    events.map(|(_, event)| event.kind.as_str()).collect()
}

#[test]
fn an_update_merges_metadata_and_leaves_the_rest_alone() {
    let mut held = made();
    let patch = CustomerPatch {
        email: Some(None),
        metadata: metadata(&[("a", ""), ("b", "3"), ("c", "4")]),
        ..CustomerPatch::default()
    };
    let (result, changes) = decide(|draft, context| update(draft, context, &mut held, patch));
    assert_eq!(result, Ok(()));
    let left: Vec<_> = held.record.metadata.iter().collect();
    let text = |k: &str, v: &str| (k.to_owned(), v.to_owned());
    let (b, c) = (text("b", "3"), text("c", "4"));
    assert_eq!(left, [(&b.0, &b.1), (&c.0, &c.1)]);
    assert_eq!(held.record.email, None);
    assert_eq!(held.record.name.as_deref(), Some("Ada"));
    assert_eq!(kinds(&changes), ["customer.updated"]);
    assert_eq!(
        (changes.writes[0].expected, changes.writes[0].version),
        (1, 2)
    );
}

#[test]
fn a_deleted_customer_keeps_its_id_and_nothing_else() {
    let mut held = made();
    let before = held.record.clone();
    let (result, changes) = decide(|draft, context| delete(draft, context, &mut held));
    assert_eq!(result, Ok(()));
    let bare = Customer {
        id: before.id.clone(),
        created: before.created,
        deleted: true,
        ..Customer::default()
    };
    assert_eq!(held.record, bare);
    assert_eq!(kinds(&changes), ["customer.deleted"]);
    // The event tells of the customer as it was.
    let told = changes.events[0].1.object();
    assert_eq!(told, Some(before.into()));
    for again in [
        decide(|draft, context| delete(draft, context, &mut held)),
        decide(|draft, context| update(draft, context, &mut held, CustomerPatch::default())),
    ] {
        assert!(matches!(
            again.0,
            Err(Refusal::Missing { in_url: true, .. })
        ));
        assert!(again.1.is_empty() && again.1.events.is_empty());
    }
}

#[test]
fn null_removes_a_descriptive_member_at_every_depth() {
    for (held, patch, left) in [
        (
            json!({ "a": 1, "b": 2 }),
            json!({ "a": null }),
            json!({ "b": 2 }),
        ),
        (json!({ "a": 1 }), json!({ "z": null }), json!({ "a": 1 })),
        (
            json!({ "a": { "x": 1, "y": 2 } }),
            json!({ "a": { "x": null, "w": 3 } }),
            json!({ "a": { "y": 2, "w": 3 } }),
        ),
        (
            json!({ "a": 1 }),
            json!({ "a": { "x": null, "y": 2 } }),
            json!({ "a": { "y": 2 } }),
        ),
        (
            json!({ "a": [1, 2] }),
            json!({ "a": [3] }),
            json!({ "a": [3] }),
        ),
    ] {
        let mut held = members(held);
        merge_echo(&mut held, members(patch.clone()));
        assert_eq!(Value::Object(held), left, "{patch}");
    }
}
