//! Checkout sessions: create, change, choose, press the button, expire.

use super::{Operation, OperationFuture};
use crate::caller::Caller;
use crate::intake::MethodSource;
use crate::step::{Decided, Halt, Step};
use florin_domain::catalog::{self, NewPrice, NewProduct, Price, Product, ShippingRate, TaxRate};
use florin_domain::checkout::{
    self, Adjustable, Adjusts, CheckoutSession, Choice, Item, LineChange, LinkItem, NewSession,
    Press, SessionMode, ShippingOption,
};
use florin_domain::customers::{self, Customer, CustomerPatch};
use florin_domain::payments::{
    self, ConfirmCommand, ConfirmInputs, IntentStatus, MetadataPatch, PaymentIntent, PaymentMethod,
    SetupCommand, SetupIntent,
};
use florin_domain::{Kind, MethodType, Refusal, Versioned};
use florin_wire::versions::session_makes_intent;
use serde_json::{Map, Value};

/// What is to be sold, as a request names it.
#[derive(Clone, Debug)]
pub struct ItemWish {
    /// Its price.
    pub price: PriceWish,
    /// How many.
    pub quantity: i64,
    /// The buyer may change how many.
    pub adjustable: Option<Adjustable>,
    /// Tax rates by id.
    pub tax_rates: Vec<String>,
    /// The merchant's own data.
    pub metadata: MetadataPatch,
}

impl ItemWish {
    /// What a link sells, or what is offered beside an order: a price that exists.
    pub fn of_link(item: &LinkItem) -> ItemWish {
        ItemWish {
            price: PriceWish::Known(item.price.to_string()),
            quantity: item.quantity,
            adjustable: item.adjustable,
            tax_rates: Vec::new(),
            metadata: MetadataPatch::Keep,
        }
    }
}

/// A price as a request names it.
#[derive(Clone, Debug)]
pub enum PriceWish {
    /// One that exists.
    Known(String),
    /// One for this order, and its product.
    Inline(Box<NewPrice>, ProductWish),
}

/// A product as a request names it.
#[derive(Clone, Debug)]
pub enum ProductWish {
    /// One that exists.
    Known(String),
    /// One for this order.
    Inline(Box<NewProduct>),
}

/// One position of an order after a change, as a request names it.
#[derive(Clone, Debug)]
pub struct LineWish {
    /// `li_…` of one that stands there.
    pub id: Option<String>,
    /// Its price, if it is new or gets another one.
    pub price: Option<PriceWish>,
    /// How many.
    pub quantity: Option<i64>,
    /// The buyer may change how many; the inner `None` takes that away.
    pub adjustable: Option<Option<Adjusts>>,
    /// Tax rates by id.
    pub tax_rates: Option<Vec<String>>,
    /// The merchant's own data.
    pub metadata: MetadataPatch,
}

/// A way of shipping as a request names it.
#[derive(Clone, Debug)]
pub enum ShippingWish {
    /// One that exists.
    Known(String),
    /// One for this order.
    Inline(Box<catalog::NewShippingRate>),
}

/// `POST /v1/checkout/sessions`.
pub struct CreateSession {
    /// The session.
    pub command: NewSession,
    /// What is sold.
    pub items: Vec<ItemWish>,
    /// What is offered beside it.
    pub optional: Vec<ItemWish>,
    /// The ways of shipping.
    pub shipping: Vec<ShippingWish>,
    /// Its customer.
    pub customer: Option<String>,
}

impl Operation for CreateSession {
    fn run<'a>(&'a self, step: &'a mut Step, caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let customer = step
                .optional::<Customer>(self.customer.as_deref(), "customer")
                .await?;
            let switched = step.switched(self.command.configuration.as_deref()).await?;
            let items = items(step, &self.items).await?;
            let mut command = self.command.clone();
            command.optional = optional(step, &self.optional).await?;
            command.switched = switched.clone();
            let currency = command.currency_of(&items);
            command.shipping_options = shipping(step, &self.shipping, currency).await?;
            let at_once = session_makes_intent(caller.version);
            step.decide(|draft, context| {
                let customer = customer.as_ref();
                let mut held = checkout::create(draft, context, command, items, customer)?;
                let record = &held.record;
                // What the buyer has yet to choose has no sum.
                let is_known = record.lines.iter().all(|line| line.custom.is_none());
                let is_paid = record.mode == SessionMode::Payment && record.totals.total > 0;
                if at_once && is_paid && is_known {
                    let people = checkout::People {
                        customer,
                        saves: false,
                        switched: &switched,
                    };
                    checkout::intent_of(draft, context, &mut held, None, people)?;
                }
                Ok(held)
            })
        })
    }
}

/// Loads or makes what the line items name.
pub(super) async fn items(step: &mut Step, wishes: &[ItemWish]) -> Result<Vec<Item>, Halt> {
    let mut items = Vec::with_capacity(wishes.len());
    for (at, wish) in wishes.iter().enumerate() {
        items.push(item(step, wish, at).await?);
    }
    Ok(items)
}

/// Loads what is offered beside the order.
pub(super) async fn optional(step: &mut Step, wishes: &[ItemWish]) -> Result<Vec<Item>, Halt> {
    items(step, wishes).await.map_err(|halt| match halt {
        Halt::Refused(refusal) => refusal.moved("line_items", checkout::OPTIONAL).into(),
        other => other,
    })
}

/// Loads or makes what one line item costs.
async fn priced(step: &mut Step, wish: &PriceWish, at: usize) -> Result<(Price, Product), Halt> {
    let named = format!("line_items[{at}][price]");
    match wish {
        PriceWish::Known(id) => {
            let price = step.in_body::<Price>(id, &named).await?.record;
            let product = step.find::<Product>(&price.product.to_string()).await?;
            let gone = || Refusal::missing_in_body(Kind::Product, &price.product, &named);
            let product = product.ok_or_else(gone)?.record;
            Ok((price, product))
        }
        PriceWish::Inline(new, product) => inline_price(step, new, product, at).await,
    }
}

/// Loads or makes what one line item names.
async fn item(step: &mut Step, wish: &ItemWish, at: usize) -> Result<Item, Halt> {
    let (price, product) = priced(step, &wish.price, at).await?;
    let taxes = taxes(step, &wish.tax_rates, at).await?;
    Ok(Item {
        price,
        product,
        quantity: wish.quantity,
        adjustable: wish.adjustable,
        taxes,
        metadata: wish.metadata.clone(),
    })
}

async fn taxes(step: &mut Step, ids: &[String], at: usize) -> Result<Vec<TaxRate>, Halt> {
    let mut taxes = Vec::with_capacity(ids.len());
    for (place, id) in ids.iter().enumerate() {
        let param = format!("line_items[{at}][tax_rates][{place}]");
        taxes.push(step.in_body::<TaxRate>(id, &param).await?.record);
    }
    Ok(taxes)
}

async fn inline_price(
    step: &mut Step,
    new: &NewPrice,
    product: &ProductWish,
    at: usize,
) -> Result<(Price, Product), Halt> {
    let outer = format!("line_items[{at}][price_data]");
    let mut product = match product {
        ProductWish::Known(id) => {
            let param = format!("{outer}[product]");
            step.in_body::<Product>(id, &param).await?
        }
        ProductWish::Inline(new) => {
            let (draft, mut context) = step.parts();
            let made = catalog::create_product(draft, &mut context, (**new).clone());
            made.map_err(|refusal| refusal.within(&format!("{outer}[product_data]")))?
        }
    };
    let (draft, mut context) = step.parts();
    let price = catalog::create_price(draft, &mut context, new.clone(), &mut product, None);
    let price = price.map_err(|refusal| refusal.within(&outer))?;
    Ok((price.record, product.record))
}

pub(super) async fn shipping(
    step: &mut Step,
    wishes: &[ShippingWish],
    currency: Option<florin_base::Asset>,
) -> Result<Vec<ShippingOption>, Halt> {
    let mut options = Vec::with_capacity(wishes.len());
    for (at, wish) in wishes.iter().enumerate() {
        let param = format!("shipping_options[{at}]");
        let rate = match wish {
            ShippingWish::Known(id) => {
                let param = format!("{param}[shipping_rate]");
                step.in_body::<ShippingRate>(id, &param).await?.record
            }
            ShippingWish::Inline(new) => {
                let (draft, mut context) = step.parts();
                let made = catalog::create_shipping_rate(draft, &mut context, (**new).clone());
                let outer = format!("{param}[shipping_rate_data]");
                made.map_err(|refusal| refusal.within(&outer))?.record
            }
        };
        let Some(amount) = currency.and_then(|currency| rate.amount_in(currency)) else {
            let message = "A shipping rate must have an amount in the currency of the line items.";
            return Err(Refusal::invalid(&param, message).into());
        };
        options.push(ShippingOption {
            rate: rate.id.clone(),
            name: rate.display_name,
            amount,
            estimate: rate.delivery_estimate,
        });
    }
    Ok(options)
}

/// `POST /v1/checkout/sessions/:id`.
pub struct UpdateSession {
    /// Which one.
    pub id: String,
    /// What changes.
    pub command: checkout::UpdateSession,
    /// Other ways of shipping.
    pub shipping: Option<Vec<ShippingWish>>,
    /// All that is sold from now on.
    pub lines: Option<Vec<LineWish>>,
}

impl Operation for UpdateSession {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let mut session = step.in_url::<CheckoutSession>(&self.id, "session").await?;
            let mut command = self.command.clone();
            if self.shipping.is_some() || self.lines.is_some() {
                free(step, &session.record).await?;
            }
            if let Some(wishes) = &self.lines {
                command.lines = Some(line_changes(step, wishes).await?);
            }
            if let Some(wishes) = &self.shipping {
                command.shipping_options =
                    Some(shipping(step, wishes, session.record.currency).await?);
            }
            step.decide(|draft, context| {
                checkout::update(draft, context, &mut session, command)?;
                Ok(session)
            })
        })
    }
}

/// Loads what a change of the lines names.
async fn line_changes(step: &mut Step, wishes: &[LineWish]) -> Result<Vec<LineChange>, Halt> {
    let mut changes = Vec::with_capacity(wishes.len());
    for (at, wish) in wishes.iter().enumerate() {
        let sold = match &wish.price {
            Some(price) => Some(priced(step, price, at).await?),
            None => None,
        };
        let taxes = match &wish.tax_rates {
            Some(ids) => Some(taxes(step, ids, at).await?),
            None => None,
        };
        changes.push(LineChange {
            id: wish.id.clone(),
            sold,
            quantity: wish.quantity,
            adjustable: wish.adjustable,
            taxes,
            metadata: wish.metadata.clone(),
        });
    }
    Ok(changes)
}

/// What the buyer chooses on the page: shipping, quantities, language.
pub struct ChooseSession {
    /// Which one.
    pub id: String,
    /// What is chosen.
    pub choice: Choice,
}

impl Operation for ChooseSession {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let mut session = step.in_url::<CheckoutSession>(&self.id, "session").await?;
            if self.choice.changes_sum() {
                free(step, &session.record).await?;
            }
            let choice = self.choice.clone();
            step.decide(|draft, context| {
                checkout::choose(draft, context, &mut session, choice)?;
                Ok(session)
            })
        })
    }
}

/// The buyer presses the button of the page.
pub struct PressSession {
    /// Which one.
    pub id: String,
    /// What the buyer told.
    pub press: Press,
    /// With what; a session without a price needs nothing.
    pub method: Option<MethodSource>,
    /// Where the buyer comes back to after an action.
    pub return_url: String,
}

impl Operation for PressSession {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn tries_a_card(&self) -> bool {
        true
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let mut session = step.in_url::<CheckoutSession>(&self.id, "session").await?;
            {
                let (_, context) = step.parts();
                checkout::check_press(&context, &session.record, &self.press)?;
            }
            let (intent, setup) = earlier(step, &session.record).await?;
            let mut link = step.linked(session.record.link.as_deref()).await?;
            if let Some(link) = &link {
                let (draft, _) = step.parts();
                checkout::take_place(draft, &mut session.record, link)?;
            }
            let customer = self.payer(step, &mut session).await?;
            checkout::collect(&mut session.record, self.press.told.clone());
            let scope = step.scope().clone();
            let id = session.record.id.clone();
            if session.record.is_free() {
                let (draft, mut context) = step.parts();
                let link = link.as_mut();
                checkout::complete_free(draft, &mut context, &mut session, intent, link)?;
                return Ok(Decided::record(&scope, &id));
            }
            let Some(source) = &self.method else {
                return Err(Refusal::Invalid {
                    code: Some("parameter_missing"),
                    message: "Choose how to pay.".to_owned(),
                    param: Some("method".to_owned()),
                }
                .into());
            };
            let mut method = step.method(source).await?;
            let saves = self.press.saves && method.record.kind.is_card();
            if method.version == 0 && saves {
                method.record.allow_redisplay = Some("always".to_owned());
            }
            let named = session.record.configuration.as_deref();
            let engine = step.engine().clone();
            let switched = engine.switched_on(step.scope(), named).await?;
            let people = (customer, method);
            let call = match session.record.mode {
                SessionMode::Payment => self.pay(step, session, intent, (people, switched))?,
                SessionMode::Setup => Some(self.set_up(step, session, setup, people)?),
            };
            Ok(Decided {
                call: call.map(Box::new),
                ..Decided::record(&scope, &id)
            })
        })
    }
}

/// What an earlier press left: a payment or a set-up.
type Earlier = (
    Option<Versioned<PaymentIntent>>,
    Option<Versioned<SetupIntent>>,
);

async fn earlier(step: &mut Step, session: &CheckoutSession) -> Result<Earlier, Halt> {
    let intent = step.linked(session.intent.as_deref()).await?;
    let setup = step.linked(session.setup.as_deref()).await?;
    Ok((intent, setup))
}

/// Makes the payment of a session free for another sum or another method.
async fn free(step: &mut Step, session: &CheckoutSession) -> Result<(), Halt> {
    let (intent, setup) = earlier(step, session).await?;
    let (draft, mut context) = step.parts();
    Ok(checkout::abandon(
        draft,
        &mut context,
        session,
        intent,
        setup,
    )?)
}

/// Who pays, and with what.
type People = (Option<Versioned<Customer>>, Versioned<PaymentMethod>);

impl PressSession {
    /// The customer of the session; one is made where the method will be saved or the merchant wants it.
    async fn payer(
        &self,
        step: &mut Step,
        session: &mut Versioned<CheckoutSession>,
    ) -> Result<Option<Versioned<Customer>>, Halt> {
        if let Some(known) = session.record.customer.clone() {
            let mut customer = step.find::<Customer>(&known).await?;
            let living = customer.as_mut().filter(|held| !held.record.deleted);
            if let (Some(held), Some(patch)) = (living, kept_of(&session.record, &self.press)) {
                let (draft, mut context) = step.parts();
                customers::update(draft, &mut context, held, patch)?;
            }
            return Ok(customer);
        }
        let record = &session.record;
        let saves = record.terms.setup_future_usage.is_some()
            || (self.press.saves && record.collect.offers_save)
            || record.mode == SessionMode::Setup;
        if !record.makes_customer && !saves {
            return Ok(None);
        }
        let patch = patch_of(record, &self.press);
        let (draft, mut context) = step.parts();
        let customer = customers::create(draft, &mut context, patch);
        session.record.customer = Some(customer.record.id.clone());
        Ok(Some(customer))
    }

    fn pay(
        &self,
        step: &mut Step,
        mut session: Versioned<CheckoutSession>,
        earlier: Option<Versioned<PaymentIntent>>,
        ((customer, method), switched): (People, Vec<MethodType>),
    ) -> Result<Option<payments::Call>, Halt> {
        let (draft, mut context) = step.parts();
        let payer = checkout::People {
            customer: customer.as_ref(),
            saves: self.press.saves && method.record.kind.is_card(),
            switched: &switched,
        };
        let intent = checkout::intent_of(draft, &mut context, &mut session, earlier, payer)?;
        let command = ConfirmCommand {
            return_url: Some(self.return_url.clone()),
            from_browser: true,
            by_session: true,
            ..ConfirmCommand::default()
        };
        let inputs = ConfirmInputs {
            token: None,
            intent,
            method: Some(method),
        };
        let call = payments::confirm(draft, &mut context, inputs, command);
        // The page has a name of its own for the way to pay.
        Ok(call.map_err(|refusal| refusal.renamed("payment_method", "method"))?)
    }

    fn set_up(
        &self,
        step: &mut Step,
        mut session: Versioned<CheckoutSession>,
        earlier: Option<Versioned<SetupIntent>>,
        (customer, method): People,
    ) -> Result<payments::Call, Halt> {
        let (draft, mut context) = step.parts();
        let setup = checkout::setup_of(
            draft,
            &mut context,
            &mut session,
            earlier,
            customer.as_ref(),
        )?;
        let command = SetupCommand {
            return_url: Some(self.return_url.clone()),
            by_session: true,
            ..SetupCommand::default()
        };
        Ok(payments::confirm_setup(
            draft,
            &mut context,
            setup,
            (Some(method), None),
            command,
        )?)
    }
}

/// What of that which the buyer tells is kept with a customer who was there before.
fn kept_of(session: &CheckoutSession, press: &Press) -> Option<CustomerPatch> {
    let keeps = session.keeps;
    let told = patch_of(session, press);
    let mut patch = CustomerPatch {
        name: told.name.filter(|name| keeps.name && name.is_some()),
        ..CustomerPatch::default()
    };
    for (name, is_kept) in [("address", keeps.address), ("shipping", keeps.shipping)] {
        if let Some(value) = told.echo.get(name).filter(|_| is_kept) {
            patch.echo.insert(name.to_owned(), value.clone());
        }
    }
    (patch.name.is_some() || !patch.echo.is_empty()).then_some(patch)
}

/// The customer that a buyer becomes.
fn patch_of(session: &CheckoutSession, press: &Press) -> CustomerPatch {
    let buyer = &press.told.buyer;
    let text = |name: &str| buyer.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut echo = Map::new();
    for name in ["phone", "address"] {
        if let Some(value) = buyer.get(name).filter(|value| !value.is_null()) {
            echo.insert(name.to_owned(), value.clone());
        }
    }
    if !press.told.delivery.is_empty() {
        let delivery = Value::Object(press.told.delivery.clone());
        echo.insert("shipping".to_owned(), delivery);
    }
    CustomerPatch {
        email: text("email").or(session.email.clone()).map(Some),
        name: text("name").map(Some),
        echo,
        ..CustomerPatch::default()
    }
}

/// The buyer gives up the open action of the page.
pub struct AbandonSession {
    /// Which one.
    pub id: String,
}

impl Operation for AbandonSession {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let session = step.in_url::<CheckoutSession>(&self.id, "session").await?;
            let scope = step.scope().clone();
            free(step, &session.record).await?;
            Ok(Decided::record(&scope, &session.record.id))
        })
    }
}

/// `POST /v1/checkout/sessions/:id/expire`.
pub struct ExpireSession {
    /// Which one.
    pub id: String,
}

impl Operation for ExpireSession {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let session = step.in_url::<CheckoutSession>(&self.id, "session").await?;
            let (scope, id) = (step.scope().clone(), session.record.id.clone());
            check_not_under_way(step, &session.record).await?;
            expire_session(step, session).await?;
            Ok(Decided::record(&scope, &id))
        })
    }
}

/// The buyer begins an expired session anew.
pub struct RecoverSession {
    /// Which one.
    pub id: String,
}

impl Operation for RecoverSession {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let mut session = step.in_url::<CheckoutSession>(&self.id, "session").await?;
            let later = session.record.recovered_by.clone();
            let later = step.linked::<CheckoutSession>(later.as_deref()).await?;
            let scope = step.scope().clone();
            let now = step.parts().1.now;
            if let Some(later) = later.filter(|later| later.record.stands_in(now)) {
                return Ok(Decided::record(&scope, &later.record.id));
            }
            step.decide(|draft, context| checkout::recover(draft, context, &mut session))
        })
    }
}

/// Money that may be on its way for days is nothing to wait for with a request.
async fn check_not_under_way(step: &mut Step, session: &CheckoutSession) -> Result<(), Halt> {
    let intent = step
        .linked::<PaymentIntent>(session.intent.as_deref())
        .await?;
    let is_under_way = |held: Versioned<PaymentIntent>| {
        held.record.status == IntentStatus::Processing && !held.record.tried.is_card()
    };
    match intent.is_some_and(is_under_way) {
        false => Ok(()),
        true => Err(Refusal::plain(
            None,
            "The payment of this Checkout Session is under way, so that it cannot be expired. Wait for what becomes of it.",
        )
        .into()),
    }
}

/// Ends an open session and gives up its intent.
pub(crate) async fn expire_session(
    step: &mut Step,
    mut session: Versioned<CheckoutSession>,
) -> Result<(), Halt> {
    let (intent, setup) = earlier(step, &session.record).await?;
    let (draft, mut context) = step.parts();
    checkout::expire(draft, &mut context, &mut session, intent, setup)?;
    Ok(())
}
