//! Products: what is sold.
//!
//! A product with prices of a merchant's own is never deleted, so that every price leads to what it is the price of; it is
//! put away instead. Deliberately absent: stock, variants, and what a product grants.

use super::activity;
use super::price::{NewPrice, Price};
use crate::changes::Draft;
use crate::context::Context;
use crate::customers::merge_echo;
use crate::payments::{Metadata, MetadataPatch};
use crate::record::{Columns, Versioned, check_living, living, record, set};
use crate::refusal::Refusal;
use crate::transitions::Transition;
use florin_base::{Id, Timestamp};
use serde_json::{Map, Value};

record! {
    /// What is sold.
    pub struct Product: Product, "prod_" {
        /// Shown to buyers.
        name: String,
        /// It may be bought.
        active: bool,
        /// Shown to buyers.
        description: Option<String>,
        /// Addresses of pictures.
        images: Vec<String>,
        /// The merchant's own data.
        metadata: Metadata,
        /// The price that is used where none is named.
        default_price: Option<Id<Price>>,
        /// It is sent to the buyer, where that was said.
        shippable: Option<bool>,
        /// What a statement calls it.
        statement_descriptor: Option<String>,
        /// The code of a tax category.
        tax_code: Option<String>,
        /// What one of it is called.
        unit_label: Option<String>,
        /// A page about it.
        url: Option<String>,
        /// A good rather than a service.
        is_good: bool,
        /// It has had a price that was not made for one order only. It is never taken back.
        priced: bool,
        /// When it was last changed.
        updated: Timestamp,
        /// Members that Florin stores and echoes: features, dimensions, details of taxes.
        echo: Map<String, Value>,
        /// Deleted products are remembered, so that their ids are not given to others.
        deleted: bool,
    }
}

impl Product {
    pub(crate) fn columns(&self) -> Columns<'_> {
        let activity = (!self.deleted).then(|| activity(self.active));
        vec![Some(living(self.deleted)), activity]
    }
}

/// What a create or an update says. `None` leaves a member alone, `Some(None)` empties it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProductPatch {
    /// Shown to buyers.
    pub name: Option<String>,
    /// It may be bought.
    pub active: Option<bool>,
    /// Shown to buyers.
    pub description: Option<Option<String>>,
    /// Addresses of pictures.
    pub images: Option<Vec<String>>,
    /// Metadata to merge.
    pub metadata: MetadataPatch,
    /// It is sent to the buyer.
    pub shippable: Option<bool>,
    /// What a statement calls it.
    pub statement_descriptor: Option<Option<String>>,
    /// The code of a tax category.
    pub tax_code: Option<Option<String>>,
    /// What one of it is called.
    pub unit_label: Option<Option<String>>,
    /// A page about it.
    pub url: Option<Option<String>>,
    /// Descriptive members to merge at the top level; null removes.
    pub echo: Map<String, Value>,
}

impl ProductPatch {
    fn apply(self, product: &mut Product) {
        set(&mut product.name, self.name);
        set(&mut product.active, self.active);
        set(&mut product.images, self.images);
        set(&mut product.shippable, self.shippable.map(Some));
        set(&mut product.description, self.description);
        set(&mut product.statement_descriptor, self.statement_descriptor);
        set(&mut product.tax_code, self.tax_code);
        set(&mut product.unit_label, self.unit_label);
        set(&mut product.url, self.url);
        self.metadata.apply(&mut product.metadata);
        merge_echo(&mut product.echo, self.echo);
    }
}

/// A product to make.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewProduct {
    /// The merchant's own id.
    pub id: Option<String>,
    /// A good rather than a service.
    pub is_good: bool,
    /// The price that is made with it and used where none is named.
    pub default_price: Option<NewPrice>,
    /// Everything else.
    pub patch: ProductPatch,
}

/// The product that something is made for.
#[derive(Clone, Debug, PartialEq)]
pub enum ProductChoice {
    /// One that is there.
    Known(String),
    /// One that is made with it.
    New(Box<NewProduct>),
}

/// Makes a product, perhaps with its default price. Who brings an id of its own looks before whether it is free.
///
/// # Errors
/// The default price: an amount that does not fit its currency, an interval of more than three years.
pub fn create_product(
    draft: &mut Draft,
    context: &mut Context<'_>,
    command: NewProduct,
) -> Result<Versioned<Product>, Refusal> {
    let id: Id<Product> = match command.id {
        Some(id) => id.into(),
        None => context.id(),
    };
    let price = command
        .default_price
        .map(|price| price.made(context, &id))
        .transpose()
        .map_err(|refusal| refusal.within("default_price_data"))?;
    let mut product = Product {
        id,
        created: context.now,
        updated: context.now,
        active: true,
        is_good: command.is_good,
        default_price: price.as_ref().map(|price| price.id.clone()),
        priced: price.is_some(),
        ..Product::default()
    };
    command.patch.apply(&mut product);
    let mut held = Versioned::fresh(product);
    draft.save(context, &mut held, Transition::ProductCreated);
    if let Some(price) = price {
        let price = Versioned::fresh(price);
        draft.close(context, price, Transition::PriceCreated);
    }
    Ok(held)
}

/// The id that a merchant brings is or was that of another product.
pub fn id_taken() -> Refusal {
    let message = "Product already exists. Use another id, or update the product that has this one. The id of a deleted product is \
        not used again.";
    Refusal::plain(Some("resource_already_exists"), message)
}

/// Changes a product. `default_price` is the price that it is to have.
///
/// # Errors
/// The product is deleted; the price belongs to another product or is put away.
pub fn update_product(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<Product>,
    patch: ProductPatch,
    default_price: Option<&Versioned<Price>>,
) -> Result<(), Refusal> {
    check_living(held, held.record.deleted)?;
    let before = held.record.clone();
    if let Some(price) = default_price {
        check_default(&held.record, &price.record)?;
        draft.require(price);
        held.record.default_price = Some(price.record.id.clone());
    }
    patch.apply(&mut held.record);
    held.record.updated = context.now;
    draft.save_with(context, held, Transition::ProductUpdated, Some(before));
    Ok(())
}

fn check_default(product: &Product, price: &Price) -> Result<(), Refusal> {
    const PARAM: &str = "default_price";
    if price.product != product.id {
        let message = "This price belongs to another product. Use a price of this product, or create one for it.";
        return Err(Refusal::invalid(PARAM, message));
    }
    if !price.active {
        let message = "The price specified is inactive. This field only accepts active prices.";
        return Err(Refusal::invalid(PARAM, message));
    }
    Ok(())
}

/// Deletes a product.
///
/// # Errors
/// It is deleted already, or it has prices.
pub fn delete_product(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<Product>,
) -> Result<(), Refusal> {
    check_living(held, held.record.deleted)?;
    if held.record.priced {
        let message = "This product cannot be deleted because it has one or more user-created prices. Send active=false to \
            archive it instead.";
        return Err(Refusal::plain(None, message));
    }
    held.record.active = false;
    // The event tells of the product as it was, and that it can no longer be bought.
    let told = held.record.clone();
    held.record.deleted = true;
    held.record.updated = context.now;
    draft.save_with(context, held, Transition::ProductDeleted, Some(told));
    Ok(())
}

/// Binds a price to its product: the first price of a merchant's own is noted, and for all others it is enough that nobody
/// deletes the product meanwhile.
pub(super) fn bind(
    draft: &mut Draft,
    context: &mut Context<'_>,
    product: &mut Versioned<Product>,
    is_inline: bool,
) {
    if is_inline || product.record.priced {
        draft.require(product);
        return;
    }
    product.record.priced = true;
    draft.save(context, product, Transition::ProductPriced);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_find_what_is_there_and_may_be_bought() {
        for (active, deleted, expected) in [
            (true, false, [Some("living"), Some("active")]),
            (false, false, [Some("living"), Some("inactive")]),
            (false, true, [Some("deleted"), None]),
        ] {
            let product = Product {
                active,
                deleted,
                ..Product::default()
            };
            assert_eq!(product.columns(), expected, "{active} {deleted}");
        }
    }
}
