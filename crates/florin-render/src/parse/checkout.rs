//! Commands on checkout sessions.
//!
//! What is sold is read here as the request names it; the engine loads it. Deliberately absent: subscriptions.

use super::method_options as options;
use super::{
    currency, custom_fields, excluded, fresh_echo, metadata, metadata_at, text, text_patch, types,
    wire, word,
};
use florin_base::Timestamp;
use florin_domain::checkout::{
    Adjustable, Adjusts, Collect, IntentTerms, Keeps, LinkItem, LinkPatch, NewSession, SessionMode,
    TermsPatch, UiMode, UpdateSession,
};
use florin_domain::payments::{CaptureMethod, CardOptions, FutureUsage, Metadata};
use florin_wire::versions::{ApiVersion, default_capture_method};
use florin_wire::{Params, WireError};
use serde_json::{Map, Value, json};

/// A new session, without what it sells.
///
/// # Errors
/// 400: a mode or a kind of page that is not served, or parts that exclude each other.
pub fn create_session(params: &Params, version: ApiVersion) -> Result<NewSession, WireError> {
    let mode = mode(params)?;
    check_mode(params, mode)?;
    Ok(NewSession {
        mode,
        ui: ui(params)?,
        currency: currency(params)?,
        makes_customer: params.text("customer_creation") == Some("always"),
        email: text(params, "customer_email"),
        types: types(params)?.unwrap_or_default(),
        excluded: excluded(params).unwrap_or_default(),
        configuration: params.text("payment_method_configuration").map(Into::into),
        success_url: text(params, "success_url"),
        cancel_url: text(params, "cancel_url"),
        return_url: text(params, "return_url"),
        redirect: text(params, "redirect_on_completion"),
        reference: text(params, "client_reference_id"),
        metadata: metadata(params)?,
        terms: terms(params, version)?,
        locale: text(params, "locale"),
        submit_type: text(params, "submit_type"),
        expires: params.int("expires_at").map(Timestamp),
        collect: collect(params)?,
        keeps: keeps(params),
        recovers: params.flag("after_expiration.recovery.enabled") == Some(true),
        echo: shown(params),
        ..NewSession::default()
    })
}

/// What the session shows as it was sent: what nothing depends on, and the look and the texts of its page.
fn shown(params: &Params) -> Map<String, Value> {
    let mut shown = fresh_echo(params);
    for name in ["branding_settings", "custom_text"] {
        let Some(acts) = params.object(name) else {
            continue;
        };
        let held = shown.entry(name).or_insert_with(|| json!({}));
        if let Value::Object(held) = held {
            held.extend(acts.clone());
        }
    }
    shown
}

fn mode(params: &Params) -> Result<SessionMode, WireError> {
    match params.text("mode") {
        None => Err(WireError::missing("mode")),
        Some("subscription") => {
            let message = "Subscriptions are not served yet: use `mode: payment` or `mode: setup`. See docs/compatibility.md.";
            Err(WireError::invalid(message)
                .with_code("parameter_unsupported")
                .with_param("mode"))
        }
        Some(_) => Ok(word(params, "mode", SessionMode::from_word)?.unwrap_or_default()),
    }
}

/// Parameters that mean something in one mode only.
fn check_mode(params: &Params, mode: SessionMode) -> Result<(), WireError> {
    let (foreign, needed): (&[&str], &str) = match mode {
        SessionMode::Payment => (&["setup_intent_data"], "setup"),
        SessionMode::Setup => (
            &[
                "payment_intent_data",
                "shipping_options",
                "submit_type",
                "saved_payment_method_options",
            ],
            "payment",
        ),
    };
    match foreign.iter().find(|name| params.has(name)) {
        None => Ok(()),
        Some(name) => {
            let message = format!("You can only pass `{name}` in `{needed}` mode.");
            Err(WireError::invalid(message).with_param(*name))
        }
    }
}

fn ui(params: &Params) -> Result<UiMode, WireError> {
    match params.text("ui_mode") {
        Some("form") => {
            let message = "This `ui_mode` is not served yet; use `hosted_page`, `embedded_page` or `elements`.";
            Err(WireError::invalid(message)
                .with_code("parameter_unsupported")
                .with_param("ui_mode"))
        }
        _ => Ok(word(params, "ui_mode", UiMode::from_word)?.unwrap_or_default()),
    }
}

fn terms(params: &Params, version: ApiVersion) -> Result<IntentTerms, WireError> {
    let data = "payment_intent_data";
    let at = |name: &str| format!("{data}.{name}");
    let default = || CaptureMethod::from_word(default_capture_method(version)).unwrap_or_default();
    let capture = word(params, &at("capture_method"), CaptureMethod::from_word)?;
    let usage = word(params, &at("setup_future_usage"), FutureUsage::from_word)?;
    let card = "payment_method_options.card";
    let of_card = word(
        params,
        &format!("{card}.setup_future_usage"),
        FutureUsage::from_word,
    )?;
    let mut metadata = Metadata::new();
    let from = match params.has("setup_intent_data") {
        true => "setup_intent_data",
        false => data,
    };
    metadata_at(params, &format!("{from}.metadata")).apply(&mut metadata);
    Ok(IntentTerms {
        capture_method: capture.unwrap_or_else(default),
        description: text(params, &format!("{from}.description")),
        metadata,
        setup_future_usage: usage.or(of_card),
        card: CardOptions {
            request_three_d_secure: text(params, &format!("{card}.request_three_d_secure")),
            setup_future_usage: of_card,
            ..CardOptions::default()
        },
        pix: options::pix(params)?.flatten(),
        echo: intent_echo(params, data),
    })
}

/// The descriptive members of the intent that the session will make.
fn intent_echo(params: &Params, data: &str) -> Map<String, Value> {
    let mut echo = Map::new();
    let options = params.echoed().get("payment_method_options");
    if let Some(options) = options {
        echo.insert("payment_method_options".to_owned(), options.clone());
    }
    for name in [
        "receipt_email",
        "shipping",
        "statement_descriptor",
        "statement_descriptor_suffix",
        "transfer_group",
    ] {
        let sent = params.get(&format!("{data}.{name}"));
        if let Some(value) = sent.filter(|value| !value.is_null()) {
            echo.insert(name.to_owned(), value.clone());
        }
    }
    echo
}

fn collect(params: &Params) -> Result<Collect, WireError> {
    let countries = params.list("shipping_address_collection.allowed_countries");
    let countries = countries.into_iter().flatten().filter_map(Value::as_str);
    let saved = |name: &str| format!("saved_payment_method_options.{name}");
    let saves = params.text(&saved("payment_method_save"));
    if params.text(&saved("payment_method_remove")) == Some("enabled") {
        return Err(WireError::unsupported(&wire(&saved(
            "payment_method_remove",
        ))));
    }
    let redisplay = params.list(&saved("allow_redisplay_filters"));
    let redisplay = redisplay.into_iter().flatten().filter_map(Value::as_str);
    Ok(Collect {
        phone: params
            .flag("phone_number_collection.enabled")
            .unwrap_or(false),
        billing_address: params.text("billing_address_collection") == Some("required"),
        shipping_countries: countries.map(str::to_owned).collect(),
        terms: params.text("consent_collection.terms_of_service") == Some("required"),
        offers_save: saves == Some("enabled"),
        redisplay: redisplay.map(str::to_owned).collect(),
        fields: custom_fields::fields(params)?,
    })
}

fn keeps(params: &Params) -> Keeps {
    let keeps = |name: &str| params.text(&format!("customer_update.{name}")) == Some("auto");
    Keeps {
        address: keeps("address"),
        name: keeps("name"),
        shipping: keeps("shipping"),
    }
}

/// How far the buyer may change a quantity.
pub fn adjusts(item: &Params) -> Option<Adjusts> {
    let sent = "adjustable_quantity";
    if item.flag(&format!("{sent}.enabled")) != Some(true) {
        return None;
    }
    let bound = |name: &str| item.int(&format!("{sent}.{name}"));
    Some(Adjusts {
        minimum: bound("minimum").unwrap_or(0),
        maximum: bound("maximum"),
    })
}

/// The bounds of a quantity that the buyer may change.
pub fn adjustable(item: &Params, quantity: i64) -> Option<Adjustable> {
    adjusts(item).map(|adjusts| adjusts.around(quantity))
}

/// What is offered beside an order.
pub fn offered(params: &Params) -> Vec<LinkItem> {
    let sent = params.list("optional_items").into_iter().flatten();
    let items = sent.filter_map(Value::as_object).map(|item| {
        let item = Params::new(item.clone(), Map::new());
        let quantity = item.int("quantity").unwrap_or_default();
        LinkItem {
            price: item.text("price").unwrap_or_default().into(),
            quantity,
            adjustable: adjustable(&item, quantity),
        }
    });
    items.collect()
}

/// A change of a session, without what it sells and how that is shipped.
///
/// # Errors
/// 400: a word that means nothing.
pub fn update_session(params: &Params) -> Result<UpdateSession, WireError> {
    Ok(UpdateSession {
        metadata: metadata(params)?,
        terms: terms_patch(params)?,
        delivery: delivery(params),
        ..UpdateSession::default()
    })
}

fn terms_patch(params: &Params) -> Result<Option<TermsPatch>, WireError> {
    const DATA: &str = "payment_intent_data";
    let Some(sent) = params.object(DATA) else {
        return Ok(None);
    };
    let at = |name: &str| format!("{DATA}.{name}");
    let usage = at("setup_future_usage");
    let said = word(params, &usage, FutureUsage::from_word)?;
    let echo = ["statement_descriptor", "statement_descriptor_suffix"].iter();
    let echo = echo.filter_map(|name| Some(((*name).to_owned(), sent.get(*name)?.clone())));
    Ok(Some(TermsPatch {
        description: text_patch(params, &at("description")),
        metadata: metadata_at(params, &at("metadata")),
        setup_future_usage: params.has(&usage).then_some(said),
        echo: echo.collect(),
    }))
}

/// Where to ship, as the merchant knows it.
fn delivery(params: &Params) -> Option<Map<String, Value>> {
    let sent = params.object("collected_information.shipping_details")?;
    let known = |(_, value): &(&String, &Value)| !value.is_null();
    let members = sent.iter().filter(known);
    Some(
        members
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    )
}

/// What a payment link says that its sessions do not: it is active, and what they do in the end.
///
/// # Errors
/// 400: the buyer is to be sent on, and nowhere is said.
pub fn link_patch(params: &Params) -> Result<LinkPatch, WireError> {
    Ok(LinkPatch {
        active: params.flag("active"),
        inactive_message: text_patch(params, "inactive_message"),
        after: after_completion(params)?,
        limit: limit(params),
        metadata: metadata(params)?,
    })
}

/// How many buyers may complete a session. The empty text removes the limit.
fn limit(params: &Params) -> Option<Option<i64>> {
    let limit = params.int("restrictions.completed_sessions.limit");
    params.has("restrictions").then_some(limit)
}

/// What sessions do when the buyer has paid, in their own words: acted upon, and only shown.
type After = (Map<String, Value>, Map<String, Value>);

fn after_completion(params: &Params) -> Result<Option<After>, WireError> {
    let (mut asked, mut told) = (Map::new(), Map::new());
    match params.text("after_completion.type") {
        None => return Ok(None),
        Some("redirect") => {
            let url = "after_completion.redirect.url";
            let url = params
                .text(url)
                .ok_or_else(|| WireError::missing(&wire(url)))?;
            asked.insert("success_url".to_owned(), Value::from(url));
        }
        Some(_) if params.has("after_completion.redirect") => {
            let message =
                "You can only pass `after_completion[redirect]` when the type is `redirect`.";
            return Err(WireError::invalid(message).with_param("after_completion[redirect]"));
        }
        Some(_) => {
            let message = params.text("after_completion.hosted_confirmation.custom_message");
            let text = message.map(|message| json!({ "message": message }));
            // What is not said again is gone, unless the same request says it in the other place.
            if text.is_some() || !params.has("custom_text.after_submit") {
                told.insert("custom_text".to_owned(), json!({ "after_submit": text }));
            }
        }
    }
    Ok(Some((asked, told)))
}

/// The parameters of the sessions of a link, as the request that makes the link says them.
pub fn of_link(params: &Params) -> Params {
    let mut asked = params.typed().clone();
    for name in OF_LINKS_ALONE {
        asked.remove(name);
    }
    asked.insert("mode".to_owned(), Value::from("payment"));
    Params::new(asked, params.echoed().clone())
}

/// What a change of a link says of its sessions: what they act on, and what they only show. Null takes something away.
pub fn link_terms(params: &Params) -> (Map<String, Value>, Map<String, Value>) {
    let mut asked = params.typed().clone();
    for name in OF_LINKS_ALONE {
        asked.remove(name);
    }
    asked.remove("line_items");
    (asked, params.echoed().clone())
}

/// What sessions do not know, or get in another way.
const OF_LINKS_ALONE: [&str; 6] = [
    "active",
    "after_completion",
    "expand",
    "inactive_message",
    "metadata",
    "restrictions",
];
