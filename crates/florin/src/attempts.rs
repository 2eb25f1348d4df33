//! `florin attempts`: what an operator sees of calls to processors, and the decision on one that was put aside.

use anyhow::{Result, bail};
use florin_base::Scope;
use florin_domain::Entity;
use florin_domain::payments::{Attempt, AttemptState, Target};
use florin_engine::Engine;
use florin_engine::attempts::Resolution;
use serde_json::{Value, json};
use std::sync::Arc;

/// The attempts of a scope, the newest first.
pub async fn list(
    engine: &Arc<Engine>,
    scope: &Scope,
    unknown: bool,
    limit: usize,
) -> Result<Value> {
    let attempts = match unknown {
        true => engine.open_attempts(scope).await?,
        false => {
            let all = engine.attempts(scope, limit).await?;
            all.into_iter().map(|(attempt, _)| attempt).collect()
        }
    };
    Ok(attempts.iter().take(limit).map(row).collect())
}

fn row(attempt: &Attempt) -> Value {
    let request = attempt.request.as_ref();
    json!({
        "id": attempt.id(),
        "created": attempt.created.0,
        "for": target(&attempt.target),
        "verb": request.map(|request| request.verb.name()),
        "amount": request.map(|request| request.amount),
        "currency": request.map(|request| request.currency.as_str().to_owned()),
        "reference": request.map(|request| request.reference.clone()),
        "state": state(attempt),
        "asked": attempt.asked,
        "alarm": attempt.alarm().map(|alarm| alarm.name()),
    })
}

fn state(attempt: &Attempt) -> &'static str {
    match attempt.state {
        AttemptState::Processing => "unknown",
        AttemptState::Quarantined => "put aside",
        AttemptState::Settled if attempt.reversed => "given back",
        AttemptState::Settled if attempt.contradiction.is_some() => "to be given back",
        AttemptState::Settled if attempt.assumed => "assumed never sent",
        AttemptState::Settled => "settled",
    }
}

fn target(target: &Target) -> String {
    match target {
        Target::Intent(id) => id.to_string(),
        Target::Charge(id) => id.to_string(),
        Target::Setup(id) => id.to_string(),
        Target::Refund(id) => id.to_string(),
        Target::Attempt(id) => id.to_string(),
    }
}

/// Carries out a decision.
pub async fn resolve(engine: &Arc<Engine>, scope: &Scope, id: &str, how: &str) -> Result<Value> {
    let resolution = match how {
        "approved" => Resolution::Approve,
        "declined" => Resolution::Decline,
        "reverse" => Resolution::Reverse,
        _ => bail!("say --as approved, --as declined or --as reverse"),
    };
    engine.resolve_attempt(scope, id, resolution).await?;
    Ok(json!({ "resolved": id, "as": how }))
}
