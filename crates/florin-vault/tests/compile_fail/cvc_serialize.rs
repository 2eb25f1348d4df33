//! A security code is not serialised.

fn main() {
    let cvc = florin_vault::Cvc::parse("123", florin_vault::Brand::Visa)
        .ok()
        .unwrap();
    drop(serde_json::to_string(&cvc));
}
