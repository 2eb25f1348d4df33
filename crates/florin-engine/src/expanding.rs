//! Expanding: what takes the place of an id in an answer, or stands there only when it is asked for.

use crate::caller::Caller;
use crate::read::{Reader, nodes};
use crate::step::Halt;
use florin_domain::checkout::{CheckoutSession, PaymentLink};
use florin_domain::payments::{Charge, PaymentIntent, PaymentMethod};
use florin_domain::{Entity, Kind, Record};
use florin_render::expand::{Target, Wanted, embedded, place};
use florin_render::{
    render_currencies, render_line_items, render_record, render_source, render_transaction,
};
use florin_store::{ListQuery, StoreError};
use florin_wire::object;
use florin_wire::versions::{self, ApiVersion};
use serde_json::Value;

/// The most objects of a list that stands inside another object.
const EMBEDDED_MAX: usize = 10;
/// The most charges of a payment intent that are counted.
const CHARGES_COUNTED_MAX: usize = 100;
/// Intents hold charges, and charges hold refunds; nothing lies deeper.
const FILLED_LEVELS_MAX: usize = 3;

impl Reader<'_> {
    pub(crate) async fn target(
        &self,
        target: &Target,
        id: &str,
    ) -> Result<Option<Value>, StoreError> {
        match target {
            Target::Record(kind) => self.rendered(*kind, id).await,
            Target::Transaction => {
                let view = self.view();
                let found = self.transaction(id).await?;
                let now = self.engine.now();
                Ok(found.map(|found| render_transaction(&found, &view, now).into_value()))
            }
            Target::Dispute => self.rendered(Kind::Dispute, id).await,
            Target::Source => {
                let found = self.typed::<PaymentMethod>(id).await?;
                let view = self.view();
                Ok(found.map(|method| render_source(&method, &view).into_value()))
            }
            Target::Refunds { charge } => self.refunds(charge).await.map(Some),
            Target::Charges { intent, latest } => {
                self.charges(intent, latest.as_deref()).await.map(Some)
            }
            Target::DisputeOf { charge } => {
                let found = self.typed::<Charge>(charge).await?;
                let dispute = found.and_then(|charge| charge.dispute);
                Ok(dispute.map(|id| Value::from(id.as_str())))
            }
            Target::Sources { customer } => self.sources(customer).await.map(Some),
            Target::LineItems { intent } => {
                let found = self.typed::<PaymentIntent>(intent).await?;
                let items = found
                    .map(|intent| render_line_items(&intent))
                    .unwrap_or_default();
                let url = format!("/v1/payment_intents/{intent}/amount_details_line_items");
                Ok(Some(object::list(&url, nodes(items), false).into_value()))
            }
            Target::SessionLines { session } => {
                let Some(session) = self.typed::<CheckoutSession>(session).await? else {
                    return Ok(None);
                };
                let items = self.session_items(&session).await?;
                let url = format!("/v1/checkout/sessions/{}/line_items", session.id);
                Ok(Some(object::list(&url, nodes(items), false).into_value()))
            }
            Target::LinkLines { link } => {
                let Some(link) = self.typed::<PaymentLink>(link).await? else {
                    return Ok(None);
                };
                let items = self.link_items(&link).await?;
                let url = format!("/v1/payment_links/{}/line_items", link.id);
                Ok(Some(object::list(&url, nodes(items), false).into_value()))
            }
            Target::Currencies { of, id } => {
                let found = self.record(*of, id).await?;
                Ok(found.and_then(|record| render_currencies(&record)))
            }
            Target::EmptyList { url } => Ok(Some(object::embedded_list(url, Vec::new(), false, 0))),
        }
    }

    async fn rendered(&self, kind: Kind, id: &str) -> Result<Option<Value>, StoreError> {
        match self.record(kind, id).await? {
            Some(record) => Ok(Some(self.render(&record).await?.into_value())),
            None => Ok(None),
        }
    }

    /// The saved cards of a customer in the older shape of sources.
    async fn sources(&self, customer: &str) -> Result<Value, StoreError> {
        let query = ListQuery::newest(self.scope, Kind::PaymentMethod, EMBEDDED_MAX)
            .with("customer", customer);
        let page = self.engine.world.store.list(&query).await?;
        let view = self.view();
        let methods = page
            .into_iter()
            .filter_map(|held| PaymentMethod::from_record(held.record));
        let data: Vec<Value> = methods
            .map(|method| render_source(&method, &view).into_value())
            .collect();
        let count = data.len() as u64;
        Ok(object::embedded_list(
            &format!("/v1/customers/{customer}/sources"),
            data,
            false,
            count,
        ))
    }

    /// The newest records of a kind with a value in a column, also those that the answer's own changes hold.
    async fn newest(
        &self,
        kind: Kind,
        (column, value): (&'static str, &str),
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        let query = ListQuery::newest(self.scope, kind, limit).with(column, value);
        let page = self.engine.world.store.list(&query).await?;
        let mut all: Vec<Record> = page.into_iter().map(|held| held.record).collect();
        let at = kind.columns().iter().position(|name| *name == column);
        let own = self.changes.into_iter().flat_map(|changes| &changes.writes);
        let own = own.filter(|write| {
            let is_asked = || at.is_some_and(|at| write.record.columns()[at] == Some(value));
            write.key.kind == kind && write.key.scope == *self.scope && is_asked()
        });
        for write in own {
            all.retain(|record| record.id() != write.key.id);
            all.push(write.record.clone());
        }
        all.sort_by(|one, other| (other.created(), other.id()).cmp(&(one.created(), one.id())));
        all.truncate(limit);
        Ok(all)
    }

    /// The newest charge of a payment intent, as the list inside it that older versions show. It says how many there are.
    async fn charges(&self, intent: &str, latest: Option<&str>) -> Result<Value, StoreError> {
        let url = format!("/v1/charges?payment_intent={intent}");
        let Some(latest) = latest else {
            return Ok(object::embedded_list(&url, Vec::new(), false, 0));
        };
        let newest = self.rendered(Kind::Charge, latest).await?;
        let all = self
            .newest(
                Kind::Charge,
                ("payment_intent", intent),
                CHARGES_COUNTED_MAX,
            )
            .await?;
        let count = all.len().max(1) as u64;
        let data = newest.into_iter().collect();
        Ok(object::embedded_list(&url, data, count > 1, count))
    }

    /// The newest refunds of a charge, as the list inside it.
    async fn refunds(&self, charge: &str) -> Result<Value, StoreError> {
        let page = self
            .newest(Kind::Refund, ("charge", charge), EMBEDDED_MAX + 1)
            .await?;
        let more = page.len() > EMBEDDED_MAX;
        let view = self.view();
        let data: Vec<Value> = page
            .iter()
            .take(EMBEDDED_MAX)
            .map(|record| render_record(record, &view).into_value())
            .collect();
        let count = data.len() as u64 + u64::from(more);
        Ok(object::embedded_list(
            &format!("/v1/charges/{charge}/refunds"),
            data,
            more,
            count,
        ))
    }

    /// Expands an object in place, level by level. What the version shows without being asked is there before each level.
    pub(crate) async fn expand(&self, value: &mut Value, caller: &Caller) -> Result<(), Halt> {
        self.fill_for(value, caller).await?;
        if caller.expand.is_empty() {
            return Ok(());
        }
        // Rare and large, so that it takes no room in the future of a payment.
        Box::pin(self.expand_levels(value, caller)).await
    }

    async fn expand_levels(&self, value: &mut Value, caller: &Caller) -> Result<(), Halt> {
        let plan = &caller.expand;
        for _ in 0..=florin_wire::limits::EXPAND_DEPTH_MAX {
            let wanted = plan.wanted(value)?;
            if wanted.is_empty() {
                break;
            }
            self.put(value, wanted).await?;
            self.fill_for(value, caller).await?;
        }
        Ok(())
    }

    /// As [`Reader::fill`] in the version of a caller. Charges are the merchant's to see, so that a buyer's browser gets none.
    pub(crate) async fn fill_for(
        &self,
        value: &mut Value,
        caller: &Caller,
    ) -> Result<(), StoreError> {
        match caller.is_browser() {
            true => Ok(()),
            false => self.fill(value, caller.version).await,
        }
    }

    /// Puts in what an older version shows inside of objects without being asked: charges, their refunds, their dispute.
    pub(crate) async fn fill(
        &self,
        value: &mut Value,
        version: ApiVersion,
    ) -> Result<(), StoreError> {
        match versions::embeds_lists(version) {
            true => Box::pin(self.fill_levels(value)).await,
            false => Ok(()),
        }
    }

    async fn fill_levels(&self, value: &mut Value) -> Result<(), StoreError> {
        for _ in 0..FILLED_LEVELS_MAX {
            let wanted = embedded(value);
            if wanted.is_empty() {
                break;
            }
            self.put(value, wanted).await?;
        }
        Ok(())
    }

    async fn put(&self, value: &mut Value, wanted: Vec<Wanted>) -> Result<(), StoreError> {
        for each in wanted {
            let found = self.target(&each.target, &each.id).await?;
            place(value, &each.pointer, found.unwrap_or(Value::Null));
        }
        Ok(())
    }
}
