//! Lists: order, pages, filters and ranges.

use super::Subject;
use super::fixtures::*;
use crate::query::{ListQuery, Order};
use florin_base::{Scope, Timestamp};
use florin_domain::changes::Created;
use florin_domain::payments::{Charge, Token};
use florin_domain::{Kind, Record};

/// Customers whose times tie, written in no particular order.
async fn crowd(store: &Subject) -> Vec<&'static str> {
    let made = [
        ("cus_d", 20),
        ("cus_a", 10),
        ("cus_Z", 20),
        ("cus_c", 20),
        ("cus_b", 30),
        ("cus_e", 5),
    ];
    for (id, created) in made {
        making().save(0, customer(id, created)).lands(store).await;
    }
    vec!["cus_e", "cus_a", "cus_Z", "cus_c", "cus_d", "cus_b"]
}

fn all(limit: usize) -> ListQuery {
    ListQuery::newest(&scope(), Kind::Customer, limit)
}

async fn page(store: &Subject, query: &ListQuery) -> Vec<Record> {
    store
        .list(query)
        .await
        .expect("a page")
        .into_iter()
        .map(|found| found.record)
        .collect()
}

async fn listed(store: &Subject, query: &ListQuery) -> Vec<String> {
    page(store, query)
        .await
        .iter()
        .map(|record| record.id().to_owned())
        .collect()
}

pub async fn the_newest_come_first(store: Subject) {
    let mut expected = crowd(&store).await;
    expected.reverse();
    assert_eq!(listed(&store, &all(10)).await, expected);
    assert_eq!(listed(&store, &all(2)).await, expected[..2]);
}

pub async fn the_oldest_come_first_when_asked(store: Subject) {
    let expected = crowd(&store).await;
    let query = ListQuery {
        order: Order::OldestFirst,
        ..all(10)
    };
    assert_eq!(listed(&store, &query).await, expected);
}

pub async fn pages_meet_without_gaps(store: Subject) {
    let mut expected = crowd(&store).await;
    for order in [Order::OldestFirst, Order::NewestFirst] {
        for limit in 1..=4 {
            let mut query = ListQuery {
                order,
                ..all(limit)
            };
            let mut seen = Vec::new();
            loop {
                let page = page(&store, &query).await;
                let Some(last) = page.last() else { break };
                query.after = Some((last.created(), last.id().to_owned()));
                seen.extend(page.iter().map(|record| record.id().to_owned()));
                assert!(seen.len() <= expected.len(), "{seen:?}");
            }
            assert_eq!(seen, expected, "{order:?} {limit}");
        }
        expected.reverse();
    }
}

fn charge(id: &str, customer: Option<&str>, intent: Option<&str>) -> Charge {
    Charge {
        id: id.into(),
        created: Timestamp(10),
        customer: customer.map(Into::into),
        payment_intent: intent.map(Into::into),
        ..Charge::default()
    }
}

pub async fn filters_use_key_columns(store: Subject) {
    let made = [
        charge("ch_1", Some("cus_1"), Some("pi_1")),
        charge("ch_2", Some("cus_1"), Some("pi_2")),
        charge("ch_3", Some("cus_2"), Some("pi_1")),
        charge("ch_4", None, Some("pi_1")),
        charge("ch_5", None, None),
    ];
    for one in made {
        making().save(0, one).lands(&store).await;
    }
    let charges = || ListQuery::newest(&scope(), Kind::Charge, 10);
    assert_eq!(
        listed(&store, &charges()).await,
        ["ch_5", "ch_4", "ch_3", "ch_2", "ch_1"]
    );
    assert_eq!(
        listed(&store, &charges().with("customer", "cus_1")).await,
        ["ch_2", "ch_1"]
    );
    assert_eq!(
        listed(&store, &charges().with("payment_intent", "pi_1")).await,
        ["ch_4", "ch_3", "ch_1"]
    );
    let both = charges()
        .with("customer", "cus_1")
        .with("payment_intent", "pi_1");
    assert_eq!(listed(&store, &both).await, ["ch_1"]);
    let mut either = charges();
    either.filters.push((
        "customer",
        vec!["cus_1".to_owned(), "cus_2".to_owned(), "cus_9".to_owned()],
    ));
    assert_eq!(listed(&store, &either).await, ["ch_3", "ch_2", "ch_1"]);
    assert_eq!(
        listed(&store, &charges().with("customer", "")).await,
        Vec::<String>::new()
    );
    let named = ["ch_5", "ch_9", "ch_1", "ch_3", "ch_1"].map(str::to_owned);
    let named = charges().named(named.to_vec());
    assert_eq!(listed(&store, &named).await, ["ch_5", "ch_3", "ch_1"]);
    let of_customer = named.clone().with("customer", "cus_1");
    assert_eq!(listed(&store, &of_customer).await, ["ch_1"]);
    let behind = ListQuery {
        after: Some((Timestamp(10), "ch_5".to_owned())),
        limit: 1,
        ..named
    };
    assert_eq!(listed(&store, &behind).await, ["ch_3"]);
    let second = ListQuery {
        limit: 1,
        after: Some((Timestamp(10), "ch_4".to_owned())),
        ..charges().with("payment_intent", "pi_1")
    };
    assert_eq!(listed(&store, &second).await, ["ch_3"]);
}

pub async fn filters_follow_updates(store: Subject) {
    making().save(0, customer("cus_1", 10)).lands(&store).await;
    let mut moved = customer("cus_1", 10);
    moved.email = Some("new@example.com".to_owned());
    making().save(1, moved).lands(&store).await;
    assert_eq!(
        listed(&store, &all(10).with("email", "cus_1@example.com")).await,
        Vec::<String>::new()
    );
    assert_eq!(
        listed(&store, &all(10).with("email", "new@example.com")).await,
        ["cus_1"]
    );
    let mut emptied = customer("cus_1", 10);
    emptied.email = None;
    making().save(2, emptied).lands(&store).await;
    assert_eq!(
        listed(&store, &all(10).with("email", "new@example.com")).await,
        Vec::<String>::new()
    );
    assert_eq!(listed(&store, &all(10)).await, ["cus_1"]);
}

pub async fn ranges_include_both_ends(store: Subject) {
    crowd(&store).await;
    let within = |from: Option<i64>, to: Option<i64>| {
        let created = Created {
            from: from.map(Timestamp),
            to: to.map(Timestamp),
        };
        ListQuery {
            created,
            order: Order::OldestFirst,
            ..all(10)
        }
    };
    assert_eq!(
        listed(&store, &within(Some(10), Some(20))).await,
        ["cus_a", "cus_Z", "cus_c", "cus_d"]
    );
    assert_eq!(listed(&store, &within(Some(21), None)).await, ["cus_b"]);
    assert_eq!(listed(&store, &within(None, Some(9))).await, ["cus_e"]);
    assert_eq!(
        listed(&store, &within(Some(20), Some(10))).await,
        Vec::<String>::new()
    );
    let rest = ListQuery {
        after: Some((Timestamp(20), "cus_Z".to_owned())),
        ..within(Some(10), Some(20))
    };
    assert_eq!(listed(&store, &rest).await, ["cus_c", "cus_d"]);
}

pub async fn lists_stay_within_scope_and_kind(store: Subject) {
    crowd(&store).await;
    let token = Token {
        id: "tok_1".into(),
        created: Timestamp(15),
        ..Token::default()
    };
    making().save(0, token).lands(&store).await;
    let live = Scope {
        live: true,
        ..scope()
    };
    making()
        .write(write(&live, 0, customer("cus_live", 15)))
        .lands(&store)
        .await;
    assert_eq!(listed(&store, &all(100)).await.len(), 6);
    assert_eq!(
        listed(&store, &ListQuery::newest(&live, Kind::Customer, 10)).await,
        ["cus_live"]
    );
    assert_eq!(
        listed(&store, &ListQuery::newest(&scope(), Kind::Token, 10)).await,
        ["tok_1"]
    );
    let nobody = Scope::test("acct_nobody");
    assert_eq!(
        listed(&store, &ListQuery::newest(&nobody, Kind::Customer, 10)).await,
        Vec::<String>::new()
    );
}

pub async fn a_limit_of_zero_is_an_empty_page(store: Subject) {
    crowd(&store).await;
    assert_eq!(listed(&store, &all(0)).await, Vec::<String>::new());
}
