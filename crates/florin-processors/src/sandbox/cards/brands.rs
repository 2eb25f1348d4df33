//! Cards that succeed, by brand: the everyday ones, co-branded ones, health accounts, and cards for readers.
//!
//! Deliberately absent: anything that does not simply succeed. `amex` stands here although the 3-D Secure table
//! names it too: a number has one row.

use super::{Rules, TestCard, ThreeDs};

/// The rows of this file.
pub(super) static ROWS: &[TestCard] = &[
    TestCard::visa("4242424242424242", &["visa", "us"]),
    TestCard::visa("4000056655665556", &["visa_debit"]).funding("debit"),
    TestCard::mastercard("5555555555554444", &["mastercard"]),
    TestCard::mastercard("2223003122003222", &[]),
    TestCard::mastercard("5200828282828210", &["mastercard_debit"]).funding("debit"),
    TestCard::mastercard("5105105105105100", &["mastercard_prepaid"]).funding("prepaid"),
    amex("378282246310005")
        .aliases(&["amex", "amex_threeDSecureNotSupported"])
        .rules(Rules {
            three_ds: ThreeDs::NotSupported,
            ..Rules::DEFAULT
        }),
    amex("371449635398431"),
    discover("6011111111111117").aliases(&["discover"]),
    discover("6011000990139424"),
    discover("6011981111111113").funding("debit"),
    TestCard::new("diners", &["diners"], "3056930009020004").aliases(&["diners"]),
    TestCard::new("diners", &["diners"], "36227206271667"),
    TestCard::new("jcb", &["jcb"], "3566002020360505")
        .aliases(&["jcb"])
        .country("JP"),
    unionpay("6200000000000005").aliases(&["unionpay"]),
    unionpay("6200000000000047").funding("debit"),
    unionpay("6205500000000000004"),
    // BCcard and DinaCard ride on the Discover network abroad.
    discover("6555900000604105"),
    // Co-branded: the domestic network comes first, as it does where the buyer may choose.
    TestCard::visa("4000002500001001", &["visa_cartesBancaires"])
        .country("FR")
        .networks(&["cartes_bancaires", "visa"]),
    TestCard::mastercard("5555552500001001", &["mastercard_cartesBancaires"])
        .country("FR")
        .networks(&["cartes_bancaires", "mastercard"]),
    TestCard::visa("4000050360000001", &["visa_debit_eftposAuCoBranded"])
        .funding("debit")
        .country("AU")
        .networks(&["eftpos_au", "visa"]),
    TestCard::mastercard("5555050360000080", &["mastercard_debit_eftposAuCoBranded"])
        .funding("debit")
        .country("AU")
        .networks(&["eftpos_au", "mastercard"]),
    // Health savings and flexible spending accounts share one Visa number.
    TestCard::visa(
        "4000051230000072",
        &["debit_visaFsaProductCode", "debit_visaHsaProductCode"],
    )
    .funding("debit"),
    TestCard::mastercard(
        "5200828282828897",
        &["mastercard_debit_mastercardFsaProductCode"],
    )
    .funding("debit"),
    // Cards for readers with a PIN; online they are plain cards.
    TestCard::visa("4001007020000002", &[]).country("SG"),
    TestCard::visa("4000008260000075", &[]).country("GB"),
    TestCard::visa("4001000360000005", &[]).country("AU"),
    TestCard::visa("4000002760000008", &[]).country("DE"),
];

const fn amex(number: &'static str) -> TestCard {
    TestCard::new("amex", &["amex"], number)
}

const fn discover(number: &'static str) -> TestCard {
    TestCard::new("discover", &["discover"], number)
}

const fn unionpay(number: &'static str) -> TestCard {
    TestCard::new("unionpay", &["unionpay"], number).country("CN")
}
