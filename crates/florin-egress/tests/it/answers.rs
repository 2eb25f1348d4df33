//! Good and bad answers: what is read, what is cut off, what ends the call.

use std::net::SocketAddr;
use std::time::Duration;

use florin_egress::{Egress, EgressError, HttpEgress, Policy, Request, Response};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::stage::{ANSWERED_MS, Connected, PATIENCE, read_request, serve, settle};

/// A server that gives `answer` to one request and then keeps the connection open.
async fn answering(answer: &'static [u8]) -> SocketAddr {
    let script = move |mut stream: TcpStream| async move {
        read_request(&mut stream).await;
        stream.write_all(answer).await.ok();
        std::future::pending::<()>().await;
    };
    serve(script).await.0
}

fn get(address: SocketAddr) -> Request {
    Request {
        timeout_ms: ANSWERED_MS,
        ..Request::get(format!("http://{address}/hook?a=b"))
    }
}

async fn send(request: Request) -> Result<Response, EgressError> {
    let client = HttpEgress::new().expect("client");
    client.send(request, Policy::dev()).await
}

#[tokio::test]
async fn a_request_arrives_as_it_was_written() {
    let (sender, mut received) = tokio::sync::mpsc::channel(1);
    let (address, _) = serve(move |mut stream| {
        let sender = sender.clone();
        async move {
            let request = read_request(&mut stream).await.expect("request");
            stream
                .write_all(b"HTTP/1.1 201 Created\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nok")
                .await
                .ok();
            sender.send(request).await.expect("test is alive");
        }
    })
    .await;
    let mut request = Request::post(format!("http://{address}/hook?a=b#c"), b"{}".to_vec());
    request
        .headers
        .push(("Stripe-Signature".into(), "t=1,v1=2".into()));
    let response = send(request).await.expect("answer");
    let expected = Response {
        status: 201,
        headers: vec![
            ("x-a".into(), "1".into()),
            ("content-length".into(), "2".into()),
        ],
        body: b"ok".to_vec(),
        truncated: false,
    };
    assert_eq!(response, expected);
    let text = received.recv().await.expect("request");
    assert!(text.starts_with("POST /hook?a=b HTTP/1.1\r\n"), "{text}");
    assert!(text.contains(&format!("host: {address}\r\n")), "{text}");
    assert!(text.contains("stripe-signature: t=1,v1=2\r\n"), "{text}");
    assert!(text.ends_with("content-length: 2\r\n\r\n{}"), "{text}");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (secret, visits) = serve(|_| async {}).await;
    let (address, _) = serve(move |mut stream| async move {
        read_request(&mut stream).await;
        let answer = format!(
            "HTTP/1.1 302 Found\r\nLocation: http://{secret}/\r\nContent-Length: 0\r\n\r\n"
        );
        stream.write_all(answer.as_bytes()).await.ok();
    })
    .await;
    let response = send(get(address)).await.expect("answer");
    assert_eq!(response.status, 302);
    assert_eq!(
        response.header("location"),
        Some(format!("http://{secret}/").as_str())
    );
    // A client that followed would have done so before it answered, or at least be connecting now.
    settle().await;
    assert_eq!(*visits.lock().expect("lock"), 0);
}

#[tokio::test]
async fn an_endless_body_is_cut_off_and_the_connection_closed() {
    let (sender, mut closed) = tokio::sync::mpsc::channel(1);
    let (address, _) = serve(move |mut stream| {
        let sender = sender.clone();
        async move {
            read_request(&mut stream).await;
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                .await
                .ok();
            let chunk = [b"400\r\n".as_slice(), &[b'x'; 0x400], b"\r\n"].concat();
            while stream.write_all(&chunk).await.is_ok() {}
            sender.send(()).await.expect("test is alive");
        }
    })
    .await;
    let client = HttpEgress::new().expect("client");
    let response = client
        .send(get(address), Policy::dev())
        .await
        .expect("answer");
    assert_eq!(
        (response.status, response.body.len(), response.truncated),
        (200, 64 * 1024, true)
    );
    // The writer fails only because the near end is closed; the client itself is still alive.
    let ended = tokio::time::timeout(PATIENCE, closed.recv()).await;
    assert_eq!(ended.expect("connection stayed open"), Some(()));
}

#[tokio::test]
async fn preliminary_answers_without_end_are_no_answer() {
    let (sender, mut closed) = tokio::sync::mpsc::channel(1);
    let (address, _) = serve(move |mut stream| {
        let sender = sender.clone();
        async move {
            read_request(&mut stream).await;
            let hint = b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n".repeat(100);
            let mut sent = 0;
            while stream.write_all(&hint).await.is_ok() {
                sent += hint.len();
            }
            sender.send(sent).await.expect("test is alive");
        }
    })
    .await;
    let refused = send(get(address)).await.expect_err("no answer");
    assert!(refused.to_string().contains("without end"), "{refused}");
    let ended = tokio::time::timeout(PATIENCE, closed.recv()).await;
    assert!(ended.expect("connection stayed open").is_some());
}

#[tokio::test]
async fn the_limit_counts_bytes_exactly() {
    let address = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789").await;
    for (limit, body, truncated) in [
        (9, "012345678", true),
        (10, "0123456789", false),
        (0, "", true),
    ] {
        let request = Request {
            body_bytes_max: limit,
            ..get(address)
        };
        let response = send(request).await.expect("answer");
        assert_eq!(response.body, body.as_bytes(), "{limit}");
        assert_eq!(response.truncated, truncated, "{limit}");
    }
}

#[tokio::test]
async fn one_deadline_covers_silence_and_dripping() {
    let silent = answering(b"").await;
    let half_head = answering(b"HTTP/1.1 200 OK\r\nContent-").await;
    let half_body = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234").await;
    let (dripping, _) = serve(|mut stream: TcpStream| async move {
        read_request(&mut stream).await;
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            .await
            .ok();
        while stream.write_all(b"1\r\nx\r\n").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let (interim, _) = serve(|mut stream: TcpStream| async move {
        while stream
            .write_all(b"HTTP/1.1 103 Early Hints\r\n\r\n")
            .await
            .is_ok()
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    for address in [silent, half_head, half_body, dripping, interim] {
        let client = Connected::client(address).await;
        let request = Request {
            timeout_ms: 200,
            ..get(address)
        };
        // A deadline for each step alone would never end a call that drips.
        let call = client.send(request, Policy::dev());
        let ended = tokio::time::timeout(PATIENCE, call).await;
        assert_eq!(ended.expect("no end"), Err(EgressError::Timeout));
    }
}

#[tokio::test]
async fn oversized_heads_end_the_call() {
    let (one_huge, _) = serve(|mut stream: TcpStream| async move {
        read_request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\nX-A: ").await.ok();
        while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
    })
    .await;
    let (many, _) = serve(|mut stream: TcpStream| async move {
        read_request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\n").await.ok();
        while stream.write_all(b"X-A: 1\r\n").await.is_ok() {}
    })
    .await;
    for address in [one_huge, many] {
        let error = send(get(address)).await.expect_err("too large");
        assert!(matches!(error, EgressError::Protocol(_)), "{error}");
        assert!(error.to_string().contains("headers"), "{error}");
    }
}

#[tokio::test]
async fn what_is_not_http_is_said_to_be_so() {
    let ssh = answering(b"SSH-2.0-OpenSSH_9.2p1\r\n").await;
    let double =
        answering(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab").await;
    for address in [ssh, double] {
        let error = send(get(address)).await.expect_err("not http");
        assert!(matches!(error, EgressError::Protocol(_)), "{error}");
        assert!(!error.certainly_unsent());
    }
}

#[tokio::test]
async fn a_broken_connection_is_an_error_at_every_stage() {
    let (at_once, _) = serve(|_| async {}).await;
    let (in_head, _) = serve(|mut stream: TcpStream| async move {
        read_request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-").await.ok();
    })
    .await;
    let (in_body, _) = serve(|mut stream: TcpStream| async move {
        read_request(&mut stream).await;
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234")
            .await
            .ok();
    })
    .await;
    for address in [at_once, in_head, in_body] {
        let error = send(get(address)).await.expect_err("broken");
        assert!(matches!(error, EgressError::Protocol(_)), "{error}");
    }
}

#[tokio::test]
async fn a_closed_port_and_an_unknown_name_are_surely_unsent() {
    // A free port may be anybody's a moment later; nobody has the first one.
    let address = SocketAddr::from(([127, 0, 0, 1], 1));
    let error = send(get(address)).await.expect_err("closed");
    assert!(matches!(error, EgressError::Connect(_)), "{error}");
    assert!(error.certainly_unsent());
}
