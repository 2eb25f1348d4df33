//! Fields that hashes of single payment method types gained month by month.
//!
//! Deliberately absent: the hashes themselves.

use super::super::change::Change;
use super::super::version::ApiVersion;

pub(super) const D2025_03_31: Change = Change {
    version: ApiVersion::Basil2025_03_31,
    name: "Naver Pay is saved and shows the buyer",
    objects: &["payment_intent", "payment_method"],
    added: &[
        "payment_method_options.naver_pay.setup_future_usage",
        "naver_pay.buyer_id",
    ],
    ..Change::NOTHING
};

pub(super) const D2025_05_28: Change = Change {
    version: ApiVersion::Basil2025_05_28,
    name: "deferred payments at a reader, capture of Billie payments",
    objects: &["charge", "payment_intent"],
    added: &[
        "payment_method_details.affirm.location",
        "payment_method_details.affirm.reader",
        "payment_method_details.wechat_pay.location",
        "payment_method_details.wechat_pay.reader",
        "payment_method_options.billie.capture_method",
    ],
    ..Change::NOTHING
};

pub(super) const D2025_07_30: Change = Change {
    version: ApiVersion::Basil2025_07_30,
    name: "Cash App shows the transaction",
    objects: &["charge"],
    added: &["payment_method_details.cashapp.transaction_id"],
    ..Change::NOTHING
};

pub(super) const D2025_08_27: Change = Change {
    version: ApiVersion::Basil2025_08_27,
    name: "wallets and deferred payments show the transaction",
    objects: &["charge", "payment_intent"],
    added: &[
        "payment_method_details.alma.installments",
        "payment_method_details.alma.transaction_id",
        "payment_method_details.amazon_pay.transaction_id",
        "payment_method_details.billie.transaction_id",
        "payment_method_details.kakao_pay.transaction_id",
        "payment_method_details.kr_card.transaction_id",
        "payment_method_details.naver_pay.transaction_id",
        "payment_method_details.payco.transaction_id",
        "payment_method_details.revolut_pay.transaction_id",
        "payment_method_details.samsung_pay.transaction_id",
        "payment_method_details.satispay.transaction_id",
        "payment_method_details.paynow.location",
        "payment_method_details.paynow.reader",
        "payment_method_options.pix.amount_includes_iof",
    ],
    ..Change::NOTHING
};
