//! The features of a product that buyers read are called marketing features.
//!
//! Deliberately absent: the features of entitlements, which took the shorter name later.

use serde_json::{Map, Value};

use super::super::change::{Change, Forward};
use super::super::version::ApiVersion;

const NEWER: &str = "marketing_features";
const OLDER: &str = "features";

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::V2024_04_10,
    name: "features of products are marketing features",
    objects: &["product"],
    back: Some(show_older),
    forward: Some(Forward {
        routes: &["POST /v1/products", "POST /v1/products/*"],
        renamed: &[(NEWER, OLDER)],
        ..Forward::NOTHING
    }),
    ..Change::NOTHING
};

fn show_older(product: &mut Map<String, Value>) {
    if let Some(features) = product.remove(NEWER) {
        product.insert(OLDER.to_owned(), features);
    }
}
