//! Merchants and the keys of their API.

use crate::record::{Columns, record, set};
use florin_base::{Asset, Timestamp};
use serde::{Deserialize, Serialize};

record! {
    /// A merchant. Its record lives in its own scope with `live` false; both modes read it.
    pub struct Account: Account, "acct_" {
        /// Shown on pages and receipts.
        name: String,
        /// Where the merchant is reached.
        email: Option<String>,
        /// ISO 3166-1 alpha-2.
        country: String,
        /// The currency of settlement when nothing else is said.
        default_currency: Asset,
        /// The platform that this account belongs to.
        parent: Option<String>,
        /// What the installation charges for a payment.
        pricing: Pricing,
        /// How its pages look.
        branding: Branding,
        /// The version of the wire that its servers speak where a request names none; none for the newest one.
        api_version: Option<String>,
    }
}

/// How the pages of a merchant look, where a session does not say it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Branding {
    /// The address of the logo, `http` or `https`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// The colour of buttons, `#rrggbb`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub button_color: Option<String>,
    /// The colour of the page, `#rrggbb`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background_color: Option<String>,
    /// Where buyers find help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub support_url: Option<String>,
}

/// What changes of a merchant; an empty text takes something away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountPatch {
    /// The name, which cannot be taken away.
    pub name: Option<String>,
    /// The address of the logo.
    pub logo: Option<String>,
    /// The colour of buttons.
    pub button_color: Option<String>,
    /// The colour of the page.
    pub background_color: Option<String>,
    /// Where buyers find help.
    pub support_url: Option<String>,
    /// The version that is spoken where a request names none.
    pub api_version: Option<String>,
}

impl AccountPatch {
    /// Changes a merchant.
    pub fn apply(self, account: &mut Account) {
        let said =
            |text: Option<String>| text.map(|text| Some(text).filter(|text| !text.is_empty()));
        set(&mut account.name, self.name.filter(|name| !name.is_empty()));
        set(&mut account.api_version, said(self.api_version));
        let held = &mut account.branding;
        set(&mut held.logo, said(self.logo));
        set(&mut held.button_color, said(self.button_color));
        set(&mut held.background_color, said(self.background_color));
        set(&mut held.support_url, said(self.support_url));
    }
}

/// Reads a colour of a page.
///
/// # Errors
/// The text is no colour; the message says what one looks like.
pub fn color(text: &str) -> Result<String, String> {
    let digits = text.strip_prefix('#').unwrap_or_default();
    let is_color = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    match is_color {
        true => Ok(text.to_ascii_lowercase()),
        false => Err(format!("{text:?} is no colour: write it like #1a73e8")),
    }
}

impl Account {
    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![self.parent.as_deref()]
    }
}

/// Fees per method. Only cards exist now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pricing {
    /// The rate for cards.
    pub card: Rate,
}

/// A proportional and a fixed part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// Hundredths of a percent of the amount.
    pub basis_points: i64,
    /// Minor units of the charge's currency.
    pub fixed: i64,
}

impl Default for Pricing {
    fn default() -> Pricing {
        Pricing {
            card: Rate {
                basis_points: 290,
                fixed: 30,
            },
        }
    }
}

impl Rate {
    /// The fee on an amount, rounded half up, never more than fits and never negative.
    pub fn fee(&self, amount: i64) -> i64 {
        let part = (i128::from(amount) * i128::from(self.basis_points) + 5_000) / 10_000;
        i64::try_from(part + i128::from(self.fixed))
            .unwrap_or(i64::MAX)
            .max(0)
    }
}

record! {
    /// A key. The key itself is never stored, only its keyed hash (as the claim `api_key`) and its last four characters.
    pub struct ApiKey: ApiKey, "mk_" {
        /// What the key may do.
        role: KeyRole,
        /// What the owner calls it.
        name: Option<String>,
        /// The last four characters, for lists and error messages.
        last4: String,
        /// Lower-case hexadecimal of the keyed SHA-256.
        hash: String,
        /// After this second the key is refused.
        expires: Option<Timestamp>,
        /// Revoked keys stay on record.
        revoked: Option<Timestamp>,
        /// The hosts whose pages may hold frames with this key, as [`domain`] reads them; none for every host.
        domains: Vec<String>,
    }
}

impl ApiKey {
    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![]
    }

    /// Whether a page on this host, with its port also where that is its scheme's own, may hold frames with this key.
    pub fn may_stand_on(&self, host: &str) -> bool {
        self.domains.is_empty() || self.domains.iter().any(|domain| covers(domain, host))
    }

    /// True while the key opens the API.
    pub fn is_usable(&self, now: Timestamp) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|at| now < at)
    }
}

/// How many hosts a key may name.
pub const DOMAINS_MAX: usize = 100;
/// The longest name of a host (RFC 1035), with a port behind it.
const DOMAIN_CHARS_MAX: usize = 253 + 6;

/// Reads a host that a key names: `shop.example` on any port, `shop.example:8443`, or `*.shop.example` for every host below.
///
/// # Errors
/// The text is no such host; the message says what one looks like.
pub fn domain(text: &str) -> Result<String, String> {
    let wrong = || {
        format!(
            "{text:?} is no host: write it like shop.example, shop.example:8443 or *.shop.example, without a scheme or a path"
        )
    };
    let named = text.trim().to_ascii_lowercase();
    let (host, port) = split(named.strip_prefix("*.").unwrap_or(&named));
    let is_label = |label: &str| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        !label.is_empty() && label.bytes().all(plain)
    };
    let is_bare = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let is_host = match is_bare {
        Some(address) => is_long_address(address) && !named.starts_with("*."),
        None => host.split('.').all(is_label),
    };
    // As browsers write it: no zero before it.
    let is_port = port.is_none_or(|port| {
        let read = port.parse::<u16>().unwrap_or_default();
        read > 0 && read.to_string() == port
    });
    match is_host && is_port && named.len() <= DOMAIN_CHARS_MAX {
        true => Ok(named),
        false => Err(wrong()),
    }
}

/// Whether this may stand in brackets: what is no address of IPv6 names no page, so that its letters are enough.
fn is_long_address(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_hexdigit() || matches!(b, b':' | b'.');
    text.contains(':') && text.bytes().all(plain)
}

/// A host and its port, also where the host is an address of IPv6 in brackets.
fn split(host: &str) -> (&str, Option<&str>) {
    let from = host.rfind(']').unwrap_or_default();
    match host[from..].find(':') {
        Some(at) => (&host[..from + at], Some(&host[from + at + 1..])),
        None => (host, None),
    }
}

fn covers(domain: &str, host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let ((named, port), (name, sent)) = (split(domain), split(&host));
    let is_named = match named.strip_prefix('*') {
        Some(below) => name.len() > below.len() && name.ends_with(below),
        None => name == named,
    };
    is_named && port.is_none_or(|port| sent == Some(port))
}

/// What a key may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyRole {
    /// Everything within its scope.
    Secret,
    /// What a browser may do: make tokens and payment methods, confirm with a client secret.
    #[default]
    Publishable,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_stands_where_its_key_says() {
        let on = |domains: &[&str], host: &str| {
            let domains = domains.iter().map(|text| domain(text).expect("a host"));
            ApiKey {
                domains: domains.collect(),
                ..ApiKey::default()
            }
            .may_stand_on(host)
        };
        for (domains, host, expected) in [
            (&[][..], "anywhere.example", true),
            (&["shop.example"], "shop.example", true),
            (&["shop.example"], "SHOP.example:8443", true),
            (&["Shop.Example "], "shop.example", true),
            (&["shop.example"], "www.shop.example", false),
            (&["shop.example"], "evilshop.example", false),
            (&["shop.example"], "shop.example.evil", false),
            (&["shop.example:8443"], "shop.example", false),
            (&["shop.example:8443"], "shop.example:8443", true),
            (&["*.shop.example"], "www.shop.example", true),
            (&["*.shop.example"], "a.b.shop.example:1", true),
            (&["*.shop.example"], "shop.example", false),
            (&["*.shop.example"], "evilshop.example", false),
            (&["*.shop.example", "shop.example"], "shop.example", true),
            (&["localhost:3000", "127.0.0.1"], "127.0.0.1:80", true),
            (&["[::1]"], "[::1]:7001", true),
            (&["[::1]:7001"], "[::1]", false),
        ] {
            assert_eq!(on(domains, host), expected, "{domains:?} {host}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for wrong in [
            "",
            "*",
            "*.",
            "https://shop.example",
            "shop.example/path",
            "a..b",
            "shop.example:",
            "shop.example:0",
            "shop.example:0443",
            "my_shop.example",
            "shop.example:99999",
            "a b",
            "a;b",
            "*.*.example",
            "[::1",
            "*.[::1]",
            "[zz]",
        ] {
            assert!(domain(wrong).is_err(), "{wrong}");
        }
        assert!(domain(&"a".repeat(DOMAIN_CHARS_MAX + 1)).is_err());
    }

    #[test]
    fn the_default_fee_is_the_documented_one() {
        let rate = Pricing::default().card;
        for (amount, fee) in [(2000, 88), (50, 31), (1000, 59), (10_050, 321), (0, 30)] {
            assert_eq!(rate.fee(amount), fee, "{amount}");
        }
        assert_eq!(
            Rate {
                basis_points: 10_000,
                fixed: 1
            }
            .fee(i64::MAX),
            i64::MAX
        );
    }
}
