//! Reading: one object, a page of a list, a balance; expanding, and rendering in the caller's version.

use crate::Engine;
use crate::caller::Caller;
use crate::mutation::{Response, store_error};
use crate::settle::Recorded;
use crate::step::{Answer, Halt, Step};
use florin_base::limits::EVENTS_LISTED_S;
use florin_base::{Scope, Timestamp};
use florin_domain::changes::Changes;
pub use florin_domain::changes::Created;
pub use florin_domain::ledger::Movement;
use florin_domain::ledger::Transaction;
use florin_domain::payments::{
    ConfirmationToken, FutureUsage, PaymentIntent, PaymentMethod, SetupIntent,
};
use florin_domain::processor::Decline;
pub use florin_domain::record::LIVING;
use florin_domain::webhooks::DeliveryState;
use florin_domain::{Entity, Kind, Record, RecordKey, Refusal};
use florin_render::expand::Target;
use florin_render::{
    Around, View, render_balance, render_decline, render_dispute, render_endpoint, render_event,
    render_line_items, render_old_source, render_record, render_refusal, render_transaction,
};
use florin_store::{Order, Reply, StoreError};
use florin_wire::versions::{self, NEWEST};
use florin_wire::{Node, WireError, object, print};
use serde_json::Value;

pub use crate::sieve::{ProductWish, Sieve};
pub use florin_store::{ListQuery, TransactionQuery};

/// Events whose deliveries are counted, at most so many.
const PENDING_COUNTED_MAX: usize = 16;

/// A page that a list request asks for.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// At most so many.
    pub limit: usize,
    /// Behind this object.
    pub starting_after: Option<String>,
    /// Before this object.
    pub ending_before: Option<String>,
    /// Made in this range.
    pub created: Created,
}

/// Where objects are read from: a draft's changes first, then the store.
pub(crate) struct Reader<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) scope: &'a Scope,
    pub(crate) changes: Option<&'a Changes>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(
        engine: &'a Engine,
        scope: &'a Scope,
        changes: Option<&'a Changes>,
    ) -> Reader<'a> {
        Reader {
            engine,
            scope,
            changes,
        }
    }

    /// Cheap where it stands in the changes: they share it.
    pub(crate) async fn record(&self, kind: Kind, id: &str) -> Result<Option<Record>, StoreError> {
        let key = RecordKey::new(self.scope, kind, id);
        if let Some(write) = self.changes.and_then(|changes| changes.written(&key)) {
            return Ok(Some(write.record.clone()));
        }
        let held = self.engine.held(&key).await?;
        Ok(held.map(|held| held.record))
    }

    /// A record as what it is.
    pub(crate) async fn typed<T: Entity>(&self, id: &str) -> Result<Option<T>, StoreError> {
        let record = self.record(T::KIND, id).await?;
        Ok(record.and_then(T::from_record))
    }

    /// As [`Reader::typed`] for what another record names, if it names anything.
    pub(crate) async fn linked<T: Entity>(
        &self,
        id: Option<&str>,
    ) -> Result<Option<T>, StoreError> {
        match id {
            Some(id) => self.typed(id).await,
            None => Ok(None),
        }
    }

    /// For whom is rendered.
    pub(crate) fn view(&self) -> View<'_> {
        self.engine.view(self.scope)
    }

    pub(crate) async fn transaction(&self, id: &str) -> Result<Option<Transaction>, StoreError> {
        let own = self
            .changes
            .and_then(|changes| changes.transactions.iter().find(|(_, made)| made.id == id));
        if let Some((_, transaction)) = own {
            return Ok(Some(transaction.clone()));
        }
        Ok(self
            .engine
            .world
            .store
            .transactions(&TransactionQuery::one(self.scope, id))
            .await?
            .pop())
    }

    /// Renders a record with what its wire object needs from its neighbours.
    pub(crate) async fn render<'r>(&self, record: &'r Record) -> Result<Node<'r>, StoreError> {
        let view = self.engine.view(self.scope);
        Ok(match record {
            Record::Dispute(dispute) => render_dispute(dispute, &view, self.engine.now()),
            Record::Event(event) => {
                let query = ListQuery::newest(self.scope, Kind::Delivery, PENDING_COUNTED_MAX)
                    .with("event", &event.id)
                    .with("state", DeliveryState::Pending.name());
                let pending = self.engine.world.store.list(&query).await?.len();
                render_event(event, &view, pending as u32, NEWEST).into()
            }
            other => render_record(other, &view),
        })
    }

    /// The bytes of an answer. What has nothing expanded and is of the newest version goes straight into them.
    pub(crate) async fn bytes(&self, node: Node<'_>, caller: &Caller) -> Result<Vec<u8>, Halt> {
        if caller.expand.is_empty() && caller.version == NEWEST {
            return Ok(print(&node));
        }
        let mut value = node.into_value();
        self.expand(&mut value, caller).await?;
        versions::walk_back(&mut value, caller.version);
        Ok(print(&value))
    }
}

/// A page of items that have no records of their own.
pub(crate) async fn listed(
    reader: &Reader<'_>,
    caller: &Caller,
    all: Vec<Value>,
    (url, page): (&str, &Page),
) -> Result<Vec<u8>, Halt> {
    let (data, more) = page_of(all, page)?;
    let list = object::list(url, nodes(data), more);
    reader.bytes(list, caller).await
}

/// Values as the items of a list.
pub(crate) fn nodes(values: Vec<Value>) -> Vec<Node<'static>> {
    values.into_iter().map(Node::from).collect()
}

/// Renders the answer of a mutation from what it leaves behind.
pub(crate) async fn render_answer(
    step: &Step,
    caller: &Caller,
    answer: &Answer,
    recorded: Recorded,
) -> Result<Reply, Halt> {
    let reader = Reader::new(step.engine(), step.scope(), Some(step.changes()));
    if let Some(decline) = recorded.verdict {
        let error = reader.decline(&decline, answer.key()).await?;
        let mut body = error.body(&caller.base_url, &caller.request);
        reader.fill_for(&mut body, caller).await?;
        versions::walk_back(&mut body, caller.version);
        return Ok(Reply {
            status: error.status,
            body: print(&body),
            key_id: String::new(),
        });
    }
    let key = answer.key();
    let body = match answer {
        Answer::Deleted(_) => {
            let gone = florin_render::deleted(key.kind, &key.id);
            reader.bytes(gone.into(), caller).await?
        }
        Answer::Front(_, secret) => {
            let front = reader.front(&key.id, secret.as_deref()).await?;
            print(&front.ok_or_else(|| Refusal::missing(key.kind, &key.id, "payment"))?)
        }
        Answer::Source(_) => {
            let method = reader.typed::<PaymentMethod>(&key.id).await?;
            let method = method.ok_or_else(|| Refusal::missing(key.kind, &key.id, "source"))?;
            let node = render_old_source(&method, &reader.view());
            reader.bytes(node, caller).await?
        }
        Answer::Record(_) | Answer::Endpoint(..) => {
            let record = reader.record(key.kind, &key.id).await?;
            let record = record.ok_or_else(|| Refusal::missing(key.kind, &key.id, "id"))?;
            let record = match caller.is_browser() {
                true => for_buyer(record),
                false => record,
            };
            let node = match (answer, &record) {
                (Answer::Endpoint(_, secret), Record::WebhookEndpoint(endpoint)) => {
                    render_endpoint(endpoint, &step.engine().view(step.scope()), Some(secret))
                }
                _ => reader.render(&record).await?,
            };
            reader.bytes(node, caller).await?
        }
    };
    Ok(Reply {
        status: 200,
        body,
        key_id: String::new(),
    })
}

/// What a buyer's browser is answered. Of a saved payment method that is what a form shows, and nothing that is kept with it.
fn for_buyer(record: Record) -> Record {
    match record {
        Record::PaymentMethod(method) if method.customer.is_some() || method.detached => {
            method.as_shown().into()
        }
        Record::ConfirmationToken(token) if token.saved.is_some() => {
            let method = token.method.as_shown();
            ConfirmationToken {
                method,
                ..(*token).clone()
            }
            .into()
        }
        other => other,
    }
}

impl Reader<'_> {
    /// A decline with the objects around it.
    async fn decline(&self, decline: &Decline, key: &RecordKey) -> Result<WireError, StoreError> {
        let record = self.record(key.kind, &key.id).await?;
        // A session is answered for what it made.
        let record = match record {
            Some(Record::CheckoutSession(session)) => match (&session.intent, &session.setup) {
                (Some(id), _) => self.record(Kind::PaymentIntent, id).await?,
                (None, Some(id)) => self.record(Kind::SetupIntent, id).await?,
                (None, None) => None,
            },
            record => record,
        };
        let view = self.engine.view(self.scope);
        let intent = record.clone().and_then(PaymentIntent::from_record);
        let setup = record.and_then(SetupIntent::from_record);
        let last = intent
            .as_ref()
            .and_then(|intent| intent.last_error.as_ref());
        let last = last.or(setup.as_ref().and_then(|setup| setup.last_error.as_ref()));
        let method = last.and_then(|error| error.method());
        let of_intent = last
            .and_then(|error| error.charge.as_ref())
            .map(|id| id.to_string());
        let charge = of_intent.or_else(|| (key.kind == Kind::Charge).then(|| key.id.clone()));
        let around = Around {
            intent: intent.as_ref(),
            setup: setup.as_ref(),
            method: method.as_ref(),
            charge: charge.as_deref(),
        };
        Ok(render_decline(decline, &around, &view))
    }
}

impl Engine {
    /// A list without entries.
    pub fn empty_list(&self, caller: &Caller, url: &str) -> Response {
        self.respond(caller, Ok(print(&object::list(url, Vec::new(), false))))
    }

    /// An object that the URL names must be there.
    ///
    /// # Errors
    /// The answer: 404, or that the store does not answer.
    pub async fn must_exist(
        &self,
        caller: &Caller,
        kind: Kind,
        id: &str,
        param: &str,
    ) -> Result<(), Response> {
        let missing = Refusal::missing(kind, id, param);
        self.exists(caller, kind, id, missing).await
    }

    /// An object that the parameters name must be there.
    ///
    /// # Errors
    /// The answer: 400, or that the store does not answer.
    pub async fn must_exist_in_body(
        &self,
        caller: &Caller,
        kind: Kind,
        id: &str,
        param: &str,
    ) -> Result<(), Response> {
        let missing = Refusal::missing_in_body(kind, id, param);
        self.exists(caller, kind, id, missing).await
    }

    async fn exists(
        &self,
        caller: &Caller,
        kind: Kind,
        id: &str,
        missing: Refusal,
    ) -> Result<(), Response> {
        match Reader::new(self, &caller.scope, None)
            .record(kind, id)
            .await
        {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(self.respond(caller, Err(missing.into()))),
            Err(error) => Err(self.respond(caller, Err(error.into()))),
        }
    }

    /// One object under its owner: the payment method of a customer, the refund of a charge. What is missing, the owner or
    /// the object, is named after its part of the path.
    pub async fn retrieve_owned(
        &self,
        caller: &Caller,
        wanted: (Kind, &str),
        owner: (Kind, &str),
    ) -> Response {
        let ((kind, id), (owner, owner_id)) = (wanted, owner);
        let owner_name = florin_render::object_name(owner);
        if let Err(response) = self.must_exist(caller, owner, owner_id, owner_name).await {
            return response;
        }
        let reader = Reader::new(self, &caller.scope, None);
        let found = match reader.record(kind, id).await {
            Ok(found) => found,
            Err(error) => return self.respond(caller, Err(error.into())),
        };
        let columns = kind.columns();
        let column = columns.iter().position(|column| *column == owner_name);
        let owned = found
            .as_ref()
            .is_some_and(|record| column.is_some_and(|at| record.columns()[at] == Some(owner_id)));
        if !owned {
            return self.respond(
                caller,
                Err(Refusal::missing(kind, id, florin_render::object_name(kind)).into()),
            );
        }
        self.retrieve(caller, kind, id, florin_render::object_name(kind))
            .await
    }

    /// An operation that no object's state allows now: a missing object is still a 404.
    pub async fn wrong_state(
        &self,
        caller: &Caller,
        kind: Kind,
        id: &str,
        message: &str,
    ) -> Response {
        let result = async {
            let found = Reader::new(self, &caller.scope, None)
                .record(kind, id)
                .await?;
            let record = found.ok_or_else(|| Refusal::missing(kind, id, "intent"))?;
            check_browser(caller, &record)?;
            Err(match record {
                Record::PaymentIntent(intent) => intent.state_refusal(message).into(),
                Record::SetupIntent(setup) => setup.state_refusal(message).into(),
                _ => Halt::from(Refusal::plain(None, message)),
            })
        };
        let result = result.await;
        self.respond(caller, result)
    }

    /// The line items of an intent's amount details.
    pub async fn line_items(&self, caller: &Caller, id: &str, page: &Page) -> Response {
        let result = async {
            let reader = Reader::new(self, &caller.scope, None);
            let intent = reader.typed::<PaymentIntent>(id).await?;
            let intent =
                intent.ok_or_else(|| Refusal::missing(Kind::PaymentIntent, id, "intent"))?;
            let url = format!("/v1/payment_intents/{id}/amount_details_line_items");
            listed(&reader, caller, render_line_items(&intent), (&url, page)).await
        };
        let result = result.await;
        self.respond(caller, result)
    }

    /// Month and year of a payment method's card.
    ///
    /// # Errors
    /// No such payment method.
    pub async fn card_expiry(&self, caller: &Caller, id: &str) -> Result<(u8, u16), Halt> {
        let reader = Reader::new(self, &caller.scope, None);
        let method = reader.typed::<PaymentMethod>(id).await?;
        let method =
            method.ok_or_else(|| Refusal::missing(Kind::PaymentMethod, id, "payment_method"))?;
        Ok((method.card.exp_month, method.card.exp_year))
    }

    pub(crate) fn respond(&self, caller: &Caller, result: Result<Vec<u8>, Halt>) -> Response {
        match result {
            Ok(body) => Response {
                status: 200,
                body,
                replayed_from: None,
                retry: None,
                retry_after_s: None,
            },
            Err(halt) => caller.error(&self.error_of(caller, halt)),
        }
    }

    /// The error that a refusal or a failure is.
    pub(crate) fn error_of(&self, caller: &Caller, halt: Halt) -> WireError {
        match halt {
            Halt::Refused(refusal) => render_refusal(&refusal, &self.view(&caller.scope)),
            Halt::Wire(error) => error,
            Halt::Store(error) => store_error(&error),
        }
    }

    /// One object. `param` names the path parameter in the error.
    pub async fn retrieve(&self, caller: &Caller, kind: Kind, id: &str, param: &str) -> Response {
        let result = self.retrieve_bytes(caller, kind, id, param).await;
        self.respond(caller, result)
    }

    async fn retrieve_bytes(
        &self,
        caller: &Caller,
        kind: Kind,
        id: &str,
        param: &str,
    ) -> Result<Vec<u8>, Halt> {
        let reader = Reader::new(self, &caller.scope, None);
        let missing = || Halt::from(Refusal::missing(kind, id, param));
        let record = reader.record(kind, id).await?.ok_or_else(missing)?;
        check_browser(caller, &record)?;
        match &record {
            Record::WebhookEndpoint(endpoint) if endpoint.deleted => return Err(missing()),
            Record::Product(product) if product.deleted => return Err(missing()),
            Record::Customer(customer) if customer.deleted => {
                let gone = florin_render::deleted(kind, id);
                return reader.bytes(gone.into(), caller).await;
            }
            Record::Event(event) if event.created.0 < self.now().0 - EVENTS_LISTED_S => {
                return Err(missing());
            }
            _ => {}
        }
        reader.bytes(reader.render(&record).await?, caller).await
    }

    /// A page of a list. `query` carries scope, kind and filters.
    pub async fn list(
        &self,
        caller: &Caller,
        url: &str,
        query: ListQuery,
        page: &Page,
    ) -> Response {
        let result = self.list_bytes(caller, url, (query, None), page).await;
        self.respond(caller, result)
    }

    /// A page of what a sieve keeps of a list.
    pub async fn list_sifted(
        &self,
        caller: &Caller,
        url: &str,
        wanted: (ListQuery, Sieve),
        page: &Page,
    ) -> Response {
        let (query, sieve) = wanted;
        let wanted = (query, Some(sieve));
        let result = self.list_bytes(caller, url, wanted, page).await;
        self.respond(caller, result)
    }

    async fn list_bytes(
        &self,
        caller: &Caller,
        url: &str,
        wanted: (ListQuery, Option<Sieve>),
        page: &Page,
    ) -> Result<Vec<u8>, Halt> {
        let (mut query, sieve) = wanted;
        query.created = page.created;
        if query.kind == Kind::Event {
            let oldest = self.now().plus_seconds(-EVENTS_LISTED_S);
            query.created.from = Some(query.created.from.map_or(oldest, |from| from.max(oldest)));
        }
        query.limit = page.limit + 1;
        let (cursor, param, order) = cursor(page);
        if let Some(id) = cursor {
            query.after = Some(self.place_of(&query, id, param).await?);
        }
        query.order = order;
        let mut found = match &sieve {
            Some(sieve) => self.sift(query, sieve).await?,
            None => self.world.store.list(&query).await?,
        };
        let more = found.len() > page.limit;
        found.truncate(page.limit);
        if order == Order::OldestFirst {
            found.reverse();
        }
        let reader = Reader::new(self, &caller.scope, None);
        let mut data = Vec::with_capacity(found.len());
        for held in &found {
            data.push(reader.render(&held.record).await?);
        }
        reader.bytes(object::list(url, data, more), caller).await
    }

    /// Where a cursor stands in its list.
    async fn place_of(
        &self,
        query: &ListQuery,
        id: &str,
        param: &str,
    ) -> Result<(Timestamp, String), Halt> {
        let key = RecordKey::new(&query.scope, query.kind, id);
        let held = self.held(&key).await?;
        let held = held.ok_or_else(|| Refusal::missing_in_body(query.kind, id, param))?;
        Ok((held.record.created(), id.to_owned()))
    }

    /// One balance transaction.
    pub async fn balance_transaction(&self, caller: &Caller, id: &str) -> Response {
        let reader = Reader::new(self, &caller.scope, None);
        let result = async {
            let target = reader.target(&Target::Transaction, id).await?;
            let value = target.ok_or_else(|| Halt::Wire(missing_transaction(id, 404, "id")))?;
            reader.bytes(value.into(), caller).await
        };
        let result = result.await;
        self.respond(caller, result)
    }

    /// A page of balance transactions.
    pub async fn balance_transactions(
        &self,
        caller: &Caller,
        mut query: TransactionQuery,
        page: &Page,
    ) -> Response {
        let result = async {
            query.created = page.created;
            query.limit = page.limit + 1;
            let (cursor, param, order) = cursor(page);
            if let Some(id) = cursor {
                let at = Reader::new(self, &caller.scope, None)
                    .transaction(id)
                    .await?;
                let at = at.ok_or_else(|| Halt::Wire(missing_transaction(id, 400, param)))?;
                query.after = Some((at.created, at.id));
            }
            query.order = order;
            let mut found = self.world.store.transactions(&query).await?;
            let more = found.len() > page.limit;
            found.truncate(page.limit);
            if order == Order::OldestFirst {
                found.reverse();
            }
            let (view, now) = (self.view(&caller.scope), self.now());
            let data = found
                .iter()
                .map(|transaction| render_transaction(transaction, &view, now))
                .collect();
            let list = object::list("/v1/balance_transactions", data, more);
            let reader = Reader::new(self, &caller.scope, None);
            reader.bytes(list, caller).await
        };
        let result = result.await;
        self.respond(caller, result)
    }

    /// The balance of the acting account.
    pub async fn balance(&self, caller: &Caller) -> Response {
        let result = async {
            let account = self.account(&caller.scope).await?;
            let balances = self.world.store.balances(&caller.scope).await?;
            let balances: Vec<_> = balances
                .iter()
                .map(|held| (held.account, held.asset, held.amount))
                .collect();
            let view = self.view(&caller.scope);
            let node = render_balance(&balances, account.default_currency, &view);
            let reader = Reader::new(self, &caller.scope, None);
            reader.bytes(node, caller).await
        };
        let result = result.await;
        self.respond(caller, result)
    }

    /// The acting account itself.
    pub async fn own_account(&self, caller: &Caller) -> Response {
        let result = async {
            let account = self.account(&caller.scope).await?;
            let record = Record::from((*account).clone());
            let node = render_record(&record, &self.view(&caller.scope));
            let reader = Reader::new(self, &caller.scope, None);
            reader.bytes(node, caller).await
        };
        let result = result.await;
        self.respond(caller, result)
    }
}

/// The part of a whole list that a page asks for, and whether more follows in its direction.
fn page_of(all: Vec<Value>, page: &Page) -> Result<(Vec<Value>, bool), WireError> {
    let (wanted, param, order) = cursor(page);
    let at = match wanted {
        None => None,
        Some(id) => {
            let named = |item: &Value| item.get("id").and_then(Value::as_str) == Some(id);
            let missing = || WireError::not_found("line item", id, param, 400);
            Some(all.iter().position(named).ok_or_else(missing)?)
        }
    };
    let (from, to) = match (order, at) {
        (Order::OldestFirst, at) => (0, at.unwrap_or(all.len())),
        (Order::NewestFirst, at) => (at.map_or(0, |at| at + 1), all.len()),
    };
    let more = to - from > page.limit;
    // Before a cursor, the page is what stands nearest to it.
    let from = match order {
        Order::OldestFirst => to.saturating_sub(page.limit),
        Order::NewestFirst => from,
    };
    let data = all.into_iter().take(to).skip(from).take(page.limit);
    Ok((data.collect(), more))
}

fn missing_transaction(id: &str, status: u16, param: &str) -> WireError {
    WireError::not_found("balance transaction", id, param, status)
}

fn cursor(page: &Page) -> (Option<&str>, &'static str, Order) {
    match (&page.starting_after, &page.ending_before) {
        (_, Some(id)) => (Some(id), "ending_before", Order::OldestFirst),
        (Some(id), None) => (Some(id), "starting_after", Order::NewestFirst),
        (None, None) => (None, "", Order::NewestFirst),
    }
}

/// A browser sees an intent only with its client secret, and nothing else but tokens.
pub(crate) fn check_browser(caller: &Caller, record: &Record) -> Result<(), Halt> {
    if !caller.is_browser() {
        return Ok(());
    }
    let secret = match record {
        Record::PaymentIntent(intent) => intent.client_secret(),
        Record::SetupIntent(setup) => setup.client_secret(),
        _ => return Ok(()),
    };
    let given = caller.client_secret.as_deref().unwrap_or_default();
    if florin_vault::constant_time_eq(given.as_bytes(), secret.as_bytes()) {
        return Ok(());
    }
    let kind = record.kind();
    let message = "The client_secret provided does not match any associated object of this account. Ensure that it is the \
        object's own, and that the publishable key belongs to the same account and mode.";
    let code = if kind == Kind::PaymentIntent {
        "payment_intent_invalid_parameter"
    } else {
        "setup_intent_invalid_parameter"
    };
    Err(WireError::invalid(message)
        .with_code(code)
        .with_param("client_secret")
        .into())
}

/// A browser may ask for a card to be saved. What the merchant chose it can only widen, from `on_session` to `off_session`.
pub(crate) fn check_browser_usage(
    caller: &Caller,
    intent: &PaymentIntent,
    wanted: Option<Option<FutureUsage>>,
) -> Result<(), Refusal> {
    let chosen = intent.setup_future_usage;
    let may = match (chosen, wanted) {
        (_, None) | (None, _) => true,
        (Some(FutureUsage::OnSession), Some(Some(FutureUsage::OffSession))) => true,
        (chosen, Some(wanted)) => chosen == wanted,
    };
    if may || !caller.is_browser() {
        return Ok(());
    }
    let message = "With a publishable key, setup_future_usage can only be changed from on_session to off_session. Please send \
        any other change from your server with a secret API key.";
    Err(Refusal::invalid("setup_future_usage", message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ids(page: &Page) -> Result<(Vec<String>, bool), WireError> {
        let all = ["a", "b", "c", "d", "e"].map(|id| json!({ "id": id }));
        let (data, more) = page_of(all.to_vec(), page)?;
        let id = |item: &Value| item["id"].as_str().unwrap_or_default().to_owned();
        Ok((data.iter().map(id).collect(), more))
    }

    fn page(limit: usize, after: Option<&str>, before: Option<&str>) -> Page {
        Page {
            limit,
            starting_after: after.map(str::to_owned),
            ending_before: before.map(str::to_owned),
            ..Page::default()
        }
    }

    #[test]
    fn a_whole_list_is_paged_both_ways() {
        for (limit, after, before, expected, more) in [
            (2, None, None, "ab", true),
            (5, None, None, "abcde", false),
            (2, Some("b"), None, "cd", true),
            (2, Some("c"), None, "de", false),
            (2, Some("e"), None, "", false),
            (2, None, Some("e"), "cd", true),
            (2, None, Some("c"), "ab", false),
            (2, None, Some("a"), "", false),
        ] {
            let found = ids(&page(limit, after, before)).expect("a page");
            assert_eq!(
                (found.0.concat().as_str(), found.1),
                (expected, more),
                "{limit} {after:?} {before:?}"
            );
        }
    }

    #[test]
    fn an_unknown_cursor_is_missing() {
        for (after, before, param) in [
            (Some("x"), None, "starting_after"),
            (None, Some("x"), "ending_before"),
        ] {
            let error = ids(&page(2, after, before)).expect_err("no such item");
            assert_eq!((error.status, error.param.as_deref()), (400, Some(param)));
            assert_eq!(error.code.as_deref(), Some("resource_missing"));
        }
    }
}
