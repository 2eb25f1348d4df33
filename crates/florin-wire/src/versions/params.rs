//! Walking parameters forward: an older request becomes one that the newest tables understand.
//!
//! Shape: the changes run oldest first and only those younger than the request. [`walk_param_back`]
//! gives an error its older parameter name, [`retired_params`] names what has no successor.
//! Deliberately absent: checking; a parameter that no version knew is left for the schema to refuse.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::change::Forward;
use super::path;
use super::version::ApiVersion;

/// Brings the parameters of an operation from the version `from` to the newest one.
///
/// `path` is a request path or a template (`/v1/payment_intents/{intent}`), without a query.
pub fn walk_forward(method: &str, path: &str, params: &mut Map<String, Value>, from: ApiVersion) {
    for step in steps(method, path, from) {
        for (newer, older) in step.renamed {
            rename(params, older, newer);
        }
        for dropped in step.dropped {
            path::remove(params, dropped);
        }
        if let Some(apply) = step.apply {
            apply(params);
        }
    }
}

/// The name under which a request of the version `to` sent the parameter `name`, for the `param` of an
/// error: `allowed_payment_method_types[0]` was once `payment_method_types[0]`. Unchanged names are
/// borrowed.
pub fn walk_param_back<'a>(
    method: &str,
    path: &str,
    name: &'a str,
    to: ApiVersion,
) -> Cow<'a, str> {
    let mut name = Cow::Borrowed(name);
    for step in steps(method, path, to).rev() {
        for (newer, older) in step.renamed {
            let rest = name.strip_prefix(newer);
            if let Some(rest) = rest.filter(|rest| rest.is_empty() || rest.starts_with('[')) {
                name = Cow::Owned(format!("{older}{rest}"));
            }
        }
    }
    name
}

/// Top-level parameters that a request of the version `from` may carry although the newest version has
/// no place for them. [`walk_forward`] leaves them where they are.
pub fn retired_params(
    method: &str,
    path: &str,
    from: ApiVersion,
) -> impl Iterator<Item = &'static str> {
    steps(method, path, from).flat_map(|step| step.retired.iter().copied())
}

/// The steps that concern an operation and are younger than `from`, oldest first.
fn steps(
    method: &str,
    path: &str,
    from: ApiVersion,
) -> impl DoubleEndedIterator<Item = &'static Forward> {
    super::changes()
        .rev()
        .filter(move |change| change.version > from)
        .filter_map(|change| change.forward.as_ref())
        .filter(move |step| step.matches(method, path))
}

fn rename(params: &mut Map<String, Value>, older: &str, newer: &str) {
    if params.contains_key(newer) {
        return;
    }
    if let Some(value) = params.shift_remove(older) {
        params.insert(newer.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::super::version::NEWEST;
    use super::*;
    use serde_json::json;

    const OLD: ApiVersion = ApiVersion::V2023_10_16;

    fn forward(method: &str, path: &str, params: Value, from: ApiVersion) -> Value {
        let Value::Object(mut params) = params else {
            panic!("the parameters of a test are a hash");
        };
        walk_forward(method, path, &mut params, from);
        Value::Object(params)
    }

    #[test]
    fn the_newest_version_is_left_alone() {
        let params = json!({"amount": "5", "payment_method_types": ["card"]});
        let left = forward("POST", "/v1/payment_intents", params.clone(), NEWEST);
        assert_eq!(left, params);
        assert_eq!(retired_params("POST", "/v1/customers", NEWEST).count(), 0);
    }

    #[test]
    fn only_the_named_operations_are_touched() {
        let params = json!({"payment_method_types": ["card"]});
        for (method, path) in [
            ("GET", "/v1/payment_intents"),
            ("POST", "/v1/payment_links"),
        ] {
            assert_eq!(forward(method, path, params.clone(), OLD), params);
        }
    }

    #[test]
    fn an_error_names_the_parameter_that_was_sent() {
        let name = "allowed_payment_method_types[0]";
        let path = "/v1/payment_intents/pi_1/confirm";
        assert_eq!(
            walk_param_back("POST", path, name, OLD),
            "payment_method_types[0]"
        );
        assert_eq!(walk_param_back("POST", path, name, NEWEST), name);
        let longer = "allowed_payment_method_types_x";
        assert_eq!(walk_param_back("POST", path, longer, OLD), longer);
    }
}
