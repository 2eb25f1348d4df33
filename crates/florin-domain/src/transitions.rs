//! The one table of transitions and the events that tell of them.
//!
//! Every change of a record names its [`Transition`]; the table gives the event types, in the order in which they are
//! written. A transition without events gives its reason.

macro_rules! transitions {
    ($($(#[$meta:meta])* $name:ident => [$($event:literal),*] $(because $reason:literal)?,)*) => {
        /// What happened to a record.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Transition { $($(#[$meta])* $name,)* }

        impl Transition {
            /// Every transition.
            pub const ALL: &'static [Transition] = &[$(Transition::$name,)*];

            /// The event types that tell of it.
            pub const fn events(self) -> &'static [&'static str] {
                match self { $(Transition::$name => &[$($event,)*],)* }
            }

            /// True when the events tell of the object as it was before.
            pub const fn tells_the_past(self) -> bool {
                matches!(
                    self,
                    Transition::CustomerDeleted | Transition::ProductDeleted
                )
            }

            /// Why a transition has no event.
            pub const fn silent_because(self) -> Option<&'static str> {
                match self { $(Transition::$name => transitions!(@reason $($reason)?),)* }
            }
        }
    };
    (@reason $reason:literal) => { Some($reason) };
    (@reason) => { None };
}

transitions! {
    /// A merchant was made.
    AccountCreated => [] because "the owner of the installation makes accounts; no endpoint of the account exists yet",
    /// A merchant changed.
    AccountUpdated => ["account.updated"],
    /// A key was made, rolled, used or revoked.
    KeyChanged => [] because "keys are not objects of the API",
    /// A card number was sealed or sealed anew.
    CardSealed => [] because "the vault tells nobody",
    /// A customer was made.
    CustomerCreated => ["customer.created"],
    /// A customer changed.
    CustomerUpdated => ["customer.updated"],
    /// A customer was deleted.
    CustomerDeleted => ["customer.deleted"],
    /// A payment method was made and belongs to nobody.
    MethodCreated => [] because "an unattached payment method belongs to no customer and is not announced",
    /// A payment method was used once without a customer and cannot be used again.
    MethodConsumed => [] because "the charge's own event tells of the use",
    /// A payment method now belongs to a customer.
    MethodAttached => ["payment_method.attached"],
    /// A payment method left its customer.
    MethodDetached => ["payment_method.detached"],
    /// A payment method's details changed.
    MethodUpdated => ["payment_method.updated"],
    /// A token was made or used.
    TokenChanged => [] because "tokens are single-use inputs; what they become is announced",
    /// A confirmation token was made or used.
    ConfirmationTokenChanged => [] because "tokens are single-use inputs; what they become is announced",
    /// A payment intent was made.
    IntentCreated => ["payment_intent.created"],
    /// A merchant changed a payment intent before it was confirmed.
    IntentUpdated => [] because "the merchant's own update is in the answer; the field publishes no such event",
    /// A payment intent waits for a processor's answer.
    IntentProcessing => ["payment_intent.processing"],
    /// An attempt was sent to a processor outside; its answer is awaited within the request.
    IntentSent => [] because "the outcome follows within the request; a longer wait is announced as processing",
    /// The buyer has to authenticate.
    IntentRequiresAction => ["payment_intent.requires_action"],
    /// An authorization is ready for capture, or grew.
    IntentCapturable => ["payment_intent.amount_capturable_updated"],
    /// Part of an authorization was captured and the rest is still open.
    IntentPartlyCaptured => ["payment_intent.amount_capturable_updated"],
    /// Paid.
    IntentSucceeded => ["payment_intent.succeeded"],
    /// An attempt failed; another may follow.
    IntentFailed => ["payment_intent.payment_failed"],
    /// Cancelled.
    IntentCanceled => ["payment_intent.canceled"],
    /// A setup intent was made.
    SetupCreated => ["setup_intent.created"],
    /// A merchant changed a setup intent.
    SetupUpdated => [] because "the merchant's own update is in the answer; the field publishes no such event",
    /// The buyer has to authenticate.
    SetupRequiresAction => ["setup_intent.requires_action"],
    /// The payment method is ready for later use.
    SetupSucceeded => ["setup_intent.succeeded"],
    /// The set-up failed; another attempt may follow.
    SetupFailed => ["setup_intent.setup_failed"],
    /// Cancelled.
    SetupCanceled => ["setup_intent.canceled"],
    /// Money was taken, or an authorization was granted.
    ChargeSucceeded => ["charge.succeeded"],
    /// The money is on its way; nobody knows yet whether it arrives.
    ChargePending => ["charge.pending"],
    /// A capture of a direct charge was sent to a processor outside, or came back refused.
    ChargeSent => [] because "the outcome follows within the request, and the charge itself does not change",
    /// The attempt was declined.
    ChargeFailed => ["charge.failed"],
    /// An authorization was captured.
    ChargeCaptured => ["charge.captured"],
    /// A product was made.
    ProductCreated => ["product.created"],
    /// A product changed.
    ProductUpdated => ["product.updated"],
    /// A product was deleted.
    ProductDeleted => ["product.deleted"],
    /// A product got its first price.
    ProductPriced => [] because "the event of the price tells of it",
    /// A price was made.
    PriceCreated => ["price.created"],
    /// A price changed.
    PriceUpdated => ["price.updated"],
    /// A lookup key went to another price, or was given back.
    LookupKeyMoved => [] because "the events of the prices tell of it",
    /// A tax rate was made.
    TaxRateCreated => ["tax_rate.created"],
    /// A tax rate changed.
    TaxRateUpdated => ["tax_rate.updated"],
    /// A shipping rate was made or changed.
    ShippingRateChanged => [] because "the field publishes no such event",
    /// Payment methods were switched on or off.
    ConfigurationChanged => [] because "the field publishes no such event",
    /// A domain was registered or changed.
    DomainChanged => [] because "the field publishes no such event",
    /// A payment link was made.
    LinkCreated => ["payment_link.created"],
    /// A payment link changed.
    LinkUpdated => ["payment_link.updated"],
    /// A checkout session was made, or changed while it is open.
    SessionChanged => [] because "the merchant's own change is in the answer, and what the buyer chooses is told when they are done",
    /// The buyer is done with a session.
    SessionCompleted => ["checkout.session.completed"],
    /// The delayed money of a complete session came.
    SessionPaidLate => ["checkout.session.async_payment_succeeded"],
    /// The delayed money of a complete session will not come.
    SessionFailedLate => ["checkout.session.async_payment_failed"],
    /// A session ended without a payment.
    SessionExpired => ["checkout.session.expired"],
    /// The buyer is done with an order of the front door.
    FrontCompleted => ["checkout.session.completed", "florin.payment.updated"],
    /// The delayed money of such an order came.
    FrontPaidLate => ["checkout.session.async_payment_succeeded", "florin.payment.updated"],
    /// The delayed money of such an order will not come.
    FrontFailedLate => ["checkout.session.async_payment_failed", "florin.payment.updated"],
    /// A try to pay such an order was declined; another one may follow.
    FrontDeclined => ["florin.payment.updated"],
    /// Such an order ended without a payment.
    FrontExpired => ["checkout.session.expired", "florin.payment.updated"],
    /// An order was placed, or got another session.
    OrderPlaced => [] because "the events of its session tell of it",
    /// A charge's details changed.
    ChargeUpdated => ["charge.updated"],
    /// The whole or a part was given back.
    ChargeRefunded => ["charge.refunded"],
    /// A refund failed and its money came back.
    ChargeRefundReturned => ["charge.updated"],
    /// An authorization was given back, uncaptured, because its intent was cancelled.
    ChargeVoided => ["charge.refunded"],
    /// An authorization lapsed.
    ChargeExpired => ["charge.expired"],
    /// A dispute was opened on the charge.
    ChargeDisputed => [] because "the dispute's own events tell of it",
    /// An issuer warned of the charge.
    ChargeWarned => [] because "the warning's own event tells of it",
    /// A refund was made.
    RefundCreated => ["refund.created"],
    /// A refund's state or metadata changed.
    RefundUpdated => ["refund.updated", "charge.refund.updated"],
    /// A refund did not reach the buyer.
    RefundFailed => ["refund.failed", "refund.updated", "charge.refund.updated"],
    /// A dispute was opened and the money withdrawn.
    DisputeOpened => ["charge.dispute.created", "charge.dispute.funds_withdrawn"],
    /// An inquiry was opened; no money moved.
    InquiryOpened => ["charge.dispute.created"],
    /// An issuer warned of fraud.
    WarningRaised => ["radar.early_fraud_warning.created"],
    /// A warning can no longer be acted upon, or can be again.
    WarningUpdated => ["radar.early_fraud_warning.updated"],
    /// An attempt's state changed.
    AttemptChanged => [] because "attempts are our own notes on a processor; the intent's events tell the merchant",
    /// An endpoint was made, changed or deleted.
    EndpointChanged => [] because "the merchant's own change is in the answer; the field publishes no such event",
    /// The number of endpoints, or one of them, changed.
    WebhookSettingsChanged => [] because "it only counts endpoints",
    /// A delivery was planned, sent or given up.
    DeliveryChanged => [] because "an event about the delivery of an event would never end",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transition_is_silent_only_with_a_reason() {
        for transition in Transition::ALL {
            assert_eq!(
                transition.events().is_empty(),
                transition.silent_because().is_some(),
                "{transition:?}"
            );
        }
    }
}
