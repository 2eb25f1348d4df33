//! The catalog: what a merchant sells, for how much, with which taxes and ways of shipping.
//!
//! A record stands in a file of its own, together with the decisions about it. Amounts and percentages are exact
//! ([`Decimal`]). Deliberately absent: what a buyer orders, stock, and the question which tax applies to whom.

mod currency_option;
mod decimal;
mod lookup_key;
mod price;
mod product;
mod shipping_rate;
mod tax_rate;

pub use currency_option::{NewPriceOption, NewRateOption, PriceOption, RateOption};
pub use decimal::{Decimal, PLACES_MAX};
pub use lookup_key::{HeldKey, LookupKey};
pub use price::{
    CustomAmount, Interval, NewPrice, Package, Price, PriceAround, PricePatch, Recurring,
    create_price, line_amount, update_price,
};
pub use product::{
    NewProduct, Product, ProductChoice, ProductPatch, create_product, delete_product, id_taken,
    update_product,
};
pub use shipping_rate::{
    Bound, Estimate, NewShippingRate, ShippingRate, ShippingRatePatch, create_shipping_rate,
    update_shipping_rate,
};
pub use tax_rate::{
    NewTaxRate, PERCENTAGE_PLACES_MAX, TaxRate, TaxRatePatch, create_tax_rate, inclusion, tax_of,
    update_tax_rate,
};

use crate::payments::{check_multiple, known_currency};
use crate::refusal::Refusal;
use florin_base::{Asset, currency};

/// The value of an `active` column: lists are filtered by it.
pub const fn activity(active: bool) -> &'static str {
    if active { "active" } else { "inactive" }
}

/// An amount of the catalog must be of a known currency, and no larger than one payment may be. Nothing is an amount, too:
/// what is free has a price. `params` names the currency and the amount.
fn check_money(amount: Decimal, asset: Asset, params: (&str, &str)) -> Result<(), Refusal> {
    let (currency_param, amount_param) = params;
    known_currency(asset, currency_param)?;
    let maximum = currency::charge_max(asset.as_str());
    if amount.exceeds(maximum) {
        return Err(Refusal::Invalid {
            code: Some("parameter_invalid_integer"),
            message: format!("This value must be less than or equal to {maximum}."),
            param: Some(amount_param.to_owned()),
        });
    }
    match amount.whole() {
        Some(whole) => check_multiple(whole, asset, amount_param),
        None => Ok(()),
    }
}

/// Whoever has bought relies on what was said about taxes: it is said once.
fn check_tax_behavior(held: Option<&str>, wanted: Option<&str>) -> Result<(), Refusal> {
    let is_said = matches!(held, Some("exclusive" | "inclusive"));
    if is_said && wanted.is_some() && wanted != held {
        let message = "The tax_behavior cannot be changed once it is inclusive or exclusive. Create a new object with the other \
            value instead.";
        return Err(Refusal::invalid("tax_behavior", message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(amount: &str, code: &str) -> Option<(Option<&'static str>, String)> {
        let amount = Decimal::parse(amount, PLACES_MAX).expect("a decimal");
        let asset = Asset::parse(code).expect("an asset");
        match check_money(amount, asset, ("currency", "unit_amount")) {
            Ok(()) => None,
            Err(Refusal::Invalid { code, param, .. }) => Some((code, param.unwrap_or_default())),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_amount_fits_its_currency() {
        let wrong = Some((Some("parameter_invalid_integer"), "unit_amount".to_owned()));
        for (amount, code, expected) in [
            ("0", "usd", None),
            ("0.5", "usd", None),
            ("99999999", "usd", None),
            ("99999999.5", "usd", wrong.clone()),
            ("100000000", "usd", wrong.clone()),
            ("999999999999", "idr", None),
            ("1010", "kwd", None),
            ("1001", "kwd", wrong),
            ("1", "zzz", Some((None, "currency".to_owned()))),
        ] {
            assert_eq!(checked(amount, code), expected, "{amount} {code}");
        }
    }

    #[test]
    fn what_was_said_about_taxes_stays() {
        for (held, wanted, may) in [
            (None, Some("inclusive"), true),
            (Some("unspecified"), Some("exclusive"), true),
            (Some("inclusive"), Some("inclusive"), true),
            (Some("inclusive"), None, true),
            (Some("inclusive"), Some("exclusive"), false),
            (Some("exclusive"), Some("unspecified"), false),
        ] {
            let found = check_tax_behavior(held, wanted);
            assert_eq!(found.is_ok(), may, "{held:?} {wanted:?}");
        }
    }
}
