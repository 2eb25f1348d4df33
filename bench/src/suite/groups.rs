//! The parts of the suite but growth.
//!
//! Shape: one function a part, for one engine; each starts fresh servers, so that no part runs on the payments of
//! another, and lets what is compared take turns. Deliberately absent: judgements, which `goals` draws.

use super::results::{Results, Sample};
use super::{Bench, Contender, Drive, Engine, Task};
use crate::peer::Peer;
use crate::scenario::Scenario;
use crate::server::{Installation, Server};
use crate::webhooks::{self, EVENTS_PER_PAYMENT};

/// Clients where only one number of them is measured.
const CLIENTS: u32 = 64;
/// The merchants of the part about many.
const MERCHANTS: usize = 64;
/// Payments to read from at a peer, some of which slow down with every payment.
const PEER_PREPARE: u64 = 200;
/// More clients than this get no answer from localstripe within the time that the load generator waits for them.
const LOCALSTRIPE_CLIENTS_MAX: u32 = 64;
/// Webhooks a second.
const EVENTS_PER_SECOND: u64 = 500;
/// Clients that pay in the part about webhooks.
const WEBHOOK_CLIENTS: u32 = 16;
/// Seconds for which webhooks are measured, and before that.
const WEBHOOK_SECONDS: [u64; 2] = [8, 2];

/// The scenarios besides `pay` with 64 clients.
const SCENARIOS: [Scenario; 6] = [
    Scenario::Get,
    Scenario::List,
    Scenario::Refund,
    Scenario::AuthCapture,
    Scenario::PayNumber,
    Scenario::Mixed,
];
/// How many of them a quick run measures.
const SCENARIOS_QUICK: usize = 3;

/// Create and confirm by clients: Florin, the prototype and, on PostgreSQL, the bare transfer.
pub async fn engines(bench: &mut Bench, engine: Engine<'_>) -> Result<(), String> {
    for &clients in bench.plan.clients {
        let installation = Installation::new(&bench.tools, engine.postgres)?;
        let florin = installation.start().await?;
        let prototype = bench.tools.prototype(engine.postgres).await?;
        let mut contenders = vec![
            Contender::http(engine.florin(), florin.target()),
            Contender::http(engine.prototype(), prototype.target()),
        ];
        contenders.extend(engine.postgres.map(|postgres| Contender {
            target: "pgbench".to_owned(),
            label: None,
            drive: Drive::Pgbench(&postgres.url),
        }));
        // The ceiling: what HTTP alone costs. No engine is asked, so one of them is enough.
        if engine.postgres.is_none() {
            let noop = bench.task("engines", Scenario::Noop, clients);
            bench.compare(noop, &contenders[..1]).await;
        }
        let pay = bench.task("engines", Scenario::Pay, clients);
        bench.compare(pay, &contenders).await;
        note_peak(&mut bench.results, engine, (&florin, clients));
    }
    Ok(())
}

fn note_peak(results: &mut Results, engine: Engine<'_>, (florin, clients): (&Server, u32)) {
    let peak = florin.memory().peak_bytes as f64 / 1e6;
    let what = format!("most memory under the load of {clients} clients");
    results.note(&engine.florin(), what, (peak, "MB"));
}

/// Each scenario with 64 clients; reading is compared with the prototype, too.
pub async fn scenarios(bench: &mut Bench, engine: Engine<'_>) -> Result<(), String> {
    let installation = Installation::new(&bench.tools, engine.postgres)?;
    let florin = installation.start().await?;
    let prototype = bench.tools.prototype(engine.postgres).await?;
    let contenders = [
        Contender::http(engine.florin(), florin.target()),
        Contender::http(engine.prototype(), prototype.target()),
    ];
    let count = match bench.plan.is_quick {
        true => SCENARIOS_QUICK,
        false => SCENARIOS.len(),
    };
    for scenario in SCENARIOS.into_iter().take(count) {
        let task = bench.task("scenarios", scenario, CLIENTS);
        match scenario {
            Scenario::Get => bench.compare(task, &contenders).await,
            _ => {
                let once = Task { samples: 1, ..task };
                bench.compare(once, &contenders[..1]).await;
            }
        }
    }
    Ok(())
}

/// All payments for one merchant, and the same for many.
pub async fn merchants(bench: &mut Bench, engine: Engine<'_>) -> Result<(), String> {
    if bench.plan.is_quick && engine.postgres.is_some() {
        return Ok(());
    }
    let installation = Installation::new(&bench.tools, engine.postgres)?;
    let florin = installation.start().await?;
    let names = (0..MERCHANTS).map(|number| format!("Merchant {number}"));
    let keys: Result<Vec<String>, String> = names.map(|name| installation.account(&name)).collect();
    let many = florin.target().clone().with_keys(&keys?)?;
    let hot = florin.target().clone();
    let contenders = [
        Contender::http(engine.florin(), &hot).labelled("pay-hot"),
        Contender::http(engine.florin(), &many).labelled("pay-many"),
    ];
    let task = bench.task("merchants", Scenario::Pay, CLIENTS);
    bench.compare(task, &contenders).await;
    Ok(())
}

/// The sandbox's processor as a part of the server and as a process of its own.
pub async fn processor(bench: &mut Bench, engine: Engine<'_>) -> Result<(), String> {
    if bench.plan.is_quick {
        return Ok(());
    }
    let first = Installation::new(&bench.tools, engine.postgres)?;
    let second = Installation::new(&bench.tools, engine.postgres)?;
    let inside = first.start().await?;
    let outside = second.start_outside().await?;
    let contenders = [
        Contender::http(engine.florin(), inside.target()).labelled("pay-inside"),
        Contender::http(engine.florin(), outside.target()).labelled("pay-outside"),
    ];
    let task = bench.task("processor", Scenario::Pay, CLIENTS);
    bench.compare(task, &contenders).await;
    Ok(())
}

/// What people test against instead. Each measurement has a fresh start, because one of them slows down.
pub async fn peers(bench: &mut Bench) {
    let whole = [Scenario::Pay].into_iter().chain(SCENARIOS);
    for (name, peer, clients_max) in [
        ("localstripe", Peer::Localstripe, LOCALSTRIPE_CLIENTS_MAX),
        ("stripe-stateful-mock", Peer::StatefulMock, u32::MAX),
    ] {
        let mut list = Vec::new();
        if bench.plan.is_quick {
            list.push((Scenario::Pay, CLIENTS));
        } else {
            let numbers = bench.plan.clients.iter().copied();
            list.extend(
                numbers
                    .filter(|&n| n != CLIENTS)
                    .map(|n| (Scenario::Pay, n)),
            );
            list.extend(whole.clone().map(|scenario| (scenario, CLIENTS)));
        }
        for (scenario, clients) in list {
            // Neither takes card numbers.
            if clients > clients_max || scenario == Scenario::PayNumber {
                continue;
            }
            let task = Task {
                samples: 1,
                prepare: PEER_PREPARE,
                ..bench.task("peers", scenario, clients)
            };
            match bench.tools.peer(name, peer).await {
                Ok(server) => {
                    let contender = Contender::http(name, server.target());
                    bench.compare(task, &[contender]).await;
                }
                Err(why) => bench
                    .results
                    .remark(format!("{name} was not measured: {why}")),
            }
        }
        remark_stored(bench, name);
    }
}

/// A stand-in that slows down with every payment is judged with the number that it had stored.
fn remark_stored(bench: &mut Bench, name: &str) {
    let figures = bench.results.figures(name, "pay", CLIENTS);
    if let Some(rounds) = figures.map(|figures| figures.rounds) {
        let seconds = bench.plan.seconds;
        bench.results.remark(format!(
            "{name} had stored {rounds} payments in the {seconds} s in which `pay` was measured with {CLIENTS} clients."
        ));
    }
}

/// Payments that arrive at half the rate that the engine can take.
pub async fn latency(bench: &mut Bench, engine: Engine<'_>) -> Result<(), String> {
    if bench.plan.is_quick {
        return Ok(());
    }
    let name = engine.florin();
    let whole = bench.results.figures(&name, "pay", CLIENTS);
    let whole = whole.map(|figures| figures.per_second);
    let installation = Installation::new(&bench.tools, engine.postgres)?;
    let florin = installation.start().await?;
    let contender = Contender::http(name, florin.target()).labelled("pay-half");
    let task = bench.task("latency", Scenario::Pay, CLIENTS);
    let whole = match whole {
        Some(whole) => whole,
        None => bench.sample(task, &contender).await?.per_second,
    };
    let rate = Some(((whole / 2.0) as u32).max(1));
    bench.compare(Task { rate, ..task }, &[contender]).await;
    Ok(())
}

/// Webhooks at a fixed rate, from the payment's answer to the arrival.
pub async fn webhooks(bench: &mut Bench, engine: Engine<'_>) -> Result<(), String> {
    if bench.plan.is_quick && engine.postgres.is_some() {
        return Ok(());
    }
    let installation = Installation::new(&bench.tools, engine.postgres)?;
    let florin = installation.start().await?;
    let rate = (EVENTS_PER_SECOND / EVENTS_PER_PAYMENT) as u32;
    let task = Task {
        rate: Some(rate),
        ..bench.task("webhooks", Scenario::Pay, WEBHOOK_CLIENTS)
    };
    let mut size = bench.size(task);
    [size.seconds, size.warmup] = WEBHOOK_SECONDS;
    let found = webhooks::measure(florin.target(), size).await?;
    let missing = found.expected.saturating_sub(found.delivered);
    let sample = Sample {
        per_second: found.per_second,
        p50_us: found.times.quantile_us(500),
        p99_us: found.times.quantile_us(990),
        max_us: found.times.max_us(),
        rounds: found.delivered,
        errors: found.errors + missing,
    };
    let name = engine.florin();
    bench.results.remark(format!(
        "{name}: {} of {} webhooks arrived, {} of them more than once.",
        found.delivered, found.expected, found.repeated
    ));
    bench.keep(task, (name, "webhook".to_owned()), &[sample]);
    Ok(())
}
