//! Records: what the store keeps one row each of, and the keys by which they are found.
//!
//! A record is a plain struct declared with [`record!`]. Its id and creation time are columns, the rest is a compact
//! JSON body in which defaults are left out. Fields that this release does not know are kept and written back, so that
//! an older release can run beside a newer one. Deliberately absent: SQL, and any wire name.

use crate::refusal::Refusal;
use florin_base::{Scope, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};
use std::fmt;
use std::sync::Arc;

/// The schema number written into new bodies. A release reads one above and writes its own.
pub const SCHEMA: u32 = 1;

/// Unknown members of a body, kept as they were.
pub type Unknown = Map<String, Value>;

/// True for a value that need not be written, because reading restores it.
pub fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Where one record lives.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecordKey {
    /// Account and mode.
    pub scope: Scope,
    /// Which table.
    pub kind: Kind,
    /// The object's id.
    pub id: String,
}

impl RecordKey {
    /// The key of the `kind` with this id.
    pub fn new(scope: &Scope, kind: Kind, id: &str) -> RecordKey {
        RecordKey {
            scope: scope.clone(),
            kind,
            id: id.to_owned(),
        }
    }
}

impl fmt::Debug for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}/{}", self.scope, self.id)
    }
}

/// A record together with the version that the store holds. Version 0 means that it does not exist there yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Versioned<T> {
    /// How many changes the record has seen.
    pub version: u64,
    /// The record itself.
    pub record: T,
}

impl<T> Versioned<T> {
    /// A record that no store has seen.
    pub fn fresh(record: T) -> Versioned<T> {
        Versioned { version: 0, record }
    }
}

/// What every record type tells about itself.
pub trait Entity: Clone + Into<Record> {
    /// Its table.
    const KIND: Kind;
    /// The prefix of fresh ids.
    const PREFIX: &'static str;
    /// Its id.
    fn id(&self) -> &str;
    /// When it was made.
    fn created(&self) -> Timestamp;
    /// Takes the record out of the sum type; `None` when it is of another kind.
    fn from_record(record: Record) -> Option<Self>;
    /// Its key in a scope.
    fn key(&self, scope: &Scope) -> RecordKey {
        RecordKey::new(scope, Self::KIND, self.id())
    }
}

/// The value of a `state` column of records that may be deleted and are remembered.
pub fn living(deleted: bool) -> &'static str {
    if deleted { "deleted" } else { LIVING }
}

/// The state of a record that lists show.
pub const LIVING: &str = "living";

/// A record that was deleted can neither be changed nor deleted again.
pub(crate) fn check_living<T: Entity>(held: &Versioned<T>, deleted: bool) -> Result<(), Refusal> {
    match deleted {
        true => Err(Refusal::missing(T::KIND, held.record.id(), "id")),
        false => Ok(()),
    }
}

/// Sets a member to what a patch says, if it says anything.
pub(crate) fn set<T>(held: &mut T, patch: Option<T>) {
    if let Some(value) = patch {
        *held = value;
    }
}

/// Values of the key columns of a record, in the order of [`Kind::columns`]. `None` is SQL NULL.
pub type Columns<'a> = Vec<Option<&'a str>>;

macro_rules! record {
    ($(#[$meta:meta])* pub struct $name:ident : $kind:ident, $prefix:literal { $($(#[$fmeta:meta])* $field:ident : $type:ty,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(default)]
        pub struct $name {
            /// The object's id; a key column, not part of the body.
            #[serde(skip)]
            pub id: florin_base::Id<$name>,
            /// When it was made; a column, not part of the body.
            #[serde(skip)]
            pub created: florin_base::Timestamp,
            $($(#[$fmeta])* #[serde(skip_serializing_if = "crate::record::is_default")] pub $field: $type,)*
            /// Members that this release does not know.
            #[serde(flatten)]
            pub unknown: crate::record::Unknown,
        }
        impl crate::record::Entity for $name {
            const KIND: crate::record::Kind = crate::record::Kind::$kind;
            const PREFIX: &'static str = $prefix;
            fn id(&self) -> &str { self.id.as_str() }
            fn created(&self) -> florin_base::Timestamp { self.created }
            fn from_record(record: crate::record::Record) -> Option<Self> {
                match record {
                    crate::record::Record::$kind(found) => Some(std::sync::Arc::unwrap_or_clone(found)),
                    _ => None,
                }
            }
        }
        impl From<$name> for crate::record::Record {
            fn from(value: $name) -> crate::record::Record {
                crate::record::Record::$kind(std::sync::Arc::new(value))
            }
        }
    };
}
pub(crate) use record;

macro_rules! kinds {
    ($($(#[$meta:meta])* $kind:ident = $table:literal ($($column:literal),*) : $type:ty,)*) => {
        /// The kinds of records. One table each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Kind { $($(#[$meta])* $kind,)* }

        /// A record of any kind. Cheap to clone: what was saved is shared and not changed any more.
        #[derive(Clone, Debug, PartialEq)]
        #[allow(missing_docs)]
        pub enum Record { $($(#[$meta])* $kind(Arc<$type>),)* }

        impl Kind {
            /// Every kind, in the fixed order in which the store touches tables.
            pub const ALL: &'static [Kind] = &[$(Kind::$kind,)*];

            /// The table's name.
            pub const fn table(self) -> &'static str {
                match self { $(Kind::$kind => $table,)* }
            }

            /// The key columns beside (account, live, id, version, created, body): text, nullable, indexed for lists.
            pub const fn columns(self) -> &'static [&'static str] {
                match self { $(Kind::$kind => &[$($column,)*],)* }
            }

            /// The kind with this table name.
            pub fn from_table(table: &str) -> Option<Kind> {
                match table { $($table => Some(Kind::$kind),)* _ => None }
            }
        }

        impl Record {
            /// Its kind.
            pub fn kind(&self) -> Kind {
                match self { $(Record::$kind(_) => Kind::$kind,)* }
            }

            /// Its id.
            pub fn id(&self) -> &str {
                match self { $(Record::$kind(record) => record.id.as_str(),)* }
            }

            /// When it was made.
            pub fn created(&self) -> Timestamp {
                match self { $(Record::$kind(record) => record.created,)* }
            }

            /// The body as compact JSON: every member that differs from its default.
            pub fn encode(&self) -> Result<String, serde_json::Error> {
                match self { $(Record::$kind(record) => serde_json::to_string(&**record),)* }
            }

            /// As [`Record::encode`], to be kept as JSON within JSON.
            pub(crate) fn raw(&self) -> Result<Box<RawValue>, serde_json::Error> {
                match self { $(Record::$kind(record) => to_raw_value(&**record),)* }
            }

            /// Reads a body written by [`Record::encode`] of this or a neighbouring release.
            pub fn decode(kind: Kind, id: &str, created: Timestamp, body: &str) -> Result<Record, serde_json::Error> {
                Ok(match kind {
                    $(Kind::$kind => {
                        let mut record: $type = serde_json::from_str(body)?;
                        record.id = id.into();
                        record.created = created;
                        Record::$kind(Arc::new(record))
                    })*
                })
            }

            /// The values of the key columns.
            pub fn columns(&self) -> Columns<'_> {
                match self { $(Record::$kind(record) => record.columns(),)* }
            }
        }
    };
}

kinds! {
    /// A merchant.
    Account = "accounts" ("parent"): crate::accounts::Account,
    /// A key of the API.
    ApiKey = "api_keys" (): crate::accounts::ApiKey,
    /// A sealed card number.
    VaultCard = "vault_cards" ("key_id"): crate::cards::VaultCard,
    /// Something that is sold.
    Product = "products" ("state", "active"): crate::catalog::Product,
    /// What a product costs.
    Price = "prices" ("product", "active", "type", "lookup_key", "currency"): crate::catalog::Price,
    /// Which price holds a lookup key.
    LookupKey = "lookup_keys" (): crate::catalog::LookupKey,
    /// A tax that is added to or contained in an amount.
    TaxRate = "tax_rates" ("active", "inclusive"): crate::catalog::TaxRate,
    /// What shipping costs.
    ShippingRate = "shipping_rates" ("active", "currency"): crate::catalog::ShippingRate,
    /// One order of one buyer.
    CheckoutSession = "checkout_sessions" ("customer", "payment_intent", "status", "payment_link", "email"): crate::checkout::CheckoutSession,
    /// An address under which every buyer gets a session.
    PaymentLink = "payment_links" ("active"): crate::checkout::PaymentLink,
    /// An order of the simple front door.
    Order = "orders" (): crate::checkout::Order,
    /// Somebody who pays.
    Customer = "customers" ("email", "state"): crate::customers::Customer,
    /// A card (later: wallet, bank account) that can pay.
    PaymentMethod = "payment_methods" ("customer"): crate::payments::PaymentMethod,
    /// Which types of payment methods are switched on.
    MethodConfiguration = "payment_method_configurations" ("sort"): crate::payments::MethodConfiguration,
    /// A one-time token for a card.
    Token = "tokens" (): crate::payments::Token,
    /// How a buyer wants to pay, to be confirmed by a server once.
    ConfirmationToken = "confirmation_tokens" (): crate::payments::ConfirmationToken,
    /// A domain of a merchant's pages.
    PaymentMethodDomain = "payment_method_domains" ("domain_name", "enabled"): crate::payments::PaymentMethodDomain,
    /// A payment as the merchant sees it.
    PaymentIntent = "payment_intents" ("customer"): crate::payments::PaymentIntent,
    /// The set-up of a payment method for later use.
    SetupIntent = "setup_intents" ("customer", "payment_method"): crate::payments::SetupIntent,
    /// One attempt to move money from a payment method.
    Charge = "charges" ("customer", "payment_intent"): crate::payments::Charge,
    /// Money given back.
    Refund = "refunds" ("charge", "payment_intent"): crate::payments::Refund,
    /// A cardholder's objection.
    Dispute = "disputes" ("charge", "payment_intent"): crate::payments::Dispute,
    /// An issuer's warning of fraud.
    EarlyFraudWarning = "early_fraud_warnings" ("charge", "payment_intent"): crate::payments::EarlyFraudWarning,
    /// A processor call whose outcome may be unknown.
    Attempt = "attempts" ("intent", "state"): crate::payments::Attempt,
    /// Where webhooks go.
    WebhookEndpoint = "webhook_endpoints" ("state"): crate::webhooks::WebhookEndpoint,
    /// How many endpoints a scope has: the versioned parent of the absence of endpoints.
    WebhookSettings = "webhook_settings" (): crate::webhooks::WebhookSettings,
    /// One event on its way to one endpoint.
    Delivery = "deliveries" ("endpoint", "event", "state"): crate::webhooks::Delivery,
    /// Something that happened.
    Event = "events" ("type", "object", "object_version"): crate::webhooks::Event,
}
