//! Ranges of addresses, such as `10.0.0.0/8` (RFC 4632, RFC 4291).
//!
//! Deliberately absent: what a range is good for, and looking up names.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// All addresses of one version with the same first bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    /// One of the addresses.
    pub base: IpAddr,
    /// How many bits they share: at most 32 or 128.
    pub bits: u32,
}

impl Network {
    /// A range of version 4.
    pub const fn v4(octets: [u8; 4], bits: u32) -> Network {
        let [a, b, c, d] = octets;
        let base = IpAddr::V4(Ipv4Addr::new(a, b, c, d));
        Network { base, bits }
    }

    /// A range of version 6.
    pub const fn v6(groups: [u16; 8], bits: u32) -> Network {
        let [a, b, c, d, e, f, g, h] = groups;
        let base = IpAddr::V6(Ipv6Addr::new(a, b, c, d, e, f, g, h));
        Network { base, bits }
    }

    /// Whether an address is one of them.
    pub fn holds(&self, address: IpAddr) -> bool {
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

    /// # Errors
    /// The text is no range. Version 4 in the clothes of version 6 is none either: nothing would be in it.
    fn from_str(text: &str) -> Result<Network, String> {
        let wrong = || {
            format!("`{text}` is no range of addresses; write it like 10.0.0.0/8 or 2001:db8::/32")
        };
        let (base, bits) = match text.split_once('/') {
            Some((base, bits)) => (base, Some(bits)),
            None => (text, None),
        };
        let base: IpAddr = base.parse().map_err(|_| wrong())?;
        let bits_max = match base {
            IpAddr::V4(_) => Ipv4Addr::BITS,
            IpAddr::V6(_) => Ipv6Addr::BITS,
        };
        let bits = bits.map_or(Ok(bits_max), str::parse).map_err(|_| wrong())?;
        match bits <= bits_max && base.to_canonical() == base {
            true => Ok(Network { base, bits }),
            false => Err(wrong()),
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
            "::ffff:10.0.0.0/104",
            "host/8",
            "10.0.0.0/-1",
        ] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }
}
