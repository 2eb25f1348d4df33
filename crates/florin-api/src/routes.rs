//! The one table of routes. Every operation of `florin-wire`'s parameter table has its row here, and the other way round.

use crate::pipeline::Exchange;
use crate::v1::{
    accounts, balance, charges, checkout_sessions, confirmation_tokens, customer_sessions,
    customers, disputes, early_fraud_warnings, elements, events, florin_payments, payment_intents,
    payment_links, payment_method_configurations, payment_method_domains, payment_methods, prices,
    products, refunds, setup_intents, shipping_rates, sources, tax_rates, tokens,
    webhook_endpoints,
};
use axum::http::Method;
use florin_engine::Response;
use florin_wire::limits::ID_CHARS_MAX;
use std::future::Future;
use std::pin::Pin;

/// The future of a handler.
pub type Handled<'a> = Pin<Box<dyn Future<Output = Response> + Send + 'a>>;

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Secret keys.
    Secret,
    /// Publishable keys too; the object's client secret decides.
    Browser,
}

/// One row.
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path as in the parameter table.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// It answers a list: expansions begin with `data.`.
    pub is_list: bool,
    /// What answers.
    pub handler: for<'a> fn(&'a Exchange) -> Handled<'a>,
}

macro_rules! routes {
    ($($method:ident $path:literal $access:ident $shape:ident $module:ident :: $handler:ident;)*) => {
        /// Every route.
        pub static ROUTES: &[Route] = &[$(Route {
            method: Method::$method,
            path: $path,
            access: Access::$access,
            is_list: routes!(@ $shape),
            handler: |exchange| Box::pin($module::$handler(exchange)),
        },)*];
    };
    (@ list) => { true };
    (@ one) => { false };
}

routes! {
    GET "/florin/v1/payments" Secret one florin_payments::of_order;
    POST "/florin/v1/payments" Secret one florin_payments::create;
    GET "/florin/v1/payments/:id" Secret one florin_payments::retrieve;
    POST "/florin/v1/payments/:id/cancel" Secret one florin_payments::cancel;
    POST "/florin/v1/payments/:id/refund" Secret one florin_payments::refund;
    GET "/v1/account" Secret one accounts::retrieve;
    GET "/v1/balance" Secret one balance::retrieve;
    GET "/v1/balance_transactions" Secret list balance::list;
    GET "/v1/balance_transactions/:id" Secret one balance::retrieve_transaction;
    GET "/v1/balance/history" Secret list balance::list;
    GET "/v1/balance/history/:id" Secret one balance::retrieve_transaction;
    GET "/v1/charges" Secret list charges::list;
    POST "/v1/charges" Secret one charges::create;
    GET "/v1/charges/:id" Secret one charges::retrieve;
    POST "/v1/charges/:id" Secret one charges::update;
    POST "/v1/charges/:id/capture" Secret one charges::capture;
    GET "/v1/charges/:id/refunds" Secret list refunds::list_of_charge;
    POST "/v1/charges/:id/refunds" Secret one refunds::create_for_charge;
    GET "/v1/charges/:id/refunds/:refund" Secret one refunds::retrieve_of_charge;
    GET "/v1/checkout/sessions" Secret list checkout_sessions::list;
    POST "/v1/checkout/sessions" Secret one checkout_sessions::create;
    GET "/v1/checkout/sessions/:id" Secret one checkout_sessions::retrieve;
    POST "/v1/checkout/sessions/:id" Secret one checkout_sessions::update;
    POST "/v1/checkout/sessions/:id/expire" Secret one checkout_sessions::expire;
    GET "/v1/checkout/sessions/:id/line_items" Secret list checkout_sessions::line_items;
    POST "/v1/confirmation_tokens" Browser one confirmation_tokens::create;
    GET "/v1/confirmation_tokens/:id" Secret one confirmation_tokens::retrieve;
    POST "/v1/customer_sessions" Secret one customer_sessions::create;
    GET "/v1/customers" Secret list customers::list;
    POST "/v1/customers" Secret one customers::create;
    GET "/v1/customers/:id" Secret one customers::retrieve;
    POST "/v1/customers/:id" Secret one customers::update;
    DELETE "/v1/customers/:id" Secret one customers::delete;
    GET "/v1/customers/:id/payment_methods" Secret list customers::list_methods;
    GET "/v1/customers/:id/payment_methods/:payment_method" Secret one customers::retrieve_method;
    GET "/v1/disputes" Secret list disputes::list;
    GET "/v1/disputes/:id" Secret one disputes::retrieve;
    GET "/v1/elements/sessions" Browser one elements::session;
    GET "/v1/events" Secret list events::list;
    GET "/v1/events/:id" Secret one events::retrieve;
    GET "/v1/payment_intents" Secret list payment_intents::list;
    POST "/v1/payment_intents" Secret one payment_intents::create;
    GET "/v1/payment_intents/:id" Browser one payment_intents::retrieve;
    POST "/v1/payment_intents/:id" Secret one payment_intents::update;
    POST "/v1/payment_intents/:id/cancel" Secret one payment_intents::cancel;
    POST "/v1/payment_intents/:id/capture" Secret one payment_intents::capture;
    POST "/v1/payment_intents/:id/confirm" Browser one payment_intents::confirm;
    POST "/v1/payment_intents/:id/increment_authorization" Secret one payment_intents::increment;
    POST "/v1/payment_intents/:id/apply_customer_balance" Secret one payment_intents::apply_customer_balance;
    POST "/v1/payment_intents/:id/verify_microdeposits" Browser one payment_intents::verify_microdeposits;
    GET "/v1/payment_intents/:id/amount_details_line_items" Secret list payment_intents::line_items;
    GET "/v1/payment_links" Secret list payment_links::list;
    POST "/v1/payment_links" Secret one payment_links::create;
    GET "/v1/payment_links/:id" Secret one payment_links::retrieve;
    POST "/v1/payment_links/:id" Secret one payment_links::update;
    GET "/v1/payment_links/:id/line_items" Secret list payment_links::line_items;
    GET "/v1/payment_method_configurations" Secret list payment_method_configurations::list;
    POST "/v1/payment_method_configurations" Secret one payment_method_configurations::create;
    GET "/v1/payment_method_configurations/:id" Secret one payment_method_configurations::retrieve;
    POST "/v1/payment_method_configurations/:id" Secret one payment_method_configurations::update;
    GET "/v1/payment_method_domains" Secret list payment_method_domains::list;
    POST "/v1/payment_method_domains" Secret one payment_method_domains::create;
    GET "/v1/payment_method_domains/:id" Secret one payment_method_domains::retrieve;
    POST "/v1/payment_method_domains/:id" Secret one payment_method_domains::update;
    POST "/v1/payment_method_domains/:id/validate" Secret one payment_method_domains::validate;
    GET "/v1/payment_methods" Secret list payment_methods::list;
    POST "/v1/payment_methods" Browser one payment_methods::create;
    GET "/v1/payment_methods/:id" Secret one payment_methods::retrieve;
    POST "/v1/payment_methods/:id" Secret one payment_methods::update;
    POST "/v1/payment_methods/:id/attach" Secret one payment_methods::attach;
    POST "/v1/payment_methods/:id/detach" Browser one payment_methods::detach;
    GET "/v1/prices" Secret list prices::list;
    POST "/v1/prices" Secret one prices::create;
    GET "/v1/prices/:id" Secret one prices::retrieve;
    POST "/v1/prices/:id" Secret one prices::update;
    GET "/v1/products" Secret list products::list;
    POST "/v1/products" Secret one products::create;
    GET "/v1/products/:id" Secret one products::retrieve;
    POST "/v1/products/:id" Secret one products::update;
    DELETE "/v1/products/:id" Secret one products::delete;
    GET "/v1/radar/early_fraud_warnings" Secret list early_fraud_warnings::list;
    GET "/v1/radar/early_fraud_warnings/:id" Secret one early_fraud_warnings::retrieve;
    GET "/v1/refunds" Secret list refunds::list;
    POST "/v1/refunds" Secret one refunds::create;
    GET "/v1/refunds/:id" Secret one refunds::retrieve;
    POST "/v1/refunds/:id" Secret one refunds::update;
    POST "/v1/refunds/:id/cancel" Secret one refunds::cancel;
    GET "/v1/setup_intents" Secret list setup_intents::list;
    POST "/v1/setup_intents" Secret one setup_intents::create;
    GET "/v1/setup_intents/:id" Browser one setup_intents::retrieve;
    POST "/v1/setup_intents/:id" Secret one setup_intents::update;
    POST "/v1/setup_intents/:id/cancel" Secret one setup_intents::cancel;
    POST "/v1/setup_intents/:id/confirm" Browser one setup_intents::confirm;
    POST "/v1/setup_intents/:id/verify_microdeposits" Browser one setup_intents::verify_microdeposits;
    GET "/v1/shipping_rates" Secret list shipping_rates::list;
    POST "/v1/shipping_rates" Secret one shipping_rates::create;
    GET "/v1/shipping_rates/:id" Secret one shipping_rates::retrieve;
    POST "/v1/shipping_rates/:id" Secret one shipping_rates::update;
    POST "/v1/sources" Browser one sources::create;
    GET "/v1/sources/:id" Browser one sources::retrieve;
    GET "/v1/tax_rates" Secret list tax_rates::list;
    POST "/v1/tax_rates" Secret one tax_rates::create;
    GET "/v1/tax_rates/:id" Secret one tax_rates::retrieve;
    POST "/v1/tax_rates/:id" Secret one tax_rates::update;
    POST "/v1/test_helpers/confirmation_tokens" Secret one confirmation_tokens::create_for_test;
    POST "/v1/tokens" Browser one tokens::create;
    GET "/v1/tokens/:id" Secret one tokens::retrieve;
    GET "/v1/webhook_endpoints" Secret list webhook_endpoints::list;
    POST "/v1/webhook_endpoints" Secret one webhook_endpoints::create;
    GET "/v1/webhook_endpoints/:id" Secret one webhook_endpoints::retrieve;
    POST "/v1/webhook_endpoints/:id" Secret one webhook_endpoints::update;
    DELETE "/v1/webhook_endpoints/:id" Secret one webhook_endpoints::delete;
}

/// A route that was found, with the open parts of its path.
pub struct Found<'a> {
    /// The row.
    pub route: &'a Route,
    /// The open parts.
    pub path: Vec<String>,
}

/// Finds routes.
pub struct Matcher {
    by_path: matchit::Router<Vec<&'static Route>>,
}

impl Matcher {
    /// A matcher over [`ROUTES`].
    pub fn new() -> Matcher {
        let mut paths: Vec<(&'static str, Vec<&'static Route>)> = Vec::new();
        for route in ROUTES {
            match paths.iter_mut().find(|(path, _)| *path == route.path) {
                Some((_, rows)) => rows.push(route),
                None => paths.push((route.path, vec![route])),
            }
        }
        let mut by_path = matchit::Router::new();
        for (path, rows) in paths {
            if let Err(error) = by_path.insert(braced(path), rows) {
                tracing::error!(%error, path, "a route cannot be matched");
            }
        }
        Matcher { by_path }
    }

    /// The route of a request. A part that can be no id names nothing, so that it finds no route.
    pub fn find(&self, method: &Method, path: &str) -> Option<Found<'_>> {
        // `search` is a word of the protocol and never an id; no search is served yet.
        if path.ends_with("/search") {
            return None;
        }
        let matched = self.by_path.at(path).ok()?;
        let route = matched.value.iter().find(|route| route.method == *method)?;
        let path: Vec<String> = matched
            .params
            .iter()
            .map(|(_, value)| decoded(value))
            .collect();
        path.iter()
            .all(|id| can_be_id(id))
            .then_some(Found { route, path })
    }
}

/// `/v1/charges/:id` in the notation of the matcher.
fn braced(path: &str) -> String {
    let parts = path.split('/').map(|part| match part.strip_prefix(':') {
        Some(name) => format!("{{{name}}}"),
        None => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

/// Ids of bodies have the same limits: a database may refuse what they leave out, such as NUL.
fn can_be_id(text: &str) -> bool {
    text.chars().count() <= ID_CHARS_MAX && !text.chars().any(char::is_control)
}

/// Percent-decodes an id; a broken escape stays as it is and simply names nothing.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
        let escaped = match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => Some((high * 16 + low) as u8),
            _ => None,
        };
        match escaped {
            Some(byte) => {
                plain.push(byte);
                at += 3;
            }
            None => {
                plain.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(plain).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_wire::Table;

    #[test]
    fn every_operation_of_the_table_has_a_route_and_every_route_an_operation() {
        let table = Table::load();
        for operation in table.operations() {
            let found = ROUTES.iter().any(|route| {
                route.method.as_str() == operation.method && route.path == operation.path
            });
            assert!(
                found,
                "{} {} has no route",
                operation.method, operation.path
            );
        }
        for route in ROUTES {
            assert!(
                table.operation(route.method.as_str(), route.path).is_some(),
                "{} {} has no table",
                route.method,
                route.path
            );
        }
    }

    #[test]
    fn the_matcher_finds_every_row() {
        let matcher = Matcher::new();
        for route in ROUTES {
            let parts = route
                .path
                .split('/')
                .map(|part| match part.strip_prefix(':') {
                    Some(_) => "some_id",
                    None => part,
                });
            let path = parts.collect::<Vec<_>>().join("/");
            let found = matcher.find(&route.method, &path).map(|found| found.route);
            assert!(
                found.is_some_and(|found| std::ptr::eq(found, route)),
                "{} {path} finds {:?}",
                route.method,
                found.map(|found| found.path)
            );
        }
    }

    #[test]
    fn what_can_be_no_id_names_nothing() {
        let matcher = Matcher::new();
        let id = |text: &str| {
            let found = matcher.find(&Method::GET, &format!("/v1/customers/{text}"));
            found.map(|found| found.path.concat())
        };
        for (sent, expected) in [
            ("cus_1", Some("cus_1")),
            ("cus%5f1", Some("cus_1")),
            ("%+5", Some("%+5")),
            ("100%", Some("100%")),
            ("%00", None),
            ("cus_1%0A", None),
            ("%C2%85", None),
        ] {
            assert_eq!(id(sent).as_deref(), expected, "{sent}");
        }
        assert!(id(&"x".repeat(ID_CHARS_MAX)).is_some());
        assert!(id(&"x".repeat(ID_CHARS_MAX + 1)).is_none());
    }

    #[test]
    fn paths_match_with_their_open_parts() {
        let matcher = Matcher::new();
        let found = matcher.find(&Method::GET, "/v1/charges/ch_1/refunds/re%5F2");
        let found = found.map(|found| (found.route.path, found.path));
        assert_eq!(
            found,
            Some((
                "/v1/charges/:id/refunds/:refund",
                vec!["ch_1".to_owned(), "re_2".to_owned()]
            ))
        );
        assert!(matcher.find(&Method::PUT, "/v1/charges/ch_1").is_none());
        assert!(matcher.find(&Method::GET, "/v1/nothing").is_none());
    }
}
