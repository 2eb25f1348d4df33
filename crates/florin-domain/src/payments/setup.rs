//! The set-up intent: preparing a payment method for later use without taking money.

use super::intent::words;
use super::{AutomaticMethods, FutureUsage, Metadata, PaymentError, PaymentMethod};
use crate::checkout::CheckoutSession;
use crate::customers::Customer;
use crate::record::{Columns, record};
use crate::refusal::Refusal;
use florin_base::Id;
use serde_json::{Map, Value};

words! {
    /// The states of a set-up.
    SetupStatus {
        /// Needs a (new) payment method.
        #[default]
        RequiresPaymentMethod = "requires_payment_method",
        /// Has one and waits for confirmation.
        RequiresConfirmation = "requires_confirmation",
        /// The buyer has to do something.
        RequiresAction = "requires_action",
        /// A processor works on it.
        Processing = "processing",
        /// Over.
        Canceled = "canceled",
        /// Ready for use.
        Succeeded = "succeeded",
    }
}

record! {
    /// The set-up of a payment method for later use.
    pub struct SetupIntent: SetupIntent, "seti_" {
        /// The state.
        status: SetupStatus,
        /// For whom.
        customer: Option<Id<Customer>>,
        /// What is set up.
        payment_method: Option<Id<PaymentMethod>>,
        /// The allowed types.
        types: Vec<String>,
        /// Florin chooses the types.
        automatic: Option<AutomaticMethods>,
        /// What for.
        usage: FutureUsage,
        /// The random part of the client secret.
        secret: String,
        /// Free text.
        description: Option<String>,
        /// The merchant's own data.
        metadata: Metadata,
        /// The last failure.
        last_error: Option<PaymentError>,
        /// An open challenge.
        challenge: Option<String>,
        /// A page of a challenge can find this set-up.
        has_page: bool,
        /// Where the buyer goes after a challenge.
        return_url: Option<String>,
        /// Why it was cancelled.
        cancellation_reason: Option<String>,
        /// `automatic`, `any` or `challenge`.
        request_three_d_secure: Option<String>,
        /// The attempt that a processor outside works on.
        attempt: Option<String>,
        /// Descriptive members that are stored and echoed.
        echo: Map<String, Value>,
        /// The checkout session that it belongs to.
        session: Option<Id<CheckoutSession>>,
    }
}

impl SetupIntent {
    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![self.customer.as_deref(), self.payment_method.as_deref()]
    }

    /// `seti_…_secret_…`.
    pub fn client_secret(&self) -> String {
        format!("{}_secret_{}", self.id, self.secret)
    }

    /// A refusal that carries this set-up.
    pub fn state_refusal(&self, message: impl Into<String>) -> Refusal {
        Refusal::SetupState {
            message: message.into(),
            intent: Box::new(self.clone()),
        }
    }
}
