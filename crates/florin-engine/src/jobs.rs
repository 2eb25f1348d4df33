//! Due work. The effects of a job and its end lie in one commit, under the fence of its lease.

use crate::Engine;
use crate::caller::Caller;
use crate::keys::AdminError;
use crate::read::Reader;
use crate::scheduler::{finish, member};
use crate::secrets::SecretPlace;
use crate::step::{Halt, Step};
use base64::Engine as _;
use florin_base::{Asset, Day, Timestamp, limits};
use florin_domain::changes::JobKind;
use florin_domain::ledger::{self, Booking, LedgerAccount};
use florin_domain::payments::{
    self, Attempt, Charge, PaymentIntent, PaymentMethod, Refund, RefundInputs,
};
use florin_domain::processor::{Outcome, ProcessorRequest, Terms, Verb};
use florin_domain::record::LIVING;
use florin_domain::webhooks::{self, Delivery, Event, Try, WebhookEndpoint};
use florin_domain::{Entity, Kind, Versioned};
use florin_egress::{EgressError, Request, Response as Answer};
use florin_processors::Inquiry;
use florin_store::{Commit, LeasedJob, ListQuery, StoreError};
use florin_vault::hmac_sha256;
use florin_wire::print;
use florin_wire::versions::{self, ApiVersion, NEWEST};
use std::sync::Arc;

/// Idempotency keys that one job drops.
const PRUNE_MAX: usize = 1_000;
/// Between two prunings, in milliseconds.
pub(crate) const PRUNE_EVERY_MS: i64 = 3_600_000;
/// Payment methods of a deleted customer that one commit detaches.
pub(crate) const DETACHED_MAX: usize = 100;
/// A day's release looks for stragglers after so long, in milliseconds.
const RELEASE_AGAIN_MS: i64 = 60_000;
/// It looks for the last time so long after the day began, in milliseconds: what is booked into a day that has begun comes
/// from a clock that fell back, which none does by more than a day.
const RELEASE_LAST_MS: i64 = 25 * 3_600_000;
/// Bytes of an endpoint's answer that are read.
const ANSWER_BYTES_MAX: usize = 16 * 1024;

impl Engine {
    /// Performs a job.
    pub(crate) async fn perform(self: &Arc<Self>, leased: &LeasedJob) -> Result<(), StoreError> {
        match leased.job.kind {
            JobKind::FanOut => self.fan_out(leased).await,
            JobKind::Deliver => self.deliver(leased).await,
            JobKind::Recover => self.recover(leased).await,
            JobKind::RefundInquiry => self.inquire_refund(leased).await,
            JobKind::AuthorizationExpiry => self.expire(leased).await,
            JobKind::Void => self.void_late(leased).await,
            JobKind::Reverse => self.reverse(leased).await,
            JobKind::Release => self.release(leased).await,
            JobKind::SessionExpiry => self.expire_due_session(leased).await,
            JobKind::ActionExpiry => self.expire_action(leased).await,
            JobKind::Receipt | JobKind::RefundReceipt => self.mail_receipt(leased).await,
            JobKind::Detach => self.detach_rest(leased).await,
            JobKind::PruneKeys => self.prune(leased).await,
        }
    }

    /// Commits what a job decided, with the job's end.
    pub(crate) async fn finish_with(
        self: &Arc<Self>,
        leased: &LeasedJob,
        step: Step,
    ) -> Result<(), StoreError> {
        let changes = step.take().without_answered();
        let commit = Commit {
            changes,
            finish: Some(finish(leased, None)),
            must_not_shed: true,
            ..Commit::default()
        };
        self.commit(&leased.job.scope, commit, false).await
    }

    async fn fan_out(self: &Arc<Self>, leased: &LeasedJob) -> Result<(), StoreError> {
        let scope = &leased.job.scope;
        let page = self
            .world
            .store
            .list(
                &ListQuery::newest(scope, Kind::WebhookEndpoint, limits::WEBHOOK_ENDPOINTS_MAX)
                    .with("state", LIVING),
            )
            .await?;
        let endpoints: Vec<WebhookEndpoint> = page
            .into_iter()
            .filter_map(|held| WebhookEndpoint::from_record(held.record))
            .collect();
        let ids = leased
            .job
            .body
            .get(webhooks::EVENTS_MEMBER)
            .and_then(|list| list.as_array());
        let ids = ids.into_iter().flatten().filter_map(|id| id.as_str());
        let mut step = Step::new(self, scope, None);
        for id in ids {
            let Some(event) = step
                .peek(Kind::Event, id)
                .await?
                .and_then(Event::from_record)
            else {
                continue;
            };
            let (draft, mut context) = step.parts();
            webhooks::plan(draft, &mut context, &event, &endpoints);
        }
        self.finish_with(leased, step).await
    }

    async fn deliver(self: &Arc<Self>, leased: &LeasedJob) -> Result<(), StoreError> {
        let scope = &leased.job.scope;
        let mut step = Step::new(self, scope, None);
        let id = member(&leased.job, "delivery");
        let pending =
            |held: &Versioned<Delivery>| held.record.state == webhooks::DeliveryState::Pending;
        let held = found(step.find::<Delivery>(id).await)?;
        let Some(mut delivery) = held.filter(pending) else {
            return self.finish_job(leased, None).await;
        };
        let endpoint = step
            .peek(Kind::WebhookEndpoint, &delivery.record.endpoint)
            .await?
            .and_then(WebhookEndpoint::from_record);
        let event = step
            .peek(Kind::Event, &delivery.record.event)
            .await?
            .and_then(Event::from_record);
        let (Some(endpoint), Some(event)) = (
            endpoint.filter(|held| !held.deleted && !held.disabled),
            event,
        ) else {
            let (draft, mut context) = step.parts();
            webhooks::give_up(draft, &mut context, &mut delivery);
            return self.finish_with(leased, step).await;
        };
        let began = self.world.clock.now();
        let answer = self.send(scope.live, &event, &endpoint, scope).await;
        let attempt = tried(began, self.world.clock.now(), answer);
        let schedule = self.world.settings.retries.clone();
        let again = {
            let (draft, mut context) = step.parts();
            webhooks::record_try(draft, &mut context, &mut delivery, attempt, &schedule)
        };
        let commit = Commit {
            changes: step.take(),
            finish: Some(finish(leased, again)),
            must_not_shed: true,
            ..Commit::default()
        };
        self.world.store.commit(commit).await.map(|_| ())
    }

    /// Signs an event for an endpoint and sends it.
    async fn send(
        &self,
        live: bool,
        event: &Event,
        endpoint: &WebhookEndpoint,
        scope: &florin_base::Scope,
    ) -> Result<Answer, EgressError> {
        let named = endpoint.api_version.as_deref();
        let version = match named.and_then(|text| ApiVersion::parse(text).ok()) {
            Some(version) => version,
            None => self
                .version_of(scope)
                .await
                .map_err(|error| EgressError::Protocol(error.to_string()))?,
        };
        let reader = Reader::new(self, scope, None);
        let mut told = florin_render::render_event(event, &self.view(scope), 1, NEWEST);
        if let Err(error) = reader.fill(&mut told, version).await {
            return Err(EgressError::Protocol(error.to_string()));
        }
        versions::walk_back(&mut told, version);
        let body = print(&told);
        let secrets = self
            .signing_secrets(scope, endpoint)
            .await
            .map_err(EgressError::Protocol)?;
        let now = self.now();
        let mut headers = signature_headers(&event.id, now, &body, &secrets);
        headers.push((
            "content-type".to_owned(),
            "application/json; charset=utf-8".to_owned(),
        ));
        headers.push(("user-agent".to_owned(), "Florin/1.0 (webhooks)".to_owned()));
        let mut request = Request::post(&endpoint.url, body);
        request.headers = headers;
        request.timeout_ms = self.world.settings.delivery_timeout_ms;
        request.body_bytes_max = ANSWER_BYTES_MAX;
        let policy = if live {
            self.world.settings.live_egress
        } else {
            self.world.settings.test_egress
        };
        self.world.egress.send(request, policy).await
    }

    /// The secrets that sign now: the current one, and a rolled one while its time lasts.
    async fn signing_secrets(
        &self,
        scope: &florin_base::Scope,
        endpoint: &WebhookEndpoint,
    ) -> Result<Vec<String>, String> {
        let rolled = endpoint.rolled.as_ref();
        let rolled = rolled.filter(|rolled| self.now() < rolled.until);
        let current = SecretPlace::current(scope, &endpoint.id);
        let sealed = std::iter::once((current, &endpoint.secret, &endpoint.secret_key_id)).chain(
            rolled.map(|rolled| {
                let place = SecretPlace::rolled(scope, &endpoint.id);
                (place, &rolled.secret, &rolled.key_id)
            }),
        );
        let mut secrets = Vec::with_capacity(2);
        for (place, text, key_id) in sealed {
            let opened = self.open_signing_secret(place, text, key_id).await;
            let opened = opened.map_err(|error| error.to_string())?;
            let secret = String::from_utf8(opened.to_vec());
            secrets.push(secret.map_err(|_| "the signing secret is not text".to_owned())?);
        }
        Ok(secrets)
    }

    async fn inquire_refund(self: &Arc<Self>, leased: &LeasedJob) -> Result<(), StoreError> {
        let mut step = Step::new(self, &leased.job.scope, None);
        let Some(mut refund) = found(step.find::<Refund>(member(&leased.job, "refund")).await)?
        else {
            return self.finish_job(leased, None).await;
        };
        let Some(charge) = found(step.find::<Charge>(&refund.record.charge).await)? else {
            return self.finish_job(leased, None).await;
        };
        let request = refund_request(&leased.job.scope, &charge.record, &refund.record);
        let sealed = self.sealed_of(&mut step, &request).await?;
        let outcome = match self.inform(&request, sealed.as_ref()).await {
            Inquiry::Known(outcome) => outcome,
            Inquiry::NotFound | Inquiry::Unknown => {
                let again = self.world.clock.now().plus_ms(crate::scheduler::RETRY_MS);
                return self.finish_job(leased, Some(again)).await;
            }
        };
        if let Outcome::Pending { ask_after_ms } = outcome {
            return self
                .finish_job(leased, Some(self.world.clock.now().plus_ms(ask_after_ms)))
                .await;
        }
        let warning = halted(step.warning_of(&charge.record).await)?;
        let back = RefundInputs { charge, warning };
        let (draft, mut context) = step.parts();
        payments::settle_inquiry(draft, &mut context, &mut refund, back, &outcome);
        self.finish_with(leased, step).await
    }

    async fn expire(self: &Arc<Self>, leased: &LeasedJob) -> Result<(), StoreError> {
        let mut step = Step::new(self, &leased.job.scope, None);
        let Some(charge) = found(step.find::<Charge>(member(&leased.job, "charge")).await)? else {
            return self.finish_job(leased, None).await;
        };
        let intent = step.linked::<PaymentIntent>(charge.record.payment_intent.as_deref());
        let intent = found(intent.await)?;
        let is_busy = charge.record.attempt.is_some()
            || intent
                .as_ref()
                .is_some_and(|held| held.record.attempt.is_some());
        if is_busy {
            let again = self.world.clock.now().plus_ms(crate::scheduler::RETRY_MS);
            return self.finish_job(leased, Some(again)).await;
        }
        let (draft, mut context) = step.parts();
        match payments::expire(draft, &mut context, charge, intent) {
            Some(call) => self.act(leased, step, call).await,
            None => self.finish_with(leased, step).await,
        }
    }

    /// Gives back an approval that came after the payment was cancelled.
    async fn void_late(self: &Arc<Self>, leased: &LeasedJob) -> Result<(), StoreError> {
        let mut step = Step::new(self, &leased.job.scope, None);
        let Some(charge) = found(step.find::<Charge>(member(&leased.job, "charge")).await)? else {
            return self.finish_job(leased, None).await;
        };
        let (draft, mut context) = step.parts();
        match payments::release_void(draft, &mut context, charge) {
            Some(call) => self.act(leased, step, call).await,
            None => self.finish_job(leased, None).await,
        }
    }

    /// Gives back the money of an approval that came after another end was recorded.
    async fn reverse(self: &Arc<Self>, leased: &LeasedJob) -> Result<(), StoreError> {
        let mut step = Step::new(self, &leased.job.scope, None);
        let Some(held) = found(step.find::<Attempt>(member(&leased.job, "attempt")).await)? else {
            return self.finish_job(leased, None).await;
        };
        let (_, mut context) = step.parts();
        match payments::reverse(&mut context, &held.record) {
            Some(call) => self.act(leased, step, call).await,
            None => self.finish_job(leased, None).await,
        }
    }

    /// Moves what a day has left in `pending` to `available`.
    async fn release(self: &Arc<Self>, leased: &LeasedJob) -> Result<(), StoreError> {
        let scope = &leased.job.scope;
        let day = Day(leased
            .job
            .body
            .get("day")
            .and_then(|day| day.as_i64())
            .unwrap_or_default());
        let asset = Asset::parse(member(&leased.job, "asset")).unwrap_or_default();
        let balances = self.world.store.balances(scope).await?;
        let held = balances
            .iter()
            .find(|held| held.account == LedgerAccount::Pending(day) && held.asset == asset);
        let Some(held) = held else {
            let last = day.start().millis().plus_ms(RELEASE_LAST_MS);
            let again = (self.world.clock.now() < last).then_some(last);
            return self.finish_job(leased, again).await;
        };
        let amount = LedgerAccount::merchant_view(held.amount);
        let mut step = Step::new(self, scope, None);
        let (draft, mut context) = step.parts();
        let now = context.now;
        let booking = Booking {
            source: &leased.job.id,
            asset,
            now,
            available_on: now,
            description: None,
        };
        draft.book(ledger::release(&mut context.ids, &booking, day, amount));
        // What was decided before midnight and committed after it would stay behind.
        let again = now.millis().plus_ms(RELEASE_AGAIN_MS);
        let commit = Commit {
            changes: step.take(),
            finish: Some(finish(leased, Some(again))),
            must_not_shed: true,
            ..Commit::default()
        };
        self.commit(scope, commit, false).await
    }

    /// Detaches what is still attached to a deleted customer. The deletion itself depends on a list, which may miss what
    /// is attached at the same moment; after it nothing more can be attached, so that this list is complete.
    async fn detach_rest(self: &Arc<Self>, leased: &LeasedJob) -> Result<(), StoreError> {
        let scope = &leased.job.scope;
        let query = ListQuery::newest(scope, Kind::PaymentMethod, DETACHED_MAX)
            .with("customer", member(&leased.job, "customer"));
        let attached = self.world.store.list(&query).await?;
        if attached.is_empty() {
            return self.finish_job(leased, None).await;
        }
        let mut step = Step::new(self, scope, None);
        let (draft, mut context) = step.parts();
        for held in attached {
            let version = held.version;
            let Some(record) = PaymentMethod::from_record(held.record) else {
                continue;
            };
            // The list is of attached ones only, so that nothing is refused.
            let _ = payments::detach(draft, &mut context, &mut Versioned { version, record });
        }
        let now = context.now_real;
        let commit = Commit {
            changes: step.take(),
            finish: Some(finish(leased, Some(now))),
            must_not_shed: true,
            ..Commit::default()
        };
        self.commit(scope, commit, false).await
    }

    async fn prune(self: &Arc<Self>, leased: &LeasedJob) -> Result<(), StoreError> {
        let kept_ms = limits::IDEMPOTENCY_KEPT_MS;
        let gone = self.world.store.prune(kept_ms, PRUNE_MAX).await?;
        let wait = if gone == PRUNE_MAX {
            1_000
        } else {
            PRUNE_EVERY_MS
        };
        self.finish_job(leased, Some(self.world.clock.now().plus_ms(wait)))
            .await
    }

    /// Sends a delivery once more, whatever became of it.
    ///
    /// # Errors
    /// No such delivery, its endpoint is disabled or gone, or the store does not answer.
    pub async fn resend(
        self: &Arc<Self>,
        scope: &florin_base::Scope,
        delivery: &str,
    ) -> Result<(), AdminError> {
        let mut step = Step::new(self, scope, None);
        let missing = || {
            AdminError::Missing(format!(
                "there is no delivery {delivery}; `florin webhooks list` shows them"
            ))
        };
        let mut held: Versioned<Delivery> =
            found(step.find(delivery).await)?.ok_or_else(missing)?;
        let endpoint = step
            .peek(Kind::WebhookEndpoint, &held.record.endpoint)
            .await?;
        let endpoint = endpoint.and_then(WebhookEndpoint::from_record);
        if endpoint.is_none_or(|endpoint| endpoint.deleted || endpoint.disabled) {
            let why = format!(
                "the endpoint {} is disabled or deleted; nothing was sent",
                held.record.endpoint
            );
            return Err(AdminError::Missing(why));
        }
        held.record.state = webhooks::DeliveryState::Pending;
        let (draft, mut context) = step.parts();
        draft.save(
            &mut context,
            &mut held,
            florin_domain::transitions::Transition::DeliveryChanged,
        );
        // The next planned try may wait under the usual id; it finds the delivery done when its time comes.
        let mut job = webhooks::deliver_job(&context, &held.record, context.now_real);
        job.id = self.fresh_id("job_resend_");
        draft.job_in_lane(job);
        let commit = Commit {
            changes: step.take(),
            takes_jobs: true,
            must_not_shed: true,
            ..Commit::default()
        };
        let since_ms = self.world.clock.monotonic_ms();
        let taken = self.world.store.commit(commit).await?;
        self.outbox.offer(taken, since_ms);
        Ok(())
    }

    /// Deliveries of a scope, the newest first.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn deliveries(
        &self,
        scope: &florin_base::Scope,
        limit: usize,
    ) -> Result<Vec<(Delivery, Option<Event>)>, StoreError> {
        let page = self
            .world
            .store
            .list(&ListQuery::newest(scope, Kind::Delivery, limit))
            .await?;
        let mut listed = Vec::new();
        for delivery in page
            .into_iter()
            .filter_map(|held| Delivery::from_record(held.record))
        {
            let key = florin_domain::RecordKey::new(scope, Kind::Event, &delivery.event);
            let event = self.world.store.get(&[key]).await?.pop().flatten();
            listed.push((
                delivery,
                event.and_then(|held| Event::from_record(held.record)),
            ));
        }
        Ok(listed)
    }
}

/// A reading step inside a job knows no refusals: what is missing is `None`.
pub(crate) fn found<T>(result: Result<Option<T>, Halt>) -> Result<Option<T>, StoreError> {
    halted(result)
}

/// The store's error behind a halt; a refusal inside a job is a bug that is logged and tried again.
pub(crate) fn halted<T>(result: Result<T, Halt>) -> Result<T, StoreError> {
    result.map_err(|halt| match halt {
        Halt::Store(error) => error,
        other => StoreError::Unavailable(format!("a job was refused: {other:?}")),
    })
}

fn refund_request(
    scope: &florin_base::Scope,
    charge: &Charge,
    refund: &Refund,
) -> ProcessorRequest {
    ProcessorRequest {
        verb: Verb::Refund,
        reference: refund.reference.clone(),
        original: Some(charge.reference.clone()),
        amount: refund.amount,
        currency: refund.currency,
        kind: charge.kind,
        card: charge.source.clone(),
        scope: scope.clone(),
        method: None,
        shelf: None,
        terms: Terms::default(),
    }
}

fn tried(
    began: florin_base::Millis,
    ended: florin_base::Millis,
    answer: Result<Answer, EgressError>,
) -> Try {
    let (status, error) = match answer {
        Ok(answer) => (Some(answer.status), None),
        Err(error) => (None, Some(error.to_string())),
    };
    Try {
        at: began,
        took_ms: (ended.0 - began.0).max(0),
        status,
        error,
    }
}

/// The Stripe header and the three headers of Standard Webhooks, for every secret that signs.
pub(crate) fn signature_headers(
    id: &str,
    now: Timestamp,
    body: &[u8],
    secrets: &[String],
) -> Vec<(String, String)> {
    let at = now.0.to_string();
    let mut stripe = format!("t={at}");
    let mut standard = Vec::new();
    for secret in secrets {
        let mut message = format!("{at}.").into_bytes();
        message.extend_from_slice(body);
        stripe += &format!(
            ",v1={}",
            crate::keys::hex(&hmac_sha256(secret.as_bytes(), &message))
        );
        let mut message = format!("{id}.{at}.").into_bytes();
        message.extend_from_slice(body);
        let decoded =
            base64::engine::general_purpose::STANDARD.decode(secret.trim_start_matches("whsec_"));
        if let Ok(key) = decoded {
            let signature =
                base64::engine::general_purpose::STANDARD.encode(hmac_sha256(&key, &message));
            standard.push(format!("v1,{signature}"));
        }
    }
    vec![
        ("stripe-signature".to_owned(), stripe),
        ("webhook-id".to_owned(), id.to_owned()),
        ("webhook-timestamp".to_owned(), at),
        ("webhook-signature".to_owned(), standard.join(" ")),
    ]
}

/// The caller under whose name recovery answers.
pub(crate) fn nobody(engine: &Engine, scope: &florin_base::Scope, request: &str) -> Caller {
    Caller {
        scope: scope.clone(),
        role: florin_domain::accounts::KeyRole::Secret,
        version: NEWEST,
        request: request.to_owned(),
        idempotency: None,
        expand: florin_render::expand::ExpandPlan::default(),
        key: None,
        buyer: None,
        client_secret: None,
        base_url: Arc::clone(&engine.world.settings.base_url),
        names: florin_wire::versions::Names::default(),
    }
}
