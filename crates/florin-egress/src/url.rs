//! A strict reader of absolute `http` and `https` URLs.
//!
//! Shape: [`Target::parse`] gives scheme, host, port and path, or says what is wrong. It reads a host
//! one way only: whatever other programs might take for an address in disguise (octal, hexadecimal,
//! a single number, percent escapes, full-width digits) is refused instead of guessed.
//! Deliberately absent: relative URLs, userinfo, zone ids, international host names outside
//! punycode, percent-encoding on the writer's behalf.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hyper::http::uri::PathAndQuery;

use crate::error::EgressError;

/// The longest URL in bytes.
const URL_BYTES_MAX: usize = 2048;
/// The longest host name in bytes, and the longest of its labels (RFC 1035, 2.3.4).
const HOST_BYTES_MAX: usize = 253;
const LABEL_BYTES_MAX: usize = 63;

/// The host of a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// A name in lower case, without a trailing dot.
    Name(String),
    /// A literal address.
    Address(IpAddr),
}

/// Where a URL points. It has no `Debug`, since paths and queries carry secrets.
pub(crate) struct Target {
    /// True for `https`.
    pub tls: bool,
    pub host: Host,
    /// Written out or the scheme's own; never 0.
    pub port: u16,
    /// Starts with a slash; the fragment is gone.
    pub path: PathAndQuery,
}

impl Target {
    /// Reads a URL, or says what to change in it.
    pub fn parse(url: &str) -> Result<Self, EgressError> {
        if url.len() > URL_BYTES_MAX {
            return invalid(format!(
                "it is longer than {URL_BYTES_MAX} bytes; shorten it."
            ));
        }
        let strange = |byte: u8| !byte.is_ascii_graphic() || byte == b'\\';
        if url.bytes().any(strange) {
            return invalid(
                "it holds a space, a backslash or a character outside ASCII; write the host in \
                 punycode (xn--) and percent-encode the rest.",
            );
        }
        let (tls, rest) = split_scheme(url)?;
        let rest = rest.split_once('#').map_or(rest, |(before, _)| before);
        let authority_end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(authority_end);
        if authority.contains('@') {
            return invalid(
                "it holds a user name or password before the host; remove them and the @.",
            );
        }
        let (host, port) = split_authority(authority)?;
        Ok(Self {
            tls,
            host: parse_host(host)?,
            port: parse_port(port, tls)?,
            path: parse_path(path)?,
        })
    }

    /// The value of the `Host` header: host, and the port unless it is the scheme's own.
    pub fn authority(&self) -> String {
        let host = self.host.to_string();
        if self.port == default_port(self.tls) {
            return host;
        }
        format!("{host}:{}", self.port)
    }
}

impl std::fmt::Display for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(IpAddr::V4(address)) => write!(f, "{address}"),
            Self::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

fn invalid<T>(why: impl Into<String>) -> Result<T, EgressError> {
    Err(EgressError::InvalidUrl(why.into()))
}

fn default_port(tls: bool) -> u16 {
    if tls { 443 } else { 80 }
}

fn split_scheme(url: &str) -> Result<(bool, &str), EgressError> {
    match url.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => Ok((true, rest)),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => Ok((false, rest)),
        _ => invalid("it must begin with https:// (or http://)."),
    }
}

/// Splits `host[:port]`; the port is what follows the colon, if there is one.
fn split_authority(authority: &str) -> Result<(&str, Option<&str>), EgressError> {
    let Some(inside) = authority.strip_prefix('[') else {
        return Ok(match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        });
    };
    let Some(length) = inside.find(']') else {
        return invalid("the IPv6 address has no closing bracket.");
    };
    let host = &authority[..length + 2];
    match &authority[length + 2..] {
        "" => Ok((host, None)),
        after => match after.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None => invalid("only a colon and a port may follow the IPv6 address."),
        },
    }
}

fn parse_port(port: Option<&str>, tls: bool) -> Result<u16, EgressError> {
    let Some(digits) = port else {
        return Ok(default_port(tls));
    };
    let plain = (1..=5).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    match digits.parse::<u16>() {
        Ok(port) if plain && port > 0 => Ok(port),
        _ => invalid("the port must be a number from 1 to 65535."),
    }
}

fn parse_host(host: &str) -> Result<Host, EgressError> {
    if let Some(inside) = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        return match inside.parse::<Ipv6Addr>() {
            Ok(address) => Ok(Host::Address(address.into())),
            Err(_) => {
                invalid("the IPv6 address in brackets is not valid (zone ids are not taken).")
            }
        };
    }
    // One trailing dot marks a fully qualified name and means the same host without it.
    let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    if name.is_empty() || name.len() > HOST_BYTES_MAX {
        return invalid(format!(
            "the host must have 1 to {HOST_BYTES_MAX} characters."
        ));
    }
    if !name.split('.').all(is_label) {
        return invalid(
            "the host may hold only letters, digits, hyphens and single dots between its parts.",
        );
    }
    if !ends_in_number(&name) {
        return Ok(Host::Name(name));
    }
    match name.parse::<Ipv4Addr>() {
        Ok(address) => Ok(Host::Address(address.into())),
        Err(_) => invalid("write an IPv4 address as four decimal numbers without leading zeros."),
    }
}

fn is_label(label: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=LABEL_BYTES_MAX).contains(&label.len())
        && label.bytes().all(allowed)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// True if some program might read the host as an IPv4 address: its last part is a number, decimal
/// or hexadecimal. No top-level domain looks like that.
fn ends_in_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x")
}

fn parse_path(path: &str) -> Result<PathAndQuery, EgressError> {
    let rooted = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("/{path}")
    };
    match rooted.parse::<PathAndQuery>() {
        Ok(path) => Ok(path),
        Err(_) => invalid("the path holds a character that must be percent-encoded."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(url: &str) -> String {
        match Target::parse(url) {
            Ok(target) => format!("{} {} {}", target.tls, target.authority(), target.path),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn good_urls_are_read_and_normalised() {
        for (url, expected) in [
            ("https://shop.example", "true shop.example /"),
            (
                "HTTPS://Shop.EXAMPLE./a/B?c=D#e",
                "true shop.example /a/B?c=D",
            ),
            ("https://shop.example:443/", "true shop.example /"),
            ("http://shop.example:443/", "false shop.example:443 /"),
            ("http://shop.example:80", "false shop.example /"),
            ("https://shop.example?x=1", "true shop.example /?x=1"),
            ("https://shop.example#x@y", "true shop.example /"),
            ("https://shop.example/a@b:c", "true shop.example /a@b:c"),
            (
                "https://a_b.xn--bcher-kva.example:8443/x",
                "true a_b.xn--bcher-kva.example:8443 /x",
            ),
            ("https://93.184.216.34./", "true 93.184.216.34 /"),
            (
                "https://[2606:4700:0::1]:8443/",
                "true [2606:4700::1]:8443 /",
            ),
            ("https://0x1.shop.example/", "true 0x1.shop.example /"),
            (
                "https://1.2.3.4.shop.example/",
                "true 1.2.3.4.shop.example /",
            ),
        ] {
            assert_eq!(shown(url), expected, "{url}");
        }
    }

    #[test]
    fn literal_addresses_are_addresses_and_names_are_names() {
        let host = |url: &str| Target::parse(url).map(|target| target.host);
        let address = |text: &str| Ok(Host::Address(text.parse().expect("test address")));
        assert_eq!(host("http://127.0.0.1/"), address("127.0.0.1"));
        assert_eq!(host("http://127.0.0.1./"), address("127.0.0.1"));
        assert_eq!(host("http://[::ffff:7f00:1]/"), address("::ffff:127.0.0.1"));
        assert_eq!(
            host("http://LocalHost./"),
            Ok(Host::Name("localhost".into()))
        );
    }

    /// URLs that two programs might read in two ways, or that nobody should read at all.
    const DOUBTFUL: &[&str] = &[
        "",
        "shop.example",
        "//shop.example/",
        "ftp://shop.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https:/shop.example/",
        "https:shop.example",
        " https://shop.example/",
        "https://",
        "https:///path",
        "https://?x",
        "https://:443/",
        "https://./",
        "https://shop..example/",
        "https://.shop.example/",
        "https://shop.example../",
        "https://user@shop.example/",
        "https://user:pass@shop.example/",
        "https://shop.example@127.0.0.1/",
        "https://@shop.example/",
        "https://shop.example:/",
        "https://shop.example:0/",
        "https://shop.example:65536/",
        "https://shop.example:+443/",
        "https://shop.example:44a/",
        "https://shop.example:000443/",
        "https://shop.example:1:2/",
        "https://shop example/",
        "https://shop.example/a b",
        "https://shop.example\\@evil.example/",
        "https://shop.example/\r\nHost: x",
        "https://shop.example/\t",
        "https://b\u{fc}cher.example/",
        "https://\u{ff11}27.0.0.1/",
        "https://127\u{3002}0.0.1/",
        "https://%31%32%37.0.0.1/",
        "https://shop%2eexample/",
        "https://-shop.example/",
        "https://shop-.example/",
        "https://shop!.example/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://017700000001/",
        "https://127.1/",
        "https://127.0.1/",
        "https://0177.0.0.1/",
        "https://127.0.0.01/",
        "https://0x7f.0.0.1/",
        "https://127.0.0.0x1/",
        "https://256.0.0.1/",
        "https://1.2.3.4.5/",
        "https://0/",
        "https://0x/",
        "https://[::1/",
        "https://[::1]x/",
        "https://[fe80::1%25eth0]/",
        "https://[127.0.0.1]/",
        "https://[]/",
        "https://[::1]:/",
        "https://[shop.example]/",
        "https://::1/",
        "https://shop.example/<x>",
    ];

    #[test]
    fn everything_doubtful_is_refused() {
        let long_label = format!("https://{}.example/", "a".repeat(64));
        let long_host = format!("https://{}example/", "abcdefg.".repeat(32));
        let long_url = format!("https://shop.example/{}", "a".repeat(2048));
        let long = [long_label.as_str(), &long_host, &long_url];
        for url in DOUBTFUL.iter().copied().chain(long) {
            let refused = matches!(Target::parse(url), Err(EgressError::InvalidUrl(_)));
            assert!(refused, "{url:?} gave {}", shown(url));
        }
    }
}
