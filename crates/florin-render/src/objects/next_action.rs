//! What the buyer has to do next: authenticate a card, approve with a wallet, scan a code, or send a transfer.
//!
//! Each leads to a page of the sandbox, which plays bank, wallet and app. Deliberately absent: whatever a real processor
//! would send its buyers to, because there is none yet.

use crate::View;
use crate::qr;
use crate::shape::Shape;
use florin_domain::MethodType;
use florin_domain::methods::Flow;
use florin_domain::payments::PaymentIntent;
use florin_wire::Node;
use serde_json::{Value, json};

/// The address of the page on which a card is authenticated.
pub(crate) fn page_url(id: &str, client_secret: &str, view: &View<'_>) -> String {
    format!(
        "{}/sandbox/authenticate/{id}?client_secret={client_secret}",
        view.base_url
    )
}

/// Where the pages are on which the sandbox plays a wallet, a banking app or a bank.
pub const BANK_PREFIX: &str = "/sandbox/pay/";

/// The address of the page that plays the buyer's wallet, banking app or bank.
pub(crate) fn bank_url(intent: &PaymentIntent, view: &View<'_>) -> String {
    let id = &intent.id;
    let secret = intent.client_secret();
    format!("{}{BANK_PREFIX}{id}?client_secret={secret}", view.base_url)
}

/// The address of the code that leads there, as a picture.
pub(crate) fn code_url(intent: &PaymentIntent, ending: &str, view: &View<'_>) -> String {
    let id = &intent.id;
    let secret = intent.client_secret();
    format!(
        "{}{BANK_PREFIX}{id}/qr.{ending}?client_secret={secret}",
        view.base_url
    )
}

/// What the buyer of a payment has to do.
pub(super) fn of_intent<'a>(intent: &'a PaymentIntent, view: &View<'_>) -> Node<'a> {
    let return_url = intent.return_url.as_deref();
    match intent.tried.flow() {
        Flow::Card => render(&intent.id, &intent.client_secret(), return_url, view),
        Flow::Redirect => redirect(intent, view),
        Flow::Qr => code(intent, view),
        Flow::Transfer => transfer(intent, view),
    }
}

/// The redirect to the authentication page of an intent or a set-up.
pub(super) fn render<'a>(
    id: &str,
    client_secret: &str,
    return_url: Option<&'a str>,
    view: &View<'_>,
) -> Node<'a> {
    let url = page_url(id, client_secret, view);
    let mut redirect = Shape::hash(2);
    redirect.put("return_url", return_url).put("url", url);
    action("redirect_to_url", redirect.done())
}

fn action<'a>(kind: &'static str, inner: Node<'a>) -> Node<'a> {
    let mut action = Shape::hash(2);
    action.put(kind, inner).put("type", kind);
    action.done()
}

fn redirect<'a>(intent: &'a PaymentIntent, view: &View<'_>) -> Node<'a> {
    let mut inner = Shape::hash(4);
    let kind = match intent.tried {
        MethodType::Alipay => {
            inner.null("native_data").null("native_url");
            "alipay_handle_redirect"
        }
        _ => "redirect_to_url",
    };
    inner
        .put("return_url", intent.return_url.as_deref())
        .put("url", bank_url(intent, view));
    action(kind, inner.done())
}

/// The code holds the address of the page, so that a telephone that scans it opens the page.
fn code<'a>(intent: &'a PaymentIntent, view: &View<'_>) -> Node<'a> {
    let url = bank_url(intent, view);
    let mut inner = Shape::hash(6);
    inner.put("data", url.clone());
    let kind = match intent.tried {
        MethodType::Pix => {
            inner.put_some("expires_at", intent.waits_until.map(|at| at.0));
            "pix_display_qr_code"
        }
        MethodType::WechatPay => {
            inner.put("image_data_url", qr::data_url(&url).unwrap_or_default());
            "wechat_pay_display_qr_code"
        }
        MethodType::Promptpay => "promptpay_display_qr_code",
        _ => "paynow_display_qr_code",
    };
    inner
        .put("hosted_instructions_url", url)
        .put("image_url_png", code_url(intent, "png", view))
        .put("image_url_svg", code_url(intent, "svg", view));
    action(kind, inner.done())
}

fn transfer<'a>(intent: &'a PaymentIntent, view: &View<'_>) -> Node<'a> {
    let currency = intent.currency.as_str();
    let (kind, address) = account_of(currency);
    let mut inner = Shape::hash(6);
    inner
        .put("amount_remaining", intent.amount)
        .put("currency", currency)
        .put("financial_addresses", Node::List(vec![address.into()]))
        .put("hosted_instructions_url", bank_url(intent, view))
        .put("reference", reference(intent))
        .put("type", kind);
    action("display_bank_transfer_instructions", inner.done())
}

/// The holder of every account of the sandbox.
const HOLDER: &str = "Florin Sandbox";

/// Where the sandbox takes transfers of a currency. The numbers are published examples and lead nowhere.
fn account_of(currency: &str) -> (&'static str, Value) {
    let place = |country: &str| {
        json!({
            "city": null, "country": country, "line1": null, "line2": null, "postal_code": null, "state": null,
        })
    };
    let (kind, name, networks, country, mut account) = match currency {
        "gbp" => (
            "gb_bank_transfer",
            "sort_code",
            json!(["bacs", "fps"]),
            "GB",
            json!({"account_number": "55779911", "sort_code": "200000"}),
        ),
        "usd" => (
            "us_bank_transfer",
            "aba",
            json!(["ach", "domestic_wire_us"]),
            "US",
            json!({
                "account_number": "000123456789", "account_type": "checking", "bank_name": "Sandbox Bank",
                "routing_number": "110000000",
            }),
        ),
        _ => (
            "eu_bank_transfer",
            "iban",
            json!(["sepa"]),
            "DE",
            json!({"bic": "COBADEFF", "country": "DE", "iban": "DE89370400440532013000"}),
        ),
    };
    account["account_holder_address"] = place(country);
    account["account_holder_name"] = Value::from(HOLDER);
    account["bank_address"] = place(country);
    let mut address = json!({"supported_networks": networks, "type": name});
    address[name] = account;
    (kind, address)
}

/// What the buyer writes on the transfer.
pub(crate) fn reference(intent: &PaymentIntent) -> String {
    reference_of(intent.challenge.as_deref().unwrap_or(&intent.id))
}

fn reference_of(of: &str) -> String {
    let letters = of.bytes().filter(u8::is_ascii_alphanumeric).rev();
    let last = letters
        .take(REFERENCE_CHARS)
        .map(|b| b.to_ascii_uppercase());
    let mut last: Vec<u8> = last.collect();
    last.reverse();
    String::from_utf8_lossy(&last).into_owned()
}

/// As long as banks everywhere take it.
const REFERENCE_CHARS: usize = 12;

/// The instructions of a transfer for the page of the buyer's bank.
pub fn transfer_rows(currency: &str, challenge: &str) -> Vec<(String, String)> {
    let spoken = |name: &str| match name {
        "iban" | "bic" => name.to_ascii_uppercase(),
        name => {
            let (first, rest) = name.split_at(name.len().min(1));
            format!("{}{}", first.to_ascii_uppercase(), rest.replace('_', " "))
        }
    };
    let fields = fields(currency).into_iter();
    let fields = fields.map(|(name, value)| (spoken(name), value));
    let reference = (spoken("reference"), reference_of(challenge));
    fields.chain([reference]).collect()
}

/// The instructions of a transfer in the words of the payment page: name and value of each field.
pub(crate) fn fields(currency: &str) -> Vec<(&'static str, String)> {
    let (_, address) = account_of(currency);
    let account = ["iban", "sort_code", "aba"];
    let account = account.iter().find_map(|name| address.get(*name));
    let shown = [
        ("account_holder", "account_holder_name"),
        ("iban", "iban"),
        ("bic", "bic"),
        ("sort_code", "sort_code"),
        ("account_number", "account_number"),
        ("routing_number", "routing_number"),
        ("bank_name", "bank_name"),
    ];
    let value = |name: &str| Some(account?.get(name)?.as_str()?.to_owned());
    let shown = shown.iter();
    shown
        .filter_map(|(word, name)| Some((*word, value(name)?)))
        .collect()
}
