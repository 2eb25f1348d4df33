//! TLS: a trusted certificate with the right name works, everything else does not.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use florin_egress::{
    Egress, EgressError, HttpEgress, Policy, Request, RootCertStore, public_roots,
};
use rustls::ServerConfig;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use crate::certificate::{Identity, self_signed};
use crate::stage::{ANSWERED_MS, Diverting, Script, read_request, serve, settle};

/// A server that answers over TLS; gives its address and its count of connections.
async fn secure_server(identity: &Identity) -> (SocketAddr, Arc<Mutex<usize>>) {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![identity.certificate.clone()], identity.key.clone_key())
        .expect("certificate");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    serve(move |stream: TcpStream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                return;
            };
            while read_request(&mut stream).await.is_some() {
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                    .await
                    .ok();
                stream.flush().await.ok();
            }
        }
    })
    .await
}

fn trusting(identity: &Identity) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add(identity.certificate.clone()).expect("root");
    roots
}

fn client(to: SocketAddr, roots: RootCertStore) -> HttpEgress {
    let resolve = Script::new(&[&["93.184.216.34"]]);
    HttpEgress::with_parts(resolve, Diverting::new(to), roots).expect("client")
}

fn get(url: &str) -> Request {
    Request {
        timeout_ms: ANSWERED_MS,
        ..Request::get(url)
    }
}

#[tokio::test]
async fn a_trusted_certificate_works_and_the_connection_is_reused() {
    let identity = self_signed("shop.example");
    let (address, accepted) = secure_server(&identity).await;
    let client = client(address, trusting(&identity));
    for url in ["https://shop.example/", "https://SHOP.example./again"] {
        let response = client.send(get(url), Policy::live()).await.expect("answer");
        assert_eq!(
            (response.status, response.body.as_slice()),
            (200, b"ok".as_slice())
        );
        settle().await;
    }
    assert_eq!(*accepted.lock().expect("lock"), 1);
}

#[tokio::test]
async fn an_unknown_authority_and_a_foreign_name_are_refused() {
    let identity = self_signed("shop.example");
    let (address, _) = secure_server(&identity).await;
    for (url, roots) in [
        ("https://shop.example/", public_roots()),
        ("https://other.example/", trusting(&identity)),
        ("https://93.184.216.34/", trusting(&identity)),
    ] {
        let error = client(address, roots)
            .send(get(url), Policy::live())
            .await
            .expect_err(url);
        assert!(matches!(error, EgressError::Tls(_)), "{url}: {error}");
        assert!(error.certainly_unsent(), "{url}");
    }
}

#[tokio::test]
async fn a_server_without_tls_is_named_as_such() {
    let (address, _) = serve(|mut stream: TcpStream| async move {
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .ok();
        read_request(&mut stream).await;
    })
    .await;
    let error = client(address, public_roots())
        .send(get("https://shop.example/"), Policy::live())
        .await
        .expect_err("no TLS");
    assert!(matches!(error, EgressError::Tls(_)), "{error}");
}
