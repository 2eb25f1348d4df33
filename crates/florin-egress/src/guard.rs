//! Which schemes, ports, names and addresses may be reached: the guard against requests that are
//! tricked into the own network (SSRF).
//!
//! Shape: [`Policy`] says how much is allowed; `check_target` judges a URL without a lookup, and
//! `check_address` judges one address, both for literals and right before each dial. IPv4 is allowed
//! unless a row of the table forbids it (IANA special-purpose registry); IPv6 is forbidden unless it is
//! global unicast and no row forbids it. Addresses that carry an IPv4 address inside (mapped, 6to4,
//! NAT64, Teredo) are refused whatever they carry: nobody needs them to reach a public host.
//! Deliberately absent: a list of allowed hosts, and any answer that depends on a name's owner.

use std::net::IpAddr;

use crate::error::EgressError;
use crate::url::{Host, Target};
use florin_base::Network;

/// How far a call may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Lets loopback, private and shared addresses and local names through; for development and
    /// tests only. Link-local, metadata and other special addresses stay refused.
    pub private_addresses: bool,
    /// Lets `http://` through.
    pub plain_http: bool,
    /// Lets every port through, also those of other well-known services.
    pub any_port: bool,
}

impl Policy {
    /// The strict policy: `https` to public addresses on ports that no other service owns.
    pub const fn live() -> Self {
        Self {
            private_addresses: false,
            plain_http: false,
            any_port: false,
        }
    }

    /// The policy of `florin dev` and of tests: own machine and own network are reachable, over
    /// `http` too, on any port.
    pub const fn dev() -> Self {
        Self {
            private_addresses: true,
            plain_http: true,
            any_port: true,
        }
    }
}

/// Judges a URL without looking its host up, for the moment when somebody enters it.
///
/// A URL that passes may still be refused when it is called, since names can point anywhere.
///
/// # Errors
/// [`EgressError::InvalidUrl`] or [`EgressError::Blocked`], with a text that says what to change.
pub fn check_url(url: &str, policy: Policy) -> Result<(), EgressError> {
    check_target(&Target::parse(url)?, policy)
}

/// Judges scheme, port and host; a literal address is judged like a looked-up one.
pub(crate) fn check_target(target: &Target, policy: Policy) -> Result<(), EgressError> {
    if !target.tls && !policy.plain_http {
        return blocked("plain http is not allowed; use an https:// URL.");
    }
    if !policy.any_port && is_foreign_port(target.port) {
        let port = target.port;
        return blocked(format!(
            "port {port} belongs to another kind of service; use 443 or a port such as 8443."
        ));
    }
    match &target.host {
        Host::Address(address) => check_address(*address, policy),
        Host::Name(name) if !policy.private_addresses && is_local_name(name) => blocked(format!(
            "{name} is a name of a local network; use a host that is reachable from the internet."
        )),
        Host::Name(_) => Ok(()),
    }
}

/// Judges one address; called again for the very address that is dialled.
pub(crate) fn check_address(address: IpAddr, policy: Policy) -> Result<(), EgressError> {
    match judge(address) {
        (Class::Public, _) => Ok(()),
        (Class::Private, _) if policy.private_addresses => Ok(()),
        (_, kind) => blocked(format!(
            "{address} is not a public address ({kind}); use a host that is reachable from the internet."
        )),
    }
}

fn blocked<T>(why: impl Into<String>) -> Result<T, EgressError> {
    Err(EgressError::Blocked(why.into()))
}

/// Names that resolve only inside one machine or network: those without a dot and those under the
/// suffixes reserved for that (RFC 6761, RFC 6762, RFC 8375, and `internal`).
fn is_local_name(name: &str) -> bool {
    const SUFFIXES: [&str; 4] = ["localhost", "local", "internal", "home.arpa"];
    let under = |suffix: &str| match name.strip_suffix(suffix) {
        Some(before) => before.is_empty() || before.ends_with('.'),
        None => false,
    };
    !name.contains('.') || SUFFIXES.into_iter().any(under)
}

/// Ports above 1023 whose services act on text that an HTTP request can smuggle in, or that stand
/// unprotected in many networks.
const FOREIGN_PORTS: [u16; 43] = [
    1080, 1433, 1521, 1719, 1720, 1723, 2049, 2181, 2375, 2376, 2379, 2380, 3306, 3389, 3659, 4045,
    4190, 4369, 5060, 5061, 5432, 5672, 5900, 5984, 5985, 5986, 6000, 6379, 6443, 6566, 6665, 6666,
    6667, 6668, 6669, 6697, 9042, 9092, 9200, 9300, 10250, 11211, 27017,
];

/// True for every port below 1024 but 80 and 443, and for [`FOREIGN_PORTS`].
fn is_foreign_port(port: u16) -> bool {
    (port < 1024 && port != 80 && port != 443) || FOREIGN_PORTS.contains(&port)
}

/// How far an address lies from the public internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// Reachable by everybody.
    Public,
    /// The own machine or network; allowed by [`Policy::private_addresses`].
    Private,
    /// Refused under every policy.
    Never,
}

/// One row of the table: a range, what it is, and how it counts.
struct Range {
    network: Network,
    class: Class,
    kind: &'static str,
}

const fn v4(octets: [u8; 4], bits: u32, class: Class, kind: &'static str) -> Range {
    let network = Network::v4(octets, bits);
    Range {
        network,
        class,
        kind,
    }
}

/// A row for the network whose leading 64 bits are given as four groups.
const fn v6(groups: [u16; 4], bits: u32, class: Class, kind: &'static str) -> Range {
    let [a, b, c, d] = groups;
    v6_long([a, b, c, d, 0, 0, 0, 0], bits, class, kind)
}

/// A row for one IPv6 address or a range longer than 64 bits.
const fn v6_long(groups: [u16; 8], bits: u32, class: Class, kind: &'static str) -> Range {
    let network = Network::v6(groups, bits);
    Range {
        network,
        class,
        kind,
    }
}

/// Special ranges; the first row that holds an address decides, so single addresses come first.
static RANGES: [Range; 41] = [
    v4(
        [168, 63, 129, 16],
        32,
        Class::Never,
        "a cloud platform's own address",
    ),
    v4([100, 100, 100, 200], 32, Class::Never, "cloud metadata"),
    v4([169, 254, 169, 254], 32, Class::Never, "cloud metadata"),
    v4([0, 0, 0, 0], 8, Class::Never, "this network"),
    v4([10, 0, 0, 0], 8, Class::Private, "private network"),
    v4([100, 64, 0, 0], 10, Class::Private, "shared by a carrier"),
    v4([127, 0, 0, 0], 8, Class::Private, "this machine"),
    v4([169, 254, 0, 0], 16, Class::Never, "link-local"),
    v4([172, 16, 0, 0], 12, Class::Private, "private network"),
    v4([192, 0, 0, 0], 24, Class::Never, "protocol assignments"),
    v4([192, 0, 2, 0], 24, Class::Never, "documentation"),
    v4([192, 88, 99, 0], 24, Class::Never, "6to4 relay"),
    v4([192, 168, 0, 0], 16, Class::Private, "private network"),
    v4([198, 18, 0, 0], 15, Class::Never, "benchmarking"),
    v4([198, 51, 100, 0], 24, Class::Never, "documentation"),
    v4([203, 0, 113, 0], 24, Class::Never, "documentation"),
    v4([224, 0, 0, 0], 4, Class::Never, "multicast"),
    v4([255, 255, 255, 255], 32, Class::Never, "broadcast"),
    v4([240, 0, 0, 0], 4, Class::Never, "reserved"),
    v6_long(
        [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254],
        128,
        Class::Never,
        "cloud metadata",
    ),
    v6_long(
        [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254],
        128,
        Class::Never,
        "cloud metadata",
    ),
    v6_long(
        [0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42],
        128,
        Class::Never,
        "cloud metadata",
    ),
    v6_long(
        [0, 0, 0, 0, 0, 0, 0, 1],
        128,
        Class::Private,
        "this machine",
    ),
    v6_long([0, 0, 0, 0, 0, 0, 0, 0], 128, Class::Never, "unspecified"),
    v6_long(
        [0, 0, 0, 0, 0, 0xffff, 0, 0],
        96,
        Class::Never,
        "IPv4 inside IPv6; write the IPv4 address",
    ),
    v6_long(
        [0, 0, 0, 0, 0xffff, 0, 0, 0],
        96,
        Class::Never,
        "IPv4 translated",
    ),
    v6([0, 0, 0, 0], 96, Class::Never, "IPv4-compatible"),
    v6_long([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96, Class::Never, "NAT64"),
    v6([0x64, 0xff9b, 1, 0], 48, Class::Never, "local NAT64"),
    v6([0x100, 0, 0, 0], 64, Class::Never, "discard only"),
    v6([0x2001, 0, 0, 0], 32, Class::Never, "Teredo"),
    v6([0x2001, 0, 0, 0], 23, Class::Never, "protocol assignments"),
    v6([0x2001, 0xdb8, 0, 0], 32, Class::Never, "documentation"),
    v6([0x2002, 0, 0, 0], 16, Class::Never, "6to4"),
    v6([0x3fff, 0, 0, 0], 20, Class::Never, "documentation"),
    v6([0x5f00, 0, 0, 0], 16, Class::Never, "segment routing"),
    v6([0xfc00, 0, 0, 0], 7, Class::Private, "unique local"),
    v6([0xfe80, 0, 0, 0], 10, Class::Never, "link-local"),
    v6([0xfec0, 0, 0, 0], 10, Class::Never, "site-local"),
    v6([0xff00, 0, 0, 0], 8, Class::Never, "multicast"),
    v6([0x2000, 0, 0, 0], 3, Class::Public, "public"),
];

/// The class of an address and what it is called.
fn judge(address: IpAddr) -> (Class, &'static str) {
    match RANGES.iter().find(|range| range.network.holds(address)) {
        Some(range) => (range.class, range.kind),
        None if address.is_ipv4() => (Class::Public, "public"),
        None => (Class::Never, "not global unicast"),
    }
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
