//! Words for people who buy, in every language that has them.
//!
//! A catalogue is a JSON object of languages, each an object of texts with `{names}` to fill in. Deliberately absent: plurals,
//! which these texts have none of, and the catalogues themselves, which lie beside whoever uses them.

use serde_json::{Map, Value};
use std::sync::LazyLock;

/// All languages of one catalogue.
pub type Catalogue = LazyLock<Map<String, Value>>;

/// Reads a catalogue.
pub fn catalogue(text: &str) -> Map<String, Value> {
    // Tests read every catalogue of the product; without one each text is its own name.
    serde_json::from_str(text).unwrap_or_default()
}

/// What everybody gets whose language has no catalogue.
const FALLBACK: &str = "en";

/// One language.
#[derive(Clone, Copy, Debug)]
pub struct Texts {
    /// Its code.
    pub language: &'static str,
    words: Option<&'static Map<String, Value>>,
}

impl Texts {
    /// The language of a locale such as `fr-CA`, if it has a catalogue.
    fn of(catalogue: &'static Catalogue, locale: &str) -> Option<Texts> {
        let language = locale.split(['-', '_']).next().unwrap_or_default();
        let language = language.to_ascii_lowercase();
        let (code, words) = catalogue.iter().find(|(code, _)| **code == language)?;
        Some(Texts {
            language: code,
            words: words.as_object(),
        })
    }

    /// The language of a session, or the first one that the browser asks for and that there is.
    pub fn chosen(catalogue: &'static Catalogue, locale: &str, accepted: &str) -> Texts {
        let listed = accepted.split(',').map(|entry| {
            let entry = entry.split(';').next().unwrap_or_default();
            entry.trim()
        });
        let wanted = Some(locale).into_iter().chain(listed);
        let mut found = wanted.filter_map(|locale| Texts::of(catalogue, locale));
        found.next().unwrap_or(Texts {
            language: FALLBACK,
            words: catalogue.get(FALLBACK).and_then(Value::as_object),
        })
    }

    /// Which way it is written.
    pub fn direction(self) -> &'static str {
        match self.language {
            "ar" => "rtl",
            _ => "ltr",
        }
    }

    /// A text. Its own name if there is none, so that nothing is ever empty.
    pub fn get(self, key: &'static str) -> &'static str {
        let found = self.words.and_then(|words| words.get(key));
        found.and_then(Value::as_str).unwrap_or(key)
    }

    /// A number or an amount. Where it is written from the right it still runs from the left.
    pub fn number(self, value: &str) -> String {
        match self.direction() {
            "rtl" => format!("\u{2066}{value}\u{2069}"),
            _ => value.to_owned(),
        }
    }

    /// A text with values filled in, each in its own direction. What a value says is not filled in again.
    pub fn with<const N: usize>(self, key: &'static str, values: [(&str, &str); N]) -> String {
        let mut filled = String::new();
        let mut rest = self.get(key);
        while let Some((before, name, after)) = place(rest) {
            filled.push_str(before);
            let value = values.iter().find(|(named, _)| *named == name);
            match value {
                Some((_, value)) => filled.push_str(&self.isolated(name, value)),
                None => filled.push_str(&rest[before.len()..rest.len() - after.len()]),
            }
            rest = after;
        }
        filled + rest
    }

    fn isolated(self, name: &str, value: &str) -> String {
        match (self.direction(), name) {
            (_, "amount" | "count") => self.number(value),
            ("rtl", _) => format!("\u{2068}{value}\u{2069}"),
            _ => value.to_owned(),
        }
    }
}

/// The first `{name}` of a text, with what stands before and after it.
fn place(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

/// A text for a place that knows no directions inside, such as the bar over a window.
pub fn bare(text: &str) -> String {
    text.replace(['\u{2066}', '\u{2068}', '\u{2069}'], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    static SAMPLE: Catalogue = LazyLock::new(|| {
        catalogue(
            r#"{"en": {"button.pay": "Pay {amount}", "complete.paid": "{merchant} received {amount}."},
                "fr": {}, "pt": {}, "ja": {}, "ar": {"complete.paid": "\u0627 {merchant} \u0627 {amount}"}}"#,
        )
    });

    #[test]
    fn a_language_is_found_where_there_is_one() {
        for (locale, accepted, language) in [
            ("fr-CA", "de", "fr"),
            ("auto", "pt-BR,pt;q=0.9,en;q=0.8", "pt"),
            ("auto", "sv, ja;q=0.5", "ja"),
            ("nb", "ar", "ar"),
            ("auto", "", "en"),
            ("", "xx,yy", "en"),
        ] {
            assert_eq!(
                Texts::chosen(&SAMPLE, locale, accepted).language,
                language,
                "{locale} {accepted}"
            );
        }
    }

    #[test]
    fn values_keep_their_direction() {
        let arabic = Texts::chosen(&SAMPLE, "ar", "");
        let filled = arabic.with("complete.paid", [("amount", "€49.00"), ("merchant", "Tea")]);
        assert!(filled.contains("\u{2066}€49.00\u{2069}"), "{filled}");
        assert!(filled.contains("\u{2068}Tea\u{2069}"), "{filled}");
        assert!(bare(&filled).contains("Tea"), "{filled}");
        assert!(!bare(&filled).contains(['\u{2066}', '\u{2068}', '\u{2069}']));
    }

    #[test]
    fn a_value_is_filled_in_once() {
        let english = Texts::chosen(&SAMPLE, "en", "");
        for (merchant, amount, expected) in [
            ("Tea", "€49.00", "Tea received €49.00."),
            ("{amount}", "€49.00", "{amount} received €49.00."),
            ("Tea", "{merchant}", "Tea received {merchant}."),
            ("}{", "", "}{ received ."),
        ] {
            let values = [("merchant", merchant), ("amount", amount)];
            assert_eq!(english.with("complete.paid", values), expected);
        }
        let left = english.with("complete.paid", [("merchant", "Tea")]);
        assert_eq!(left, "Tea received {amount}.");
    }
}
