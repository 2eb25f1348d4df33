//! The payment intent: one payment as the merchant sees it, from the first request to paid or cancelled.

use super::{Charge, Metadata, PaymentMethod};
use crate::checkout::CheckoutSession;
use crate::customers::Customer;
use crate::methods::{self, MethodType, PixEnd};
use crate::processor::Decline;
use crate::record::{Columns, record};
use crate::refusal::Refusal;
use florin_base::{Asset, Id, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $word)] $variant,)* }

        impl $name {
            /// Every value.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The word on the wire and in the store.
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }

            /// Reads the word.
            pub fn from_word(word: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|value| value.word() == word)
            }
        }
    };
}
pub(crate) use words;

words! {
    /// The states of a payment intent.
    IntentStatus {
        /// Needs a (new) payment method.
        #[default]
        RequiresPaymentMethod = "requires_payment_method",
        /// Has one and waits for confirmation.
        RequiresConfirmation = "requires_confirmation",
        /// The buyer has to do something.
        RequiresAction = "requires_action",
        /// A processor works on it.
        Processing = "processing",
        /// Authorized.
        RequiresCapture = "requires_capture",
        /// Over, not paid.
        Canceled = "canceled",
        /// Paid.
        Succeeded = "succeeded",
    }
}

words! {
    /// When authorized money is taken.
    CaptureMethod {
        /// With the authorization.
        #[default]
        Automatic = "automatic",
        /// With the authorization, reported later. Florin reports it at once.
        AutomaticAsync = "automatic_async",
        /// When the merchant says so.
        Manual = "manual",
    }
}

words! {
    /// Who may confirm.
    ConfirmationMethod {
        /// A browser with the client secret, or the server.
        #[default]
        Automatic = "automatic",
        /// The server only.
        Manual = "manual",
    }
}

words! {
    /// What a saved payment method is for.
    FutureUsage {
        /// Payments without the buyer.
        #[default]
        OffSession = "off_session",
        /// Payments with the buyer there.
        OnSession = "on_session",
    }
}

/// The merchant lets Florin choose the methods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutomaticMethods {
    /// Methods that send the buyer away are left out.
    pub never_redirect: bool,
}

/// What the merchant asked for on cards.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CardOptions {
    /// Cards are captured manually although the intent is not.
    pub capture_manual: bool,
    /// `automatic`, `any` or `challenge`; empty means automatic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_three_d_secure: Option<String>,
    /// The amount may be raised later.
    pub incremental: bool,
    /// More than one capture.
    pub multicapture: bool,
    /// A capture of more than was authorized.
    pub overcapture: bool,
    /// A longer life of the authorization.
    pub extended: bool,
    /// Overrides the intent's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setup_future_usage: Option<FutureUsage>,
    /// `none` was said of cards: they are not saved, whatever the intent's own says.
    pub never_saved: bool,
    /// The network to run on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// Mail or telephone order.
    pub moto: bool,
}

/// Card options that a later request changes. `None` leaves an option alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardPatch {
    /// Cards are captured manually, or as the intent is.
    pub capture_manual: Option<bool>,
    /// What cards are saved for; `Some(None)` leaves that to the intent.
    pub setup_future_usage: Option<Option<FutureUsage>>,
    /// Cards are not saved, whatever the intent's own says.
    pub never_saved: Option<bool>,
    /// The amount may be raised later.
    pub incremental: Option<bool>,
    /// More than one capture.
    pub multicapture: Option<bool>,
    /// A capture of more than was authorized.
    pub overcapture: Option<bool>,
    /// A longer life of the authorization.
    pub extended: Option<bool>,
    /// The network to run on.
    pub network: Option<String>,
    /// Mail or telephone order.
    pub moto: Option<bool>,
    /// `automatic`, `any` or `challenge`.
    pub request_three_d_secure: Option<String>,
}

impl CardPatch {
    /// Applies the change.
    pub fn apply(self, held: &mut CardOptions) {
        held.capture_manual = self.capture_manual.unwrap_or(held.capture_manual);
        held.setup_future_usage = self.setup_future_usage.unwrap_or(held.setup_future_usage);
        held.never_saved = self.never_saved.unwrap_or(held.never_saved);
        held.incremental = self.incremental.unwrap_or(held.incremental);
        held.multicapture = self.multicapture.unwrap_or(held.multicapture);
        held.overcapture = self.overcapture.unwrap_or(held.overcapture);
        held.extended = self.extended.unwrap_or(held.extended);
        held.moto = self.moto.unwrap_or(held.moto);
        held.network = self.network.or(held.network.take());
        held.request_three_d_secure = self
            .request_three_d_secure
            .or(held.request_three_d_secure.take());
    }
}

/// The last failure of an intent, as it is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PaymentError {
    /// The decline.
    pub decline: Decline,
    /// The failed charge, if the processor was asked.
    pub charge: Option<Id<Charge>>,
    /// The payment method that failed.
    pub method: Option<Box<PaymentMethod>>,
    /// Its id: the method's body leaves it out.
    pub method_id: Option<Id<PaymentMethod>>,
    /// When it was made, for the same reason.
    #[serde(default)]
    pub method_created: Timestamp,
}

impl PaymentError {
    /// The payment method with its id put back.
    pub fn method(&self) -> Option<PaymentMethod> {
        let mut method = self.method.as_deref()?.clone();
        method.id = self.method_id.clone()?;
        method.created = self.method_created;
        Some(method)
    }

    /// A decline of a method.
    pub fn of(
        decline: Decline,
        charge: Option<Id<Charge>>,
        method: Option<&PaymentMethod>,
    ) -> PaymentError {
        PaymentError {
            decline,
            charge,
            method: method.cloned().map(Box::new),
            method_id: method.map(|method| method.id.clone()),
            method_created: method.map(|method| method.created).unwrap_or_default(),
        }
    }
}

/// The parameter that excludes types.
pub(crate) const EXCLUDED: &str = "excluded_payment_method_types";
/// Types are listed and excluded.
pub(crate) const EXCLUDED_LISTED: &str = "Types can only be excluded where Florin chooses them; leave the list of types out, or take them out of it.";
/// Everything is excluded.
pub(crate) const NOTHING_LEFT: &str =
    "Nothing is left to pay with. Exclude fewer types, or switch others on.";

record! {
    /// One payment as the merchant sees it.
    pub struct PaymentIntent: PaymentIntent, "pi_" {
        /// Minor units.
        amount: i64,
        /// The currency that the buyer pays in.
        currency: Asset,
        /// The state.
        status: IntentStatus,
        /// When the money is taken.
        capture_method: CaptureMethod,
        /// Who may confirm.
        confirmation_method: ConfirmationMethod,
        /// Who pays.
        customer: Option<Id<Customer>>,
        /// With what.
        payment_method: Option<Id<PaymentMethod>>,
        /// The allowed types.
        types: Vec<String>,
        /// Types that the merchant excludes, also those that Florin does not take.
        excluded: Vec<String>,
        /// Florin chooses the types.
        automatic: Option<AutomaticMethods>,
        /// The configuration that they were chosen from, if not the default one.
        configuration: Option<Id<super::MethodConfiguration>>,
        /// The random part of the client secret.
        secret: String,
        /// Free text.
        description: Option<String>,
        /// The merchant's own data.
        metadata: Metadata,
        /// Save the method for later.
        setup_future_usage: Option<FutureUsage>,
        /// Captured.
        amount_received: i64,
        /// Authorized and not yet captured.
        amount_capturable: i64,
        /// The newest charge.
        latest_charge: Option<Id<Charge>>,
        /// The buyer's challenge is open; our reference of the authorization that waits for it.
        challenge: Option<String>,
        /// A page of a challenge can find this intent.
        has_page: bool,
        /// The challenge was passed and a manual confirmation has yet to use it.
        authenticated: bool,
        /// Where the buyer goes after a challenge.
        return_url: Option<String>,
        /// The last failure.
        last_error: Option<PaymentError>,
        /// When it was cancelled.
        canceled_at: Option<Timestamp>,
        /// Why.
        cancellation_reason: Option<String>,
        /// Card options.
        card: CardOptions,
        /// When a code of Pix ends, if the merchant says so.
        pix: Option<PixEnd>,
        /// The confirmation was made without the buyer.
        off_session: bool,
        /// A challenge is an error for this confirmation.
        error_on_action: bool,
        /// The attempt that a processor outside works on.
        attempt: Option<String>,
        /// Later calls on the authorization, for a reference per call.
        calls: u32,
        /// Raises that were asked for.
        increments: u32,
        /// Descriptive members that are stored and echoed.
        echo: Map<String, Value>,
        /// The checkout session that it pays.
        session: Option<Id<CheckoutSession>>,
        /// What the open or the last try is made with.
        tried: MethodType,
        /// Until when the buyer can do what the open action asks for; `None` has no end.
        waits_until: Option<Timestamp>,
    }
}

impl PaymentIntent {
    /// What may be paid with: the types, without those that the merchant excludes.
    pub fn offered(&self) -> Vec<&str> {
        methods::without(&self.types, &self.excluded)
    }

    /// Takes the excluded types and the end of a code that a request says.
    ///
    /// # Errors
    /// The types are listed, nothing would be left, or a code would end too soon or too late.
    pub(super) fn narrow(
        &mut self,
        excluded: Option<Vec<String>>,
        pix: Option<Option<PixEnd>>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if let Some(excluded) = excluded {
            if self.automatic.is_none() && !excluded.is_empty() {
                return Err(Refusal::invalid(EXCLUDED, EXCLUDED_LISTED));
            }
            self.excluded = excluded;
            self.check_left()?;
        }
        let Some(pix) = pix else {
            return Ok(());
        };
        self.pix = pix;
        self.check_end(now)
    }

    /// A code that the buyer gets now must live long enough.
    pub(super) fn check_end(&self, now: Timestamp) -> Result<(), Refusal> {
        self.pix.map_or(Ok(()), |end| end.check(now))
    }

    /// Something has to be left to pay with.
    pub(super) fn check_left(&self) -> Result<(), Refusal> {
        match !self.types.is_empty() && self.offered().is_empty() {
            true => Err(Refusal::invalid(EXCLUDED, NOTHING_LEFT)),
            false => Ok(()),
        }
    }

    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![self.customer.as_deref()]
    }

    /// `pi_…_secret_…`: whoever has it may confirm this one intent from a browser.
    pub fn client_secret(&self) -> String {
        format!("{}_secret_{}", self.id, self.secret)
    }

    /// True when nothing can become of the intent any more.
    pub fn is_ended(&self) -> bool {
        matches!(
            self.status,
            IntentStatus::Succeeded | IntentStatus::Canceled
        )
    }

    /// True when a card's money waits for a capture of its own.
    pub fn captures_manually(&self) -> bool {
        self.capture_method == CaptureMethod::Manual || self.card.capture_manual
    }

    /// What the payment method is to be saved for, if anything.
    pub fn future_usage(&self) -> Option<FutureUsage> {
        if self.card.never_saved {
            return None;
        }
        self.card.setup_future_usage.or(self.setup_future_usage)
    }

    /// A refusal that carries this intent.
    pub fn state_refusal(&self, message: impl Into<String>) -> Refusal {
        Refusal::IntentState {
            message: message.into(),
            intent: Box::new(self.clone()),
        }
    }
}
