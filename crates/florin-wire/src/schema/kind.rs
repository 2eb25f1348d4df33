//! The type language of the parameter table: `int(1..)`, `list(string)`, `enum(a|b)?`.
//!
//! Deliberately absent: what a value of a type looks like; [`super::scalar`] and [`super::check`] know.

use crate::limits::STRING_CHARS_MAX;

/// What a parameter accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text of at most so many characters.
    Text {
        /// Most characters, counted as Unicode code points.
        chars_max: usize,
    },
    /// A whole number.
    Integer {
        /// Least value that is allowed.
        min: i64,
        /// Greatest value that is allowed.
        max: i64,
    },
    /// A decimal number, kept as text.
    Decimal,
    /// `true` or `false`.
    Boolean,
    /// Seconds since 1970.
    Timestamp,
    /// A currency code of three letters, typed in lower case.
    Currency,
    /// A country code of two letters, kept as it was sent.
    Country,
    /// An email address.
    Email,
    /// An absolute URL.
    Url,
    /// The id of an object, never taken apart.
    Id,
    /// One of these words.
    Choice(Vec<String>),
    /// The merging map with its own limits.
    Metadata,
    /// A free map of text to text.
    TextMap,
    /// Objects under keys that the client chooses, their members on lines of their own.
    ObjectMap,
    /// Members on lines of their own.
    Object,
    /// Either the id of an object or the members of one.
    ObjectOrId,
    /// Any number of a scalar type or of objects.
    List(Box<Kind>),
    /// A whole number, or bounds.
    Range,
    /// Paths of fields to expand.
    Expand,
}

impl Kind {
    /// Reads a type; the flag tells whether it may be unset (suffix `?`).
    ///
    /// # Errors
    /// A description of what is wrong with the text.
    pub fn parse(text: &str) -> Result<(Kind, bool), String> {
        let (text, unsettable) = match text.strip_suffix('?') {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        Ok((Self::parse_plain(text)?, unsettable))
    }

    fn parse_plain(text: &str) -> Result<Kind, String> {
        let unknown = || format!("unknown type '{text}'");
        let Some((name, rest)) = text.split_once('(') else {
            return Self::named(text).ok_or_else(unknown);
        };
        let inside = rest.strip_suffix(')').ok_or_else(unknown)?;
        match name {
            "string" => match inside.parse() {
                Ok(chars_max) if chars_max > 0 => Ok(Kind::Text { chars_max }),
                _ => Err(unknown()),
            },
            "int" => Self::bounds(inside).ok_or_else(unknown),
            "enum" => {
                let words: Vec<String> = inside.split('|').map(str::to_owned).collect();
                let empty = words.iter().any(String::is_empty);
                if empty {
                    Err(unknown())
                } else {
                    Ok(Kind::Choice(words))
                }
            }
            "map" if inside == "object" => Ok(Kind::ObjectMap),
            "list" => match Self::parse_plain(inside)? {
                Kind::List(_) | Kind::ObjectOrId | Kind::ObjectMap => Err(unknown()),
                Kind::Metadata | Kind::TextMap | Kind::Range | Kind::Expand => Err(unknown()),
                element => Ok(Kind::List(Box::new(element))),
            },
            _ => Err(unknown()),
        }
    }

    fn named(name: &str) -> Option<Kind> {
        Some(match name {
            "string" => Kind::Text {
                chars_max: STRING_CHARS_MAX,
            },
            "int" => Kind::Integer {
                min: i64::MIN,
                max: i64::MAX,
            },
            "number" => Kind::Decimal,
            "bool" => Kind::Boolean,
            "timestamp" => Kind::Timestamp,
            "currency" => Kind::Currency,
            "country" => Kind::Country,
            "email" => Kind::Email,
            "url" => Kind::Url,
            "id" => Kind::Id,
            "metadata" => Kind::Metadata,
            "map" => Kind::TextMap,
            "object" => Kind::Object,
            "object|id" => Kind::ObjectOrId,
            "range" => Kind::Range,
            "expand" => Kind::Expand,
            _ => return None,
        })
    }

    fn bounds(text: &str) -> Option<Kind> {
        let (low, high) = text.split_once("..")?;
        let min = if low.is_empty() {
            i64::MIN
        } else {
            low.parse().ok()?
        };
        let max = if high.is_empty() {
            i64::MAX
        } else {
            high.parse().ok()?
        };
        (min <= max).then_some(Kind::Integer { min, max })
    }

    /// Whether members may stand below it; `listed` tells whether their path goes through `[]`.
    pub(super) fn has_members(&self, listed: bool) -> bool {
        match self {
            Kind::Object | Kind::ObjectOrId => !listed,
            Kind::List(element) => listed && **element == Kind::Object,
            Kind::ObjectMap => listed,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_types_of_the_table() {
        let list = |kind| Kind::List(Box::new(kind));
        let cases = [
            (
                "string",
                Kind::Text {
                    chars_max: STRING_CHARS_MAX,
                },
                false,
            ),
            ("string(22)?", Kind::Text { chars_max: 22 }, true),
            (
                "int",
                Kind::Integer {
                    min: i64::MIN,
                    max: i64::MAX,
                },
                false,
            ),
            (
                "int(1..)",
                Kind::Integer {
                    min: 1,
                    max: i64::MAX,
                },
                false,
            ),
            (
                "int(..-1)",
                Kind::Integer {
                    min: i64::MIN,
                    max: -1,
                },
                false,
            ),
            ("int(1..100)", Kind::Integer { min: 1, max: 100 }, false),
            (
                "enum(a|b)?",
                Kind::Choice(vec!["a".into(), "b".into()]),
                true,
            ),
            (
                "list(string)",
                list(Kind::Text {
                    chars_max: STRING_CHARS_MAX,
                }),
                false,
            ),
            (
                "list(enum(a|b))",
                list(Kind::Choice(vec!["a".into(), "b".into()])),
                false,
            ),
            ("list(object)?", list(Kind::Object), true),
            ("object|id", Kind::ObjectOrId, false),
            ("map(object)?", Kind::ObjectMap, true),
            ("metadata?", Kind::Metadata, true),
        ];
        for (text, kind, unsettable) in cases {
            assert_eq!(Kind::parse(text), Ok((kind, unsettable)), "{text}");
        }
    }

    #[test]
    fn what_is_no_type() {
        let texts = [
            "",
            "?",
            "text",
            "string()",
            "string(0)",
            "string(x)",
            "string(5",
            "int(5)",
            "int(9..1)",
            "enum()",
            "enum(a|)",
            "list(list(int))",
            "list(string?)",
            "list(metadata)",
            "bool(1)",
            "map(string)",
            "list(map(object))",
        ];
        for text in texts {
            assert!(Kind::parse(text).is_err(), "{text}");
        }
    }
}
