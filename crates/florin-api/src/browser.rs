//! What a buyer's browser may say. Its publishable key and the client secret open one intent, not the merchant's terms.
//!
//! [`check`] holds a request against [`ALLOWED`], the one list of parameters, and [`EXPANDED`], the one list of members.
//! Deliberately absent: whether the client secret is right (the engine looks), and payment methods and tokens, which a
//! browser makes anew and which carry no terms of the merchant.

use crate::cards::wire_path;
use crate::routes::Route;
use axum::http::Method;
use florin_wire::{Params, WireError};
use serde_json::{Map, Value};

/// What a browser may send about an intent, each with everything below it: how the buyer pays, what the buyer agrees to,
/// and what the buyer tells about the delivery. Whoever adds a line lets buyers decide it.
const ALLOWED: [&str; 13] = [
    "client_secret",
    "confirmation_token",
    "expand",
    "mandate_data",
    "payment_method",
    "payment_method_data",
    "payment_method_options.card.network",
    "radar_options",
    "receipt_email",
    "return_url",
    "setup_future_usage",
    "shipping",
    "use_stripe_sdk",
];

/// What a browser may expand. Customers, charges and fees are the merchant's to see.
const EXPANDED: [&str; 1] = ["payment_method"];

/// Refuses what only a server may ask for.
///
/// # Errors
/// 400 with the first parameter that has to come with a secret key.
pub fn check(route: &Route, params: &Params) -> Result<(), WireError> {
    let expanded = params.list("expand").map_or(&[][..], Vec::as_slice);
    let known = |path: &Value| path.as_str().is_some_and(|path| EXPANDED.contains(&path));
    if let Some(at) = expanded.iter().position(|path| !known(path)) {
        return Err(refused(&format!("expand[{at}]")));
    }
    if route.method != Method::POST || !route.path.contains("_intents/") {
        return Ok(());
    }
    let terms = [params.typed(), params.echoed()];
    match terms.iter().find_map(|sent| first_refused(sent, "")) {
        None => Ok(()),
        Some(path) => Err(refused(&wire_path(&path))),
    }
}

fn first_refused(sent: &Map<String, Value>, above: &str) -> Option<String> {
    sent.iter().find_map(|(name, value)| {
        let path = match above {
            "" => name.clone(),
            above => format!("{above}.{name}"),
        };
        if ALLOWED.contains(&path.as_str()) {
            return None;
        }
        let below = format!("{path}.");
        let leads_on = ALLOWED.iter().any(|allowed| allowed.starts_with(&below));
        match value {
            Value::Object(inner) if leads_on => first_refused(inner, &path),
            _ => Some(path),
        }
    })
}

fn refused(param: &str) -> WireError {
    let message = format!(
        "The parameter {param} cannot be sent with a publishable API key. Please send it from your server with a secret API key."
    );
    WireError::invalid(message)
        .with_code("secret_key_required")
        .with_param(param)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes::{Access, ROUTES};
    use florin_wire::Table;
    use serde_json::json;

    const CONFIRM: &str = "/v1/payment_intents/:id/confirm";

    fn said(method: &Method, path: &str, params: Value) -> Result<(), WireError> {
        let route = ROUTES
            .iter()
            .find(|route| route.method == *method && route.path == path)
            .expect("a route");
        let Value::Object(typed) = params else {
            panic!("not an object");
        };
        check(route, &Params::new(typed, Map::new()))
    }

    /// A request that carries exactly this parameter.
    fn alone(path: &str) -> Value {
        path.split('.')
            .rev()
            .fold(json!("x"), |inner, name| json!({ name: inner }))
    }

    fn param_of(result: Result<(), WireError>) -> Option<String> {
        let error = result.err()?;
        assert_eq!(error.status, 400);
        assert!(
            error.message.contains("secret API key"),
            "{}",
            error.message
        );
        error.param
    }

    #[test]
    fn a_buyer_says_how_to_pay_and_nothing_else() {
        for path in ALLOWED.iter().filter(|path| **path != "expand") {
            assert_eq!(
                param_of(said(&Method::POST, CONFIRM, alone(path))),
                None,
                "{path}"
            );
        }
        for path in [
            "allowed_payment_method_types",
            "amount_details",
            "capture_method",
            "error_on_requires_action",
            "excluded_payment_method_types",
            "hooks",
            "mandate",
            "off_session",
            "payment_details",
            "payment_method_options.card.capture_method",
            "payment_method_options.card.moto",
            "payment_method_options.card.request_extended_authorization",
            "payment_method_options.card.request_incremental_authorization",
            "payment_method_options.card.request_multicapture",
            "payment_method_options.card.request_overcapture",
            "payment_method_options.card.request_three_d_secure",
            "payment_method_options.card.setup_future_usage",
            "payment_method_options.sepa_debit",
            "payment_method_types",
        ] {
            let param = param_of(said(&Method::POST, CONFIRM, alone(path)));
            assert_eq!(param, Some(wire_path(path)), "{path}");
        }
    }

    #[test]
    fn both_sorts_of_parameters_are_looked_at() {
        let route = ROUTES
            .iter()
            .find(|route| route.path == CONFIRM)
            .expect("a route");
        let echoed = alone("amount_details.tax");
        let params = Params::new(Map::new(), echoed.as_object().cloned().unwrap_or_default());
        assert_eq!(
            param_of(check(route, &params)).as_deref(),
            Some("amount_details")
        );
        let unset = json!({"payment_method_options": {"card": null}});
        assert_eq!(
            param_of(said(&Method::POST, CONFIRM, unset)).as_deref(),
            Some("payment_method_options[card]")
        );
    }

    #[test]
    fn the_list_names_what_the_table_knows() {
        let table = Table::load();
        let confirm = table.operation("POST", CONFIRM).expect("an operation");
        for path in ALLOWED {
            let unknown = |error: WireError| error.code.as_deref() == Some("parameter_unknown");
            let Value::Object(sent) = alone(path) else {
                panic!("not an object");
            };
            assert!(!confirm.check(sent).is_err_and(unknown), "{path}");
        }
    }

    #[test]
    fn every_route_of_a_browser_shows_the_payment_method_at_most() {
        for route in ROUTES
            .iter()
            .filter(|route| route.access == Access::Browser)
        {
            let expanding = |paths: Value| {
                let params = json!({ "expand": paths });
                param_of(said(&route.method, route.path, params))
            };
            assert_eq!(expanding(json!(["payment_method"])), None, "{}", route.path);
            for secret in [
                "customer",
                "customer.sources",
                "latest_charge.balance_transaction",
                "payment_method.customer",
            ] {
                let param = expanding(json!(["payment_method", secret]));
                assert_eq!(
                    param.as_deref(),
                    Some("expand[1]"),
                    "{} {secret}",
                    route.path
                );
            }
        }
    }
}
