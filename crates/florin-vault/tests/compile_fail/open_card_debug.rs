//! An opened card has no debug form.

fn show(card: &florin_vault::OpenCard) {
    println!("{card:?}");
}

fn main() {}
