//! What the engine asks of an adapter.
//!
//! A call takes a request that holds no secret, and beside it the [`Secrets`] of that one call. Deliberately absent:
//! errors. A call that could not be made is a decline, one whose answer is missing is `Unknown`.

use florin_base::Scope;
use florin_domain::cards::{CardSource, VaultCard};
use florin_domain::processor::{Decline, Outcome, ProcessorRequest};
use florin_vault::{CardNumber, CardOpener, Cvc};
use std::future::Future;
use std::pin::Pin;

/// What a call returns.
pub type ProcessorFuture<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;
/// What an inquiry returns.
pub type InquiryFuture<'a> = Pin<Box<dyn Future<Output = Inquiry> + Send + 'a>>;

/// Where the effects of a call lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effects {
    /// In our own store alone: the outcome is decided from the request, and its commit is all that happens.
    Inside,
    /// In somebody else's books: the attempt must be stored before the call.
    Outside,
}

/// What became of an earlier call.
#[derive(Clone, Debug, PartialEq)]
pub enum Inquiry {
    /// This. A refund may have moved on since its call.
    Known(Outcome),
    /// The processor has not seen the reference, so nothing was done so far.
    NotFound,
    /// The processor did not say; ask again.
    Unknown,
}

/// The secrets of one call. They are no part of the request, which is stored and logged, and have no `Debug`.
pub struct Secrets<'a> {
    /// The sealed number, when the request's card is in the vault.
    pub sealed: Option<&'a VaultCard>,
    /// The right to open it.
    pub opener: &'a CardOpener,
    /// The security code, taken from its shelf for this one call.
    pub cvc: Option<Cvc>,
}

impl<'a> Secrets<'a> {
    /// For a request about a published card, or one that needs no number.
    pub fn none(opener: &'a CardOpener) -> Secrets<'a> {
        Secrets {
            sealed: None,
            opener,
            cvc: None,
        }
    }
}

/// What the processor's tables know of a card.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardTraits {
    /// `visa`, `mastercard`, … or `unknown`.
    pub brand: String,
    /// `credit`, `debit`, `prepaid` or `unknown`.
    pub funding: String,
    /// The issuer's country, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// The networks that can carry a payment, the domestic one first.
    pub networks: Vec<String>,
}

/// A test card that is published under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedCard {
    /// The name for `CardSource::Published`: one of several that mean the same card, without any prefix.
    pub name: String,
    /// What the card is.
    pub traits: CardTraits,
    /// The last four digits.
    pub last4: String,
    /// 1 to 12.
    pub exp_month: u8,
    /// Four digits.
    pub exp_year: u16,
}

/// What a processor told without being asked.
#[derive(Clone, Debug, PartialEq)]
pub struct ProcessorNotice {
    /// Our reference of the call that it is about.
    pub reference: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// Why a notice was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeError {
    /// This adapter's processor tells nothing by itself.
    NotTaken,
    /// It is not from the processor.
    Forged,
    /// It is from the processor and says nothing that is understood.
    Unreadable,
}

/// An adapter.
pub trait Processor: Send + Sync {
    /// The name in records, logs and metrics.
    fn name(&self) -> &'static str;

    /// Where the effects of its calls lie.
    fn effects(&self) -> Effects;

    /// No money moves. Such an adapter serves test mode only.
    fn is_simulation(&self) -> bool;

    /// Does what is asked, once per reference.
    fn call<'a>(
        &'a self,
        request: &'a ProcessorRequest,
        secrets: Secrets<'a>,
    ) -> ProcessorFuture<'a>;

    /// Asks what became of a request, found by its reference. It never does the request.
    ///
    /// The secrets are for adapters whose effects are inside: the inquiry on a refund is decided from the card. An
    /// adapter outside needs none.
    fn inquire<'a>(
        &'a self,
        request: &'a ProcessorRequest,
        secrets: Secrets<'a>,
    ) -> InquiryFuture<'a>;

    /// How long the processor may take to show a call that it received, in milliseconds. Before that, "not found" says
    /// nothing.
    fn visibility_delay_ms(&self) -> u64 {
        0
    }

    /// Reads what the processor sent by itself. Header names are in lower case.
    ///
    /// # Errors
    /// See [`NoticeError`]. Nothing was changed.
    fn parse_notice(
        &self,
        _headers: &[(String, String)],
        _body: &[u8],
    ) -> Result<Vec<ProcessorNotice>, NoticeError> {
        Err(NoticeError::NotTaken)
    }

    /// What the number says about its card.
    ///
    /// # Errors
    /// The decline to answer with when this processor does not take the number.
    #[expect(
        clippy::result_large_err,
        reason = "a decline is plain data, and this is asked once per card"
    )]
    fn describe(&self, number: &CardNumber) -> Result<CardTraits, Decline>;

    /// The test card with this name, given without `pm_card_` or `tok_`.
    fn published(&self, name: &str) -> Option<PublishedCard>;

    /// The decline that attaching a card to a customer is answered with; `None` lets it pass. `cvc_given` means that a
    /// security code came with the card.
    fn may_attach(
        &self,
        scope: &Scope,
        card: &CardSource,
        cvc_given: bool,
        secrets: Secrets<'_>,
    ) -> Option<Decline>;
}

/// Writes the methods of [`Processor`] that only say what an adapter is, by asking the adapter in a field: all of them, or
/// those that are named. A decorator writes [`Processor::call`] and [`Processor::inquire`] itself. A method with a default
/// belongs here too: a decorator that forgot it would answer the default for its adapter.
#[macro_export]
macro_rules! forward_to_processor {
    ($inner:ident) => {
        $crate::forward_to_processor!(
            $inner: name, effects, is_simulation, visibility_delay_ms, parse_notice, describe, published, may_attach
        );
    };
    ($inner:ident: $($method:ident),+ $(,)?) => { $($crate::forward_to_processor!(@$method $inner);)+ };
    (@name $inner:ident) => {
        fn name(&self) -> &'static str {
            self.$inner.name()
        }
    };
    (@effects $inner:ident) => {
        fn effects(&self) -> $crate::Effects {
            self.$inner.effects()
        }
    };
    (@is_simulation $inner:ident) => {
        fn is_simulation(&self) -> bool {
            self.$inner.is_simulation()
        }
    };
    (@visibility_delay_ms $inner:ident) => {
        fn visibility_delay_ms(&self) -> u64 {
            self.$inner.visibility_delay_ms()
        }
    };
    (@parse_notice $inner:ident) => {
        fn parse_notice(
            &self,
            headers: &[(String, String)],
            body: &[u8],
        ) -> Result<Vec<$crate::ProcessorNotice>, $crate::NoticeError> {
            self.$inner.parse_notice(headers, body)
        }
    };
    (@describe $inner:ident) => {
        fn describe(
            &self,
            number: &florin_vault::CardNumber,
        ) -> Result<$crate::CardTraits, florin_domain::processor::Decline> {
            self.$inner.describe(number)
        }
    };
    (@published $inner:ident) => {
        fn published(&self, name: &str) -> Option<$crate::PublishedCard> {
            self.$inner.published(name)
        }
    };
    (@may_attach $inner:ident) => {
        fn may_attach(
            &self,
            scope: &florin_base::Scope,
            card: &florin_domain::cards::CardSource,
            cvc_given: bool,
            secrets: $crate::Secrets<'_>,
        ) -> Option<florin_domain::processor::Decline> {
            self.$inner.may_attach(scope, card, cvc_given, secrets)
        }
    };
}
