//! Hashes against published answers; fingerprints and key hashes against each other.

use crate::world::{VISA, master, number, open_again, open_vault};
use florin_vault::{constant_time_eq, hmac_sha256, random_bytes, sha256};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn sha256_of_the_standards_example() {
    // FIPS 180-2, appendix B.1.
    assert_eq!(
        hex(&sha256(b"abc")),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

#[test]
fn hmac_of_the_standards_examples() {
    // RFC 4231, test cases 2 and 6.
    let short = hmac_sha256(b"Jefe", b"what do ya want for nothing?");
    assert_eq!(
        hex(&short),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
    let long = hmac_sha256(
        &[0xaa; 131],
        b"Test Using Larger Than Block-Size Key - Hash Key First",
    );
    assert_eq!(
        hex(&long),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    );
}

#[test]
fn comparison() {
    assert!(constant_time_eq(b"", b""));
    assert!(constant_time_eq(b"same", b"same"));
    assert!(!constant_time_eq(b"same", b"sama"));
    assert!(!constant_time_eq(b"same", b"same "));
}

#[test]
fn random_bytes_differ() {
    let one: [u8; 16] = random_bytes().expect("randomness");
    let two: [u8; 16] = random_bytes().expect("randomness");
    assert_ne!(one, two);
}

/// An account.
const OWNER: &str = "acct_1";

#[test]
fn a_fingerprint_is_a_value_of_this_installation() {
    let (vault, _, text) = open_vault();
    let print = vault.fingerprint(OWNER, &number(VISA));
    assert_eq!(print.len(), 16);
    assert!(print.chars().all(|letter| letter.is_ascii_alphanumeric()));
    assert_eq!(
        print,
        vault.fingerprint(OWNER, &number("4242 4242-4242 4242"))
    );
    assert_ne!(print, vault.fingerprint(OWNER, &number("5555555555554444")));
    let (other, ..) = open_vault();
    assert_ne!(
        print,
        vault.fingerprint("acct_2", &number(VISA)),
        "two owners"
    );
    assert_ne!(
        print,
        other.fingerprint(OWNER, &number(VISA)),
        "two installations"
    );
    let (restarted, _) = open_again(&text);
    assert_eq!(print, restarted.fingerprint(OWNER, &number(VISA)));
}

#[test]
fn fingerprints_and_key_hashes_outlive_rotation_and_a_new_master_key() {
    let (vault, ..) = open_vault();
    let (print, hash) = (
        vault.fingerprint(OWNER, &number(VISA)),
        vault.hash_key("sk_test_1"),
    );
    assert!(
        vault
            .adopt(vault.rotate(5_000).expect("rotates"))
            .expect("adopts")
    );
    assert_eq!(
        (
            vault.fingerprint(OWNER, &number(VISA)),
            vault.hash_key("sk_test_1")
        ),
        (print.clone(), hash)
    );
    let moved = vault.rewrap(&master(9)).expect("rewraps");
    let (after, _) = florin_vault::Vault::open(Box::new(master(9)), moved.text())
        .unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(
        (
            after.fingerprint(OWNER, &number(VISA)),
            after.hash_key("sk_test_1")
        ),
        (print, hash)
    );
}

#[test]
fn a_key_hash_is_keyed() {
    let (vault, ..) = open_vault();
    let (other, ..) = open_vault();
    assert_eq!(vault.hash_key("sk_test_1"), vault.hash_key("sk_test_1"));
    assert_ne!(vault.hash_key("sk_test_1"), vault.hash_key("sk_test_2"));
    assert_ne!(vault.hash_key("sk_test_1"), other.hash_key("sk_test_1"));
    assert_ne!(vault.hash_key("sk_test_1"), sha256(b"sk_test_1"));
}
