//! Questions: what the reading routes of the API ask an engine, and what operators ask and do.
//!
//! Every object of another merchant in an answer, every object that is gone although its merchant was told of it, and every
//! internal error is noted at once. Deliberately absent: which route asks what; `workload::reads` knows.

use crate::client::{Client, Heard};
use crate::evidence::Violation;
use crate::scene::{Inner, kind_of};
use florin_base::Scope;
use florin_domain::Kind;
use florin_domain::customer_session::CustomerSession;
use florin_domain::payments::MethodConfiguration;
use florin_engine::elements::Asked;
use florin_engine::read::{ListQuery, Page, Sieve, TransactionQuery};
use florin_engine::{Caller, Engine, FrontBy, Response};
use serde_json::Value;
use std::future::Future;
use std::sync::Arc;

/// A question of a reading route.
pub enum Question {
    /// One object; the name is that of the part of the path.
    Object(Kind, String, &'static str),
    /// One source.
    Source(String),
    /// One object under its owner.
    Owned((Kind, String), (Kind, String)),
    /// A page of a list.
    List(ListQuery, Page),
    /// A page of what a sieve keeps of a list.
    Sifted(ListQuery, Sieve, Page),
    /// A page of what belongs to an object that must be there.
    ListOf((Kind, String), ListQuery, Page),
    /// The line items of an intent.
    LineItems(String, Page),
    /// What a checkout session sells.
    SessionLines(String, Page),
    /// What a payment link sells.
    LinkLines(String, Page),
    /// The payment of an order at the front door.
    Order(String),
    /// A payment of the front door.
    Front(String),
    /// What a form in a page asks for before there is an intent.
    Form,
    /// An operation that no state allows.
    WrongState(Kind, String),
    /// The configurations of payment methods.
    Configurations(Page),
    /// One of them; the default one where none is known.
    Configuration(Option<String>),
    /// A form may show the saved cards of a customer.
    CustomerSession(String),
    /// The balance.
    Balance,
    /// One balance transaction.
    Transaction(String),
    /// A page of balance transactions.
    Transactions(TransactionQuery, Page),
    /// The acting account.
    Account,
}

impl Question {
    async fn put(self, engine: &Engine, caller: &Caller) -> Response {
        const URL: &str = "/v1/simulated";
        match self {
            Question::Object(kind, id, part) => engine.retrieve(caller, kind, &id, part).await,
            Question::Owned((kind, id), (owner, owner_id)) => {
                engine
                    .retrieve_owned(caller, (kind, &id), (owner, &owner_id))
                    .await
            }
            Question::List(query, page) => engine.list(caller, URL, query, &page).await,
            Question::Sifted(query, sieve, page) => {
                engine.list_sifted(caller, URL, (query, sieve), &page).await
            }
            Question::ListOf((kind, id), query, page) => {
                match engine.must_exist(caller, kind, &id, "id").await {
                    Ok(()) => engine.list(caller, URL, query, &page).await,
                    Err(missing) => missing,
                }
            }
            Question::LineItems(id, page) => engine.line_items(caller, &id, &page).await,
            Question::SessionLines(id, page) => engine.session_lines(caller, &id, &page).await,
            Question::LinkLines(id, page) => engine.link_lines(caller, &id, &page).await,
            Question::Order(order) => engine.front_payment(caller, FrontBy::Order(&order)).await,
            Question::Front(id) => engine.front_payment(caller, FrontBy::Id(&id)).await,
            Question::WrongState(kind, id) => {
                engine.wrong_state(caller, kind, &id, "not now").await
            }
            Question::Configurations(page) => {
                engine.method_configurations(caller, None, &page).await
            }
            Question::Configuration(id) => {
                let id = id.unwrap_or_else(|| MethodConfiguration::default_id(&caller.scope));
                engine.method_configuration(caller, &id).await
            }
            Question::CustomerSession(customer) => {
                let wish = CustomerSession {
                    customer,
                    enabled: true,
                    ..CustomerSession::default()
                };
                engine.open_customer_session(caller, wish).await
            }
            Question::Source(id) => engine.source(caller, &id).await,
            Question::Balance => engine.balance(caller).await,
            Question::Transaction(id) => engine.balance_transaction(caller, &id).await,
            Question::Transactions(query, page) => {
                engine.balance_transactions(caller, query, &page).await
            }
            Question::Form => {
                let asked = Asked::Deferred {
                    mode: "payment",
                    amount: Some(2_000),
                    currency: Some("usd"),
                };
                engine.elements_session(caller, asked, (None, None)).await
            }
            Question::Account => engine.own_account(caller).await,
        }
    }

    /// An object that the caller was told of, and that is never hidden again.
    fn lasting(&self) -> Option<String> {
        match self {
            Question::Object(
                Kind::PaymentIntent
                | Kind::SetupIntent
                | Kind::Charge
                | Kind::Refund
                | Kind::Customer
                | Kind::PaymentMethod
                | Kind::Token
                | Kind::ConfirmationToken
                | Kind::PaymentMethodDomain
                | Kind::Price
                | Kind::TaxRate
                | Kind::ShippingRate
                | Kind::PaymentLink
                | Kind::CheckoutSession,
                id,
                _,
            )
            | Question::Order(id) => Some(id.clone()),
            _ => None,
        }
    }
}

impl Client {
    /// Asks a question once and looks at the answer. `None` when nobody answers.
    pub async fn question(&mut self, route: &'static str, question: Question) -> Option<Heard> {
        let by = self.draw()?;
        let caller = self.caller(&by.request, None);
        let lasting = question.lasting();
        let answer = question.put(&by.engine, &caller);
        let response = self.while_open(&by, answer).await?;
        let heard = Heard {
            status: response.status,
            body: serde_json::from_slice(&response.body).unwrap_or_default(),
        };
        self.scene.with(|inner| {
            *inner.answers.entry((route, heard.status)).or_default() += 1;
            look(inner, &self.scope, (route, lasting), &heard);
        });
        Some(heard)
    }

    /// Lets an operator do something in any process, once. `None` when the process died, or when it took too long.
    pub async fn operate<T, F>(&mut self, what: impl FnOnce(Arc<Engine>) -> F) -> Option<T>
    where
        F: Future<Output = T>,
    {
        let by = self.draw()?;
        let doing = what(Arc::clone(&by.engine));
        self.while_open(&by, doing).await
    }
}

/// Notes what is wrong with an answer, and remembers the objects in it.
fn look(inner: &mut Inner, scope: &Scope, asked: (&'static str, Option<String>), heard: &Heard) {
    let (route, lasting) = asked;
    let mut found = Vec::new();
    if heard.status == 500 {
        let what = format!("{route} is answered with 500: {}", heard.body);
        found.push(Violation::new("I0", what));
    }
    if let Some(id) = lasting.filter(|_| heard.status == 404) {
        let what = format!("{scope:?} was told of {id}, and {route} does not find it");
        found.push(Violation::new("I16", what));
    }
    if heard.status == 200 {
        for id in ids(&heard.body) {
            let other = inner.stranger_of(scope, id);
            found.extend(other.map(|other| {
                let what = format!("{route} shows {id} of {other:?} to {scope:?}");
                Violation::new("I11", what)
            }));
        }
        inner.learn(scope, &heard.body);
    }
    inner.suspicions.extend(found);
}

/// The ids of the objects of an answer that are found by their id.
fn ids(told: &Value) -> Vec<&str> {
    let list = told.get("data").and_then(Value::as_array);
    let all: Vec<&Value> = list.map_or_else(|| vec![told], |list| list.iter().collect());
    all.into_iter()
        .filter(|value| is_object(value))
        .filter_map(|value| value.get("id").and_then(Value::as_str))
        .collect()
}

fn is_object(value: &Value) -> bool {
    let object = value.get("object").and_then(Value::as_str);
    object.and_then(kind_of).is_some()
}
