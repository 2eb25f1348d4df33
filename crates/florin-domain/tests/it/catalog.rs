//! The catalog: what belongs together is made in one commit, what was sold stays, and a lookup key has one holder.

use crate::world::{context, random};
use florin_base::{Asset, Scope};
use florin_domain::catalog::{
    Decimal, HeldKey, LookupKey, NewPrice, NewProduct, NewTaxRate, PLACES_MAX, Price, PriceAround,
    PricePatch, Product, ProductPatch, create_price, create_product, create_tax_rate,
    delete_product, update_price, update_product,
};
use florin_domain::{Changes, Context, Draft, Entity, Kind, Refusal, Versioned};

fn decide<R>(work: impl FnOnce(&mut Draft, &mut Context<'_>) -> R) -> (R, Changes) {
    let scope = Scope::test("acct_1");
    let mut seed = 7;
    let mut fill = |bytes: &mut [u8]| random(&mut seed, bytes);
    let mut context = context(&scope, 1_700_000_000, false, &mut fill);
    let mut draft = Draft::new(&scope);
    let result = work(&mut draft, &mut context);
    (result, draft.finish())
}

fn kinds(changes: &Changes) -> Vec<&str> {
    let events = changes.events.iter();
    events.map(|(_, event)| event.kind.as_str()).collect()
}

/// The kinds of what is written, each with the version that it has afterwards.
fn written(changes: &Changes) -> Vec<(Kind, u64)> {
    let writes = changes.writes.iter();
    writes
        .map(|write| (write.key.kind, write.version))
        .collect()
}

fn message(refusal: Result<(), Refusal>) -> String {
    match refusal {
        Err(Refusal::Invalid { message, .. }) => message,
        other => panic!("{other:?}"),
    }
}

fn decimal(text: &str) -> Decimal {
    Decimal::parse(text, PLACES_MAX).expect("a decimal")
}

fn costs(unit: &str) -> NewPrice {
    NewPrice {
        currency: Asset::parse("usd").expect("a currency"),
        unit: decimal(unit),
        unit_param: "unit_amount",
        active: true,
        ..NewPrice::default()
    }
}

fn product() -> Versioned<Product> {
    let command = NewProduct {
        patch: ProductPatch {
            name: Some("Tea".to_owned()),
            ..ProductPatch::default()
        },
        ..NewProduct::default()
    };
    let made = decide(|draft, context| create_product(draft, context, command));
    made.0.expect("a product")
}

/// A price of the product under another id, since each decision draws the same ones.
fn price(product: &mut Versioned<Product>, id: &str) -> Versioned<Price> {
    let made = decide(|draft, context| create_price(draft, context, costs("500"), product, None));
    let mut held = made.0.expect("a price");
    held.record.id = id.into();
    held
}

#[test]
fn a_product_is_made_with_its_default_price() {
    let command = NewProduct {
        id: Some("tea".to_owned()),
        default_price: Some(costs("0.5")),
        ..NewProduct::default()
    };
    let (made, changes) = decide(|draft, context| create_product(draft, context, command));
    let product = made.expect("a product").record;
    assert_eq!(kinds(&changes), ["product.created", "price.created"]);
    assert_eq!(written(&changes), [(Kind::Product, 1), (Kind::Price, 1)]);
    let price = Price::from_record(changes.writes[1].record.clone()).expect("a price");
    assert_eq!((product.id.as_str(), product.active), ("tea", true));
    assert_eq!(product.default_price.as_ref(), Some(&price.id));
    assert_eq!(price.product, product.id);
    assert_eq!(price.unit(), (None, Some("0.5")));
    // The event knows of the price already.
    assert_eq!(changes.events[0].1.object(), Some(product.into()));
}

#[test]
fn only_the_first_price_of_a_merchants_own_changes_the_product() {
    let mut held = product();
    for (inline, expected, requires) in [
        (true, vec![(Kind::Price, 1)], 1),
        (false, vec![(Kind::Product, 2), (Kind::Price, 1)], 0),
        (false, vec![(Kind::Price, 1)], 1),
    ] {
        let command = NewPrice {
            inline,
            ..costs("500")
        };
        let made = decide(|draft, context| create_price(draft, context, command, &mut held, None));
        assert!(made.0.is_ok());
        assert_eq!(kinds(&made.1), ["price.created"]);
        assert_eq!(written(&made.1), expected);
        assert_eq!(made.1.requires.len(), requires);
    }
}

#[test]
fn a_product_with_prices_stays() {
    let mut held = product();
    price(&mut held, "price_1");
    let (result, changes) = decide(|draft, context| delete_product(draft, context, &mut held));
    assert!(message(result).contains("one or more user-created prices"));
    assert!(changes.is_empty());
    let mut bare = product();
    let (result, changes) = decide(|draft, context| delete_product(draft, context, &mut bare));
    assert_eq!(result, Ok(()));
    assert_eq!(kinds(&changes), ["product.deleted"]);
    let told = changes.events[0].1.object().and_then(Product::from_record);
    let told = told.expect("a product");
    assert_eq!(
        (told.name.as_str(), told.active, told.deleted),
        ("Tea", false, false)
    );
    for again in [
        decide(|draft, context| delete_product(draft, context, &mut bare)).0,
        decide(|draft, context| create_price(draft, context, costs("500"), &mut bare, None))
            .0
            .map(drop),
    ] {
        assert!(matches!(again, Err(Refusal::Missing { .. })), "{again:?}");
    }
}

#[test]
fn a_default_price_is_the_products_own_and_in_use() {
    let mut held = product();
    let mut own = price(&mut held, "price_1");
    let mut set = |price: &Versioned<Price>| {
        let patch = ProductPatch::default();
        decide(|draft, context| update_product(draft, context, &mut held, patch, Some(price))).0
    };
    let foreign = Price {
        product: "prod_other".into(),
        ..own.record.clone()
    };
    let refused = message(set(&Versioned::fresh(foreign)));
    assert!(refused.contains("another product"), "{refused}");
    own.record.active = false;
    let refused = message(set(&own));
    assert!(refused.contains("inactive"), "{refused}");
    own.record.active = true;
    assert_eq!(set(&own), Ok(()));
    let put_away = PricePatch {
        active: Some(false),
        ..PricePatch::default()
    };
    let around = PriceAround {
        product: Some(held),
        ..PriceAround::default()
    };
    let (result, _) =
        decide(|draft, context| update_price(draft, context, &mut own, put_away, around));
    assert!(message(result).contains("default price of its product"));
}

fn key(holder: Option<&Versioned<Price>>, transfers: bool) -> HeldKey {
    let record = LookupKey {
        id: "monthly".into(),
        price: holder.map(|holder| holder.record.id.clone()),
        ..LookupKey::default()
    };
    let version = u64::from(holder.is_some());
    HeldKey {
        key: Versioned { version, record },
        holder: holder.cloned(),
        transfers,
    }
}

#[test]
fn a_lookup_key_has_one_holder_and_moves_when_it_may() {
    let mut held = product();
    let mut first = price(&mut held, "price_first");
    first.record.lookup_key = Some("monthly".to_owned());
    let make = |product: &mut Versioned<Product>, key: HeldKey| {
        decide(|draft, context| create_price(draft, context, costs("600"), product, Some(key)))
    };
    let (free, changes) = make(&mut held, key(None, false));
    let free = free.expect("a price").record;
    assert_eq!(free.lookup_key.as_deref(), Some("monthly"));
    assert_eq!(written(&changes), [(Kind::LookupKey, 1), (Kind::Price, 1)]);
    let (refused, changes) = make(&mut held, key(Some(&first), false));
    let refused = message(refused.map(drop));
    assert!(
        refused.starts_with("A price (`price_first`) already uses that lookup key."),
        "{refused}"
    );
    assert!(changes.events.is_empty());
    let (moved, changes) = make(&mut held, key(Some(&first), true));
    let moved = moved.expect("a price").record;
    assert_eq!(kinds(&changes), ["price.updated", "price.created"]);
    let left = Price::from_record(changes.writes[0].record.clone()).expect("a price");
    assert_eq!((left.id.as_str(), left.lookup_key), ("price_first", None));
    let key = LookupKey::from_record(changes.writes[1].record.clone()).expect("a key");
    assert_eq!(key.price, Some(moved.id));
}

#[test]
fn a_price_gives_its_lookup_key_back() {
    let mut held = product();
    let mut own = price(&mut held, "price_1");
    own.record.lookup_key = Some("monthly".to_owned());
    let left = key(Some(&own), false).key;
    let patch = PricePatch {
        lookup_key: Some(None),
        ..PricePatch::default()
    };
    let around = PriceAround {
        left: Some(left),
        ..PriceAround::default()
    };
    let (result, changes) =
        decide(|draft, context| update_price(draft, context, &mut own, patch, around));
    assert_eq!(result, Ok(()));
    assert_eq!(own.record.lookup_key, None);
    let key = LookupKey::from_record(changes.writes[0].record.clone()).expect("a key");
    assert_eq!((key.price, changes.writes[0].version), (None, 2));
    assert_eq!(kinds(&changes), ["price.updated"]);
}

#[test]
fn a_tax_is_no_more_than_all() {
    for (percentage, fits) in [("0", true), ("19", true), ("100", true), ("100.5", false)] {
        let command = NewTaxRate {
            percentage: decimal(percentage),
            ..NewTaxRate::default()
        };
        let (made, changes) = decide(|draft, context| create_tax_rate(draft, context, command));
        assert_eq!(made.is_ok(), fits, "{percentage}");
        assert_eq!(changes.events.len(), usize::from(fits));
    }
}
