//! Dump protection, in a process of its own, because it cannot be undone.

#![cfg(target_os = "linux")]

use florin_vault::{forbid_dumps, is_dumpable};

#[test]
fn dumps_are_forbidden_for_good() {
    assert!(
        is_dumpable().expect("asked"),
        "a test process starts dumpable, or this test shows nothing"
    );
    forbid_dumps().expect("forbidden");
    assert!(!is_dumpable().expect("asked"));
    let limits = std::fs::read_to_string("/proc/self/limits").expect("readable");
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .expect("a core limit");
    let values: Vec<&str> = core.split_whitespace().skip(4).take(2).collect();
    assert_eq!(values, ["0", "0"], "soft and hard limit");
    forbid_dumps().expect("a second call changes nothing");
}
