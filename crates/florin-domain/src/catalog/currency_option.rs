//! Amounts in further currencies: what a price or a way of shipping costs where it is not paid in its own currency.
//!
//! Unlike the amount of the own currency these can be changed: an order holds what it was made with. Deliberately absent:
//! rates of exchange. What stands here was said by the merchant.

use super::{CustomAmount, Decimal, Price, ShippingRate, check_money, check_tax_behavior};
use crate::payments::known_currency;
use crate::refusal::Refusal;
use florin_base::Asset;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The parameter of prices.
const OPTIONS: &str = "currency_options";
/// The parameter of ways of shipping.
const RATE_OPTIONS: &str = "fixed_amount[currency_options]";

/// What a price costs in another currency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PriceOption {
    /// Minor units, where that is a whole number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_amount: Option<i64>,
    /// Minor units as decimal text, where they have a fraction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_amount_decimal: Option<String>,
    /// The buyer chooses the amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom: Option<CustomAmount>,
    /// `inclusive`, `exclusive` or `unspecified`, where it was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_behavior: Option<String>,
}

/// What is said of a price in another currency. What is not said stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewPriceOption {
    /// Minor units, perhaps with a fraction, and the parameter that they came in.
    pub unit: Option<(Decimal, &'static str)>,
    /// The buyer chooses the amount.
    pub custom: Option<CustomAmount>,
    /// What is said about taxes.
    pub tax_behavior: Option<String>,
}

/// What a way of shipping costs in another currency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RateOption {
    /// Minor units.
    pub amount: i64,
    /// `inclusive`, `exclusive` or `unspecified`, where it was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_behavior: Option<String>,
}

/// What is said of a way of shipping in another currency. What is not said stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewRateOption {
    /// Minor units.
    pub amount: Option<i64>,
    /// What is said about taxes.
    pub tax_behavior: Option<String>,
}

/// Minor units: whole, or as decimal text where they have a fraction.
pub(super) fn units(unit: Decimal) -> (Option<i64>, Option<String>) {
    match unit.whole() {
        Some(whole) => (Some(whole), None),
        None => (None, Some(unit.to_string())),
    }
}

/// A currency that has no amount yet or another one, and not the own one.
fn check_currency(own: Asset, asset: Asset, place: &str) -> Result<(), Refusal> {
    known_currency(asset, place)?;
    match asset == own {
        false => Ok(()),
        true => Err(Refusal::invalid(
            place,
            "This is the currency of the object itself; its amount stands beside `currency`.",
        )),
    }
}

fn missing(place: &str, name: &str) -> Refusal {
    Refusal::Invalid {
        code: Some("parameter_missing"),
        message: format!("Missing required param: {place}[{name}]."),
        param: Some(format!("{place}[{name}]")),
    }
}

impl Price {
    /// The price in a currency: its own, or one that the merchant gave it.
    pub fn in_currency(&self, asset: Asset) -> Option<Price> {
        if asset == self.currency {
            return Some(self.clone());
        }
        let option = self.currencies.get(&asset)?.clone();
        Some(Price {
            currency: asset,
            unit_amount: option.unit_amount,
            unit_amount_decimal: option.unit_amount_decimal,
            custom: option.custom,
            tax_behavior: option.tax_behavior,
            ..self.clone()
        })
    }

    /// Takes amounts in other currencies. A price that the buyer chooses is chosen in every currency.
    pub(super) fn offer_currencies(
        &mut self,
        options: BTreeMap<Asset, NewPriceOption>,
    ) -> Result<(), Refusal> {
        for (asset, new) in options {
            let place = format!("{OPTIONS}[{}]", asset.as_str());
            check_currency(self.currency, asset, &place)?;
            let held = self.currencies.get(&asset).cloned().unwrap_or_default();
            let option = self.option(held, new, (asset, &place))?;
            self.currencies.insert(asset, option);
        }
        Ok(())
    }

    fn option(
        &self,
        mut held: PriceOption,
        new: NewPriceOption,
        (asset, place): (Asset, &str),
    ) -> Result<PriceOption, Refusal> {
        let within = |refusal: Refusal| refusal.within(place);
        check_tax_behavior(held.tax_behavior.as_deref(), new.tax_behavior.as_deref())
            .map_err(within)?;
        if let Some((unit, param)) = new.unit {
            check_money(unit, asset, ("currency", param)).map_err(within)?;
            (held.unit_amount, held.unit_amount_decimal) = units(unit);
            held.custom = None;
        }
        if let Some(custom) = new.custom {
            custom.check(asset).map_err(within)?;
            (held.unit_amount, held.unit_amount_decimal) = (None, None);
            held.custom = Some(custom);
        }
        let has_unit = held.unit_amount.is_some() || held.unit_amount_decimal.is_some();
        match (self.custom.is_some(), held.custom.is_some()) {
            (false, false) if !has_unit => return Err(missing(place, "unit_amount")),
            (true, false) => return Err(missing(place, "custom_unit_amount")),
            (false, true) => {
                let message = "The buyer chooses a price in all of its currencies or in none.";
                let param = format!("{place}[custom_unit_amount]");
                return Err(Refusal::invalid(&param, message));
            }
            _ => {}
        }
        held.tax_behavior = new.tax_behavior.or(held.tax_behavior);
        Ok(held)
    }
}

impl ShippingRate {
    /// What it costs in a currency: its own, or one that the merchant gave it.
    pub fn amount_in(&self, asset: Asset) -> Option<i64> {
        match asset == self.currency {
            true => Some(self.amount),
            false => Some(self.currencies.get(&asset)?.amount),
        }
    }

    /// Takes amounts in other currencies.
    pub(super) fn offer_currencies(
        &mut self,
        options: BTreeMap<Asset, NewRateOption>,
    ) -> Result<(), Refusal> {
        for (asset, new) in options {
            let place = format!("{RATE_OPTIONS}[{}]", asset.as_str());
            check_currency(self.currency, asset, &place)?;
            let held = self.currencies.get(&asset);
            let said = held.and_then(|held| held.tax_behavior.as_deref());
            check_tax_behavior(said, new.tax_behavior.as_deref())
                .map_err(|refusal| refusal.within(&place))?;
            let amount = new.amount.or(held.map(|held| held.amount));
            let amount = amount.ok_or_else(|| missing(&place, "amount"))?;
            let param = format!("{place}[amount]");
            let unit = Decimal::of(amount)
                .ok_or_else(|| Refusal::invalid(&param, super::shipping_rate::BELOW_NOTHING))?;
            check_money(unit, asset, (&place, &param))?;
            let tax_behavior = new.tax_behavior.or(said.map(str::to_owned));
            let option = RateOption {
                amount,
                tax_behavior,
            };
            self.currencies.insert(asset, option);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::PLACES_MAX;

    fn asset(code: &str) -> Asset {
        Asset::parse(code).expect("an asset")
    }

    fn costs(unit: &str) -> NewPriceOption {
        let unit = Decimal::parse(unit, PLACES_MAX).expect("a decimal");
        NewPriceOption {
            unit: Some((unit, "unit_amount")),
            ..NewPriceOption::default()
        }
    }

    fn said(behavior: &str) -> NewPriceOption {
        NewPriceOption {
            tax_behavior: Some(behavior.to_owned()),
            ..NewPriceOption::default()
        }
    }

    fn chosen() -> NewPriceOption {
        NewPriceOption {
            custom: Some(CustomAmount::default()),
            ..NewPriceOption::default()
        }
    }

    fn usd(custom: Option<CustomAmount>) -> Price {
        Price {
            currency: asset("usd"),
            unit_amount: custom.is_none().then_some(1_000),
            custom,
            ..Price::default()
        }
    }

    fn taken(price: &mut Price, code: &str, option: NewPriceOption) -> Option<String> {
        match price.offer_currencies(BTreeMap::from([(asset(code), option)])) {
            Ok(()) => None,
            Err(Refusal::Invalid { param, .. }) => param,
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_price_has_amounts_in_further_currencies() {
        let mut price = usd(None);
        assert_eq!(taken(&mut price, "eur", costs("900")), None);
        assert_eq!(taken(&mut price, "jpy", costs("1500.5")), None);
        let euro = price.in_currency(asset("eur")).expect("a price");
        assert_eq!(
            (euro.currency, euro.unit()),
            (asset("eur"), (Some(900), None))
        );
        let yen = price.in_currency(asset("jpy")).expect("a price");
        assert_eq!(yen.unit(), (None, Some("1500.5")));
        assert_eq!(price.in_currency(asset("usd")), Some(price.clone()));
        assert_eq!(price.in_currency(asset("gbp")), None);
    }

    #[test]
    fn what_is_not_said_of_a_currency_stays() {
        let mut price = usd(None);
        taken(&mut price, "eur", costs("900"));
        assert_eq!(taken(&mut price, "eur", said("inclusive")), None);
        assert_eq!(taken(&mut price, "eur", costs("950")), None);
        let euro = price.in_currency(asset("eur")).expect("a price");
        assert_eq!(euro.unit_amount, Some(950));
        assert_eq!(euro.tax_behavior.as_deref(), Some("inclusive"));
        let param = Some("currency_options[eur][tax_behavior]".to_owned());
        assert_eq!(taken(&mut price, "eur", said("exclusive")), param);
    }

    #[test]
    fn what_no_currency_can_cost_is_refused() {
        let custom = Some(CustomAmount::default());
        for (own, code, option, param) in [
            (None, "usd", costs("1"), "currency_options[usd]"),
            (None, "zzz", costs("1"), "currency_options[zzz]"),
            (
                None,
                "eur",
                said("inclusive"),
                "currency_options[eur][unit_amount]",
            ),
            (
                None,
                "eur",
                costs("100000000"),
                "currency_options[eur][unit_amount]",
            ),
            (
                None,
                "kwd",
                costs("1001"),
                "currency_options[kwd][unit_amount]",
            ),
            (
                None,
                "eur",
                chosen(),
                "currency_options[eur][custom_unit_amount]",
            ),
            (
                custom,
                "eur",
                costs("1"),
                "currency_options[eur][custom_unit_amount]",
            ),
        ] {
            let mut price = usd(own);
            let found = taken(&mut price, code, option.clone());
            assert_eq!(found.as_deref(), Some(param), "{code} {option:?}");
            assert!(price.currencies.is_empty());
        }
        assert_eq!(taken(&mut usd(custom), "eur", chosen()), None);
    }

    #[test]
    fn a_way_of_shipping_costs_something_else_elsewhere() {
        let mut rate = ShippingRate {
            currency: asset("usd"),
            amount: 500,
            ..ShippingRate::default()
        };
        let option = |amount| NewRateOption {
            amount,
            tax_behavior: None,
        };
        let mut taken = |code, amount| {
            rate.offer_currencies(BTreeMap::from([(asset(code), option(amount))]))
                .map_err(|refusal| match refusal {
                    Refusal::Invalid { param, .. } => param.unwrap_or_default(),
                    other => panic!("{other:?}"),
                })
        };
        let at = |rest: &str| Err(format!("fixed_amount[currency_options]{rest}"));
        assert_eq!(taken("eur", Some(400)), Ok(()));
        assert_eq!(taken("gbp", None), at("[gbp][amount]"));
        assert_eq!(taken("gbp", Some(-1)), at("[gbp][amount]"));
        assert_eq!(taken("usd", Some(1)), at("[usd]"));
        assert_eq!(rate.amount_in(asset("eur")), Some(400));
        assert_eq!(rate.amount_in(asset("usd")), Some(500));
        assert_eq!(rate.amount_in(asset("gbp")), None);
    }
}
