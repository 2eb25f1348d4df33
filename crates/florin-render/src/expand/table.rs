//! The one table of what can be expanded: object type and path of the field, and what becomes of it.
//!
//! Fields that the wire can expand but that Florin never fills are listed as [`Rule::Never`]: a request may name
//! them, and they stay null. Rows stand together by object, so that a lookup reads few of them.

use florin_domain::Kind;

/// What an expandable field holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Rule {
    /// The id of a record.
    Id(Kind),
    /// The id of a balance transaction.
    Transaction,
    /// The id of whatever a balance transaction came from.
    Source,
    /// The id of a payment method that is shown as an older source.
    CardSource,
    /// A list that is there only when it is expanded: refunds.
    Refunds,
    /// A list that only older versions show: the charges of a payment intent.
    Charges,
    /// A list that is there only when it is expanded: sources.
    Sources,
    /// A list that is there only when it is expanded: line items.
    LineItems,
    /// A list that is there only when it is expanded: what a session sells.
    SessionLines,
    /// The same for a payment link.
    LinkLines,
    /// A map that is there only when it is expanded: the amounts of a price or a way of shipping by currency.
    Currencies(Kind),
    /// A list that is there only when it is expanded, and empty in Florin. Named by the end of its URL.
    EmptyList(&'static str),
    /// Objects of this type that every answer holds; only a path through them makes a difference.
    Inside(&'static str),
    /// Always null in Florin.
    Never,
}

/// The type of the objects in which a path goes on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Below {
    /// One object of this type.
    One(&'static str),
    /// A list of objects of this type.
    List(&'static str),
    /// Not known beforehand.
    Any,
}

impl Rule {
    /// Where a path goes on below the field.
    pub(super) const fn below(self) -> Below {
        match self {
            Rule::Id(kind) => Below::One(crate::object_name(kind)),
            Rule::Transaction => Below::One("balance_transaction"),
            Rule::CardSource => Below::One("card"),
            Rule::Inside(object) => Below::One(object),
            Rule::Refunds => Below::List("refund"),
            Rule::Charges => Below::List("charge"),
            Rule::Sources => Below::List("card"),
            Rule::SessionLines | Rule::LinkLines => Below::List("item"),
            Rule::LineItems => Below::List("payment_intent_amount_details_line_item"),
            Rule::Source | Rule::Currencies(_) | Rule::EmptyList(_) | Rule::Never => Below::Any,
        }
    }
}

/// The rows of one object type.
pub(super) type Rows = &'static [(&'static str, Rule)];

/// The rows of an object type; none for a type without expandable fields.
pub(super) fn rows(object: &str) -> Rows {
    TABLE
        .iter()
        .find(|(name, _)| *name == object)
        .map_or(&[], |(_, rows)| rows)
}

/// The rule of a field, given as a dotted path inside its object.
pub(super) fn find(object: &str, field: &str) -> Option<Rule> {
    rows(object)
        .iter()
        .find(|(name, _)| *name == field)
        .map(|(_, rule)| *rule)
}

/// Whether some expandable field lies below this path.
pub(super) fn leads_on(object: &str, field: &str) -> bool {
    let below = |name: &str| {
        name.strip_prefix(field)
            .is_some_and(|rest| rest.starts_with('.'))
    };
    rows(object).iter().any(|(name, _)| below(name))
}

const TABLE: &[(&str, Rows)] = &[
    ("payment_intent", PAYMENT_INTENT),
    ("charge", CHARGE),
    ("customer", CUSTOMER),
    ("payment_method", PAYMENT_METHOD),
    ("setup_intent", SETUP_INTENT),
    ("refund", REFUND),
    ("dispute", DISPUTE),
    ("radar.early_fraud_warning", EARLY_FRAUD_WARNING),
    ("balance_transaction", BALANCE_TRANSACTION),
    ("balance", BALANCE),
    ("card", CARD),
    ("account", ACCOUNT),
    ("checkout.session", CHECKOUT_SESSION),
    ("payment_link", PAYMENT_LINK),
    ("item", ITEM),
    ("price", PRICE),
    ("product", PRODUCT),
    ("shipping_rate", SHIPPING_RATE),
];

const CHECKOUT_SESSION: Rows = &[
    ("customer", Rule::Id(Kind::Customer)),
    ("invoice", Rule::Never),
    ("line_items", Rule::SessionLines),
    ("payment_intent", Rule::Id(Kind::PaymentIntent)),
    ("payment_link", Rule::Id(Kind::PaymentLink)),
    ("setup_intent", Rule::Id(Kind::SetupIntent)),
    ("shipping_cost.shipping_rate", Rule::Id(Kind::ShippingRate)),
    (
        "shipping_options.shipping_rate",
        Rule::Id(Kind::ShippingRate),
    ),
    ("subscription", Rule::Never),
];

const PAYMENT_LINK: Rows = &[
    ("line_items", Rule::LinkLines),
    (
        "shipping_options.shipping_rate",
        Rule::Id(Kind::ShippingRate),
    ),
];

const ITEM: Rows = &[("price", Rule::Inside("price"))];

const PRICE: Rows = &[
    ("currency_options", Rule::Currencies(Kind::Price)),
    ("product", Rule::Id(Kind::Product)),
];

const PRODUCT: Rows = &[
    ("default_price", Rule::Id(Kind::Price)),
    // A text: Florin keeps no list of these codes.
    ("tax_code", Rule::Never),
];

const SHIPPING_RATE: Rows = &[
    (
        "fixed_amount.currency_options",
        Rule::Currencies(Kind::ShippingRate),
    ),
    ("tax_code", Rule::Never),
];

const PAYMENT_INTENT: Rows = &[
    ("amount_details.line_items", Rule::LineItems),
    ("application", Rule::Never),
    ("charges", Rule::Charges),
    ("customer", Rule::Id(Kind::Customer)),
    ("invoice", Rule::Never),
    (
        "last_payment_error.payment_method",
        Rule::Id(Kind::PaymentMethod),
    ),
    ("latest_charge", Rule::Id(Kind::Charge)),
    ("on_behalf_of", Rule::Never),
    ("payment_method", Rule::Id(Kind::PaymentMethod)),
    ("payment_record", Rule::Never),
    ("review", Rule::Never),
    ("source", Rule::Never),
    ("transfer_data.destination", Rule::Never),
];

const CHARGE: Rows = &[
    ("application", Rule::Never),
    ("application_fee", Rule::Never),
    ("balance_transaction", Rule::Transaction),
    ("customer", Rule::Id(Kind::Customer)),
    ("failure_balance_transaction", Rule::Transaction),
    ("invoice", Rule::Never),
    ("on_behalf_of", Rule::Never),
    ("outcome.rule", Rule::Never),
    ("payment_intent", Rule::Id(Kind::PaymentIntent)),
    ("payment_method_details.card.mandate", Rule::Never),
    ("refunds", Rule::Refunds),
    ("review", Rule::Never),
    ("source_transfer", Rule::Never),
    ("transfer", Rule::Never),
    ("transfer_data.destination", Rule::Never),
];

const CUSTOMER: Rows = &[
    ("cash_balance", Rule::Never),
    ("default_source", Rule::CardSource),
    ("invoice_credit_balance", Rule::Never),
    (
        "invoice_settings.default_payment_method",
        Rule::Id(Kind::PaymentMethod),
    ),
    ("sources", Rule::Sources),
    ("subscriptions", Rule::EmptyList("subscriptions")),
    ("tax", Rule::Never),
    ("tax_ids", Rule::EmptyList("tax_ids")),
    ("test_clock", Rule::Never),
];

const PAYMENT_METHOD: Rows = &[
    ("card.generated_from.charge", Rule::Never),
    ("card.generated_from.setup_attempt", Rule::Never),
    ("customer", Rule::Id(Kind::Customer)),
    ("sepa_debit.generated_from.charge", Rule::Never),
    ("sepa_debit.generated_from.setup_attempt", Rule::Never),
];

const SETUP_INTENT: Rows = &[
    ("application", Rule::Never),
    ("customer", Rule::Id(Kind::Customer)),
    (
        "last_setup_error.payment_method",
        Rule::Id(Kind::PaymentMethod),
    ),
    ("latest_attempt", Rule::Never),
    ("mandate", Rule::Never),
    ("on_behalf_of", Rule::Never),
    ("payment_method", Rule::Id(Kind::PaymentMethod)),
    ("single_use_mandate", Rule::Never),
];

const REFUND: Rows = &[
    ("balance_transaction", Rule::Transaction),
    ("charge", Rule::Id(Kind::Charge)),
    ("customer", Rule::Id(Kind::Customer)),
    ("failure_balance_transaction", Rule::Transaction),
    ("payment_intent", Rule::Id(Kind::PaymentIntent)),
    ("payment_method", Rule::Id(Kind::PaymentMethod)),
    ("source_transfer_reversal", Rule::Never),
    ("transfer_reversal", Rule::Never),
];

const DISPUTE: Rows = &[
    ("balance_transactions", Rule::Inside("balance_transaction")),
    ("charge", Rule::Id(Kind::Charge)),
    ("evidence.cancellation_policy", Rule::Never),
    ("evidence.customer_communication", Rule::Never),
    ("evidence.customer_signature", Rule::Never),
    ("evidence.duplicate_charge_documentation", Rule::Never),
    ("evidence.receipt", Rule::Never),
    ("evidence.refund_policy", Rule::Never),
    ("evidence.service_documentation", Rule::Never),
    ("evidence.shipping_documentation", Rule::Never),
    ("evidence.uncategorized_file", Rule::Never),
    ("payment_intent", Rule::Id(Kind::PaymentIntent)),
];

const EARLY_FRAUD_WARNING: Rows = &[
    ("charge", Rule::Id(Kind::Charge)),
    ("payment_intent", Rule::Id(Kind::PaymentIntent)),
];

const BALANCE_TRANSACTION: Rows = &[("source", Rule::Source)];

const BALANCE: Rows = &[("instant_available.net_available", Rule::Never)];

const CARD: Rows = &[
    ("account", Rule::Never),
    ("customer", Rule::Id(Kind::Customer)),
];

const ACCOUNT: Rows = &[
    ("company.verification.document.back", Rule::Never),
    ("company.verification.document.front", Rule::Never),
    ("settings.branding.icon", Rule::Never),
    ("settings.branding.logo", Rule::Never),
];
