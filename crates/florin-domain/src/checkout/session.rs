//! The session: what is sold, to whom, how it is paid, and how far it is.

use super::PaymentLink;
use crate::catalog::{CustomAmount, Estimate, Package, Price, ShippingRate, TaxRate, line_amount};
use crate::customers::Customer;
use crate::methods::{self, Flow, MethodType, PixEnd};
use crate::payments::{
    CaptureMethod, CardOptions, FutureUsage, Metadata, PaymentIntent, SetupIntent,
};
use crate::payments::{MethodConfiguration, words};
use crate::record::{Columns, record};
use crate::refusal::Refusal;
use crate::transitions::Transition;
use crate::webhooks::WebhookEndpoint;
use florin_base::{Asset, Id, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

words! {
    /// How far a session is.
    SessionStatus {
        /// The buyer may pay.
        #[default]
        Open = "open",
        /// The buyer is done. With a delayed method the money may still be on its way.
        Complete = "complete",
        /// Over without a payment.
        Expired = "expired",
    }
}

words! {
    /// What a session is for.
    SessionMode {
        /// One payment.
        #[default]
        Payment = "payment",
        /// A payment method for later, and no money.
        Setup = "setup",
    }
}

words! {
    /// Where the buyer sees the session.
    UiMode {
        /// On a page of its own.
        #[default]
        HostedPage = "hosted_page",
        /// In a frame of the shop's page.
        EmbeddedPage = "embedded_page",
        /// In a page of the shop, made of the script's elements.
        Elements = "elements",
    }
}

words! {
    /// Whether the money is there.
    PaidState {
        /// Not yet.
        #[default]
        Unpaid = "unpaid",
        /// It is.
        Paid = "paid",
        /// Nothing is to be paid.
        NotRequired = "no_payment_required",
    }
}

words! {
    /// What a custom field takes.
    FieldKind {
        /// Any text.
        #[default]
        Text = "text",
        /// Digits.
        Numeric = "numeric",
        /// One of a few.
        Dropdown = "dropdown",
    }
}

/// The buyer may change a quantity within these bounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjustable {
    /// At least so many; 0 lets the buyer leave the item out.
    pub minimum: i64,
    /// At most so many.
    pub maximum: i64,
}

/// How far a merchant lets the buyer change a quantity. Where no most is said, it is [`ADJUSTED_MAX`], or what is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Adjusts {
    /// At least so many.
    pub minimum: i64,
    /// At most so many.
    pub maximum: Option<i64>,
}

/// How many of an item a buyer may take where the merchant says nothing.
const ADJUSTED_MAX: i64 = 99;

impl Adjusts {
    /// The bounds around a quantity.
    pub fn around(self, quantity: i64) -> Adjustable {
        Adjustable {
            minimum: self.minimum,
            maximum: self.maximum.unwrap_or(ADJUSTED_MAX.max(quantity)),
        }
    }
}

/// A tax rate as it was when the session was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineTax {
    /// Which.
    pub rate: Id<TaxRate>,
    /// Per cent, as decimal text.
    pub percentage: String,
    /// The amount holds the tax already.
    pub inclusive: bool,
}

impl LineTax {
    /// A rate as it is now.
    pub(super) fn of(rate: &TaxRate) -> LineTax {
        LineTax {
            rate: rate.id.clone(),
            percentage: rate.percentage.clone(),
            inclusive: rate.inclusive,
        }
    }
}

/// One position of the order. Amounts are minor units.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Line {
    /// `li_…`.
    pub id: String,
    /// Its price.
    pub price: Id<Price>,
    /// What is sold.
    pub name: String,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A picture of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// How many.
    pub quantity: i64,
    /// The buyer may change how many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adjustable: Option<Adjustable>,
    /// It is offered beside the order: so many are sold once the buyer adds it, and none before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub optional: Option<i64>,
    /// What is added or contained.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<LineTax>,
    /// The merchant's own data.
    #[serde(skip_serializing_if = "crate::record::is_default")]
    pub metadata: Metadata,
    /// One of it, where that is a whole number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_amount: Option<i64>,
    /// One of it, where it has a fraction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_amount_decimal: Option<String>,
    /// The buyer chooses what one of it costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom: Option<CustomAmount>,
    /// Packages are paid, not pieces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<Package>,
    /// All of it, with contained and without added taxes.
    pub subtotal: i64,
    /// The taxes of it.
    #[serde(skip_serializing_if = "crate::record::is_default")]
    pub tax: i64,
    /// What the buyer pays for it.
    pub total: i64,
}

impl Line {
    /// Whether the buyer may take so many. What is only offered can be left out again.
    pub(super) fn allows(&self, quantity: i64) -> bool {
        let is_within = |bounds: Adjustable| (bounds.minimum..=bounds.maximum).contains(&quantity);
        (quantity == 0 && self.optional.is_some()) || self.adjustable.is_some_and(is_within)
    }

    /// What it costs when the buyer adds it, without taxes.
    pub fn offer(&self) -> Option<i64> {
        let unit = (self.unit_amount, self.unit_amount_decimal.as_deref());
        let count = self.optional?;
        line_amount(
            unit,
            self.package.map_or(count, |package| package.count(count)),
        )
    }
}

/// A way of shipping that the buyer may choose.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ShippingOption {
    /// The rate.
    pub rate: Id<ShippingRate>,
    /// Its name.
    pub name: String,
    /// What it costs.
    pub amount: i64,
    /// How long it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
}

/// The sums of an order, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Totals {
    /// The items.
    pub subtotal: i64,
    /// The shipping.
    pub shipping: i64,
    /// The taxes, contained and added.
    pub tax: i64,
    /// What the buyer pays.
    pub total: i64,
}

/// The bounds of a text's length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Bound {
    /// At least so many characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<i64>,
    /// At most so many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum: Option<i64>,
}

/// A question of the merchant's own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Field {
    /// Its name for programs.
    pub key: String,
    /// Its name for people.
    pub label: String,
    /// What it takes.
    pub kind: FieldKind,
    /// It may be left out.
    #[serde(skip_serializing_if = "crate::record::is_default")]
    pub optional: bool,
    /// What stands there at first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_value: Option<String>,
    /// The bounds of its length.
    pub length: Bound,
    /// The choices of a dropdown: value and label.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<(String, String)>,
    /// What the buyer said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// What the page asks for beside the payment method.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Collect {
    /// A telephone number.
    pub phone: bool,
    /// The whole billing address.
    pub billing_address: bool,
    /// A shipping address in one of these countries.
    pub shipping_countries: Vec<String>,
    /// The buyer must agree to the merchant's terms.
    pub terms: bool,
    /// The buyer may have the method saved.
    pub offers_save: bool,
    /// Which saved methods are shown, by what was said of showing them again; empty: those that may always be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub redisplay: Vec<String>,
    /// The merchant's own questions.
    pub fields: Vec<Field>,
}

/// What of that which the buyer tells is kept with a customer who was there before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Keeps {
    /// The billing address.
    pub address: bool,
    /// The name.
    pub name: bool,
    /// Where to ship.
    pub shipping: bool,
}

/// What the intent of the session is made with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct IntentTerms {
    /// When the money is taken.
    pub capture_method: CaptureMethod,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The merchant's own data.
    pub metadata: Metadata,
    /// Save the method for later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setup_future_usage: Option<FutureUsage>,
    /// Card options.
    pub card: CardOptions,
    /// When a code of Pix ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pix: Option<PixEnd>,
    /// Descriptive members.
    pub echo: Map<String, Value>,
}

/// What stands between the id of a session and the random part of its client secret.
pub const SECRET_MARK: &str = "_secret_";

record! {
    /// One order of one buyer.
    pub struct CheckoutSession: CheckoutSession, "cs_" {
        /// How far it is.
        status: SessionStatus,
        /// What it is for.
        mode: SessionMode,
        /// Where the buyer sees it.
        ui: UiMode,
        /// Whether the money is there.
        paid: PaidState,
        /// The currency; a set-up may have none.
        currency: Option<Asset>,
        /// What is sold.
        lines: Vec<Line>,
        /// The sums.
        totals: Totals,
        /// The ways of shipping.
        shipping_options: Vec<ShippingOption>,
        /// The chosen one.
        shipping_rate: Option<Id<ShippingRate>>,
        /// Who pays.
        customer: Option<Id<Customer>>,
        /// A customer is made if there is none.
        makes_customer: bool,
        /// The address that the merchant knows.
        email: Option<String>,
        /// What the buyer told: name, email, phone, address.
        buyer: Map<String, Value>,
        /// Where to ship: name, phone, address.
        delivery: Map<String, Value>,
        /// The payment, once the buyer pressed the button.
        intent: Option<Id<PaymentIntent>>,
        /// The set-up, likewise.
        setup: Option<Id<SetupIntent>>,
        /// The types that the merchant allows; empty lets Florin choose.
        types: Vec<String>,
        /// Types that the merchant leaves out.
        excluded: Vec<String>,
        /// What was switched on for it when it was made; the page looks anew.
        offered: Vec<String>,
        /// The configuration to choose from, if not the default one.
        configuration: Option<Id<MethodConfiguration>>,
        /// Where the buyer goes when all is done.
        success_url: Option<String>,
        /// Where the buyer goes who changes their mind.
        cancel_url: Option<String>,
        /// Where the buyer of an embedded page goes after a redirect.
        return_url: Option<String>,
        /// `always`, `if_required` or `never`.
        redirect: Option<String>,
        /// The merchant's name for the order.
        reference: Option<String>,
        /// The merchant's own data.
        metadata: Metadata,
        /// What the intent is made with.
        terms: IntentTerms,
        /// The language of the page.
        locale: Option<String>,
        /// What the button says.
        submit_type: Option<String>,
        /// After this second nobody can pay.
        expires: Timestamp,
        /// What the page asks for.
        collect: Collect,
        /// What the buyer tells is kept with the customer.
        keeps: Keeps,
        /// Once it expired, the buyer may begin anew.
        recovers: bool,
        /// Until this second; known when it expires.
        recoverable_until: Option<Timestamp>,
        /// The session that it was begun anew from.
        recovered_from: Option<Id<CheckoutSession>>,
        /// The session that was begun anew from it last.
        recovered_by: Option<Id<CheckoutSession>>,
        /// The buyer agreed to the terms.
        agreed: bool,
        /// The random part of the client secret of an embedded page.
        secret: Option<String>,
        /// The link that it was made by.
        link: Option<Id<PaymentLink>>,
        /// The link has a limit, and counts this session when it is complete.
        counts: bool,
        /// The order of the simple front door.
        order: Option<String>,
        /// The endpoint that the front door tells of it.
        told_to: Option<Id<WebhookEndpoint>>,
        /// The last try was declined; only orders of the front door are told so.
        declined: bool,
        /// How many tries were declined; only for orders of the front door.
        declines: i64,
        /// The merchant gave it up.
        canceled: bool,
        /// Members that Florin stores and echoes.
        echo: Map<String, Value>,
    }
}

impl Collect {
    /// The words that a saved method is shown for.
    pub fn redisplay(&self) -> Vec<&str> {
        match self.redisplay.is_empty() {
            true => vec!["always"],
            false => self.redisplay.iter().map(String::as_str).collect(),
        }
    }
}

impl CheckoutSession {
    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![
            self.customer.as_deref(),
            self.intent.as_deref(),
            Some(self.status.word()),
            self.link.as_deref(),
            self.buyer_email(),
        ]
    }

    /// `cs_…_secret_…`, for what stands in a page of the shop.
    pub fn client_secret(&self) -> Option<String> {
        let secret = self.secret.as_ref()?;
        Some(format!("{}{SECRET_MARK}{secret}", self.id))
    }

    /// A merchant's address with the session's id in its place.
    pub fn filled(&self, url: &str) -> String {
        url.replace("{CHECKOUT_SESSION_ID}", &self.id)
    }

    /// The link that counts this session, if one does.
    pub fn counting_link(&self) -> Option<&str> {
        self.link.as_deref().filter(|_| self.counts)
    }

    /// The address that the buyer is reached under: what the buyer said, or what the merchant knew.
    pub fn buyer_email(&self) -> Option<&str> {
        let told = self.buyer.get("email").and_then(Value::as_str);
        told.or(self.email.as_deref())
    }

    /// A page that leads nowhere afterwards has no place to come back to.
    pub(super) fn stays(&self) -> bool {
        self.redirect.as_deref() == Some("never")
            || (self.ui == UiMode::Elements && self.return_url.is_none())
    }

    /// What may be paid with: what the merchant lists, or what is switched on and fits.
    pub fn offers(&self, switched: &[MethodType]) -> Vec<MethodType> {
        let stays = self.stays();
        if !self.types.is_empty() || self.mode == SessionMode::Setup {
            let mut listed = MethodType::read(&self.types).unwrap_or_default();
            listed.retain(|kind| !stays || kind.flow() != Flow::Redirect);
            return methods::or_cards(listed);
        }
        let captures_later =
            self.terms.capture_method == CaptureMethod::Manual || self.terms.card.capture_manual;
        let cards_alone = captures_later || self.terms.setup_future_usage.is_some();
        let currency = self.currency.unwrap_or_default();
        let mut offered = methods::offered(switched, currency, (cards_alone, stays));
        offered.retain(|kind| !self.excluded.iter().any(|word| word == kind.word()));
        offered
    }

    /// A transition that the front door tells of, too, where the session is an order of it.
    pub(super) fn told(&self, plain: Transition, front: Transition) -> Transition {
        match self.order.is_some() {
            true => front,
            false => plain,
        }
    }

    /// The chosen way of shipping.
    pub fn shipping(&self) -> Option<&ShippingOption> {
        let chosen = self.shipping_rate.as_ref()?;
        self.shipping_options
            .iter()
            .find(|option| option.rate == *chosen)
    }

    /// Nobody can act on a session that is over.
    ///
    /// # Errors
    /// It is complete or expired, or its time is over at `now`.
    pub fn check_open(&self, now: Timestamp) -> Result<(), Refusal> {
        match self.status {
            SessionStatus::Complete => Err(Refusal::plain(
                Some("session_complete"),
                "This Checkout Session is complete already. Retrieve it to see what was paid.",
            )),
            SessionStatus::Open if !self.is_due(now) => Ok(()),
            SessionStatus::Open | SessionStatus::Expired => Err(Refusal::plain(
                Some("session_expired"),
                "This Checkout Session has expired. Create a new one.",
            )),
        }
    }
}
