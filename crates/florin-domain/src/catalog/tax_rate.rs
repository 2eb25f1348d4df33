//! Tax rates: a percentage with a name, added to an amount or contained in it.
//!
//! The percentage never changes: what was sold keeps its tax. Deliberately absent: which rate applies to whom, and taxes
//! that are no percentage.

use super::decimal::half_up;
use super::{Decimal, activity};
use crate::changes::Draft;
use crate::context::Context;
use crate::payments::{Metadata, MetadataPatch};
use crate::record::{Columns, Versioned, record, set};
use crate::refusal::Refusal;
use crate::transitions::Transition;

/// The most places of a percentage.
pub const PERCENTAGE_PLACES_MAX: u32 = 4;
/// The largest percentage.
const PERCENTAGE_MAX: i64 = 100;

record! {
    /// A tax rate.
    pub struct TaxRate: TaxRate, "txr_" {
        /// Shown to buyers.
        display_name: String,
        /// Per cent, as decimal text.
        percentage: String,
        /// Amounts hold the tax already.
        inclusive: bool,
        /// It may be used for new orders.
        active: bool,
        /// Where it is raised, by a code of two letters.
        country: Option<String>,
        /// Where in the country.
        state: Option<String>,
        /// What invoices and reports call the place.
        jurisdiction: Option<String>,
        /// Free text; buyers do not see it.
        description: Option<String>,
        /// `vat`, `sales_tax` …
        tax_type: Option<String>,
        /// The merchant's own data.
        metadata: Metadata,
    }
}

impl TaxRate {
    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![Some(activity(self.active)), Some(inclusion(self.inclusive))]
    }
}

/// The value of an `inclusive` column: lists are filtered by it.
pub const fn inclusion(inclusive: bool) -> &'static str {
    if inclusive { "inclusive" } else { "exclusive" }
}

/// What a create or an update says. `None` leaves a member alone, `Some(None)` empties it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaxRatePatch {
    /// Shown to buyers.
    pub display_name: Option<String>,
    /// It may be used for new orders.
    pub active: Option<bool>,
    /// The country.
    pub country: Option<Option<String>>,
    /// Where in the country.
    pub state: Option<Option<String>>,
    /// What the place is called.
    pub jurisdiction: Option<Option<String>>,
    /// Free text.
    pub description: Option<Option<String>>,
    /// The kind of tax.
    pub tax_type: Option<Option<String>>,
    /// Metadata to merge.
    pub metadata: MetadataPatch,
}

impl TaxRatePatch {
    fn apply(self, rate: &mut TaxRate) {
        set(&mut rate.display_name, self.display_name);
        set(&mut rate.active, self.active);
        set(&mut rate.country, self.country);
        set(&mut rate.state, self.state);
        set(&mut rate.jurisdiction, self.jurisdiction);
        set(&mut rate.description, self.description);
        set(&mut rate.tax_type, self.tax_type);
        self.metadata.apply(&mut rate.metadata);
    }
}

/// A tax rate to make.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewTaxRate {
    /// Per cent.
    pub percentage: Decimal,
    /// Amounts hold the tax already.
    pub inclusive: bool,
    /// Everything else.
    pub patch: TaxRatePatch,
}

/// Makes a tax rate.
///
/// # Errors
/// More than all of the amount.
pub fn create_tax_rate(
    draft: &mut Draft,
    context: &mut Context<'_>,
    command: NewTaxRate,
) -> Result<Versioned<TaxRate>, Refusal> {
    if command.percentage.exceeds(PERCENTAGE_MAX) {
        let message = format!("A percentage is a number from 0 to {PERCENTAGE_MAX}.");
        return Err(Refusal::invalid("percentage", message));
    }
    let mut rate = TaxRate {
        id: context.id(),
        created: context.now,
        percentage: command.percentage.to_string(),
        inclusive: command.inclusive,
        active: true,
        ..TaxRate::default()
    };
    command.patch.apply(&mut rate);
    let mut held = Versioned::fresh(rate);
    draft.save(context, &mut held, Transition::TaxRateCreated);
    Ok(held)
}

/// Changes a tax rate. Its percentage, and whether it is contained in amounts, stay.
pub fn update_tax_rate(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<TaxRate>,
    patch: TaxRatePatch,
) {
    let before = held.record.clone();
    patch.apply(&mut held.record);
    draft.save_with(context, held, Transition::TaxRateUpdated, Some(before));
}

/// The tax on an amount in minor units, or the tax in it, rounded half up. `None` for a percentage that is none, and when the
/// tax does not fit.
pub fn tax_of(amount: i64, percentage: &str, inclusive: bool) -> Option<i64> {
    let rate = Decimal::parse(percentage, PERCENTAGE_PLACES_MAX)?;
    if rate.exceeds(PERCENTAGE_MAX) {
        return None;
    }
    let hundred = 100 * rate.scale();
    let base = match inclusive {
        true => hundred + rate.digits(),
        false => hundred,
    };
    half_up(i128::from(amount).checked_mul(rate.digits())?, base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tax_is_added_or_contained() {
        for (amount, percentage, added, contained) in [
            (1_000, "19", Some(190), Some(160)),
            (1_190, "19", Some(226), Some(190)),
            (1_050, "8.875", Some(93), Some(86)),
            (5, "10", Some(1), Some(0)),
            (4, "10", Some(0), Some(0)),
            (1_000, "0", Some(0), Some(0)),
            (101, "100", Some(101), Some(51)),
            (1, "0.0001", Some(0), Some(0)),
            (500_000, "0.0001", Some(1), Some(0)),
            (
                i64::MAX,
                "100",
                Some(i64::MAX),
                Some(4_611_686_018_427_387_904),
            ),
            (1_000, "100.0001", None, None),
            (1_000, "0.00001", None, None),
            (1_000, "-1", None, None),
            (1_000, "", None, None),
        ] {
            assert_eq!(
                tax_of(amount, percentage, false),
                added,
                "{amount} + {percentage}"
            );
            assert_eq!(
                tax_of(amount, percentage, true),
                contained,
                "{percentage} in {amount}"
            );
        }
    }

    #[test]
    fn a_rate_tells_by_what_it_is_found() {
        let rate = TaxRate {
            inclusive: true,
            ..TaxRate::default()
        };
        assert_eq!(rate.columns(), [Some("inactive"), Some("inclusive")]);
        assert_eq!(inclusion(false), "exclusive");
    }
}
