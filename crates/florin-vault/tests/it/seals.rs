//! Sealing and opening: what comes back, and everything that must not open.

use crate::world::{CONTEXT, VISA, number, open_again, open_vault};
use florin_vault::{
    Brand, Cvc, Expiry, SealContext, SealedCard, SealedCvc, SealedSecret, VaultError,
};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::LazyLock;

static WORLD: LazyLock<(florin_vault::Vault, florin_vault::CardOpener, String)> =
    LazyLock::new(open_vault);

fn expiry() -> Expiry {
    Expiry::new(12, 2034).expect("a month")
}

#[test]
fn a_card_comes_back() {
    let (vault, opener, text) = &*WORLD;
    for digits in [
        VISA,
        "378282246310005",
        "36227206271667",
        "6205500000000000004",
    ] {
        let sealed = vault
            .seal_card(&CONTEXT, &number(digits), expiry())
            .expect("seals");
        let open = opener.open_card(&CONTEXT, &sealed).expect("opens");
        assert_eq!(open.number_digits(), digits);
        assert_eq!(open.expiry(), expiry());
        assert_eq!(open.number().last4(), &digits[digits.len() - 4..]);
        let (key_id, bytes) = sealed.into_parts();
        let (_, after_restart) = open_again(text);
        let open = after_restart
            .open_card(&CONTEXT, &SealedCard::from_parts(key_id, bytes))
            .expect("opens");
        assert_eq!(open.number_digits(), digits);
    }
}

#[test]
fn a_security_code_comes_back() {
    let (vault, opener, _) = &*WORLD;
    for (digits, brand) in [("123", Brand::Visa), ("0000", Brand::Amex)] {
        let cvc = Cvc::parse(digits, brand).expect("a code");
        let sealed = vault.seal_cvc(&CONTEXT, &cvc).expect("seals");
        let opened = opener.open_cvc(&CONTEXT, &sealed).expect("opens");
        assert_eq!(opener.cvc_digits(&opened), digits);
    }
}

#[test]
fn doors_do_not_meet() {
    let (vault, opener, _) = &*WORLD;
    let (key_id, bytes) = vault
        .seal_card(&CONTEXT, &number(VISA), expiry())
        .expect("seals")
        .into_parts();
    let as_secret = SealedSecret::from_parts(key_id.clone(), bytes.clone());
    assert_eq!(
        vault.open_secret(&CONTEXT, &as_secret).err(),
        Some(VaultError::Refused)
    );
    let as_cvc = SealedCvc::from_parts(key_id, bytes);
    assert_eq!(
        opener.open_cvc(&CONTEXT, &as_cvc).err(),
        Some(VaultError::Refused)
    );
    let (key_id, bytes) = vault
        .seal_secret(&CONTEXT, b"937")
        .expect("seals")
        .into_parts();
    let as_card = SealedCard::from_parts(key_id.clone(), bytes.clone());
    assert_eq!(
        opener.open_card(&CONTEXT, &as_card).err(),
        Some(VaultError::Refused)
    );
    let as_cvc = SealedCvc::from_parts(key_id, bytes);
    assert_eq!(
        opener.open_cvc(&CONTEXT, &as_cvc).err(),
        Some(VaultError::Refused)
    );
}

#[test]
fn another_installation_does_not_open() {
    let (vault, ..) = &*WORLD;
    let (other, ..) = open_vault();
    let sealed = vault.seal_secret(&CONTEXT, b"whsec").expect("seals");
    let unknown = VaultError::UnknownKey(sealed.key_id().to_owned());
    assert_eq!(other.open_secret(&CONTEXT, &sealed).err(), Some(unknown));
    let renamed = SealedSecret::from_parts(other.active_key_id(), sealed.bytes().to_vec());
    assert_eq!(
        other.open_secret(&CONTEXT, &renamed).err(),
        Some(VaultError::Refused)
    );
}

#[test]
fn an_empty_context_seals_nothing() {
    let (vault, ..) = &*WORLD;
    for context in [
        SealContext {
            account: "",
            ..CONTEXT
        },
        SealContext {
            record: "",
            ..CONTEXT
        },
    ] {
        assert_eq!(
            vault.seal_secret(&context, b"x").err(),
            Some(VaultError::EmptyContext)
        );
        let sealed = SealedSecret::from_parts(vault.active_key_id(), vec![0; 40]);
        assert_eq!(
            vault.open_secret(&context, &sealed).err(),
            Some(VaultError::EmptyContext)
        );
    }
}

#[test]
fn no_nonce_is_used_twice() {
    let (vault, ..) = &*WORLD;
    let mut nonces = BTreeSet::new();
    for _ in 0..10_000 {
        let sealed = vault
            .seal_secret(&CONTEXT, b"the same every time")
            .expect("seals");
        assert!(
            nonces.insert(sealed.bytes()[..12].to_vec()),
            "a nonce came twice"
        );
    }
}

#[test]
fn sealed_bytes_and_their_debug_form_show_nothing() {
    let (vault, ..) = &*WORLD;
    let sealed = vault
        .seal_card(&CONTEXT, &number(VISA), expiry())
        .expect("seals");
    assert!(!sealed.bytes().windows(4).any(|window| window == b"4242"));
    let short = vault
        .seal_card(&CONTEXT, &number("36227206271667"), expiry())
        .expect("seals");
    assert_eq!(
        sealed.bytes().len(),
        short.bytes().len(),
        "the length of the number is hidden"
    );
    let shown = format!("{sealed:?}");
    assert_eq!(
        shown,
        format!(
            "Sealed(cards, {}, {} bytes)",
            sealed.key_id(),
            sealed.bytes().len()
        )
    );
}

#[test]
fn threads_share_one_vault() {
    let (vault, ..) = open_vault();
    std::thread::scope(|scope| {
        for thread in 0..4_u8 {
            let vault = vault.clone();
            scope.spawn(move || {
                for _ in 0..500 {
                    let sealed = vault.seal_secret(&CONTEXT, &[thread]).expect("seals");
                    assert_eq!(
                        **vault.open_secret(&CONTEXT, &sealed).expect("opens"),
                        [thread]
                    );
                }
            });
        }
    });
    assert_eq!(vault.keys()[0].seals, 2_000);
}

proptest! {
    #[test]
    fn secrets_come_back(plain in proptest::collection::vec(any::<u8>(), 0..2_000), account in ".{1,40}", record in ".{1,40}", live: bool) {
        let (vault, ..) = &*WORLD;
        let context = SealContext { account: &account, live, record: &record };
        let sealed = vault.seal_secret(&context, &plain).expect("seals");
        let opened = vault.open_secret(&context, &sealed).expect("opens");
        prop_assert_eq!(&**opened, &plain[..]);
    }

    #[test]
    fn nothing_opens_in_another_place(one in ("[a-z]{1,3}", "[a-z]{1,3}", any::<bool>()), other in ("[a-z]{1,3}", "[a-z]{1,3}", any::<bool>())) {
        let (account, record, live) = one;
        let (other_account, other_record, other_live) = other;
        let (vault, opener, _) = &*WORLD;
        let here = SealContext { account: &account, live, record: &record };
        let there = SealContext { account: &other_account, live: other_live, record: &other_record };
        let sealed = vault.seal_card(&here, &number(VISA), expiry()).expect("seals");
        prop_assert!(opener.open_card(&here, &sealed).is_ok());
        prop_assert_eq!(opener.open_card(&there, &sealed).is_ok(), here == there);
        for moved in [
            SealContext { account: "acct_other", ..here },
            SealContext { record: "pm_other", ..here },
            SealContext { live: !live, ..here },
            SealContext { account: &format!("{account}{record}"), record: "x", live },
        ] {
            prop_assert_eq!(opener.open_card(&moved, &sealed).err(), Some(VaultError::Refused));
        }
    }

    #[test]
    fn changed_bytes_do_not_open(plain in proptest::collection::vec(any::<u8>(), 0..64), at: proptest::sample::Index, bit in 0..8_u32) {
        let (vault, ..) = &*WORLD;
        let (key_id, mut bytes) = vault.seal_secret(&CONTEXT, &plain).expect("seals").into_parts();
        let place = at.index(bytes.len());
        bytes[place] ^= 1 << bit;
        let changed = SealedSecret::from_parts(key_id, bytes);
        prop_assert_eq!(vault.open_secret(&CONTEXT, &changed).err(), Some(VaultError::Refused));
    }

    #[test]
    fn cut_or_lengthened_bytes_do_not_open(plain in proptest::collection::vec(any::<u8>(), 0..64), at: proptest::sample::Index) {
        let (vault, ..) = &*WORLD;
        let (key_id, bytes) = vault.seal_secret(&CONTEXT, &plain).expect("seals").into_parts();
        let cut = SealedSecret::from_parts(key_id.clone(), bytes[..at.index(bytes.len())].to_vec());
        prop_assert_eq!(vault.open_secret(&CONTEXT, &cut).err(), Some(VaultError::Refused));
        let longer = SealedSecret::from_parts(key_id, [&bytes[..], &[0]].concat());
        prop_assert_eq!(vault.open_secret(&CONTEXT, &longer).err(), Some(VaultError::Refused));
    }
}
