//! A vault with a fixed master key, for the tests beside this file.

use florin_vault::{CardNumber, CardOpener, MasterKey, SealContext, Vault, create_ring};

pub const CONTEXT: SealContext<'static> = SealContext {
    account: "acct_1",
    live: false,
    record: "pm_1",
};
pub const VISA: &str = "4242424242424242";

pub fn master(seed: u8) -> MasterKey {
    MasterKey::from_bytes(&std::array::from_fn(|place| seed.wrapping_add(place as u8)))
        .expect("bytes that differ")
}

/// A vault under `master(1)`, its card opener, and the ring text that it was opened from.
pub fn open_vault() -> (Vault, CardOpener, String) {
    let text = create_ring(&master(1)).expect("a ring");
    let (vault, opener) = open_again(&text);
    (vault, opener, text)
}

pub fn open_again(text: &str) -> (Vault, CardOpener) {
    Vault::open(Box::new(master(1)), text).unwrap_or_else(|error| panic!("{error}"))
}

pub fn number(digits: &str) -> CardNumber {
    CardNumber::parse(digits).unwrap_or_else(|error| panic!("{digits}: {error}"))
}
