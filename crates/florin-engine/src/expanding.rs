//! Expanding: what takes the place of an id in an answer, or stands there only when it is asked for.

use crate::read::{Reader, nodes};
use crate::step::Halt;
use florin_domain::checkout::{CheckoutSession, PaymentLink};
use florin_domain::payments::{PaymentIntent, PaymentMethod};
use florin_domain::{Entity, Kind};
use florin_render::expand::{ExpandPlan, Target, place};
use florin_render::{render_line_items, render_record, render_source, render_transaction};
use florin_store::{ListQuery, StoreError};
use florin_wire::object;
use serde_json::Value;

/// The most objects of a list that stands inside another object.
const EMBEDDED_MAX: usize = 10;

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

    /// The newest refunds of a charge, as the list inside it.
    async fn refunds(&self, charge: &str) -> Result<Value, StoreError> {
        let query =
            ListQuery::newest(self.scope, Kind::Refund, EMBEDDED_MAX + 1).with("charge", charge);
        let page = self.engine.world.store.list(&query).await?;
        let more = page.len() > EMBEDDED_MAX;
        let view = self.view();
        let data: Vec<Value> = page
            .iter()
            .take(EMBEDDED_MAX)
            .map(|held| render_record(&held.record, &view).into_value())
            .collect();
        let count = data.len() as u64 + u64::from(more);
        Ok(object::embedded_list(
            &format!("/v1/charges/{charge}/refunds"),
            data,
            more,
            count,
        ))
    }

    /// Expands an object in place, level by level.
    pub(crate) async fn expand(&self, value: &mut Value, plan: &ExpandPlan) -> Result<(), Halt> {
        if plan.is_empty() {
            return Ok(());
        }
        for _ in 0..=florin_wire::limits::EXPAND_DEPTH_MAX {
            let wanted = plan.wanted(value)?;
            if wanted.is_empty() {
                break;
            }
            for each in wanted {
                let found = self.target(&each.target, &each.id).await?;
                place(value, &each.pointer, found.unwrap_or(Value::Null));
            }
        }
        Ok(())
    }
}
