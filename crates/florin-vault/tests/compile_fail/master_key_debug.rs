//! A master key has no debug form.

fn show(key: &florin_vault::MasterKey) {
    println!("{key:?}");
}

fn main() {}
