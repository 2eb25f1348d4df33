//! The types of payment methods: what a buyer does with each, in which currencies, and how long a started payment waits.
//!
//! Shape: one table. Deliberately absent: names for buyers, wire shapes, and who moves the money.

use crate::payments::words as closed_words;
use crate::refusal::Refusal;
use florin_base::{Asset, Timestamp};

closed_words! {
    /// What a buyer pays with.
    MethodType {
        /// A card.
        #[default]
        Card = "card",
        /// A wallet of China, by redirect.
        Alipay = "alipay",
        /// Debit cards and an app of Belgium, by redirect.
        Bancontact = "bancontact",
        /// A transfer that the buyer's bank is told to make.
        CustomerBalance = "customer_balance",
        /// Online banking of the Netherlands, by redirect.
        Ideal = "ideal",
        /// A code for banking apps of Singapore.
        Paynow = "paynow",
        /// A wallet, by redirect.
        Paypal = "paypal",
        /// A code for banking apps of Brazil.
        Pix = "pix",
        /// A code for banking apps of Thailand.
        Promptpay = "promptpay",
        /// A wallet, by redirect.
        RevolutPay = "revolut_pay",
        /// A code for a wallet of China.
        WechatPay = "wechat_pay",
    }
}

/// What a buyer does after pressing the button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Fills in the fields of a card.
    Card,
    /// Goes to another page and comes back.
    Redirect,
    /// Scans a code with an app.
    Qr,
    /// Orders a transfer; its money comes days later.
    Transfer,
}

impl Flow {
    /// The word that pages know it by.
    pub const fn word(self) -> &'static str {
        match self {
            Flow::Card => "card",
            Flow::Redirect => "redirect",
            Flow::Qr => "qr",
            Flow::Transfer => "transfer",
        }
    }
}

const HOUR_S: i64 = 3_600;
/// A redirect that nobody came back from is given up after so long, in seconds.
const REDIRECT_S: i64 = 3 * HOUR_S;
/// Currencies of the wallets that take many.
const WALLET: &[&str] = &[
    "aud", "cad", "chf", "czk", "dkk", "eur", "gbp", "hkd", "nok", "nzd", "pln", "sek", "sgd",
    "usd",
];
/// Currencies of the wallets of China.
const CHINA: &[&str] = &[
    "aud", "cad", "chf", "cny", "dkk", "eur", "gbp", "hkd", "jpy", "nok", "nzd", "sek", "sgd",
    "usd",
];
/// Currencies in which there are accounts to send a transfer to.
const TRANSFER: &[&str] = &["eur", "gbp", "usd"];

impl MethodType {
    /// What a buyer does.
    pub const fn flow(self) -> Flow {
        use MethodType::{
            Alipay, Bancontact, Card, CustomerBalance, Ideal, Paynow, Paypal, Pix, Promptpay,
            RevolutPay, WechatPay,
        };
        match self {
            Card => Flow::Card,
            Alipay | Bancontact | Ideal | Paypal | RevolutPay => Flow::Redirect,
            Paynow | Pix | Promptpay | WechatPay => Flow::Qr,
            CustomerBalance => Flow::Transfer,
        }
    }

    /// The currencies, in lower case; none means all.
    pub const fn currencies(self) -> &'static [&'static str] {
        match self {
            MethodType::Card => &[],
            MethodType::Alipay | MethodType::WechatPay => CHINA,
            MethodType::Bancontact | MethodType::Ideal => &["eur"],
            MethodType::CustomerBalance => TRANSFER,
            MethodType::Paynow => &["sgd"],
            MethodType::Paypal => WALLET,
            MethodType::Pix => &["brl"],
            MethodType::Promptpay => &["thb"],
            MethodType::RevolutPay => &["eur", "gbp", "usd"],
        }
    }

    /// Whether money of this currency can be paid with it.
    pub fn takes(self, asset: Asset) -> bool {
        let known = self.currencies();
        known.is_empty() || known.contains(&asset.as_str())
    }

    /// How long a started payment waits for the buyer, in seconds. `None` waits until it is cancelled.
    pub const fn waits_s(self) -> Option<i64> {
        match self.flow() {
            Flow::Card | Flow::Transfer => None,
            Flow::Redirect => Some(REDIRECT_S),
            Flow::Qr => match self {
                MethodType::Pix => Some(24 * HOUR_S),
                _ => Some(HOUR_S),
            },
        }
    }

    /// The buyer is done long before the money comes.
    pub const fn is_delayed(self) -> bool {
        matches!(self.flow(), Flow::Transfer)
    }

    /// Money can be authorized first and captured later, and the method can be kept.
    pub const fn is_card(self) -> bool {
        matches!(self, MethodType::Card)
    }

    /// Reads the words of a list.
    ///
    /// # Errors
    /// The first word that is no type.
    pub fn read<W: AsRef<str>>(words: &[W]) -> Result<Vec<MethodType>, &str> {
        let mut types = Vec::with_capacity(words.len());
        for word in words {
            let word = word.as_ref();
            let read = MethodType::from_word(word).ok_or(word)?;
            if !types.contains(&read) {
                types.push(read);
            }
        }
        Ok(types)
    }
}

/// The words of a list of types.
pub fn words(types: &[MethodType]) -> Vec<String> {
    types.iter().map(|kind| kind.word().to_owned()).collect()
}

/// The types without those that the merchant excludes.
pub fn without<'a>(types: &'a [String], excluded: &[String]) -> Vec<&'a str> {
    let kept = types.iter().filter(|kind| !excluded.contains(kind));
    kept.map(String::as_str).collect()
}

/// When a code of Pix cannot be paid any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PixEnd {
    /// So many seconds after the buyer got it.
    After(i64),
    /// At this time.
    At(Timestamp),
}

/// The shortest and the longest life of a code of Pix, in seconds.
pub const PIX_S: std::ops::RangeInclusive<i64> = 10..=1_209_600;

impl PixEnd {
    /// The time at which a code ends that the buyer gets now.
    pub fn of(self, now: Timestamp) -> Timestamp {
        match self {
            PixEnd::After(seconds) => now.plus_seconds(seconds),
            PixEnd::At(time) => time,
        }
    }

    /// A code that the buyer gets now must live long enough, and not too long.
    ///
    /// # Errors
    /// It does not; the parameter is named that says so.
    pub fn check(self, now: Timestamp) -> Result<(), Refusal> {
        if PIX_S.contains(&(self.of(now).0 - now.0)) {
            return Ok(());
        }
        let name = match self {
            PixEnd::After(_) => "expires_after_seconds",
            PixEnd::At(_) => "expires_at",
        };
        let param = format!("payment_method_options[pix][{name}]");
        let message = "A code of Pix can be paid for 10 to 1209600 seconds (14 days).";
        Err(Refusal::invalid(&param, message))
    }
}

/// What may be paid with, of the types that are switched on: those that take the currency, and cards alone where the money is
/// captured later or the method is kept. Where nothing is left it is cards.
pub fn offered(
    switched: &[MethodType],
    currency: Asset,
    (cards_alone, never_redirect): (bool, bool),
) -> Vec<MethodType> {
    let fits = |kind: &MethodType| {
        let stays = !never_redirect || kind.flow() != Flow::Redirect;
        kind.takes(currency) && stays && (kind.is_card() || !cards_alone)
    };
    or_cards(switched.iter().copied().filter(fits).collect())
}

/// Cards, where there would be nothing to pay with.
pub fn or_cards(types: Vec<MethodType>) -> Vec<MethodType> {
    match types.is_empty() {
        true => vec![MethodType::Card],
        false => types,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_offered_fits_the_payment() {
        let all = MethodType::ALL;
        let of = |code: &str, limits| {
            let types = offered(all, Asset::parse(code).expect("a currency"), limits);
            types.iter().map(|kind| kind.word()).collect::<Vec<_>>()
        };
        let open = (false, false);
        assert_eq!(of("brl", open), ["card", "pix"]);
        assert_eq!(of("thb", open), ["card", "promptpay"]);
        assert_eq!(of("huf", open), ["card"]);
        assert_eq!(of("eur", (true, false)), ["card"]);
        assert_eq!(
            of("eur", (false, true)),
            ["card", "customer_balance", "wechat_pay"]
        );
        assert!(of("eur", open).contains(&"ideal"));
        let pix = offered(
            &[MethodType::Pix],
            Asset::parse("eur").expect("a currency"),
            open,
        );
        assert_eq!(pix, [MethodType::Card]);
    }

    #[test]
    fn types_are_read_once_each() {
        let words = |list: &[&str]| {
            list.iter()
                .map(|word| (*word).to_owned())
                .collect::<Vec<_>>()
        };
        let known = words(&["card", "pix", "card"]);
        assert_eq!(MethodType::read(&known).map(|types| types.len()), Ok(2));
        let other = words(&["card", "klarna"]);
        assert_eq!(MethodType::read(&other), Err("klarna"));
    }

    #[test]
    fn only_what_leads_elsewhere_waits_for_a_while() {
        for kind in MethodType::ALL {
            let waits = matches!(kind.flow(), Flow::Redirect | Flow::Qr);
            assert_eq!(kind.waits_s().is_some(), waits, "{kind:?}");
        }
    }
}
