//! Checkout sessions as their page sees them, what is listed of them, and the job that ends them.
//!
//! The page has no key: whoever knows the session's id may look and pay. Deliberately absent: HTML.

use crate::Engine;
use crate::caller::{Buyer, Caller};
use crate::jobs::{found, halted, nobody};
use crate::mutation::Response;
use crate::operations::expire_session;
use crate::read::{Page, Reader, listed};
use crate::scheduler::member;
use crate::step::{Halt, Step};
use florin_base::Scope;
use florin_domain::catalog::Price;
use florin_domain::checkout::{CheckoutSession, Order, SECRET_MARK, SESSION_SPACE, SessionStatus};
use florin_domain::payments::{Charge, PaymentIntent, PaymentMethod, SetupIntent};
use florin_domain::{Entity, Kind, Refusal};
use florin_render::{PageFacts, render_front, render_session_line};
use florin_store::{LeasedJob, ListQuery, StoreError};
use florin_vault::constant_time_eq;
use florin_wire::print;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A session whose payment is under way when its time is over is looked at again after so long, in milliseconds.
const BUSY_AGAIN_MS: i64 = 60_000;
/// The most saved cards that a page offers.
const SAVED_MAX: usize = 5;
/// Among so many of the newest ones.
const SAVED_LOOKED_AT_MAX: usize = 50;

/// A session that a page was opened for.
#[derive(Clone, Debug)]
pub struct PageSession {
    /// Account and mode.
    pub scope: Scope,
    /// `cs_…`.
    pub id: String,
}

/// How a payment of the simple front door is looked for.
#[derive(Clone, Copy, Debug)]
pub enum FrontBy<'a> {
    /// By its own id.
    Id(&'a str),
    /// By the merchant's order.
    Order(&'a str),
}

impl Engine {
    /// The session of a page, wherever it belongs. A page of its own is known by the session's id; what stands in a page of the
    /// shop by the client secret, which holds the id.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn page_session(&self, known_by: &str) -> Result<Option<PageSession>, StoreError> {
        let id = known_by.split(SECRET_MARK).next().unwrap_or_default();
        let Some(page) = self.session_page(id).await? else {
            return Ok(None);
        };
        let reader = Reader::new(self, &page.scope, None);
        let session = reader.typed::<CheckoutSession>(&page.id).await?;
        let needed =
            session.map(|session| session.client_secret().unwrap_or(session.id.to_string()));
        let is_known = |needed: String| constant_time_eq(needed.as_bytes(), known_by.as_bytes());
        Ok(needed.is_some_and(is_known).then_some(page))
    }

    /// Where a session belongs, for whoever looks at its client secret later.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn session_page(&self, id: &str) -> Result<Option<PageSession>, StoreError> {
        let key = self.world.store.find(None, SESSION_SPACE, id).await?;
        Ok(key.map(|key| PageSession {
            scope: key.scope,
            id: key.id,
        }))
    }

    /// What the page of a session knows now.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn page_facts(&self, page: &PageSession) -> Result<Option<PageFacts>, StoreError> {
        let reader = Reader::new(self, &page.scope, None);
        let Some(session) = reader.typed::<CheckoutSession>(&page.id).await? else {
            return Ok(None);
        };
        let session = session.as_of(self.now());
        let intent = reader.linked::<PaymentIntent>(session.intent.as_deref());
        let intent = intent.await?;
        let charge = intent
            .as_ref()
            .and_then(|intent| intent.latest_charge.as_deref());
        let charge = reader.linked::<Charge>(charge).await?;
        let setup = reader.linked::<SetupIntent>(session.setup.as_deref());
        let setup = setup.await?;
        let switched = self.switched_on(&page.scope, session.configuration.as_deref());
        let switched = switched.await?;
        let saved = self.saved_methods(page, &session).await?;
        let account = self.account(&page.scope).await?;
        let processor = self.world.processors.for_scope(page.scope.live);
        Ok(Some(PageFacts {
            session,
            account: (*account).clone(),
            intent,
            charge,
            setup,
            switched,
            saved,
            simulated: processor.is_some_and(|processor| processor.is_simulation()),
        }))
    }

    /// The cards of the session's customer that may be shown again.
    async fn saved_methods(
        &self,
        page: &PageSession,
        session: &CheckoutSession,
    ) -> Result<Vec<PaymentMethod>, StoreError> {
        let open = session.status == SessionStatus::Open;
        let Some(customer) = session.customer.as_deref().filter(|_| open) else {
            return Ok(Vec::new());
        };
        let query = ListQuery::newest(&page.scope, Kind::PaymentMethod, SAVED_LOOKED_AT_MAX)
            .with("customer", customer);
        let listed = self.world.store.list(&query).await?;
        let methods = listed
            .into_iter()
            .filter_map(|held| PaymentMethod::from_record(held.record));
        let words = session.collect.redisplay();
        let shown = methods.filter(|method| words.contains(&method.redisplay()));
        let mut shown = self
            .by_last_use(&page.scope, customer, shown.collect())
            .await?;
        shown.truncate(SAVED_MAX);
        Ok(shown)
    }

    /// In whose name the buyer acts on a page.
    pub fn page_caller(
        &self,
        page: &PageSession,
        (request, buyer): (&str, Buyer),
        idempotency: Option<(String, [u8; 32])>,
    ) -> Caller {
        Caller {
            idempotency,
            buyer: Some(buyer),
            ..nobody(self, &page.scope, request)
        }
    }

    /// The line items of a session.
    pub async fn session_lines(&self, caller: &Caller, id: &str, page: &Page) -> Response {
        let reader = Reader::new(self, &caller.scope, None);
        let result = async {
            let session = reader.typed::<CheckoutSession>(id).await?;
            let session =
                session.ok_or_else(|| Refusal::missing(Kind::CheckoutSession, id, "session"))?;
            let lines = reader.session_items(&session).await?;
            let url = format!("/v1/checkout/sessions/{id}/line_items");
            listed(&reader, caller, lines, (&url, page)).await
        };
        let result: Result<Vec<u8>, Halt> = result.await;
        self.respond(caller, result)
    }

    /// A payment of the simple front door, by its id or by the merchant's order.
    pub async fn front_payment(&self, caller: &Caller, by: FrontBy<'_>) -> Response {
        let result = async {
            let reader = Reader::new(self, &caller.scope, None);
            let (id, missing) = match by {
                FrontBy::Id(id) => {
                    let missing = Refusal::missing(Kind::CheckoutSession, id, "payment");
                    (Some(id.to_owned()), missing)
                }
                FrontBy::Order(order) => {
                    let held = reader.typed::<Order>(order).await?;
                    let missing = Refusal::missing(Kind::Order, order, "order_id");
                    (held.map(|held| held.session.to_string()), missing)
                }
            };
            let front = match id {
                Some(id) => reader.front(&id, None).await?,
                None => None,
            };
            Ok(print(&front.ok_or(missing)?))
        };
        let result: Result<Vec<u8>, Halt> = result.await;
        self.respond(caller, result)
    }

    /// Ends a session whose time is over. A payment that is under way comes first.
    pub(crate) async fn expire_due_session(
        self: &Arc<Self>,
        leased: &LeasedJob,
    ) -> Result<(), StoreError> {
        let mut step = Step::new(self, &leased.job.scope, None);
        let id = member(&leased.job, "session");
        let held = found(step.find::<CheckoutSession>(id).await)?;
        let open = |held: &florin_domain::Versioned<CheckoutSession>| {
            held.record.status == SessionStatus::Open
        };
        let Some(session) = held.filter(open) else {
            return self.finish_job(leased, None).await;
        };
        if !session.record.is_due(self.now()) {
            let again = session.record.expires.millis();
            return self.finish_job(leased, Some(again)).await;
        }
        match expire_session(&mut step, session).await {
            Ok(()) => self.finish_with(leased, step).await,
            Err(Halt::Refused(Refusal::Busy)) => {
                let again = self.world.clock.now().plus_ms(BUSY_AGAIN_MS);
                self.finish_job(leased, Some(again)).await
            }
            Err(halt) => halted(Err(halt)),
        }
    }
}

impl Reader<'_> {
    /// A session as the simple front door tells of it, if it is an order.
    pub(crate) async fn front(
        &self,
        id: &str,
        secret: Option<&str>,
    ) -> Result<Option<Value>, StoreError> {
        let session = self.typed::<CheckoutSession>(id).await?;
        let Some(session) = session.filter(|session| session.order.is_some()) else {
            return Ok(None);
        };
        let session = session.as_of(self.engine.now());
        let intent = self.linked::<PaymentIntent>(session.intent.as_deref());
        let intent = intent.await?;
        let charge = intent
            .as_ref()
            .and_then(|intent| intent.latest_charge.as_deref());
        let charge = self.linked::<Charge>(charge).await?;
        let around = (intent.as_ref(), charge.as_ref());
        Ok(Some(
            render_front(&session, around, secret, &self.view()).into_value(),
        ))
    }

    /// The line items of a session with their prices.
    pub(crate) async fn session_items(
        &self,
        session: &CheckoutSession,
    ) -> Result<Vec<Value>, StoreError> {
        let mut prices: BTreeMap<&str, Option<Price>> = BTreeMap::new();
        for line in &session.lines {
            if !prices.contains_key(line.price.as_str()) {
                let price = self.typed::<Price>(&line.price).await?;
                prices.insert(line.price.as_str(), price);
            }
        }
        let view = self.view();
        let items = session.lines.iter().filter(|line| line.quantity > 0);
        let items = items.map(|line| {
            let price = prices.get(line.price.as_str()).and_then(Option::as_ref);
            render_session_line(session, line, price, &view)
        });
        Ok(items.collect())
    }
}
