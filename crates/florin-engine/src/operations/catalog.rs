//! The catalog: products, prices, tax rates and shipping rates.
//!
//! Nothing here moves money or asks a processor. Deliberately absent: what a checkout session makes by the way, which calls
//! the same decisions.

use super::{Operation, OperationFuture};
use crate::caller::Caller;
use crate::numbers::is_card_number;
use crate::step::{Answer, Decided, Halt, Step};
use florin_domain::catalog::{
    self, HeldKey, LookupKey, NewPrice, NewProduct, NewShippingRate, NewTaxRate, Price,
    PriceAround, PricePatch, Product, ProductChoice, ProductPatch, ShippingRate, ShippingRatePatch,
    TaxRate, TaxRatePatch,
};
use florin_domain::{Entity, Refusal, Versioned};

/// `POST /v1/products`.
pub struct CreateProduct {
    /// The product, perhaps with its default price.
    pub command: NewProduct,
}

impl Operation for CreateProduct {
    fn object(&self) -> Option<&str> {
        self.command.id.as_deref()
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let scope = step.scope().clone();
            let held = make_product(step, &self.command, "id").await?;
            Ok(Decided::record(&scope, &held.record.id))
        })
    }
}

/// Makes a product. An id that the merchant brings must be new; `param` names it.
async fn make_product(
    step: &mut Step,
    command: &NewProduct,
    param: &str,
) -> Result<Versioned<Product>, Halt> {
    if let Some(id) = command.id.as_deref() {
        check_text(id, param)?;
        if step.find::<Product>(id).await?.is_some() {
            return Err(catalog::id_taken().into());
        }
    }
    let (draft, mut context) = step.parts();
    Ok(catalog::create_product(
        draft,
        &mut context,
        command.clone(),
    )?)
}

/// What a merchant finds things by is asked of the database, which may log what it is asked.
fn check_text(text: &str, param: &str) -> Result<(), Refusal> {
    if !is_card_number(text) {
        return Ok(());
    }
    let message = "This is a card number. Card numbers belong into parameters for cards only: use another text here.";
    Err(Refusal::invalid(param, message))
}

/// `POST /v1/products/:id`.
pub struct UpdateProduct {
    /// Which one.
    pub id: String,
    /// What changes.
    pub command: ProductPatch,
    /// The price that is used where none is named.
    pub default_price: Option<String>,
}

impl Operation for UpdateProduct {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let mut held = step.in_url::<Product>(&self.id, "id").await?;
            let price = step
                .optional::<Price>(self.default_price.as_deref(), "default_price")
                .await?;
            let command = self.command.clone();
            step.decide(|draft, context| {
                catalog::update_product(draft, context, &mut held, command, price.as_ref())?;
                Ok(held)
            })
        })
    }
}

/// `DELETE /v1/products/:id`.
pub struct DeleteProduct {
    /// Which one.
    pub id: String,
}

impl Operation for DeleteProduct {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let scope = step.scope().clone();
            let mut held = step.in_url::<Product>(&self.id, "id").await?;
            let (draft, mut context) = step.parts();
            catalog::delete_product(draft, &mut context, &mut held)?;
            Ok(Decided {
                answer: Answer::Deleted(held.record.key(&scope)),
                ..Decided::record(&scope, &held.record.id)
            })
        })
    }
}

/// `POST /v1/prices`.
pub struct CreatePrice {
    /// Of what.
    pub product: ProductChoice,
    /// The price.
    pub command: NewPrice,
    /// The key that it wants.
    pub lookup_key: Option<String>,
    /// Another price may lose the key.
    pub transfer_lookup_key: bool,
}

impl Operation for CreatePrice {
    fn object(&self) -> Option<&str> {
        match &self.product {
            ProductChoice::Known(id) => Some(id),
            ProductChoice::New(command) => command.id.as_deref(),
        }
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let mut product = match &self.product {
                ProductChoice::Known(id) => step.in_body::<Product>(id, "product").await?,
                ProductChoice::New(command) => {
                    make_product(step, command, "product_data[id]").await?
                }
            };
            let command = self.command.clone();
            let key = match &self.lookup_key {
                Some(key) => Some(wanted_key(step, key, self.transfer_lookup_key).await?),
                None => None,
            };
            step.decide(|draft, context| {
                catalog::create_price(draft, context, command, &mut product, key)
            })
        })
    }
}

/// A lookup key that a price wants, with the price that holds it.
async fn wanted_key(step: &mut Step, text: &str, transfers: bool) -> Result<HeldKey, Halt> {
    check_text(text, "lookup_key")?;
    let found = step.find::<LookupKey>(text).await?;
    let key = found.unwrap_or_else(|| {
        Versioned::fresh(LookupKey {
            id: text.into(),
            ..LookupKey::default()
        })
    });
    let holder = step.linked::<Price>(key.record.price.as_deref()).await?;
    Ok(HeldKey {
        key,
        holder,
        transfers,
    })
}

/// `POST /v1/prices/:id`.
pub struct UpdatePrice {
    /// Which one.
    pub id: String,
    /// What changes.
    pub command: PricePatch,
}

impl Operation for UpdatePrice {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let mut held = step.in_url::<Price>(&self.id, "price").await?;
            let around = around(step, &held.record, &self.command).await?;
            let command = self.command.clone();
            step.decide(|draft, context| {
                catalog::update_price(draft, context, &mut held, command, around)?;
                Ok(held)
            })
        })
    }
}

/// What an update of a price has to look at.
async fn around(step: &mut Step, price: &Price, command: &PricePatch) -> Result<PriceAround, Halt> {
    let mut around = PriceAround::default();
    if command.active == Some(false) {
        around.product = step.find::<Product>(&price.product).await?;
    }
    let Some(wanted) = &command.lookup_key else {
        return Ok(around);
    };
    if *wanted == price.lookup_key {
        return Ok(around);
    }
    if let Some(text) = wanted {
        around.wanted = Some(wanted_key(step, text, command.transfer_lookup_key).await?);
    }
    if let Some(text) = &price.lookup_key {
        around.left = step.find::<LookupKey>(text).await?;
    }
    Ok(around)
}

/// `POST /v1/tax_rates`.
pub struct CreateTaxRate {
    /// The tax rate.
    pub command: NewTaxRate,
}

impl Operation for CreateTaxRate {
    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let command = self.command.clone();
            step.decide(|draft, context| catalog::create_tax_rate(draft, context, command))
        })
    }
}

/// `POST /v1/tax_rates/:id`.
pub struct UpdateTaxRate {
    /// Which one.
    pub id: String,
    /// What changes.
    pub command: TaxRatePatch,
}

impl Operation for UpdateTaxRate {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let mut held = step.in_url::<TaxRate>(&self.id, "tax_rate").await?;
            let command = self.command.clone();
            step.decide(|draft, context| {
                catalog::update_tax_rate(draft, context, &mut held, command);
                Ok(held)
            })
        })
    }
}

/// `POST /v1/shipping_rates`.
pub struct CreateShippingRate {
    /// The shipping rate.
    pub command: NewShippingRate,
}

impl Operation for CreateShippingRate {
    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let command = self.command.clone();
            step.decide(|draft, context| catalog::create_shipping_rate(draft, context, command))
        })
    }
}

/// `POST /v1/shipping_rates/:id`.
pub struct UpdateShippingRate {
    /// Which one.
    pub id: String,
    /// What changes.
    pub command: ShippingRatePatch,
}

impl Operation for UpdateShippingRate {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let mut held = step
                .in_url::<ShippingRate>(&self.id, "shipping_rate_token")
                .await?;
            let command = self.command.clone();
            step.decide(|draft, context| {
                catalog::update_shipping_rate(draft, context, &mut held, command)?;
                Ok(held)
            })
        })
    }
}
