//! The shell of the payform, as `web/payform/shell.md` describes it.
//!
//! What a buyer sees first is made here: the merchant, the order, and a card form that works without a script. The script
//! takes over from there with the state that stands in the page. Deliberately absent: styles; they are a file.

use super::{PREFIX, Visit};
use crate::html::escape;
use crate::pipeline::header;
use crate::{assets, headers, html, query};
use axum::body::Body;
use axum::http::Response as HttpResponse;
use florin_base::currency;
use florin_render::texts::{Catalogue, Texts, bare, catalogue};
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// The mark of what leads back.
const BACK: &str = "<svg class=\"icon\" viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"M15 5.5 8.5 12l6.5 6.5\"/></svg>";
/// The mark of what can be unfolded.
const FOLD: &str = "<svg class=\"icon\" viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"m6 9.5 6 6 6-6\"/></svg>";

/// The words of the page's own catalogues; a test of the browser side keeps both equal.
pub(super) static SHELL_TEXTS: Catalogue =
    LazyLock::new(|| catalogue(include_str!("../../../../web/payform/shell-texts.json")));

/// What the fields of an account are called, by their names in the state of the page.
const TRANSFER_LABELS: [(&str, &str); 7] = [
    ("account_holder", "action.account_holder"),
    ("account_number", "action.account_number"),
    ("bank_name", "action.bank_name"),
    ("bic", "action.bic"),
    ("iban", "action.iban"),
    ("routing_number", "action.routing_number"),
    ("sort_code", "action.sort_code"),
];

/// An IBAN as it is printed (ISO 13616): groups of four.
fn in_fours(iban: &str) -> String {
    let plain: Vec<char> = iban.chars().filter(|c| !c.is_whitespace()).collect();
    let groups: Vec<String> = plain.chunks(4).map(|four| four.iter().collect()).collect();
    groups.join(" ")
}

/// A link that names nothing.
pub(super) fn missing() -> HttpResponse<Body> {
    let body = "<h1>This link does not work</h1>\n<p>The page that you are looking for does not exist. Check the address, or \
        ask the merchant for a new link. Nothing was charged.</p>";
    headers::page(404, html::frame("Not found", "", body))
}

/// A session that cannot be begun anew, or not any more.
pub(super) fn over() -> HttpResponse<Body> {
    let text = "It cannot be begun again. Go back to the merchant, and ask for a new one. Nothing was charged.";
    html::said(410, "This order has ended", text)
}

/// Too many sessions were begun from one address.
pub(super) fn too_often() -> HttpResponse<Body> {
    let text =
        "This order was begun very often from here. Nothing was charged. Try again in ten minutes.";
    html::said(429, "Too often", text)
}

/// The page cannot be shown now.
pub(super) fn unavailable() -> HttpResponse<Body> {
    let body = "<h1>Not now</h1>\n<p>The server cannot answer now. Nothing was charged; load the page again.</p>";
    headers::page(503, html::frame("Not now", "", body))
}

/// Why the last form was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// Something in it is missing or wrong.
    Form,
    /// Too many cards were declined.
    Busy,
    /// The link sells nothing any more.
    SoldOut,
}

/// What the address of the page names it under.
const PROBLEM: &str = "problem";

impl Problem {
    const ALL: [Problem; 3] = [Problem::Form, Problem::Busy, Problem::SoldOut];

    pub(super) fn word(self) -> &'static str {
        match self {
            Problem::Form => "form",
            Problem::Busy => "busy",
            Problem::SoldOut => "sold_out",
        }
    }

    /// The page's own address with the problem. No words of the address reach the page.
    pub(super) fn told_at(self, own: &str) -> String {
        format!("{own}?{PROBLEM}={}", self.word())
    }

    pub(super) fn of(query: &Map<String, Value>) -> Option<Problem> {
        let told = query.get(PROBLEM)?.as_str()?;
        Problem::ALL
            .into_iter()
            .find(|problem| problem.word() == told)
    }

    fn text(self) -> &'static str {
        match self {
            Problem::Form => "notice.invalid",
            Problem::Busy => "notice.busy",
            Problem::SoldOut => "notice.sold_out",
        }
    }
}

/// What the shell is made of.
struct Shell<'a> {
    state: &'a Value,
    texts: Texts,
    /// Where the form goes.
    action: String,
    /// The name of the press that the form would be.
    attempt: &'a str,
    /// Why the last form was not taken, if it was not.
    problem: Option<Problem>,
}

/// The page of a session.
pub(super) fn page(visit: &Visit<'_>, mut state: Value) -> HttpResponse<Body> {
    let accepted = header(&visit.parts.headers, "accept-language").unwrap_or_default();
    let wanted = state["locale"].as_str().unwrap_or("auto").to_owned();
    let texts = Texts::chosen(&SHELL_TEXTS, &wanted, accepted);
    if wanted == "auto" {
        state["locale"] = Value::from(texts.language);
    }
    let shell = Shell {
        state: &state,
        texts,
        action: format!("{PREFIX}{}", escape(&visit.page.id)),
        attempt: visit.request,
        problem: Problem::of(&query::read(visit.parts)),
    };
    headers::payform(200, shell.document())
}

impl Shell<'_> {
    fn text(&self, pointer: &str) -> &str {
        let found = self.state.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_default()
    }

    fn number(&self, pointer: &str) -> i64 {
        let found = self.state.pointer(pointer).and_then(Value::as_i64);
        found.unwrap_or_default()
    }

    fn is(&self, pointer: &str, word: &str) -> bool {
        self.text(pointer) == word
    }

    fn word(&self, key: &'static str) -> String {
        escape(self.texts.get(key))
    }

    fn filled(&self, key: &'static str, name: &str, value: &str) -> String {
        escape(&self.texts.with(key, [(name, value)]))
    }

    fn money(&self, amount: i64) -> String {
        currency::format(self.text("/currency"), amount)
    }

    fn total(&self) -> String {
        self.money(self.number("/amounts/total"))
    }

    /// An amount that stands alone.
    fn amount(&self, amount: i64) -> String {
        escape(&self.texts.number(&self.money(amount)))
    }

    fn sets_up(&self) -> bool {
        self.is("/mode", "setup")
    }

    fn document(&self) -> String {
        let merchant = self.text("/merchant/name");
        let title = match self.sets_up() {
            true => self.filled("page.title_setup", "merchant", merchant),
            false => self.filled("page.title", "merchant", merchant),
        };
        // In a script element only `<` could end the text.
        let json = self.state.to_string().replace('<', "\\u003c");
        format!(
            "<!doctype html>\n<html lang=\"{}\" dir=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"robots\" content=\"noindex\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n<title>{}</title>\n{}</head>\n<body>\n<main id=\"florin\">\n\
             <h1 class=\"unseen\">{title}</h1>\n<div class=\"page\">\n<div class=\"panel\"><div class=\"panel-inner\">{}{}</div></div>\n\
             <div class=\"sheet\"><div class=\"sheet-inner\">{}</div></div>\n</div>\n</main>\n\
             <script type=\"application/json\" id=\"florin-page\">{json}</script>\n</body>\n</html>\n",
            self.texts.language,
            self.texts.direction(),
            bare(&title),
            self.files(),
            self.merchant(),
            self.summary(),
            self.content(),
        )
    }

    /// Style, script and the language that is not bundled with it.
    fn files(&self) -> String {
        let (Some(style), Some(script)) = (assets::path("payform.css"), assets::path("payform.js"))
        else {
            return String::new();
        };
        let language = assets::chunk(self.texts.language)
            .map(|path| format!("<link rel=\"modulepreload\" href=\"{path}\">\n"));
        format!(
            "<link rel=\"stylesheet\" href=\"{style}\">\n{}<script type=\"module\" src=\"{script}\"></script>\n",
            language.unwrap_or_default()
        )
    }

    fn merchant(&self) -> String {
        let name = self.text("/merchant/name");
        let cancel = self.text("/cancel_url");
        let back = match cancel.is_empty() || !self.is("/status", "open") {
            true => String::new(),
            false => format!(
                "<a class=\"back\" href=\"{}\" aria-label=\"{}\">{BACK}</a>",
                escape(cancel),
                self.filled("page.back", "merchant", name)
            ),
        };
        let logo = match shown(self.text("/merchant/logo_url")) {
            "" => {
                let letter: String = name.chars().take(1).flat_map(char::to_uppercase).collect();
                let letter = escape(&letter);
                format!("<span class=\"logo logo-letter\" aria-hidden=\"true\">{letter}</span>")
            }
            url => format!(
                "<img class=\"logo\" src=\"{}\" alt=\"\" width=\"32\" height=\"32\">",
                escape(url)
            ),
        };
        let badge = match self.state["livemode"].as_bool() {
            Some(true) => String::new(),
            _ => format!(
                "<span class=\"badge\" title=\"{}\">{}</span>",
                self.word("page.test_note"),
                self.word("page.test_badge")
            ),
        };
        let name = escape(name);
        format!(
            "<header class=\"merchant\">{back}{logo}<bdi class=\"merchant-name\">{name}</bdi>{badge}</header>\n"
        )
    }

    fn summary(&self) -> String {
        let title = self.word("summary.title");
        if self.sets_up() {
            let name = self.text("/merchant/name");
            return format!(
                "<section class=\"summary\" aria-label=\"{title}\"><p class=\"setup-title\">{}</p><p class=\"item-note\">{}</p></section>",
                self.filled("page.title_setup", "merchant", name),
                self.word("summary.nothing_due")
            );
        }
        let paid = self.is("/payment_status", "paid");
        let label = self.word(if paid {
            "summary.paid"
        } else {
            "summary.total"
        });
        let total = self.amount(self.number("/amounts/total"));
        format!(
            "<section class=\"summary\" aria-label=\"{title}\">\n<input class=\"fold-box unseen\" type=\"checkbox\" id=\"fold\">\n\
             <div class=\"summary-head\"><div><span class=\"summary-label\">{label}</span>\n<span class=\"summary-total\">{total}</span></div>\n\
             <label class=\"fold-button\" for=\"fold\"><span>{}</span> {FOLD}</label></div>\n\
             <div class=\"summary-body\" id=\"summary-body\">\n<ul class=\"items\">\n{}</ul>\n<dl class=\"sums\">\n{}\
             <div class=\"sum sum-total\"><dt>{label}</dt><dd class=\"amount\">{total}</dd></div>\n</dl>\n</div>\n</section>",
            self.word("summary.show"),
            self.items(),
            self.sums()
        )
    }

    fn items(&self) -> String {
        let items = self.state["line_items"].as_array();
        items
            .into_iter()
            .flatten()
            // What is only offered can be added with a script.
            .filter(|item| item["optional"].is_null() || item["quantity"] != 0)
            .map(|item| self.item(item))
            .collect()
    }

    fn item(&self, item: &Value) -> String {
        let text = |name: &str| item[name].as_str().unwrap_or_default();
        let image = match shown(text("image")) {
            "" => String::new(),
            url => format!(
                "<img class=\"item-image\" src=\"{}\" alt=\"\" width=\"48\" height=\"48\">",
                escape(url)
            ),
        };
        let note = |text: String| format!("<span class=\"item-note\">{text}</span>");
        let mut notes = String::new();
        if !text("description").is_empty() {
            notes.push_str(&note(escape(text("description"))));
        }
        let quantity = item["quantity"].as_i64().unwrap_or(1);
        if quantity != 1 {
            notes.push_str(&note(self.filled(
                "summary.quantity",
                "count",
                &quantity.to_string(),
            )));
            if let Some(unit) = item["unit_amount"].as_i64() {
                notes.push_str(&note(self.filled(
                    "summary.each",
                    "amount",
                    &self.money(unit),
                )));
            }
        }
        let amount = self.amount(item["amount"].as_i64().unwrap_or_default());
        let name = escape(text("name"));
        format!(
            "<li class=\"item\">{image}<div class=\"item-text\"><bdi class=\"item-name\">{name}</bdi>{notes}</div><span class=\"amount\">{amount}</span></li>\n"
        )
    }

    fn sums(&self) -> String {
        let amount = |name: &str| self.number(&format!("/amounts/{name}"));
        let ships = !self.state["shipping"].is_null();
        let shipping = match (ships, amount("shipping")) {
            (true, 0) => Some(self.word("summary.free")),
            (_, 0) => None,
            (_, cost) => Some(self.amount(cost)),
        };
        let tax = Some(amount("tax")).filter(|tax| *tax != 0);
        let alone = shipping.is_none() && tax.is_none() && amount("subtotal") == amount("total");
        let subtotal = (!alone).then(|| self.amount(amount("subtotal")));
        let tax = tax.map(|tax| self.amount(tax));
        let lines = [
            ("summary.subtotal", subtotal),
            ("summary.shipping", shipping),
            ("summary.tax", tax),
        ];
        let shown = lines
            .into_iter()
            .filter_map(|(key, shown)| Some((key, shown?)));
        shown
            .map(|(key, shown)| {
                let label = self.word(key);
                format!(
                    "<div class=\"sum\"><dt>{label}</dt><dd class=\"amount\">{shown}</dd></div>\n"
                )
            })
            .collect()
    }

    fn content(&self) -> String {
        let waits = self.is("/payment/status", "processing");
        let acts = self
            .state
            .pointer("/payment/action")
            .is_some_and(|action| !action.is_null());
        match (self.text("/status"), self.text("/payment_status")) {
            ("complete", "paid") => self.outcome(["complete.title", "complete.paid"], "/return_to"),
            ("complete", "unpaid") if acts && self.is("/payment/action/kind", "transfer") => {
                self.transfer()
            }
            ("complete", "unpaid") if acts => self.elsewhere(),
            ("complete", "unpaid") if self.has_failed() => {
                self.outcome(["decline.title", "complete.failed"], "/return_to")
            }
            ("complete", "unpaid") => {
                self.outcome(["complete.title_unpaid", "complete.unpaid"], "/return_to")
            }
            ("complete", _) if self.sets_up() => {
                self.outcome(["complete.title_setup", "complete.setup"], "/return_to")
            }
            ("complete", _) => {
                self.outcome(["complete.title_unpaid", "complete.nothing"], "/return_to")
            }
            ("expired", _) => self.outcome(["expired.title", "expired.note"], "/cancel_url"),
            _ if waits => self.outcome(["processing.title", "processing.note"], "/nowhere"),
            _ if acts && self.is("/payment/action/kind", "redirect") => self.elsewhere(),
            _ if acts || self.asks_for_more() => format!(
                "<div class=\"outcome\"></div><noscript><p class=\"notice\">{}</p></noscript>",
                self.word("page.needs_script")
            ),
            _ => self.form(),
        }
    }

    /// The money that was to come later did not come.
    fn has_failed(&self) -> bool {
        self.is("/payment/status", "requires_payment_method")
    }

    /// Where the buyer sends the money of an order that is placed.
    fn transfer(&self) -> String {
        let amount = self.money(self.number("/payment/action/amount"));
        let line = |label: &'static str, value: &str| {
            format!(
                "<div class=\"transfer-line\"><dt>{}</dt><dd><bdi dir=\"ltr\">{}</bdi></dd></div>\n",
                self.word(label),
                escape(value)
            )
        };
        let fields = self.state.pointer("/payment/action/fields");
        let fields = fields.and_then(Value::as_array).into_iter().flatten();
        let fields: String = fields
            .filter_map(|field| {
                let (name, value) = (field["name"].as_str()?, field["value"].as_str()?);
                let (_, label) = TRANSFER_LABELS.iter().find(|(known, _)| *known == name)?;
                Some(match name {
                    "iban" => line(label, &in_fours(value)),
                    _ => line(label, value),
                })
            })
            .collect();
        let shop = match self.text("/return_to") {
            "" => String::new(),
            url => format!(
                "<a class=\"button\" href=\"{}\">{}</a>",
                escape(url),
                self.filled("page.back", "merchant", self.text("/merchant/name"))
            ),
        };
        let bank = self.texts.get("method.bank");
        format!(
            "<div class=\"outcome\"><p class=\"placed\">{}</p><h2 class=\"outcome-title\">{}</h2><p class=\"outcome-text\">{}</p>\n\
             <dl class=\"transfer\">\n{}{fields}{}</dl>\n\
             <div class=\"buttons\"><noscript><a class=\"button\" href=\"{}\">{}</a></noscript>{shop}</div></div>",
            self.word("complete.title_unpaid"),
            self.filled("action.transfer_title", "amount", &amount),
            self.word("action.transfer_note"),
            line("action.amount", &self.texts.number(&amount)),
            line("action.reference", self.text("/payment/action/reference")),
            escape(self.text("/payment/action/url")),
            self.filled("button.continue_to", "method", bank),
        )
    }

    /// What the buyer has to do stands on another page.
    fn elsewhere(&self) -> String {
        let bank = self.texts.get("method.bank");
        format!(
            "<div class=\"outcome\"></div><noscript><a class=\"pay\" href=\"{}\">{}</a></noscript>",
            escape(self.text("/payment/action/url")),
            self.filled("button.continue_to", "method", bank)
        )
    }

    /// Whether the page asks for what the form without a script has no fields for.
    fn asks_for_more(&self) -> bool {
        let collect = &self.state["collect"];
        let flag = |name: &str| collect[name].as_bool() == Some(true);
        let fields = collect["custom_fields"].as_array().into_iter().flatten();
        let asks = fields
            .into_iter()
            .any(|field| field["optional"].as_bool() != Some(true));
        let methods = self.state["methods"].as_array().into_iter().flatten();
        let takes_cards = methods.into_iter().any(|method| method["type"] == "card");
        let is_free = self.number("/amounts/total") == 0 && !self.sets_up();
        let lines = self.state["line_items"].as_array().into_iter().flatten();
        let chooses = lines.into_iter().any(|line| line["custom"].is_object());
        flag("phone")
            || flag("billing_address")
            || flag("shipping_address")
            || flag("terms")
            || asks
            || chooses
            || !(takes_cards || is_free)
    }

    fn outcome(&self, [title, text]: [&'static str; 2], link: &str) -> String {
        let name = self.text("/merchant/name");
        let back = match self.text(link) {
            "" => String::new(),
            url => format!(
                "<a class=\"pay\" href=\"{}\">{}</a>",
                escape(url),
                self.filled("page.back", "merchant", name)
            ),
        };
        let receipt = match self.text("/receipt_url") {
            "" => String::new(),
            url => format!(
                "<a class=\"button\" href=\"{}\">{}</a>",
                escape(url),
                self.word("button.receipt")
            ),
        };
        let values = [("amount", &*self.total()), ("merchant", name)];
        let text = escape(&self.texts.with(text, values));
        format!(
            "<div class=\"outcome\"><h2 class=\"outcome-title\">{}</h2><p class=\"outcome-text\">{text}</p>{back}{receipt}</div>",
            self.word(title)
        )
    }

    fn form(&self) -> String {
        let total = self.number("/amounts/total");
        let is_free = total == 0 && !self.sets_up();
        format!(
            "<form class=\"form\" method=\"post\" action=\"{}\">\n<input type=\"hidden\" name=\"attempt\" value=\"{}\">\n\
             <input type=\"hidden\" name=\"expected_amount\" value=\"{total}\">\n{}{}<div class=\"pay-area\">\n{}\
             <button class=\"pay\" type=\"submit\"{}>{}</button>\n</div>\n</form>",
            self.action,
            escape(self.attempt),
            self.contact(),
            if is_free { String::new() } else { self.card() },
            self.notice(),
            self.disabled(),
            self.button()
        )
    }

    fn contact(&self) -> String {
        if !self.is("/collect/email", "required") {
            return String::new();
        }
        let told = format!("value=\"{}\"", escape(self.text("/email")));
        let attributes = format!("type=\"email\" dir=\"ltr\" autocomplete=\"email\" {told}");
        format!(
            "<fieldset class=\"section\"><legend class=\"section-title\">{}</legend>\n{}</fieldset>\n",
            self.word("contact.title"),
            self.field("email", "contact.email", &attributes)
        )
    }

    fn field(&self, name: &str, label: &'static str, attributes: &str) -> String {
        format!(
            "<div class=\"field\"><label class=\"label\" for=\"f-{name}\">{}</label>\n<div class=\"control\">\
             <input class=\"input\" id=\"f-{name}\" name=\"{name}\" required {attributes}></div></div>\n",
            self.word(label)
        )
    }

    fn card(&self) -> String {
        let digits = |complete: &str, hint: &str| {
            format!(
                "inputmode=\"numeric\" dir=\"ltr\" autocomplete=\"{complete}\" placeholder=\"{hint}\""
            )
        };
        let holder = self.word("card.holder_hint");
        let holder = format!("autocomplete=\"cc-name\" placeholder=\"{holder}\"");
        let number = digits("cc-number", "1234 1234 1234 1234");
        let expiry = digits("cc-exp", &self.word("card.expiry_hint"));
        let cvc = digits("cc-csc", &self.word("card.cvc_hint"));
        format!(
            "<fieldset class=\"section\"><legend class=\"section-title\">{}</legend>\n<div class=\"card-form\">\n{}<div class=\"pair\">\n{}{}</div>\n{}</div>\n</fieldset>\n",
            self.word("method.title"),
            self.field("number", "card.number", &number),
            self.field("exp", "card.expiry", &expiry),
            self.field("cvc", "card.cvc", &cvc),
            self.field("name", "card.holder", &holder)
        )
    }

    /// What was wrong with the last try: with the form, or with the card.
    fn notice(&self) -> String {
        let declined = decline(self.text("/payment/error/kind"));
        let (title, text) = match (self.problem, declined) {
            (Some(problem), _) => (String::new(), self.word(problem.text())),
            (None, Some(key)) => {
                let title = match self.sets_up() {
                    true => self.word("decline.title_setup"),
                    false => self.word("decline.title"),
                };
                (format!("<strong>{title}</strong>"), self.word(key))
            }
            (None, None) => return String::new(),
        };
        format!("<div class=\"notice\" role=\"alert\"><div>{title}<p>{text}</p></div></div>\n")
    }

    /// In a frame the form would lead to a page that no frame may hold: only the script sends it.
    fn disabled(&self) -> &'static str {
        match self.state["embedded"].is_object() {
            true => " disabled",
            false => "",
        }
    }

    fn button(&self) -> String {
        if self.sets_up() {
            return self.word("button.setup");
        }
        if self.number("/amounts/total") == 0 {
            return self.word("button.complete");
        }
        let key = match self.text("/submit_type") {
            "book" => "button.book",
            "donate" => "button.donate",
            "subscribe" => "button.subscribe",
            _ => "button.pay",
        };
        self.filled(key, "amount", &self.total())
    }
}

/// The address of a picture that the page may show: one on this server. Others would tell their host who pays.
fn shown(url: &str) -> &str {
    match url.starts_with('/') && !url.starts_with("//") {
        true => url,
        false => "",
    }
}

/// The text of a failure; none for no failure.
fn decline(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "" => return None,
        "check_number" => "decline.check_number",
        "check_cvc" => "decline.check_cvc",
        "check_expiry" => "decline.check_expiry",
        "insufficient_funds" => "decline.insufficient_funds",
        "contact_bank" => "decline.contact_bank",
        "authentication_failed" => "decline.authentication_failed",
        "try_again" => "decline.try_again",
        "method_failed" => "decline.method_failed",
        _ => "decline.try_other_card",
    })
}
