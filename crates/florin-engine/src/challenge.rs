//! What buyers are asked to do on the sandbox's pages (authenticate a card, approve with a wallet or an app, send a transfer),
//! what their answer does, and the job that gives up waiting for it.

use crate::Engine;
use crate::caller::Caller;
use crate::jobs::{found, nobody};
use crate::links::with_query;
use crate::operations::{AnswerIntentChallenge, ConfirmSetup, Operation};
use crate::scheduler::member;
use crate::step::Step;
use florin_base::{Scope, currency};
use florin_domain::payments::settle::PAGE_SPACE;
use florin_domain::payments::{
    self, ChallengeAnswer, IntentStatus, PaymentIntent, PaymentMethod, SetupCommand, SetupIntent,
    SetupStatus,
};
use florin_domain::processor::{ChallengeResult, Rehearsed};
use florin_domain::{Entity, Kind, MethodType, Record, RecordKey, Versioned};
use florin_store::{LeasedJob, StoreError};
use florin_vault::constant_time_eq;
use std::sync::Arc;

/// What the page knows.
#[derive(Clone, Debug)]
pub struct Challenged {
    scope: Scope,
    kind: Kind,
    id: String,
    secret: String,
    return_url: Option<String>,
    /// What is paid, for people; a set-up has none.
    pub amount: Option<String>,
    /// In which currency.
    pub currency: Option<String>,
    /// What it is paid with.
    pub tried: MethodType,
    /// The challenge that waits for an answer.
    pub challenge: Option<String>,
}

/// What was chosen on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageChoice {
    /// It goes well at once.
    Succeeded,
    /// It fails at once.
    Failed,
    /// It is known later; only where the payment is not made with a card.
    Later(Rehearsed),
}

impl PageChoice {
    /// How an authentication ends.
    pub const fn of(authenticated: bool) -> PageChoice {
        match authenticated {
            true => PageChoice::Succeeded,
            false => PageChoice::Failed,
        }
    }
}

/// What came of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// The buyer goes there.
    ReturnTo(String),
    /// The merchant named no place to go.
    Done,
    /// Somebody answered before.
    NotWaiting,
    /// The server could not record it now; the page may be used again.
    NotNow,
}

impl Engine {
    /// The intent or set-up of a challenge page, if the secret is right. The page is reached without a key, so its intent
    /// is found by the claim that was made when the challenge was opened.
    pub async fn challenged(&self, id: &str, secret: &str) -> Option<Challenged> {
        let key = self
            .world
            .store
            .find(None, PAGE_SPACE, id)
            .await
            .ok()
            .flatten()?;
        let record = self
            .world
            .store
            .get(std::slice::from_ref(&key))
            .await
            .ok()?
            .pop()
            .flatten()?
            .record;
        let challenged = described(&key, record)?;
        constant_time_eq(secret.as_bytes(), challenged.secret.as_bytes()).then_some(challenged)
    }

    /// Records the buyer's answer to the challenge that the page was made for.
    pub async fn answer_challenge(
        self: &Arc<Self>,
        challenged: &Challenged,
        (challenge, choice): (&str, PageChoice),
        request: &str,
    ) -> Answered {
        let answer = ChallengeAnswer {
            result: match choice {
                PageChoice::Failed => ChallengeResult::Failed,
                _ => ChallengeResult::Authenticated,
            },
            of: challenge.to_owned(),
            rehearsed: match choice {
                PageChoice::Later(rehearsed) => Some(rehearsed),
                _ => None,
            },
        };
        let operation: Box<dyn Operation> = match challenged.kind {
            Kind::SetupIntent => Box::new(ConfirmSetup {
                id: challenged.id.clone(),
                command: SetupCommand {
                    challenge: Some(answer),
                    ..SetupCommand::default()
                },
                method: None,
                token: None,
            }),
            _ => Box::new(AnswerIntentChallenge {
                id: challenged.id.clone(),
                answer,
            }),
        };
        let caller: Caller = nobody(self, &challenged.scope, request);
        let response = self.mutate(caller, operation).await;
        // A decline after the challenge is an answer too: the merchant reads it from the intent.
        let status = match response.status {
            200 if matches!(choice, PageChoice::Later(_)) => "pending",
            200 => "succeeded",
            402 => "failed",
            429 | 500.. => return Answered::NotNow,
            _ => return Answered::NotWaiting,
        };
        challenged
            .return_url
            .as_ref()
            .map_or(Answered::Done, |url| {
                Answered::ReturnTo(challenged.returned(url, status))
            })
    }
}

impl Engine {
    /// Gives up what the buyer was asked to do and did not do in time. The processor is told.
    pub(crate) async fn expire_action(
        self: &Arc<Self>,
        leased: &LeasedJob,
    ) -> Result<(), StoreError> {
        let mut step = Step::new(self, &leased.job.scope, None);
        let held = found(
            step.find::<PaymentIntent>(member(&leased.job, "intent"))
                .await,
        )?;
        let of = member(&leased.job, "challenge");
        let waits = |held: &Versioned<PaymentIntent>| {
            held.record.status == IntentStatus::RequiresAction
                && held.record.challenge.as_deref() == Some(of)
        };
        let Some(intent) = held.filter(waits) else {
            return self.finish_job(leased, None).await;
        };
        let own = intent.record.payment_method.as_deref();
        let Some(method) = found(step.linked::<PaymentMethod>(own).await)? else {
            return self.finish_job(leased, None).await;
        };
        let answer = ChallengeAnswer {
            result: ChallengeResult::Expired,
            of: of.to_owned(),
            rehearsed: None,
        };
        let (draft, mut context) = step.parts();
        match payments::answer_challenge(draft, &mut context, intent, &method, answer) {
            Ok(Some(call)) => self.act(leased, step, call).await,
            Ok(None) | Err(_) => self.finish_job(leased, None).await,
        }
    }
}

impl Challenged {
    /// The merchant's URL with what it needs to look the intent up.
    fn returned(&self, url: &str, status: &str) -> String {
        let name = match self.kind {
            Kind::SetupIntent => "setup_intent",
            _ => "payment_intent",
        };
        let (id, secret) = (&self.id, &self.secret);
        let added = format!("{name}={id}&{name}_client_secret={secret}&redirect_status={status}");
        with_query(url, &added)
    }
}

fn described(key: &RecordKey, record: Record) -> Option<Challenged> {
    let base = |secret: String, return_url: Option<String>| Challenged {
        scope: key.scope.clone(),
        kind: key.kind,
        id: key.id.clone(),
        secret,
        return_url,
        amount: None,
        currency: None,
        tried: MethodType::Card,
        challenge: None,
    };
    match key.kind {
        Kind::PaymentIntent => {
            let intent = PaymentIntent::from_record(record)?;
            let amount = currency::format(intent.currency.as_str(), intent.amount);
            let waits = intent.status == IntentStatus::RequiresAction;
            Some(Challenged {
                amount: Some(amount),
                currency: Some(intent.currency.as_str().to_owned()),
                tried: intent.tried,
                challenge: intent.challenge.clone().filter(|_| waits),
                ..base(intent.client_secret(), intent.return_url)
            })
        }
        Kind::SetupIntent => {
            let setup = SetupIntent::from_record(record)?;
            let waits = setup.status == SetupStatus::RequiresAction;
            Some(Challenged {
                challenge: setup.challenge.clone().filter(|_| waits),
                ..base(setup.client_secret(), setup.return_url)
            })
        }
        _ => None,
    }
}
