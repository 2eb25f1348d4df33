//! The one way of a mutation: claim → decide → (commit → call →) settle → commit → answer.
//!
//! A mutation runs in a task of its own and is never cancelled with its connection. Requests on one object queue.
//! A decision that meets a conflict is made anew, three times at most.

use crate::Engine;
use crate::caller::Caller;
use crate::operations::Operation;
use crate::read::{Reader, render_answer};
use crate::settle::Recorded;
use crate::step::{Answer, Decided, Halt, Step};
use florin_base::limits::{DECIDE_TRIES_MAX, MUTATIONS_IN_FLIGHT_MAX};
use florin_base::{Millis, Scope};
use florin_domain::changes::{Changes, Job, JobKind, Require};
use florin_domain::payments::{Attempt, AttemptState, Call};
use florin_domain::processor::Outcome;
use florin_domain::{Entity, webhooks};
use florin_processors::Effects;
use florin_render::expand::ExpandPlan;
use florin_render::{View, render_refusal};
use florin_store::{Commit, IdempotencyClaim, Reply, SavedClaim, StoreError};
use florin_vault::{SealContext, SealedSecret};
use florin_wire::{ErrorType, WireError, print};
use futures_channel::oneshot;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// An answer, ready to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
    /// The request whose saved answer this is.
    pub replayed_from: Option<String>,
    /// `Stripe-Should-Retry`.
    pub retry: Option<bool>,
    /// `Retry-After`, in seconds.
    pub retry_after_s: Option<u32>,
}

impl Response {
    /// Whether an issuer declined: only then does the error tell of a payment or a set-up. What a card itself gives away never
    /// reached an issuer.
    pub fn is_decline(&self) -> bool {
        if self.status != DECLINED {
            return false;
        }
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let tells = |name: &str| body.pointer(&format!("/error/{name}/id")).is_some();
        tells("payment_intent") || tells("setup_intent")
    }

    /// An error, with links to the server's own pages under `base_url`.
    pub fn error(error: &WireError, base_url: &str, request: &str) -> Response {
        Response {
            status: error.status,
            body: print(&error.body(base_url, request)),
            replayed_from: None,
            retry: error.retry,
            retry_after_s: error.retry_after_s,
        }
    }

    fn fresh(reply: Reply) -> Response {
        Response {
            status: reply.status,
            body: reply.body,
            replayed_from: None,
            retry: None,
            retry_after_s: None,
        }
    }
}

/// The server is busy: nothing happened, and trying again is right.
pub(crate) fn overloaded(why: &str) -> WireError {
    let message = format!(
        "The server cannot take this request now ({why}). Nothing was changed; try again shortly."
    );
    let mut error = WireError::new(503, ErrorType::Api, message).with_retry(true);
    error.retry_after_s = Some(1);
    error
}

/// Nobody knows yet whether the change was committed: only the same idempotency key may be tried again.
fn in_doubt(why: &str) -> WireError {
    let message = format!(
        "The database did not confirm this request ({why}), so it is not known whether it took effect. Send it again with the \
         same idempotency key: it is never carried out twice."
    );
    let mut error = WireError::new(503, ErrorType::Api, message).with_retry(true);
    error.retry_after_s = Some(1);
    error
}

/// The processor was asked, and what it said could not be recorded. Only the same idempotency key may be tried again.
fn not_recorded(caller: &Caller) -> WireError {
    let message = "The processor was asked, but its answer could not be recorded yet. It is recorded as soon as the database \
        allows. Retrieve the object before you try anything again; with an idempotency key, send the same request again.";
    let mut error = WireError::new(503, ErrorType::Api, message);
    if caller.idempotency.is_some() {
        error = error.with_retry(true);
        error.retry_after_s = Some(1);
    } else {
        error = error.with_retry(false);
    }
    error
}

/// Somebody else works on the object.
pub(crate) fn lock_timeout() -> WireError {
    let message = "This object cannot be accessed right now because another API request is currently accessing it. \
        If you see this error intermittently, retry the request; if it is frequent, spread your requests on one object.";
    let mut error = WireError::new(429, ErrorType::InvalidRequest, message)
        .with_code("lock_timeout")
        .with_retry(true);
    error.retry_after_s = Some(1);
    error
}

/// The store's no, on the wire.
pub(crate) fn store_error(error: &StoreError) -> WireError {
    match error {
        StoreError::Conflict | StoreError::Claimed { .. } => lock_timeout(),
        StoreError::Floor => WireError::invalid("You have insufficient funds for this operation.")
            .with_code("balance_insufficient"),
        StoreError::Unavailable(why) => overloaded(why),
        StoreError::InDoubt(why) => in_doubt(why),
        StoreError::Corrupt(why) => {
            tracing::error!(%why, "the database holds what this release cannot read");
            WireError::api(
                "An internal error occurred; the request's id is in the log of the server.",
            )
        }
    }
}

impl Engine {
    /// True when what a processor does for this scope lies outside our store.
    pub(crate) fn is_outside(&self, scope: &Scope) -> bool {
        self.world
            .processors
            .for_scope(scope.live)
            .is_some_and(|processor| processor.effects() == Effects::Outside)
    }

    /// How objects of a scope are rendered.
    pub fn view<'a>(&'a self, scope: &'a Scope) -> View<'a> {
        View {
            base_url: &self.world.settings.base_url,
            account: &scope.account,
            live: scope.live,
            seal: &*self.seal,
        }
    }

    /// Runs a mutation to its end, whatever becomes of the caller.
    pub async fn mutate(
        self: &Arc<Self>,
        caller: Caller,
        operation: Box<dyn Operation>,
    ) -> Response {
        if self.in_flight.fetch_add(1, Ordering::AcqRel) >= MUTATIONS_IN_FLIGHT_MAX {
            self.in_flight.fetch_sub(1, Ordering::AcqRel);
            return caller.error(&overloaded("too many requests at once"));
        }
        let (give, take) = oneshot::channel();
        let engine = Arc::clone(self);
        let request = caller.request.clone();
        self.world.spawn.spawn(Box::pin(async move {
            let response = engine.run(&caller, operation.as_ref()).await;
            engine.in_flight.fetch_sub(1, Ordering::AcqRel);
            // A caller that went away does not undo the mutation.
            let _ = give.send(response);
        }));
        match take.await {
            Ok(response) => response,
            Err(_) => {
                self.in_flight.fetch_sub(1, Ordering::AcqRel);
                tracing::error!(%request, "a request ended in a panic");
                let error = WireError::api(
                    "An internal error occurred; the request's id is in the log of the server.",
                );
                Response::error(&error, &self.world.settings.base_url, &request)
            }
        }
    }

    async fn run(self: &Arc<Self>, caller: &Caller, operation: &dyn Operation) -> Response {
        let key = caller
            .idempotency
            .as_ref()
            .map(|(key, _)| format!("idempotency/{:?}/{key}", caller.scope));
        let _own = match &key {
            Some(key) => match self.queue.turn_now(key) {
                Some(turn) => Some(turn),
                None => return caller.error(&in_flight(caller)),
            },
            None => None,
        };
        match self.replay(caller).await {
            Ok(None) => {}
            Ok(Some(response)) => return response,
            Err(error) => return caller.error(&store_error(&error)),
        }
        let _turn = match operation.object() {
            Some(object) => match self
                .queue
                .turn(&format!("{:?}/{object}", caller.scope))
                .await
            {
                Some(turn) => Some(turn),
                None => return caller.error(&lock_timeout()),
            },
            None => None,
        };
        let tried = match self.begin_card_try(caller, operation).await {
            Ok(tried) => tried,
            Err(error) => return self.refuse(caller, Halt::Wire(error)).await,
        };
        let response = self.decide(caller, operation).await;
        if let Some(tried) = tried {
            self.end_card_try(tried, caller, &response).await;
        }
        response
    }

    /// The answer of a request that is refused and of which nothing is saved. What its idempotency key answered before goes
    /// first: a card that has expired since does not undo the payment that it made, and what refuses may be this key's own
    /// work at another copy, which could not be seen a moment ago.
    pub async fn refuse(&self, caller: &Caller, halt: Halt) -> Response {
        match self.replay(caller).await {
            Ok(Some(answered)) => answered,
            Ok(None) => {
                let error = self.error_of(caller, halt);
                let mut body = caller.error_body(&error);
                let reader = Reader::new(self, &caller.scope, None);
                match reader.fill_for(&mut body, caller).await {
                    Ok(()) => caller.told(&error, body),
                    Err(error) => caller.error(&store_error(&error)),
                }
            }
            Err(error) => self.respond(caller, Err(error.into())),
        }
    }

    /// The saved answer of an idempotency key that was used before.
    async fn replay(&self, caller: &Caller) -> Result<Option<Response>, StoreError> {
        let Some((key, hash)) = &caller.idempotency else {
            return Ok(None);
        };
        let Some(saved) = self.world.store.saved(&caller.scope, key).await? else {
            return Ok(None);
        };
        let SavedClaim {
            hash: first,
            request,
            reply,
            ..
        } = saved;
        if first != *hash {
            return Ok(Some(caller.error(&mismatch(key))));
        }
        let Some(reply) = reply else {
            return Ok(Some(caller.error(&in_flight(caller))));
        };
        let body = self
            .open_reply(&caller.scope, &request, reply.clone())
            .await?;
        Ok(Some(Response {
            status: reply.status,
            body,
            replayed_from: Some(request),
            retry: None,
            retry_after_s: None,
        }))
    }

    async fn decide(self: &Arc<Self>, caller: &Caller, operation: &dyn Operation) -> Response {
        let mut last = StoreError::Conflict;
        for attempt in 0..DECIDE_TRIES_MAX {
            let mut step = Step::new(self, &caller.scope, Some(caller.reference()));
            let done = match operation.run(&mut step, caller).await {
                Ok(decided) => self.finish(caller, step, decided, attempt == 0).await,
                // What was read from several moments may refuse what no single moment would.
                Err(Halt::Refused(refusal)) => match step.is_current().await {
                    Ok(true) => Err(Halt::Refused(refusal)),
                    Ok(false) => Err(Halt::Store(StoreError::Conflict)),
                    Err(error) => Err(Halt::Store(error)),
                },
                Err(halt) => Err(halt),
            };
            match done {
                Ok(response) => return response,
                Err(Halt::Refused(refusal)) => {
                    let error = render_refusal(&refusal, &self.view(&caller.scope));
                    return self.refused(caller, error).await;
                }
                Err(Halt::Wire(error)) => return self.refuse(caller, Halt::Wire(error)).await,
                Err(Halt::Store(StoreError::Claimed { space })) if space == "idempotency" => {
                    return self.lost_race(caller).await;
                }
                Err(Halt::Store(StoreError::Conflict)) => last = StoreError::Conflict,
                Err(Halt::Store(error)) => {
                    last = error;
                    break;
                }
            }
        }
        caller.error(&store_error(&last))
    }

    /// Answers with an error. A decline was an execution: it is saved under the idempotency key like any other answer.
    async fn refused(self: &Arc<Self>, caller: &Caller, error: WireError) -> Response {
        if error.status != DECLINED {
            return self.refuse(caller, Halt::Wire(error)).await;
        }
        let response = caller.error(&error);
        let reply = Reply {
            status: response.status,
            body: response.body.clone(),
            key_id: String::new(),
        };
        let Some(claim) = self.claim(caller, Some(reply), None) else {
            return response;
        };
        let commit = Commit {
            claim: Some(claim),
            ..Commit::default()
        };
        match self.world.store.commit(commit).await {
            Ok(_) => response,
            Err(StoreError::Claimed { .. }) => self.lost_race(caller).await,
            Err(error) => caller.error(&store_error(&error)),
        }
    }

    /// Another request took the idempotency key first: its answer is the answer.
    async fn lost_race(&self, caller: &Caller) -> Response {
        match self.replay(caller).await {
            Ok(Some(response)) => response,
            Ok(None) => caller.error(&in_flight(caller)),
            Err(error) => caller.error(&store_error(&error)),
        }
    }

    async fn finish(
        self: &Arc<Self>,
        caller: &Caller,
        mut step: Step,
        decided: Decided,
        cached: bool,
    ) -> Result<Response, Halt> {
        let Decided {
            call,
            answer,
            settings,
        } = decided;
        let recorded = match call {
            None => Recorded { verdict: None },
            Some(call) if self.is_outside(&caller.scope) => {
                // In a box: it is large, and a payment inside the store never comes here.
                return Box::pin(self.finish_outside(caller, step, (call, answer), cached)).await;
            }
            Some(call) => {
                let outcome = self.ask(&mut step, &call).await?;
                if outcome == Outcome::Unknown {
                    // Its effects would lie in this very commit: without an outcome there are none.
                    return Err(WireError::api(
                        "The processor failed. Nothing was changed; try again.",
                    )
                    .into());
                }
                let attempt = call.attempt.record.id().to_owned();
                step.note(call.attempt);
                self.settle_step(&mut step, &attempt, outcome).await?
            }
        };
        let reply = render_answer(&step, caller, &answer, recorded).await?;
        self.check_again(caller).await?;
        let changes = step.take().without_answered();
        let claim = self.claim(
            caller,
            Some(self.seal_reply(caller, &answer, reply.clone())?),
            None,
        );
        let commit = Commit {
            changes,
            claim,
            bumps_epoch: settings,
            ..Commit::default()
        };
        self.commit(&caller.scope, commit, cached).await?;
        if settings {
            self.cache.forget();
        }
        Ok(Response::fresh(reply))
    }

    /// The processor is outside: what it is asked for is durable before it is asked, and recovery knows of it.
    async fn finish_outside(
        self: &Arc<Self>,
        caller: &Caller,
        mut step: Step,
        decided: (Box<Call>, Answer),
        cached: bool,
    ) -> Result<Response, Halt> {
        let (mut call, answer) = decided;
        call.attempt.record.api_version = Some(caller.version.as_str().to_owned());
        call.attempt.record.answer = Some((answer.key().kind, answer.key().id.clone()));
        call.attempt.record.by_front = matches!(answer, Answer::Front(..));
        let id = call.attempt.record.id().to_owned();
        // What cannot be rendered must be refused before anything is asked.
        render_answer(&step, caller, &answer, Recorded::default()).await?;
        let sending = self.announce(&mut step, &mut call).await?;
        self.check_again(caller).await?;
        let claim = self.claim(caller, None, Some(&id));
        let commit = Commit {
            changes: step.take(),
            claim,
            ..Commit::default()
        };
        self.commit(&caller.scope, commit, cached).await?;
        let outcome = self.make(&call.request, sending).await;
        Ok(self.settle_answer(caller, &id, answer, outcome).await)
    }

    /// Settles and answers. The outcome is real, so that it is tried anew until recovery takes over.
    async fn settle_answer(
        self: &Arc<Self>,
        caller: &Caller,
        attempt: &str,
        answer: Answer,
        outcome: Outcome,
    ) -> Response {
        let until_ms = self.world.clock.monotonic_ms() + SETTLE_MS_MAX;
        for again in 0..SETTLE_TRIES_MAX {
            if again > 0 && self.world.clock.monotonic_ms() >= until_ms {
                break;
            }
            let settled = self
                .try_settle_answer(caller, attempt, &answer, outcome.clone())
                .await;
            match settled {
                Ok(response) => return response,
                Err(Halt::Store(StoreError::Conflict)) => {}
                Err(Halt::Store(error)) => {
                    tracing::warn!(%error, attempt, again, "an outcome could not be recorded yet");
                    self.world.clock.sleep(SETTLE_AGAIN_MS).await;
                }
                Err(halt) => {
                    tracing::error!(?halt, attempt, "an outcome could not be settled");
                    break;
                }
            }
        }
        tracing::warn!(attempt, "an outcome waits for recovery");
        caller.error(&not_recorded(caller))
    }

    /// Renders what was settled. An expansion that the settled object does not allow is left out: the outcome is real and
    /// has to be told.
    async fn render_settled(
        &self,
        step: &Step,
        caller: &Caller,
        answer: &Answer,
        recorded: Recorded,
    ) -> Result<Reply, Halt> {
        let verdict = recorded.verdict.clone();
        match render_answer(step, caller, answer, recorded).await {
            Err(Halt::Wire(_)) => {
                let plain = Caller {
                    expand: ExpandPlan::default(),
                    ..caller.clone()
                };
                render_answer(step, &plain, answer, Recorded { verdict }).await
            }
            rendered => rendered,
        }
    }

    async fn try_settle_answer(
        self: &Arc<Self>,
        caller: &Caller,
        attempt: &str,
        answer: &Answer,
        outcome: Outcome,
    ) -> Result<Response, Halt> {
        let known = outcome != Outcome::Unknown;
        let mut step = Step::new(self, &caller.scope, Some(caller.reference()));
        let before = step.in_url::<Attempt>(attempt, "attempt").await?.record;
        let recorded = self.settle_step(&mut step, attempt, outcome).await?;
        if before.state != AttemptState::Processing {
            return self.settled_before(caller, step, &before, answer).await;
        }
        let reply = self.render_settled(&step, caller, answer, recorded).await?;
        if !known {
            // The call is over, so that asking need not wait for the job that stands behind a process that died.
            let (draft, context) = step.parts();
            let due = context.now_real.plus_ms(ASK_SOON_MS);
            let body = json!({ "attempt": attempt });
            draft.job(JobKind::Recover, format!("job_ask_{attempt}"), due, body);
        }
        // An unknown outcome is answered but not saved: the key stays open until recovery knows.
        let claim = if known {
            self.claim_held(caller, self.seal_reply(caller, answer, reply.clone())?)
        } else {
            None
        };
        let commit = Commit {
            changes: step.take(),
            claim,
            must_not_shed: true,
            ..Commit::default()
        };
        self.commit(&caller.scope, commit, false).await?;
        Ok(Response::fresh(reply))
    }

    /// Recovery was faster, or an earlier try was committed without our knowing: what was recorded then is the answer.
    async fn settled_before(
        self: &Arc<Self>,
        caller: &Caller,
        step: Step,
        before: &Attempt,
        answer: &Answer,
    ) -> Result<Response, Halt> {
        let changes = step.take();
        if !changes.is_empty() {
            let commit = Commit {
                changes,
                must_not_shed: true,
                ..Commit::default()
            };
            self.commit(&caller.scope, commit, false).await?;
        }
        if let Some(saved) = self.replay(caller).await? {
            return Ok(saved);
        }
        let step = Step::new(self, &caller.scope, None);
        let recorded = Recorded::before(before);
        let reply = self.render_settled(&step, caller, answer, recorded).await?;
        Ok(Response::fresh(reply))
    }

    fn claim(
        &self,
        caller: &Caller,
        reply: Option<Reply>,
        attempt: Option<&str>,
    ) -> Option<IdempotencyClaim> {
        let (key, hash) = caller.idempotency.as_ref()?;
        Some(IdempotencyClaim {
            scope: caller.scope.clone(),
            key: key.clone(),
            hash: *hash,
            request: caller.request.clone(),
            reply,
            is_held: false,
            attempt: attempt.map(str::to_owned),
        })
    }

    fn claim_held(&self, caller: &Caller, reply: Reply) -> Option<IdempotencyClaim> {
        self.claim(caller, Some(reply), None)
            .map(|claim| IdempotencyClaim {
                is_held: true,
                ..claim
            })
    }

    /// Commits, with the fan-out of the events, and hands the jobs that are due to the outbox.
    pub(crate) async fn commit(
        self: &Arc<Self>,
        scope: &Scope,
        mut commit: Commit,
        cached: bool,
    ) -> Result<(), StoreError> {
        if !commit.changes.events.is_empty() {
            self.plan_fan_out(scope, &mut commit.changes, cached)
                .await?;
        }
        commit.takes_jobs = !commit.changes.jobs.is_empty();
        let since_ms = self.world.clock.monotonic_ms();
        let taken = self.world.store.commit(commit).await?;
        self.outbox.offer(taken, since_ms);
        Ok(())
    }

    /// Adds the fan-out job. Where a scope has no endpoints, the commit relies on that instead.
    pub(crate) async fn plan_fan_out(
        &self,
        scope: &Scope,
        changes: &mut Changes,
        cached: bool,
    ) -> Result<(), StoreError> {
        let settings = self.webhook_settings(scope, cached).await?;
        if settings.record.endpoints == 0 {
            changes.require(Require {
                key: settings.record.key(scope),
                version: settings.version,
            });
            return Ok(());
        }
        let events: Vec<&str> = changes
            .events
            .iter()
            .map(|(_, event)| event.id.as_str())
            .collect();
        let now: Millis = self.world.clock.now();
        let job = Job {
            id: self.fresh_id("job_"),
            kind: JobKind::FanOut,
            scope: scope.clone(),
            due: now,
            lane: JobKind::FanOut.name().to_owned(),
            body: json!({ webhooks::EVENTS_MEMBER: events }),
        };
        changes.jobs.push(job);
        Ok(())
    }

    /// Replies that show a secret once are sealed where they are kept.
    fn seal_reply(&self, caller: &Caller, answer: &Answer, reply: Reply) -> Result<Reply, Halt> {
        let (Answer::Endpoint(..) | Answer::Front(_, Some(_))) = answer else {
            return Ok(reply);
        };
        let context = reply_context(&caller.scope, &caller.request);
        let sealed = self
            .world
            .vault
            .seal_secret(&context, &reply.body)
            .map_err(|error| Halt::Wire(WireError::api(error.to_string())))?;
        let (key_id, body) = sealed.into_parts();
        Ok(Reply {
            body,
            key_id,
            ..reply
        })
    }

    async fn open_reply(
        &self,
        scope: &Scope,
        request: &str,
        reply: Reply,
    ) -> Result<Vec<u8>, StoreError> {
        if reply.key_id.is_empty() {
            return Ok(reply.body);
        }
        self.know_key(&reply.key_id).await;
        let sealed = SealedSecret::from_parts(reply.key_id, reply.body);
        let opened = self
            .world
            .vault
            .open_secret(&reply_context(scope, request), &sealed);
        opened
            .map(|body| body.to_vec())
            .map_err(|error| StoreError::Corrupt(error.to_string()))
    }
}

/// The status of a decline.
const DECLINED: u16 = 402;
/// A call that ended without an outcome is asked for after so long, in milliseconds.
const ASK_SOON_MS: i64 = 1_000;
/// Between two tries to record an outcome while the database does not answer, in milliseconds.
const SETTLE_AGAIN_MS: u64 = 200;
/// A request tries to record an outcome for so long before it answers, in milliseconds; recovery finishes it then.
const SETTLE_MS_MAX: u64 = 10_000;
/// A settlement that meets conflicts is made anew so often before recovery finishes it.
pub(crate) const SETTLE_TRIES_MAX: u32 = 10;

/// The job that finishes an attempt whose process died.
pub(crate) fn recovery_job(attempt: &str) -> String {
    format!("job_recover_{attempt}")
}

fn reply_context<'a>(scope: &'a Scope, request: &'a str) -> SealContext<'a> {
    SealContext {
        account: &scope.account,
        live: scope.live,
        record: request,
    }
}

fn mismatch(key: &str) -> WireError {
    let message = format!(
        "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a \
         key other than '{key}' if you meant to execute a different request."
    );
    WireError::new(400, ErrorType::Idempotency, message)
}

fn in_flight(caller: &Caller) -> WireError {
    let key = caller.idempotency.as_ref().map_or("", |(key, _)| key);
    let message = format!(
        "There is currently another in-progress request using this Idempotent Key (that probably means you submitted \
         twice, and the other request is still going through): {key}. Please try again later."
    );
    let mut error = WireError::new(409, ErrorType::Idempotency, message)
        .with_code("idempotency_key_in_use")
        .with_retry(true);
    error.retry_after_s = Some(1);
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_domain::accounts::KeyRole;
    use florin_wire::versions::{NEWEST, Names};

    #[test]
    fn what_is_busy_is_to_be_tried_again_in_a_second() {
        let caller = Caller {
            scope: Scope::test("acct_1"),
            role: KeyRole::Secret,
            version: NEWEST,
            request: "req_1".to_owned(),
            idempotency: Some(("key".to_owned(), [0; 32])),
            expand: ExpandPlan::default(),
            buyer: None,
            client_secret: None,
            base_url: "".into(),
            names: Names::default(),
            key: None,
        };
        for (error, status, code) in [
            (in_flight(&caller), 409, "idempotency_key_in_use"),
            (lock_timeout(), 429, "lock_timeout"),
        ] {
            let response = caller.error(&error);
            assert_eq!(
                (response.status, error.code.as_deref()),
                (status, Some(code))
            );
            assert_eq!(
                (response.retry, response.retry_after_s),
                (Some(true), Some(1))
            );
        }
    }
}
