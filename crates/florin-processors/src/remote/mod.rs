//! The sandbox in a process of its own, as an adapter: a processor outside, with a real line between.
//!
//! `protocol` is what both sides say. The adapter takes the test cards' traits from the table that it shares with the
//! other side and asks for everything else. Whatever may have arrived and was not answered is `Unknown`; only what
//! certainly never left this machine, or was turned away at the door, is a decline. Deliberately absent: live mode,
//! retries (recovery asks), and any processor that moves money.

pub mod protocol;

use crate::contract::{
    Effects, Inquiry, InquiryFuture, NoticeError, Processor, ProcessorFuture, ProcessorNotice,
    Secrets,
};
use crate::sandbox::Sandbox;
use crate::sealed;
use florin_domain::cards::CardSource;
use florin_domain::processor::{Decline, Outcome, ProcessorRequest};
use florin_egress::{Egress, Policy, Request, Response};
use florin_vault::constant_time_eq;
use protocol::{CallAnswer, CallBody, InquiryAnswer, NoticeBody};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// Bytes of an answer that are read.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// How to reach the other side.
#[derive(Clone)]
pub struct Line {
    /// Its URL, without a slash at the end.
    pub url: String,
    /// What both sides know: it opens the door there, and signs notices here. Has no `Debug` on purpose.
    pub secret: String,
    /// How long a call may take, in milliseconds.
    pub timeout_ms: u64,
    /// How long the other side may take to show a call that it received, in milliseconds.
    pub visibility_delay_ms: u64,
}

/// The adapter.
pub struct RemoteSandbox {
    line: Line,
    egress: Arc<dyn Egress>,
    /// The tables of test cards.
    tables: Sandbox,
}

impl RemoteSandbox {
    /// An adapter over a line. The other side is a test tool on the operator's own network.
    pub fn new(line: Line, egress: Arc<dyn Egress>) -> RemoteSandbox {
        RemoteSandbox {
            line,
            egress,
            tables: Sandbox::inside(),
        }
    }

    async fn ask(&self, path: &str, body: &impl Serialize) -> Asked {
        let Ok(bytes) = serde_json::to_vec(body) else {
            return Asked::NeverSent;
        };
        let mut request = Request::post(format!("{}{path}", self.line.url), bytes);
        request.headers = vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            (
                "authorization".to_owned(),
                format!("Bearer {}", self.line.secret),
            ),
        ];
        request.timeout_ms = self.line.timeout_ms;
        request.body_bytes_max = ANSWER_BYTES_MAX;
        match self.egress.send(request, Policy::dev()).await {
            Ok(response) => Asked::Answered(response),
            Err(error) if error.certainly_unsent() => {
                tracing::warn!(%error, "the sandbox processor cannot be reached");
                Asked::NeverSent
            }
            Err(error) => {
                tracing::warn!(%error, "the sandbox processor did not answer");
                Asked::Silence
            }
        }
    }

    async fn carry(&self, request: &ProcessorRequest, secrets: &Secrets<'_>) -> Outcome {
        let number = match number_of(request, secrets) {
            Ok(number) => number,
            Err(decline) => return Outcome::Declined(*decline),
        };
        let body = CallBody {
            request: request.clone(),
            number,
            cvc: secrets.cvc.is_some(),
        };
        match self.ask(protocol::CALLS, &body).await {
            Asked::NeverSent => Outcome::Declined(unreachable_processor()),
            Asked::Silence => Outcome::Unknown,
            Asked::Answered(response) => outcome_of(&response),
        }
    }
}

/// What became of a question.
enum Asked {
    NeverSent,
    Silence,
    Answered(Response),
}

/// The outcome in an answer. Only a whole answer that says so is one; 429 and 401 are said before anything is done.
fn outcome_of(response: &Response) -> Outcome {
    match response.status {
        200 => whole::<CallAnswer>(response).map_or(Outcome::Unknown, |answer| answer.outcome),
        429 => Outcome::Declined(turned_away()),
        401 => Outcome::Declined(unreachable_processor()),
        _ => Outcome::Unknown,
    }
}

fn whole<T: DeserializeOwned>(response: &Response) -> Option<T> {
    if response.truncated {
        return None;
    }
    serde_json::from_slice(&response.body).ok()
}

impl Processor for RemoteSandbox {
    crate::forward_to_processor!(tables: describe, published, may_attach);

    fn name(&self) -> &'static str {
        "sandbox"
    }

    fn effects(&self) -> Effects {
        Effects::Outside
    }

    fn is_simulation(&self) -> bool {
        true
    }

    fn call<'a>(
        &'a self,
        request: &'a ProcessorRequest,
        secrets: Secrets<'a>,
    ) -> ProcessorFuture<'a> {
        Box::pin(async move { self.carry(request, &secrets).await })
    }

    fn inquire<'a>(
        &'a self,
        request: &'a ProcessorRequest,
        _secrets: Secrets<'a>,
    ) -> InquiryFuture<'a> {
        Box::pin(async move {
            let asked = self.ask(protocol::INQUIRIES, request).await;
            let Asked::Answered(response) = asked else {
                return Inquiry::Unknown;
            };
            if response.status != 200 {
                return Inquiry::Unknown;
            }
            match whole::<InquiryAnswer>(&response) {
                Some(InquiryAnswer::Known { outcome }) => Inquiry::Known(outcome),
                Some(InquiryAnswer::NotFound) => Inquiry::NotFound,
                None => Inquiry::Unknown,
            }
        })
    }

    fn visibility_delay_ms(&self) -> u64 {
        self.line.visibility_delay_ms
    }

    fn parse_notice(
        &self,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Result<Vec<ProcessorNotice>, NoticeError> {
        let given = headers
            .iter()
            .find(|(name, _)| name == protocol::SIGNATURE)
            .map_or("", |(_, value)| value.as_str());
        let expected = protocol::signature(&self.line.secret, body);
        if !constant_time_eq(given.as_bytes(), expected.as_bytes()) {
            return Err(NoticeError::Forged);
        }
        let told: NoticeBody = serde_json::from_slice(body).map_err(|_| NoticeError::Unreadable)?;
        Ok(vec![ProcessorNotice {
            reference: told.reference,
            outcome: told.outcome,
        }])
    }
}

/// The number that the other side decides by. Later steps go by their reference, also after the number was deleted.
fn number_of(
    request: &ProcessorRequest,
    secrets: &Secrets<'_>,
) -> Result<Option<String>, Box<Decline>> {
    let CardSource::Vault(id) = &request.card else {
        return Ok(None);
    };
    let opened = secrets
        .sealed
        .filter(|record| record.id == *id)
        .and_then(|record| sealed::open(secrets.opener, &request.scope, record).ok());
    match opened {
        Some(open) => Ok(Some(open.number_digits().to_owned())),
        None if request.original.is_some() => Ok(None),
        None => Err(Box::new(failed("The card number could not be read."))),
    }
}

/// A decline that says that nothing was done.
fn failed(message: &str) -> Decline {
    Decline {
        code: "processing_error".to_owned(),
        decline_code: Some("processing_error".to_owned()),
        message: message.to_owned(),
        ..Decline::default()
    }
}

fn unreachable_processor() -> Decline {
    failed("The processor could not be reached. No money moved; try again.")
}

fn turned_away() -> Decline {
    failed("The processor is too busy and took nothing. No money moved; try again shortly.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_domain::processor::Approval;

    fn answer(status: u16, body: &str, truncated: bool) -> Response {
        Response {
            status,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
            truncated,
        }
    }

    #[test]
    fn only_a_whole_answer_is_an_outcome() {
        let approved = serde_json::to_string(&CallAnswer {
            outcome: Outcome::Approved(Approval::default()),
        })
        .expect("JSON");
        let half = &approved[..approved.len() / 2];
        for (status, body, truncated) in [
            (200, half, false),
            (200, approved.as_str(), true),
            (200, "", false),
            (500, approved.as_str(), false),
            (502, "bad gateway", false),
            (302, approved.as_str(), false),
            (404, "", false),
        ] {
            let outcome = outcome_of(&answer(status, body, truncated));
            assert_eq!(outcome, Outcome::Unknown, "{status} {body}");
        }
        let told = outcome_of(&answer(200, &approved, false));
        assert!(matches!(told, Outcome::Approved(_)));
        for status in [401, 429] {
            let told = outcome_of(&answer(status, "", false));
            assert!(matches!(told, Outcome::Declined(_)), "{status}");
        }
    }
}
