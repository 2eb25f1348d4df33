//! What stands behind the question mark of an address that people open.
//!
//! Deliberately absent: the parameters of the API, which are checked against its schema.

use axum::http::request::Parts;
use serde_json::{Map, Value};

/// All of it. What cannot be read says nothing.
pub fn read(parts: &Parts) -> Map<String, Value> {
    let query = parts.uri.query().unwrap_or_default();
    florin_wire::parse_form(query.as_bytes()).unwrap_or_default()
}

/// One text of it.
pub fn text<'a>(query: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    query.get(name)?.as_str()
}
