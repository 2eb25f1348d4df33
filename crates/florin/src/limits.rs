//! What an operator says about buyers who try too much, and about the proxies in front.
//!
//! Deliberately absent: the limits themselves, which the engine keeps.

use clap::Args;
use florin_api::address::Proxies;
use florin_engine::CardLimits;

/// How many declines of one address a server takes unless it is told otherwise: more than a household needs, too few to go
/// through a list of stolen numbers.
const OF_ADDRESS: u32 = 20;
/// How many of one merchant. A busy shop has some hundreds of payments in ten minutes, and few of them are declined.
const OF_ACCOUNT: u32 = 500;

/// Flags about card testing.
#[derive(Args, Clone, Debug)]
pub struct LimitArgs {
    /// How many cards of browsers may be declined within ten minutes from one address, at one merchant; 0 sets no limit. By
    /// default 20, and none for `florin dev`.
    #[arg(
        long,
        value_name = "N",
        env = "FLORIN_CARD_DECLINES_PER_ADDRESS",
        hide_env_values = true
    )]
    pub card_declines_per_address: Option<u32>,
    /// How many from all addresses together, at one merchant; 0 sets no limit. By default 500, and none for `florin dev`.
    #[arg(
        long,
        value_name = "N",
        env = "FLORIN_CARD_DECLINES_PER_ACCOUNT",
        hide_env_values = true
    )]
    pub card_declines_per_account: Option<u32>,
    /// Whose `X-Forwarded-For` is believed: `private` (proxies on this machine and in private networks), `none`, or addresses
    /// and ranges such as `192.0.2.7,10.0.0.0/8`.
    #[arg(
        long,
        value_name = "PROXIES",
        env = "FLORIN_TRUSTED_PROXIES",
        default_value = "private",
        value_parser = proxies
    )]
    pub trusted_proxies: Proxies,
}

impl LimitArgs {
    /// The limits of a server that the world reaches.
    pub fn of_serve(&self) -> CardLimits {
        CardLimits {
            of_address: self.card_declines_per_address.unwrap_or(OF_ADDRESS),
            of_account: self.card_declines_per_account.unwrap_or(OF_ACCOUNT),
        }
    }

    /// The limits of a developer's server, whose declines are all on purpose.
    pub fn of_dev(&self) -> CardLimits {
        CardLimits {
            of_address: self.card_declines_per_address.unwrap_or_default(),
            of_account: self.card_declines_per_account.unwrap_or_default(),
        }
    }
}

fn proxies(text: &str) -> Result<Proxies, String> {
    match text.trim() {
        "private" => Ok(Proxies::Private),
        "none" => Ok(Proxies::None),
        ranges => {
            let ranges = ranges.split(',').map(|range| range.trim().parse());
            Ok(Proxies::Known(ranges.collect::<Result<_, String>>()?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_read() {
        assert!(matches!(proxies("private"), Ok(Proxies::Private)));
        assert!(matches!(proxies("none"), Ok(Proxies::None)));
        let known = proxies("192.0.2.7, 10.0.0.0/8");
        assert!(matches!(known, Ok(Proxies::Known(ranges)) if ranges.len() == 2));
        for wrong in ["", "all", "10.0.0.0/8,", "10.0.0.0/40"] {
            let error = proxies(wrong).expect_err("no proxies");
            assert!(error.contains("10.0.0.0/8"), "{error}");
        }
    }
}
