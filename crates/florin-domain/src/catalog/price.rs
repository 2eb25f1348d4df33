//! Prices: what one unit of a product costs, once or again and again.
//!
//! An amount never changes: who wants another one makes another price. Those in further currencies can be changed, see
//! [`super::currency_option`]. Deliberately absent: tiers, and what is metered.

use super::currency_option::{NewPriceOption, PriceOption, units};
use super::lookup_key::{HeldKey, LookupKey, give_back};
use super::product::{self, Product};
use super::{Decimal, PLACES_MAX, activity, check_money, check_tax_behavior};
use crate::changes::Draft;
use crate::context::Context;
use crate::payments::{Metadata, MetadataPatch, words};
use crate::record::{Columns, Entity, Versioned, record, set};
use crate::refusal::Refusal;
use crate::transitions::Transition;
use florin_base::{Asset, Id};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

record! {
    /// What one unit costs.
    pub struct Price: Price, "price_" {
        /// Of what.
        product: Id<Product>,
        /// It may be used for new orders.
        active: bool,
        /// The currency.
        currency: Asset,
        /// Minor units, where that is a whole number.
        unit_amount: Option<i64>,
        /// Minor units as decimal text, where they have a fraction.
        unit_amount_decimal: Option<String>,
        /// What the merchant calls it; buyers do not see it.
        nickname: Option<String>,
        /// The key that it holds.
        lookup_key: Option<String>,
        /// `inclusive`, `exclusive` or `unspecified`, where it was said.
        tax_behavior: Option<String>,
        /// How often it is due; none: once.
        recurring: Option<Recurring>,
        /// The merchant's own data.
        metadata: Metadata,
        /// It was made for one order and belongs to no list of prices that a merchant keeps.
        inline: bool,
        /// The buyer chooses the amount; then it has none of its own.
        custom: Option<CustomAmount>,
        /// It is the price of a package.
        package: Option<Package>,
        /// What it costs in other currencies.
        currencies: BTreeMap<Asset, PriceOption>,
    }
}

/// What a buyer may choose to pay, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CustomAmount {
    /// At least so much.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<i64>,
    /// At most so much.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum: Option<i64>,
    /// What is proposed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preset: Option<i64>,
}

impl CustomAmount {
    /// Whether a buyer may pay so much. Nothing is no amount that was chosen.
    pub fn allows(&self, amount: i64) -> bool {
        amount > 0
            && self.minimum.is_none_or(|least| least <= amount)
            && self.maximum.is_none_or(|most| amount <= most)
    }

    /// Refuses bounds that no amount fits.
    pub(super) fn check(&self, asset: Asset) -> Result<(), Refusal> {
        for (name, amount) in [
            ("minimum", self.minimum),
            ("maximum", self.maximum),
            ("preset", self.preset),
        ] {
            let param = format!("custom_unit_amount[{name}]");
            let Some(amount) = amount else { continue };
            let unit = Decimal::of(amount).unwrap_or_default();
            check_money(unit, asset, ("currency", &param))?;
        }
        let refuse = |name: &str, message: &str| {
            let param = format!("custom_unit_amount[{name}]");
            Err(Refusal::invalid(&param, message))
        };
        match (self.minimum, self.maximum, self.preset) {
            (Some(least), Some(most), _) if least > most => {
                refuse("maximum", "`maximum` must not be under `minimum`.")
            }
            (_, _, Some(preset)) if !self.allows(preset) => refuse(
                "preset",
                "`preset` must be an amount that the buyer may choose.",
            ),
            _ => Ok(()),
        }
    }
}

/// A price counts packages, not pieces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// So many pieces are in one.
    pub of: i64,
    /// One that is begun counts; otherwise only whole ones do.
    pub rounds_up: bool,
}

impl Package {
    /// How many are paid.
    pub fn count(self, quantity: i64) -> i64 {
        let whole = quantity / self.of.max(1);
        let is_begun = quantity % self.of.max(1) != 0;
        whole + i64::from(self.rounds_up && is_begun)
    }
}

impl Price {
    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![
            Some(self.product.as_str()),
            Some(activity(self.active)),
            Some(self.type_word()),
            self.lookup_key.as_deref(),
            Some(self.currency.as_str()),
        ]
    }

    /// What one of it costs, whole or as decimal text: what [`line_amount`] takes.
    pub fn unit(&self) -> (Option<i64>, Option<&str>) {
        (self.unit_amount, self.unit_amount_decimal.as_deref())
    }

    /// `one_time` or `recurring`.
    pub fn type_word(&self) -> &'static str {
        match self.recurring {
            Some(_) => "recurring",
            None => "one_time",
        }
    }
}

words! {
    /// How often something is due.
    Interval {
        /// By days.
        Day = "day",
        /// By weeks.
        Week = "week",
        /// By months.
        #[default]
        Month = "month",
        /// By years.
        Year = "year",
    }
}

impl Interval {
    /// So many of them are three years, the longest time between two payments.
    const fn count_max(self) -> i64 {
        match self {
            Interval::Day => 1_095,
            Interval::Week => 156,
            Interval::Month => 36,
            Interval::Year => 3,
        }
    }
}

/// What makes a price recurring.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Recurring {
    /// By what it is counted how often it is due.
    pub interval: Interval,
    /// Every so many of them.
    pub interval_count: i64,
    /// Days that are free at the beginning, where a subscription asks the price for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trial_period_days: Option<i64>,
}

/// A price to make.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewPrice {
    /// The currency.
    pub currency: Asset,
    /// Minor units, perhaps with a fraction.
    pub unit: Decimal,
    /// The parameter that the amount came in.
    pub unit_param: &'static str,
    /// It may be used for new orders.
    pub active: bool,
    /// What the merchant calls it.
    pub nickname: Option<String>,
    /// What is said about taxes.
    pub tax_behavior: Option<String>,
    /// How often it is due.
    pub recurring: Option<Recurring>,
    /// The merchant's own data.
    pub metadata: MetadataPatch,
    /// It is made for one order.
    pub inline: bool,
    /// The buyer chooses the amount.
    pub custom: Option<CustomAmount>,
    /// It is the price of a package.
    pub package: Option<Package>,
    /// What it costs in other currencies.
    pub currencies: BTreeMap<Asset, NewPriceOption>,
}

impl NewPrice {
    fn check(&self) -> Result<(), Refusal> {
        check_money(self.unit, self.currency, ("currency", self.unit_param))?;
        if let Some(custom) = &self.custom {
            custom.check(self.currency)?;
        }
        let Some(recurring) = &self.recurring else {
            return Ok(());
        };
        if self.custom.is_some() {
            let message = "What a buyer chooses is paid once: leave `recurring` out.";
            return Err(Refusal::invalid("custom_unit_amount", message));
        }
        let count_max = recurring.interval.count_max();
        if (1..=count_max).contains(&recurring.interval_count) {
            return Ok(());
        }
        let message = format!(
            "A price may be due every {count_max} {}s at the most, which is three years. Use a smaller interval_count.",
            recurring.interval.word()
        );
        Err(Refusal::invalid("recurring[interval_count]", message))
    }

    /// The price, not saved yet.
    pub(super) fn made(
        self,
        context: &mut Context<'_>,
        product: &Id<Product>,
    ) -> Result<Price, Refusal> {
        self.check()?;
        let (unit_amount, unit_amount_decimal) = match self.custom {
            Some(_) => (None, None),
            None => units(self.unit),
        };
        let mut metadata = Metadata::new();
        self.metadata.apply(&mut metadata);
        let mut price = Price {
            id: context.id(),
            created: context.now,
            product: product.clone(),
            active: self.active,
            currency: self.currency,
            unit_amount,
            unit_amount_decimal,
            nickname: self.nickname,
            tax_behavior: self.tax_behavior,
            recurring: self.recurring,
            metadata,
            inline: self.inline,
            custom: self.custom,
            package: self.package,
            ..Price::default()
        };
        price.offer_currencies(self.currencies)?;
        Ok(price)
    }
}

/// Makes a price, perhaps with a lookup key that it wants.
///
/// # Errors
/// The product is deleted; an amount that does not fit the currency; an interval of more than three years; another price
/// holds the key. Parameters are named as those of a price.
pub fn create_price(
    draft: &mut Draft,
    context: &mut Context<'_>,
    command: NewPrice,
    product: &mut Versioned<Product>,
    key: Option<HeldKey>,
) -> Result<Versioned<Price>, Refusal> {
    if product.record.deleted {
        let id = product.record.id();
        return Err(Refusal::missing_in_body(Product::KIND, id, "product"));
    }
    let mut price = command.made(context, &product.record.id)?;
    product::bind(draft, context, product, price.inline);
    if let Some(key) = key {
        price.lookup_key = Some(key.text().to_owned());
        key.take(draft, context, &price.id)?;
    }
    let mut held = Versioned::fresh(price);
    draft.save(context, &mut held, Transition::PriceCreated);
    Ok(held)
}

/// What an update says. `None` leaves a member alone, `Some(None)` empties it.
#[derive(Clone, Debug, Default)]
pub struct PricePatch {
    /// It may be used for new orders.
    pub active: Option<bool>,
    /// What the merchant calls it.
    pub nickname: Option<Option<String>>,
    /// The key that it wants, or gives back.
    pub lookup_key: Option<Option<String>>,
    /// Another price may lose the key that this one wants.
    pub transfer_lookup_key: bool,
    /// What is said about taxes.
    pub tax_behavior: Option<String>,
    /// What it costs in other currencies; the inner `None` takes all of them away.
    pub currencies: Option<Option<BTreeMap<Asset, NewPriceOption>>>,
    /// Metadata to merge.
    pub metadata: MetadataPatch,
}

/// What an update of a price has to look at.
#[derive(Clone, Debug, Default)]
pub struct PriceAround {
    /// The product, when the price is put away.
    pub product: Option<Versioned<Product>>,
    /// The lookup key that the price wants.
    pub wanted: Option<HeldKey>,
    /// The lookup key that it gives back.
    pub left: Option<Versioned<LookupKey>>,
}

/// Changes a price.
///
/// # Errors
/// The default price of a product cannot be put away; what was said about taxes stays; another price holds the key.
pub fn update_price(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<Price>,
    patch: PricePatch,
    around: PriceAround,
) -> Result<(), Refusal> {
    let record = &held.record;
    check_tax_behavior(
        record.tax_behavior.as_deref(),
        patch.tax_behavior.as_deref(),
    )?;
    if patch.active == Some(false) {
        check_no_default(record, around.product.as_ref())?;
    }
    let before = record.clone();
    if let Some(wanted) = around.wanted {
        wanted.take(draft, context, &before.id)?;
    }
    if let Some(left) = around.left {
        give_back(draft, context, left);
    }
    apply(&mut held.record, patch)?;
    draft.save_with(context, held, Transition::PriceUpdated, Some(before));
    Ok(())
}

fn check_no_default(price: &Price, product: Option<&Versioned<Product>>) -> Result<(), Refusal> {
    let default = product.and_then(|product| product.record.default_price.as_ref());
    if default != Some(&price.id) {
        return Ok(());
    }
    let message = "This price cannot be archived because it is the default price of its product. Give the product another \
        default_price first.";
    Err(Refusal::plain(None, message))
}

fn apply(price: &mut Price, patch: PricePatch) -> Result<(), Refusal> {
    match patch.currencies {
        Some(Some(options)) => price.offer_currencies(options)?,
        Some(None) => price.currencies.clear(),
        None => {}
    }
    set(&mut price.active, patch.active);
    set(&mut price.nickname, patch.nickname);
    set(&mut price.lookup_key, patch.lookup_key);
    set(&mut price.tax_behavior, patch.tax_behavior.map(Some));
    patch.metadata.apply(&mut price.metadata);
    Ok(())
}

/// The lookup key of a price goes to another one.
pub(super) fn lose_key(draft: &mut Draft, context: &mut Context<'_>, held: &mut Versioned<Price>) {
    let before = held.record.clone();
    held.record.lookup_key = None;
    draft.save_with(context, held, Transition::PriceUpdated, Some(before));
}

/// What so many of something cost, in minor units; `unit` is [`Price::unit`]. A fraction is rounded half up once, for all of
/// them together. `None` when the amount does not fit.
pub fn line_amount(unit: (Option<i64>, Option<&str>), quantity: i64) -> Option<i64> {
    match unit {
        (Some(unit), _) => unit.checked_mul(quantity),
        (None, Some(text)) => Decimal::parse(text, PLACES_MAX)?.times(quantity),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn costs(unit: &str) -> Price {
        let read = Decimal::parse(unit, PLACES_MAX).expect("a decimal");
        Price {
            unit_amount: read.whole(),
            unit_amount_decimal: read.whole().is_none().then(|| read.to_string()),
            ..Price::default()
        }
    }

    #[test]
    fn a_line_is_rounded_once() {
        for (unit, quantity, expected) in [
            ("500", 3, Some(1_500)),
            ("0", 7, Some(0)),
            ("500", 0, Some(0)),
            ("0.5", 1, Some(1)),
            ("0.5", 3, Some(2)),
            ("0.4", 1, Some(0)),
            ("0.4", 10, Some(4)),
            ("33.333333333333", 3, Some(100)),
            ("99999999", i64::MAX, None),
            ("99999998.5", i64::MAX, None),
            ("1", i64::MAX, Some(i64::MAX)),
        ] {
            let found = line_amount(costs(unit).unit(), quantity);
            assert_eq!(found, expected, "{quantity} * {unit}");
        }
        assert_eq!(line_amount(Price::default().unit(), 1), None);
    }

    #[test]
    fn an_interval_is_three_years_at_most() {
        for interval in Interval::ALL {
            assert_eq!(Interval::from_word(interval.word()), Some(*interval));
            let price = |count| NewPrice {
                currency: Asset::parse("usd").expect("a currency"),
                recurring: Some(Recurring {
                    interval: *interval,
                    interval_count: count,
                    ..Recurring::default()
                }),
                ..NewPrice::default()
            };
            let most = interval.count_max();
            assert_eq!(price(most).check(), Ok(()));
            for wrong in [0, most + 1] {
                let Err(Refusal::Invalid { param, .. }) = price(wrong).check() else {
                    panic!("{wrong} {interval:?} were taken");
                };
                assert_eq!(param.as_deref(), Some("recurring[interval_count]"));
            }
        }
    }

    #[test]
    fn a_price_tells_by_what_it_is_found() {
        let price = Price {
            product: "prod_1".into(),
            active: true,
            currency: Asset::parse("usd").expect("a currency"),
            recurring: Some(Recurring::default()),
            ..Price::default()
        };
        let expected = [
            Some("prod_1"),
            Some("active"),
            Some("recurring"),
            None,
            Some("usd"),
        ];
        assert_eq!(price.columns(), expected);
        assert_eq!(Price::default().type_word(), "one_time");
    }
}
