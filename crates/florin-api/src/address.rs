//! Where a request comes from: the other end of its connection, or what a trusted proxy says of it.
//!
//! Behind a proxy every connection comes from the proxy. It appends to `X-Forwarded-For` whom it was asked by, so the last
//! address that is no trusted proxy is the buyer's; what stands before it was written by the buyer and is not believed.
//! Deliberately absent: `Forwarded` (RFC 7239), which few proxies write, and the proxy protocol.

use crate::pipeline::header_texts;
use axum::http::request::Parts;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// The other end of a connection, as an extension of its requests.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// A range of addresses, such as `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    bits: u32,
}

impl Network {
    fn holds(&self, address: IpAddr) -> bool {
        match (self.base, address) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                (base.to_bits() ^ address.to_bits()).leading_zeros() >= self.bits
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                (base.to_bits() ^ address.to_bits()).leading_zeros() >= self.bits
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Network, String> {
        let wrong = || {
            format!("`{text}` is no range of addresses; write it like 10.0.0.0/8 or 2001:db8::/32")
        };
        let (base, bits) = text.split_once('/').unwrap_or((text, ""));
        let base: IpAddr = base.parse().map_err(|_| wrong())?;
        let bits_max = if base.is_ipv4() { 32 } else { Ipv6Addr::BITS };
        let bits = match bits {
            "" if !text.contains('/') => bits_max,
            bits => bits.parse().map_err(|_| wrong())?,
        };
        match bits <= bits_max {
            true => Ok(Network { base, bits }),
            false => Err(wrong()),
        }
    }
}

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
            Proxies::Private => is_private(address),
            Proxies::Known(networks) => networks.iter().any(|network| network.holds(address)),
        }
    }

    /// Where a request comes from. `None` without a connection.
    pub fn buyer(&self, parts: &Parts) -> Option<IpAddr> {
        let Peer(peer) = parts.extensions.get::<Peer>()?;
        let lines = header_texts(&parts.headers, "x-forwarded-for");
        Some(self.told(peer.to_canonical(), &lines.join(",")))
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

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            address.is_loopback() || address.is_private() || address.is_link_local()
        }
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}

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

    #[test]
    fn ranges_are_read_and_hold_what_they_say() {
        for (range, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("0.0.0.0/0", "255.1.2.3", "::1"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
            ("2001:db8::1", "2001:db8::1", "2001:db8::2"),
        ] {
            let network: Network = range.parse().expect("a range");
            assert!(network.holds(address(inside)), "{range}");
            assert!(!network.holds(address(outside)), "{range}");
        }
        for wrong in [
            "",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0/8",
            "::/129",
            "host/8",
            "10.0.0.0/-1",
        ] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }
}
