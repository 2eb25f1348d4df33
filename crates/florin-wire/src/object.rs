//! Wire shapes that belong to no single resource: lists, deleted objects.
//!
//! Deliberately absent: the resources themselves, any paging logic, and search results, which nothing answers with.

use crate::Node;
use serde_json::{Value, json};

/// A page of a list: `url` is the path that was asked, `has_more` tells whether another page follows.
pub fn list<'a>(url: &'a str, data: Vec<Node<'a>>, has_more: bool) -> Node<'a> {
    Node::Hash(vec![
        ("object".into(), "list".into()),
        ("data".into(), Node::List(data)),
        ("has_more".into(), has_more.into()),
        ("url".into(), url.into()),
    ])
}

/// A list inside another object, which also says how many entries there are in all.
pub fn embedded_list(url: &str, data: Vec<Value>, has_more: bool, total_count: u64) -> Value {
    json!({
        "object": "list",
        "data": data,
        "has_more": has_more,
        "total_count": total_count,
        "url": url,
    })
}

/// What is left of a deleted object.
pub fn deleted(object: &str, id: &str) -> Value {
    json!({"id": id, "object": object, "deleted": true})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_its_four_members_in_order() {
        let list = list("/v1/customers", vec![json!({"id": "cus_1"}).into()], true);
        let text = list.into_value().to_string();
        assert_eq!(
            text,
            r#"{"object":"list","data":[{"id":"cus_1"}],"has_more":true,"url":"/v1/customers"}"#
        );
    }

    #[test]
    fn the_small_shapes() {
        assert_eq!(
            deleted("customer", "cus_1").to_string(),
            r#"{"id":"cus_1","object":"customer","deleted":true}"#
        );
        assert_eq!(embedded_list("/x", Vec::new(), false, 7)["total_count"], 7);
    }
}
