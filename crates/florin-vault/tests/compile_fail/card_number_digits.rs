//! The digits are not a public field or method.

fn main() {
    let number = florin_vault::CardNumber::parse("4242424242424242")
        .ok()
        .unwrap();
    println!("{}", number.digits());
    println!("{}", *number.digits);
}
