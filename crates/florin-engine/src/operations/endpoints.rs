//! Webhook endpoints: create (the secret is shown once), update, delete.

use super::{Operation, OperationFuture};
use crate::caller::Caller;
use crate::numbers::is_card_number;
use crate::secrets::SecretPlace;
use crate::step::{Answer, Decided, Halt, Step};
use florin_base::Id;
use florin_base::limits::WEBHOOK_ENDPOINTS_MAX;
use florin_domain::transitions::Transition;
use florin_domain::webhooks::{
    EndpointPatch, RolledSecret, SETTINGS_ID, WebhookEndpoint, WebhookSettings,
};
use florin_domain::{Entity, Kind, Refusal, Versioned};
use florin_wire::WireError;

/// Characters of a signing secret after `whsec_`: base64 of 24 bytes for Standard Webhooks.
const SECRET_CHARS: usize = 32;

/// `POST /v1/webhook_endpoints`.
pub struct CreateEndpoint {
    /// The endpoint.
    pub command: EndpointPatch,
    /// The version in which events are rendered for it.
    pub api_version: Option<String>,
}

impl Operation for CreateEndpoint {
    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            check_url(step, self.command.url.as_deref(), "url")?;
            count(step, 1).await?;
            let id = step.engine().fresh_id(WebhookEndpoint::PREFIX);
            let (secret, (sealed, secret_key_id)) = fresh_secret(step, &id)?;
            let scope = step.scope().clone();
            let (draft, mut context) = step.parts();
            let mut held = Versioned::fresh(WebhookEndpoint {
                id: id.as_str().into(),
                created: context.now,
                api_version: self.api_version.clone(),
                secret: sealed,
                secret_key_id,
                ..WebhookEndpoint::default()
            });
            self.command.clone().apply(&mut held.record);
            draft.save(&mut context, &mut held, Transition::EndpointChanged);
            let answer = Answer::Endpoint(held.record.key(&scope), secret);
            Ok(Decided {
                call: None,
                answer,
                settings: true,
            })
        })
    }
}

/// A new signing secret of an endpoint: as the merchant is shown it once, and sealed with the id of its data key.
fn fresh_secret(step: &Step, id: &str) -> Result<(String, (String, String)), Halt> {
    let secret = format!("whsec_{}", step.engine().fresh_secret(SECRET_CHARS));
    let place = SecretPlace::current(step.scope(), id);
    match place.seal(&step.engine().world().vault, secret.as_bytes()) {
        Ok(sealed) => Ok((secret, sealed)),
        Err(error) => {
            Err(WireError::api(format!("The signing secret could not be sealed: {error}")).into())
        }
    }
}

fn check_url(step: &Step, url: Option<&str>, param: &str) -> Result<(), Halt> {
    let Some(url) = url else { return Ok(()) };
    let settings = &step.engine().world().settings;
    let policy = if step.scope().live {
        settings.live_egress
    } else {
        settings.test_egress
    };
    florin_egress::check_url(url, policy).map_err(|error| {
        WireError::invalid(format!("Invalid URL: {error}"))
            .with_code("url_invalid")
            .with_param(param)
            .into()
    })
}

/// Counts an endpoint in or out (0 only notes a change), so that commits which rely on the count are decided anew.
async fn count(step: &mut Step, by: i32) -> Result<(), Halt> {
    let found = step.find::<WebhookSettings>(SETTINGS_ID).await?;
    let mut held = found.unwrap_or_else(|| {
        Versioned::fresh(WebhookSettings {
            id: SETTINGS_ID.into(),
            ..WebhookSettings::default()
        })
    });
    if by > 0 && held.record.endpoints as usize >= WEBHOOK_ENDPOINTS_MAX {
        let message = format!(
            "You have reached the maximum of {WEBHOOK_ENDPOINTS_MAX} webhook endpoints. Delete one first."
        );
        return Err(Refusal::plain(None, message).into());
    }
    held.record.endpoints = held.record.endpoints.saturating_add_signed(by);
    let (draft, mut context) = step.parts();
    draft.save(&mut context, &mut held, Transition::WebhookSettingsChanged);
    Ok(())
}

async fn living(step: &mut Step, id: &str) -> Result<Versioned<WebhookEndpoint>, Halt> {
    let held = step
        .in_url::<WebhookEndpoint>(id, "webhook_endpoint")
        .await?;
    match held.record.deleted {
        true => Err(Refusal::missing(Kind::WebhookEndpoint, id, "webhook_endpoint").into()),
        false => Ok(held),
    }
}

/// `POST /v1/webhook_endpoints/:id`.
pub struct UpdateEndpoint {
    /// Which one.
    pub id: String,
    /// What changes.
    pub command: EndpointPatch,
}

impl Operation for UpdateEndpoint {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let mut held = living(step, &self.id).await?;
            check_url(step, self.command.url.as_deref(), "url")?;
            count(step, 0).await?;
            self.command.clone().apply(&mut held.record);
            let scope = step.scope().clone();
            let (draft, mut context) = step.parts();
            draft.save(&mut context, &mut held, Transition::EndpointChanged);
            Ok(Decided {
                settings: true,
                ..Decided::record(&scope, &held.record.id)
            })
        })
    }
}

/// `DELETE /v1/webhook_endpoints/:id`.
pub struct DeleteEndpoint {
    /// Which one.
    pub id: String,
}

impl Operation for DeleteEndpoint {
    fn object(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn run<'a>(&'a self, step: &'a mut Step, _caller: &'a Caller) -> OperationFuture<'a> {
        Box::pin(async move {
            let mut held = living(step, &self.id).await?;
            count(step, -1).await?;
            held.record.deleted = true;
            let scope = step.scope().clone();
            let (draft, mut context) = step.parts();
            draft.save(&mut context, &mut held, Transition::EndpointChanged);
            Ok(Decided {
                call: None,
                answer: Answer::Deleted(held.record.key(&scope)),
                settings: true,
            })
        })
    }
}

/// The current secret, sealed for the place of the one before. One that does not open signs no more.
async fn move_to_rolled(step: &Step, endpoint: &WebhookEndpoint) -> Option<(String, String)> {
    let (engine, scope) = (step.engine(), step.scope());
    let current = SecretPlace::current(scope, &endpoint.id);
    let opened = engine.open_signing_secret(current, &endpoint.secret, &endpoint.secret_key_id);
    let moved = opened.await.and_then(|plain| {
        SecretPlace::rolled(scope, &endpoint.id).seal(&engine.world().vault, &plain)
    });
    match moved {
        Ok(moved) => Some(moved),
        Err(error) => {
            tracing::warn!(%error, endpoint = %endpoint.id, "a signing secret does not open and ends at once");
            None
        }
    }
}

/// Gives an endpoint a new secret; the old one signs too for a while.
pub(crate) struct RollSecret {
    pub(crate) id: String,
    pub(crate) overlap_s: i64,
}

impl RollSecret {
    pub(crate) async fn decide(&self, step: &mut Step) -> Result<String, Halt> {
        let mut held = living(step, &self.id).await?;
        let (secret, (sealed, key_id)) = fresh_secret(step, &self.id)?;
        let moved = move_to_rolled(step, &held.record).await;
        count(step, 0).await?;
        let (draft, mut context) = step.parts();
        held.record.rolled = moved.map(|(secret, key_id)| RolledSecret {
            secret,
            key_id,
            until: context.now.plus_seconds(self.overlap_s),
        });
        held.record.secret = sealed;
        held.record.secret_key_id = key_id;
        draft.save(&mut context, &mut held, Transition::EndpointChanged);
        Ok(secret)
    }
}

/// The endpoint that tells of payments of the front door at a URL: the one that stands, or a fresh one with its secret. It
/// has an id of its own for each URL, so that two payments at once do not make two.
pub(super) async fn told_at(
    step: &mut Step,
    url: &str,
) -> Result<(Id<WebhookEndpoint>, Option<String>), Halt> {
    let id = front_id(step, url)?;
    let found = step.find::<WebhookEndpoint>(&id).await?;
    if let Some(held) = found.as_ref().filter(|held| !held.record.deleted) {
        if held.record.url == url && !held.record.disabled {
            return Ok((held.record.id.clone(), None));
        }
        let message = format!(
            "The endpoint {id}, which told of payments at this URL, has another URL now or is disabled. Change it back, or delete \
             it and send this again."
        );
        return Err(Refusal::invalid("webhook_url", message).into());
    }
    count(step, 1).await?;
    let (secret, (sealed, secret_key_id)) = fresh_secret(step, &id)?;
    let (draft, mut context) = step.parts();
    let (version, created) =
        found.map_or((0, context.now), |held| (held.version, held.record.created));
    let record = WebhookEndpoint {
        id: id.as_str().into(),
        created,
        url: url.to_owned(),
        front: true,
        enabled_events: vec![FRONT_EVENT.to_owned()],
        description: Some("Made by a payment of the front door.".to_owned()),
        secret: sealed,
        secret_key_id,
        ..WebhookEndpoint::default()
    };
    let mut held = Versioned { version, record };
    draft.save(&mut context, &mut held, Transition::EndpointChanged);
    Ok((held.record.id, Some(secret)))
}

/// Whether the payment of an order that stands tells this URL: it keeps the one that it was made with.
pub(super) fn check_told(
    step: &Step,
    url: &str,
    told_to: Option<&Id<WebhookEndpoint>>,
) -> Result<(), Halt> {
    let id = front_id(step, url)?;
    if told_to.is_some_and(|told_to| told_to.as_str() == id) {
        return Ok(());
    }
    let message = "The payment of this order stands, and it does not tell this URL. Leave webhook_url out, or send the one that the \
        payment was made with.";
    Err(Refusal::invalid("webhook_url", message).into())
}

/// The id of the endpoint for a URL.
fn front_id(step: &Step, url: &str) -> Result<String, Halt> {
    if is_card_number(url) {
        return Err(Refusal::invalid("webhook_url", "This is no address.").into());
    }
    check_url(step, Some(url), "webhook_url")?;
    let named = format!("{:?} {url}", step.scope());
    let hash = step.engine().world().vault.hash_key(&named);
    let id = crate::keys::hex(&hash[..12]);
    Ok(format!("{FRONT_PREFIX}{id}"))
}

/// What the front door tells.
const FRONT_EVENT: &str = "florin.payment.updated";
/// What the ids of its endpoints begin with.
const FRONT_PREFIX: &str = "we_front_";
