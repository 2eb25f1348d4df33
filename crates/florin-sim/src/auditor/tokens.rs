//! Confirmation tokens (I22): what a form collected confirms one payment or set-up, and its token says which.
//!
//! Deliberately absent: tokens of a try that was declined or lost; nobody was told that they confirmed something.

use super::history::{History, text};
use crate::evidence::{Evidence, Violation};
use florin_domain::Kind;

pub(super) fn check(evidence: &Evidence, history: &History, found: &mut Vec<Violation>) {
    for (scope, token, intent) in &evidence.confirmed {
        let held = history.body(scope, Kind::ConfirmationToken, token);
        let used_by = held.map_or("", |held| text(held, "used_by", ""));
        if used_by != intent {
            let what = format!("{token} confirmed {intent} and says {used_by:?}");
            found.push(Violation::new("I22", what));
        }
    }
}
