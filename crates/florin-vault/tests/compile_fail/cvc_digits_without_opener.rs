//! The digits of a security code need a `CardOpener`.

fn main() {
    let cvc = florin_vault::Cvc::parse("123", florin_vault::Brand::Visa)
        .ok()
        .unwrap();
    println!("{}", cvc.digits());
}
