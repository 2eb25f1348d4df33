//! Requests that contradict themselves, or whose headers and bodies cannot be read: refused, never half understood.
//!
//! Deliberately absent: limits and the shape of forms, see `protocol`.

use crate::http::Ask;
use crate::server::{SECRET_KEY, Start};
use crate::shop::PAYMENT;
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpStream;

const INTENTS: &str = "/v1/payment_intents";

#[test]
fn a_header_that_cannot_be_read_is_not_left_out() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    for name in ["Idempotency-Key", "Stripe-Account", "Stripe-Version"] {
        let ask = shop.ask("POST", INTENTS).form(&PAYMENT);
        let refused = shop.send(&ask.header(name, "bestellung-42-ü")).expect(400);
        let message = refused.at("/error/message");
        assert!(message.contains("visible ASCII"), "{name}: {message}");
        assert!(message.contains(&name.to_lowercase()), "{message}");
    }
    let twice = shop.ask("POST", INTENTS).form(&PAYMENT);
    let twice = twice.header("Idempotency-Key", "a");
    let refused = shop.send(&twice.header("Idempotency-Key", "b")).expect(400);
    assert!(refused.at("/error/message").contains("more than once"));
    assert!(shop.ids(INTENTS).is_empty());
}

#[test]
fn a_foreign_host_reaches_no_page_at_all() {
    let server = Start::ephemeral().start();
    for path in [
        "/",
        "/healthz",
        "/readyz",
        "/docs/errors",
        "/sandbox/authenticate/pi_1?client_secret=x",
        "/v1/balance",
    ] {
        let ask = Ask::new("GET", path).header("Host", "rebound.example");
        let answer = ask.send(server.address).expect("an answer");
        let answer = answer.expect(403);
        assert!(answer.at("/error/message").contains("host name"), "{path}");
    }
    for (host, status) in [
        ("rebound.example", 403),
        ("rebound.example:80", 403),
        ("localhost", 200),
        ("127.0.0.1:1", 200),
    ] {
        let ask = Ask::new("GET", "/metrics").header("Host", host);
        let answer = ask.send(server.side).expect("an answer").expect(status);
        assert_eq!(answer.text().contains("florin_"), status == 200, "{host}");
    }
}

#[test]
fn the_body_is_read_by_its_media_type() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    let send =
        |kind: &str, body: &[u8]| shop.send(&shop.ask("POST", "/v1/customers").body(kind, body));
    let json = json!({"name": "Ada"}).to_string();
    for kind in [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=utf-8",
    ] {
        assert_eq!(
            send(kind, json.as_bytes()).expect(200).at("/name"),
            "Ada",
            "{kind}"
        );
    }
    for kind in [
        "application/x-www-form-urlencoded",
        "Application/X-WWW-Form-Urlencoded; charset=UTF-8",
    ] {
        assert_eq!(
            send(kind, b"name=Ada").expect(200).at("/name"),
            "Ada",
            "{kind}"
        );
    }
    for kind in [
        "multipart/form-data; boundary=x",
        "application/jsonl",
        "text/plain",
    ] {
        let refused = send(kind, b"name=Ada").expect(400);
        let message = refused.at("/error/message");
        assert!(message.contains("application/json"), "{kind}: {message}");
        send(kind, b"").expect(200);
    }
}

#[test]
fn a_broken_body_is_not_called_too_large() {
    let server = Start::ephemeral().start();
    let head = format!(
        "POST {INTENTS} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {SECRET_KEY}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
        server.address
    );
    let mut stream = TcpStream::connect(server.address).expect("a connection");
    let sent = format!("{head}5\r\nname=\r\nnot a length\r\n");
    stream.write_all(sent.as_bytes()).expect("it is taken");
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 400");
}

#[test]
fn what_can_be_no_id_is_not_found() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    for id in ["%00", "cus_%0A", &"x".repeat(300)] {
        shop.get(&format!("/v1/customers/{id}")).expect(404);
    }
}

#[test]
fn a_refund_that_names_two_payments_refunds_neither() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    let (one, other) = (shop.pay(), shop.pay());
    let charge = shop.get(&format!("{INTENTS}/{one}")).expect(200);
    let charge = charge.at("/latest_charge");
    let path = format!("/v1/charges/{charge}/refunds");
    let refused = shop.post(&path, &[("payment_intent", &other)]).expect(400);
    assert_eq!(refused.at("/error/param"), "payment_intent");
    assert!(shop.ids("/v1/refunds").is_empty());
    let refund = shop.post(&path, &[("payment_intent", &one)]).expect(200);
    assert_eq!(refund.at("/charge"), charge);
    assert_eq!(refund.at("/payment_intent"), one);
}

#[test]
fn the_name_and_the_address_of_a_source_reach_the_issuer() {
    let server = Start::ephemeral().start();
    let shop = server.shop();
    let card = [
        ("amount", "2000"),
        ("currency", "usd"),
        ("source[object]", "card"),
        ("source[number]", "4000000000000036"),
        ("source[exp_month]", "12"),
        ("source[exp_year]", "2040"),
        ("source[cvc]", "123"),
    ];
    let billed = [
        ("source[name]", "Ada"),
        ("source[address_line1]", "1 Main St"),
        ("source[address_zip]", "94107"),
    ];
    let charge = |fields: &[(&str, &str)]| shop.post("/v1/charges", fields).expect(200);
    const ZIP: &str = "/payment_method_details/card/checks/address_postal_code_check";
    let bare = charge(&card);
    assert_eq!(bare.at(ZIP), "null");
    let full = charge(&[&card[..], &billed[..]].concat());
    assert_eq!(full.at(ZIP), "fail");
    assert_eq!(full.at("/billing_details/name"), "Ada");
    assert_eq!(full.at("/billing_details/address/postal_code"), "94107");
    assert_eq!(full.at("/billing_details/address/line1"), "1 Main St");
}
