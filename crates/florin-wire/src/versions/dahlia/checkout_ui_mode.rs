//! The kinds of pages of a checkout session have clearer names.
//!
//! Deliberately absent: `form`, which is younger and has no older name.

use serde_json::{Map, Value};

use super::super::change::{Change, Forward};
use super::super::version::ApiVersion;

/// The newer and the older word of each kind.
const WORDS: [(&str, &str); 3] = [
    ("hosted_page", "hosted"),
    ("embedded_page", "embedded"),
    ("elements", "custom"),
];

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Dahlia2026_03_25,
    name: "pages of checkout sessions have clearer names",
    objects: &["checkout.session"],
    back: Some(show_older),
    forward: Some(Forward {
        routes: &["POST /v1/checkout/sessions"],
        apply: Some(take_older),
        ..Forward::NOTHING
    }),
    ..Change::NOTHING
};

fn show_older(session: &mut Map<String, Value>) {
    translate(session, WORDS);
}

fn take_older(params: &mut Map<String, Value>) {
    translate(params, WORDS.map(|(newer, older)| (older, newer)));
}

/// Puts the second word of a pair in the place of the first one.
fn translate(object: &mut Map<String, Value>, words: [(&'static str, &'static str); 3]) {
    let mode = object.get("ui_mode").and_then(Value::as_str);
    let found = words.into_iter().find(|(from, _)| mode == Some(*from));
    if let Some((_, to)) = found {
        object.insert("ui_mode".to_owned(), Value::from(to));
    }
}
