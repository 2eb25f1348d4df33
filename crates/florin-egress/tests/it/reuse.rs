//! Idle connections: used again when they work, never when they do not.

use std::sync::Arc;

use florin_egress::{Egress, EgressError, HttpEgress, Policy, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Barrier, Notify};

use crate::stage::{ANSWERED_MS, Connected, PATIENCE, read_request, serve, settle};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

fn post(address: std::net::SocketAddr) -> Request {
    Request {
        timeout_ms: ANSWERED_MS,
        ..Request::post(format!("http://{address}/"), b"{}".to_vec())
    }
}

#[tokio::test]
async fn calls_in_a_row_share_one_connection() {
    let (address, accepted) = serve(|mut stream: TcpStream| async move {
        while read_request(&mut stream).await.is_some() {
            stream.write_all(OK).await.ok();
        }
    })
    .await;
    let client = HttpEgress::new().expect("client");
    for _ in 0..20 {
        let response = client
            .send(post(address), Policy::dev())
            .await
            .expect("answer");
        assert_eq!(response.body, b"ok");
        settle().await;
    }
    assert_eq!(*accepted.lock().expect("lock"), 1);
}

#[tokio::test]
async fn calls_at_once_do_not_share_a_connection() {
    // Nobody is answered before all have asked.
    let all = Arc::new(Barrier::new(3));
    let (address, accepted) = serve(move |mut stream: TcpStream| {
        let all = Arc::clone(&all);
        async move {
            while read_request(&mut stream).await.is_some() {
                all.wait().await;
                stream.write_all(OK).await.ok();
            }
        }
    })
    .await;
    let client = HttpEgress::new().expect("client");
    for _ in 0..2 {
        let calls = (0..3).map(|_| client.send(post(address), Policy::dev()));
        let [a, b, c]: [_; 3] = calls.collect::<Vec<_>>().try_into().ok().expect("three");
        let (a, b, c) = tokio::join!(a, b, c);
        for answer in [a, b, c] {
            assert_eq!(answer.expect("answer").status, 200);
        }
        settle().await;
    }
    assert_eq!(*accepted.lock().expect("lock"), 3);
}

#[tokio::test]
async fn connections_that_the_server_ends_are_replaced() {
    for answer in [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok".as_slice(),
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        OK,
    ] {
        let (address, accepted) = serve(move |mut stream: TcpStream| async move {
            read_request(&mut stream).await;
            stream.write_all(answer).await.ok();
        })
        .await;
        let client = HttpEgress::new().expect("client");
        for _ in 0..3 {
            let response = client
                .send(post(address), Policy::dev())
                .await
                .expect("answer");
            assert_eq!(response.body, b"ok");
            settle().await;
        }
        assert_eq!(*accepted.lock().expect("lock"), 3);
    }
}

#[tokio::test]
async fn a_request_that_may_have_arrived_is_not_sent_twice() {
    let (address, accepted) = serve(|mut stream: TcpStream| async move {
        read_request(&mut stream).await;
        stream.write_all(OK).await.ok();
        // The second request is read, acted upon perhaps, and never answered.
        read_request(&mut stream).await;
    })
    .await;
    let client = HttpEgress::new().expect("client");
    client
        .send(post(address), Policy::dev())
        .await
        .expect("answer");
    settle().await;
    let error = client
        .send(post(address), Policy::dev())
        .await
        .expect_err("no answer");
    assert!(matches!(error, EgressError::Protocol(_)), "{error}");
    assert!(!error.certainly_unsent());
    assert_eq!(*accepted.lock().expect("lock"), 1);
}

#[tokio::test]
async fn a_call_that_is_given_up_closes_its_connection() {
    let (sender, mut closed) = tokio::sync::mpsc::channel(1);
    let (address, _) = serve(move |mut stream: TcpStream| {
        let sender = sender.clone();
        async move {
            read_request(&mut stream).await;
            let next = read_request(&mut stream).await;
            sender.send(next).await.expect("test is alive");
        }
    })
    .await;
    let client = Connected::client(address).await;
    let request = Request {
        timeout_ms: 100,
        ..post(address)
    };
    assert_eq!(
        client.send(request, Policy::dev()).await,
        Err(EgressError::Timeout)
    );
    let ended = tokio::time::timeout(PATIENCE, closed.recv()).await;
    assert_eq!(ended.expect("connection stayed open"), Some(None));
}

#[tokio::test]
async fn a_request_that_is_given_up_half_written_is_not_written_on() {
    const BODY_BYTES: usize = 32 * 1024 * 1024;
    let (sender, mut received) = tokio::sync::mpsc::channel(1);
    let given_up = Arc::new(Notify::new());
    let reads_now = Arc::clone(&given_up);
    let (address, _) = serve(move |mut stream: TcpStream| {
        let (sender, reads_now) = (sender.clone(), Arc::clone(&reads_now));
        async move {
            reads_now.notified().await;
            let mut bytes = 0;
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(read @ 1..) = stream.read(&mut buffer).await {
                bytes += read;
            }
            sender.send(bytes).await.expect("test is alive");
        }
    })
    .await;
    let client = Connected::client(address).await;
    let url = format!("http://{address}/");
    let request = Request {
        timeout_ms: 100,
        ..Request::post(url, vec![b'x'; BODY_BYTES])
    };
    let result = client.send(request, Policy::dev()).await;
    assert_eq!(result, Err(EgressError::Timeout));
    given_up.notify_one();
    let bytes = tokio::time::timeout(PATIENCE, received.recv()).await;
    let bytes = bytes.expect("connection stayed open").expect("a count");
    assert!(
        bytes < BODY_BYTES,
        "{bytes} bytes arrived after the call was given up"
    );
}

#[tokio::test]
async fn bytes_after_an_answer_do_not_become_the_next_answer() {
    let (address, accepted) = serve(|mut stream: TcpStream| async move {
        read_request(&mut stream).await;
        let stray = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstray";
        stream.write_all(&[OK, stray].concat()).await.ok();
        std::future::pending::<()>().await;
    })
    .await;
    let client = HttpEgress::new().expect("client");
    for _ in 0..2 {
        let response = client
            .send(post(address), Policy::dev())
            .await
            .expect("answer");
        assert_eq!(response.body, b"ok");
        settle().await;
    }
    assert_eq!(*accepted.lock().expect("lock"), 2);
}
