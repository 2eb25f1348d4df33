//! What the suite found.
//!
//! Shape: [`Row`]s of load, each the median of its samples, and [`Number`]s of everything else. They are looked up
//! by name, because ratios and goals are drawn from them at the end. Deliberately absent: judgements.

use serde_json::{Value, json};

use crate::run::Summary;

/// The figures of one measurement.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// Rounds a second.
    pub per_second: f64,
    /// Half of the rounds took no longer, in microseconds.
    pub p50_us: u64,
    /// 99 of 100 rounds took no longer.
    pub p99_us: u64,
    /// The longest round.
    pub max_us: u64,
    /// Rounds that ended well.
    pub rounds: u64,
    /// What did not.
    pub errors: u64,
}

impl Sample {
    /// The figures of a run of the load generator.
    pub fn of(summary: &Summary) -> Self {
        Self {
            per_second: summary.per_second(),
            p50_us: summary.times.quantile_us(500),
            p99_us: summary.times.quantile_us(990),
            max_us: summary.times.max_us(),
            rounds: summary.rounds,
            errors: summary.errors,
        }
    }

    /// The figures in the line of JSON that `bench/peers.py pgbench` prints.
    pub fn of_pgbench(line: &Value) -> Option<Self> {
        let number = |name: &str| line[name].as_u64();
        Some(Self {
            per_second: line["per_second"].as_f64()?,
            p50_us: number("p50_us")?,
            p99_us: number("p99_us")?,
            max_us: number("max_us")?,
            rounds: number("transfers")?,
            errors: number("errors")?,
        })
    }

    /// Each figure's median, and the sum of the errors; `None` without samples.
    pub fn median(samples: &[Self]) -> Option<Self> {
        let mut rates: Vec<f64> = samples.iter().map(|sample| sample.per_second).collect();
        rates.sort_by(f64::total_cmp);
        let middle = samples.len().checked_sub(1)? / 2;
        let of = |figure: fn(&Self) -> u64| {
            let mut figures: Vec<u64> = samples.iter().map(figure).collect();
            figures.sort_unstable();
            figures[middle]
        };
        Some(Self {
            per_second: rates[middle],
            p50_us: of(|sample| sample.p50_us),
            p99_us: of(|sample| sample.p99_us),
            max_us: of(|sample| sample.max_us),
            rounds: of(|sample| sample.rounds),
            errors: samples.iter().map(|sample| sample.errors).sum(),
        })
    }
}

/// What one target did in one scenario with so many clients.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The part of the suite.
    pub group: &'static str,
    /// Who was measured.
    pub target: String,
    /// What was done.
    pub scenario: String,
    /// Clients at once.
    pub clients: u32,
    /// The median of the samples.
    pub figures: Sample,
    /// The rate of each sample, in their order.
    pub rates: Vec<f64>,
}

/// Something that was measured once.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// Who was measured.
    pub target: String,
    /// What was measured.
    pub what: String,
    /// The figure.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
}

/// Everything that one run of the suite found.
#[derive(Default)]
pub struct Results {
    /// Facts about the machine, one line each.
    pub facts: Vec<String>,
    /// Load.
    pub rows: Vec<Row>,
    /// The rest.
    pub numbers: Vec<Number>,
    /// What went wrong or has to be known, one line each.
    pub remarks: Vec<String>,
}

impl Results {
    /// The figures of a target in a scenario with so many clients.
    pub fn figures(&self, target: &str, scenario: &str, clients: u32) -> Option<&Sample> {
        let is_it =
            |row: &&Row| row.target == target && row.scenario == scenario && row.clients == clients;
        self.rows.iter().find(is_it).map(|row| &row.figures)
    }

    /// A number by its name.
    pub fn number(&self, target: &str, what: &str) -> Option<f64> {
        let mut numbers = self.numbers.iter();
        let found = numbers.find(|number| number.target == target && number.what == what);
        found.map(|number| number.value)
    }

    /// Keeps a number.
    pub fn note(
        &mut self,
        target: &str,
        what: impl Into<String>,
        (value, unit): (f64, &'static str),
    ) {
        let (target, what) = (target.to_owned(), what.into());
        eprintln!("{target} {what}: {value:.1} {unit}");
        self.numbers.push(Number {
            target,
            what,
            value,
            unit,
        });
    }

    /// Keeps a remark, and tells whoever waits.
    pub fn remark(&mut self, remark: String) {
        eprintln!("{remark}");
        self.remarks.push(remark);
    }

    /// All of it, without ratios.
    pub fn to_json(&self) -> Value {
        let rows: Vec<Value> = self.rows.iter().map(Row::to_json).collect();
        let numbers: Vec<Value> = self.numbers.iter().map(Number::to_json).collect();
        json!({
            "facts": self.facts,
            "results": rows,
            "numbers": numbers,
            "remarks": self.remarks,
        })
    }
}

impl Row {
    fn to_json(&self) -> Value {
        json!({
            "group": self.group,
            "target": self.target,
            "scenario": self.scenario,
            "clients": self.clients,
            "per_second": self.figures.per_second,
            "p50_us": self.figures.p50_us,
            "p99_us": self.figures.p99_us,
            "max_us": self.figures.max_us,
            "rounds": self.figures.rounds,
            "errors": self.figures.errors,
            "samples": self.rates,
        })
    }
}

impl Number {
    fn to_json(&self) -> Value {
        json!({
            "target": self.target,
            "what": self.what,
            "value": self.value,
            "unit": self.unit,
        })
    }
}

/// Results for the tests of what is drawn from them: target, scenario, clients, rate, p99 in milliseconds.
#[cfg(test)]
pub fn made(rows: &[(&str, &str, u32, f64, u64)]) -> Results {
    let row = |&(target, scenario, clients, per_second, p99_ms): &(&str, &str, u32, f64, u64)| {
        let figures = Sample {
            per_second,
            p50_us: p99_ms * 500,
            p99_us: p99_ms * 1_000,
            ..Sample::default()
        };
        Row {
            group: "made",
            target: target.to_owned(),
            scenario: scenario.to_owned(),
            clients,
            figures,
            rates: vec![per_second],
        }
    };
    Results {
        rows: rows.iter().map(row).collect(),
        ..Results::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_are_of_each_figure() {
        let sample = |per_second, p50_us, errors| Sample {
            per_second,
            p50_us,
            errors,
            ..Sample::default()
        };
        let samples = [sample(30.0, 1, 1), sample(10.0, 3, 0), sample(20.0, 2, 4)];
        assert_eq!(Sample::median(&samples), Some(sample(20.0, 2, 5)));
        assert_eq!(Sample::median(&samples[..2]), Some(sample(10.0, 1, 1)));
        assert_eq!(Sample::median(&[]), None);
    }

    #[test]
    fn the_line_of_pgbench_is_read() {
        let line = json!({
            "per_second": 12.5, "p50_us": 1, "p99_us": 2, "max_us": 3, "transfers": 25, "errors": 0,
        });
        let sample = Sample::of_pgbench(&line).expect("figures");
        assert_eq!(
            (sample.per_second, sample.rounds, sample.max_us),
            (12.5, 25, 3)
        );
        assert_eq!(Sample::of_pgbench(&json!({"per_second": 1})), None);
    }

    #[test]
    fn what_was_found_is_looked_up_by_name() {
        let mut results = made(&[("a", "pay", 8, 7.0, 1)]);
        results.note("a", "start", (12.0, "ms"));
        assert_eq!(
            results.figures("a", "pay", 8).map(|one| one.per_second),
            Some(7.0)
        );
        assert_eq!(results.figures("a", "pay", 9), None);
        assert_eq!(results.number("a", "start"), Some(12.0));
        let json = results.to_json();
        assert_eq!(json["results"][0]["clients"], 8);
        assert_eq!(json["numbers"][0]["unit"], "ms");
    }
}
