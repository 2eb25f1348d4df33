//! Configurations of payment methods: the default one, which is there also before anybody changed it, the others, and what one
//! switches on.
//!
//! Deliberately absent: changing one, which is an operation, and keeping what is switched on in memory, which the cache does.

use crate::Engine;
use crate::caller::Caller;
use crate::mutation::Response;
use crate::read::{Page, Reader, listed};
use crate::step::Halt;
use florin_base::Scope;
use florin_domain::payments::{MethodConfiguration, OTHER_CONFIGURATION};
use florin_domain::{Kind, MethodType, Record, Refusal};
use florin_render::render_record;
use florin_store::{ListQuery, StoreError};
use florin_wire::print;

/// The most configurations of payment methods that are listed.
const CONFIGURATIONS_MAX: usize = 100;

impl Engine {
    /// What the configuration that is named, or the default one, switches on now.
    pub(crate) async fn switched_on(
        &self,
        scope: &Scope,
        named: Option<&str>,
    ) -> Result<Vec<MethodType>, StoreError> {
        let reader = Reader::new(self, scope, None);
        match reader.linked::<MethodConfiguration>(named).await? {
            Some(held) if !held.is_default => Ok(held.switched()),
            _ => Ok(self.switched(scope).await?.to_vec()),
        }
    }

    /// The configurations of payment methods: the default one first, which is there also before anybody changed it. `active`
    /// wants those that may be used, or those that may not.
    pub async fn method_configurations(
        &self,
        caller: &Caller,
        active: Option<bool>,
        page: &Page,
    ) -> Response {
        let result = async {
            let reader = Reader::new(self, &caller.scope, None);
            let default = self.default_configuration(&reader, &caller.scope).await?;
            let query =
                ListQuery::newest(&caller.scope, Kind::MethodConfiguration, CONFIGURATIONS_MAX)
                    .with("sort", OTHER_CONFIGURATION);
            let others = self.world.store.list(&query).await?;
            let others = others.into_iter().map(|held| held.record);
            let records = std::iter::once(Record::from(default)).chain(others);
            let is_wanted = |record: &Record| match (record, active) {
                (Record::MethodConfiguration(one), Some(active)) => one.inactive != active,
                _ => true,
            };
            let records = records.filter(is_wanted);
            let view = reader.view();
            let shown = records.map(|record| render_record(&record, &view).into_value());
            listed(
                &reader,
                caller,
                shown.collect(),
                ("/v1/payment_method_configurations", page),
            )
            .await
        };
        let result: Result<Vec<u8>, Halt> = result.await;
        self.respond(caller, result)
    }

    /// One configuration.
    pub async fn method_configuration(&self, caller: &Caller, id: &str) -> Response {
        let result = async {
            let reader = Reader::new(self, &caller.scope, None);
            let held = match id == MethodConfiguration::default_id(&caller.scope) {
                true => Some(self.default_configuration(&reader, &caller.scope).await?),
                false => reader.typed::<MethodConfiguration>(id).await?,
            };
            let held = held
                .ok_or_else(|| Refusal::missing(Kind::MethodConfiguration, id, "configuration"))?;
            let record = Record::from(held);
            Ok(print(&render_record(&record, &reader.view()).into_value()))
        };
        let result: Result<Vec<u8>, Halt> = result.await;
        self.respond(caller, result)
    }

    async fn default_configuration(
        &self,
        reader: &Reader<'_>,
        scope: &Scope,
    ) -> Result<MethodConfiguration, StoreError> {
        let id = MethodConfiguration::default_id(scope);
        match reader.typed::<MethodConfiguration>(&id).await? {
            Some(held) => Ok(held),
            None => self.configuration_at_first(scope).await,
        }
    }

    /// The default one before anybody changed it: as old as its account.
    pub(crate) async fn configuration_at_first(
        &self,
        scope: &Scope,
    ) -> Result<MethodConfiguration, StoreError> {
        let created = self.account(scope).await?.created;
        Ok(MethodConfiguration::at_first(scope, created))
    }
}
