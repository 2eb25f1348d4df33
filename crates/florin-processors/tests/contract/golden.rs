//! What each published card does, row by row, against the reviewed table in `golden.txt`.
//!
//! A row shows what the card is and every column in which it differs from the plain card of the first rows. Checks are three
//! letters for CVC, first line and postal code: Pass, Fail, Unavailable, `?` for not checked, `-` for not given.

use crate::world::{ACCOUNT, World, later, payment, published, verification};
use florin_base::Scope;
use florin_domain::cards::{CardSource, Check, Checks};
use florin_domain::processor::{
    Approval, ChallengeResult, Decline, Notice, Outcome, ProcessorRequest, Risk, Verb,
};
use florin_processors::sandbox::cards::{self, TestCard};
use florin_processors::{Inquiry, Processor, Sandbox};
use florin_vault::CardNumber;
use std::fmt::Write as _;

const GOLDEN: &str = include_str!("golden.txt");

#[test]
fn every_published_card_does_what_the_table_says() {
    let mut world = World::new();
    let plain = world.seal("4242424242424242");
    let plain = columns(&world, &plain);
    let mut found = String::new();
    for (column, outcome) in &plain {
        let _ = writeln!(found, "plain {column}: {outcome}");
    }
    for card in cards::all() {
        let source = world.seal(card.number);
        row(
            &mut found,
            card.number,
            card,
            (&columns(&world, &source), &plain),
        );
    }
    for card in cards::name_only() {
        let name = card.aliases[0];
        row(
            &mut found,
            name,
            card,
            (&columns(&world, &published(name)), &plain),
        );
    }
    let differs = found
        .lines()
        .zip(GOLDEN.lines())
        .find(|(found, golden)| found != golden);
    assert_eq!(
        differs, None,
        "the first line that differs, found and expected"
    );
    assert_eq!(found.lines().count(), GOLDEN.lines().count(), "{found}");
}

/// A name means its number, except that it counts as typed in with a security code.
#[test]
fn a_published_name_does_what_its_number_does() {
    let mut world = World::new();
    for card in cards::all() {
        let by_number = world.seal(card.number);
        let by_number = columns(&world, &by_number);
        for name in card.aliases {
            let by_name = columns(&world, &published(name));
            for (left, right) in by_number
                .iter()
                .zip(&by_name)
                .filter(|(left, _)| left.0 != "bare")
            {
                assert_eq!(left, right, "{name}");
            }
        }
    }
}

#[test]
fn a_number_is_described_as_its_row_says() {
    let sandbox = Sandbox::inside();
    for card in cards::all() {
        let number = CardNumber::parse(card.number).expect("every row is a number");
        let traits = sandbox.describe(&number).expect("published");
        assert_eq!(traits.brand, card.brand);
        assert_eq!(traits.country.as_deref(), Some(card.country));
        for name in card.aliases {
            let named = sandbox.published(name).expect("published");
            assert_eq!(named.traits, traits, "{name}");
            assert_eq!(named.last4, number.last4(), "{name}");
            assert_eq!(named.name, card.aliases[0], "{name}");
        }
    }
}

fn row(text: &mut String, name: &str, card: &TestCard, parts: (&[Column], &[Column])) {
    let (found, plain) = parts;
    let networks = card.networks.join("+");
    let _ = write!(
        text,
        "{name} {} {} {} {networks}",
        card.brand, card.funding, card.country
    );
    for ((column, outcome), _) in found
        .iter()
        .zip(plain)
        .filter(|(found, plain)| found != plain)
    {
        let _ = write!(text, " | {column}: {outcome}");
    }
    text.push('\n');
}

/// A kind of request and what came of it, in short.
type Column = (&'static str, String);

fn columns(world: &World, card: &CardSource) -> Vec<Column> {
    let sandbox = Sandbox::inside();
    let mut columns: Vec<Column> = requests(card)
        .into_iter()
        .map(|(column, request)| (column, short(&world.call(&sandbox, &request))))
        .collect();
    let refund = later(card, Verb::Refund, "r1");
    columns.push(match world.inquire(&sandbox, &refund) {
        Inquiry::Known(outcome) => ("refund later", short(&outcome)),
        other => ("refund later", format!("{other:?}")),
    });
    let attach = sandbox.may_attach(&Scope::test(ACCOUNT), card, true, world.secrets(card));
    columns.push((
        "attach",
        attach.map_or("ok".to_owned(), |decline| short_decline(&decline)),
    ));
    columns
}

fn requests(card: &CardSource) -> [(&'static str, ProcessorRequest); 11] {
    let with = |edit: &dyn Fn(&mut ProcessorRequest)| {
        let mut request = payment(card);
        edit(&mut request);
        request
    };
    let answered = |result| {
        with(&|request| {
            request.verb = Verb::Complete;
            request.terms.challenge = Some(result);
        })
    };
    [
        ("present", payment(card)),
        (
            "bare",
            with(&|request| {
                request.terms.cvc_given = false;
                request.terms.line1_given = false;
                request.terms.postal_code_given = false;
            }),
        ),
        ("manual", with(&|request| request.terms.capture = false)),
        (
            "asked",
            with(&|request| request.terms.ask_authentication = true),
        ),
        ("absent", with(&|request| request.terms.off_session = true)),
        (
            "absent set up",
            with(&|request| {
                request.terms.off_session = true;
                request.terms.set_up = true;
            }),
        ),
        ("passed", answered(ChallengeResult::Authenticated)),
        ("failed", answered(ChallengeResult::Failed)),
        ("verify", verification(card)),
        ("capture", later(card, Verb::Capture, "x1")),
        ("refund", later(card, Verb::Refund, "r1")),
    ]
}

fn short(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Approved(approval) => short_approval(approval),
        Outcome::Declined(decline) => short_decline(decline),
        Outcome::ActionRequired => "challenge".to_owned(),
        Outcome::Pending { ask_after_ms } => format!("pending {ask_after_ms}"),
        Outcome::Unknown => "unknown".to_owned(),
    }
}

fn short_approval(approval: &Approval) -> String {
    let mut text = format!("ok {}", letters(&approval.checks));
    if approval.risk != Risk::Normal {
        let _ = write!(text, " risk={}", approval.risk.wire().0);
    }
    if let Some(found) = &approval.authentication {
        let _ = write!(
            text,
            " 3ds={}/{}",
            found.result,
            found.flow.as_deref().unwrap_or("-")
        );
    }
    if approval.available_now {
        text.push_str(" now");
    }
    for notice in &approval.notices {
        let _ = match notice {
            Notice::Dispute {
                reason,
                inquiry,
                network_reason_code,
            } => write!(
                text,
                " {}={reason}/{}",
                if *inquiry { "inquiry" } else { "dispute" },
                network_reason_code.as_deref().unwrap_or("-")
            ),
            Notice::FraudWarning { fraud_type } => write!(text, " warning={fraud_type}"),
        };
    }
    if let Some(wait) = approval.ask_after_ms {
        let _ = write!(text, " ask={wait}");
    }
    text
}

fn short_decline(decline: &Decline) -> String {
    let mut text = format!("no {}", decline.code);
    let details = [
        &decline.decline_code,
        &decline.advice_code,
        &decline.network_decline_code,
        &decline.network_advice_code,
        &decline.param,
    ];
    for detail in details {
        let _ = write!(text, " {}", detail.as_deref().unwrap_or("-"));
    }
    let _ = write!(text, " {}", letters(&decline.checks));
    if decline.risk != Risk::Normal {
        let _ = write!(text, " risk={}", decline.risk.wire().0);
    }
    if decline.blocked {
        text.push_str(" blocked");
    }
    text
}

fn letters(checks: &Checks) -> String {
    let letter = |check| match check {
        Check::Pass => 'P',
        Check::Fail => 'F',
        Check::Unavailable => 'U',
        Check::Unchecked => '?',
        Check::NotProvided => '-',
    };
    [checks.cvc, checks.line1, checks.postal_code]
        .map(letter)
        .iter()
        .collect()
}
