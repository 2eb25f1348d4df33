//! Lists whose pages no key column answers: filtered ones, and lists inside of an object.
//!
//! Deliberately absent: the lists that are a query of the database, which `e2e/` pages through.

use crate::server::Start;
use crate::shop::Shop;
use std::thread;

/// The ids of a whole list, page by page: forward, or backward from its end.
#[track_caller]
fn paged(shop: &Shop, list: &str, limit: usize) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    loop {
        let cursor = found.last().map(|id| format!("&starting_after={id}"));
        let path = format!("{list}limit={limit}{}", cursor.unwrap_or_default());
        let page = shop.get(&path).expect(200).json();
        let data = page["data"].as_array().expect("a list");
        let ids = data.iter().map(|item| item["id"].as_str().expect("an id"));
        found.extend(ids.map(str::to_owned));
        if page["has_more"] == false {
            return found;
        }
        assert_eq!(data.len(), limit, "a page with more behind it is full");
    }
}

/// The same from the end to the beginning; returns everything before the last object, in the order of the list.
#[track_caller]
fn paged_back(shop: &Shop, list: &str, last: &str, limit: usize) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    loop {
        let cursor = found.first().map_or(last, String::as_str);
        let path = format!("{list}limit={limit}&ending_before={cursor}");
        let page = shop.get(&path).expect(200).json();
        let data = page["data"].as_array().expect("a list");
        let ids = data.iter().map(|item| item["id"].as_str().expect("an id"));
        found.splice(0..0, ids.map(str::to_owned));
        if page["has_more"] == false {
            return found;
        }
    }
}

#[test]
fn cards_are_listed_by_what_the_buyer_allowed() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    let customer = shop.made("/v1/customers", &[]);
    let save = |allowed: Option<&str>| {
        let mut fields = vec![("type", "card"), ("card[token]", "tok_visa")];
        fields.extend(allowed.map(|word| ("allow_redisplay", word)));
        let id = shop.made("/v1/payment_methods", &fields);
        let path = format!("/v1/payment_methods/{id}/attach");
        shop.made(&path, &[("customer", &customer)])
    };
    let always: Vec<String> = (0..3)
        .map(|_| {
            save(Some("limited"));
            save(Some("always"))
        })
        .rev()
        .collect();
    let unsaid = save(None);
    for list in [
        format!("/v1/payment_methods?customer={customer}&"),
        format!("/v1/customers/{customer}/payment_methods?"),
    ] {
        let only = |word: &str| format!("{list}allow_redisplay={word}&");
        assert_eq!(
            paged(&shop, &only("always"), 1),
            paged(&shop, &only("always"), 10)
        );
        let mut found = paged(&shop, &only("always"), 2);
        assert_eq!(
            paged_back(&shop, &only("always"), &found[2], 1),
            found[..2].to_vec()
        );
        let mut expected = always.clone();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected);
        assert_eq!(
            paged(&shop, &only("unspecified"), 10),
            std::slice::from_ref(&unsaid)
        );
        assert_eq!(paged(&shop, &only("limited"), 10).len(), 3);
        assert_eq!(paged(&shop, &list, 10).len(), 7);
    }
}

/// One event that nobody took, then more than a thousand that nobody wanted.
#[test]
fn an_undelivered_event_is_found_behind_a_thousand_others() {
    const OTHERS: usize = 1_010;
    const WRITERS: usize = 10;
    let server = Start::ephemeral().start();
    let shop = server.shop();
    let customer = shop.made("/v1/customers", &[]);
    shop.made(
        "/v1/webhook_endpoints",
        &[
            ("url", "http://127.0.0.1:9/nobody"),
            ("enabled_events[]", "customer.updated"),
        ],
    );
    shop.made(&format!("/v1/customers/{customer}"), &[("name", "Ada")]);
    let missed = shop.ids("/v1/events?type=customer.updated");
    crate::server::until("the delivery", || {
        let found = shop.ids("/v1/events?delivery_success=false");
        (found == missed).then_some(())
    });
    thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| {
                for _ in 0..OTHERS / WRITERS {
                    shop.made("/v1/customers", &[]);
                }
            });
        }
    });
    assert_eq!(
        paged(&shop, "/v1/events?delivery_success=false&", 10),
        missed
    );
    let arrived = paged(&shop, "/v1/events?delivery_success=true&", 100);
    assert_eq!(arrived.len(), OTHERS + 1);
    let last = arrived.last().expect("an event");
    let before = paged_back(&shop, "/v1/events?delivery_success=true&", last, 100);
    assert_eq!(before[..], arrived[..arrived.len() - 1]);
}

#[test]
fn every_list_and_the_balance_refuse_to_expand_nonsense() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    let intent = intent_with_items(&shop, 1);
    for (path, nonsense) in [
        ("/v1/events?delivery_success=true&", "data.nonsense"),
        ("/v1/balance?", "nonsense"),
        (
            &format!("/v1/payment_intents/{intent}/amount_details_line_items?"),
            "data.nonsense",
        ),
    ] {
        shop.get(path).expect(200);
        let refused = shop
            .get(&format!("{path}expand%5B%5D={nonsense}"))
            .expect(400);
        let message = refused.at("/error/message");
        assert!(message.contains(nonsense), "{path}: {message}");
    }
}

fn intent_with_items(shop: &Shop, count: usize) -> String {
    let items = (0..count).map(|at| {
        let item = format!("amount_details[line_items][{at}]");
        format!("{item}[product_name]=Part&{item}[quantity]=1&{item}[unit_cost]=100")
    });
    let form = items.collect::<Vec<_>>().join("&");
    shop.make(
        "/v1/payment_intents",
        &format!("amount={}&currency=usd&{form}", count * 100),
    )
}

#[test]
fn line_items_are_paged_both_ways() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    let intent = intent_with_items(&shop, 5);
    let list = format!("/v1/payment_intents/{intent}/amount_details_line_items?");
    let all = paged(&shop, &list, 2);
    assert_eq!(all.len(), 5);
    assert_eq!(paged_back(&shop, &list, &all[4], 2), all[..4].to_vec());
    for cursor in ["starting_after", "ending_before"] {
        let refused = shop.get(&format!("{list}{cursor}=li_missing")).expect(400);
        assert_eq!(refused.at("/error/code"), "resource_missing");
        assert_eq!(refused.at("/error/param"), cursor);
    }
}
