//! Filters of lists that no key column answers.
//!
//! The store is read in batches, and what a filter keeps of them makes the page: it is full, or the list is at its end.
//! So `has_more` is true exactly when there is more. Deliberately absent: counting ahead.

use crate::Engine;
use crate::step::Halt;
use florin_base::limits::WEBHOOK_ENDPOINTS_MAX;
use florin_domain::webhooks::DeliveryState;
use florin_domain::{Kind, Record, Refusal, Versioned};
use florin_store::{ListQuery, StoreError};
use std::collections::BTreeSet;

/// Records that are looked at in one go.
const BATCH_MAX: usize = 64;
/// Records that one request looks at. A list that is longer has to be narrowed by something that a key column answers.
const LOOKED_AT_MAX: usize = 100_000;

type Found = Versioned<Record>;

/// Which records of a list are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sieve {
    /// Payment methods that may be shown to the buyer again in this way.
    Redisplay(String),
    /// Events whose deliveries have all arrived (an event without any counts as arrived), or not all.
    Delivered(bool),
    /// Products that are what somebody wants.
    Product(ProductWish),
    /// Prices that are due each so often: `day`, `week`, `month` or `year`; `None` for how often does not matter.
    Recurring(Option<String>),
}

/// Which products are wanted. What is not said does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductWish {
    /// They are sent to the buyer, or not.
    pub shippable: Option<bool>,
    /// Goods, or services.
    pub is_good: Option<bool>,
    /// The page about them.
    pub url: Option<String>,
}

impl ProductWish {
    fn fits(&self, record: &Record) -> bool {
        let Record::Product(product) = record else {
            return false;
        };
        self.shippable
            .is_none_or(|wanted| product.shippable == Some(wanted))
            && self.is_good.is_none_or(|wanted| product.is_good == wanted)
            && (self.url.is_none() || self.url == product.url)
    }
}

impl Engine {
    /// The first records of a list that a sieve keeps, at most `query.limit`.
    pub(crate) async fn sift(
        &self,
        mut query: ListQuery,
        sieve: &Sieve,
    ) -> Result<Vec<Found>, Halt> {
        let wanted = std::mem::replace(&mut query.limit, BATCH_MAX);
        let mut kept = Vec::new();
        for _ in 0..LOOKED_AT_MAX / BATCH_MAX {
            let batch = self.world.store.list(&query).await?;
            let is_last = batch.len() < BATCH_MAX;
            query.after = batch
                .last()
                .map(|held| (held.record.created(), held.record.id().to_owned()));
            kept.extend(self.keep(&query, sieve, batch).await?);
            if kept.len() >= wanted || is_last {
                kept.truncate(wanted);
                return Ok(kept);
            }
        }
        let message = format!(
            "This filter has to look at each object, and {LOOKED_AT_MAX} of them held too few that it keeps. Narrow the list with \
             `created`."
        );
        Err(Refusal::plain(None, message).into())
    }

    async fn keep(
        &self,
        query: &ListQuery,
        sieve: &Sieve,
        mut batch: Vec<Found>,
    ) -> Result<Vec<Found>, StoreError> {
        match sieve {
            Sieve::Redisplay(wanted) => batch.retain(|held| redisplays(&held.record, wanted)),
            Sieve::Product(wish) => batch.retain(|held| wish.fits(&held.record)),
            Sieve::Recurring(interval) => {
                batch.retain(|held| recurs(&held.record, interval.as_deref()))
            }
            Sieve::Delivered(wanted) => {
                let open = self.undelivered(query, &batch).await?;
                batch.retain(|held| open.contains(held.record.id()) != *wanted);
            }
        }
        Ok(batch)
    }

    /// Those of some events that have a delivery which did not arrive.
    async fn undelivered(
        &self,
        query: &ListQuery,
        events: &[Found],
    ) -> Result<BTreeSet<String>, StoreError> {
        if events.is_empty() {
            return Ok(BTreeSet::new());
        }
        let limit = events.len() * WEBHOOK_ENDPOINTS_MAX;
        let mut deliveries = ListQuery::newest(&query.scope, Kind::Delivery, limit);
        let ids = events.iter().map(|held| held.record.id().to_owned());
        deliveries.filters.push(("event", ids.collect()));
        let found = self.world.store.list(&deliveries).await?;
        let open = found.into_iter().filter_map(|held| match held.record {
            Record::Delivery(delivery) if delivery.state != DeliveryState::Delivered => {
                Some(delivery.event.to_string())
            }
            _ => None,
        });
        Ok(open.collect())
    }
}

/// Whether a price is due again, each so often.
fn recurs(record: &Record, interval: Option<&str>) -> bool {
    let Record::Price(price) = record else {
        return false;
    };
    let due = price.recurring.as_ref();
    due.is_some_and(|due| interval.is_none_or(|wanted| due.interval.word() == wanted))
}

/// Whether a payment method may be shown again in this way.
fn redisplays(record: &Record, wanted: &str) -> bool {
    matches!(record, Record::PaymentMethod(method) if method.redisplay() == wanted)
}
