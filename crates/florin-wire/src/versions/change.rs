//! One published change of the wire, as data: where it applies and how to undo it.
//!
//! Shape: two lists of paths cover most changes (a field came, a field went); a function covers the
//! rest. Deliberately absent: the order of changes, which the lists of the releases hold.

use serde_json::{Map, Value};

use super::version::{ApiVersion, NEWEST};

/// A published change, seen from the newest version: undoing it gives the shape before its version.
///
/// Paths are dotted; `name[]` stands for every element of the list `name`. A path whose parents are
/// absent or `null` is read over.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// The first version that shows the change.
    pub version: ApiVersion,
    /// What was published, in our words; unique in the chain.
    pub name: &'static str,
    /// The `object` values whose shape it concerns; `error` stands for the hash of an error body.
    pub objects: &'static [&'static str],
    /// Fields that came with the change, so they leave on the way back.
    pub added: &'static [&'static str],
    /// Fields that every older object carries and newer ones may lack; they come back as `null`.
    pub restored: &'static [&'static str],
    /// What the lists cannot say: renamed fields and translated values.
    pub back: Option<fn(&mut Map<String, Value>)>,
    /// The parameters that the change took away.
    pub forward: Option<Forward>,
}

impl Change {
    /// A change of nothing, to be filled in.
    pub(super) const NOTHING: Change = Change {
        version: NEWEST,
        name: "",
        objects: &[],
        added: &[],
        restored: &[],
        back: None,
        forward: None,
    };

    /// Whether the change concerns objects of this kind.
    pub(super) fn concerns(&self, kind: &str) -> bool {
        self.objects.contains(&kind)
    }
}

/// How the parameters of an older request become those of the newest version.
#[derive(Clone, Copy, Debug)]
pub struct Forward {
    /// The operations, as `METHOD /v1/path`; `*` stands for one segment.
    pub routes: &'static [&'static str],
    /// Top-level parameters with another name: (newer, older). A request that carries both is left as
    /// it is, because the two always excluded each other.
    pub renamed: &'static [(&'static str, &'static str)],
    /// Florin takes the older names in every version, also where they were published as gone.
    pub taken_ever: bool,
    /// Paths of parameters that have no effect any more.
    pub dropped: &'static [&'static str],
    /// Translated values.
    pub apply: Option<fn(&mut Map<String, Value>)>,
}

impl Forward {
    /// A step that does nothing, to be filled in.
    pub(super) const NOTHING: Forward = Forward {
        routes: &[],
        renamed: &[],
        taken_ever: false,
        dropped: &[],
        apply: None,
    };

    /// Whether one of the routes is this operation.
    pub(super) fn matches(&self, method: &str, path: &str) -> bool {
        self.routes.iter().any(|route| match route.split_once(' ') {
            Some((verb, pattern)) => verb == method && same_path(pattern, path),
            None => false,
        })
    }
}

/// Compares segment by segment; `*` in the pattern stands for any one segment that is not empty.
fn same_path(pattern: &str, path: &str) -> bool {
    let mut wanted = pattern.split('/');
    let mut given = path.trim_end_matches('/').split('/');
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some("*"), Some(segment)) if !segment.is_empty() => {}
            (Some(want), Some(segment)) if want == segment => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_match_segment_by_segment() {
        assert!(same_path("/v1/refunds", "/v1/refunds"));
        assert!(same_path("/v1/refunds/*", "/v1/refunds/re_1/"));
        assert!(same_path("/v1/refunds/*", "/v1/refunds/{refund}"));
        assert!(!same_path("/v1/refunds/*", "/v1/refunds"));
        assert!(!same_path("/v1/refunds/*", "/v1/refunds/"));
        assert!(!same_path("/v1/refunds/*", "/v1/refunds/re_1/cancel"));
    }
}
