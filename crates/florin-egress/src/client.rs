//! The HTTP/1.1 client behind [`Egress`].
//!
//! Shape: `send` sets the one deadline; `exchange` parses, judges, looks up, judges again, reuses or
//! opens a connection, sends, and reads a bounded body. Only a request that provably never left this
//! machine is sent a second time, when the server had closed an idle connection.
//! Deliberately absent: see the crate's own page; also racing address families (addresses are tried
//! one after the other, each with its share of the time).

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{HOST, HeaderName, HeaderValue, USER_AGENT};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;

use crate::error::EgressError;
use crate::guard::{Policy, check_address, check_target};
use crate::message::{BODY_BYTES_LIMIT, Request, Response, TIMEOUT_MS_LIMIT};
use crate::metered::{Allowance, Metered};
use crate::pool::{Connection, Key, Pool};
use crate::resolve::{Remembering, Resolve, SystemResolve};
use crate::url::{Host, Target};
use crate::{Egress, EgressFuture};

/// The most bytes of an answer's status line and headers.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// Bytes of an exchange beside the body that is wanted: the head, what comes before it, and what is read ahead.
const AROUND_BODY_BYTES_MAX: usize = 4 * HEAD_BYTES_MAX;
/// The most addresses of one host that are tried.
const ADDRESSES_MAX: usize = 4;
/// The most headers that a request may bring.
const HEADERS_MAX: usize = 64;
/// Who is calling, unless the request says it itself.
const AGENT: &str = concat!("Florin/", env!("CARGO_PKG_VERSION"));

/// The future of one dial.
pub type DialFuture<'a> = Pin<Box<dyn Future<Output = io::Result<TcpStream>> + Send + 'a>>;

/// Opens TCP connections. Tests stand in for it to see what would have been dialled.
pub trait Dial: Send + Sync {
    /// Connects to exactly this address.
    ///
    /// # Errors
    /// Whatever the operating system reports.
    fn dial(&self, address: SocketAddr) -> DialFuture<'_>;
}

/// The operating system's `connect`.
#[derive(Clone, Copy, Debug, Default)]
pub struct TcpDial;

impl Dial for TcpDial {
    fn dial(&self, address: SocketAddr) -> DialFuture<'_> {
        Box::pin(TcpStream::connect(address))
    }
}

/// The certificate authorities that browsers trust, compiled in.
pub fn public_roots() -> RootCertStore {
    RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    }
}

/// The real client; share one per process, since it holds the idle connections.
pub struct HttpEgress {
    resolve: Arc<dyn Resolve>,
    dial: Arc<dyn Dial>,
    tls: TlsConnector,
    pool: Arc<Pool>,
}

impl HttpEgress {
    /// A client over the system's resolver and sockets that trusts the public authorities.
    ///
    /// # Errors
    /// [`EgressError::Tls`] if the cryptographic provider cannot speak TLS 1.2 and 1.3.
    pub fn new() -> Result<Self, EgressError> {
        let resolve = Arc::new(Remembering::new(SystemResolve));
        Self::with_parts(resolve, Arc::new(TcpDial), public_roots())
    }

    /// A client over other parts: a resolver, a dialler, and the authorities to trust.
    ///
    /// # Errors
    /// Like [`HttpEgress::new`].
    pub fn with_parts(
        resolve: Arc<dyn Resolve>,
        dial: Arc<dyn Dial>,
        roots: RootCertStore,
    ) -> Result<Self, EgressError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| EgressError::Tls(error.to_string()))?;
        let mut config = builder.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            resolve,
            dial,
            tls: TlsConnector::from(Arc::new(config)),
            pool: Arc::new(Pool::default()),
        })
    }
}

impl Egress for HttpEgress {
    fn send<'a>(&'a self, request: Request, policy: Policy) -> EgressFuture<'a> {
        Box::pin(async move {
            let limit = Duration::from_millis(request.timeout_ms.min(TIMEOUT_MS_LIMIT));
            let deadline = Instant::now() + limit;
            let exchange = self.exchange(request, policy, deadline);
            match timeout_at(deadline, exchange).await {
                Ok(result) => result,
                Err(_) => Err(EgressError::Timeout),
            }
        })
    }
}

/// What stays the same for all connections of one call.
struct Call {
    target: Target,
    policy: Policy,
    deadline: Instant,
    keys: Vec<Key>,
    /// What one exchange may read in all.
    bytes_max: usize,
}

impl HttpEgress {
    async fn exchange(
        &self,
        request: Request,
        policy: Policy,
        deadline: Instant,
    ) -> Result<Response, EgressError> {
        let target = Target::parse(&request.url)?;
        check_target(&target, policy)?;
        let body_bytes_max = request.body_bytes_max.min(BODY_BYTES_LIMIT);
        let message = outgoing(request, &target)?;
        let keys = self.keys(&target, policy).await?;
        let call = Call {
            target,
            policy,
            deadline,
            keys,
            bytes_max: body_bytes_max.saturating_add(AROUND_BODY_BYTES_MAX),
        };
        let (answer, connection) = self.round_trip(message, &call).await?;
        let response = read(answer, body_bytes_max).await?;
        // A body that was cut off is still on its way; only closing the connection stops it.
        if !response.truncated {
            self.pool.put(connection);
        }
        Ok(response)
    }

    /// The places that this call may use: the host's addresses that pass the guard.
    async fn keys(&self, target: &Target, policy: Policy) -> Result<Vec<Key>, EgressError> {
        let addresses = match &target.host {
            Host::Address(address) => vec![*address],
            Host::Name(name) => self.look_up(name).await?,
        };
        let mut keys = Vec::new();
        let mut refusal = None;
        for address in addresses {
            match check_address(address, policy) {
                Ok(()) if keys.len() < ADDRESSES_MAX => keys.push(key(target, address)),
                Ok(()) => break,
                Err(error) => refusal = Some(error),
            }
        }
        match refusal {
            Some(error) if keys.is_empty() => Err(error),
            _ => Ok(keys),
        }
    }

    async fn look_up(&self, name: &str) -> Result<Vec<IpAddr>, EgressError> {
        match self.resolve.resolve(name).await {
            Ok(addresses) if !addresses.is_empty() => Ok(addresses),
            Ok(_) => Err(EgressError::Resolve(format!(
                "{name} has no address; check its DNS records."
            ))),
            Err(error) => Err(EgressError::Resolve(format!(
                "{name}: {error}; check the spelling and the DNS records."
            ))),
        }
    }

    /// Sends the message over an idle connection if one still works, else over a new one.
    async fn round_trip(
        &self,
        mut message: hyper::Request<Full<Bytes>>,
        call: &Call,
    ) -> Result<(hyper::Response<Incoming>, Connection), EgressError> {
        while let Some(mut idle) = self.pool.take(&call.keys) {
            idle.allowance.grant(call.bytes_max);
            match idle.sender.try_send_request(message).await {
                Ok(answer) => return Ok((answer, idle)),
                Err(mut failure) => match failure.take_message() {
                    // Handed back whole: not a byte of it was written.
                    Some(unsent) => message = unsent,
                    None => return Err(broken(failure.error())),
                },
            }
        }
        let mut fresh = self.connect(call).await?;
        fresh.allowance.grant(call.bytes_max);
        match fresh.sender.send_request(message).await {
            Ok(answer) => Ok((answer, fresh)),
            Err(error) => Err(broken(&error)),
        }
    }

    /// Tries the addresses in turn; each gets an equal share of the time that is left.
    async fn connect(&self, call: &Call) -> Result<Connection, EgressError> {
        let mut last = EgressError::Connect("the host has no usable address.".into());
        for (index, key) in call.keys.iter().enumerate() {
            let left = call.deadline.saturating_duration_since(Instant::now());
            let share = left / (call.keys.len() - index) as u32;
            last = match timeout(share, self.open(key, call)).await {
                Ok(Ok(connection)) => return Ok(connection),
                Ok(Err(error)) => error,
                Err(_) => EgressError::Connect(format!(
                    "{} did not answer in time; check that the server is up and its firewall lets this machine in.",
                    key.address
                )),
            };
        }
        Err(last)
    }

    /// Judges this one address at the last moment, dials it, and shakes hands.
    async fn open(&self, key: &Key, call: &Call) -> Result<Connection, EgressError> {
        check_address(key.address.ip(), call.policy)?;
        let stream = self.dial.dial(key.address).await.map_err(|error| {
            EgressError::Connect(format!(
                "{}: {error}; check that a server listens there.",
                key.address
            ))
        })?;
        // Without this a small request may wait for an acknowledgement that is itself delayed.
        stream
            .set_nodelay(true)
            .map_err(|error| EgressError::Connect(error.to_string()))?;
        if !call.target.tls {
            return shake_hands(stream, key.clone()).await;
        }
        let name = server_name(&call.target.host)?;
        let secured = self.tls.connect(name, stream).await.map_err(|error| {
            EgressError::Tls(format!(
                "{}: {error}; check the certificate, its chain and its host name.",
                key.host
            ))
        })?;
        shake_hands(secured, key.clone()).await
    }
}

fn key(target: &Target, address: IpAddr) -> Key {
    Key {
        tls: target.tls,
        host: target.host.to_string(),
        address: SocketAddr::new(address, target.port),
    }
}

fn server_name(host: &Host) -> Result<ServerName<'static>, EgressError> {
    match host {
        Host::Address(address) => Ok(ServerName::from(*address)),
        Host::Name(name) => ServerName::try_from(name.clone()).map_err(|_| {
            EgressError::Tls(format!(
                "{name} cannot stand in a certificate; use another host name."
            ))
        }),
    }
}

async fn shake_hands<S>(stream: S, key: Key) -> Result<Connection, EgressError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let allowance = Allowance::default();
    let line = Metered::new(stream, allowance.clone());
    let (sender, driver) = hyper::client::conn::http1::Builder::new()
        .max_buf_size(HEAD_BYTES_MAX)
        .handshake(TokioIo::new(line))
        .await
        .map_err(|error| EgressError::Connect(error.to_string()))?;
    let task = tokio::spawn(async move {
        // Its errors reach the caller through the sender.
        let _ended = driver.await;
    });
    Ok(Connection {
        key,
        sender,
        allowance,
        task,
    })
}

/// Headers that say where a message goes or ends; a caller that set them could smuggle a second one.
const OWN_HEADERS: [&str; 9] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Builds the message; what a caller got wrong here is a bug of ours, reported before any connect.
fn outgoing(request: Request, target: &Target) -> Result<hyper::Request<Full<Bytes>>, EgressError> {
    if !matches!(
        request.method,
        "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS"
    ) {
        return Err(unsendable(
            "its method is not one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS.",
        ));
    }
    if request.headers.len() > HEADERS_MAX {
        return Err(unsendable(&format!(
            "it has more than {HEADERS_MAX} headers."
        )));
    }
    let mut message = hyper::Request::new(Full::new(Bytes::from(request.body)));
    *message.method_mut() = request
        .method
        .parse()
        .map_err(|_| unsendable("its method is not valid."))?;
    *message.uri_mut() = target.path.clone().into();
    let headers = message.headers_mut();
    let host = HeaderValue::try_from(target.authority());
    headers.insert(
        HOST,
        host.map_err(|_| unsendable("its host is not valid."))?,
    );
    headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
    for (name, value) in &request.headers {
        // Values stay out of the text: they may be keys and signatures.
        let bad = || unsendable(&format!("the header {name:?} is not allowed or not valid."));
        let name = HeaderName::try_from(name).map_err(|_| bad())?;
        if OWN_HEADERS.contains(&name.as_str()) || name.as_str().starts_with("proxy-") {
            return Err(bad());
        }
        let value = HeaderValue::try_from(value).map_err(|_| bad())?;
        match name {
            USER_AGENT => drop(headers.insert(name, value)),
            _ => drop(headers.append(name, value)),
        }
    }
    Ok(message)
}

/// A request that this client does not send. It never left, so it is not [`EgressError::Protocol`].
fn unsendable(why: &str) -> EgressError {
    EgressError::Blocked(format!("the request was not sent: {why}"))
}

/// Reads the answer, and of its body no more than `body_bytes_max`.
async fn read(
    answer: hyper::Response<Incoming>,
    body_bytes_max: usize,
) -> Result<Response, EgressError> {
    let (head, mut incoming) = answer.into_parts();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = head.headers.iter();
    let mut response = Response {
        status: head.status.as_u16(),
        headers: headers
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect(),
        body: Vec::new(),
        truncated: false,
    };
    while let Some(frame) = incoming.frame().await {
        let Ok(data) = frame.map_err(|error| broken(&error))?.into_data() else {
            continue; // Trailers carry nothing that we use.
        };
        let room = body_bytes_max - response.body.len();
        response
            .body
            .extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            response.truncated = true;
            break;
        }
    }
    Ok(response)
}

/// What went wrong after the first byte may have left.
fn broken(error: &hyper::Error) -> EgressError {
    let why = if error.is_parse() {
        format!(
            "the answer is not HTTP/1.1, or its headers are too many or larger than {HEAD_BYTES_MAX} bytes; \
             check that this port speaks HTTP."
        )
    } else if error.is_incomplete_message() || error.is_closed() || error.is_canceled() {
        String::from(
            "the server closed the connection before its answer was complete; see its log.",
        )
    } else {
        let cause =
            std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
        format!("{cause}; see the server's log.")
    };
    EgressError::Protocol(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(
        headers: &[(&str, &str)],
        method: &'static str,
    ) -> Result<hyper::Request<Full<Bytes>>, EgressError> {
        let mut request = Request::get("https://shop.example:8443/a?b=c");
        request.method = method;
        let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        request.headers = headers.iter().map(owned).collect();
        let target = Target::parse(&request.url)?;
        outgoing(request, &target)
    }

    #[test]
    fn the_message_names_its_host_and_path() {
        let message = built(&[("X-A", "1"), ("x-a", "2")], "POST").expect("a good request");
        assert_eq!(message.uri().to_string(), "/a?b=c");
        assert_eq!(message.headers()["host"], "shop.example:8443");
        assert_eq!(message.headers()["user-agent"], AGENT);
        assert_eq!(message.headers().get_all("x-a").iter().count(), 2);
        let named = built(&[("User-Agent", "other")], "GET").expect("a good request");
        assert_eq!(
            named
                .headers()
                .get_all("user-agent")
                .iter()
                .collect::<Vec<_>>(),
            ["other"]
        );
    }

    #[test]
    fn headers_and_methods_that_could_smuggle_are_not_sent() {
        for (name, value) in [
            ("Host", "evil.example"),
            ("content-length", "3"),
            ("Transfer-Encoding", "chunked"),
            ("Connection", "close"),
            ("Proxy-Authorization", "x"),
            ("bad name", "x"),
            ("X-A", "1\r\nX-B: 2"),
            ("X-A", "1\n"),
        ] {
            let error = built(&[(name, value)], "GET").expect_err(name);
            assert!(error.certainly_unsent(), "{name}");
        }
        for method in ["CONNECT", "TRACE", "get", "GET / HTTP/1.1\r\nX: "] {
            assert!(built(&[], method).is_err(), "{method}");
        }
        assert!(built(&[("x-a", "1"); HEADERS_MAX + 1], "GET").is_err());
        assert!(built(&[("x-a", "1"); HEADERS_MAX], "GET").is_ok());
    }
}
