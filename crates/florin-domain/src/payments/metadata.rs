//! Metadata: the merchant's own keys and values on an object.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Keys and values, as they are answered.
pub type Metadata = BTreeMap<String, String>;

/// A change of metadata: keys merge, an empty value removes its key, [`MetadataPatch::Clear`] removes all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetadataPatch {
    /// Leave it alone.
    #[default]
    Keep,
    /// Remove every key.
    Clear,
    /// Merge these; an empty value removes.
    Merge(Vec<(String, String)>),
}

impl MetadataPatch {
    /// A change that makes nothing into this.
    pub fn of(metadata: &Metadata) -> MetadataPatch {
        let pairs = metadata.iter();
        MetadataPatch::Merge(pairs.map(|(k, v)| (k.clone(), v.clone())).collect())
    }

    /// Applies the change.
    pub fn apply(self, held: &mut Metadata) {
        match self {
            MetadataPatch::Keep => {}
            MetadataPatch::Clear => held.clear(),
            MetadataPatch::Merge(pairs) => {
                for (key, value) in pairs {
                    if value.is_empty() {
                        held.remove(&key);
                    } else {
                        held.insert(key, value);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merging_adds_replaces_and_removes() {
        let pair = |k: &str, v: &str| (k.to_owned(), v.to_owned());
        let mut held = Metadata::from([pair("a", "1"), pair("b", "2")]);
        MetadataPatch::Merge(vec![pair("a", ""), pair("b", "3"), pair("c", "4")]).apply(&mut held);
        assert_eq!(held, Metadata::from([pair("b", "3"), pair("c", "4")]));
        MetadataPatch::Keep.apply(&mut held);
        assert_eq!(held.len(), 2);
        MetadataPatch::Clear.apply(&mut held);
        assert!(held.is_empty());
    }
}
