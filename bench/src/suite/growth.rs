//! What grows with the number of payments: time, memory, disk, and the time of a start.
//!
//! Shape: one database is filled stage by stage; after each the server is stopped, its data measured, and the grown
//! one takes turns with one that began empty. Reading picks among payments that were made just before, on both.
//! Deliberately absent: a fill over several runs.

use std::time::Duration;

use super::ratios::growth_labels;
use super::{Bench, Contender, Engine};
use crate::fill::{Order, fill_with};
use crate::scenario::Scenario;
use crate::server::Installation;

/// Clients that fill and measure.
const CLIENTS: u32 = 64;
/// How long a fill may take, in minutes.
const FILL_MINUTES_MAX: u64 = 90;
/// Starts whose median is told.
const STARTS: usize = 3;

/// Measures the binary, starts, and growth up to each of these numbers of payments.
pub async fn growth(bench: &mut Bench, engine: Engine<'_>, stages: &[u64]) -> Result<(), String> {
    if engine.postgres.is_none() {
        let bytes = std::fs::metadata(&bench.tools.florin).map_or(0, |found| found.len());
        bench
            .results
            .note("florin", "binary", (bytes as f64 / 1e6, "MB"));
    }
    let name = engine.florin();
    let grown = Installation::new(&bench.tools, engine.postgres)?;
    // The first start makes the tables.
    grown.start().await?.stop()?;
    let began_bytes = grown.database_bytes()?;
    note_starts(bench, engine, (&grown, 0)).await?;
    let mut created = 0;
    for &stage in stages {
        let filled = fill_to(bench, (name.as_str(), &grown), [created, stage]).await?;
        created += filled;
        let bytes = grown.database_bytes()?.saturating_sub(began_bytes);
        let each = bytes as f64 / created.max(1) as f64;
        let what = format!("disk of a payment, {stage} payments");
        bench.results.note(&name, what, (each, "B"));
        note_starts(bench, engine, (&grown, stage)).await?;
        if created < stage {
            return Err(format!("{created} of {stage} payments were created"));
        }
        beside_empty(bench, engine, (&grown, stage)).await?;
    }
    Ok(())
}

/// Adds payments up to a stage, notes the server's memory, stops it, and gives how many there are more.
async fn fill_to(
    bench: &mut Bench,
    (name, installation): (&str, &Installation),
    [created, stage]: [u64; 2],
) -> Result<u64, String> {
    let payments = stage.saturating_sub(created);
    let server = installation.start().await?;
    let limit = Duration::from_secs(FILL_MINUTES_MAX * 60);
    let order = Order {
        payments,
        clients: CLIENTS,
        limit,
    };
    let filled = fill_with(server.target(), order, |done, seconds| {
        // One line in ten is enough for whoever waits.
        if (seconds as u64).is_multiple_of(10) {
            eprintln!("{done} of {payments} payments");
        }
    })
    .await;
    let memory = server.memory();
    server.stop()?;
    let rate = filled.payments as f64 / filled.seconds;
    let (now, most) = (memory.resident_bytes as f64, memory.peak_bytes as f64);
    for (what, figure) in [
        ("rate of the fill up to", (rate, "payments/s")),
        ("memory after", (now / 1e6, "MB")),
        ("most memory up to", (most / 1e6, "MB")),
    ] {
        bench
            .results
            .note(name, format!("{what} {stage} payments"), figure);
    }
    if let Some(error) = filled.first_error {
        let errors = filled.errors;
        let remark = format!("{name}, growth: {errors} errors, the first one: {error}");
        bench.results.remark(remark);
    }
    Ok(filled.payments)
}

/// Starts it several times and keeps the median time until it is ready.
async fn note_starts(
    bench: &mut Bench,
    engine: Engine<'_>,
    (installation, payments): (&Installation, u64),
) -> Result<(), String> {
    let mut times = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let server = installation.start().await?;
        times.push(server.ready_after());
        server.stop()?;
    }
    times.sort_unstable();
    let ms = times[STARTS / 2].as_secs_f64() * 1e3;
    let what = format!("start on {payments} payments");
    bench.results.note(&engine.florin(), what, (ms, "ms"));
    Ok(())
}

/// Lets the grown database take turns with one that began empty.
async fn beside_empty(
    bench: &mut Bench,
    engine: Engine<'_>,
    (installation, payments): (&Installation, u64),
) -> Result<(), String> {
    let fresh = Installation::new(&bench.tools, engine.postgres)?;
    let grown = installation.start().await?;
    let empty = fresh.start().await?;
    for scenario in [Scenario::Pay, Scenario::Get] {
        let [of_grown, of_empty] = growth_labels(scenario.name(), payments);
        let contenders = [
            Contender::http(engine.florin(), grown.target()).labelled(of_grown),
            Contender::http(engine.florin(), empty.target()).labelled(of_empty),
        ];
        let task = bench.task("growth", scenario, CLIENTS);
        bench.compare(task, &contenders).await;
    }
    Ok(())
}
