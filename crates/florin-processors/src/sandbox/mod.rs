//! The sandbox: a processor and an issuer that live in this process and move no money.
//!
//! `cards` is the table of published test cards, `issuer` decides from a row and a request, and [`Sandbox`] is the adapter
//! around them. It answers at once, draws nothing at random and keeps nothing: its effects are inside our own store.
//! [`Sandbox::outside`] makes it play a processor with books of its own (`book`) and a bad line (`faults`), so that tests
//! and the simulator meet everything that a real one does.
//!
//! Deliberately absent: live mode (every such request is refused), any number outside the table, and expiry dates.

mod book;
pub mod cards;
mod faults;
mod issuer;
mod wallet;

pub use book::BOOKED_MAX;
pub use faults::{Fault, FaultPlan};

use crate::contract::{
    CardTraits, Effects, Inquiry, InquiryFuture, Processor, ProcessorFuture, PublishedCard, Secrets,
};
use crate::sealed;
use book::{Book, Found};
use cards::{Rules, TestCard};
use florin_base::Scope;
use florin_domain::cards::CardSource;
use florin_domain::processor::{Decline, Outcome, ProcessorRequest, Verb};
use florin_vault::CardNumber;
use issuer::{Decision, Question};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long a refund with a second word waits for it, in milliseconds.
pub const REFUND_WAIT_MS: i64 = 5_000;
/// The expiry of published cards.
const PUBLISHED_EXPIRY: (u8, u16) = (12, 2034);

/// The adapter.
pub struct Sandbox {
    refund_wait_ms: i64,
    /// Its own books, when it plays a processor outside.
    book: Option<Mutex<Book>>,
}

impl Sandbox {
    /// The ordinary sandbox: without a state, with all effects in our own store.
    pub fn inside() -> Sandbox {
        Sandbox {
            refund_wait_ms: REFUND_WAIT_MS,
            book: None,
        }
    }

    /// A sandbox that plays a processor outside, with its own books.
    pub fn outside() -> Sandbox {
        Sandbox {
            book: Some(Mutex::default()),
            ..Sandbox::inside()
        }
    }

    /// The same with another wait before the second word on a refund, in milliseconds.
    #[must_use]
    pub fn with_refund_wait_ms(self, refund_wait_ms: i64) -> Sandbox {
        Sandbox {
            refund_wait_ms,
            ..self
        }
    }

    /// Scripts the faults from here on; calls and inquiries are counted anew. Nothing can fail inside, so that the
    /// ordinary sandbox takes no notice.
    pub fn set_faults(&self, plan: FaultPlan) {
        if let Some(mut book) = self.book() {
            book.faults = plan;
        }
    }

    /// Everything that was done, in order, with its first outcome: what an auditor compares our own books with. The
    /// ordinary sandbox has no books.
    pub fn booked(&self) -> Vec<(ProcessorRequest, Outcome)> {
        self.book().map(|book| book.all()).unwrap_or_default()
    }

    /// Each entry is whole after every statement, so a panic elsewhere does not spoil the books.
    fn book(&self) -> Option<MutexGuard<'_, Book>> {
        let book = self.book.as_ref()?;
        Some(book.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn answer(&self, request: &ProcessorRequest, secrets: &Secrets<'_>) -> Outcome {
        let decide = || self.decide(request, secrets);
        match self.book() {
            None => match decide() {
                Ok(decision) => decision.outcome,
                Err(decline) => Outcome::Declined(*decline),
            },
            Some(mut book) => answer_outside(&mut book, request, decide),
        }
    }

    fn inform(&self, request: &ProcessorRequest, secrets: &Secrets<'_>) -> Inquiry {
        if let Some(mut book) = self.book() {
            if book.faults.next_inquiry(&request.reference) {
                return Inquiry::Unknown;
            }
            return book
                .ask(&request.reference)
                .map_or(Inquiry::NotFound, Inquiry::Known);
        }
        // Inside there is no record but our own; only what comes later has something to add to it.
        match self.decide(request, secrets) {
            Ok(decision) if request.verb == Verb::Refund || decision.later.is_some() => {
                Inquiry::Known(decision.later.unwrap_or(decision.outcome))
            }
            _ => Inquiry::NotFound,
        }
    }

    /// The decision on a request. An `Err` is a request that never reached the issuer.
    fn decide(
        &self,
        request: &ProcessorRequest,
        secrets: &Secrets<'_>,
    ) -> Result<Decision, Box<Decline>> {
        if request.scope.live {
            return Err(Box::new(live_mode()));
        }
        if !request.kind.is_card() {
            return Ok(wallet::decide(request));
        }
        let rules = rules_of(request, secrets)?;
        let question = Question {
            rules,
            request,
            cvc_sent: is_cvc_sent(&request.card, request.terms.cvc_given, secrets),
        };
        Ok(question.decide(self.refund_wait_ms))
    }
}

/// What the sandbox rules on a request, for a sandbox that keeps its books elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Ruling {
    /// The answer.
    pub outcome: Outcome,
    /// What a later inquiry hears, if that is something else.
    pub later: Option<Outcome>,
}

/// Rules on a request. `number` holds the digits of a card that is in somebody's vault; a published card is named by the
/// request.
///
/// # Errors
/// The decline of a request that never reaches the issuer: live mode, or a number that is not published.
pub fn rule(
    request: &ProcessorRequest,
    number: Option<&str>,
    cvc: bool,
) -> Result<Ruling, Box<Decline>> {
    if request.scope.live {
        return Err(Box::new(live_mode()));
    }
    if !request.kind.is_card() {
        return Ok(wallet::decide(request).into());
    }
    let found = match (&request.card, number) {
        (CardSource::Published(name), _) => {
            cards::by_alias(name).ok_or_else(|| Box::new(unreadable()))
        }
        (CardSource::Vault(_), Some(digits)) => {
            cards::by_number(digits).ok_or_else(|| Box::new(live_card()))
        }
        (CardSource::Vault(_), None) => Err(Box::new(unreadable())),
    };
    let found = found.map(|card| &card.rules);
    let question = Question {
        rules: asked_of(request.verb, found)?,
        request,
        cvc_sent: cvc
            || request.terms.cvc_given
            || matches!(request.card, CardSource::Published(_)),
    };
    Ok(question.decide(REFUND_WAIT_MS).into())
}

impl From<Decision> for Ruling {
    fn from(decision: Decision) -> Ruling {
        Ruling {
            outcome: decision.outcome,
            later: decision.later,
        }
    }
}

impl Default for Sandbox {
    fn default() -> Sandbox {
        Sandbox::inside()
    }
}

impl Processor for Sandbox {
    fn name(&self) -> &'static str {
        "sandbox"
    }

    fn effects(&self) -> Effects {
        match self.book {
            None => Effects::Inside,
            Some(_) => Effects::Outside,
        }
    }

    fn is_simulation(&self) -> bool {
        true
    }

    fn call<'a>(
        &'a self,
        request: &'a ProcessorRequest,
        secrets: Secrets<'a>,
    ) -> ProcessorFuture<'a> {
        Box::pin(async move { self.answer(request, &secrets) })
    }

    fn inquire<'a>(
        &'a self,
        request: &'a ProcessorRequest,
        secrets: Secrets<'a>,
    ) -> InquiryFuture<'a> {
        Box::pin(async move { self.inform(request, &secrets) })
    }

    fn describe(&self, number: &CardNumber) -> Result<CardTraits, Decline> {
        let found = cards::all().iter().find(|card| number.is(card.number));
        found.map(traits_of).ok_or_else(live_card)
    }

    fn published(&self, name: &str) -> Option<PublishedCard> {
        let card = cards::by_alias(name)?;
        let (exp_month, exp_year) = PUBLISHED_EXPIRY;
        Some(PublishedCard {
            name: (*card.aliases.first()?).to_owned(),
            traits: traits_of(card),
            last4: card
                .number
                .get(card.number.len().checked_sub(4)?..)?
                .to_owned(),
            exp_month,
            exp_year,
        })
    }

    fn may_attach(
        &self,
        scope: &Scope,
        card: &CardSource,
        cvc_given: bool,
        secrets: Secrets<'_>,
    ) -> Option<Decline> {
        if scope.live {
            return Some(live_mode());
        }
        match card_of(scope, card, &secrets) {
            Ok(found) => {
                let cvc_sent = is_cvc_sent(card, cvc_given, &secrets);
                issuer::attach_refusal(&found.rules, cvc_sent).map(issuer::plain_decline)
            }
            Err(decline) => Some(*decline),
        }
    }
}

/// A call over a bad line to a processor with books: what is booked is not done again.
fn answer_outside(
    book: &mut Book,
    request: &ProcessorRequest,
    decide: impl FnOnce() -> Result<Decision, Box<Decline>>,
) -> Outcome {
    let fault = book.faults.next_call(&request.reference);
    if fault == Some(Fault::RequestLost) {
        return Outcome::Unknown;
    }
    let outcome = match book.find(request) {
        Found::Done(outcome) => outcome,
        Found::Another => return Outcome::Declined(reused_reference()),
        Found::Nothing => match decide() {
            Ok(decision) => {
                let outcome = decision.outcome.clone();
                book.add(request, decision);
                outcome
            }
            // It was never sent, so that there is nothing to book and nothing to lose.
            Err(decline) => return Outcome::Declined(*decline),
        },
    };
    if fault == Some(Fault::AnswerLost) {
        return Outcome::Unknown;
    }
    book.mark_told(&request.reference);
    outcome
}

/// The rules for a request. Later steps go by the reference of the payment: they succeed also after the number was
/// deleted, and a number is opened only where the row has a say.
fn rules_of(
    request: &ProcessorRequest,
    secrets: &Secrets<'_>,
) -> Result<&'static Rules, Box<Decline>> {
    match request.verb {
        Verb::Void | Verb::Increment => Ok(&Rules::DEFAULT),
        verb => {
            let found = card_of(&request.scope, &request.card, secrets).map(|card| &card.rules);
            asked_of(verb, found)
        }
    }
}

/// The rules that a verb goes by, where its card was found or not.
fn asked_of(
    verb: Verb,
    found: Result<&'static Rules, Box<Decline>>,
) -> Result<&'static Rules, Box<Decline>> {
    match verb {
        Verb::Authorize | Verb::Complete | Verb::Verify => found,
        Verb::Capture | Verb::Refund => Ok(found.unwrap_or(&Rules::DEFAULT)),
        Verb::Void | Verb::Increment => Ok(&Rules::DEFAULT),
    }
}

/// The row of a card.
fn card_of(
    scope: &Scope,
    source: &CardSource,
    secrets: &Secrets<'_>,
) -> Result<&'static TestCard, Box<Decline>> {
    match source {
        CardSource::Published(name) => cards::by_alias(name).ok_or_else(|| Box::new(unreadable())),
        CardSource::Vault(id) => {
            let record = secrets.sealed.filter(|record| record.id == *id);
            let record = record.ok_or_else(|| Box::new(unreadable()))?;
            let open =
                sealed::open(secrets.opener, scope, record).map_err(|_| Box::new(unreadable()))?;
            cards::by_number(open.number_digits()).ok_or_else(|| Box::new(live_card()))
        }
    }
}

/// A published card stands for one that was typed in with its code.
fn is_cvc_sent(source: &CardSource, given: bool, secrets: &Secrets<'_>) -> bool {
    given || secrets.cvc.is_some() || matches!(source, CardSource::Published(_))
}

fn traits_of(card: &TestCard) -> CardTraits {
    CardTraits {
        brand: card.brand.to_owned(),
        funding: card.funding.to_owned(),
        country: Some(card.country.to_owned()),
        networks: card
            .networks
            .iter()
            .map(|name| (*name).to_owned())
            .collect(),
    }
}

/// The decline of a number that is not published, in test mode.
fn live_card() -> Decline {
    Decline {
        decline_code: Some("test_mode_live_card".to_owned()),
        param: Some("number".to_owned()),
        ..refusal(
            "card_declined",
            "Your card was declined. This request is in test mode, but the card is not a published test card.",
        )
    }
}

/// The decline of anything in live mode.
fn live_mode() -> Decline {
    Decline {
        decline_code: Some("live_mode_test_card".to_owned()),
        ..refusal(
            "card_declined",
            "Your card was declined. This request is in live mode, but the sandbox serves test mode only.",
        )
    }
}

/// The decline of a card that cannot be read: deleted, moved, or sealed with a key that this process does not have.
fn unreadable() -> Decline {
    Decline {
        decline_code: Some("processing_error".to_owned()),
        ..refusal(
            "processing_error",
            "The card could not be read, so that nothing was sent. Enter the card again.",
        )
    }
}

/// The decline of another request under a reference that is taken. The first one stands as it is.
fn reused_reference() -> Decline {
    refusal(
        "processing_error",
        "This reference belongs to another request, so that nothing was done.",
    )
}

fn refusal(code: &str, message: &str) -> Decline {
    Decline {
        code: code.to_owned(),
        message: message.to_owned(),
        ..Decline::default()
    }
}
