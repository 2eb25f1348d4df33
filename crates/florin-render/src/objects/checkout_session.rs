//! The wire object of a checkout session, and its line items.
//!
//! Deliberately absent: subscriptions, discounts, invoices, automatic taxes and connected accounts, which do not exist yet
//! and are null.

use super::method_configuration;
use super::payment_intent::named;
use crate::View;
use crate::echo::{self, member, picked};
use crate::shape::{Shape, metadata, texts, words};
use florin_domain::MethodType;
use florin_domain::catalog::Price;
use florin_domain::checkout::{
    Adjustable, CheckoutSession, Field, FieldKind, Line, SessionMode, SessionStatus, UiMode,
};
use florin_domain::methods::PixEnd;
use florin_wire::Node;
use serde_json::{Value, json};

/// How many members the object has.
const MEMBERS: usize = 62;

/// Renders a session.
pub(crate) fn render<'a>(session: &'a CheckoutSession, view: &View<'_>) -> Node<'a> {
    let mut shape = Shape::object(&session.id, "checkout.session", MEMBERS);
    front(&mut shape, session, view);
    middle(&mut shape, session, view);
    back(&mut shape, session, view);
    shape.done()
}

/// The members up to `customer_email`.
fn front<'a>(shape: &mut Shape<'a>, session: &'a CheckoutSession, view: &View<'_>) {
    let narrowed = !session.types.is_empty();
    let priced = session.mode == SessionMode::Payment;
    let billing = match session.collect.billing_address {
        true => "required",
        false => "auto",
    };
    let creation = priced.then_some(match session.makes_customer {
        true => "always",
        false => "if_required",
    });
    shape
        .null("adaptive_pricing")
        .put("after_expiration", after_expiration(session, view))
        .null("allow_promotion_codes")
        .put(
            "allowed_payment_method_types",
            narrowed.then(|| texts(&session.types)),
        )
        .put("amount_subtotal", priced.then_some(session.totals.subtotal))
        .put("amount_total", priced.then_some(session.totals.total))
        .put("automatic_tax", no_automatic_tax())
        .put("billing_address_collection", billing)
        .put_some("branding_settings", branding(session))
        .put("cancel_url", session.cancel_url.as_deref())
        .put("client_reference_id", session.reference.as_deref())
        .put("client_secret", session.client_secret())
        .put("collected_information", collected(session))
        .put("consent", consent(session))
        .put("consent_collection", consent_collection(session))
        .put("created", session.created.0)
        .put(
            "currency",
            session.currency.map(|asset| asset.as_str().to_owned()),
        )
        .null("currency_conversion")
        .put("custom_fields", custom_fields(session))
        .put("custom_text", custom_text(session))
        .put("customer", session.customer.as_deref())
        .null("customer_account")
        .put("customer_creation", creation)
        .put("customer_details", customer_details(session))
        .put("customer_email", session.email.as_deref());
}

/// The members up to `redirect_on_completion`.
fn middle<'a>(shape: &mut Shape<'a>, session: &'a CheckoutSession, view: &View<'_>) {
    let invoices = json!({"enabled": false, "invoice_data": {
        "account_tax_ids": null, "custom_fields": null, "description": null, "footer": null, "issuer": null,
        "metadata": {}, "rendering_options": null,
    }});
    let priced = session.mode == SessionMode::Payment;
    let chooses = priced && session.types.is_empty();
    let configuration = session.configuration.as_deref();
    let chosen_from = chooses.then(|| method_configuration::details(configuration, view));
    shape
        .put("discounts", priced.then(|| Node::List(Vec::new())))
        .put_some("excluded_payment_method_types", named(&session.excluded))
        .put("expires_at", session.expires.0)
        .null("integration_identifier")
        .null("invoice")
        .put("invoice_creation", priced.then(|| Node::from(invoices)))
        .put("livemode", view.live)
        .put("locale", session.locale.as_deref())
        .null("managed_payments")
        .put("metadata", metadata(&session.metadata))
        .put("mode", session.mode.word())
        .put_some("optional_items", optional_items(session))
        .null("origin_context")
        .put("payment_intent", session.intent.as_deref())
        .put("payment_link", session.link.as_deref())
        .put("payment_method_collection", priced.then_some("if_required"))
        .put("payment_method_configuration_details", chosen_from)
        .put("payment_method_options", method_options(session))
        .put("payment_method_types", shown_types(session))
        .put("payment_status", session.paid.word())
        .null("permissions")
        .put("phone_number_collection", enabled(session.collect.phone))
        .put("recovered_from", session.recovered_from.as_deref())
        .put_some("redirect_on_completion", redirect(session));
}

/// The rest.
fn back<'a>(shape: &mut Shape<'a>, session: &'a CheckoutSession, view: &View<'_>) {
    let open = session.status == SessionStatus::Open;
    let url = (open && session.ui == UiMode::HostedPage)
        .then(|| format!("{}/c/pay/{}", view.base_url, session.id));
    let countries = &session.collect.shipping_countries;
    let ships = (!countries.is_empty()).then(|| {
        let mut shape = Shape::hash(1);
        shape.put("allowed_countries", texts(countries));
        shape.done()
    });
    shape
        .put_some("return_url", session.return_url.as_deref())
        .put("saved_payment_method_options", saved_options(session))
        .put("setup_intent", session.setup.as_deref())
        .put("shipping_address_collection", ships)
        .put("shipping_cost", shipping_cost(session))
        .put("shipping_options", shipping_options(session))
        .put("status", session.status.word())
        .put("submit_type", session.submit_type.as_deref())
        .null("subscription")
        .put("success_url", session.success_url.as_deref())
        .put("total_details", total_details(session))
        .put("ui_mode", session.ui.word())
        .put("url", url)
        .null("wallet_options");
}

/// Where the buyer begins anew, once it expired.
fn after_expiration(session: &CheckoutSession, view: &View<'_>) -> Node<'static> {
    if !session.recovers {
        return Node::Null;
    }
    let until = session.recoverable_until;
    let url = until.map(|_| format!("{}/c/pay/{}/recover", view.base_url, session.id));
    let mut recovery = Shape::hash(4);
    recovery
        .put("allow_promotion_codes", false)
        .put("enabled", true)
        .put("expires_at", until.map(|until| until.0))
        .put("url", url);
    let mut shape = Shape::hash(1);
    shape.put("recovery", recovery.done());
    shape.done()
}

fn enabled(flag: bool) -> Node<'static> {
    let mut shape = Shape::hash(1);
    shape.put("enabled", flag);
    shape.done()
}

fn no_automatic_tax() -> Node<'static> {
    Node::from(json!({"enabled": false, "liability": null, "provider": null, "status": null}))
}

fn branding(session: &CheckoutSession) -> Option<Node<'_>> {
    let sent = echo::hash(&session.echo, "branding_settings")?;
    let mut shape = Shape::hash(7);
    for (name, default) in [
        ("background_color", "#ffffff"),
        ("border_style", "rounded"),
        ("button_color", "#0b5fff"),
        ("display_name", ""),
        ("font_family", "default"),
    ] {
        let shown = sent.get(name).and_then(Value::as_str).unwrap_or(default);
        shape.put(name, shown);
    }
    shape
        .put("icon", member(sent, "icon"))
        .put("logo", member(sent, "logo"));
    Some(shape.done())
}

fn collected(session: &CheckoutSession) -> Node<'_> {
    if session.delivery.is_empty() {
        return Node::Null;
    }
    let sent = &session.delivery;
    let mut details = Shape::hash(2);
    details
        .put("address", echo::address(echo::hash(sent, "address")))
        .put("name", member(sent, "name"));
    let mut shape = Shape::hash(3);
    shape
        .null("business_name")
        .null("individual_name")
        .put("shipping_details", details.done());
    shape.done()
}

fn consent(session: &CheckoutSession) -> Node<'static> {
    if !session.collect.terms {
        return Node::Null;
    }
    let mut shape = Shape::hash(2);
    shape
        .null("promotions")
        .put("terms_of_service", session.agreed.then_some("accepted"));
    shape.done()
}

fn consent_collection(session: &CheckoutSession) -> Node<'static> {
    if !session.collect.terms {
        return Node::Null;
    }
    let mut shape = Shape::hash(3);
    shape
        .null("payment_method_reuse_agreement")
        .put("promotions", "none")
        .put("terms_of_service", "required");
    shape.done()
}

fn custom_fields(session: &CheckoutSession) -> Node<'_> {
    let fields = session.collect.fields.iter().map(custom_field);
    Node::List(fields.collect())
}

fn custom_field(field: &Field) -> Node<'_> {
    let mut label = Shape::hash(2);
    label
        .put("custom", field.label.as_str())
        .put("type", "custom");
    let mut held = Shape::hash(4);
    held.put("default_value", field.default_value.as_deref());
    match field.kind {
        FieldKind::Dropdown => {
            let options = field.options.iter().map(|(value, label)| {
                let mut shape = Shape::hash(2);
                shape
                    .put("label", label.as_str())
                    .put("value", value.as_str());
                shape.done()
            });
            held.put("options", Node::List(options.collect()));
        }
        FieldKind::Numeric | FieldKind::Text => {
            held.put("maximum_length", field.length.maximum)
                .put("minimum_length", field.length.minimum);
        }
    }
    held.put("value", field.value.as_deref());
    let mut shape = Shape::hash(5);
    shape
        .put("key", field.key.as_str())
        .put("label", label.done())
        .put("optional", field.optional)
        .put("type", field.kind.word())
        .put(field.kind.word(), held.done());
    shape.done()
}

fn custom_text(session: &CheckoutSession) -> Node<'_> {
    let sent = echo::hash(&session.echo, "custom_text").unwrap_or(&echo::NOTHING);
    let names = [
        "after_submit",
        "shipping_address",
        "submit",
        "terms_of_service_acceptance",
    ];
    echo::picked(sent, &names)
}

/// What is known of the buyer: before the payment only what the merchant said.
fn customer_details(session: &CheckoutSession) -> Node<'_> {
    let told = &session.buyer;
    if told.is_empty() && session.email.is_none() {
        return Node::Null;
    }
    let mut shape = Shape::hash(8);
    shape
        .put("address", echo::address(echo::hash(told, "address")))
        .null("business_name")
        .put("email", session.buyer_email())
        .null("individual_name")
        .put("name", member(told, "name"))
        .put("phone", member(told, "phone"))
        .put("tax_exempt", "none")
        .put("tax_ids", Node::List(Vec::new()));
    shape.done()
}

fn method_options(session: &CheckoutSession) -> Node<'_> {
    let asked = session.terms.card.request_three_d_secure.as_deref();
    let usage = session.terms.card.setup_future_usage;
    let mut card = Shape::hash(2);
    card.put("request_three_d_secure", asked.unwrap_or("automatic"))
        .put_some("setup_future_usage", usage.map(|usage| usage.word()));
    let sent = echo::hash(&session.terms.echo, "payment_method_options");
    let told = |kind: MethodType| {
        let sent = sent.and_then(|sent| echo::hash(sent, kind.word()));
        sent.map(|sent| picked(sent, told_of(kind)))
    };
    let mut shape = Shape::hash(MethodType::ALL.len());
    shape.put("card", card.done());
    for kind in MethodType::ALL.iter().copied() {
        shape.put_some(kind.word(), told(kind));
    }
    if let Some(PixEnd::After(seconds)) = session.terms.pix {
        let mut pix = Shape::hash(1);
        pix.put("expires_after_seconds", seconds);
        shape.put("pix", pix.done());
    }
    shape.done()
}

/// The members of the options of a type that a session shows.
const fn told_of(kind: MethodType) -> &'static [&'static str] {
    match kind {
        MethodType::CustomerBalance => &["bank_transfer", "funding_type"],
        MethodType::Paypal => &["preferred_locale", "reference"],
        MethodType::WechatPay => &["app_id", "client"],
        _ => &[],
    }
}

fn redirect(session: &CheckoutSession) -> Option<&str> {
    let embedded = session.ui == UiMode::EmbeddedPage;
    embedded.then(|| session.redirect.as_deref().unwrap_or("always"))
}

fn saved_options(session: &CheckoutSession) -> Node<'_> {
    if session.mode == SessionMode::Setup {
        return Node::Null;
    }
    let mut shape = Shape::hash(3);
    shape
        .put(
            "allow_redisplay_filters",
            words(&session.collect.redisplay()),
        )
        .null("payment_method_remove")
        .put(
            "payment_method_save",
            session.collect.offers_save.then_some("enabled"),
        );
    shape.done()
}

fn shipping_cost(session: &CheckoutSession) -> Node<'_> {
    let Some(option) = session.shipping() else {
        return Node::Null;
    };
    let mut shape = Shape::hash(4);
    shape
        .put("amount_subtotal", option.amount)
        .put("amount_tax", 0)
        .put("amount_total", option.amount)
        .put("shipping_rate", option.rate.as_str());
    shape.done()
}

fn shipping_options(session: &CheckoutSession) -> Node<'_> {
    let options = session.shipping_options.iter().map(|option| {
        let mut shape = Shape::hash(2);
        shape
            .put("shipping_amount", option.amount)
            .put("shipping_rate", option.rate.as_str());
        shape.done()
    });
    Node::List(options.collect())
}

fn total_details(session: &CheckoutSession) -> Node<'static> {
    if session.mode == SessionMode::Setup {
        return Node::Null;
    }
    let mut shape = Shape::hash(3);
    shape
        .put("amount_discount", 0)
        .put("amount_shipping", session.totals.shipping)
        .put("amount_tax", session.totals.tax);
    shape.done()
}

/// What the buyer may add, and what it was offered as.
fn optional_items(session: &CheckoutSession) -> Option<Node<'_>> {
    let offered = session.lines.iter();
    let offered = offered.filter_map(|line| Some((line, line.optional?)));
    let items = offered
        .map(|(line, quantity)| optional_item(line.price.as_str().into(), quantity, bounds(line)));
    let items: Vec<Node<'_>> = items.collect();
    (!items.is_empty()).then_some(Node::List(items))
}

/// Within which bounds the buyer may change a quantity. All or none of it is no such choice.
fn bounds(line: &Line) -> Option<Node<'static>> {
    let is_fixed =
        |bounds: &Adjustable| line.optional.is_some() && bounds.minimum == bounds.maximum;
    let bounds = line.adjustable.filter(|bounds| !is_fixed(bounds));
    bounds.map(adjustable)
}

/// The bounds of a quantity.
pub(super) fn adjustable(bounds: Adjustable) -> Node<'static> {
    let mut shape = Shape::hash(3);
    shape
        .put("enabled", true)
        .put("maximum", bounds.maximum)
        .put("minimum", bounds.minimum);
    shape.done()
}

/// Something that is offered beside an order.
pub(super) fn optional_item<'a>(
    price: Node<'a>,
    quantity: i64,
    bounds: Option<Node<'static>>,
) -> Node<'a> {
    let mut shape = Shape::hash(3);
    shape
        .put("adjustable_quantity", bounds)
        .put("price", price)
        .put("quantity", quantity);
    shape.done()
}

/// A line item. `price` is its price, if that can be found.
pub fn render_session_line(
    session: &CheckoutSession,
    line: &Line,
    price: Option<&Price>,
    view: &View<'_>,
) -> Value {
    let currency = session.currency.unwrap_or_default();
    let mut shape = Shape::object(&line.id, "item", 13);
    shape
        .put("adjustable_quantity", bounds(line))
        .put("amount_discount", 0)
        .put("amount_subtotal", line.subtotal)
        .put("amount_tax", line.tax)
        .put("amount_total", line.total)
        .put("currency", currency.as_str())
        .put("description", line.name.as_str())
        .put("metadata", metadata(&line.metadata))
        .put(
            "price",
            price.map(|price| super::price::render(price, view)),
        )
        .put("quantity", line.quantity);
    shape.done().into_value()
}

/// The types that the page offers: those that are listed, or what was switched on when the session was made.
fn shown_types(session: &CheckoutSession) -> Node<'_> {
    match (session.types.as_slice(), session.offered.as_slice()) {
        ([], []) => texts(&["card"]),
        ([], offered) => texts(offered),
        (listed, _) => texts(listed),
    }
}
