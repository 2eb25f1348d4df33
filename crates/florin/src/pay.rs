//! `florin pay`: asks for one payment from the command line, shows link and QR code, and waits for its end.
//!
//! It is a client of the server like any other: one key, the simple front door. Its exit code tells scripts what became of
//! the payment. Deliberately absent: keeping anything; the server has the order.

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use florin_base::currency;
use florin_domain::catalog::{Decimal, PLACES_MAX};
use florin_egress::{Egress, HttpEgress, Policy, Request};
use serde_json::{Value, json};
use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;

/// Shown below the help.
pub const EXAMPLES: &str = "Examples:\n  florin pay 49.00 EUR --order A-17 --description \"T-shirt\"\n  \
florin pay 1200 JPY --order 4711 --url https://pay.example.com    with FLORIN_SECRET_KEY set\n  \
florin pay 5 USD --order A-18 --no-wait                           prints the link and ends\n\n\
Exit code: 0 paid, 1 declined or canceled, 2 expired, 3 anything else, such as a server that does not answer.";

/// Between two looks, while somebody may pay.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A server that does not answer for so many looks in a row is given up.
const SILENT_MAX: u32 = 30;
/// The exit codes.
const DECLINED: u8 = 1;
const EXPIRED: u8 = 2;
pub const FAILED: u8 = 3;

/// Arguments of `florin pay`.
#[derive(Args, Clone)]
pub struct PayArgs {
    /// How much, as people write it: 49.00, or 1200 for a currency without decimals.
    amount: String,
    /// The currency, such as EUR.
    currency: String,
    /// Your name for the order. The same order and amount give the same payment again.
    #[arg(long)]
    order: String,
    /// What is sold; the buyer sees it.
    #[arg(long)]
    description: Option<String>,
    /// The buyer's mail address.
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Where the buyer goes afterwards.
    #[arg(long, value_name = "URL")]
    return_url: Option<String>,
    /// The server.
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://127.0.0.1:8484",
        env = "FLORIN_URL"
    )]
    url: String,
    /// The secret key; by default the one of `florin dev`. Give it in the environment, where others do not see it.
    #[arg(long, value_name = "KEY", env = "FLORIN_SECRET_KEY", hide_env_values = true, default_value = crate::dev::SECRET_KEY, hide_default_value = true)]
    key: String,
    /// Print the link and end, without waiting for the buyer.
    #[arg(long)]
    no_wait: bool,
    /// Print what the server answers, one JSON object each time it changes, instead of text.
    #[arg(long)]
    json: bool,
}

/// Prints no key.
impl std::fmt::Debug for PayArgs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PayArgs")
            .field("order", &self.order)
            .finish_non_exhaustive()
    }
}

/// Runs the command.
pub fn run(args: &PayArgs) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let ended = runtime
        .context("no runtime")
        .and_then(|runtime| runtime.block_on(pay(args)));
    ended.unwrap_or_else(|error| {
        eprintln!("florin: {error:#}");
        ExitCode::from(FAILED)
    })
}

async fn pay(args: &PayArgs) -> Result<ExitCode> {
    let code = args.currency.to_ascii_lowercase();
    let amount = minor_units(&args.amount, &code)?;
    let egress = HttpEgress::new()?;
    let wish = json!({
        "amount": amount,
        "currency": code,
        "order_id": args.order,
        "description": args.description,
        "customer_email": args.email,
        "return_url": args.return_url,
    });
    let first = ask(args, &egress, Some(wish), "/florin/v1/payments").await?;
    show(args, &first, amount, &code);
    match args.no_wait {
        true => Ok(ExitCode::SUCCESS),
        false => wait(args, &egress, first).await,
    }
}

/// Waits until nothing more can become of the payment, or a try was declined.
async fn wait(args: &PayArgs, egress: &HttpEgress, mut known: Value) -> Result<ExitCode> {
    let path = format!("/florin/v1/payments/{}", member(&known, "id"));
    let mut silent = 0;
    // A decline of before says nothing about what the buyer does now.
    let before = declines(&known);
    loop {
        match member(&known, "status") {
            "paid" => return Ok(ended(args, "Paid.", 0)),
            "declined" if declines(&known) > before => {
                let told = "Declined. The link stays open, and the buyer may try again.";
                return Ok(ended(args, told, DECLINED));
            }
            "canceled" => return Ok(ended(args, "Canceled.", DECLINED)),
            "refunded" => return Ok(ended(args, "Refunded.", DECLINED)),
            "expired" => return Ok(ended(args, "Expired: nobody paid in time.", EXPIRED)),
            _ => tokio::time::sleep(LOOK_EVERY).await,
        }
        match ask(args, egress, None, &path).await {
            Ok(now) => {
                silent = 0;
                if args.json && now != known {
                    println!("{now}");
                }
                known = now;
            }
            Err(_) if silent < SILENT_MAX => silent += 1,
            Err(error) => return Err(error),
        }
    }
}

/// How many tries were declined so far.
fn declines(payment: &Value) -> i64 {
    let told = payment.get("declines").and_then(Value::as_i64);
    told.unwrap_or_default()
}

fn ended(args: &PayArgs, told: &str, code: u8) -> ExitCode {
    if !args.json {
        println!("{told}");
    }
    ExitCode::from(code)
}

fn show(args: &PayArgs, payment: &Value, amount: i64, code: &str) {
    if args.json {
        println!("{payment}");
        return;
    }
    let url = member(payment, "url");
    let money = currency::format(code, amount);
    println!("{money} for order {}\n\n{url}\n", args.order);
    if std::io::stdout().is_terminal()
        && let Some(picture) = florin_api::qr::terminal(url)
    {
        println!("{picture}");
    }
    if !args.no_wait {
        println!("Waiting for the buyer. Ctrl-C stops the waiting; the link stays open.");
    }
}

fn member<'a>(payment: &'a Value, name: &str) -> &'a str {
    payment
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// One request; a POST if there is something to say.
async fn ask(
    args: &PayArgs,
    egress: &HttpEgress,
    said: Option<Value>,
    path: &str,
) -> Result<Value> {
    let url = format!("{}{path}", args.url.trim_end_matches('/'));
    let mut request = match &said {
        Some(said) => Request::post(url, serde_json::to_vec(said)?),
        None => Request::get(url),
    };
    let json = "application/json".to_owned();
    request.headers.push(("content-type".to_owned(), json));
    let key = format!("Bearer {}", args.key);
    request.headers.push(("authorization".to_owned(), key));
    let policy = Policy {
        any_port: true,
        ..Policy::dev()
    };
    let answer = egress.send(request, policy).await.map_err(|error| {
        anyhow!(
            "{} does not answer ({error}). Start a server with `florin dev`, or name one with --url.",
            args.url
        )
    })?;
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if answer.status == 200 {
        return Ok(body);
    }
    let why = body.pointer("/error/message").and_then(Value::as_str);
    bail!("{}", why.unwrap_or("the server refused the request"))
}

/// `49.00` in minor units of its currency.
fn minor_units(text: &str, code: &str) -> Result<i64> {
    let Some(row) = currency::row(code) else {
        bail!("{code:?} is no currency that can be paid in; use a code such as EUR");
    };
    let places = row.wire_exponent;
    if Decimal::parse(text, PLACES_MAX).is_none() {
        bail!("{text:?} is no amount; write it like 49.00, without spaces and signs");
    }
    let Some(amount) = Decimal::parse(text, places.into()) else {
        bail!(
            "{} has {places} digits behind the point, {text} has more",
            code.to_ascii_uppercase()
        );
    };
    amount
        .times(10_i64.pow(places.into()))
        .with_context(|| format!("{text} is more than anybody can pay"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, code, expected) in [
            ("49.00", "eur", Some(4900)),
            ("49", "eur", Some(4900)),
            ("49.5", "eur", Some(4950)),
            ("0.01", "usd", Some(1)),
            ("1200", "jpy", Some(1200)),
            ("1.234", "kwd", Some(1234)),
            ("1200.5", "jpy", None),
            ("49.001", "eur", None),
            ("49,00", "eur", None),
            ("-1", "eur", None),
            ("", "eur", None),
            (".5", "eur", None),
            ("99999999999999999999", "eur", None),
            ("5", "xyz", None),
        ] {
            assert_eq!(minor_units(text, code).ok(), expected, "{text} {code}");
        }
    }
}
