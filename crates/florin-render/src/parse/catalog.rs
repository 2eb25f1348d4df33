//! Commands on the catalog, and the filters of its lists.
//!
//! A product, a price or a shipping rate may stand at the top of a request or inside another parameter; a [`Part`] is
//! either. Deliberately absent: tiers and meters, which the tables refuse.

use super::{currency_at, metadata_at, wire, word};
use florin_base::Asset;
use florin_domain::catalog::{
    Bound, CustomAmount, Decimal, Estimate, Interval, NewPrice, NewPriceOption, NewProduct,
    NewRateOption, NewShippingRate, NewTaxRate, PERCENTAGE_PLACES_MAX, PLACES_MAX, Package,
    PricePatch, ProductChoice, ProductPatch, Recurring, ShippingRatePatch, TaxRatePatch, activity,
    inclusion,
};
use florin_domain::payments::MetadataPatch;
use florin_domain::refusal::nested;
use florin_wire::{Params, WireError};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The most pictures of a product.
const IMAGES_MAX: usize = 8;
/// The most features of a product.
const FEATURES_MAX: usize = 15;
/// The most places of a dimension.
const DIMENSION_PLACES_MAX: u32 = 2;
/// The largest dimension, in inches or ounces.
const DIMENSION_MAX: i64 = 1_000_000;
/// The most lookup keys that one list may name.
const LOOKUP_KEYS_MAX: usize = 10;
/// Descriptive hashes and lists of a product.
const PRODUCT_ECHO: [&str; 3] = ["marketing_features", "package_dimensions", "tax_details"];

/// Parameters of one hash: where they stand, and what the hash is called on the wire.
struct Part<'a> {
    params: &'a Params,
    path: &'a str,
    named: &'a str,
}

impl<'a> Part<'a> {
    /// The parameters at the top.
    fn top(params: &'a Params) -> Part<'a> {
        Part {
            params,
            path: "",
            named: "",
        }
    }

    /// The path of a member.
    fn at(&self, name: &str) -> String {
        match self.path {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        }
    }

    /// The name of a member on the wire.
    fn name(&self, name: &str) -> String {
        match self.named {
            "" => wire(name),
            named => nested(named, &wire(name)),
        }
    }

    /// What was sent, wherever the table puts it.
    fn sent(&self, name: &str) -> Option<&'a Value> {
        let path = self.at(name);
        self.params
            .get(&path)
            .or_else(|| echoed(self.params.echoed(), &path))
    }

    fn text(&self, name: &str) -> Option<String> {
        self.sent(name)?.as_str().map(str::to_owned)
    }

    /// A text to set, to unset, or to leave alone.
    fn text_patch(&self, name: &str) -> Option<Option<String>> {
        self.sent(name)?;
        Some(self.text(name))
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.sent(name)?.as_bool()
    }

    fn int(&self, name: &str) -> Option<i64> {
        self.sent(name)?.as_i64()
    }

    fn metadata(&self) -> MetadataPatch {
        metadata_at(self.params, &self.at("metadata"))
    }

    /// A required text.
    fn required(&self, name: &str) -> Result<String, WireError> {
        self.text(name)
            .ok_or_else(|| WireError::missing(&self.name(name)))
    }

    fn refuse(&self, name: &str, message: impl Into<String>) -> WireError {
        WireError::invalid(message).with_param(self.name(name))
    }

    /// A required currency.
    fn currency(&self, name: &str) -> Result<Asset, WireError> {
        let named = self.name(name);
        let sent = currency_at(self.params, &self.at(name), &named)?;
        sent.ok_or_else(|| WireError::missing(&named))
    }
}

/// An echoed value at a dotted path.
fn echoed<'a>(echo: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let mut steps = path.split('.');
    let first = echo.get(steps.next()?)?;
    steps.try_fold(first, |value, step| match value {
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        other => other.get(step),
    })
}

/// A new product, with its default price if it has one.
///
/// # Errors
/// 400: an id that no URL can name, too many pictures or features, dimensions that are none, an amount that is missing or
/// given twice.
pub fn new_product(params: &Params) -> Result<NewProduct, WireError> {
    const PRICE: &str = "default_price_data";
    let default_price = match params.has(PRICE) {
        true => Some(price(&Part {
            params,
            path: PRICE,
            named: PRICE,
        })?),
        false => None,
    };
    Ok(NewProduct {
        default_price,
        is_good: params.text("type") == Some("good"),
        ..product(&Part::top(params))?
    })
}

/// A product inside another parameter: `path` is where it stands, `named` what that is called on the wire.
///
/// # Errors
/// Those of [`new_product`].
pub fn product_data(params: &Params, path: &str, named: &str) -> Result<NewProduct, WireError> {
    product(&Part {
        params,
        path,
        named,
    })
}

fn product(part: &Part<'_>) -> Result<NewProduct, WireError> {
    Ok(NewProduct {
        id: own_id(part)?,
        patch: ProductPatch {
            name: Some(part.required("name")?),
            ..patch(part)?
        },
        ..NewProduct::default()
    })
}

/// An id that a merchant brings stands in URLs, so it must be one part of a path.
fn own_id(part: &Part<'_>) -> Result<Option<String>, WireError> {
    let Some(id) = part.text("id") else {
        return Ok(None);
    };
    let breaks = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '/' | '\\');
    if !id.contains(breaks) && !matches!(id.as_str(), "." | ".." | "search") {
        return Ok(Some(id));
    }
    let message = "Invalid id: it becomes a part of URLs. Use letters, digits, hyphens and underscores, such as 'green-tea_100'.";
    Err(part.refuse("id", message))
}

/// What an update of a product says. Its default price has to be loaded first.
///
/// # Errors
/// 400: too many pictures or features, dimensions that are none.
pub fn product_patch(params: &Params) -> Result<ProductPatch, WireError> {
    patch(&Part::top(params))
}

fn patch(part: &Part<'_>) -> Result<ProductPatch, WireError> {
    Ok(ProductPatch {
        name: part.text("name"),
        active: part.flag("active"),
        description: part.text_patch("description"),
        images: images(part)?,
        metadata: part.metadata(),
        shippable: part.flag("shippable"),
        statement_descriptor: part.text_patch("statement_descriptor"),
        tax_code: part.text_patch("tax_code"),
        unit_label: part.text_patch("unit_label"),
        url: part.text_patch("url"),
        echo: product_echo(part)?,
    })
}

fn images(part: &Part<'_>) -> Result<Option<Vec<String>>, WireError> {
    let Some(sent) = part.sent("images") else {
        return Ok(None);
    };
    let all = sent.as_array().map(Vec::as_slice).unwrap_or_default();
    if all.len() > IMAGES_MAX {
        let message = format!("A product can have at most {IMAGES_MAX} images.");
        return Err(part.refuse("images", message));
    }
    let texts = all.iter().filter_map(Value::as_str).map(str::to_owned);
    Ok(Some(texts.collect()))
}

fn product_echo(part: &Part<'_>) -> Result<Map<String, Value>, WireError> {
    let mut echo = Map::new();
    for name in PRODUCT_ECHO {
        let Some(sent) = part.sent(name) else {
            continue;
        };
        if sent.as_array().is_some_and(|all| all.len() > FEATURES_MAX) {
            let message = format!("A product can have at most {FEATURES_MAX} of them.");
            return Err(part.refuse(name, message));
        }
        let kept = match (name, sent) {
            ("package_dimensions", Value::Object(sent)) => dimensions(part, sent)?,
            (_, sent) => sent.clone(),
        };
        echo.insert(name.to_owned(), kept);
    }
    Ok(echo)
}

/// Dimensions in their shortest form.
fn dimensions(part: &Part<'_>, sent: &Map<String, Value>) -> Result<Value, WireError> {
    let mut kept = Map::new();
    for (name, value) in sent {
        let text = value.as_str().unwrap_or_default();
        let read = Decimal::parse(text, DIMENSION_PLACES_MAX);
        let Some(size) = read.filter(|size| !size.exceeds(DIMENSION_MAX)) else {
            let message = format!(
                "Invalid {name}: give a number from 0 to {DIMENSION_MAX} with at most {DIMENSION_PLACES_MAX} decimal \
                 places."
            );
            return Err(part.refuse(&format!("package_dimensions.{name}"), message));
        };
        kept.insert(name.clone(), Value::String(size.to_string()));
    }
    Ok(Value::Object(kept))
}

/// A new price, and what it is the price of.
///
/// # Errors
/// 400: no product or two, no amount or two, tiers, usage.
pub fn new_price(params: &Params) -> Result<(ProductChoice, NewPrice), WireError> {
    const DATA: &str = "product_data";
    let choice = match (params.text("product"), params.has(DATA)) {
        (Some(_), true) => {
            let message = "You may only specify one of these parameters: product, product_data.";
            return Err(WireError::invalid(message).with_param("product"));
        }
        (Some(id), false) => ProductChoice::Known(id.to_owned()),
        (None, true) => ProductChoice::New(Box::new(product_data(params, DATA, DATA)?)),
        (None, false) => {
            let message =
                "You must specify either `product` or `product_data` when creating a price.";
            return Err(WireError::invalid(message));
        }
    };
    Ok((choice, price(&Part::top(params))?))
}

/// A price inside another parameter, made for one order: `path` is where it stands, `named` what that is called on the wire.
///
/// # Errors
/// 400: no amount or two.
pub fn price_data(params: &Params, path: &str, named: &str) -> Result<NewPrice, WireError> {
    Ok(NewPrice {
        active: false,
        inline: true,
        ..price(&Part {
            params,
            path,
            named,
        })?
    })
}

fn price(part: &Part<'_>) -> Result<NewPrice, WireError> {
    if part.text("billing_scheme").as_deref() == Some("tiered") {
        let message = "Prices with tiers are not supported by Florin yet. Leave billing_scheme out, or use per_unit.";
        return Err(part
            .refuse("billing_scheme", message)
            .with_code("parameter_unsupported"));
    }
    let custom = custom(part)?;
    let (unit_param, unit) = match custom {
        Some(_) => (CUSTOM, Decimal::default()),
        None => unit(part)?,
    };
    let package = package(part, custom.is_some())?;
    Ok(NewPrice {
        currency: part.currency("currency")?,
        unit,
        unit_param,
        active: part.flag("active").unwrap_or(true),
        nickname: part.text("nickname"),
        tax_behavior: part.text("tax_behavior"),
        recurring: recurring(part)?,
        metadata: part.metadata(),
        inline: false,
        custom,
        package,
        currencies: price_options(part)?,
    })
}

/// What is said under each currency of a map. A currency stands there once, whichever way it is written.
fn by_currency<T>(
    part: &Part<'_>,
    name: &str,
    read: impl Fn(&Part<'_>) -> Result<T, WireError>,
) -> Result<BTreeMap<Asset, T>, WireError> {
    let mut found = BTreeMap::new();
    let sent = part.sent(name).and_then(Value::as_object);
    for code in sent.into_iter().flat_map(Map::keys) {
        let (path, named) = (part.at(name), part.name(name));
        let (path, named) = (format!("{path}.{code}"), format!("{named}[{code}]"));
        let asset = Asset::parse(&code.to_ascii_lowercase()).filter(|_| code.len() == CODE_CHARS);
        let wrong = |message: &str| WireError::invalid(message).with_param(named.as_str());
        let asset = asset.ok_or_else(|| wrong("A currency has a code of three letters."))?;
        let inner = Part {
            params: part.params,
            path: &path,
            named: &named,
        };
        if found.insert(asset, read(&inner)?).is_some() {
            return Err(wrong("This currency stands here twice."));
        }
    }
    Ok(found)
}

/// The letters of a currency's code.
const CODE_CHARS: usize = 3;

fn price_options(part: &Part<'_>) -> Result<BTreeMap<Asset, NewPriceOption>, WireError> {
    by_currency(part, "currency_options", |part| {
        let custom = custom(part)?;
        let has_unit =
            part.sent("unit_amount").is_some() || part.sent("unit_amount_decimal").is_some();
        let unit = match has_unit {
            true => Some(unit(part)?).map(|(param, unit)| (unit, param)),
            false => None,
        };
        Ok(NewPriceOption {
            unit,
            custom,
            tax_behavior: part.text("tax_behavior"),
        })
    })
}

fn rate_options(part: &Part<'_>) -> Result<BTreeMap<Asset, NewRateOption>, WireError> {
    by_currency(part, "fixed_amount.currency_options", |part| {
        Ok(NewRateOption {
            amount: part.int("amount"),
            tax_behavior: part.text("tax_behavior"),
        })
    })
}

const CUSTOM: &str = "custom_unit_amount";

/// What the buyer may choose, if the buyer chooses.
fn custom(part: &Part<'_>) -> Result<Option<CustomAmount>, WireError> {
    if part.sent(CUSTOM).is_none() || part.flag("custom_unit_amount.enabled") != Some(true) {
        return Ok(None);
    }
    for amount in ["unit_amount", "unit_amount_decimal"] {
        if part.sent(amount).is_some() {
            let message =
                format!("You may only specify one of these parameters: {amount}, {CUSTOM}.");
            return Err(part.refuse(CUSTOM, message));
        }
    }
    Ok(Some(CustomAmount {
        minimum: part.int("custom_unit_amount.minimum"),
        maximum: part.int("custom_unit_amount.maximum"),
        preset: part.int("custom_unit_amount.preset"),
    }))
}

/// How many pieces are paid as one. `is_chosen`: the buyer chooses the price.
fn package(part: &Part<'_>, is_chosen: bool) -> Result<Option<Package>, WireError> {
    let of = "transform_quantity.divide_by";
    if part.sent("transform_quantity").is_none() {
        return Ok(None);
    }
    if is_chosen {
        let message =
            "Of what the buyer chooses the price, one is sold: leave `transform_quantity` out.";
        return Err(part.refuse("transform_quantity", message));
    }
    Ok(Some(Package {
        of: part
            .int(of)
            .ok_or_else(|| WireError::missing(&part.name(of)))?,
        rounds_up: part.text("transform_quantity.round").as_deref() == Some("up"),
    }))
}

/// The amount, and the parameter that it came in.
fn unit(part: &Part<'_>) -> Result<(&'static str, Decimal), WireError> {
    const WHOLE: &str = "unit_amount";
    const DECIMAL: &str = "unit_amount_decimal";
    let wrong = |name: &'static str| {
        let message = format!(
            "Invalid {name}: give an amount of 0 or more in the smallest unit of the currency, with at most {PLACES_MAX} \
             decimal places."
        );
        part.refuse(name, message)
    };
    match (part.int(WHOLE), part.text(DECIMAL)) {
        (Some(_), Some(_)) => {
            let message =
                "You may only specify one of these parameters: unit_amount, unit_amount_decimal.";
            Err(part.refuse(WHOLE, message))
        }
        (Some(whole), None) => match Decimal::of(whole) {
            Some(unit) => Ok((WHOLE, unit)),
            None => Err(wrong(WHOLE)),
        },
        (None, Some(text)) => match Decimal::parse(&text, PLACES_MAX) {
            Some(unit) => Ok((DECIMAL, unit)),
            None => Err(wrong(DECIMAL)),
        },
        (None, None) => {
            let message =
                "Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.";
            Err(WireError::invalid(message))
        }
    }
}

fn recurring(part: &Part<'_>) -> Result<Option<Recurring>, WireError> {
    if part.sent("recurring").is_none() {
        return Ok(None);
    }
    if part.text("recurring.usage_type").as_deref() == Some("metered") {
        let message = "Prices of what is used are not supported by Florin yet. Leave usage_type out, or use licensed.";
        return Err(part
            .refuse("recurring.usage_type", message)
            .with_code("parameter_unsupported"));
    }
    const INTERVAL: &str = "recurring.interval";
    let interval = word(part.params, &part.at(INTERVAL), Interval::from_word)?;
    let missing = || WireError::missing(&part.name(INTERVAL));
    Ok(Some(Recurring {
        interval: interval.ok_or_else(missing)?,
        interval_count: part.int("recurring.interval_count").unwrap_or(1),
        trial_period_days: part.int("recurring.trial_period_days"),
    }))
}

/// What an update of a price says.
///
/// # Errors
/// 400: a currency or an amount that is none.
pub fn price_patch(params: &Params) -> Result<PricePatch, WireError> {
    let part = Part::top(params);
    let options = price_options(&part)?;
    let is_emptied = params.is_unset("currency_options");
    let currencies = (is_emptied || !options.is_empty()).then_some(options);
    Ok(PricePatch {
        currencies: currencies.map(|options| (!is_emptied).then_some(options)),
        active: part.flag("active"),
        nickname: part.text_patch("nickname"),
        lookup_key: part.text_patch("lookup_key"),
        transfer_lookup_key: part.flag("transfer_lookup_key").unwrap_or(false),
        tax_behavior: part.text("tax_behavior"),
        metadata: part.metadata(),
    })
}

/// A new tax rate.
///
/// # Errors
/// 400: a percentage that is none.
pub fn new_tax_rate(params: &Params) -> Result<NewTaxRate, WireError> {
    const PERCENTAGE: &str = "percentage";
    let part = Part::top(params);
    let text = part.required(PERCENTAGE)?;
    let percentage = Decimal::parse(&text, PERCENTAGE_PLACES_MAX).ok_or_else(|| {
        let message = format!(
            "Invalid percentage: give a number from 0 to 100 with at most {PERCENTAGE_PLACES_MAX} decimal places."
        );
        part.refuse(PERCENTAGE, message)
    })?;
    Ok(NewTaxRate {
        percentage,
        inclusive: part.flag("inclusive").unwrap_or(false),
        patch: tax_rate_patch(params),
    })
}

/// What an update of a tax rate says.
pub fn tax_rate_patch(params: &Params) -> TaxRatePatch {
    let part = Part::top(params);
    TaxRatePatch {
        display_name: part.text("display_name"),
        active: part.flag("active"),
        country: part.text_patch("country"),
        state: part.text_patch("state"),
        jurisdiction: part.text_patch("jurisdiction"),
        description: part.text_patch("description"),
        tax_type: part.text_patch("tax_type"),
        metadata: part.metadata(),
    }
}

/// A new shipping rate.
///
/// # Errors
/// 400: no amount.
pub fn new_shipping_rate(params: &Params) -> Result<NewShippingRate, WireError> {
    shipping_rate(&Part::top(params))
}

/// A shipping rate inside another parameter: `path` is where it stands, `named` what that is called on the wire.
///
/// # Errors
/// Those of [`new_shipping_rate`].
pub fn shipping_rate_data(
    params: &Params,
    path: &str,
    named: &str,
) -> Result<NewShippingRate, WireError> {
    shipping_rate(&Part {
        params,
        path,
        named,
    })
}

fn shipping_rate(part: &Part<'_>) -> Result<NewShippingRate, WireError> {
    const FIXED: &str = "fixed_amount";
    const AMOUNT: &str = "fixed_amount.amount";
    if part.sent(FIXED).is_none() {
        return Err(WireError::missing(&part.name(FIXED)));
    }
    let missing = || WireError::missing(&part.name(AMOUNT));
    Ok(NewShippingRate {
        display_name: part.required("display_name")?,
        amount: part.int(AMOUNT).ok_or_else(missing)?,
        currency: part.currency("fixed_amount.currency")?,
        currencies: rate_options(part)?,
        delivery_estimate: estimate(part),
        tax_behavior: part.text("tax_behavior"),
        tax_code: part.text("tax_code"),
        metadata: part.metadata(),
    })
}

fn estimate(part: &Part<'_>) -> Option<Estimate> {
    part.sent("delivery_estimate")?;
    let bound = |name: &str| {
        Some(Bound {
            unit: part.text(&format!("delivery_estimate.{name}.unit"))?,
            value: part.int(&format!("delivery_estimate.{name}.value"))?,
        })
    };
    Some(Estimate {
        minimum: bound("minimum"),
        maximum: bound("maximum"),
    })
}

/// What an update of a shipping rate says.
///
/// # Errors
/// 400: a currency that is none.
pub fn shipping_rate_patch(params: &Params) -> Result<ShippingRatePatch, WireError> {
    let part = Part::top(params);
    Ok(ShippingRatePatch {
        active: part.flag("active"),
        tax_behavior: part.text("tax_behavior"),
        currencies: rate_options(&part)?,
        metadata: part.metadata(),
    })
}

/// What a list wants in the column `active`.
pub fn wanted_activity(params: &Params) -> Option<&'static str> {
    params.flag("active").map(activity)
}

/// What a list wants in the column `inclusive`.
pub fn wanted_inclusion(params: &Params) -> Option<&'static str> {
    params.flag("inclusive").map(inclusion)
}

/// The lookup keys whose prices a list wants.
///
/// # Errors
/// 400: too many of them.
pub fn lookup_keys(params: &Params) -> Result<Option<Vec<String>>, WireError> {
    const KEYS: &str = "lookup_keys";
    let Some(sent) = params.list(KEYS) else {
        return Ok(None);
    };
    if sent.len() > LOOKUP_KEYS_MAX {
        let message = format!("A list takes at most {LOOKUP_KEYS_MAX} lookup keys at once.");
        return Err(WireError::invalid(message).with_param(KEYS));
    }
    let texts = sent.iter().filter_map(Value::as_str).map(str::to_owned);
    Ok(Some(texts.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_wire::{Table, parse_form};

    fn sent(operation: &str, form: &str) -> Params {
        let (method, path) = operation.split_once(' ').expect("a method and a path");
        let table = Table::load();
        let operation = table.operation(method, path).expect("a known operation");
        let raw = parse_form(form.as_bytes()).expect("a form");
        match operation.check(raw) {
            Ok(params) => params,
            Err(error) => panic!("{path} {form}: {error}"),
        }
    }

    const PRODUCTS: &str = "POST /v1/products";
    const PRICES: &str = "POST /v1/prices";

    #[test]
    fn what_is_echoed_is_found_like_what_is_served() {
        let form = "name=Tea&description=&images[]=https://x.example/1&shippable=true&unit_label=tin\
            &package_dimensions[height]=1.50&package_dimensions[length]=2&package_dimensions[weight]=0\
            &package_dimensions[width]=4&tax_details[tax_code]=txcd_1&metadata[a]=1&type=good";
        let made = new_product(&sent(PRODUCTS, form)).expect("a product");
        let ProductPatch {
            name,
            description,
            images,
            unit_label,
            shippable,
            echo,
            ..
        } = made.patch;
        assert_eq!((name.as_deref(), description), (Some("Tea"), Some(None)));
        assert_eq!(images.map(|all| all.len()), Some(1));
        assert_eq!(unit_label, Some(Some("tin".to_owned())));
        assert_eq!((shippable, made.is_good), (Some(true), true));
        let sizes =
            serde_json::json!({"height": "1.5", "length": "2", "weight": "0", "width": "4"});
        assert_eq!(echo["package_dimensions"], sizes);
        assert_eq!(echo["tax_details"]["tax_code"], "txcd_1");
    }

    #[test]
    fn an_id_is_one_part_of_a_path() {
        for (id, fits) in [
            ("green-tea_100", true),
            ("t%C3%A9", true),
            ("a+b", false),
            ("a%2Fb", false),
            ("..", false),
            ("search", false),
        ] {
            let made = new_product(&sent(PRODUCTS, &format!("name=Tea&id={id}")));
            let param = made.as_ref().err().and_then(|error| error.param.as_deref());
            assert_eq!(made.is_ok(), fits, "{id}");
            assert_eq!(param, (!fits).then_some("id"), "{id}");
        }
    }

    #[test]
    fn a_price_has_one_amount_and_one_product() {
        let own = "product=prod_1&currency=usd";
        for (form, expected) in [
            ("unit_amount=500", Ok("500")),
            ("unit_amount_decimal=0.50", Ok("0.5")),
            ("unit_amount_decimal=7.0", Ok("7")),
            ("unit_amount=0", Ok("0")),
            ("active=true", Err(None)),
            (
                "unit_amount=1&unit_amount_decimal=1",
                Err(Some("unit_amount")),
            ),
            (
                "unit_amount_decimal=0.0000000000001",
                Err(Some("unit_amount_decimal")),
            ),
            ("unit_amount_decimal=-1", Err(Some("unit_amount_decimal"))),
            ("unit_amount=1&product_data[name]=Tea", Err(Some("product"))),
            (
                "unit_amount=1&billing_scheme=tiered",
                Err(Some("billing_scheme")),
            ),
            (
                "unit_amount=1&recurring[interval]=month&recurring[usage_type]=metered",
                Err(Some("recurring[usage_type]")),
            ),
        ] {
            match (new_price(&sent(PRICES, &format!("{own}&{form}"))), expected) {
                (Ok((_, price)), Ok(unit)) => assert_eq!(price.unit.to_string(), unit),
                (Err(error), Err(param)) => assert_eq!(error.param.as_deref(), param, "{form}"),
                (found, _) => panic!("{form}: {found:?}"),
            }
        }
        let nothing = new_price(&sent(PRICES, "currency=usd&unit_amount=1"));
        assert!(nothing.is_err_and(|error| error.message.contains("`product_data`")));
    }

    #[test]
    fn a_price_inside_another_parameter_names_its_place() {
        let form =
            "name=Tea&default_price_data[currency]=usd&default_price_data[unit_amount_decimal]=-1";
        let error = new_product(&sent(PRODUCTS, form)).expect_err("a wrong amount");
        let named = "default_price_data[unit_amount_decimal]";
        assert_eq!(error.param.as_deref(), Some(named));
        let params = sent(PRICES, "product=prod_1&currency=usd");
        let part = Part {
            params: &params,
            path: "",
            named: "line_items[0][price_data]",
        };
        let named = "line_items[0][price_data][recurring][interval]";
        assert_eq!(part.name("recurring.interval"), named);
    }

    #[test]
    fn a_percentage_has_four_places() {
        for (text, expected) in [
            ("19", Some("19")),
            ("8.8750", Some("8.875")),
            ("0.00001", None),
            ("-1", None),
        ] {
            let form = format!("display_name=VAT&inclusive=false&percentage={text}");
            let made = new_tax_rate(&sent("POST /v1/tax_rates", &form));
            let percentage = made.ok().map(|rate| rate.percentage.to_string());
            assert_eq!(percentage.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_list_takes_ten_lookup_keys() {
        let keys = |count: usize| {
            let all: Vec<String> = (0..count).map(|n| format!("lookup_keys[]=k{n}")).collect();
            lookup_keys(&sent("GET /v1/prices", &all.join("&")))
        };
        assert_eq!(keys(0), Ok(None));
        assert_eq!(keys(10).map(|all| all.map(|all| all.len())), Ok(Some(10)));
        assert!(keys(11).is_err());
    }
}
