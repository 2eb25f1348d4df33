//! Any bytes as a JSON body: parsing and checking must end, without a panic.
#![no_main]

use florin_wire::{Table, parse_json};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static TABLE: LazyLock<Table> = LazyLock::new(Table::load);

fuzz_target!(|bytes: &[u8]| {
    let Ok(tree) = parse_json(bytes) else { return };
    for operation in TABLE.operations() {
        if let Err(error) = operation.check(tree.clone()) {
            assert!((400..500).contains(&error.status), "{error}");
        }
    }
});
