//! The receipt of a payment: what was bought, what was paid and what came back, as a page and as plain text.
//!
//! [`Sheet`] is the content, in the buyer's language; a page and a mail are two ways to write it down. Deliberately absent:
//! invoices and tax documents, whose contents laws prescribe, disputes, and everything that only the merchant may see.

use crate::View;
use crate::markup::escape;
use crate::objects::card;
use crate::page::merchant_of;
use crate::texts::{Catalogue, Texts, bare, catalogue};
use florin_base::scope::mode;
use florin_base::{Timestamp, currency};
use florin_domain::MethodType;
use florin_domain::accounts::Account;
use florin_domain::checkout::{CheckoutSession, Line};
use florin_domain::payments::{Charge, ChargeStatus, Refund};
use std::sync::LazyLock;

/// The words of receipts.
pub static TEXTS: Catalogue = LazyLock::new(|| catalogue(include_str!("../texts/receipt.json")));
/// Where receipts are.
pub const PREFIX: &str = "/receipts/";

/// What a receipt is made of.
#[derive(Clone, Debug)]
pub struct ReceiptFacts {
    /// The merchant.
    pub account: Account,
    /// What was paid.
    pub charge: Charge,
    /// The order, if it was paid on a page.
    pub session: Option<CheckoutSession>,
    /// When money was first taken.
    pub paid_at: Timestamp,
    /// Its number.
    pub number: String,
    /// What came back, if the receipt is of that.
    pub refund: Option<Refund>,
    /// What is paid is simulated.
    pub simulated: bool,
}

impl ReceiptFacts {
    /// Under which name the merchant sold it.
    pub fn merchant(&self) -> &str {
        self.session
            .as_ref()
            .map_or(&*self.account.name, |session| {
                merchant_of(session, &self.account)
            })
    }

    /// The words of the language that is asked for, of the page on which it was paid, or of what a browser accepts.
    pub fn texts(&self, asked: Option<&str>, accepted: &str) -> Texts {
        let session = self.session.as_ref();
        let paid_in = session.and_then(|session| session.locale.as_deref());
        Texts::chosen(&TEXTS, asked.or(paid_in).unwrap_or_default(), accepted)
    }
}

/// The rest of a receipt's address behind [`PREFIX`], without its secret part: account, mode and charge.
pub fn place(view: &View<'_>, charge: &str) -> String {
    format!("{}/{}/{charge}", view.account, mode(view.live))
}

/// Where the receipt of a charge is, once money was taken.
pub fn receipt_url(charge: &Charge, view: &View<'_>) -> Option<String> {
    let has_receipt = charge.status == ChargeStatus::Succeeded && charge.amount_captured > 0;
    let place = has_receipt.then(|| place(view, &charge.id))?;
    let secret = (view.seal)(&place);
    Some(format!("{}{PREFIX}{place}/{secret}", view.base_url))
}

/// The number of a receipt, which two people can tell each other: eight digits that follow from what it is for.
pub fn number(id: &str, view: &View<'_>) -> String {
    let seal = (view.seal)(&format!("{}/number", place(view, id)));
    let halves = seal.bytes().take(NUMBER_HALVES);
    let read = halves.fold(0_u64, |sum, half| {
        (sum << 4) | u64::from(half.saturating_sub(b'a') & 15)
    });
    let digits = read % 100_000_000;
    format!("{:04}-{:04}", digits / 10_000, digits % 10_000)
}

/// What is taken of a seal for a number.
const NUMBER_HALVES: usize = 16;

/// The content of a receipt.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// Of the whole, with the marks of directions where they are needed.
    pub title: String,
    /// What stands out: a label and the amount.
    paid: (String, String),
    /// Who, when, with what.
    facts: Vec<(String, String)>,
    /// The heading of the items, and each with its amount.
    items: (String, Vec<(String, String)>),
    /// What adds up, and what came back.
    sums: Vec<(String, String)>,
    /// Sentences at the end.
    notes: Vec<String>,
    /// `ltr` or `rtl`.
    direction: &'static str,
    /// The language.
    language: &'static str,
    /// A simulation says so at once.
    badge: Option<String>,
}

/// The name of a method, which is the same in every language.
const fn title(kind: MethodType) -> &'static str {
    match kind {
        MethodType::Alipay => "Alipay",
        MethodType::Bancontact => "Bancontact",
        MethodType::Ideal => "iDEAL",
        MethodType::Paynow => "PayNow",
        MethodType::Paypal => "PayPal",
        MethodType::Pix => "Pix",
        MethodType::Promptpay => "PromptPay",
        MethodType::RevolutPay => "Revolut Pay",
        MethodType::WechatPay => "WeChat Pay",
        MethodType::Card | MethodType::CustomerBalance => "",
    }
}

impl Sheet {
    /// Fills in what is known, in a language.
    pub fn of(facts: &ReceiptFacts, texts: Texts) -> Sheet {
        let charge = &facts.charge;
        let word = |key| texts.get(key).to_owned();
        let money = |amount| texts.number(&currency::format(charge.currency.as_str(), amount));
        let merchant = facts.merchant();
        let (brand, last4) = (&*charge.card.brand, &*charge.card.last4);
        let method = match charge.kind {
            MethodType::Card => {
                texts.with("card", [("brand", card::title(brand)), ("last4", last4)])
            }
            MethodType::CustomerBalance => word("transfer"),
            kind => title(kind).to_owned(),
        };
        let refund = facts.refund.as_ref();
        let date = refund.map_or(facts.paid_at, |refund| refund.created);
        let (title, paid) = match refund {
            Some(refund) => ("refund_title", (word("refund"), money(refund.amount))),
            None => ("title", (word("paid"), money(charge.amount_captured))),
        };
        let mut rows = vec![
            (word("number"), texts.number(&facts.number)),
            (word("date"), texts.number(&date.day().iso())),
            (word("method"), method),
        ];
        if let Some(description) = charge.description.as_deref() {
            rows.push((word("description"), description.to_owned()));
        }
        rows.push((word("payment"), texts.number(&charge.id)));
        let mut notes = Vec::new();
        if let Some(email) = facts.account.email.as_deref() {
            let values = [("merchant", merchant), ("email", email)];
            notes.push(texts.with("questions", values));
        }
        if facts.simulated {
            notes.push(word("simulated"));
        }
        let lines = facts.session.iter().flat_map(|session| &session.lines);
        let lines = lines.filter(|line| line.quantity > 0);
        let lines = lines.map(|line| (named(line, texts), money(line.subtotal)));
        Sheet {
            title: texts.with(title, [("merchant", merchant)]),
            paid,
            facts: rows,
            items: (word("order"), lines.collect()),
            sums: sums(facts, texts, &money),
            notes,
            direction: texts.direction(),
            language: texts.language,
            badge: facts.simulated.then(|| word("test")),
        }
    }

    /// The receipt as plain text, with its address at the end.
    pub fn text(&self, url: &str) -> String {
        let line = |(label, value): &(String, String)| format!("{label}: {value}\n");
        let lines = |rows: &[(String, String)]| rows.iter().map(line).collect::<String>();
        let (heading, items) = &self.items;
        let items = match items.is_empty() {
            true => String::new(),
            false => format!("{heading}\n{}\n", lines(items)),
        };
        let notes = self.notes.iter().map(|note| format!("{note}\n"));
        format!(
            "{}\n\n{}{}\n{items}{}\n{}\n{url}\n",
            self.title,
            line(&self.paid),
            lines(&self.facts),
            lines(&self.sums),
            notes.collect::<String>(),
        )
    }

    /// The receipt as a document without scripts, which can be printed. A mail also says where it is.
    pub fn page(&self, link: Option<&str>) -> String {
        let row = |(label, value): &(String, String)| {
            format!(
                "<div><dt>{}</dt><dd><bdi>{}</bdi></dd></div>\n",
                escape(label),
                escape(value)
            )
        };
        let rows = |rows: &[(String, String)]| match rows.is_empty() {
            true => String::new(),
            false => format!("<dl>\n{}</dl>\n", rows.iter().map(row).collect::<String>()),
        };
        let (heading, items) = &self.items;
        let items = match items.is_empty() {
            true => String::new(),
            false => format!("<h2>{}</h2>\n{}", escape(heading), rows(items)),
        };
        let notes = self
            .notes
            .iter()
            .map(|note| format!("<p>{}</p>\n", escape(note)));
        let link = link.map(|url| format!("<p><a href=\"{0}\">{0}</a></p>\n", escape(url)));
        let badge = self
            .badge
            .iter()
            .map(|badge| format!("<span class=badge>{}</span>", escape(badge)));
        format!(
            "<!doctype html>\n<html lang={} dir={}>\n<head>\n<meta charset=utf-8>\n\
             <meta name=viewport content=\"width=device-width, initial-scale=1\">\n<meta name=robots content=noindex>\n\
             <title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{}</h1>\n{}\n\
             <p class=paid><span>{}</span> <strong>{}</strong></p>\n{}{items}{}<footer>\n{}{}</footer>\n</main>\n</body>\n</html>\n",
            self.language,
            self.direction,
            escape(&bare(&self.title)),
            escape(&self.title),
            badge.collect::<String>(),
            escape(&self.paid.0),
            escape(&self.paid.1),
            rows(&self.facts),
            rows(&self.sums),
            notes.collect::<String>(),
            link.unwrap_or_default(),
        )
    }
}

/// Readable on paper and in the dark; nothing from elsewhere.
const STYLE: &str = "\
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}\
body{margin:0;background:Canvas;color:CanvasText}\
main{max-width:34rem;margin:0 auto;padding:2.5rem 1.25rem}\
h1{font-size:1.35rem;margin:0 0 .5rem;overflow-wrap:anywhere}\
h2{font-size:1rem;margin:1.75rem 0 0}\
.badge{display:inline-block;border:1px solid #b45309;border-radius:1rem;padding:0 .6rem;font-size:.85rem}\
.paid{margin:1.25rem 0}\
.paid strong{display:block;font-size:2rem;line-height:1.25}\
dl{margin:.5rem 0 0;border-top:1px solid color-mix(in srgb,currentColor 20%,transparent)}\
dl div{display:flex;justify-content:space-between;gap:1.5rem;padding:.5rem 0;border-bottom:1px solid color-mix(in srgb,currentColor 12%,transparent)}\
dt{opacity:.8}\
dd{margin:0;text-align:end;overflow-wrap:anywhere}\
footer{margin-top:1.75rem;font-size:.9rem}\
@media print{main{padding:0}}";

fn named(line: &Line, texts: Texts) -> String {
    match line.quantity {
        1 => line.name.clone(),
        many => {
            let count = many.to_string();
            format!(
                "{} ({})",
                line.name,
                texts.with("quantity", [("count", &count)])
            )
        }
    }
}

/// The sums of an order, and what came back. What is nothing is left out.
fn sums(
    facts: &ReceiptFacts,
    texts: Texts,
    money: &dyn Fn(i64) -> String,
) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    let mut put = |key, amount: i64| rows.push((texts.get(key).to_owned(), money(amount)));
    if let Some(session) = &facts.session {
        let totals = &session.totals;
        if totals.subtotal != totals.total {
            put("subtotal", totals.subtotal);
        }
        for (key, amount) in [("shipping", totals.shipping), ("tax", totals.tax)] {
            if amount != 0 {
                put(key, amount);
            }
        }
    }
    let charge = &facts.charge;
    put("total", charge.amount_captured);
    if charge.amount_refunded > 0 {
        put("refunded", -charge.amount_refunded);
        put("kept", charge.amount_captured - charge.amount_refunded);
    }
    rows
}
