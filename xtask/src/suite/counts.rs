//! Reads the numbers of passed and failed tests from what test runners print.
//!
//! Shape: one line in, numbers out; nextest, libtest, pytest, vitest and Node's runner are known. Deliberately absent:
//! names of tests; the runner has printed them.

/// Numbers of tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed, could not be set up or took too long.
    pub failed: u64,
}

impl Counts {
    /// The sum.
    pub fn plus(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
        }
    }
}

/// What a line says about a whole run; nothing for all other lines.
pub fn of_line(line: &str) -> Counts {
    let line = line.trim();
    if is_summary(line) {
        let count = |words: &[&str]| words.iter().map(|word| number_before(line, word)).sum();
        return Counts {
            passed: count(&["passed"]),
            failed: count(&["failed", "error", "errors", "timed"]),
        };
    }
    let node = |word: &str| node_number(line, word).unwrap_or(0);
    Counts {
        passed: node("pass"),
        failed: node("fail") + node("cancelled"),
    }
}

/// Whether a line is the last word of nextest, libtest or pytest.
fn is_summary(line: &str) -> bool {
    let is_nextest = line.starts_with("Summary [") && line.contains("run:");
    let is_libtest = line.starts_with("test result:");
    let bare = line.trim_matches('=').trim();
    let is_vitest = line.starts_with("Tests ") && line.ends_with(')');
    let is_pytest = bare.starts_with(|c: char| c.is_ascii_digit())
        && bare
            .split_once(" in ")
            .is_some_and(|(_, time)| time.starts_with(|c: char| c.is_ascii_digit()));
    is_nextest || is_libtest || is_vitest || is_pytest
}

/// The number in front of a word, 0 if there is none.
fn number_before(line: &str, word: &str) -> u64 {
    let words: Vec<&str> = line
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .collect();
    let pair = words.windows(2).find(|pair| pair[1] == word);
    pair.and_then(|pair| pair[0].parse().ok()).unwrap_or(0)
}

/// The number of a line such as `ℹ pass 12` or `# pass 12`.
fn node_number(line: &str, word: &str) -> Option<u64> {
    let rest = line.strip_prefix('ℹ').or_else(|| line.strip_prefix('#'))?;
    rest.trim()
        .strip_prefix(word)?
        .strip_prefix(' ')?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_words_of_all_runners_are_read() {
        for (line, passed, failed) in [
            ("      Tests  1 failed | 150 passed (151)", 150, 1),
            ("      Tests  151 passed (151)", 151, 0),
            (" Test Files  9 passed (9)", 0, 0),
            (
                "     Summary [   0.013s] 5 tests run: 4 passed, 1 failed, 0 skipped",
                4,
                1,
            ),
            (
                "     Summary [  61.000s] 9/20 tests run: 7 passed (1 slow), 1 failed, 1 timed out, 3 skipped",
                7,
                2,
            ),
            (
                "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
                12,
                0,
            ),
            (
                "test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out",
                2,
                3,
            ),
            ("45 passed, 2 deselected in 12.34s", 45, 0),
            ("1 failed, 44 passed, 1 error in 71.02s (0:01:11)", 44, 2),
            ("===== 2 failed, 1 passed in 0.10s =====", 1, 2),
            ("ℹ pass 12", 12, 0),
            ("# fail 2", 0, 2),
            ("ℹ cancelled 1", 0, 1),
        ] {
            assert_eq!(of_line(line), Counts { passed, failed }, "{line}");
        }
    }

    #[test]
    fn other_lines_say_nothing() {
        for line in [
            "",
            "3 passed the gate",
            "ℹ tests 12",
            "ok 1 - passed",
            "FAILED test_a.py::test_b",
            "1 file changed",
        ] {
            assert_eq!(of_line(line), Counts::default(), "{line}");
        }
    }
}
