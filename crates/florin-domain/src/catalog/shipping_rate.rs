//! Shipping rates: a way to the buyer, what it costs and how long it takes.
//!
//! The cost never changes; those in further currencies can be changed. Deliberately absent: costs that depend on where the
//! buyer is.

use super::currency_option::{NewRateOption, RateOption};
use super::{Decimal, activity, check_money, check_tax_behavior};
use crate::changes::Draft;
use crate::context::Context;
use crate::payments::{Metadata, MetadataPatch};
use crate::record::{Columns, Versioned, record, set};
use crate::refusal::Refusal;
use crate::transitions::Transition;
use florin_base::Asset;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

record! {
    /// A way of shipping.
    pub struct ShippingRate: ShippingRate, "shr_" {
        /// Shown to buyers.
        display_name: String,
        /// It may be used for new orders.
        active: bool,
        /// Minor units.
        amount: i64,
        /// The currency.
        currency: Asset,
        /// What it costs in other currencies.
        currencies: BTreeMap<Asset, RateOption>,
        /// How long it takes.
        delivery_estimate: Option<Estimate>,
        /// `inclusive`, `exclusive` or `unspecified`, where it was said.
        tax_behavior: Option<String>,
        /// The code of a tax category.
        tax_code: Option<String>,
        /// The merchant's own data.
        metadata: Metadata,
    }
}

impl ShippingRate {
    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![Some(activity(self.active)), Some(self.currency.as_str())]
    }
}

/// How long something takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Estimate {
    /// At least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Bound>,
    /// At most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum: Option<Bound>,
}

/// A length of time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Bound {
    /// `hour`, `day`, `business_day`, `week` or `month`.
    pub unit: String,
    /// How many of them.
    pub value: i64,
}

/// A shipping rate to make.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewShippingRate {
    /// Shown to buyers.
    pub display_name: String,
    /// Minor units.
    pub amount: i64,
    /// The currency.
    pub currency: Asset,
    /// What it costs in other currencies.
    pub currencies: BTreeMap<Asset, NewRateOption>,
    /// How long it takes.
    pub delivery_estimate: Option<Estimate>,
    /// What is said about taxes.
    pub tax_behavior: Option<String>,
    /// The code of a tax category.
    pub tax_code: Option<String>,
    /// The merchant's own data.
    pub metadata: MetadataPatch,
}

/// Makes a shipping rate.
///
/// # Errors
/// An amount that does not fit the currency; an estimate that ends before it begins.
pub fn create_shipping_rate(
    draft: &mut Draft,
    context: &mut Context<'_>,
    command: NewShippingRate,
) -> Result<Versioned<ShippingRate>, Refusal> {
    const AMOUNT: &str = "fixed_amount[amount]";
    let amount =
        Decimal::of(command.amount).ok_or_else(|| Refusal::invalid(AMOUNT, BELOW_NOTHING))?;
    check_money(amount, command.currency, ("fixed_amount[currency]", AMOUNT))?;
    check_estimate(command.delivery_estimate.as_ref())?;
    let mut metadata = Metadata::new();
    command.metadata.apply(&mut metadata);
    let mut rate = ShippingRate {
        id: context.id(),
        created: context.now,
        display_name: command.display_name,
        active: true,
        amount: command.amount,
        currency: command.currency,
        delivery_estimate: command.delivery_estimate,
        tax_behavior: command.tax_behavior,
        tax_code: command.tax_code,
        metadata,
        ..ShippingRate::default()
    };
    rate.offer_currencies(command.currencies)?;
    let mut held = Versioned::fresh(rate);
    draft.save(context, &mut held, Transition::ShippingRateChanged);
    Ok(held)
}

pub(super) const BELOW_NOTHING: &str = "This value must be greater than or equal to 0.";

/// Lengths in different units are left to the merchant: how many days a month has depends on the month.
fn check_estimate(estimate: Option<&Estimate>) -> Result<(), Refusal> {
    let Some(Estimate {
        minimum: Some(minimum),
        maximum: Some(maximum),
    }) = estimate
    else {
        return Ok(());
    };
    if minimum.unit == maximum.unit && minimum.value > maximum.value {
        let message = "The maximum of a delivery estimate must not be shorter than its minimum.";
        return Err(Refusal::invalid("delivery_estimate[maximum]", message));
    }
    Ok(())
}

/// What an update says. `None` leaves a member alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShippingRatePatch {
    /// It may be used for new orders.
    pub active: Option<bool>,
    /// What is said about taxes.
    pub tax_behavior: Option<String>,
    /// What it costs in other currencies.
    pub currencies: BTreeMap<Asset, NewRateOption>,
    /// Metadata to merge.
    pub metadata: MetadataPatch,
}

/// Changes a shipping rate.
///
/// # Errors
/// What was said about taxes stays; an amount that does not fit its currency.
pub fn update_shipping_rate(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<ShippingRate>,
    patch: ShippingRatePatch,
) -> Result<(), Refusal> {
    let rate = &mut held.record;
    check_tax_behavior(rate.tax_behavior.as_deref(), patch.tax_behavior.as_deref())?;
    rate.offer_currencies(patch.currencies)?;
    set(&mut rate.active, patch.active);
    set(&mut rate.tax_behavior, patch.tax_behavior.map(Some));
    patch.metadata.apply(&mut rate.metadata);
    draft.save(context, held, Transition::ShippingRateChanged);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(unit: &str, value: i64) -> Option<Bound> {
        let unit = unit.to_owned();
        Some(Bound { unit, value })
    }

    #[test]
    fn an_estimate_does_not_end_before_it_begins() {
        for (minimum, maximum, fits) in [
            (None, None, true),
            (bound("day", 3), None, true),
            (None, bound("day", 3), true),
            (bound("day", 3), bound("day", 3), true),
            (bound("day", 3), bound("hour", 1), true),
            (bound("day", 3), bound("day", 2), false),
        ] {
            let estimate = Estimate { minimum, maximum };
            let found = check_estimate(Some(&estimate));
            assert_eq!(found.is_ok(), fits, "{estimate:?}");
        }
        assert_eq!(check_estimate(None), Ok(()));
    }
}
