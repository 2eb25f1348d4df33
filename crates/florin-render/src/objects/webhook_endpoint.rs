//! The wire object of a webhook endpoint.
//!
//! Deliberately absent: the secret, unless the caller has just made it and hands it in.

use crate::View;
use crate::shape::{Shape, metadata, texts};
use florin_domain::Kind;
use florin_domain::webhooks::WebhookEndpoint;
use florin_wire::Node;

/// Renders an endpoint; `secret` is shown once, in the answer that creates it. Of a deleted one only the id is left.
pub fn render_endpoint<'a>(
    endpoint: &'a WebhookEndpoint,
    view: &View<'_>,
    secret: Option<&'a str>,
) -> Node<'a> {
    if endpoint.deleted {
        return crate::deleted(Kind::WebhookEndpoint, &endpoint.id).into();
    }
    let status = if endpoint.disabled {
        "disabled"
    } else {
        "enabled"
    };
    let mut shape = Shape::object(&endpoint.id, "webhook_endpoint", 12);
    shape
        .put("api_version", endpoint.api_version.as_deref())
        .null("application")
        .put("created", endpoint.created.0)
        .put("description", endpoint.description.as_deref())
        .put("enabled_events", texts(&endpoint.enabled_events))
        .put("livemode", view.live)
        .put("metadata", metadata(&endpoint.metadata))
        .put_some("secret", secret)
        .put("status", status)
        .put("url", endpoint.url.as_str());
    shape.done()
}
