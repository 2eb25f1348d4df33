//! The right to open cards is not copied.

fn copy(opener: &florin_vault::CardOpener) -> florin_vault::CardOpener {
    opener.clone()
}

fn main() {}
