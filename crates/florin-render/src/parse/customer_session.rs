//! What a customer session is asked to allow.

use super::text;
use florin_domain::customer_session::CustomerSession;
use florin_wire::Params;
use serde_json::Value;

/// A form shows so many saved cards, unless the merchant says otherwise.
const SHOWN: usize = 3;

/// A new session.
pub fn customer_session(params: &Params) -> CustomerSession {
    let element = |name: &str| format!("components.payment_element.{name}");
    let feature = |name: &str| element(&format!("features.payment_method_{name}"));
    let is_on = |name: &str| params.text(&feature(name)) == Some("enabled");
    let filters = params.list(&feature("allow_redisplay_filters"));
    let filters = filters.map_or_else(
        || vec!["always".to_owned()],
        |list| {
            let words = list.iter().filter_map(Value::as_str);
            words.map(str::to_owned).collect()
        },
    );
    let limit = params.int(&feature("redisplay_limit"));
    CustomerSession {
        customer: text(params, "customer").unwrap_or_default(),
        enabled: params.flag(&element("enabled")).unwrap_or_default(),
        shows: is_on("redisplay"),
        limit: limit
            .and_then(|limit| usize::try_from(limit).ok())
            .unwrap_or(SHOWN),
        filters,
        saves: is_on("save"),
        usage: text(params, &feature("save_usage")),
        removes: is_on("remove"),
        ..CustomerSession::default()
    }
}
