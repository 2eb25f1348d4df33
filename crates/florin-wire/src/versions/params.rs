//! Walking parameters forward: an older request becomes one that the newest tables understand.
//!
//! Shape: the changes run oldest first and only those younger than the request. The walk tells its
//! [`Names`], which give an error the names that the request used; [`walk_param_back`] does it for one.
//! Deliberately absent: checking; a parameter that no version knew is left for the schema to refuse, and
//! so is one that a version took away.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::change::{Change, Forward};
use super::path;
use super::version::ApiVersion;
use crate::WireError;

/// Under which names a request knows its parameters, where these are not the newest ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The newest name and the request's own.
    renamed: Vec<(&'static str, &'static str)>,
}

impl Names {
    /// The error in the words of the request: its parameter, and the parameters that its message names.
    pub fn restored<'a>(&self, error: &'a WireError) -> Cow<'a, WireError> {
        let mut error = Cow::Borrowed(error);
        for (newer, older) in &self.renamed {
            if let Some(param) = error
                .param
                .as_deref()
                .and_then(|name| older_name(name, newer, older))
            {
                error.to_mut().param = Some(param);
            }
            if let Cow::Owned(message) = replace_word(&error.message, newer, older) {
                error.to_mut().message = message;
            }
        }
        error
    }
}

/// Brings the parameters of an operation from the version `from` to the newest one.
///
/// `path` is a request path or a template (`/v1/payment_intents/{intent}`), without a query.
pub fn walk_forward(
    method: &str,
    path: &str,
    params: &mut Map<String, Value>,
    from: ApiVersion,
) -> Names {
    let mut names = Names::default();
    for (change, step) in all_steps(method, path) {
        let is_younger = change.version > from;
        if !(is_younger || step.taken_ever) {
            continue;
        }
        for (newer, older) in step.renamed {
            let sends_newer = params.contains_key(*newer);
            let renamed = rename(params, older, newer);
            if renamed || (is_younger && !sends_newer) {
                names.renamed.push((newer, older));
            }
        }
        if is_younger {
            step.dropped
                .iter()
                .for_each(|dropped| path::remove(params, dropped));
            if let Some(apply) = step.apply {
                apply(params);
            }
        }
    }
    names
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
            if let Some(renamed) = older_name(&name, newer, older) {
                name = Cow::Owned(renamed);
            }
        }
    }
    name
}

/// The steps that concern an operation and are younger than `from`, oldest first.
fn steps(
    method: &str,
    path: &str,
    from: ApiVersion,
) -> impl DoubleEndedIterator<Item = &'static Forward> {
    all_steps(method, path)
        .filter(move |(change, _)| change.version > from)
        .map(|(_, step)| step)
}

/// The steps that concern an operation, oldest first, each with its change.
fn all_steps(
    method: &str,
    path: &str,
) -> impl DoubleEndedIterator<Item = (&'static Change, &'static Forward)> {
    super::changes()
        .rev()
        .filter_map(|change| Some((change, change.forward.as_ref()?)))
        .filter(move |(_, step)| step.matches(method, path))
}

/// The older name of a parameter or of a part of it, if it has this newer one.
fn older_name(name: &str, newer: &str, older: &str) -> Option<String> {
    let rest = name.strip_prefix(newer)?;
    (rest.is_empty() || rest.starts_with('[')).then(|| format!("{older}{rest}"))
}

/// A text with one word put in the place of another, where it stands alone.
fn replace_word<'a>(text: &'a str, word: &str, other: &str) -> Cow<'a, str> {
    let belongs = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut out = String::new();
    let mut done = 0;
    for (at, found) in text.match_indices(word) {
        let end = at + found.len();
        if text[..at].ends_with(belongs) || text[end..].starts_with(belongs) {
            continue;
        }
        out.push_str(&text[done..at]);
        out.push_str(other);
        done = end;
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[done..]);
    Cow::Owned(out)
}

/// Whether there was something to rename.
fn rename(params: &mut Map<String, Value>, older: &str, newer: &str) -> bool {
    if params.contains_key(newer) {
        return false;
    }
    let Some(value) = params.shift_remove(older) else {
        return false;
    };
    params.insert(newer.to_owned(), value);
    true
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
        let params = json!({"amount": "5", "link": {}, "naver_pay": {}});
        for path in ["/v1/payment_intents", "/v1/payment_methods/pm_1"] {
            assert_eq!(forward("POST", path, params.clone(), NEWEST), params);
        }
    }

    #[test]
    fn the_older_list_of_types_is_taken_in_every_version() {
        let params = json!({"payment_method_types": ["card"]});
        for version in ApiVersion::ALL {
            let left = forward("POST", "/v1/setup_intents", params.clone(), *version);
            assert_eq!(
                left,
                json!({"allowed_payment_method_types": ["card"]}),
                "{version}"
            );
        }
    }

    /// An error names what the request sent, in its parameter and in its message, whatever the newest name is.
    #[test]
    fn an_error_speaks_the_language_of_its_request() {
        let clover = ApiVersion::Clover2026_02_25;
        let (new, old) = ("allowed_payment_method_types", "payment_method_types");
        // (version, sent, named in the error)
        let cases = [
            (NEWEST, new, new),
            (NEWEST, old, old),
            (NEWEST, "amount", new),
            (clover, old, old),
            (clover, new, new),
            (clover, "amount", old),
        ];
        for (version, sent, named) in cases {
            let mut params = Map::from_iter([(sent.to_owned(), json!(["klarna"]))]);
            let names = walk_forward("POST", "/v1/payment_intents", &mut params, version);
            let raised = WireError::invalid(format!("Send {new}[0], not my_{new} or {new}s."))
                .with_param(format!("{new}[0]"));
            let error = names.restored(&raised);
            assert_eq!(error.param, Some(format!("{named}[0]")), "{version} {sent}");
            let message = format!("Send {named}[0], not my_{new} or {new}s.");
            assert_eq!(error.message, message, "{version} {sent}");
        }
        let names = walk_forward("POST", "/v1/refunds", &mut Map::new(), clover);
        let raised = WireError::missing(new);
        assert!(matches!(names.restored(&raised), Cow::Borrowed(_)));
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
