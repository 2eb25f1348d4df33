//! A discount names its coupon below `source`; before, it carried the whole coupon.
//!
//! An older reader expects the whole coupon, so the renderer has to expand it; an id is passed on as it is.
//! Deliberately absent: loading the coupon.

use serde_json::{Map, Value};

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const CHANGE: Change = Change {
    version: ApiVersion::Clover2025_09_30,
    name: "discounts name their coupon below source",
    objects: &["discount"],
    back: Some(carry_coupon),
    ..Change::NOTHING
};

fn carry_coupon(discount: &mut Map<String, Value>) {
    if let Some(Value::Object(mut source)) = discount.shift_remove("source") {
        let coupon = source.shift_remove("coupon");
        discount.insert("coupon".to_owned(), coupon.unwrap_or_default());
    }
}
