//! Records, their versions, and commits as a whole.

use super::Subject;
use super::fixtures::*;
use crate::StoreError;
use crate::query::TransactionQuery;
use florin_base::{Scope, Timestamp};
use florin_domain::customers::Customer;
use florin_domain::webhooks::Event;
use florin_domain::{Entity, Kind, Record, RecordKey};

pub async fn a_fresh_record_is_read_back(store: Subject) {
    let written = Customer {
        name: Some("Ada \u{1F980} \"quoted\"\n".to_owned()),
        ..customer("cus_1", 100)
    };
    making().save(0, written.clone()).lands(&store).await;
    let found = held(&store, &key("cus_1")).await.expect("the record");
    assert_eq!(
        (found.version, Customer::from_record(found.record)),
        (1, Some(written))
    );
}

pub async fn every_kind_is_written_and_read_back(store: Subject) {
    let blank = |kind: Kind| {
        Record::decode(kind, "id_1", Timestamp(7), "{}").expect("every member has a default")
    };
    let told = Event {
        id: "id_1".into(),
        created: Timestamp(7),
        object: "id_1".to_owned(),
        object_version: "1".to_owned(),
        ..Event::default()
    };
    let mut commit = making();
    for kind in Kind::ALL.iter().filter(|kind| **kind != Kind::Event) {
        commit = commit.save(0, blank(*kind));
    }
    commit.event(told.clone()).lands(&store).await;
    let keys: Vec<RecordKey> = Kind::ALL
        .iter()
        .map(|kind| RecordKey::new(&scope(), *kind, "id_1"))
        .collect();
    let found = store.get(&keys).await.expect("an answer");
    for (kind, found) in Kind::ALL.iter().zip(found) {
        let wanted = match kind {
            Kind::Event => told.clone().into(),
            other => blank(*other),
        };
        assert_eq!(
            found.map(|found| (found.version, found.record)),
            Some((1, wanted)),
            "{kind:?}"
        );
    }
}

pub async fn what_is_not_there_is_none(store: Subject) {
    making().save(0, customer("cus_1", 100)).lands(&store).await;
    let other_kind = RecordKey::new(&scope(), Kind::Token, "cus_1");
    let keys = [
        key("cus_2"),
        key("cus_1"),
        other_kind,
        key("cus_1"),
        key(""),
    ];
    let found = store.get(&keys).await.expect("an answer");
    let there: Vec<bool> = found.iter().map(Option::is_some).collect();
    assert_eq!(there, [false, true, false, true, false]);
    assert_eq!(store.get(&[]).await, Ok(Vec::new()));
}

pub async fn an_update_needs_the_version_that_was_read(store: Subject) {
    making().save(0, customer("cus_1", 100)).lands(&store).await;
    let named = |name: &str| Customer {
        name: Some(name.to_owned()),
        ..customer("cus_1", 100)
    };
    making().save(1, named("first")).lands(&store).await;
    making()
        .save(1, named("stale"))
        .refused_with(&store, StoreError::Conflict)
        .await;
    making()
        .save(3, named("early"))
        .refused_with(&store, StoreError::Conflict)
        .await;
    let found = held(&store, &key("cus_1")).await.expect("the record");
    assert_eq!(
        (found.version, Customer::from_record(found.record)),
        (2, Some(named("first")))
    );
}

pub async fn a_record_is_made_once(store: Subject) {
    making().save(0, customer("cus_1", 100)).lands(&store).await;
    making()
        .save(0, customer("cus_1", 200))
        .refused_with(&store, StoreError::Conflict)
        .await;
    assert_eq!(
        held(&store, &key("cus_1"))
            .await
            .map(|found| found.record.created()),
        Some(Timestamp(100))
    );
}

pub async fn an_absent_record_cannot_be_updated(store: Subject) {
    making()
        .save(1, customer("cus_1", 100))
        .refused_with(&store, StoreError::Conflict)
        .await;
    assert_eq!(version(&store, &key("cus_1")).await, 0);
}

pub async fn versions_may_jump_and_must_grow(store: Subject) {
    let at = |expected, version| {
        let mut write = write(&scope(), expected, customer("cus_1", 100));
        write.version = version;
        making().write(write)
    };
    at(0, 3).lands(&store).await;
    assert_eq!(version(&store, &key("cus_1")).await, 3);
    at(3, 3).found_unsound(&store).await;
    at(3, 2).found_unsound(&store).await;
    at(3, 5).lands(&store).await;
    assert_eq!(version(&store, &key("cus_1")).await, 5);
}

pub async fn a_required_version_is_checked(store: Subject) {
    making()
        .save(0, customer("cus_read", 100))
        .lands(&store)
        .await;
    making()
        .save(0, customer("cus_1", 100))
        .require(key("cus_read"), 1)
        .lands(&store)
        .await;
    let stale = making()
        .save(0, customer("cus_2", 100))
        .require(key("cus_read"), 2);
    stale.refused_with(&store, StoreError::Conflict).await;
    making()
        .save(1, customer("cus_read", 100))
        .lands(&store)
        .await;
    let stale = making()
        .save(0, customer("cus_2", 100))
        .require(key("cus_read"), 1);
    stale.refused_with(&store, StoreError::Conflict).await;
    assert_eq!(version(&store, &key("cus_2")).await, 0);
    assert_eq!(version(&store, &key("cus_read")).await, 2);
}

pub async fn a_required_absence_is_checked(store: Subject) {
    making()
        .save(0, customer("cus_1", 100))
        .require(key("cus_none"), 0)
        .lands(&store)
        .await;
    let wrong = making()
        .save(0, customer("cus_2", 100))
        .require(key("cus_1"), 0);
    wrong.refused_with(&store, StoreError::Conflict).await;
    let wrong = making()
        .save(0, customer("cus_2", 100))
        .require(key("cus_none"), 1);
    wrong.refused_with(&store, StoreError::Conflict).await;
}

async fn are_apart(store: &Subject, one: &Scope, other: &Scope) {
    let named = |scope: &Scope| Customer {
        name: Some(format!("{scope:?}")),
        ..customer("cus_1", 100)
    };
    making().write(write(one, 0, named(one))).lands(store).await;
    assert_eq!(held(store, &key_in(other, "cus_1")).await, None);
    let crossing = making()
        .write(write(other, 1, named(other)))
        .on(store)
        .await;
    assert_eq!(crossing, Err(StoreError::Conflict));
    making()
        .write(write(other, 0, named(other)))
        .lands(store)
        .await;
    making()
        .book_in(one, earned("txn_1", 5))
        .book_in(other, earned("txn_1", 7))
        .lands(store)
        .await;
    for (scope, amount) in [(one, 5), (other, 7)] {
        let found = held(store, &key_in(scope, "cus_1"))
            .await
            .expect("the record");
        assert_eq!(Customer::from_record(found.record), Some(named(scope)));
        let page = store
            .transactions(&TransactionQuery::newest(scope, 10))
            .await
            .expect("transactions");
        assert_eq!(page, [earned("txn_1", amount)]);
        let mine: Vec<i64> = store
            .balances(scope)
            .await
            .expect("balances")
            .iter()
            .map(|b| b.amount.abs())
            .collect();
        assert_eq!(mine, [amount, amount]);
    }
}

pub async fn scopes_never_meet(store: Subject) {
    are_apart(&store, &Scope::test("acct_one"), &Scope::test("acct_on")).await;
}

pub async fn modes_never_meet(store: Subject) {
    let live = Scope {
        live: true,
        ..scope()
    };
    are_apart(&store, &scope(), &live).await;
}

pub async fn one_commit_may_span_accounts(store: Subject) {
    let (one, other) = (scope(), Scope::test("acct_other"));
    let both = |expected: (u64, u64)| {
        let first = making().write(write(&one, expected.0, customer("cus_1", 100)));
        first.write(write(&other, expected.1, customer("cus_2", 100)))
    };
    both((0, 0)).lands(&store).await;
    both((1, 0))
        .refused_with(&store, StoreError::Conflict)
        .await;
    assert_eq!(version(&store, &key_in(&one, "cus_1")).await, 1);
    both((1, 1)).lands(&store).await;
    assert_eq!(version(&store, &key_in(&other, "cus_2")).await, 2);
}

pub async fn unknown_members_are_kept(store: Subject) {
    let body = r#"{"name":"Ada","from_a_later_release":{"b":[1,2.5,null],"a":"x"}}"#;
    let record = Record::decode(Kind::Customer, "cus_1", Timestamp(9), body)
        .expect("a body of a later release");
    making().save(0, record).lands(&store).await;
    let found = held(&store, &key("cus_1")).await.expect("the record");
    let mut changed = Customer::from_record(found.record).expect("a customer");
    changed.name = Some("Grace".to_owned());
    making().save(1, changed).lands(&store).await;
    let found = held(&store, &key("cus_1"))
        .await
        .expect("the record")
        .record;
    assert_eq!(
        found.encode().expect("a body"),
        body.replace("Ada", "Grace")
    );
}

pub async fn a_record_keeps_its_time(store: Subject) {
    making().save(0, customer("cus_1", 100)).lands(&store).await;
    making().save(1, customer("cus_1", 999)).lands(&store).await;
    let found = held(&store, &key("cus_1")).await.expect("the record");
    assert_eq!((found.version, found.record.created()), (2, Timestamp(100)));
}

pub async fn a_refused_commit_leaves_nothing(store: Subject) {
    making()
        .save(0, customer("cus_old", 100))
        .lands(&store)
        .await;
    let epoch = store.epoch().await.expect("an epoch");
    let mut commit = making()
        .save(0, customer("cus_new", 100))
        .claim(Some(&scope()), "order", "o_1", key("cus_new"))
        .claim(None, "api_key", "k_1", key("cus_new"))
        .idempotent(taking("idem_1", "req_1"))
        .book(earned("txn_1", 500))
        .event(Event {
            id: "evt_1".into(),
            object: "cus_new".to_owned(),
            object_version: "1".to_owned(),
            ..Event::default()
        })
        .job(job("job_1", LONG_AGO));
    commit.0.bumps_epoch = true;
    commit
        .require(key("cus_old"), 2)
        .refused_with(&store, StoreError::Conflict)
        .await;
    let keys = [
        key("cus_new"),
        RecordKey::new(&scope(), Kind::Event, "evt_1"),
    ];
    assert_eq!(store.get(&keys).await, Ok(vec![None, None]));
    assert_eq!(store.find(Some(&scope()), "order", "o_1").await, Ok(None));
    assert_eq!(store.find(None, "api_key", "k_1").await, Ok(None));
    assert_eq!(store.saved(&scope(), "idem_1").await, Ok(None));
    assert_eq!(
        store
            .transactions(&TransactionQuery::one(&scope(), "txn_1"))
            .await,
        Ok(Vec::new())
    );
    assert_eq!(store.balances(&scope()).await, Ok(Vec::new()));
    assert_eq!(store.jobs(&scope(), 10).await, Ok(Vec::new()));
    assert_eq!(store.epoch().await, Ok(epoch));
}

pub async fn an_empty_commit_is_fine(store: Subject) {
    assert_eq!(making().lands(&store).await, Vec::new());
}

pub async fn events_are_records(store: Subject) {
    let event = |id: &str, kind: &str, version: &str| Event {
        id: id.into(),
        created: Timestamp(5),
        kind: kind.to_owned(),
        object: "cus_1".to_owned(),
        object_version: version.to_owned(),
        snapshot: florin_domain::webhooks::Snapshot::from_text(r#"{"name":"Ada"}"#),
        ..Event::default()
    };
    making()
        .save(0, customer("cus_1", 1))
        .event(event("evt_1", "customer.created", "1"))
        .lands(&store)
        .await;
    let found = held(&store, &RecordKey::new(&scope(), Kind::Event, "evt_1"))
        .await
        .expect("the event");
    assert_eq!(
        (found.version, Event::from_record(found.record)),
        (1, Some(event("evt_1", "customer.created", "1")))
    );
    let known_id =
        making()
            .save(1, customer("cus_1", 1))
            .event(event("evt_1", "customer.updated", "2"));
    known_id.refused_with(&store, StoreError::Conflict).await;
    making()
        .save(1, customer("cus_1", 1))
        .event(event("evt_2", "customer.updated", "2"))
        .event(event("evt_3", "customer.deleted", "2"))
        .lands(&store)
        .await;
}

pub async fn an_event_tells_of_a_version_that_its_commit_writes(store: Subject) {
    let event = |id: &str, object: &str, version: &str| Event {
        id: id.into(),
        created: Timestamp(5),
        kind: "customer.updated".to_owned(),
        object: object.to_owned(),
        object_version: version.to_owned(),
        ..Event::default()
    };
    making().save(0, customer("cus_1", 1)).lands(&store).await;
    for (object, version) in [
        ("cus_1", "1"),
        ("cus_1", "3"),
        ("cus_1", "x"),
        ("cus_2", "2"),
    ] {
        let foreign = making()
            .save(1, customer("cus_1", 1))
            .event(event("evt_1", object, version));
        foreign.found_unsound(&store).await;
    }
    making()
        .event(event("evt_1", "cus_1", "1"))
        .found_unsound(&store)
        .await;
    let twice = making()
        .save(1, customer("cus_1", 1))
        .event(event("evt_1", "cus_1", "2"))
        .event(event("evt_2", "cus_1", "2"));
    twice.found_unsound(&store).await;
    assert_eq!(version(&store, &key("cus_1")).await, 1);
}

pub async fn the_epoch_grows_when_a_commit_says_so(store: Subject) {
    let before = store.epoch().await.expect("an epoch");
    making().save(0, customer("cus_1", 100)).lands(&store).await;
    assert_eq!(store.epoch().await, Ok(before));
    for step in 1..=2 {
        let mut commit = making().save(step, customer("cus_1", 100));
        commit.0.bumps_epoch = true;
        commit.lands(&store).await;
        assert_eq!(store.epoch().await, Ok(before + step));
    }
}

pub async fn the_store_is_healthy(store: Subject) {
    assert_eq!(store.health().await, Ok(()));
}

pub async fn a_record_is_written_once_in_a_commit(store: Subject) {
    let twice = making()
        .save(0, customer("cus_1", 1))
        .save(1, customer("cus_1", 1));
    twice.found_unsound(&store).await;
    assert_eq!(version(&store, &key("cus_1")).await, 0);
}

pub async fn a_write_carries_the_record_that_it_names(store: Subject) {
    let mut foreign = write(&scope(), 0, customer("cus_1", 1));
    foreign.key = key("cus_2");
    making().write(foreign).found_unsound(&store).await;
    for id in ["cus_1", "cus_2"] {
        assert_eq!(version(&store, &key(id)).await, 0);
    }
}
