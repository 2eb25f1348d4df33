//! The auditor: reads rows, journal, books and answers, and says what must not be.
//!
//! It knows the rules of money, events and states in its own words and reads every record as the JSON that the store
//! holds, so that an error in a decision is not repeated here. `history` orders what was written; `books`, `events`,
//! `states`, `replies` and `processor` hold a rule each. Deliberately absent: anything of the domain's decisions.

mod books;
mod events;
mod history;
mod processor;
mod replies;
mod states;

use crate::evidence::{Evidence, Violation};
use history::History;

/// Everything that is wrong.
pub fn audit(evidence: &Evidence) -> Vec<Violation> {
    let history = History::of(evidence);
    let mut found = Vec::new();
    books::check(evidence, &history, &mut found);
    events::check(evidence, &history, &mut found);
    states::check(evidence, &history, &mut found);
    replies::check(evidence, &history, &mut found);
    if evidence.outside {
        processor::check(evidence, &history, &mut found);
    }
    found
}
