//! The suite's findings as Markdown, and as the JSON beside it.
//!
//! Shape: facts, goals, one table of load for each part of the suite, ratios, other figures, remarks. Deliberately
//! absent: a title and dates, because the text goes into a page that has both; paths and host names.

use std::fmt::Write;

use serde_json::{Map, Value};

use super::GROUPS;
use super::goals::goals;
use super::ratios::ratios;
use super::results::{Results, Row};

/// The measured part of a page.
pub fn to_markdown(results: &Results) -> String {
    let mut text = String::new();
    for fact in &results.facts {
        text += &format!("- {fact}\n");
    }
    let ratios = ratios(results);
    text += "\n### Goals\n\n| goal | measured | met |\n|---|--:|---|\n";
    for goal in goals(results, &ratios) {
        let (shown, verdict) = (goal.shown(), goal.verdict());
        text += &format!("| {} | {shown} | {verdict} |\n", goal.goal);
    }
    for (group, about) in GROUPS {
        write_group(&mut text, results, (group, about));
    }
    if !ratios.is_empty() {
        text += "\n### Ratios\n\n| upper / lower | ratio |\n|---|--:|\n";
        for ratio in &ratios {
            text += &format!("| {} | {:.3} |\n", ratio.name, ratio.value);
        }
    }
    if !results.numbers.is_empty() {
        text += "\n### Sizes and starts\n\n| target | what | measured |\n|---|---|--:|\n";
        for number in &results.numbers {
            let (value, unit) = (number.value, number.unit);
            text += &format!(
                "| {} | {} | {value:.1} {unit} |\n",
                number.target, number.what
            );
        }
    }
    if !results.remarks.is_empty() {
        text += "\n### Remarks\n\n";
        for remark in &results.remarks {
            text += &format!("- {}\n", remark.trim().replace('\n', " "));
        }
    }
    text
}

fn write_group(text: &mut String, results: &Results, (group, about): (&str, &str)) {
    let mut rows = results
        .rows
        .iter()
        .filter(|row| row.group == group)
        .peekable();
    if rows.peek().is_none() {
        return;
    }
    *text += &format!("\n### {about}\n\n");
    *text += "| target | scenario | clients | per second | samples | p50 ms | p99 ms | max ms | errors |\n";
    *text += "|---|---|--:|--:|--:|--:|--:|--:|--:|\n";
    for row in rows {
        write_row(text, row);
    }
}

fn write_row(text: &mut String, row: &Row) {
    let rates: Vec<String> = row.rates.iter().map(|rate| format!("{rate:.0}")).collect();
    let figures = &row.figures;
    // Writing into a String cannot fail.
    let _ = writeln!(
        text,
        "| {} | {} | {} | {:.0} | {} | {} | {} | {} | {} |",
        row.target,
        row.scenario,
        row.clients,
        figures.per_second,
        rates.join(", "),
        milliseconds(figures.p50_us),
        milliseconds(figures.p99_us),
        milliseconds(figures.max_us),
        figures.errors,
    );
}

fn milliseconds(us: u64) -> String {
    format!("{:.2}", us as f64 / 1_000.0)
}

/// Everything as JSON, ratios included.
pub fn to_json(results: &Results) -> Value {
    let mut whole = results.to_json();
    let mut named = Map::new();
    for ratio in ratios(results) {
        // Three digits are more than repeat from run to run, and keep changes of the file readable.
        let rounded = (ratio.value * 1_000.0).round() / 1_000.0;
        named.insert(ratio.name, Value::from(rounded));
    }
    whole["ratios"] = Value::Object(named);
    whole
}

#[cfg(test)]
mod tests {
    use super::super::results::made;
    use super::*;

    fn results() -> Results {
        let mut results = made(&[
            ("florin-sqlite", "pay", 64, 85.4, 2),
            ("prototype-sqlite", "pay", 64, 100.0, 1),
        ]);
        for row in &mut results.rows {
            row.group = "engines";
        }
        results.facts.push("Machine: two processors.".to_owned());
        results
    }

    #[test]
    fn a_page_holds_facts_goals_load_and_ratios() {
        let mut results = results();
        let text = to_markdown(&results);
        for part in [
            "- Machine: two processors.\n",
            "of the same shape | 85.4 % | yes |\n",
            "| florin-sqlite | pay | 64 | 85 | 85 | 1.00 | 2.00 | 0.00 | 0 |\n",
            "| florin-sqlite / prototype-sqlite: pay, 64 clients | 0.854 |\n",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(
            !text.contains("Remarks") && !text.contains("Sizes"),
            "{text}"
        );
        results.remarks.push("slow\ndisk".to_owned());
        results.note("florin", "binary", (21.84, "MB"));
        let text = to_markdown(&results);
        assert!(text.contains("- slow disk\n"), "{text}");
        assert!(text.contains("| florin | binary | 21.8 MB |\n"), "{text}");
    }

    #[test]
    fn ratios_have_three_digits_in_json() {
        let json = to_json(&results());
        let ratio = &json["ratios"]["florin-sqlite / prototype-sqlite: pay, 64 clients"];
        assert_eq!(ratio.as_f64(), Some(0.854));
        assert_eq!(json["results"].as_array().map(Vec::len), Some(2));
    }
}
