//! A card number is not copied.

fn main() {
    let number = florin_vault::CardNumber::parse("4242424242424242")
        .ok()
        .unwrap();
    let copy: florin_vault::CardNumber = number.clone();
    drop(copy);
}
