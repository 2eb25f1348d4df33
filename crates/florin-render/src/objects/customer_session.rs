//! The wire object of a customer session.

use crate::View;
use florin_domain::customer_session::CustomerSession;
use serde_json::{Value, json};

/// Renders a session that was made at `created` and is used with `secret`.
pub fn render_customer_session(
    session: &CustomerSession,
    (created, secret): (i64, &str),
    view: &View<'_>,
) -> Value {
    let word = |on: bool| if on { "enabled" } else { "disabled" };
    let features = json!({
        "payment_method_allow_redisplay_filters": session.filters,
        "payment_method_redisplay": word(session.shows),
        "payment_method_redisplay_limit": session.limit,
        "payment_method_remove": word(session.removes),
        "payment_method_save": word(session.saves),
        "payment_method_save_usage": session.usage,
    });
    let off = json!({"enabled": false});
    let bare = json!({"enabled": false, "features": null});
    json!({
        "object": "customer_session",
        "client_secret": secret,
        "components": {
            "active_entitlements": off, "buy_button": off, "customer_portal": off, "customer_sheet": bare,
            "mobile_payment_element": bare,
            "payment_element": {
                "enabled": session.enabled,
                "features": if session.enabled { features } else { Value::Null },
            },
            "pricing_table": off,
        },
        "created": created,
        "customer": session.customer,
        "customer_account": null,
        "expires_at": session.expires,
        "livemode": view.live,
    })
}
