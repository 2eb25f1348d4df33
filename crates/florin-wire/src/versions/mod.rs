//! The version chain: one renderer for the newest shapes, small steps back for everybody else.
//!
//! Objects are rendered in [`NEWEST`]. [`walk_back`] turns such an object into the shape of an older
//! dated version by applying every published [`Change`] that is younger than it, newest first;
//! [`walk_forward`] turns the parameters of an older request into those of the newest version, oldest
//! change first. Each folder is one named release, each file in it one published change or one theme
//! that was published in monthly steps. What a version looked like is decided by the type declarations
//! of the last official Node SDK release that pinned it; the golden pairs are derived from those
//! declarations and not from this code.
//!
//! Below `2023-10-16` only what breaks a client is undone: members that were just added stay, as recordings show that they do.
//! [`behaviour`] says which lists such a version shows inside of objects; whoever answers looks them up before the walk.
//!
//! The chain is proven for `2023-10-16` and `2020-08-27`, and for the objects `payment_intent`, `setup_intent`, `charge`,
//! `refund`, `payment_method`, `token`, `customer`, `balance`, `balance_transaction`, `event`,
//! `webhook_endpoint`, `account`, `dispute` and `radar.early_fraud_warning`, with what they embed. Any other object
//! passes unchanged.
//!
//! Deliberately absent: a table of the values of every enum (a younger value is passed on, unless a
//! published text names the older value that it stands for); the hash that carries the name of a
//! payment method type or of a next action, which an old client looks up by that very name; the
//! contents of such a hash on objects outside the proven set; and behaviour, which [`behaviour`] only
//! names. Nothing here knows a domain type.

mod acacia;
mod basil;
pub mod behaviour;
mod change;
mod clover;
mod dahlia;
mod endive;
#[cfg(test)]
mod golden;
mod params;
mod path;
mod version;
mod walk;
mod y2022;
mod y2023;
mod y2024;

pub use behaviour::{default_capture_method, embeds_lists, session_makes_intent};
pub use change::{Change, Forward};
pub use params::{Names, walk_forward, walk_param_back};
pub use version::{ApiVersion, NEWEST, OLDEST, PROVEN, SUPPORTED, UnknownVersion};
pub use walk::walk_back;

/// Every change of the chain, newest first.
pub fn changes() -> impl DoubleEndedIterator<Item = &'static Change> {
    const RELEASES: [&[&Change]; 8] = [
        endive::CHANGES,
        dahlia::CHANGES,
        clover::CHANGES,
        basil::CHANGES,
        acacia::CHANGES,
        y2024::CHANGES,
        y2023::CHANGES,
        y2022::CHANGES,
    ];
    RELEASES.into_iter().flatten().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_run_from_newest_to_oldest() {
        let versions: Vec<ApiVersion> = changes().map(|change| change.version).collect();
        assert!(versions.is_sorted_by(|newer, older| newer >= older));
        assert_eq!(versions.first(), Some(&NEWEST));
    }

    #[test]
    fn every_change_is_younger_than_the_oldest_supported_version_and_does_something() {
        for change in changes() {
            assert!(change.version > SUPPORTED[0], "{}", change.name);
            let idle = change.added.is_empty()
                && change.restored.is_empty()
                && change.back.is_none()
                && change.forward.is_none();
            assert!(!idle, "{} does nothing", change.name);
            let shapes = !change.added.is_empty() || !change.restored.is_empty();
            assert!(!shapes || !change.objects.is_empty(), "{}", change.name);
        }
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<&str> = changes().map(|change| change.name).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
