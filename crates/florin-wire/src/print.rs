//! The printer of replies: JSON with two spaces of indentation, which scripts that read line by line
//! expect.
//!
//! The text is that of the standard pretty printer; this one writes each indentation in one piece.
//! Deliberately absent: the compact form, and a line end after the last byte.

use serde::Serialize;
use serde_json::ser::Formatter;
use std::io;

/// Prints a value as JSON with two spaces of indentation and no line end after the last byte.
pub fn print(value: &impl Serialize) -> Vec<u8> {
    let mut out = Vec::with_capacity(CAPACITY_BYTES);
    let mut printer = serde_json::Serializer::with_formatter(&mut out, Layout::default());
    // Writing a tree of values into memory has no way to fail; were that to change, an empty body
    // would be seen at once, and half a body would not.
    if value.serialize(&mut printer).is_err() {
        return Vec::new();
    }
    out
}

/// Room for a usual reply; larger ones grow by doubling.
const CAPACITY_BYTES: usize = 4096;
/// Levels whose indentation is written in one piece.
const PREPARED_LEVELS: usize = 32;
/// A line end and the spaces of the deepest prepared level.
const PREPARED: [u8; 1 + 2 * PREPARED_LEVELS] = {
    let mut line = [b' '; 1 + 2 * PREPARED_LEVELS];
    line[0] = b'\n';
    line
};

/// The layout of replies. Empty lists and objects stay on their line.
#[derive(Default)]
struct Layout {
    level: usize,
    filled: bool,
}

impl Layout {
    fn open<W: ?Sized + io::Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.level += 1;
        self.filled = false;
        out.write_all(bracket)
    }

    fn close<W: ?Sized + io::Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.level -= 1;
        if self.filled {
            self.new_line(out)?;
        }
        self.filled = true;
        out.write_all(bracket)
    }

    fn next<W: ?Sized + io::Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if !first {
            out.write_all(b",")?;
        }
        self.new_line(out)
    }

    fn new_line<W: ?Sized + io::Write>(&self, out: &mut W) -> io::Result<()> {
        let prepared = self.level.min(PREPARED_LEVELS);
        out.write_all(&PREPARED[..1 + 2 * prepared])?;
        (prepared..self.level).try_for_each(|_| out.write_all(b"  "))
    }
}

impl Formatter for Layout {
    fn begin_array<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"[")
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"]")
    }

    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.next(out, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"{")
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"}")
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.next(out, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    #[test]
    fn the_layout_is_two_spaces() {
        let value = json!({"a": {}, "b": [], "c": [1, {"d": "\"\n/ü"}], "e": null});
        let expected = "{\n  \"a\": {},\n  \"b\": [],\n  \"c\": [\n    1,\n    {\n      \
                        \"d\": \"\\\"\\n/ü\"\n    }\n  ],\n  \"e\": null\n}";
        assert_eq!(String::from_utf8_lossy(&print(&value)), expected);
    }

    #[test]
    fn levels_beyond_the_prepared_ones_are_indented_too() {
        let value = (0..PREPARED_LEVELS + 3).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!(
            print(&value),
            serde_json::to_vec_pretty(&value).expect("a printable value")
        );
    }

    /// Any tree of JSON values without floats, whose text two printers may choose differently.
    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[^\u{0}]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
                prop::collection::btree_map("[^\u{0}]{0,6}", inner, 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_layout_is_that_of_the_standard_printer(value in any_value()) {
            let standard = serde_json::to_vec_pretty(&value).expect("a printable value");
            prop_assert_eq!(print(&value), standard);
        }
    }
}
