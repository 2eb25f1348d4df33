//! Wire objects, one file per noun. Each renders one record in the newest version.
//!
//! Members stand in the order `id`, `object`, then alphabetically; members that Florin has no use for are null,
//! because clients read them. Deliberately absent: older shapes, which the version chain makes from these.

pub(crate) mod account;
pub(crate) mod balance;
pub(crate) mod balance_transaction;
pub(crate) mod card;
pub(crate) mod charge;
pub(crate) mod checkout_session;
pub(crate) mod confirmation_token;
pub(crate) mod currency_option;
pub(crate) mod customer;
pub(crate) mod customer_session;
mod decimal;
pub(crate) mod dispute;
pub(crate) mod domain;
pub(crate) mod early_fraud_warning;
pub(crate) mod event;
pub(crate) mod front_payment;
pub(crate) mod line_item;
pub(crate) mod method_configuration;
pub(crate) mod next_action;
mod outcome;
mod payment_error;
pub(crate) mod payment_intent;
pub(crate) mod payment_link;
pub(crate) mod payment_method;
pub(crate) mod price;
pub(crate) mod product;
pub(crate) mod refund;
pub(crate) mod setup_intent;
pub(crate) mod shipping_rate;
pub(crate) mod source;
pub(crate) mod tax_rate;
pub(crate) mod token;
pub(crate) mod webhook_endpoint;
