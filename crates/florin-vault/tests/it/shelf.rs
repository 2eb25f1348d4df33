//! The shelf of security codes: once, for fifteen minutes, ten thousand at most.

use crate::world::open_vault;
use florin_vault::{Brand, CVC_KEPT_MS, CVCS_KEPT_MAX, Cvc, CvcShelf, CvcStore, SealContext};
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
