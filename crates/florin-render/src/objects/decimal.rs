//! Decimals that the wire shows as numbers.
//!
//! They are kept as text and stay exact in it; a number of few digits is printed as it is written. Deliberately absent:
//! amounts of money, which are whole or text on the wire, too.

use florin_wire::Node;
use serde_json::Value;

/// The number that a text says, or null.
pub(super) fn number(text: &str) -> Node<'static> {
    serde_json::from_str::<Value>(text)
        .ok()
        .filter(Value::is_number)
        .map_or(Node::Null, Node::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_wire::print;

    #[test]
    fn a_number_is_printed_as_it_is_written() {
        for text in ["0", "19", "8.875", "0.0001", "99.9999", "1000000", "0.1"] {
            assert_eq!(String::from_utf8_lossy(&print(&number(text))), text);
        }
        for text in ["", "x", "\"1\"", "01", "true"] {
            assert_eq!(number(text), Node::Null, "{text}");
        }
    }
}
