//! A self-signed certificate, made for one test run.
//!
//! Shape: the few DER forms that X.509 (RFC 5280) asks for, and a signature. Deliberately absent:
//! certificates or keys in the repository, chains, anything but ECDSA P-256.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// A certificate and its key.
pub struct Identity {
    pub certificate: CertificateDer<'static>,
    pub key: PrivateKeyDer<'static>,
}

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OID: u8 = 0x06;
const ECDSA_WITH_SHA256: [u8; 8] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const EC_PUBLIC_KEY: [u8; 7] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: [u8; 8] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const COMMON_NAME: [u8; 3] = [0x55, 0x04, 0x03];
const SUBJECT_ALT_NAME: [u8; 3] = [0x55, 0x1d, 0x11];

/// One DER value of up to 65535 bytes.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len() as u16;
    let [high, low] = length.to_be_bytes();
    let head = match length {
        0..=127 => vec![tag, low],
        128..=255 => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    [head, content].concat()
}

fn bits(content: &[u8]) -> Vec<u8> {
    der(0x03, &[&[0], content])
}

/// A certificate for `host`, valid from 2020 to 2120, signed by itself.
pub fn self_signed(host: &str) -> Identity {
    let random = SystemRandom::new();
    let pkcs8 =
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).expect("key");
    let pair =
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref()).expect("pair");
    let algorithm = der(SEQUENCE, &[&der(OID, &[&ECDSA_WITH_SHA256])]);
    let common_name = der(
        SEQUENCE,
        &[&der(OID, &[&COMMON_NAME]), &der(0x0c, &[b"florin test"])],
    );
    let name = der(SEQUENCE, &[&der(SET, &[&common_name])]);
    let validity = der(
        SEQUENCE,
        &[
            &der(0x17, &[b"200101000000Z"]),
            &der(0x18, &[b"21200101000000Z"]),
        ],
    );
    let key_kind = der(
        SEQUENCE,
        &[&der(OID, &[&EC_PUBLIC_KEY]), &der(OID, &[&P256])],
    );
    let public_key = der(SEQUENCE, &[&key_kind, &bits(pair.public_key().as_ref())]);
    let host_names = der(SEQUENCE, &[&der(0x82, &[host.as_bytes()])]);
    let alt_name = der(
        SEQUENCE,
        &[&der(OID, &[&SUBJECT_ALT_NAME]), &der(0x04, &[&host_names])],
    );
    let extensions = der(0xa3, &[&der(SEQUENCE, &[&alt_name])]);
    let version = der(0xa0, &[&der(0x02, &[&[2]])]);
    let serial = der(0x02, &[&[1]]);
    let body = der(
        SEQUENCE,
        &[
            &version,
            &serial,
            &algorithm,
            &name,
            &validity,
            &name,
            &public_key,
            &extensions,
        ],
    );
    let signature = pair.sign(&random, &body).expect("signature");
    let whole = der(SEQUENCE, &[&body, &algorithm, &bits(signature.as_ref())]);
    Identity {
        certificate: CertificateDer::from(whole),
        key: PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(pkcs8.as_ref().to_vec())),
    }
}
