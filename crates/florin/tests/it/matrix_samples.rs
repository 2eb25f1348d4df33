//! One request for every route, made of objects of one account; `{name}` stands for an object's id.
//!
//! Deliberately absent: routes without a sample. The matrix fails when one is missing.

/// What a stranger must get.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Expect {
    /// The URL names an object: 404.
    Missing,
    /// The body names one: 400.
    MissingInBody,
    /// The body names one, and the URL a sandbox card, which live mode does not know: 400 or 404.
    MissingSomewhere,
    /// A list: nothing of the other one in it.
    List,
    /// Something of the caller's own.
    Own,
}
use Expect::{List, Missing, MissingInBody, MissingSomewhere, Own};

/// A request: method, path, fields, what a stranger must get.
pub type Sample = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    Expect,
);

/// The fields of a payment without its method.
const MONEY: [(&str, &str); 3] = [
    ("amount", "1000"),
    ("currency", "usd"),
    ("payment_method_types[]", "card"),
];

/// Every route at least once. What removes things stands last, so that the owner can send all of them in this order.
pub const SAMPLES: &[Sample] = &[
    ("GET", "/v1/account", &[], Own),
    ("GET", "/v1/balance", &[], Own),
    ("GET", "/v1/balance_transactions", &[], List),
    (
        "GET",
        "/v1/balance_transactions/{transaction}",
        &[],
        Missing,
    ),
    ("GET", "/v1/balance/history", &[], List),
    ("GET", "/v1/balance/history/{transaction}", &[], Missing),
    ("GET", "/v1/charges", &[], List),
    ("GET", "/v1/charges/{charge}", &[], Missing),
    ("GET", "/v1/charges/{charge}/refunds", &[], Missing),
    ("GET", "/v1/charges/{charge}/refunds/{refund}", &[], Missing),
    ("GET", "/v1/customers", &[], List),
    ("GET", "/v1/customers/{customer}", &[], Missing),
    (
        "GET",
        "/v1/customers/{customer}/payment_methods",
        &[],
        Missing,
    ),
    (
        "GET",
        "/v1/customers/{customer}/payment_methods/{method}",
        &[],
        Missing,
    ),
    ("GET", "/v1/disputes", &[], List),
    ("GET", "/v1/disputes/{dispute}", &[], Missing),
    ("GET", "/v1/radar/early_fraud_warnings", &[], List),
    (
        "GET",
        "/v1/radar/early_fraud_warnings/{warning}",
        &[],
        Missing,
    ),
    ("GET", "/v1/events", &[], List),
    ("GET", "/v1/events/{event}", &[], Missing),
    ("GET", "/v1/payment_intents", &[], List),
    ("GET", "/v1/payment_intents/{paid}", &[], Missing),
    (
        "GET",
        "/v1/payment_intents/{paid}/amount_details_line_items",
        &[],
        Missing,
    ),
    ("GET", "/v1/payment_methods", &[], List),
    ("GET", "/v1/payment_methods/{method}", &[], Missing),
    ("GET", "/v1/refunds", &[], List),
    ("GET", "/v1/refunds/{refund}", &[], Missing),
    ("GET", "/v1/setup_intents", &[], List),
    ("GET", "/v1/setup_intents/{setup}", &[], Missing),
    ("GET", "/v1/tokens/{token}", &[], Missing),
    ("GET", "/v1/webhook_endpoints", &[], List),
    ("GET", "/v1/webhook_endpoints/{endpoint}", &[], Missing),
    // The same lists, filtered by or begun at an object of the other one.
    ("GET", "/v1/charges?customer={customer}", &[], List),
    ("GET", "/v1/charges?payment_intent={paid}", &[], List),
    ("GET", "/v1/refunds?charge={charge}", &[], List),
    ("GET", "/v1/disputes?charge={disputed}", &[], List),
    (
        "GET",
        "/v1/radar/early_fraud_warnings?charge={warned}",
        &[],
        List,
    ),
    ("GET", "/v1/payment_intents?customer={customer}", &[], List),
    ("GET", "/v1/setup_intents?customer={customer}", &[], List),
    ("GET", "/v1/balance_transactions?source={charge}", &[], List),
    (
        "GET",
        "/v1/payment_methods?customer={customer}",
        &[],
        MissingInBody,
    ),
    (
        "GET",
        "/v1/payment_intents?starting_after={paid}",
        &[],
        MissingInBody,
    ),
    (
        "GET",
        "/v1/events?ending_before={event}",
        &[],
        MissingInBody,
    ),
    (
        "GET",
        "/v1/customers?starting_after={customer}",
        &[],
        MissingInBody,
    ),
    (
        "POST",
        "/v1/charges",
        &[
            ("amount", "1000"),
            ("currency", "usd"),
            ("source", "{token}"),
        ],
        MissingInBody,
    ),
    (
        "POST",
        "/v1/charges",
        &[
            ("amount", "1000"),
            ("currency", "usd"),
            ("customer", "{customer}"),
        ],
        MissingInBody,
    ),
    (
        "POST",
        "/v1/charges/{charge}",
        &[("description", "mine")],
        Missing,
    ),
    (
        "POST",
        "/v1/charges/{held_charge}/capture",
        &[("amount", "500")],
        Missing,
    ),
    (
        "POST",
        "/v1/charges/{charge}/refunds",
        &[("amount", "1")],
        Missing,
    ),
    (
        "POST",
        "/v1/customers",
        &[("payment_method", "{method}")],
        MissingInBody,
    ),
    (
        "POST",
        "/v1/customers",
        &[("source", "{token}")],
        MissingInBody,
    ),
    (
        "POST",
        "/v1/customers/{customer}",
        &[("name", "mine")],
        Missing,
    ),
    (
        "POST",
        "/v1/payment_intents",
        &[MONEY[0], MONEY[1], MONEY[2], ("customer", "{customer}")],
        MissingInBody,
    ),
    (
        "POST",
        "/v1/payment_intents",
        &[
            MONEY[0],
            MONEY[1],
            MONEY[2],
            ("payment_method", "{method}"),
            ("confirm", "true"),
        ],
        MissingInBody,
    ),
    (
        "POST",
        "/v1/payment_intents",
        &[
            MONEY[0],
            MONEY[1],
            MONEY[2],
            ("payment_method_data[type]", "card"),
            ("payment_method_data[card][token]", "{token}"),
            ("confirm", "true"),
        ],
        MissingInBody,
    ),
    (
        "POST",
        "/v1/payment_intents/{open}",
        &[("amount", "1")],
        Missing,
    ),
    (
        "POST",
        "/v1/payment_intents/{held}/increment_authorization",
        &[("amount", "9000")],
        Missing,
    ),
    ("POST", "/v1/payment_intents/{held}/capture", &[], Missing),
    (
        "POST",
        "/v1/payment_intents/{open}/confirm",
        &[("payment_method", "pm_card_visa")],
        Missing,
    ),
    (
        "POST",
        "/v1/payment_intents/{open}/apply_customer_balance",
        &[],
        Missing,
    ),
    (
        "POST",
        "/v1/payment_intents/{open}/verify_microdeposits",
        &[],
        Missing,
    ),
    ("POST", "/v1/payment_intents/{open}/cancel", &[], Missing),
    (
        "POST",
        "/v1/payment_methods",
        &[("type", "card"), ("card[token]", "{token}")],
        MissingInBody,
    ),
    (
        "POST",
        "/v1/payment_methods/{method}",
        &[("metadata[a]", "mine")],
        Missing,
    ),
    (
        "POST",
        "/v1/payment_methods/{loose}/attach",
        &[("customer", "{customer}")],
        Missing,
    ),
    (
        "POST",
        "/v1/payment_methods/pm_card_visa/attach",
        &[("customer", "{customer}")],
        MissingSomewhere,
    ),
    ("POST", "/v1/payment_methods/{method}/detach", &[], Missing),
    (
        "POST",
        "/v1/refunds",
        &[("charge", "{charge}"), ("amount", "1")],
        MissingInBody,
    ),
    (
        "POST",
        "/v1/refunds",
        &[("payment_intent", "{paid}"), ("amount", "1")],
        MissingInBody,
    ),
    (
        "POST",
        "/v1/refunds/{refund}",
        &[("metadata[a]", "mine")],
        Missing,
    ),
    ("POST", "/v1/refunds/{refund}/cancel", &[], Missing),
    (
        "POST",
        "/v1/setup_intents",
        &[
            ("customer", "{customer}"),
            ("payment_method_types[]", "card"),
        ],
        MissingInBody,
    ),
    (
        "POST",
        "/v1/setup_intents",
        &[
            ("payment_method", "{method}"),
            ("payment_method_types[]", "card"),
            ("confirm", "true"),
        ],
        MissingInBody,
    ),
    (
        "POST",
        "/v1/setup_intents/{setup}",
        &[("description", "mine")],
        Missing,
    ),
    (
        "POST",
        "/v1/setup_intents/{setup}/confirm",
        &[("payment_method", "pm_card_visa")],
        Missing,
    ),
    (
        "POST",
        "/v1/setup_intents/{setup}/verify_microdeposits",
        &[],
        Missing,
    ),
    ("POST", "/v1/setup_intents/{setup}/cancel", &[], Missing),
    (
        "POST",
        "/v1/tokens",
        &[
            ("card[number]", "4242424242424242"),
            ("card[exp_month]", "12"),
            ("card[exp_year]", "2049"),
        ],
        Own,
    ),
    (
        "POST",
        "/v1/webhook_endpoints",
        &[
            ("url", "https://hooks.invalid/hook"),
            ("enabled_events[]", "*"),
        ],
        Own,
    ),
    (
        "POST",
        "/v1/webhook_endpoints/{endpoint}",
        &[("url", "https://hooks.invalid/mine")],
        Missing,
    ),
    ("DELETE", "/v1/customers/{customer}", &[], Missing),
    ("DELETE", "/v1/webhook_endpoints/{endpoint}", &[], Missing),
];
