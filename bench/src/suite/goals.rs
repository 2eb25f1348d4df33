//! The goals of the project beside what was measured.
//!
//! Shape: one list; each goal names its figure and its bound, and what was not measured is said to be so.
//! Deliberately absent: the reasons why one is missed, which a person writes.

use super::ratios::{Ratio, growth_labels, of_scenarios, of_targets};
use super::results::Results;

/// Clients at which goals about throughput are measured.
const CLIENTS: u32 = 64;
/// The engines.
const ENGINES: [&str; 2] = ["sqlite", "postgres"];

/// One goal.
#[derive(Debug, PartialEq)]
pub struct Goal {
    /// What is wanted.
    pub goal: String,
    /// The figure, if there is one.
    pub measured: Option<f64>,
    /// What it may not pass.
    bound: Bound,
    /// How figures are written.
    unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Unit {
    Percent,
    Times,
    PerSecond,
    Milliseconds,
    Megabytes,
    Bytes,
}

impl Goal {
    /// The figure with its unit.
    pub fn shown(&self) -> String {
        let Some(value) = self.measured else {
            return "not measured".to_owned();
        };
        match self.unit {
            Unit::Percent => format!("{:.1} %", value * 100.0),
            Unit::Times => format!("{value:.2} times"),
            Unit::PerSecond => format!("{value:.0}/s"),
            Unit::Milliseconds => format!("{value:.2} ms"),
            Unit::Megabytes => format!("{value:.1} MB"),
            Unit::Bytes => format!("{value:.0} B"),
        }
    }

    /// Whether it is met, and if not by how much it is missed.
    pub fn verdict(&self) -> String {
        let Some(value) = self.measured else {
            return "–".to_owned();
        };
        let (bound, missing) = match self.bound {
            Bound::AtLeast(bound) => (bound, bound - value),
            Bound::AtMost(bound) => (bound, value - bound),
        };
        if missing <= 0.0 {
            return "yes".to_owned();
        }
        let direction = match self.bound {
            Bound::AtLeast(_) => "too low",
            Bound::AtMost(_) => "too high",
        };
        format!("no, {:.1} % {direction}", missing / bound * 100.0)
    }
}

/// All goals, met or not.
pub fn goals(results: &Results, ratios: &[Ratio]) -> Vec<Goal> {
    let mut list = Vec::new();
    throughput(&mut list, results, ratios);
    times(&mut list, results);
    growth(&mut list, results, ratios);
    list
}

fn goal(goal: impl Into<String>, measured: Option<f64>, bound: Bound, unit: Unit) -> Goal {
    Goal {
        goal: goal.into(),
        measured,
        bound,
        unit,
    }
}

fn ratio(ratios: &[Ratio], name: &str) -> Option<f64> {
    let found = ratios.iter().find(|ratio| ratio.name == name);
    found.map(|ratio| ratio.value)
}

fn throughput(list: &mut Vec<Goal>, results: &Results, ratios: &[Ratio]) {
    for engine in ENGINES {
        let florin = format!("florin-{engine}");
        let name = of_targets(&florin, &format!("prototype-{engine}"), "pay", CLIENTS);
        let text = format!("{florin}: at least 80 % of the prototype of the same shape");
        list.push(goal(
            text,
            ratio(ratios, &name),
            Bound::AtLeast(0.8),
            Unit::Percent,
        ));
    }
    let is_pay = |target: &str, scenario: &str| target.starts_with("florin-") && scenario == "pay";
    let pays = results
        .rows
        .iter()
        .filter(|row| is_pay(&row.target, &row.scenario));
    let best = pays.map(|row| row.figures.per_second).reduce(f64::max);
    let text = "stretch: 10,000 payments/s from some number of clients on some engine";
    list.push(goal(text, best, Bound::AtLeast(10_000.0), Unit::PerSecond));
    for engine in ENGINES {
        let florin = format!("florin-{engine}");
        for peer in ["localstripe", "stripe-stateful-mock"] {
            let measured = ratio(ratios, &of_targets(&florin, peer, "pay", CLIENTS));
            let text = format!("{florin}: more than {peer}");
            list.push(goal(text, measured, Bound::AtLeast(1.0), Unit::Times));
        }
    }
    let measured = ratio(
        ratios,
        &of_targets("florin-postgres", "pgbench", "pay", CLIENTS),
    );
    let text = "florin-postgres: at least the bare transfer loop of pgbench";
    list.push(goal(text, measured, Bound::AtLeast(1.0), Unit::Percent));
    for engine in ENGINES {
        let florin = format!("florin-{engine}");
        let measured = ratio(
            ratios,
            &of_scenarios(&florin, "pay-hot", "pay-many", CLIENTS),
        );
        let text = format!("{florin}: one hot merchant gets at least 80 % of many");
        list.push(goal(text, measured, Bound::AtLeast(0.8), Unit::Percent));
        let figures = results.figures(&florin, "get", CLIENTS);
        let measured = figures.map(|figures| figures.per_second);
        let text = format!("{florin}: more than 27,400 GET/s of a payment");
        list.push(goal(
            text,
            measured,
            Bound::AtLeast(27_400.0),
            Unit::PerSecond,
        ));
    }
}

fn times(list: &mut Vec<Goal>, results: &Results) {
    let ms = |us: u64| us as f64 / 1_000.0;
    for engine in ENGINES {
        let florin = format!("florin-{engine}");
        let figures = results.figures(&florin, "pay", 1);
        let measured = figures.map(|figures| ms(figures.p50_us));
        let text = format!("{florin}: p50 under 0.6 ms from 1 client");
        list.push(goal(text, measured, Bound::AtMost(0.6), Unit::Milliseconds));
        let figures = results.figures(&florin, "pay-half", CLIENTS);
        let measured = figures.map(|figures| ms(figures.p99_us));
        let text = format!("{florin}: p99 under 5 ms at half load");
        list.push(goal(text, measured, Bound::AtMost(5.0), Unit::Milliseconds));
        let webhooks = results
            .rows
            .iter()
            .find(|row| row.scenario == "webhook" && row.target == florin);
        let measured = webhooks.map(|row| ms(row.figures.p99_us));
        let text = format!("{florin}: p99 from commit to webhook at most 50 ms at 500 events/s");
        list.push(goal(
            text,
            measured,
            Bound::AtMost(50.0),
            Unit::Milliseconds,
        ));
    }
    let starts = results
        .numbers
        .iter()
        .filter(|number| number.what.starts_with("start"));
    let slowest = starts.map(|number| number.value).reduce(f64::max);
    let text = "ready less than 200 ms after its start, at any size";
    list.push(goal(
        text,
        slowest,
        Bound::AtMost(200.0),
        Unit::Milliseconds,
    ));
}

fn growth(list: &mut Vec<Goal>, results: &Results, ratios: &[Ratio]) {
    let stages = [
        ("sqlite", 1_000_000, 0.95),
        ("postgres", 1_000_000, 0.95),
        ("sqlite", 10_000_000, 0.9),
    ];
    for (engine, payments, least) in stages {
        let florin = format!("florin-{engine}");
        for scenario in ["pay", "get"] {
            let [grown, empty] = growth_labels(scenario, payments);
            let name = of_scenarios(&florin, &grown, &empty, CLIENTS);
            let text = format!(
                "{florin}: {scenario} from {payments} payments on at least {:.0} % of empty",
                least * 100.0
            );
            list.push(goal(
                text,
                ratio(ratios, &name),
                Bound::AtLeast(least),
                Unit::Percent,
            ));
        }
    }
    for engine in ENGINES {
        let florin = format!("florin-{engine}");
        let measured = results.number(&florin, "memory after 1000000 payments");
        let text = format!("{florin}: at most 100 MB of memory after 1,000,000 payments");
        list.push(goal(text, measured, Bound::AtMost(100.0), Unit::Megabytes));
        let measured = results.number(&florin, "disk of a payment, 1000000 payments");
        let text = format!("{florin}: at most 3,000 bytes of disk for a payment");
        list.push(goal(text, measured, Bound::AtMost(3_000.0), Unit::Bytes));
    }
    let measured = results.number("florin", "binary");
    let text = "the binary has at most 40 MB";
    list.push(goal(text, measured, Bound::AtMost(40.0), Unit::Megabytes));
}

#[cfg(test)]
mod tests {
    use super::super::ratios::ratios;
    use super::super::results::made;
    use super::*;

    fn row(results: &Results, text: &str) -> (String, String) {
        let all = goals(results, &ratios(results));
        let found = all.iter().find(|goal| goal.goal == text);
        found
            .map(|goal| (goal.shown(), goal.verdict()))
            .expect(text)
    }

    #[test]
    fn a_goal_is_met_missed_or_not_measured() {
        let mut results = made(&[
            ("florin-sqlite", "pay", 64, 72.0, 1),
            ("prototype-sqlite", "pay", 64, 100.0, 1),
            ("florin-sqlite", "get", 64, 30_000.0, 1),
            ("florin-sqlite", "pay", 1, 10.0, 2),
        ]);
        results.note("florin", "binary", (21.8, "MB"));
        results.note("florin-sqlite", "start on 0 payments", (20.0, "ms"));
        results.note("florin-sqlite", "start on 9 payments", (250.0, "ms"));
        for (text, shown, verdict) in [
            (
                "florin-sqlite: at least 80 % of the prototype of the same shape",
                "72.0 %",
                "no, 10.0 % too low",
            ),
            (
                "florin-sqlite: more than 27,400 GET/s of a payment",
                "30000/s",
                "yes",
            ),
            (
                "florin-postgres: more than 27,400 GET/s of a payment",
                "not measured",
                "–",
            ),
            (
                "florin-sqlite: p50 under 0.6 ms from 1 client",
                "1.00 ms",
                "no, 66.7 % too high",
            ),
            ("the binary has at most 40 MB", "21.8 MB", "yes"),
            (
                "ready less than 200 ms after its start, at any size",
                "250.00 ms",
                "no, 25.0 % too high",
            ),
        ] {
            let expected = (shown.to_owned(), verdict.to_owned());
            assert_eq!(row(&results, text), expected, "{text}");
        }
    }
}
