//! One try of a decision: what it read, what it wants to change, and the context that it decides in.

use crate::Engine;
use florin_base::{FreshIds, Id, Scope};
use florin_domain::changes::{Changes, Require};
use florin_domain::context::RequestRef;
use florin_domain::payments::{Call, Charge, EarlyFraudWarning, MethodConfiguration};
use florin_domain::{
    Context, Draft, Entity, Kind, MethodType, Record, RecordKey, Refusal, Versioned,
};
use florin_store::StoreError;
use florin_wire::WireError;
use std::sync::Arc;

/// Why an operation stops before anything is committed.
#[derive(Debug)]
pub enum Halt {
    /// The domain says no.
    Refused(Refusal),
    /// The request is wrong in a way that only the engine sees.
    Wire(WireError),
    /// The store says no.
    Store(StoreError),
}

impl From<Refusal> for Halt {
    fn from(refusal: Refusal) -> Halt {
        Halt::Refused(refusal)
    }
}

impl From<WireError> for Halt {
    fn from(error: WireError) -> Halt {
        Halt::Wire(error)
    }
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Halt {
        Halt::Store(error)
    }
}

/// The parameter that names a configuration of payment methods.
const CONFIGURATION: &str = "payment_method_configuration";

/// What the caller is answered with.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The record under a key, as it stands after the change.
    Record(RecordKey),
    /// `{id, object, deleted: true}`.
    Deleted(RecordKey),
    /// A payment of the simple front door, with the secret of the endpoint that was made for it, which is shown once.
    Front(RecordKey, Option<String>),
    /// A new webhook endpoint with its secret, which is shown once.
    Endpoint(RecordKey, String),
    /// A payment method under its older name.
    Source(RecordKey),
}

impl Answer {
    /// The object that the answer is about.
    pub fn key(&self) -> &RecordKey {
        match self {
            Answer::Record(key)
            | Answer::Deleted(key)
            | Answer::Source(key)
            | Answer::Front(key, _)
            | Answer::Endpoint(key, _) => key,
        }
    }
}

/// What an operation decided.
#[derive(Debug)]
pub struct Decided {
    /// A processor has to be asked first.
    pub call: Option<Box<Call>>,
    /// What to answer when all is done.
    pub answer: Answer,
    /// Settings change: every process has to notice.
    pub settings: bool,
}

impl Decided {
    /// Done, answered with a record.
    pub fn record<T: Entity>(scope: &Scope, id: &Id<T>) -> Decided {
        Decided {
            call: None,
            answer: Answer::Record(RecordKey::new(scope, T::KIND, id)),
            settings: false,
        }
    }

    /// Asks a processor, then answers with a record.
    pub fn call<T: Entity>(scope: &Scope, id: &Id<T>, call: Call) -> Decided {
        Decided {
            call: Some(Box::new(call)),
            ..Decided::record(scope, id)
        }
    }
}

impl Engine {
    /// A record as the store has it.
    pub(crate) async fn held(
        &self,
        key: &RecordKey,
    ) -> Result<Option<Versioned<Record>>, StoreError> {
        let found = self.world.store.get(std::slice::from_ref(key)).await?;
        Ok(found.into_iter().next().flatten())
    }
}

/// Fills a buffer with random bytes.
type Fill = Box<dyn FnMut(&mut [u8]) + Send + Sync>;

/// One try.
pub struct Step {
    engine: Arc<Engine>,
    scope: Scope,
    request: Option<RequestRef>,
    draft: Draft,
    seen: Vec<Require>,
    fill: Fill,
}

impl Step {
    /// A fresh try in a scope.
    pub fn new(engine: &Arc<Engine>, scope: &Scope, request: Option<RequestRef>) -> Step {
        let random = Arc::clone(&engine.world.random);
        Step {
            engine: Arc::clone(engine),
            scope: scope.clone(),
            request,
            draft: Draft::new(scope),
            seen: Vec::new(),
            fill: Box::new(move |bytes| random.fill(bytes)),
        }
    }

    /// The engine.
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// The acting account and mode.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The draft, and the context that a decision is made in.
    pub fn parts(&mut self) -> (&mut Draft, Context<'_>) {
        let now = self.engine.world.clock.now();
        let outside = self.engine.is_outside(&self.scope);
        let events = self.draft.changes().events.len();
        let context = Context {
            scope: self.scope.clone(),
            now: now.timestamp(),
            now_real: now,
            ids: FreshIds::new(now, &mut *self.fill).starting_at(events),
            request: self.request.clone(),
            outside,
        };
        (&mut self.draft, context)
    }

    /// Decides without asking anybody, answered with the record that was decided on.
    ///
    /// # Errors
    /// The decision says no.
    pub fn decide<T: Entity>(
        &mut self,
        decision: impl FnOnce(&mut Draft, &mut Context<'_>) -> Result<Versioned<T>, Refusal>,
    ) -> Result<Decided, Halt> {
        let (draft, mut context) = self.parts();
        let held = decision(draft, &mut context)?;
        let answer = Answer::Record(held.record.key(&self.scope));
        Ok(Decided {
            call: None,
            answer,
            settings: false,
        })
    }

    /// What stands in the draft so far.
    pub fn changes(&self) -> &Changes {
        self.draft.changes()
    }

    /// Finishes the try: the draft's changes, demanding that everything which was read is as it was.
    pub fn take(self) -> Changes {
        let mut changes = self.draft.finish();
        for require in self.seen {
            changes.require(require);
        }
        changes
    }

    /// Whether everything that was read still stands. Versions only grow, so that it then was there in one moment.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn is_current(&self) -> Result<bool, StoreError> {
        if self.seen.len() < 2 {
            return Ok(true);
        }
        let keys: Vec<RecordKey> = self.seen.iter().map(|seen| seen.key.clone()).collect();
        let held = self.engine.world.store.get(&keys).await?;
        let now = held
            .iter()
            .map(|held| held.as_ref().map_or(0, |held| held.version));
        Ok(now.eq(self.seen.iter().map(|seen| seen.version)))
    }

    /// Reads a record, the draft's own state first. What is read here must not change before the commit.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn find<T: Entity>(&mut self, id: &str) -> Result<Option<Versioned<T>>, Halt> {
        let key = RecordKey::new(&self.scope, T::KIND, id);
        let found = self.read(&key).await?;
        if self.draft.changes().written(&key).is_none() {
            let version = found.as_ref().map_or(0, |held| held.version);
            self.seen.push(Require { key, version });
        }
        found
            .map(|held| {
                Ok(Versioned {
                    version: held.version,
                    record: crate::keys::typed(held.record)?,
                })
            })
            .transpose()
    }

    /// As [`Step::find`]; a missing record is the error of an object that the URL names.
    ///
    /// # Errors
    /// Not found, or the store does not answer.
    pub async fn in_url<T: Entity>(&mut self, id: &str, param: &str) -> Result<Versioned<T>, Halt> {
        self.find(id)
            .await?
            .ok_or_else(|| Refusal::missing(T::KIND, id, param).into())
    }

    /// As [`Step::find`]; a missing record is the error of an object that the body names.
    ///
    /// # Errors
    /// Not found, or the store does not answer.
    pub async fn in_body<T: Entity>(
        &mut self,
        id: &str,
        param: &str,
    ) -> Result<Versioned<T>, Halt> {
        self.find(id)
            .await?
            .ok_or_else(|| Refusal::missing_in_body(T::KIND, id, param).into())
    }

    /// The issuer's warning of a charge, where there is one.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn warning_of(
        &mut self,
        charge: &Charge,
    ) -> Result<Option<Versioned<EarlyFraudWarning>>, Halt> {
        self.linked(charge.fraud_warning.as_deref()).await
    }

    /// As [`Step::find`] for what another record names, if it names anything.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn linked<T: Entity>(
        &mut self,
        id: Option<&str>,
    ) -> Result<Option<Versioned<T>>, Halt> {
        match id {
            Some(id) => self.find(id).await,
            None => Ok(None),
        }
    }

    /// As [`Step::in_body`] for an id that may not be given.
    ///
    /// # Errors
    /// Not found, or the store does not answer.
    pub async fn optional<T: Entity>(
        &mut self,
        id: Option<&str>,
        param: &str,
    ) -> Result<Option<Versioned<T>>, Halt> {
        match id {
            Some(id) => self.in_body(id, param).await.map(Some),
            None => Ok(None),
        }
    }

    /// The types of payment methods that are switched on: by the configuration that is named, or by the default one.
    ///
    /// # Errors
    /// There is no such configuration, it is given up, or the store does not answer.
    pub async fn switched(&mut self, named: Option<&str>) -> Result<Vec<MethodType>, Halt> {
        let Some(id) = named.filter(|id| *id != MethodConfiguration::default_id(&self.scope))
        else {
            return Ok(self.engine.switched(&self.scope).await?.to_vec());
        };
        let held = self
            .in_body::<MethodConfiguration>(id, CONFIGURATION)
            .await?;
        match held.record.inactive {
            true => Err(Refusal::invalid(
                CONFIGURATION,
                "This payment method configuration is inactive. Make it active, or name another one.",
            )
            .into()),
            false => Ok(held.record.switched()),
        }
    }

    /// A record as the draft leaves it, or as the store has it. Not demanded to stay as it is.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn read(&self, key: &RecordKey) -> Result<Option<Versioned<Record>>, StoreError> {
        if let Some(write) = self.draft.changes().written(key) {
            return Ok(Some(Versioned {
                version: write.version,
                record: write.record.clone(),
            }));
        }
        self.engine.held(key).await
    }

    /// A record of the acting scope that is only needed to render.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn peek(&self, kind: Kind, id: &str) -> Result<Option<Record>, StoreError> {
        Ok(self
            .read(&RecordKey::new(&self.scope, kind, id))
            .await?
            .map(|held| held.record))
    }
}
