//! A card number is not serialised.

fn main() {
    let number = florin_vault::CardNumber::parse("4242424242424242")
        .ok()
        .unwrap();
    drop(serde_json::to_string(&number));
}
