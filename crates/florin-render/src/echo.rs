//! Descriptive members: what a merchant sent and sees again, brought into the shape of the object.
//!
//! Echoed members are kept as they were sent, so a hash may lack members or hold ones that only the request
//! has. Here every hash gets exactly the members that the wire shows. Deliberately absent: checking.

use crate::shape::Shape;
use florin_wire::Node;
use serde_json::{Map, Value};
use std::sync::LazyLock;

const ADDRESS: [&str; 6] = ["city", "country", "line1", "line2", "postal_code", "state"];

/// A hash that was not sent.
pub(crate) static NOTHING: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);

/// A member that is shown as it was sent, or null.
pub(crate) fn member<'a>(echo: &'a Map<String, Value>, name: &str) -> Node<'a> {
    echo.get(name).map_or(Node::Null, Node::from)
}

/// A hash that was sent, if it was and was not emptied.
pub(crate) fn hash<'a>(echo: &'a Map<String, Value>, name: &str) -> Option<&'a Map<String, Value>> {
    echo.get(name)?.as_object()
}

/// A hash with exactly these members; what was not sent is null.
pub(crate) fn picked<'a>(sent: &'a Map<String, Value>, names: &[&'static str]) -> Node<'a> {
    let mut shape = Shape::hash(names.len());
    for name in names {
        shape.put(name, member(sent, name));
    }
    shape.done()
}

/// An address, complete with nulls.
pub(crate) fn address(sent: Option<&Map<String, Value>>) -> Node<'_> {
    sent.map(|sent| picked(sent, &ADDRESS)).unwrap_or_default()
}

/// An address that is there even when nothing was sent.
fn whole_address(sent: Option<&Map<String, Value>>) -> Node<'_> {
    picked(sent.unwrap_or(&NOTHING), &ADDRESS)
}

/// Where goods of a payment go, or null.
pub(crate) fn shipping(echo: &Map<String, Value>) -> Node<'_> {
    let Some(sent) = hash(echo, "shipping") else {
        return Node::Null;
    };
    let mut shape = Shape::hash(5);
    shape
        .put("address", whole_address(hash(sent, "address")))
        .put("carrier", member(sent, "carrier"))
        .put("name", member(sent, "name"))
        .put("phone", member(sent, "phone"))
        .put("tracking_number", member(sent, "tracking_number"));
    shape.done()
}

/// Where goods of a customer go, or null: a customer has no carrier.
pub(crate) fn customer_shipping(echo: &Map<String, Value>) -> Node<'_> {
    let Some(sent) = hash(echo, "shipping") else {
        return Node::Null;
    };
    let mut shape = Shape::hash(3);
    shape
        .put("address", whole_address(hash(sent, "address")))
        .put("name", member(sent, "name"))
        .put("phone", member(sent, "phone"));
    shape.done()
}

/// Name and address of whoever pays.
pub(crate) fn billing(billing: &Map<String, Value>) -> Node<'_> {
    let mut shape = Shape::hash(5);
    shape
        .put("address", whole_address(hash(billing, "address")))
        .put("email", member(billing, "email"))
        .put("name", member(billing, "name"))
        .put("phone", member(billing, "phone"))
        .put("tax_id", member(billing, "tax_id"));
    shape.done()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn hashes_get_exactly_the_members_of_the_wire() {
        let Value::Object(echo) = json!({
            "shipping": {"name": "Ada", "address": {"line1": "A 1", "street": "x"}, "colour": "red"}
        }) else {
            panic!("not a hash")
        };
        let shown = shipping(&echo);
        let address = json!({
            "city": null, "country": null, "line1": "A 1", "line2": null, "postal_code": null, "state": null
        });
        let wanted = json!({
            "address": address, "carrier": null, "name": "Ada", "phone": null, "tracking_number": null
        });
        assert_eq!(shown.into_value(), wanted);
        assert_eq!(
            customer_shipping(&echo).into_value(),
            json!({"address": address, "name": "Ada", "phone": null})
        );
        assert_eq!(shipping(&NOTHING), Node::Null);
        assert_eq!(
            billing(&NOTHING).into_value()["address"]["line1"],
            Value::Null
        );
    }
}
