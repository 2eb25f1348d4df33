//! The suite's findings as Markdown.
//!
//! Shape: [`Report`] is filled while the suite runs and written at the end. Deliberately absent: paths,
//! host names, dates, and judgements; a table says what it is measured against.

use std::fmt::Write;

use crate::machine::Memory;
use crate::run::Summary;

/// One scenario's line.
pub struct Line {
    pub summary: Summary,
    /// The server's memory right after the run.
    pub memory: Memory,
    /// The size of the data right after the run.
    pub data_bytes: u64,
}

/// One step of the growth run.
pub struct Growth {
    /// Payments created by the growth run so far.
    pub payments: u64,
    /// Payments per second in this step.
    pub per_second: f64,
    pub memory: Memory,
    pub data_bytes: u64,
}

/// Everything that one suite found.
#[derive(Default)]
pub struct Report {
    /// Facts about the machine, one line each.
    pub facts: Vec<String>,
    pub lines: Vec<Line>,
    /// The size of the data when the growth run began.
    pub growth_start_bytes: u64,
    pub growth: Vec<Growth>,
    /// Scenarios run again on the grown data.
    pub lines_after: Vec<Line>,
    /// What went wrong, one line each.
    pub remarks: Vec<String>,
}

impl Report {
    /// The whole report.
    pub fn to_markdown(&self) -> String {
        let mut text = String::from("# Florin benchmark\n\n");
        for fact in &self.facts {
            text += &format!("- {fact}\n");
        }
        text += "\n## Scenarios\n\n";
        self.write_lines(&mut text, &self.lines);
        if !self.growth.is_empty() {
            text += "\n## Growth\n\n";
            self.write_growth(&mut text);
        }
        if !self.lines_after.is_empty() {
            text += "\n## Scenarios on the grown data\n\n";
            self.write_lines(&mut text, &self.lines_after);
        }
        if !self.remarks.is_empty() {
            text += "\n## Remarks\n\n";
            for remark in &self.remarks {
                text += &format!("- {}\n", remark.replace('\n', " "));
            }
        }
        text
    }

    fn write_lines(&self, text: &mut String, lines: &[Line]) {
        text.push_str(
            "| scenario | clients | per second | of noop | p50 ms | p90 ms | p99 ms | p99.9 ms | max ms | errors \
             | RSS MiB | peak MiB | data MiB |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
        );
        for line in lines {
            let summary = &line.summary;
            let quantile = |permille| milliseconds(summary.times.quantile_us(permille));
            // Writing into a String cannot fail.
            let _ = writeln!(
                text,
                "| {} | {} | {:.0} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
                summary.scenario.name(),
                summary.clients,
                summary.per_second(),
                self.of_noop(summary),
                quantile(500),
                quantile(900),
                quantile(990),
                quantile(999),
                milliseconds(summary.times.max_us()),
                summary.errors,
                mebibytes(line.memory.resident_bytes),
                mebibytes(line.memory.peak_bytes),
                mebibytes(line.data_bytes),
            );
        }
    }

    /// The share of what the server does without any work, with as many clients.
    fn of_noop(&self, summary: &Summary) -> String {
        let is_base = |line: &&Line| {
            line.summary.scenario.name() == "noop" && line.summary.clients == summary.clients
        };
        let base = self
            .lines
            .iter()
            .find(is_base)
            .map(|line| line.summary.per_second());
        match base {
            Some(base) if base > 0.0 => format!("{:.3}", summary.per_second() / base),
            _ => String::from("–"),
        }
    }

    fn write_growth(&self, text: &mut String) {
        text.push_str(
            "| payments | per second | RSS MiB | peak MiB | data MiB | bytes a payment |\n|--:|--:|--:|--:|--:|--:|\n",
        );
        for step in &self.growth {
            let grown = step.data_bytes.saturating_sub(self.growth_start_bytes);
            let _ = writeln!(
                text,
                "| {} | {:.0} | {} | {} | {} | {} |",
                step.payments,
                step.per_second,
                mebibytes(step.memory.resident_bytes),
                mebibytes(step.memory.peak_bytes),
                mebibytes(step.data_bytes),
                grown / step.payments.max(1),
            );
        }
    }
}

fn milliseconds(us: u64) -> String {
    format!("{:.2}", us as f64 / 1000.0)
}

fn mebibytes(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 20)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::histogram::Histogram;
    use crate::scenario::Scenario;

    fn line(scenario: Scenario, rounds: u64) -> Line {
        let mut times = Histogram::default();
        times.record(1500);
        let summary = Summary {
            scenario,
            clients: 8,
            seconds: 2,
            requests: rounds,
            rounds,
            errors: 0,
            first_error: None,
            times,
        };
        let memory = Memory {
            resident_bytes: 10 << 20,
            peak_bytes: 11 << 20,
        };
        Line {
            summary,
            memory,
            data_bytes: 3 << 20,
        }
    }

    #[test]
    fn ratios_are_to_the_noop_of_as_many_clients() {
        let report = Report {
            facts: vec!["two processors".into()],
            lines: vec![line(Scenario::Noop, 1000), line(Scenario::Pay, 250)],
            ..Report::default()
        };
        let text = report.to_markdown();
        assert!(text.contains("- two processors\n"), "{text}");
        let row =
            "| pay | 8 | 125 | 0.250 | 1.50 | 1.50 | 1.50 | 1.50 | 1.50 | 0 | 10 | 11 | 3 |\n";
        assert!(text.contains(row), "{text}");
        assert!(
            !text.contains("Growth") && !text.contains("Remarks"),
            "{text}"
        );
        let alone = Report {
            lines: vec![line(Scenario::Pay, 250)],
            ..Report::default()
        };
        assert!(alone.to_markdown().contains("| 125 | – |"));
    }

    #[test]
    fn growth_is_counted_from_its_start() {
        let step = Growth {
            payments: 1000,
            per_second: 99.6,
            memory: Memory::default(),
            data_bytes: 5_000_000,
        };
        let report = Report {
            growth_start_bytes: 1_000_000,
            growth: vec![step],
            remarks: vec!["slow\ndisk".into()],
            ..Report::default()
        };
        let text = report.to_markdown();
        assert!(
            text.contains("| 1000 | 100 | 0 | 0 | 5 | 4000 |\n"),
            "{text}"
        );
        assert!(text.contains("- slow disk\n"), "{text}");
    }
}
