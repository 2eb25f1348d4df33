//! Double entry: the chart of accounts, and a template for each movement of money.
//!
//! A transaction's entries sum to zero; positive is a debit. Money that belongs to the merchant is a credit, so the
//! merchant sees a balance with its sign turned ([`LedgerAccount::merchant_view`]). The API's balance transactions are
//! views of these transactions. Deliberately absent: balances, which the store keeps as sums of entries.

use florin_base::limits::AMOUNT_ABS_MAX;
use florin_base::{Asset, Day, FreshIds, Timestamp};
use serde::{Deserialize, Serialize};

/// An account of the chart, per merchant, mode and asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LedgerAccount {
    /// What a processor owes us.
    Receivable,
    /// The merchant's money that becomes available on a day.
    Pending(Day),
    /// The merchant's money that can be paid out.
    Available,
    /// Money held back while a dispute is open.
    DisputeHold,
    /// What the installation earns.
    FeesRevenue,
}

impl LedgerAccount {
    /// The name in the store: `receivable`, `pending:20456` …
    pub fn name(self) -> String {
        match self {
            LedgerAccount::Receivable => "receivable".to_owned(),
            LedgerAccount::Pending(day) => format!("pending:{}", day.0),
            LedgerAccount::Available => "available".to_owned(),
            LedgerAccount::DisputeHold => "dispute_hold".to_owned(),
            LedgerAccount::FeesRevenue => "fees_revenue".to_owned(),
        }
    }

    /// Reads a name from the store.
    pub fn from_name(name: &str) -> Option<LedgerAccount> {
        Some(match name {
            "receivable" => LedgerAccount::Receivable,
            "available" => LedgerAccount::Available,
            "dispute_hold" => LedgerAccount::DisputeHold,
            "fees_revenue" => LedgerAccount::FeesRevenue,
            other => LedgerAccount::Pending(Day(other.strip_prefix("pending:")?.parse().ok()?)),
        })
    }

    /// True for the accounts that make up the merchant's own balance.
    pub fn is_merchants(self) -> bool {
        matches!(self, LedgerAccount::Pending(_) | LedgerAccount::Available)
    }

    /// A debit-positive amount of one of the merchant's accounts, as the merchant sees it.
    pub fn merchant_view(amount: i64) -> i64 {
        -amount
    }
}

/// Why money moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Movement {
    /// A captured charge.
    Charge,
    /// A refund.
    Refund,
    /// A refund that failed; its money came back.
    RefundFailure,
    /// A dispute's withdrawal.
    Dispute,
    /// Pending money became available. Internal: no balance transaction of the API.
    Release,
}

impl Movement {
    /// Every movement.
    pub const ALL: &'static [Movement] = &[
        Movement::Charge,
        Movement::Refund,
        Movement::RefundFailure,
        Movement::Dispute,
        Movement::Release,
    ];

    /// The name in the store.
    pub const fn name(self) -> &'static str {
        match self {
            Movement::Charge => "charge",
            Movement::Refund => "refund",
            Movement::RefundFailure => "refund_failure",
            Movement::Dispute => "dispute",
            Movement::Release => "release",
        }
    }

    /// The movement with this name.
    pub fn from_name(name: &str) -> Option<Movement> {
        Movement::ALL
            .iter()
            .copied()
            .find(|movement| movement.name() == name)
    }
}

/// One balanced movement of money.
#[derive(Clone, Debug, PartialEq)]
pub struct Transaction {
    /// `txn_…`.
    pub id: String,
    /// Why.
    pub movement: Movement,
    /// The charge, refund or dispute behind it.
    pub source: String,
    /// Which asset.
    pub asset: Asset,
    /// When it was booked.
    pub created: Timestamp,
    /// From when on its money counts as available.
    pub available_on: Timestamp,
    /// Free text from the source.
    pub description: Option<String>,
    /// Account and amount, debit positive.
    pub entries: Vec<(LedgerAccount, i64)>,
}

impl Transaction {
    /// True when the entries sum to zero and each stays within the limit.
    pub fn is_balanced(&self) -> bool {
        let bounded = self
            .entries
            .iter()
            .all(|(_, amount)| amount.abs() <= AMOUNT_ABS_MAX);
        bounded
            && self
                .entries
                .iter()
                .map(|(_, amount)| i128::from(*amount))
                .sum::<i128>()
                == 0
    }

    /// What the merchant gains (or loses), fees taken off.
    pub fn net(&self) -> i64 {
        let merchants = self
            .entries
            .iter()
            .filter(|(account, _)| account.is_merchants());
        LedgerAccount::merchant_view(merchants.map(|(_, amount)| amount).sum())
    }

    /// What the installation earns on it.
    pub fn fee(&self) -> i64 {
        let fees = self
            .entries
            .iter()
            .filter(|(account, _)| *account == LedgerAccount::FeesRevenue);
        -fees.map(|(_, amount)| amount).sum::<i64>()
    }

    /// What the source moved, before fees.
    pub fn gross(&self) -> i64 {
        self.net() + self.fee()
    }
}

/// Who books what and when: the part that all templates share.
#[derive(Clone, Debug)]
pub struct Booking<'a> {
    /// The object behind the movement.
    pub source: &'a str,
    /// Which asset.
    pub asset: Asset,
    /// When.
    pub now: Timestamp,
    /// From when on the money is available.
    pub available_on: Timestamp,
    /// Free text.
    pub description: Option<&'a str>,
}

impl Booking<'_> {
    /// The merchant's account that the money goes to or comes from.
    fn merchants(&self) -> LedgerAccount {
        if self.available_on > self.now {
            LedgerAccount::Pending(self.available_on.day())
        } else {
            LedgerAccount::Available
        }
    }

    fn transaction(
        &self,
        ids: &mut FreshIds<'_>,
        movement: Movement,
        entries: Vec<(LedgerAccount, i64)>,
    ) -> Transaction {
        Transaction {
            id: ids.id("txn_"),
            movement,
            source: self.source.to_owned(),
            asset: self.asset,
            created: self.now,
            available_on: self.available_on.max(self.now),
            description: self.description.map(str::to_owned),
            entries,
        }
    }
}

/// A captured charge: the processor owes the amount, the merchant gets it less the fee.
pub fn charge(ids: &mut FreshIds<'_>, booking: &Booking<'_>, amount: i64, fee: i64) -> Transaction {
    let entries = vec![
        (LedgerAccount::Receivable, amount),
        (booking.merchants(), fee - amount),
        (LedgerAccount::FeesRevenue, -fee),
    ];
    booking.transaction(ids, Movement::Charge, entries)
}

/// A refund: the merchant pays the amount back through the processor. Fees are kept.
pub fn refund(ids: &mut FreshIds<'_>, booking: &Booking<'_>, amount: i64) -> Transaction {
    let entries = vec![
        (LedgerAccount::Receivable, -amount),
        (booking.merchants(), amount),
    ];
    booking.transaction(ids, Movement::Refund, entries)
}

/// A refund that did not arrive: its money returns to the merchant.
pub fn refund_failure(ids: &mut FreshIds<'_>, booking: &Booking<'_>, amount: i64) -> Transaction {
    let entries = vec![
        (LedgerAccount::Receivable, amount),
        (booking.merchants(), -amount),
    ];
    booking.transaction(ids, Movement::RefundFailure, entries)
}

/// A dispute: amount and fee leave the merchant's available balance; the amount is held until it is decided.
pub fn dispute(
    ids: &mut FreshIds<'_>,
    booking: &Booking<'_>,
    amount: i64,
    fee: i64,
) -> Transaction {
    let entries = dispute_entries(amount, fee);
    booking.transaction(ids, Movement::Dispute, entries)
}

/// The entries of a dispute: what a dispute's own record needs to show its transaction again.
pub fn dispute_entries(amount: i64, fee: i64) -> Vec<(LedgerAccount, i64)> {
    vec![
        (LedgerAccount::Available, amount + fee),
        (LedgerAccount::DisputeHold, -amount),
        (LedgerAccount::FeesRevenue, -fee),
    ]
}

/// A day's pending money becomes available. `amount` is as the merchant sees it.
pub fn release(
    ids: &mut FreshIds<'_>,
    booking: &Booking<'_>,
    day: Day,
    amount: i64,
) -> Transaction {
    let entries = vec![
        (LedgerAccount::Pending(day), amount),
        (LedgerAccount::Available, -amount),
    ];
    booking.transaction(ids, Movement::Release, entries)
}

/// How many days pass before captured money is available.
pub const PENDING_DAYS: i64 = 7;

/// When money captured now becomes available: midnight UTC after [`PENDING_DAYS`] full days, or now.
pub fn available_on(now: Timestamp, at_once: bool) -> Timestamp {
    if at_once {
        now
    } else {
        florin_base::Day(now.day().0 + PENDING_DAYS).start()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_base::Millis;

    fn booking(now: i64, available: i64) -> Booking<'static> {
        Booking {
            source: "ch_1",
            asset: Asset::parse("usd").unwrap_or_default(),
            now: Timestamp(now),
            available_on: Timestamp(available),
            description: None,
        }
    }

    #[test]
    fn every_template_balances_and_shows_the_merchants_side() {
        let mut fill = |bytes: &mut [u8]| bytes.fill(7);
        let ids = &mut FreshIds::new(Millis(0), &mut fill);
        let later = booking(100, 1_000_000);
        let made = [
            (charge(ids, &later, 2000, 88), (2000, 88, 1912)),
            (refund(ids, &later, 500), (-500, 0, -500)),
            (refund_failure(ids, &later, 500), (500, 0, 500)),
            (dispute(ids, &later, 2000, 1500), (-2000, 1500, -3500)),
            (release(ids, &later, Day(3), 1912), (0, 0, 0)),
        ];
        for (transaction, (gross, fee, net)) in made {
            assert!(transaction.is_balanced(), "{transaction:?}");
            assert_eq!(
                (transaction.gross(), transaction.fee(), transaction.net()),
                (gross, fee, net),
                "{transaction:?}"
            );
        }
    }

    #[test]
    fn money_that_is_available_at_once_is_not_pending() {
        assert_eq!(booking(100, 100).merchants(), LedgerAccount::Available);
        assert_eq!(
            booking(100, 86_400 * 9).merchants(),
            LedgerAccount::Pending(Day(9))
        );
        assert_eq!(
            available_on(Timestamp(86_400 + 5), false),
            Timestamp(86_400 * (1 + PENDING_DAYS))
        );
        assert_eq!(available_on(Timestamp(77), true), Timestamp(77));
    }

    #[test]
    fn account_names_are_read_back() {
        for account in [
            LedgerAccount::Receivable,
            LedgerAccount::Pending(Day(20_456)),
            LedgerAccount::Available,
            LedgerAccount::DisputeHold,
            LedgerAccount::FeesRevenue,
        ] {
            assert_eq!(LedgerAccount::from_name(&account.name()), Some(account));
        }
        assert_eq!(LedgerAccount::from_name("pending:x"), None);
    }
}
