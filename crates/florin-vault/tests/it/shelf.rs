//! The shelves of security codes: once, for fifteen minutes, ten thousand of an account and mode at most.

use crate::world::open_vault;
use florin_vault::{
    Brand, CVC_KEPT_MS, CVCS_KEPT_MAX, Cvc, CvcFuture, CvcRows, CvcShelf, CvcStore, SealContext,
    SealedCvc, SharedCvcShelf,
};
use std::collections::BTreeMap;
use std::future::{Future, ready};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

fn cvc(digits: &str) -> Cvc {
    Cvc::parse(digits, Brand::Visa).expect("a code")
}

fn at(record: &str) -> SealContext<'_> {
    SealContext {
        account: "acct_1",
        live: false,
        record,
    }
}

#[test]
fn a_code_is_given_out_once() {
    let (_, opener, _) = open_vault();
    let shelf = CvcShelf::new();
    shelf.put(&at("pi_1"), cvc("123"), 0);
    let taken = shelf.take(&at("pi_1"), 1).expect("the code");
    assert_eq!(opener.cvc_digits(&taken), "123");
    assert!(shelf.take(&at("pi_1"), 1).is_none());
    assert!(shelf.is_empty());
}

#[test]
fn account_and_mode_do_not_meet() {
    let shelf = CvcShelf::new();
    shelf.put(&at("pi_1"), cvc("123"), 0);
    assert!(
        shelf
            .take(
                &SealContext {
                    live: true,
                    ..at("pi_1")
                },
                0
            )
            .is_none()
    );
    assert!(
        shelf
            .take(
                &SealContext {
                    account: "acct_2",
                    ..at("pi_1")
                },
                0
            )
            .is_none()
    );
    assert!(shelf.take(&at("pi_1"), 0).is_some());
}

#[test]
fn a_code_is_too_old_at_fifteen_minutes() {
    let shelf = CvcShelf::new();
    for (record, now_ms, is_there) in [
        ("pi_1", CVC_KEPT_MS - 1, true),
        ("pi_2", CVC_KEPT_MS, false),
    ] {
        shelf.put(&at(record), cvc("123"), 0);
        assert_eq!(
            shelf.take(&at(record), now_ms).is_some(),
            is_there,
            "{now_ms}"
        );
    }
    shelf.put(&at("pi_3"), cvc("123"), 0);
    assert_eq!(shelf.purge(CVC_KEPT_MS - 1), 0);
    assert_eq!(shelf.purge(CVC_KEPT_MS), 1);
    assert!(shelf.is_empty());
    shelf.put(&at("pi_4"), cvc("123"), 0);
    shelf.put(&at("pi_5"), cvc("123"), CVC_KEPT_MS);
    assert_eq!(shelf.len(), 1, "a put drops what is too old");
}

#[test]
fn the_oldest_gives_way() {
    let (_, opener, _) = open_vault();
    let shelf = CvcShelf::new();
    for place in 0..CVCS_KEPT_MAX {
        shelf.put(&at(&format!("pi_{place}")), cvc("123"), 0);
    }
    shelf.put(&at("pi_0"), cvc("456"), 0);
    assert_eq!(
        shelf.len(),
        CVCS_KEPT_MAX,
        "the same record again takes no more room"
    );
    shelf.put(&at("pi_new"), cvc("789"), 0);
    assert_eq!(shelf.len(), CVCS_KEPT_MAX);
    assert!(shelf.take(&at("pi_1"), 0).is_none(), "the oldest is gone");
    assert!(shelf.take(&at("pi_2"), 0).is_some());
    let renewed = shelf
        .take(&at("pi_0"), 0)
        .expect("put again, hence younger");
    assert_eq!(opener.cvc_digits(&renewed), "456");
}

#[test]
fn nobody_evicts_the_codes_of_another() {
    let shelf = CvcShelf::new();
    let live = SealContext {
        live: true,
        ..at("pi_live")
    };
    let other = SealContext {
        account: "acct_2",
        ..at("pi_other")
    };
    shelf.put(&live, cvc("123"), 0);
    shelf.put(&other, cvc("123"), 0);
    for place in 0..=CVCS_KEPT_MAX {
        shelf.put(&at(&format!("pi_{place}")), cvc("123"), 0);
    }
    assert_eq!(shelf.len(), CVCS_KEPT_MAX + 2);
    assert!(shelf.take(&live, 0).is_some() && shelf.take(&other, 0).is_some());
    assert!(shelf.take(&at("pi_0"), 0).is_none());
}

/// Rows that are seen by the test.
#[derive(Default)]
struct Rows(Mutex<BTreeMap<String, SealedCvc>>);

impl CvcRows for Rows {
    fn put<'a>(&'a self, context: SealContext<'a>, sealed: SealedCvc) -> CvcFuture<'a, ()> {
        let mut rows = self.0.lock().expect("a lock");
        rows.insert(context.record.to_owned(), sealed);
        Box::pin(ready(Ok(())))
    }

    fn take<'a>(&'a self, context: SealContext<'a>) -> CvcFuture<'a, Option<SealedCvc>> {
        let taken = self.0.lock().expect("a lock").remove(context.record);
        Box::pin(ready(Ok(taken)))
    }
}

fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("nothing here waits"),
    }
}

#[test]
fn shared_rows_hold_sealed_codes_and_give_each_once() {
    let (vault, opener, _) = open_vault();
    let rows = Arc::new(Rows::default());
    let shelf = SharedCvcShelf::new(vault, rows.clone());
    at_once(shelf.put(at("pi_1"), cvc("123"), 0)).expect("kept");
    let held = rows.0.lock().expect("a lock")["pi_1"].clone();
    assert!(!held.bytes().windows(3).any(|bytes| bytes == b"123"));
    let taken = at_once(shelf.take(at("pi_1"), 0)).expect("an answer");
    assert_eq!(
        taken.map(|cvc| opener.cvc_digits(&cvc).to_owned()),
        Some("123".to_owned())
    );
    assert!(
        at_once(shelf.take(at("pi_1"), 0))
            .expect("an answer")
            .is_none()
    );
    // A row that was moved to another record does not open there.
    rows.0
        .lock()
        .expect("a lock")
        .insert("pi_2".to_owned(), held);
    assert!(at_once(shelf.take(at("pi_2"), 0)).is_err());
}

#[test]
fn the_shelf_answers_at_once_as_a_store() {
    let shelf = CvcShelf::new();
    let store: &dyn CvcStore = &shelf;
    let mut context = Context::from_waker(Waker::noop());
    let mut put = store.put(at("pi_1"), cvc("123"), 0);
    assert!(matches!(
        put.as_mut().poll(&mut context),
        Poll::Ready(Ok(()))
    ));
    let mut take = store.take(at("pi_1"), 0);
    assert!(matches!(
        take.as_mut().poll(&mut context),
        Poll::Ready(Ok(Some(_)))
    ));
    let mut again = store.take(at("pi_1"), 0);
    assert!(matches!(
        again.as_mut().poll(&mut context),
        Poll::Ready(Ok(None))
    ));
}
