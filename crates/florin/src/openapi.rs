//! `openapi/florin.json`, generated from the tables of routes and parameters.
//!
//! Deliberately absent: schemas of the answers. They are those of the published description, against which the tests
//! hold every answer.

use florin_api::ROUTES;
use florin_domain::transitions::Transition;
use florin_wire::schema::{Kind, Members, Param};
use florin_wire::versions::NEWEST;
use florin_wire::{Policy, Table};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The document, pretty-printed.
pub fn document() -> String {
    let table = Table::load();
    let mut paths = Map::new();
    for route in ROUTES {
        let Some(operation) = table.operation(route.method.as_str(), route.path) else {
            continue;
        };
        let path = braced(route.path);
        let entry = paths.entry(path.clone()).or_insert_with(|| json!({}));
        entry[route.method.as_str().to_ascii_lowercase()] =
            described(&path, route.method.as_str(), &operation.params);
    }
    let document = json!({
        "openapi": "3.0.3",
        "info": {
            "title": "Florin",
            "version": NEWEST.as_str(),
            "description": "What this release of Florin serves, in the Stripe v1 wire format. Not affiliated with Stripe."
        },
        "servers": [{ "url": "http://127.0.0.1:8484" }],
        "security": [{ "bearer": [] }, { "basic": [] }],
        "paths": paths,
        "x-florin-events": events(),
        "x-florin-errors": errors(),
        "components": {
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer" },
                "basic": { "type": "http", "scheme": "basic" }
            },
            "schemas": { "error": error_schema() }
        }
    });
    format!(
        "{}\n",
        serde_json::to_string_pretty(&document).unwrap_or_default()
    )
}

/// Every type of event that Florin sends, with the object that it carries.
fn events() -> Vec<Value> {
    let all = Transition::ALL.iter().flat_map(|made| made.events());
    let types: BTreeSet<&str> = all.copied().collect();
    let entry = |kind: &&str| json!({ "type": kind, "object": object_of(kind) });
    types.iter().map(entry).collect()
}

fn object_of(event: &str) -> &str {
    match event.rsplit_once('.').map_or(event, |(object, _)| object) {
        "charge.dispute" => "dispute",
        "charge.refund" => "refund",
        object => object,
    }
}

/// Every code of an error and every reason of a decline.
fn errors() -> Vec<Value> {
    let codes = florin_api::docs::codes();
    let entry = |(kind, code, text)| json!({ "code": code, "kind": kind, "text": text });
    codes.map(entry).collect()
}

fn error_schema() -> Value {
    json!({
        "type": "object",
        "required": ["error"],
        "properties": { "error": { "type": "object", "required": ["message", "type"], "properties": {
            "type": { "type": "string" }, "code": { "type": "string" }, "message": { "type": "string" },
            "param": { "type": "string" }, "decline_code": { "type": "string" }
        } } }
    })
}

fn braced(path: &str) -> String {
    let parts = path.split('/').map(|part| match part.strip_prefix(':') {
        Some(name) => format!("{{{name}}}"),
        None => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

fn described(path: &str, method: &str, params: &Members) -> Value {
    let mut parameters: Vec<Value> = path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect();
    let mut operation = json!({
        "operationId": format!("{}_{}", method.to_ascii_lowercase(), path.trim_matches('/').replace(['/', '{', '}'], "_")),
        "responses": {
            "200": { "description": "The object or the list.", "content": { "application/json": { "schema": { "type": "object" } } } },
            "default": { "description": "An error.", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/error" } } } }
        }
    });
    if method == "POST" {
        operation["requestBody"] = json!({ "content": { "application/x-www-form-urlencoded": { "schema": object(params) } } });
    } else {
        let query = params
            .iter()
            .filter(|param| !matches!(param.policy, Policy::Refused | Policy::Off));
        parameters.extend(query.map(|param| json!({"name": param.name, "in": "query", "required": param.required, "style": "deepObject", "explode": true, "schema": schema(param)})));
    }
    operation["parameters"] = Value::Array(parameters);
    operation
}

fn object(members: &Members) -> Value {
    let known: Vec<&Param> = members
        .iter()
        .filter(|param| !matches!(param.policy, Policy::Refused | Policy::Off))
        .collect();
    let required: Vec<&str> = known
        .iter()
        .filter(|param| param.required)
        .map(|param| param.name.as_str())
        .collect();
    let properties: Map<String, Value> = known
        .iter()
        .map(|param| (param.name.clone(), schema(param)))
        .collect();
    let mut shape = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        shape["required"] = json!(required);
    }
    shape
}

fn schema(param: &Param) -> Value {
    of_kind(&param.kind, &param.members)
}

fn of_kind(kind: &Kind, members: &Members) -> Value {
    match kind {
        Kind::Text { chars_max } => json!({ "type": "string", "maxLength": chars_max }),
        Kind::Integer { min, max } => {
            let mut shape = json!({ "type": "integer" });
            if *min != i64::MIN {
                shape["minimum"] = json!(min);
            }
            if *max != i64::MAX {
                shape["maximum"] = json!(max);
            }
            shape
        }
        Kind::Timestamp => json!({ "type": "integer", "format": "unix-time" }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Choice(words) => json!({ "type": "string", "enum": words }),
        Kind::Metadata | Kind::TextMap => {
            json!({ "type": "object", "additionalProperties": { "type": "string" } })
        }
        Kind::ObjectMap => json!({ "type": "object", "additionalProperties": object(members) }),
        Kind::Object => object(members),
        Kind::ObjectOrId => json!({ "anyOf": [{ "type": "string" }, object(members)] }),
        Kind::List(of) => json!({ "type": "array", "items": of_kind(of, members) }),
        Kind::Range => json!({ "anyOf": [{ "type": "integer" }, { "type": "object", "properties": {
            "gt": { "type": "integer" }, "gte": { "type": "integer" }, "lt": { "type": "integer" }, "lte": { "type": "integer" } } }] }),
        Kind::Expand => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Decimal | Kind::Currency | Kind::Country | Kind::Email | Kind::Url | Kind::Id => {
            json!({ "type": "string" })
        }
    }
}
