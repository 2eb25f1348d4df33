//! Figures of the same run divided by each other: what can be compared from machine to machine.
//!
//! Shape: one list of pairs; each row of the upper side is divided by the row of the lower side with as many clients.
//! Deliberately absent: ratios to figures of another run or machine.

use super::results::{Results, Row};

/// One figure in terms of another.
#[derive(Clone, Debug, PartialEq)]
pub struct Ratio {
    /// What is divided by what.
    pub name: String,
    /// The quotient.
    pub value: f64,
}

/// The name of a ratio of the same scenario on two targets.
pub fn of_targets(upper: &str, lower: &str, scenario: &str, clients: u32) -> String {
    format!("{upper} / {lower}: {scenario}, {clients} clients")
}

/// The name of a ratio of two scenarios on the same target.
pub fn of_scenarios(target: &str, upper: &str, lower: &str, clients: u32) -> String {
    format!("{target}: {upper} / {lower}, {clients} clients")
}

/// The scenario on grown data and the one beside it on data that began empty.
pub fn growth_labels(scenario: &str, payments: u64) -> [String; 2] {
    let grown = format!("{scenario} from {payments} payments on");
    let empty = format!("{scenario} from none on, beside {payments}");
    [grown, empty]
}

/// All ratios that the results allow, in the order of the results.
pub fn ratios(results: &Results) -> Vec<Ratio> {
    let mut found = Vec::new();
    for row in &results.rows {
        let Some(engine) = row.target.strip_prefix("florin-") else {
            continue;
        };
        let prototype = format!("prototype-{engine}");
        for lower in [
            prototype.as_str(),
            "pgbench",
            "localstripe",
            "stripe-stateful-mock",
        ] {
            // The bare transfer runs on the same PostgreSQL, and says nothing about the other engine.
            if lower != "pgbench" || engine == "postgres" {
                found.extend(by_target(results, row, lower));
            }
        }
        found.extend(by_scenario(results, row));
    }
    found
}

fn by_target(results: &Results, row: &Row, lower: &str) -> Option<Ratio> {
    let below = results.figures(lower, &row.scenario, row.clients)?;
    let name = of_targets(&row.target, lower, &row.scenario, row.clients);
    quotient(name, row, below.per_second)
}

fn by_scenario(results: &Results, row: &Row) -> Vec<Ratio> {
    let mut found = Vec::new();
    let upper = row.scenario.as_str();
    let mut lowers: Vec<String> = match upper {
        "pay-hot" => vec!["pay-many".to_owned()],
        "pay-outside" => vec!["pay-inside".to_owned()],
        _ => Vec::new(),
    };
    if let Some((scenario, rest)) = upper.split_once(" from ") {
        let digits = rest.strip_suffix(" payments on");
        let payments: Option<u64> = digits.and_then(|digits| digits.parse().ok());
        lowers.extend(payments.map(|payments| {
            let [_, empty] = growth_labels(scenario, payments);
            empty
        }));
    }
    for lower in lowers {
        let below = results.figures(&row.target, &lower, row.clients);
        let name = of_scenarios(&row.target, upper, &lower, row.clients);
        found.extend(below.and_then(|below| quotient(name, row, below.per_second)));
    }
    // The handler that does nothing is measured once, because the engine behind it is not asked.
    let noop = results.figures("florin-sqlite", "noop", row.clients);
    if row.group == "engines" || row.group == "scenarios" {
        let noop = noop.filter(|_| upper != "noop");
        let name = of_scenarios(&row.target, upper, "noop", row.clients);
        found.extend(noop.and_then(|noop| quotient(name, row, noop.per_second)));
    }
    found
}

fn quotient(name: String, row: &Row, below: f64) -> Option<Ratio> {
    let value = row.figures.per_second / below;
    (below > 0.0).then_some(Ratio { name, value })
}

#[cfg(test)]
mod tests {
    use super::super::results::made;
    use super::*;

    fn names(results: &Results) -> Vec<(String, f64)> {
        let all = ratios(results).into_iter();
        all.map(|ratio| (ratio.name, ratio.value)).collect()
    }

    #[test]
    fn the_same_scenario_is_compared_with_as_many_clients() {
        let results = made(&[
            ("florin-postgres", "pay", 64, 80.0, 1),
            ("florin-sqlite", "pay", 64, 90.0, 1),
            ("prototype-postgres", "pay", 64, 100.0, 1),
            ("prototype-sqlite", "pay", 8, 100.0, 1),
            ("pgbench", "pay", 64, 40.0, 1),
            ("localstripe", "pay", 64, 10.0, 1),
            ("stripe-stateful-mock", "pay", 64, 0.0, 1),
        ]);
        let expected = [
            ("florin-postgres / prototype-postgres: pay, 64 clients", 0.8),
            ("florin-postgres / pgbench: pay, 64 clients", 2.0),
            ("florin-postgres / localstripe: pay, 64 clients", 8.0),
            ("florin-sqlite / localstripe: pay, 64 clients", 9.0),
        ];
        assert_eq!(
            names(&results),
            expected.map(|(name, value)| (name.to_owned(), value))
        );
    }

    #[test]
    fn one_target_is_compared_with_itself() {
        let [grown, empty] = growth_labels("get", 1000);
        let mut results = made(&[
            ("florin-sqlite", "pay-hot", 64, 9.0, 1),
            ("florin-sqlite", "pay-many", 64, 10.0, 1),
            ("florin-sqlite", grown.as_str(), 64, 19.0, 1),
            ("florin-sqlite", empty.as_str(), 64, 20.0, 1),
            ("florin-sqlite", "noop", 8, 50.0, 1),
            ("florin-postgres", "pay", 8, 25.0, 1),
        ]);
        for row in &mut results.rows {
            row.group = "engines";
        }
        let expected = [
            ("florin-sqlite: pay-hot / pay-many, 64 clients", 0.9),
            (
                "florin-sqlite: get from 1000 payments on / get from none on, beside 1000, 64 clients",
                0.95,
            ),
            ("florin-postgres: pay / noop, 8 clients", 0.5),
        ];
        assert_eq!(
            names(&results),
            expected.map(|(name, value)| (name.to_owned(), value))
        );
    }
}
