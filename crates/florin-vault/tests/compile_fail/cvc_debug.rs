//! A security code has no debug form.

fn main() {
    let cvc = florin_vault::Cvc::parse("123", florin_vault::Brand::Visa)
        .ok()
        .unwrap();
    println!("{cvc:?}");
}
