//! The line to the processor, and the line to merchants' endpoints.
//!
//! [`Line`] stands between an engine and the sandbox: it delays, and it is where a process may die with a call under
//! way. Losses are scripted in the sandbox itself. [`Receiver`] is every endpoint of every merchant. Deliberately
//! absent: a request that arrives after an inquiry said that it never did, which no processor may do.

use crate::evidence::Receipt;
use crate::executor::{Group, VirtualClock};
use crate::sabotage::Sabotage;
use crate::scene::{Inner, Scene, When};
use florin_domain::cards::CardSource;
use florin_domain::processor::{Outcome, ProcessorRequest, Verb};
use florin_egress::{Egress, EgressError, EgressFuture, Policy, Request, Response};
use florin_processors::{
    Effects, InquiryFuture, Processor, ProcessorFuture, Sandbox, Secrets, forward_to_processor,
};
use std::future::pending;
use std::sync::Arc;

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
        let opener = secrets.opener;
        let outcome = self.sandbox.call(request, secrets).await;
        if request.verb == Verb::Authorize
            && matches!(request.card, CardSource::Published(_))
            && matches!(outcome, Outcome::Approved(_))
            && self.scene.with(|inner| inner.strikes(Sabotage::CallTwice))
        {
            let again = ProcessorRequest {
                reference: format!("{}-again", request.reference),
                ..request.clone()
            };
            self.sandbox.call(&again, Secrets::none(opener)).await;
        }
        if is_outside {
            self.clock.pause(fate.after_ms).await;
        }
        if fate.crash == Some(When::After) {
            self.die().await;
        }
        listening.is_heard = outcome != Outcome::Unknown;
        outcome
    }

    async fn die(&self) {
        self.scene.with(|inner| inner.dying.insert(self.group));
        pending::<()>().await;
    }
}

impl Processor for Line {
    forward_to_processor!(sandbox);

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
}

/// Every endpoint of every merchant.
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
        self.scene.with(|inner| {
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

impl Egress for Receiver {
    fn send<'a>(&'a self, request: Request, _policy: Policy) -> EgressFuture<'a> {
        Box::pin(self.receive(request))
    }
}
