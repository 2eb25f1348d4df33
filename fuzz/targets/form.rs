//! Any bytes as a form: parsing and checking must end, without a panic, and what is accepted must read back the same.
#![no_main]

use florin_wire::{Table, canonical, parse_form};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static TABLE: LazyLock<Table> = LazyLock::new(Table::load);

fuzz_target!(|bytes: &[u8]| {
    let Ok(tree) = parse_form(bytes) else { return };
    let again = parse_form(bytes).map(|tree| canonical(&tree));
    assert_eq!(again.ok(), Some(canonical(&tree)), "the same bytes gave two trees");
    for operation in TABLE.operations() {
        if let Err(error) = operation.check(tree.clone()) {
            assert!((400..500).contains(&error.status), "{error}");
        }
    }
});
