//! The line to the processor, and the line to merchants' endpoints.
//!
//! [`Line`] stands between an engine and the sandbox: it delays, it is where a process may die with a call under way, and
//! it is where a processor outside contradicts itself, names a wrong amount, or gets a request days late. Losses are
//! scripted in the sandbox itself. [`Receiver`] is every endpoint of every merchant. Deliberately absent: what the
//! processor tells by itself, which is the part of [`crate::messenger`].

use crate::evidence::{Receipt, Violation, shows_secret};
use crate::executor::{Group, VirtualClock};
use crate::fate::{CallFate, Turn, When};
use crate::sabotage::Sabotage;
use crate::scene::{Inner, Scene};
use florin_domain::cards::CardSource;
use florin_domain::processor::{Approval, Decline, Outcome, ProcessorRequest, Verb};
use florin_egress::mail::{Mail, MailError, MailFuture, Mailer};
use florin_egress::{Egress, EgressError, EgressFuture, Policy, Request, Response};
use florin_engine::Clock;
use florin_processors::{
    Effects, InquiryFuture, NoticeError, Processor, ProcessorFuture, ProcessorNotice, Sandbox,
    Secrets, forward_to_processor,
};
use florin_vault::CardOpener;
use std::future::pending;
use std::sync::Arc;

/// Only payments with this plain card go astray, so that giving their money back is never refused or late itself.
const PLAIN_CARD: &str = "visa";
/// Longer than the engine waits for an answer, in milliseconds.
const SILENCE_MS: u64 = 60_000;

/// The sandbox at the end of a line.
pub struct Line {
    /// The processor; its books outlive every process of ours.
    pub sandbox: Arc<Sandbox>,
    /// The world around it.
    pub scene: Arc<Scene>,
    /// Time.
    pub clock: VirtualClock,
    /// The process.
    pub group: Group,
    /// Opens cards for requests that arrive when their process is gone.
    pub opener: Arc<CardOpener>,
}

/// Notes a call whose outcome was not heard, also when the caller stopped listening.
struct Listening<'a> {
    scene: &'a Scene,
    reference: &'a str,
    is_heard: bool,
}

impl Drop for Listening<'_> {
    fn drop(&mut self) {
        if !self.is_heard {
            self.scene
                .with(|inner| inner.unheard.insert(self.reference.to_owned()));
        }
    }
}

impl Line {
    async fn carry(&self, request: &ProcessorRequest, secrets: Secrets<'_>) -> Outcome {
        let mut listening = Listening {
            scene: &self.scene,
            reference: &request.reference,
            is_heard: false,
        };
        let fate = self.scene.with(Inner::draw_call);
        let is_outside = self.effects() == Effects::Outside;
        if is_outside {
            self.clock.pause(fate.before_ms).await;
        }
        if fate.crash == Some(When::Before) {
            self.die().await;
        }
        let turn = fate.turn.filter(|_| is_outside && may_turn(request));
        if let Some(Turn::Stray(late_ms)) = turn {
            self.send_late(request, late_ms);
            self.clock.pause(SILENCE_MS).await;
            return Outcome::Unknown;
        }
        let opener = secrets.opener;
        let outcome = self.sandbox.call(request, secrets).await;
        let strikes = |inner: &mut Inner| inner.strikes(Sabotage::CallTwice);
        if may_turn(request) && is_approved(&outcome) && self.scene.with(strikes) {
            let again = ProcessorRequest {
                reference: format!("{}-again", request.reference),
                ..request.clone()
            };
            self.sandbox.call(&again, Secrets::none(opener)).await;
        }
        self.hear(&fate).await;
        let heard = self.turned(request, outcome, turn);
        listening.is_heard = heard != Outcome::Unknown;
        heard
    }

    /// The way back.
    async fn hear(&self, fate: &CallFate) {
        if self.effects() == Effects::Outside {
            self.clock.pause(fate.after_ms).await;
        }
        if fate.crash == Some(When::After) {
            self.die().await;
        }
    }

    /// What the engine hears of an outcome. The book is not touched: it holds what is true.
    fn turned(&self, request: &ProcessorRequest, outcome: Outcome, turn: Option<Turn>) -> Outcome {
        let Outcome::Approved(approval) = &outcome else {
            return outcome;
        };
        match turn {
            Some(Turn::Contradiction) => {
                let truth = (request.reference.clone(), outcome);
                self.scene.with(|inner| inner.untold.push_back(truth));
                Outcome::Declined(taken_back())
            }
            Some(Turn::WrongAmount) => Outcome::Approved(Approval {
                amount: Some(request.amount + 1),
                ..approval.clone()
            }),
            _ => outcome,
        }
    }

    /// The request arrives when everybody has stopped waiting for its answer.
    fn send_late(&self, request: &ProcessorRequest, late_ms: u64) {
        let (sandbox, scene) = (Arc::clone(&self.sandbox), Arc::clone(&self.scene));
        let (clock, opener) = (self.clock.clone(), Arc::clone(&self.opener));
        let request = request.clone();
        let stray = (
            self.clock.monotonic_ms() + late_ms,
            request.reference.clone(),
        );
        scene.with(|inner| {
            inner.had_strays = true;
            inner.strays.insert(stray.clone());
        });
        self.clock.spawn_on_wire(Box::pin(async move {
            clock.pause(late_ms).await;
            sandbox.call(&request, Secrets::none(&opener)).await;
            scene.with(|inner| inner.strays.remove(&stray));
            scene.tell(format!("{} {} arrives late", clock.monotonic_ms(), stray.1));
        }));
    }

    async fn die(&self) {
        self.scene.with(|inner| inner.dying.insert(self.group));
        pending::<()>().await;
    }
}

/// An authorization of the plain card.
fn may_turn(request: &ProcessorRequest) -> bool {
    request.verb == Verb::Authorize
        && matches!(&request.card, CardSource::Published(name) if name == PLAIN_CARD)
}

fn is_approved(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Approved(_))
}

/// The refusal that a processor takes back.
fn taken_back() -> Decline {
    Decline {
        code: "processing_error".to_owned(),
        decline_code: Some("processing_error".to_owned()),
        message: "Something went wrong at the processor.".to_owned(),
        ..Decline::default()
    }
}

/// A notice as it travels: the reference and the outcome.
type Told = (String, Outcome);

impl Processor for Line {
    forward_to_processor!(
        sandbox: name, effects, is_simulation, visibility_delay_ms, describe, published, may_attach
    );

    fn call<'a>(
        &'a self,
        request: &'a ProcessorRequest,
        secrets: Secrets<'a>,
    ) -> ProcessorFuture<'a> {
        Box::pin(self.carry(request, secrets))
    }

    fn inquire<'a>(
        &'a self,
        request: &'a ProcessorRequest,
        secrets: Secrets<'a>,
    ) -> InquiryFuture<'a> {
        self.sandbox.inquire(request, secrets)
    }

    /// Notices of the simulator are not signed: what a forged one does is a test of the real adapter.
    fn parse_notice(
        &self,
        _headers: &[(String, String)],
        body: &[u8],
    ) -> Result<Vec<ProcessorNotice>, NoticeError> {
        let told: Told = serde_json::from_slice(body).map_err(|_| NoticeError::Unreadable)?;
        let (reference, outcome) = told;
        Ok(vec![ProcessorNotice { reference, outcome }])
    }
}

/// Every endpoint of every merchant, and the mail server.
pub struct Receiver {
    /// The world around it.
    pub scene: Arc<Scene>,
    /// Time.
    pub clock: VirtualClock,
}

impl Receiver {
    async fn receive(&self, request: Request) -> Result<Response, EgressError> {
        let (fails, status) = self.scene.with(|inner| {
            let often = inner.weather.endpoint;
            (
                inner.random.chance(often),
                if inner.random.chance(500) { 500 } else { 302 },
            )
        });
        self.clock.pause(5).await;
        if fails && status == 302 {
            return Err(EgressError::Timeout);
        }
        let id = request
            .headers
            .iter()
            .find(|(name, _)| name == "webhook-id");
        let event = id.map(|(_, event)| event.clone()).unwrap_or_default();
        let shows = shows_secret(&String::from_utf8_lossy(&request.body));
        self.scene.with(|inner| {
            if shows {
                let what = format!("the webhook of {event} shows a secret");
                inner.suspicions.push(Violation::new("I10", what));
            }
            if !fails {
                inner.receipts.push(Receipt {
                    url: request.url.clone(),
                    event,
                });
            }
        });
        Ok(Response {
            status: if fails { status } else { 200 },
            headers: Vec::new(),
            body: Vec::new(),
            truncated: false,
        })
    }
}

impl Receiver {
    async fn post(&self, mail: Mail) -> Result<(), MailError> {
        // In bad weather every third try fails, drawn from nothing, so that worlds with and without mails are alike.
        let fails = self.scene.with(|inner| {
            inner.mail_tries += 1;
            inner.weather.endpoint > 0 && inner.mail_tries.is_multiple_of(3)
        });
        let is_early = self.scene.with(|inner| !inner.has_taken_money(&mail.id));
        let shows = shows_secret(&mail.text) || shows_secret(&mail.html);
        self.scene.with(|inner| {
            if shows {
                let what = format!("the mail {} shows a secret", mail.id);
                inner.suspicions.push(Violation::new("I10", what));
            }
            if is_early {
                let what = format!("{} is mailed before its money was taken", mail.id);
                inner.suspicions.push(Violation::new("I21", what));
            }
            match fails {
                true => Err(MailError::Later("the mail server is busy".to_owned())),
                false => {
                    inner.mails.push((mail.id, mail.to));
                    Ok(())
                }
            }
        })
    }
}

impl Mailer for Receiver {
    fn send(&self, mail: Mail) -> MailFuture<'_> {
        Box::pin(self.post(mail))
    }
}

impl Egress for Receiver {
    fn send<'a>(&'a self, request: Request, _policy: Policy) -> EgressFuture<'a> {
        Box::pin(self.receive(request))
    }
}
