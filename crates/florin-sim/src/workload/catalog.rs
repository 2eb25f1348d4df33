//! Stories of the catalog: what a merchant sells, for how much, with which taxes and ways of shipping.
//!
//! Merchants move a lookup key from price to price, bring ids of their own, and delete a product while somebody gives it
//! a price. Deliberately absent: buyers, and money.

use super::wishes::wish;
use crate::client::{Client, Wish};
use florin_base::Asset;
use florin_domain::catalog::{
    Bound, Decimal, Estimate, Interval, NewPrice, NewProduct, NewShippingRate, NewTaxRate,
    PERCENTAGE_PLACES_MAX, PricePatch, ProductChoice, ProductPatch, Recurring, ShippingRatePatch,
    TaxRatePatch,
};
use florin_domain::payments::MetadataPatch;
use florin_engine::operations as ops;

/// Keys that the prices of a merchant take from each other.
const KEYS: [&str; 3] = ["monthly", "yearly", "lifetime"];
/// Percentages of taxes.
const PERCENTAGES: [&str; 3] = ["19", "8.875", "0"];

/// A product, its prices, and perhaps its end.
pub async fn keep_catalog(client: &mut Client) {
    match client.random.below(4) {
        0 => keep_rates(client).await,
        1 => race_deletion(client).await,
        _ => keep_product(client).await,
    }
}

/// A product is made, described and priced; its prices come and go.
async fn keep_product(client: &mut Client) {
    let amount = 100 + client.random.amount(9_900);
    let brings_id = client.random.chance(300);
    // Clients of both merchants have the same names, and no id of one merchant may be the other's.
    let own = (&client.scope.account, &client.name, client.count);
    let id = brings_id.then(|| format!("tea-{}-{}-{}", own.0, own.1, own.2));
    let default = client.random.chance(500).then(|| costs(amount, false));
    let made = client.ask(create_product(id, default)).await;
    if !made.ok() {
        return;
    }
    let product = made.text("id");
    let mut price = made.text("default_price");
    if client.random.chance(600) {
        let key = client.random.pick(&KEYS).copied();
        let transfers = client.random.chance(500);
        let monthly = client.random.chance(500);
        let choice = ProductChoice::Known(product.clone());
        let wish = create_price(choice, costs(amount, monthly), (key, transfers));
        let second = client.ask(wish).await;
        if second.ok() {
            price = second.text("id");
        }
    }
    let default = (!price.is_empty()).then(|| price.clone());
    client
        .ask(update_product(&product, "in tins", default))
        .await;
    if !price.is_empty() {
        change_price(client, &price).await;
    }
    if client.random.chance(300) {
        client.ask(delete_product(&product)).await;
    }
}

/// A price takes a key or gives it back, and perhaps is put away.
async fn change_price(client: &mut Client, price: &str) {
    let key = client.random.pick(&KEYS).map(|key| (*key).to_owned());
    let patch = PricePatch {
        active: client.random.chance(300).then_some(false),
        nickname: Some(Some("a second look".to_owned())),
        lookup_key: client
            .random
            .chance(700)
            .then(|| key.filter(|key| key != "lifetime")),
        transfer_lookup_key: client.random.chance(500),
        ..PricePatch::default()
    };
    client.ask(update_price(price, patch)).await;
}

/// A product is deleted while somebody gives it a price, and somebody else takes a key.
async fn race_deletion(client: &mut Client) {
    let made = client.ask(create_product(None, None)).await;
    if !made.ok() {
        return;
    }
    let product = made.text("id");
    if client.random.chance(400) {
        client.ask(delete_product(&product)).await;
        return;
    }
    let (mut pricer, mut other) = (client.twin(), client.twin());
    let key = client.random.pick(&KEYS).copied();
    let known = ProductChoice::Known(product.clone());
    let fresh = ProductChoice::New(Box::new(named("Cups")));
    let prices = pricer.ask(create_price(known, costs(500, false), (key, true)));
    let takes = other.ask(create_price(fresh, costs(700, false), (key, true)));
    let deletes = client.ask(delete_product(&product));
    futures_util::future::join3(prices, takes, deletes).await;
}

/// A tax rate and a shipping rate.
async fn keep_rates(client: &mut Client) {
    let percentage = client.random.pick(&PERCENTAGES).copied();
    let tax = client
        .ask(create_tax_rate(percentage.unwrap_or("19")))
        .await;
    if tax.ok() {
        client.ask(update_tax_rate(&tax.text("id"))).await;
    }
    let amount = client.random.amount(2_000);
    let shipping = client.ask(create_shipping_rate(amount)).await;
    if shipping.ok() {
        client.ask(update_shipping_rate(&shipping.text("id"))).await;
    }
}

fn named(name: &str) -> NewProduct {
    NewProduct {
        patch: ProductPatch {
            name: Some(name.to_owned()),
            ..ProductPatch::default()
        },
        ..NewProduct::default()
    }
}

fn costs(amount: i64, monthly: bool) -> NewPrice {
    let recurring = monthly.then(|| Recurring {
        interval: Interval::Month,
        interval_count: 1,
        ..Recurring::default()
    });
    NewPrice {
        currency: Asset::parse("usd").unwrap_or_default(),
        unit: Decimal::of(amount).unwrap_or_default(),
        unit_param: "unit_amount",
        active: true,
        recurring,
        ..NewPrice::default()
    }
}

fn create_product(id: Option<String>, default_price: Option<NewPrice>) -> Wish {
    let command = NewProduct {
        id,
        default_price,
        ..named("Tea")
    };
    wish("CreateProduct", "product", move || ops::CreateProduct {
        command: command.clone(),
    })
}

fn update_product(id: &str, text: &str, default_price: Option<String>) -> Wish {
    let id = id.to_owned();
    let command = ProductPatch {
        description: Some(Some(text.to_owned())),
        ..ProductPatch::default()
    };
    wish("UpdateProduct", "product", move || ops::UpdateProduct {
        id: id.clone(),
        command: command.clone(),
        default_price: default_price.clone(),
    })
}

fn delete_product(id: &str) -> Wish {
    let id = id.to_owned();
    wish("DeleteProduct", "product", move || ops::DeleteProduct {
        id: id.clone(),
    })
}

fn create_price(product: ProductChoice, command: NewPrice, key: (Option<&str>, bool)) -> Wish {
    let (lookup_key, transfer_lookup_key) = (key.0.map(str::to_owned), key.1);
    wish("CreatePrice", "price", move || ops::CreatePrice {
        product: product.clone(),
        command: command.clone(),
        lookup_key: lookup_key.clone(),
        transfer_lookup_key,
    })
}

fn update_price(id: &str, command: PricePatch) -> Wish {
    let id = id.to_owned();
    wish("UpdatePrice", "price", move || ops::UpdatePrice {
        id: id.clone(),
        command: command.clone(),
    })
}

fn create_tax_rate(percentage: &str) -> Wish {
    let read = Decimal::parse(percentage, PERCENTAGE_PLACES_MAX);
    let command = NewTaxRate {
        percentage: read.unwrap_or_default(),
        inclusive: true,
        patch: TaxRatePatch {
            display_name: Some("VAT".to_owned()),
            ..TaxRatePatch::default()
        },
    };
    wish("CreateTaxRate", "tax_rate", move || ops::CreateTaxRate {
        command: command.clone(),
    })
}

fn update_tax_rate(id: &str) -> Wish {
    let id = id.to_owned();
    wish("UpdateTaxRate", "tax_rate", move || ops::UpdateTaxRate {
        id: id.clone(),
        command: TaxRatePatch {
            active: Some(false),
            metadata: MetadataPatch::Merge(vec![("note".to_owned(), "old".to_owned())]),
            ..TaxRatePatch::default()
        },
    })
}

fn create_shipping_rate(amount: i64) -> Wish {
    let bound = |value| {
        Some(Bound {
            unit: "business_day".to_owned(),
            value,
        })
    };
    let command = NewShippingRate {
        display_name: "By mail".to_owned(),
        amount,
        currency: Asset::parse("usd").unwrap_or_default(),
        delivery_estimate: Some(Estimate {
            minimum: bound(1),
            maximum: bound(3),
        }),
        ..NewShippingRate::default()
    };
    wish("CreateShippingRate", "shipping_rate", move || {
        ops::CreateShippingRate {
            command: command.clone(),
        }
    })
}

fn update_shipping_rate(id: &str) -> Wish {
    let id = id.to_owned();
    wish("UpdateShippingRate", "shipping_rate", move || {
        ops::UpdateShippingRate {
            id: id.clone(),
            command: ShippingRatePatch {
                active: Some(false),
                ..ShippingRatePatch::default()
            },
        }
    })
}
