//! What the page of a checkout session knows: the state that `web/README.md` describes.
//!
//! It is no object of the wire: the page reads it and nobody else. Deliberately absent: whatever belongs to the merchant
//! only (metadata, references, customers), because everybody with the link reads it.

use crate::View;
use crate::objects::next_action::{
    bank_url, code_url, fields as transfer_fields, page_url, reference,
};
use crate::receipt::receipt_url;
use florin_domain::MethodType;
use florin_domain::accounts::Account;
use florin_domain::checkout::{
    CheckoutSession, Field, FieldKind, Line, PaidState, SessionMode, SessionStatus, ShippingOption,
};
use florin_domain::methods::Flow;
use florin_domain::payments::{
    Charge, FutureUsage, IntentStatus, PaymentError, PaymentIntent, PaymentMethod, SetupIntent,
    SetupStatus,
};
use serde_json::{Map, Value, json};

/// Everything that the page is made of.
#[derive(Clone, Debug)]
pub struct PageFacts {
    /// The session.
    pub session: CheckoutSession,
    /// The merchant.
    pub account: Account,
    /// The payment, once there is one.
    pub intent: Option<PaymentIntent>,
    /// The charge that paid it.
    pub charge: Option<Charge>,
    /// The set-up, likewise.
    pub setup: Option<SetupIntent>,
    /// The types that are switched on.
    pub switched: Vec<MethodType>,
    /// The buyer's saved cards.
    pub saved: Vec<PaymentMethod>,
    /// What is paid is simulated.
    pub simulated: bool,
}

/// The state of the page.
pub fn render_page(facts: &PageFacts, view: &View<'_>) -> Value {
    let session = &facts.session;
    let totals = &session.totals;
    json!({
        "id": session.id,
        "status": session.status.word(),
        "mode": session.mode.word(),
        "payment_status": session.paid.word(),
        "livemode": view.live,
        "simulated": facts.simulated,
        "merchant": merchant(facts),
        "currency": session.currency.map(|asset| asset.as_str().to_owned()),
        "amounts": {
            "subtotal": totals.subtotal, "shipping": totals.shipping, "tax": totals.tax, "discount": 0,
            "total": totals.total,
        },
        "line_items": session.lines.iter().map(|one| line(session, one)).collect::<Vec<_>>(),
        "shipping": shipping(session),
        "collect": collect(session),
        "email": session.buyer_email(),
        "submit_type": session.submit_type.as_deref().unwrap_or("auto"),
        "custom_text": custom_text(session),
        "methods": methods(facts),
        "saved_methods": facts.saved.iter().map(render_saved).collect::<Vec<_>>(),
        "locale": session.locale.as_deref().unwrap_or("auto"),
        "expires_at": session.expires.0,
        "cancel_url": session.cancel_url,
        "payment": payment(facts, view),
        "receipt_url": facts.charge.as_ref().and_then(|charge| receipt_url(charge, view)),
        "redirect": session.redirect,
        "return_to": return_to(session),
    })
}

fn branding<'a>(session: &'a CheckoutSession, name: &str) -> Option<&'a str> {
    let sent = session.echo.get("branding_settings")?;
    sent.get(name)?.as_str().filter(|text| !text.is_empty())
}

/// Under which name the merchant sells in a session.
pub(crate) fn merchant_of<'a>(session: &'a CheckoutSession, account: &'a Account) -> &'a str {
    branding(session, "display_name").unwrap_or(&account.name)
}

/// A picture that a page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PagePicture<'a> {
    /// The merchant's logo.
    Logo,
    /// What a line sells.
    Line(&'a str),
}

impl<'a> PagePicture<'a> {
    /// Reads the last part of a picture's address.
    pub fn named(name: &'a str) -> PagePicture<'a> {
        match name {
            LOGO => PagePicture::Logo,
            line => PagePicture::Line(line),
        }
    }
}

/// The name of the logo among the pictures of a page.
const LOGO: &str = "logo";

/// Where the merchant says that a picture is.
pub fn picture_address<'a>(
    session: &'a CheckoutSession,
    account: &'a Account,
    which: PagePicture<'_>,
) -> Option<&'a str> {
    match which {
        PagePicture::Logo => {
            let sent = session.echo.get("branding_settings");
            let said = sent.and_then(|sent| sent.get("logo")?.get("url")?.as_str());
            said.or(account.branding.logo.as_deref())
        }
        PagePicture::Line(id) => {
            let mut lines = session.lines.iter();
            lines.find(|line| line.id == id)?.image.as_deref()
        }
    }
}

/// Where a page asks for a picture: always this server.
fn picture_url(session: &CheckoutSession, name: &str) -> String {
    let secret = session.client_secret();
    let known_by = secret.as_deref().unwrap_or(&session.id);
    format!("/c/pay/{known_by}/pictures/{name}")
}

fn merchant(facts: &PageFacts) -> Value {
    let (session, own) = (&facts.session, &facts.account.branding);
    let logo = picture_address(session, &facts.account, PagePicture::Logo);
    let button = branding(session, "button_color");
    let background = branding(session, "background_color");
    json!({
        "name": merchant_of(session, &facts.account),
        "country": facts.account.country,
        "logo_url": logo.map(|_| picture_url(session, LOGO)),
        "support_email": facts.account.email,
        "support_url": own.support_url,
        "colors": {
            "primary": button.or(own.button_color.as_deref()),
            "background": background.or(own.background_color.as_deref()),
        },
    })
}

fn line(session: &CheckoutSession, line: &Line) -> Value {
    let image = line.image.as_ref();
    json!({
        "id": line.id,
        "name": line.name,
        "description": line.description,
        "image": image.map(|_| picture_url(session, &line.id)),
        "quantity": line.quantity,
        "unit_amount": line.unit_amount,
        "custom": line.custom.map(|bounds| json!({"minimum": bounds.minimum, "maximum": bounds.maximum})),
        "amount": line.subtotal,
        "optional": line.optional.map(|quantity| json!({"quantity": quantity, "amount": line.offer()})),
        "adjustable": line.adjustable.map(|bounds| json!({"minimum": bounds.minimum, "maximum": bounds.maximum})),
    })
}

fn shipping(session: &CheckoutSession) -> Value {
    let countries = &session.collect.shipping_countries;
    if countries.is_empty() && session.shipping_options.is_empty() {
        return Value::Null;
    }
    json!({
        "countries": countries,
        "options": session.shipping_options.iter().map(option).collect::<Vec<_>>(),
        "selected": session.shipping_rate,
    })
}

fn option(option: &ShippingOption) -> Value {
    json!({"id": option.rate, "name": option.name, "amount": option.amount, "estimate": option.estimate})
}

fn collect(session: &CheckoutSession) -> Value {
    let knows_email = session.email.is_some() || session.customer.is_some();
    let asked = &session.collect;
    let save = match session.terms.setup_future_usage {
        Some(FutureUsage::OffSession | FutureUsage::OnSession) => "always",
        None if session.mode == SessionMode::Setup => "always",
        None if asked.offers_save => "offered",
        None => "none",
    };
    json!({
        "email": if knows_email { "given" } else { "required" },
        "phone": asked.phone,
        "billing_address": asked.billing_address,
        "shipping_address": !asked.shipping_countries.is_empty(),
        "save": save,
        "terms": asked.terms,
        "custom_fields": asked.fields.iter().map(field).collect::<Vec<_>>(),
    })
}

fn field(field: &Field) -> Value {
    let options = field.options.iter();
    let options: Vec<Value> = options
        .map(|(value, label)| json!({"value": value, "label": label}))
        .collect();
    let mut shown = json!({
        "key": field.key,
        "label": field.label,
        "type": field.kind.word(),
        "optional": field.optional,
        "default_value": field.value.as_ref().or(field.default_value.as_ref()),
    });
    match field.kind {
        FieldKind::Dropdown => shown["options"] = Value::from(options),
        FieldKind::Numeric | FieldKind::Text => {
            shown["minimum_length"] = json!(field.length.minimum);
            shown["maximum_length"] = json!(field.length.maximum);
        }
    }
    shown
}

fn custom_text(session: &CheckoutSession) -> Value {
    let sent = session.echo.get("custom_text");
    let text = |name: &str| sent.and_then(|sent| sent.get(name)?.get("message"));
    let mut texts = Map::new();
    for name in [
        "submit",
        "shipping_address",
        "terms_of_service_acceptance",
        "after_submit",
    ] {
        texts.insert(name.to_owned(), text(name).cloned().unwrap_or_default());
    }
    Value::Object(texts)
}

/// What the buyer may pay with. Nothing has to be chosen where nothing is to be paid.
fn methods(facts: &PageFacts) -> Value {
    match facts.session.is_free() {
        true => json!([]),
        false => render_methods(&facts.session.offers(&facts.switched)),
    }
}

/// Types of payment methods as pages and forms know them.
pub fn render_methods(types: &[MethodType]) -> Value {
    let entry = |kind: &MethodType| json!({"type": kind.word(), "flow": kind.flow().word()});
    types.iter().map(entry).collect()
}

/// A saved card as pages and forms know it.
pub fn render_saved(method: &PaymentMethod) -> Value {
    json!({
        "id": method.id,
        "type": "card",
        "brand": method.card.brand,
        "last4": method.card.last4,
        "exp_month": method.card.exp_month,
        "exp_year": method.card.exp_year,
    })
}

/// The payment, or the set-up: one of both, in the words of a payment.
fn payment(facts: &PageFacts, view: &View<'_>) -> Value {
    if let Some(intent) = &facts.intent {
        let waits = intent.status == IntentStatus::RequiresAction && intent.challenge.is_some();
        let status = match intent.status {
            IntentStatus::RequiresConfirmation | IntentStatus::Canceled => {
                IntentStatus::RequiresPaymentMethod
            }
            IntentStatus::RequiresCapture => IntentStatus::Succeeded,
            status => status,
        };
        let action = match waits {
            true => action(intent, view),
            false => Value::Null,
        };
        let kind = intent.payment_method.is_some().then_some(intent.tried);
        return attempted(kind, status.word(), intent.last_error.as_ref(), action);
    }
    let Some(setup) = &facts.setup else {
        return Value::Null;
    };
    let waits = setup.status == SetupStatus::RequiresAction && setup.challenge.is_some();
    let status = match setup.status {
        SetupStatus::RequiresConfirmation | SetupStatus::Canceled => {
            SetupStatus::RequiresPaymentMethod
        }
        status => status,
    };
    let action = match waits {
        true => redirect(page_url(&setup.id, &setup.client_secret(), view)),
        false => Value::Null,
    };
    let kind = setup.payment_method.is_some().then_some(MethodType::Card);
    attempted(kind, status.word(), setup.last_error.as_ref(), action)
}

fn attempted(
    kind: Option<MethodType>,
    status: &str,
    error: Option<&PaymentError>,
    action: Value,
) -> Value {
    json!({
        "method": kind.map(MethodType::word),
        "status": status,
        "error": failure(error),
        "action": action,
    })
}

fn redirect(url: String) -> Value {
    json!({"kind": "redirect", "url": url})
}

/// What the buyer has to do.
fn action(intent: &PaymentIntent, view: &View<'_>) -> Value {
    let url = || bank_url(intent, view);
    match intent.tried.flow() {
        Flow::Card => redirect(page_url(&intent.id, &intent.client_secret(), view)),
        Flow::Redirect => redirect(url()),
        Flow::Qr => json!({
            "kind": "qr", "data": url(), "svg_url": code_url(intent, "svg", view),
            "expires_at": intent.waits_until.map(|at| at.0), "url": url(),
        }),
        Flow::Transfer => {
            let fields = transfer_fields(intent.currency.as_str());
            let fields = fields.iter();
            let shown = fields.map(|(name, value)| json!({"name": name, "value": value}));
            json!({
                "kind": "transfer", "amount": intent.amount, "reference": reference(intent),
                "fields": shown.collect::<Vec<_>>(), "url": url(),
            })
        }
    }
}

/// A failure as buyers are told it: by what they can do, never by a code of the issuer.
fn failure(error: Option<&PaymentError>) -> Value {
    let Some(error) = error else {
        return Value::Null;
    };
    let decline = &error.decline;
    let reason = decline.decline_code.as_deref().unwrap_or_default();
    let kind = match (decline.code.as_str(), reason) {
        ("incorrect_number" | "invalid_number", _) => "check_number",
        ("incorrect_cvc" | "invalid_cvc", _) => "check_cvc",
        ("expired_card" | "invalid_expiry_month" | "invalid_expiry_year", _) => "check_expiry",
        ("authentication_required" | "payment_intent_authentication_failure", _)
        | ("setup_intent_authentication_failure", _) => "authentication_failed",
        ("payment_intent_payment_attempt_failed" | "payment_intent_payment_attempt_expired", _) => {
            "method_failed"
        }
        ("processing_error", _) | (_, "try_again_later" | "issuer_not_available") => "try_again",
        (
            _,
            "insufficient_funds" | "card_velocity_exceeded" | "withdrawal_count_limit_exceeded",
        ) => "insufficient_funds",
        (_, "call_issuer" | "do_not_honor" | "transaction_not_allowed" | "restricted_card") => {
            "contact_bank"
        }
        _ => "try_other_card",
    };
    json!({ "kind": kind })
}

/// Where the buyer goes when all is done, with the session's id in its place.
fn return_to(session: &CheckoutSession) -> Option<String> {
    let stays = session.redirect.as_deref() == Some("never");
    if session.status != SessionStatus::Complete || stays {
        return None;
    }
    let url = session
        .success_url
        .as_ref()
        .or(session.return_url.as_ref())?;
    Some(session.filled(url))
}

/// Whether the page still has something to wait for. Of money that did not come nothing is awaited any more.
pub fn page_waits(facts: &PageFacts) -> bool {
    let has_failed = facts.intent.as_ref().is_some_and(|intent| {
        matches!(
            intent.status,
            IntentStatus::RequiresPaymentMethod | IntentStatus::Canceled
        )
    });
    match facts.session.status {
        SessionStatus::Open => true,
        SessionStatus::Complete => facts.session.paid == PaidState::Unpaid && !has_failed,
        SessionStatus::Expired => false,
    }
}
