//! A card number has no text form.

fn main() {
    let number = florin_vault::CardNumber::parse("4242424242424242")
        .ok()
        .unwrap();
    println!("{number}");
}
