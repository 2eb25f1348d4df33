//! Where a request comes from: the other end of its connection, or what a trusted proxy says of it.
//!
//! Behind a proxy every connection comes from the proxy. It appends to `X-Forwarded-For` whom it was asked by, so the last
//! address that is no trusted proxy is the buyer's; what stands before it was written by the buyer and is not believed.
//! Deliberately absent: `Forwarded` (RFC 7239), which few proxies write, and the proxy protocol.

use axum::http::request::Parts;
use florin_base::Network;
use florin_engine::Buyer;
use std::net::IpAddr;

/// The other end of a connection, as an extension of its requests.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// The proxies whose word about the buyer's address is taken.
#[derive(Clone, Debug, Default)]
pub enum Proxies {
    /// Nobody's.
    #[default]
    None,
    /// Those of this machine and of private networks: no buyer on the internet has such an address.
    Private,
    /// These.
    Known(Vec<Network>),
}

impl Proxies {
    fn trusts(&self, address: IpAddr) -> bool {
        match self {
            Proxies::None => false,
            Proxies::Private => holds(&PRIVATE, address),
            Proxies::Known(networks) => holds(networks, address),
        }
    }

    /// The buyer whose browser sent a request. Without a connection the address is not known.
    pub fn buyer(&self, parts: &Parts) -> Buyer {
        let peer = parts.extensions.get::<Peer>();
        let lines = parts.headers.get_all("x-forwarded-for").into_iter();
        // What is no text was written by the buyer; what the proxy appended behind it counts all the same.
        let lines = lines.map(|line| String::from_utf8_lossy(line.as_bytes()));
        let forwarded = lines.collect::<Vec<_>>().join(",");
        Buyer {
            address: peer.map(|Peer(peer)| self.told(peer.to_canonical(), &forwarded)),
        }
    }

    /// The last address of the way from the buyer to here that is no trusted proxy.
    fn told(&self, peer: IpAddr, forwarded: &str) -> IpAddr {
        let mut nearest = peer;
        for named in forwarded.rsplit(',') {
            if !self.trusts(nearest) {
                break;
            }
            let Some(address) = parsed(named.trim()) else {
                break;
            };
            nearest = address;
        }
        nearest
    }
}

fn holds(networks: &[Network], address: IpAddr) -> bool {
    networks.iter().any(|network| network.holds(address))
}

/// An address, with or without a port behind it.
fn parsed(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let bare = bare.map_or(text, |(address, _)| address);
    let short = bare
        .rsplit_once(':')
        .filter(|(_, port)| port.parse::<u16>().is_ok());
    let address = bare.parse().ok();
    let address = address.or_else(|| short.and_then(|(address, _)| address.parse().ok()));
    address.map(|address: IpAddr| address.to_canonical())
}

/// The machine itself, private networks, and what carriers and clouds share among their own (RFC 6598).
const PRIVATE: [Network; 9] = [
    Network::v4([127, 0, 0, 0], 8),
    Network::v4([10, 0, 0, 0], 8),
    Network::v4([172, 16, 0, 0], 12),
    Network::v4([192, 168, 0, 0], 16),
    Network::v4([169, 254, 0, 0], 16),
    Network::v4([100, 64, 0, 0], 10),
    Network::v6([0, 0, 0, 0, 0, 0, 0, 1], 128),
    Network::v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7),
    Network::v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn the_last_address_that_is_no_proxy_is_the_buyers() {
        let known = Proxies::Known(vec!["198.51.100.0/24".parse().expect("a range")]);
        for (proxies, peer, forwarded, expected) in [
            (&Proxies::Private, "203.0.113.7", "192.0.2.1", "203.0.113.7"),
            (&Proxies::Private, "127.0.0.1", "", "127.0.0.1"),
            (&Proxies::Private, "127.0.0.1", "192.0.2.1", "192.0.2.1"),
            (
                &Proxies::Private,
                "100.64.3.4",
                "\u{fffd}, 192.0.2.1",
                "192.0.2.1",
            ),
            (
                &Proxies::Private,
                "10.0.0.5",
                "6.6.6.6, 192.0.2.1",
                "192.0.2.1",
            ),
            (
                &Proxies::Private,
                "10.0.0.5",
                "6.6.6.6, 192.0.2.1, 172.16.0.9",
                "192.0.2.1",
            ),
            (
                &Proxies::Private,
                "10.0.0.5",
                "10.0.0.7, 10.0.0.6",
                "10.0.0.7",
            ),
            (
                &Proxies::Private,
                "10.0.0.5",
                "192.0.2.1, nonsense",
                "10.0.0.5",
            ),
            (
                &Proxies::Private,
                "::1",
                "[2001:db8::1]:4711",
                "2001:db8::1",
            ),
            (&Proxies::Private, "fd00::1", "192.0.2.1:4711", "192.0.2.1"),
            (
                &Proxies::Private,
                "fe80::1",
                "::ffff:192.0.2.1",
                "192.0.2.1",
            ),
            (&Proxies::None, "127.0.0.1", "192.0.2.1", "127.0.0.1"),
            (&known, "198.51.100.9", "192.0.2.1", "192.0.2.1"),
            (&known, "127.0.0.1", "192.0.2.1", "127.0.0.1"),
        ] {
            let told = proxies.told(address(peer), forwarded);
            assert_eq!(told, address(expected), "{peer} {forwarded}");
        }
    }
}
