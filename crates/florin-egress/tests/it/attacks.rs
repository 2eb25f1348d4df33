//! Attempts to reach the inside: none of them may get as far as a dial.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use florin_egress::{Egress, EgressError, Policy, Request};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::stage::{
    ANSWERED_MS, Diverting, PUBLIC, Script, client, live_http, read_request, serve,
};

/// A server that answers every request on a connection.
async fn patient() -> SocketAddr {
    let script = |mut stream: TcpStream| async move {
        while read_request(&mut stream).await.is_some() {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                .await
                .ok();
        }
    };
    serve(script).await.0
}

fn get(url: &str) -> Request {
    Request {
        timeout_ms: ANSWERED_MS,
        ..Request::get(url)
    }
}

#[tokio::test]
async fn a_name_that_turns_private_is_not_dialled_again() {
    let resolve = Script::new(&[&["93.184.216.34"], &["127.0.0.1"]]);
    let dial = Diverting::new(patient().await);
    let client = client(&resolve, &dial);
    let first = client
        .send(get("http://rebind.example/"), live_http())
        .await;
    assert_eq!(first.expect("the public answer").status, 200);
    // A connection to the first address lies in the pool now; it must not serve this call either.
    let second = client
        .send(get("http://rebind.example/"), live_http())
        .await;
    assert!(matches!(second, Err(EgressError::Blocked(_))), "{second:?}");
    assert_eq!(dial.seen(), [IpAddr::from(PUBLIC)]);
}

#[tokio::test]
async fn names_that_point_inside_are_not_dialled() {
    for inside in [
        "127.0.0.1",
        "10.0.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "192.168.0.1",
        "0.0.0.0",
        "::1",
        "fd00::1",
        "fe80::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "fd00:ec2::254",
        "224.0.0.1",
    ] {
        let resolve = Script::new(&[&[inside]]);
        let dial = Diverting::new(patient().await);
        let client = client(&resolve, &dial);
        let result = client
            .send(get("http://inside.example/"), live_http())
            .await;
        assert!(
            matches!(result, Err(EgressError::Blocked(_))),
            "{inside}: {result:?}"
        );
        assert_eq!(dial.seen(), [] as [IpAddr; 0], "{inside}");
    }
}

#[tokio::test]
async fn of_mixed_addresses_only_the_public_ones_are_dialled() {
    let resolve = Script::new(&[&["127.0.0.1", "93.184.216.34", "10.0.0.1"]]);
    let dial = Diverting::new(patient().await);
    let client = client(&resolve, &dial);
    let response = client.send(get("http://mixed.example/"), live_http()).await;
    assert_eq!(response.expect("answer").status, 200);
    assert_eq!(dial.seen(), [IpAddr::from(PUBLIC)]);
}

#[tokio::test]
async fn literal_addresses_and_odd_urls_are_not_dialled() {
    let resolve = Script::new(&[&["127.0.0.1"]]);
    let dial = Diverting::new(patient().await);
    let client = client(&resolve, &dial);
    for url in [
        "http://127.0.0.1/",
        "http://127.0.0.1./",
        "http://[::ffff:127.0.0.1]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://a@127.0.0.1/",
        "http://localhost./",
        "http://shop.example:25/",
        "http://169.254.169.254/",
    ] {
        let error = client.send(get(url), live_http()).await.expect_err(url);
        assert!(error.certainly_unsent(), "{url}: {error}");
        assert!(!matches!(error, EgressError::Connect(_)), "{url}: {error}");
    }
    assert_eq!(dial.seen(), [] as [IpAddr; 0]);
}

#[tokio::test]
async fn a_connection_made_for_development_does_not_serve_a_strict_call() {
    let resolve = Script::new(&[&["127.0.0.1"]]);
    let dial = Diverting::new(patient().await);
    let client = client(&resolve, &dial);
    let loose = client
        .send(get("http://shop.example/"), Policy::dev())
        .await;
    assert_eq!(loose.expect("answer").status, 200);
    let strict = client.send(get("http://shop.example/"), live_http()).await;
    assert!(matches!(strict, Err(EgressError::Blocked(_))), "{strict:?}");
}

#[tokio::test]
async fn lookups_that_give_nothing_are_reported() {
    let dial = Diverting::new(patient().await);
    for answers in [Script::new(&[]), Script::new(&[&[]])] {
        let client = client(&answers, &dial);
        let error = client
            .send(get("http://shop.example/"), live_http())
            .await
            .expect_err("no address");
        assert!(matches!(error, EgressError::Resolve(_)), "{error}");
    }
}

#[tokio::test]
async fn a_dead_address_leaves_time_for_the_next_one() {
    /// Hangs for the first address, tells so, and diverts the others.
    struct FirstHangs(std::sync::Arc<Diverting>, std::sync::Arc<Notify>);
    impl florin_egress::Dial for FirstHangs {
        fn dial(&self, address: SocketAddr) -> florin_egress::DialFuture<'_> {
            if address.ip() == IpAddr::from([1, 1, 1, 1]) {
                self.1.notify_one();
                return Box::pin(std::future::pending());
            }
            self.0.dial(address)
        }
    }
    let resolve = Script::new(&[&["1.1.1.1", "93.184.216.34"]]);
    let (others, hangs) = (Diverting::new(patient().await), std::sync::Arc::default());
    let dial = FirstHangs(others.clone(), std::sync::Arc::clone(&hangs));
    let dial = std::sync::Arc::new(dial);
    let roots = florin_egress::public_roots();
    let client = florin_egress::HttpEgress::with_parts(resolve, dial, roots).expect("client");
    let request = Request {
        timeout_ms: ANSWERED_MS,
        ..get("http://shop.example/")
    };
    let share = async {
        hangs.notified().await;
        assert_eq!(others.seen(), [] as [IpAddr; 0]);
        tokio::time::pause();
        tokio::time::advance(Duration::from_millis(ANSWERED_MS / 2)).await;
        tokio::time::resume();
    };
    let (answer, ()) = tokio::join!(client.send(request, live_http()), share);
    assert_eq!(answer.expect("answer").status, 200);
    assert_eq!(others.seen(), [IpAddr::from(PUBLIC)]);
}
