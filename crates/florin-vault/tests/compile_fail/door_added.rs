//! No other crate adds a door.

enum Side {}

impl florin_vault::Door for Side {
    const NAME: &'static str = "cards";
}

fn main() {}
