//! Making a session.

use super::totals::sum;
use super::{
    Adjustable, CheckoutSession, Collect, IntentTerms, Keeps, Line, LineTax, PaymentLink,
    SESSION_SPACE, SessionMode, ShippingOption, UiMode,
};
use crate::catalog::{Price, Product, TaxRate};
use crate::changes::{Claim, Draft, JobKind};
use crate::context::Context;
use crate::customers::Customer;
use crate::methods::{self, MethodType};
use crate::payments::{
    EXCLUDED, EXCLUDED_LISTED, Metadata, MetadataPatch, MethodConfiguration, NOTHING_LEFT,
    allowed_types, kept_types, listed_types,
};
use crate::record::{Entity, Kind, Versioned};
use crate::refusal::Refusal;
use crate::transitions::Transition;
use crate::webhooks::WebhookEndpoint;
use florin_base::{Asset, Id, Timestamp};
use serde_json::{Map, Value, json};

/// A session ends after so long by itself.
const LIFE_S: i64 = 24 * 3_600;
/// The shortest life that a merchant may ask for.
const LIFE_S_MIN: i64 = 30 * 60;
/// The most positions of an order.
const LINES_MAX: usize = 100;
/// The most ways of shipping.
const SHIPPING_OPTIONS_MAX: usize = 5;

/// What is sold, with its records loaded.
#[derive(Clone, Debug, Default)]
pub struct Item {
    /// Its price.
    pub price: Price,
    /// Its product.
    pub product: Product,
    /// How many.
    pub quantity: i64,
    /// The buyer may change how many.
    pub adjustable: Option<Adjustable>,
    /// What is added or contained.
    pub taxes: Vec<TaxRate>,
    /// The merchant's own data.
    pub metadata: MetadataPatch,
}

/// What the merchant asks for.
#[derive(Clone, Debug, Default)]
pub struct NewSession {
    /// What it is for.
    pub mode: SessionMode,
    /// Where the buyer sees it.
    pub ui: UiMode,
    /// The currency, where no item says it.
    pub currency: Option<Asset>,
    /// A customer is made if there is none.
    pub makes_customer: bool,
    /// The address that the merchant knows.
    pub email: Option<String>,
    /// The types; empty lets Florin choose.
    pub types: Vec<String>,
    /// Types to leave out.
    pub excluded: Vec<String>,
    /// The types that are switched on.
    pub switched: Vec<MethodType>,
    /// The configuration to choose from, if not the default one.
    pub configuration: Option<Id<MethodConfiguration>>,
    /// Where the buyer goes when all is done.
    pub success_url: Option<String>,
    /// Where the buyer goes who changes their mind.
    pub cancel_url: Option<String>,
    /// Where the buyer of an embedded page goes after a redirect.
    pub return_url: Option<String>,
    /// `always`, `if_required` or `never`.
    pub redirect: Option<String>,
    /// The merchant's name for the order.
    pub reference: Option<String>,
    /// The merchant's own data.
    pub metadata: MetadataPatch,
    /// What the intent is made with.
    pub terms: IntentTerms,
    /// The language of the page.
    pub locale: Option<String>,
    /// What the button says.
    pub submit_type: Option<String>,
    /// When it ends.
    pub expires: Option<Timestamp>,
    /// What the page asks for.
    pub collect: Collect,
    /// What the buyer tells is kept with the customer.
    pub keeps: Keeps,
    /// Once it expired, the buyer may begin anew.
    pub recovers: bool,
    /// The ways of shipping, the first one chosen.
    pub shipping_options: Vec<ShippingOption>,
    /// What is offered beside the order.
    pub optional: Vec<Item>,
    /// The link that it is made by.
    pub link: Option<Id<PaymentLink>>,
    /// The order of the simple front door, and where it is told.
    pub order: Option<(String, Option<Id<WebhookEndpoint>>)>,
    /// Members that Florin stores and echoes.
    pub echo: Map<String, Value>,
}

impl NewSession {
    /// The currency of what it sells: what is asked for, or that of the first price.
    pub fn currency_of(&self, items: &[Item]) -> Option<Asset> {
        self.currency
            .or(items.first().map(|item| item.price.currency))
    }
}

/// Makes a session.
///
/// # Errors
/// Items that cannot be sold together, a sum that cannot be charged, an end too soon or too late, URLs that are missing.
pub fn create(
    draft: &mut Draft,
    context: &mut Context<'_>,
    mut new: NewSession,
    items: Vec<Item>,
    customer: Option<&Versioned<Customer>>,
) -> Result<Versioned<CheckoutSession>, Refusal> {
    check_customer(draft, customer, &new)?;
    check_urls(&new)?;
    let currency = currency_of(&new, &items)?;
    check_types(&new, currency)?;
    check_excluded(&new)?;
    if let Some(end) = new.terms.pix {
        end.check(context.now)?;
    }
    let expires = end_of(context, new.expires)?;
    let mut lines = lines_in(context, items, currency)?;
    lines.extend(offered(
        context,
        std::mem::take(&mut new.optional),
        currency,
    )?);
    let shipping = std::mem::take(&mut new.shipping_options);
    let switched = std::mem::take(&mut new.switched);
    let mut session = assembled(context, new, customer);
    session.currency = currency;
    let offered = session.offers(&switched);
    if offered.is_empty() {
        return Err(Refusal::invalid(EXCLUDED, NOTHING_LEFT));
    }
    session.offered = methods::words(&offered);
    session.lines = lines;
    session.expires = expires;
    session.offer_shipping(shipping)?;
    sum(&mut session)?;
    let mut held = Versioned::fresh(session);
    publish(draft, context, &held.record);
    draft.save(context, &mut held, Transition::SessionChanged);
    Ok(held)
}

/// A set-up keeps cards; a payment takes what the merchant lists, as far as it takes the currency.
fn check_types(new: &NewSession, currency: Option<Asset>) -> Result<(), Refusal> {
    match (new.mode, currency) {
        (SessionMode::Setup, _) => kept_types(&new.types).map(drop),
        (SessionMode::Payment, Some(currency)) => allowed_types(&new.types, currency).map(drop),
        (SessionMode::Payment, None) => listed_types(&new.types).map(drop),
    }
}

/// What Florin chooses can be narrowed; what the merchant lists is narrowed in the list.
fn check_excluded(new: &NewSession) -> Result<(), Refusal> {
    if new.excluded.is_empty() || (new.mode == SessionMode::Payment && new.types.is_empty()) {
        return Ok(());
    }
    Err(Refusal::invalid(EXCLUDED, EXCLUDED_LISTED))
}

/// Its page is found without a key, and it ends by itself.
pub(super) fn publish(draft: &mut Draft, context: &Context<'_>, session: &CheckoutSession) {
    let target = session.key(&context.scope);
    draft.claim(Claim {
        scope: None,
        space: SESSION_SPACE,
        key: session.id.to_string(),
        target,
    });
    let id = format!("job_session_{}", session.id);
    let body = json!({ "session": session.id });
    draft.job(JobKind::SessionExpiry, id, session.expires.millis(), body);
}

fn assembled(
    context: &mut Context<'_>,
    new: NewSession,
    customer: Option<&Versioned<Customer>>,
) -> CheckoutSession {
    let mode = context.scope.mode();
    let mut metadata = Metadata::new();
    new.metadata.apply(&mut metadata);
    let (order, told_to) = new
        .order
        .map_or((None, None), |(order, to)| (Some(order), to));
    let in_shop = new.ui != UiMode::HostedPage;
    CheckoutSession {
        id: context.ids.id(&format!("cs_{mode}_")).as_str().into(),
        created: context.now,
        mode: new.mode,
        ui: new.ui,
        customer: customer.map(|held| held.record.id.clone()),
        makes_customer: new.makes_customer,
        email: new.email,
        types: new.types,
        excluded: new.excluded,
        configuration: new.configuration,
        success_url: new.success_url,
        cancel_url: new.cancel_url,
        return_url: new.return_url,
        redirect: new.redirect,
        reference: new.reference,
        metadata,
        terms: new.terms,
        locale: new.locale,
        submit_type: new.submit_type,
        collect: new.collect,
        keeps: new.keeps,
        recovers: new.recovers,
        secret: in_shop.then(|| context.ids.secret(40)),
        link: new.link,
        order,
        told_to,
        echo: new.echo,
        ..CheckoutSession::default()
    }
}

fn check_customer(
    draft: &mut Draft,
    customer: Option<&Versioned<Customer>>,
    new: &NewSession,
) -> Result<(), Refusal> {
    let Some(customer) = customer else {
        return match new.keeps == Keeps::default() {
            true => Ok(()),
            false => Err(Refusal::invalid(
                "customer_update",
                "`customer_update` can only be used with `customer`.",
            )),
        };
    };
    if customer.record.deleted {
        return Err(Refusal::missing_in_body(
            Kind::Customer,
            customer.record.id(),
            "customer",
        ));
    }
    if new.email.is_some() {
        return Err(Refusal::invalid(
            "customer_email",
            "You may only specify one of these parameters: customer, customer_email.",
        ));
    }
    draft.require(customer);
    Ok(())
}

/// Each kind of page has addresses of its own. A hosted page without any shows what was paid and goes nowhere.
fn check_urls(new: &NewSession) -> Result<(), Refusal> {
    let refuse = |param: &str, message: &str| Err(Refusal::invalid(param, message));
    match new.ui {
        UiMode::EmbeddedPage | UiMode::Elements if new.recovers => refuse(
            "after_expiration",
            "`after_expiration` is for `ui_mode: hosted_page`; in a page of the shop, create another session.",
        ),
        UiMode::HostedPage if new.return_url.is_some() => refuse(
            "return_url",
            "`return_url` is for `ui_mode: embedded_page`; use `success_url`.",
        ),
        UiMode::HostedPage if new.redirect.is_some() => refuse(
            "redirect_on_completion",
            "`redirect_on_completion` is for `ui_mode: embedded_page`.",
        ),
        UiMode::EmbeddedPage | UiMode::Elements if new.success_url.is_some() => refuse(
            "success_url",
            "`success_url` is for `ui_mode: hosted_page`; use `return_url`.",
        ),
        UiMode::EmbeddedPage | UiMode::Elements if new.cancel_url.is_some() => {
            refuse("cancel_url", "`cancel_url` is for `ui_mode: hosted_page`.")
        }
        UiMode::Elements if new.redirect.is_some() => refuse(
            "redirect_on_completion",
            "`redirect_on_completion` is for `ui_mode: embedded_page`.",
        ),
        UiMode::EmbeddedPage if new.redirect.as_deref() == Some("never") => {
            match new.return_url.is_some() {
                true => refuse(
                    "return_url",
                    "With `redirect_on_completion: never` there is nowhere to return to; leave `return_url` out.",
                ),
                false => Ok(()),
            }
        }
        UiMode::EmbeddedPage if new.return_url.is_none() => refuse(
            "return_url",
            "`return_url` is required with `ui_mode: embedded_page`, unless `redirect_on_completion` is `never`.",
        ),
        _ => Ok(()),
    }
}

/// The one currency of all items: what is asked for, or that of the first price.
fn currency_of(new: &NewSession, items: &[Item]) -> Result<Option<Asset>, Refusal> {
    if new.mode == SessionMode::Setup {
        return match items.is_empty() {
            true => Ok(new.currency),
            false => Err(Refusal::invalid(
                "line_items",
                "You can not pass `line_items` in `setup` mode.",
            )),
        };
    }
    let Some(first) = items.first() else {
        return Err(Refusal::Invalid {
            code: Some("parameter_missing"),
            message: "Missing required param: line_items. A session in `payment` mode sells at least one item.".to_owned(),
            param: Some("line_items".to_owned()),
        });
    };
    check_count(items.len())?;
    let currency = new.currency.unwrap_or(first.price.currency);
    if first.price.in_currency(currency).is_none() {
        let message = format!(
            "The currency of the session must be one of its prices, and {} has no amount in {}. Its currency is {}; others are \
             its currency_options.",
            first.price.id,
            currency.as_str(),
            first.price.currency.as_str()
        );
        return Err(Refusal::invalid("currency", message));
    }
    Ok(Some(currency))
}

/// The lines of what is offered beside the order: none of it is sold yet.
fn offered(
    context: &mut Context<'_>,
    items: Vec<Item>,
    currency: Option<Asset>,
) -> Result<Vec<Line>, Refusal> {
    if items.len() > OPTIONAL_MAX {
        let message = format!("A session offers at most {OPTIONAL_MAX} optional items.");
        return Err(Refusal::invalid(OPTIONAL, message));
    }
    if !items.is_empty() && currency.is_none() {
        let message = "You can not pass `optional_items` in `setup` mode.";
        return Err(Refusal::invalid(OPTIONAL, message));
    }
    let lines = lines_in(context, items, currency);
    let mut lines = lines.map_err(|refusal| refusal.moved("line_items", OPTIONAL))?;
    for (at, line) in lines.iter_mut().enumerate() {
        if line.custom.is_some() {
            let param = format!("{OPTIONAL}[{at}][price]");
            let message = "What a buyer chooses the price of cannot be an optional item.";
            return Err(Refusal::invalid(&param, message));
        }
        let all = Adjustable {
            minimum: line.quantity,
            maximum: line.quantity,
        };
        line.adjustable = line.adjustable.or(Some(all));
        line.optional = Some(line.quantity);
        line.quantity = 0;
    }
    Ok(lines)
}

/// The parameter of what is offered beside the order.
pub const OPTIONAL: &str = "optional_items";
/// The most items that are offered beside an order.
const OPTIONAL_MAX: usize = 10;

/// An order has only so many positions.
pub(super) fn check_count(lines: usize) -> Result<(), Refusal> {
    if lines <= LINES_MAX {
        return Ok(());
    }
    let message = format!("A session takes at most {LINES_MAX} line items.");
    Err(Refusal::invalid("line_items", message))
}

/// The lines of items, with what they cost in the currency of the session.
fn lines_in(
    context: &mut Context<'_>,
    items: Vec<Item>,
    currency: Option<Asset>,
) -> Result<Vec<Line>, Refusal> {
    let lines = items.into_iter().enumerate().map(|(at, item)| {
        let priced = priced(&item.price, &item.product, (currency, at))?;
        check_quantity(
            (item.quantity, item.adjustable),
            priced.custom.is_some(),
            at,
        )?;
        let mut metadata = Metadata::new();
        item.metadata.apply(&mut metadata);
        Ok(Line {
            id: context.ids.id("li_"),
            quantity: item.quantity,
            adjustable: item.adjustable,
            taxes: item.taxes.iter().map(LineTax::of).collect(),
            metadata,
            ..priced
        })
    });
    lines.collect()
}

pub(super) fn end_of(
    context: &Context<'_>,
    asked: Option<Timestamp>,
) -> Result<Timestamp, Refusal> {
    let Some(asked) = asked else {
        return Ok(context.now.plus_seconds(LIFE_S));
    };
    if asked < context.now.plus_seconds(LIFE_S_MIN) || asked > context.now.plus_seconds(LIFE_S) {
        return Err(Refusal::invalid(
            "expires_at",
            "`expires_at` must be at least 30 minutes and at most 24 hours from now.",
        ));
    }
    Ok(asked)
}

/// What a line has of its price and its product, in the currency of the session. Neither its id nor how many are sold.
///
/// # Errors
/// The price is put away, is due again and again, or has no amount in the currency.
pub(super) fn priced(
    price: &Price,
    product: &Product,
    (currency, at): (Option<Asset>, usize),
) -> Result<Line, Refusal> {
    let param = |name: &str| format!("line_items[{at}][{name}]");
    let Some(price) = price.in_currency(currency.unwrap_or(price.currency)) else {
        let message = "All prices of a session must have the same currency.";
        return Err(Refusal::invalid(&format!("line_items[{at}]"), message));
    };
    if !price.active && !price.inline {
        let message = format!(
            "The price {} is inactive. Activate it, or use another one.",
            price.id
        );
        return Err(Refusal::invalid(&param("price"), message));
    }
    if price.recurring.is_some() {
        return Err(Refusal::invalid(
            &param("price"),
            "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only \
             one-time prices. Subscriptions are not served yet.",
        ));
    }
    Ok(Line {
        price: price.id.clone(),
        name: product.name.clone(),
        description: product.description.clone(),
        image: product.images.first().cloned(),
        // Until the buyer chooses, it is what is proposed.
        unit_amount: price.custom.map_or(price.unit_amount, |custom| {
            Some(custom.preset.unwrap_or_default())
        }),
        unit_amount_decimal: price.unit_amount_decimal.clone(),
        custom: price.custom,
        package: price.package,
        ..Line::default()
    })
}

/// The most of one item.
const QUANTITY_MAX: i64 = 999_999;

/// How many of one item are sold, and within which bounds the buyer may change that. `is_chosen`: the buyer chooses the price.
pub(super) fn check_quantity(
    (quantity, adjustable): (i64, Option<Adjustable>),
    is_chosen: bool,
    at: usize,
) -> Result<(), Refusal> {
    let refuse = |name: &str, message: String| {
        Err(Refusal::invalid(
            &format!("line_items[{at}][{name}]"),
            message,
        ))
    };
    if !(1..=QUANTITY_MAX).contains(&quantity) {
        return refuse(
            "quantity",
            format!("A quantity is a whole number from 1 to {QUANTITY_MAX}."),
        );
    }
    if is_chosen && (quantity != 1 || adjustable.is_some()) {
        let message = "Of what the buyer chooses the price, one is sold: the quantity is 1 and cannot be adjusted.";
        return refuse("quantity", message.to_owned());
    }
    let Some(bounds) = adjustable else {
        return Ok(());
    };
    let sound = 0 <= bounds.minimum
        && bounds.minimum <= quantity
        && quantity <= bounds.maximum
        && bounds.maximum <= QUANTITY_MAX;
    match sound {
        true => Ok(()),
        false => refuse(
            "adjustable_quantity",
            "`minimum` must not be over the quantity, nor `maximum` under it.".to_owned(),
        ),
    }
}

impl CheckoutSession {
    /// Nothing has to be paid.
    pub fn is_free(&self) -> bool {
        let is_chosen = self.lines.iter().any(|line| line.custom.is_some());
        self.mode == SessionMode::Payment && self.totals.total == 0 && !is_chosen
    }

    /// Offers these ways of shipping; the first one is chosen.
    pub(super) fn offer_shipping(&mut self, options: Vec<ShippingOption>) -> Result<(), Refusal> {
        if options.len() > SHIPPING_OPTIONS_MAX {
            let message =
                format!("A session takes at most {SHIPPING_OPTIONS_MAX} ways of shipping.");
            return Err(Refusal::invalid("shipping_options", message));
        }
        self.shipping_rate = options.first().map(|option| option.rate.clone());
        self.shipping_options = options;
        Ok(())
    }
}
