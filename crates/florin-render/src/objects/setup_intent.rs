//! The wire object of a set-up.
//!
//! Deliberately absent: set-up attempts and mandates, which Florin does not keep.

use super::payment_intent::automatic_methods;
use super::{next_action, payment_error};
use crate::View;
use crate::echo::member;
use crate::shape::{Shape, metadata, texts};
use florin_domain::payments::{SetupIntent, SetupStatus};
use florin_wire::Node;

/// How many members the object has.
const MEMBERS: usize = 30;

/// Renders a set-up.
pub(crate) fn render<'a>(setup: &'a SetupIntent, view: &View<'_>) -> Node<'a> {
    let mut shape = Shape::object(&setup.id, "setup_intent", MEMBERS);
    let narrowed = setup.automatic.is_none();
    shape
        .put(
            "allowed_payment_method_types",
            narrowed.then(|| texts(&setup.types)),
        )
        .null("application")
        .put(
            "automatic_payment_methods",
            automatic_methods(setup.automatic),
        )
        .put("cancellation_reason", setup.cancellation_reason.as_deref())
        .put("client_secret", setup.client_secret())
        .put("created", setup.created.0)
        .put("customer", setup.customer.as_deref())
        .null("customer_account")
        .put("description", setup.description.as_deref())
        .put(
            "excluded_payment_method_types",
            member(&setup.echo, "excluded_payment_method_types"),
        )
        .null("flow_directions")
        .put(
            "last_setup_error",
            payment_error::render(setup.last_error.as_ref(), view),
        )
        .null("latest_attempt")
        .put("livemode", view.live)
        .null("managed_payments")
        .null("mandate")
        .put("metadata", metadata(&setup.metadata))
        .put("next_action", challenge(setup, view))
        .null("on_behalf_of")
        .put("payment_method", setup.payment_method.as_deref())
        .null("payment_method_configuration_details")
        .put("payment_method_options", method_options(setup))
        .put("payment_method_types", texts(&setup.types))
        .null("single_use_mandate")
        .put("status", setup.status.word())
        .put("usage", setup.usage.word());
    shape.done()
}

fn challenge<'a>(setup: &'a SetupIntent, view: &View<'_>) -> Node<'a> {
    let open = setup.status == SetupStatus::RequiresAction && setup.challenge.is_some();
    if !open {
        return Node::Null;
    }
    next_action::render(
        &setup.id,
        &setup.client_secret(),
        setup.return_url.as_deref(),
        view,
    )
}

fn method_options(setup: &SetupIntent) -> Node<'_> {
    let asked_3ds = setup
        .request_three_d_secure
        .as_deref()
        .unwrap_or("automatic");
    let mut card = Shape::hash(3);
    card.null("mandate_options")
        .null("network")
        .put("request_three_d_secure", asked_3ds);
    let mut options = Shape::hash(1);
    options.put("card", card.done());
    options.done()
}
