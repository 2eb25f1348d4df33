//! Today's ratios beside those that are committed.
//!
//! Deliberately absent: a limit for changes. Samples of one machine differ by a fifth, and a person decides what
//! a change means.

use serde_json::Value;

/// A table for a terminal: today, committed, change, and what is divided by what. Ratios that only one side has are
/// listed, too.
pub fn table(today: &Value, committed: &Value) -> String {
    let mut lines = vec![line(["today", "committed", "change"], "ratio")];
    let names = |side: &Value| -> Vec<String> {
        side.as_object()
            .map(|ratios| ratios.keys().cloned().collect())
            .unwrap_or_default()
    };
    let mut all = names(today);
    let missing: Vec<String> = names(committed)
        .into_iter()
        .filter(|name| !all.contains(name))
        .collect();
    all.extend(missing);
    for name in all {
        let (now, then) = (today[&name].as_f64(), committed[&name].as_f64());
        let change = match (now, then) {
            (Some(now), Some(then)) if then > 0.0 => {
                format!("{:+.1} %", (now / then - 1.0) * 100.0)
            }
            _ => "–".to_owned(),
        };
        lines.push(line([&shown(now), &shown(then), &change], &name));
    }
    lines.join("\n")
}

fn shown(ratio: Option<f64>) -> String {
    ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.3}"))
}

fn line([today, committed, change]: [&str; 3], name: &str) -> String {
    format!("{today:>9} {committed:>9} {change:>9}  {name}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_ratio_of_either_side_has_its_line() {
        let today = json!({"a / b": 0.9, "new": 2.0});
        let committed = json!({"a / b": 1.0, "gone": 0.5});
        let expected = [
            "    today committed    change  ratio",
            "    0.900     1.000   -10.0 %  a / b",
            "    2.000         –         –  new",
            "        –     0.500         –  gone",
        ];
        assert_eq!(table(&today, &committed), expected.join("\n"));
        assert_eq!(table(&Value::Null, &Value::Null), expected[0]);
    }
}
