//! A merchant's server: sends operations with idempotency keys and tries again after errors and silence, as an SDK does.
//!
//! Deliberately absent: HTTP. A client calls the engine as the API would after parsing.

use crate::evidence::{Ack, Violation};
use crate::executor::{Group, Sleep, VirtualClock};
use crate::keyring::Keyring;
use crate::random::Seeded;
use crate::scene::Scene;
use crate::world::BASE_URL;
use florin_base::Scope;
use florin_domain::Kind;
use florin_engine::challenge::{Answered, PageChoice};
use florin_engine::{Caller, CardInput, Clock, Engine, KeyRole, NewCard, Operation, Response};
use florin_render::expand::ExpandPlan;
use florin_vault::{CardNumber, Cvc, Expiry};
use florin_wire::versions::NEWEST;
use futures_util::future::{Either, join, select};
use serde_json::Value;
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

/// A client gives a request up after so many tries.
const TRIES_MAX: u32 = 40;
/// The first wait between two tries, in milliseconds.
const WAIT_MS: u64 = 400;
/// The longest wait between two tries, in milliseconds.
const WAIT_MS_MAX: u64 = 12_800;
/// An impatient client goes away after at most this, in milliseconds.
const PATIENCE_MS_MAX: u64 = 300;
/// What a client waits for when it does not lose its patience, in milliseconds.
const TIMEOUT_MS: u64 = 80_000;

/// The processes that take requests now.
#[derive(Default)]
pub struct Doors {
    open: Mutex<BTreeMap<Group, Arc<Engine>>>,
}

impl Doors {
    fn with<T>(&self, what: impl FnOnce(&mut BTreeMap<Group, Arc<Engine>>) -> T) -> T {
        what(&mut self.open.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A process takes requests from now on.
    pub fn open(&self, group: Group, engine: Arc<Engine>) {
        self.with(|open| open.insert(group, engine));
    }

    /// A process takes no more requests.
    pub fn close(&self, group: Group) -> Option<Arc<Engine>> {
        self.with(|open| open.remove(&group))
    }

    /// Any process.
    pub fn any(&self) -> Option<Arc<Engine>> {
        self.with(|open| open.values().next().cloned())
    }

    fn is_open(&self, group: Group) -> bool {
        self.with(|open| open.contains_key(&group))
    }

    /// The processes that take requests.
    pub fn all(&self) -> Vec<Arc<Engine>> {
        self.with(|open| open.values().cloned().collect())
    }

    /// One of them.
    pub fn pick(&self, random: &mut Seeded) -> Option<(Group, Arc<Engine>)> {
        self.with(|open| {
            let groups: Vec<Group> = open.keys().copied().collect();
            let group = random.pick(&groups)?;
            Some((*group, Arc::clone(open.get(group)?)))
        })
    }

    /// Waits for an answer as long as the process lives.
    pub async fn while_open<T>(&self, group: Group, answer: impl Future<Output = T>) -> Option<T> {
        let mut answer = pin!(answer);
        let heard = poll_fn(|context| match self.is_open(group) {
            false => Poll::Ready(None),
            true => answer.as_mut().poll(context).map(Some),
        });
        heard.await
    }
}

/// An answer, unless the wait for it is over before.
pub async fn first<T>(answer: impl Future<Output = Option<T>>, wait: Sleep) -> Option<T> {
    match select(pin!(answer), pin!(wait)).await {
        Either::Left((heard, _)) => heard,
        Either::Right(_) => None,
    }
}

/// Makes an operation anew for each try, from a card that was taken in for this try, if there is one.
pub type Make = Box<dyn Fn(Option<NewCard>) -> Box<dyn Operation> + Send + Sync>;

/// What a client wants.
pub struct Wish {
    /// The engine's name of the operation.
    pub operation: &'static str,
    /// The kind of object that a success is answered with; empty for a deletion.
    pub object: &'static str,
    /// A card number in the request, and the prefix of the object that is made of it.
    pub card: Option<(&'static str, &'static str)>,
    /// A browser asks, with this client secret, which may be empty.
    pub browser: Option<String>,
    /// Makes the operation.
    pub make: Make,
}

/// What a client heard at last. Status 0: it gave up.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: Value,
}

impl Heard {
    fn of(response: &Response) -> Heard {
        Heard {
            status: response.status,
            body: serde_json::from_slice(&response.body).unwrap_or_default(),
        }
    }

    /// It worked.
    pub fn ok(&self) -> bool {
        self.status == 200
    }

    /// A text member.
    pub fn text(&self, member: &str) -> String {
        self.body
            .get(member)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    }

    /// A number member.
    pub fn number(&self, member: &str) -> i64 {
        self.body
            .get(member)
            .and_then(Value::as_i64)
            .unwrap_or_default()
    }
}

/// A client.
pub struct Client {
    /// Its name in the trace and in keys.
    pub name: String,
    /// Its merchant and mode.
    pub scope: Scope,
    /// Its choices.
    pub random: Seeded,
    /// The world around it.
    pub scene: Arc<Scene>,
    /// The processes it may call.
    pub doors: Arc<Doors>,
    /// Time.
    pub clock: VirtualClock,
    /// The vault's data keys.
    pub keyring: Keyring,
    /// Numbers its keys and requests.
    pub count: u64,
}

/// One try: through which door, and for how long.
pub(crate) struct Try {
    group: Group,
    /// The process that is asked.
    pub(crate) engine: Arc<Engine>,
    /// `req_…`
    pub(crate) request: String,
    patience_ms: u64,
}

impl Client {
    /// A second client of the same merchant, for races.
    pub fn twin(&mut self) -> Client {
        self.count += 1;
        Client {
            name: format!("{}.{}", self.name, self.count),
            scope: self.scope.clone(),
            random: self.random.fork(self.count),
            scene: Arc::clone(&self.scene),
            doors: Arc::clone(&self.doors),
            clock: self.clock.clone(),
            keyring: self.keyring.clone(),
            count: 0,
        }
    }

    /// Thinks for a while.
    pub async fn think(&mut self, most_ms: u64) {
        let ms = self.random.below(most_ms);
        self.clock.pause(ms).await;
    }

    /// Sends an operation until it is answered for good.
    pub async fn ask(&mut self, wish: Wish) -> Heard {
        let key = self.fresh_key();
        self.ask_under(wish, &key).await
    }

    /// An idempotency key that nobody used.
    pub fn fresh_key(&mut self) -> String {
        self.count += 1;
        format!("{}-{}", self.name, self.count)
    }

    /// Sends an operation under a key until it is answered for good.
    pub async fn ask_under(&mut self, wish: Wish, key: &str) -> Heard {
        let mut wait_ms = WAIT_MS;
        for _ in 0..TRIES_MAX {
            if let Some(response) = self.submit(&wish, key).await
                && is_last_word(&response)
            {
                let pays = matches!(wish.operation, "CreateIntent" | "CreateCharge");
                let is_answer = matches!(response.status, 200 | 402);
                self.scene
                    .with(|inner| inner.payments += u64::from(pays && is_answer));
                return Heard::of(&response);
            }
            self.clock.pause(wait_ms + self.random.below(100)).await;
            wait_ms = (wait_ms * 2).min(WAIT_MS_MAX);
        }
        self.scene.tell(format!(
            "{} {} gives up {key}",
            self.clock.monotonic_ms(),
            self.name
        ));
        Heard::default()
    }

    /// One try, or two at once.
    async fn submit(&mut self, wish: &Wish, key: &str) -> Option<Response> {
        let twice = self.scene.with(|inner| inner.weather.twice);
        let first = self.draw()?;
        if !self.random.chance(twice) {
            return self.once(wish, key, first).await;
        }
        let second = self.draw()?;
        let (one, two) = join(self.once(wish, key, first), self.once(wish, key, second)).await;
        let is_final = |response: &Response| matches!(response.status, 200 | 402);
        match (one, two) {
            (Some(one), _) if is_final(&one) => Some(one),
            (_, Some(two)) if is_final(&two) => Some(two),
            // While one of them is not heard of, what the other was told is not the end: they are one request.
            (one, two) => one.and(two),
        }
    }

    /// Any process, and a request's name.
    pub(crate) fn draw(&mut self) -> Option<Try> {
        self.count += 1;
        let impatient = self.scene.with(|inner| inner.weather.impatient);
        let patience_ms = if self.random.chance(impatient) {
            self.random.below(PATIENCE_MS_MAX)
        } else {
            TIMEOUT_MS
        };
        let (group, engine) = self.doors.pick(&mut self.random)?;
        Some(Try {
            group,
            engine,
            request: format!("req_{}_{}", self.name, self.count),
            patience_ms,
        })
    }

    /// A request with a secret key.
    pub(crate) fn caller(&self, request: &str, idempotency: Option<(String, [u8; 32])>) -> Caller {
        Caller {
            scope: self.scope.clone(),
            role: KeyRole::Secret,
            version: NEWEST,
            request: request.to_owned(),
            idempotency,
            expand: ExpandPlan::default(),
            key: None,
            buyer: None,
            client_secret: None,
            base_url: BASE_URL.into(),
            names: Default::default(),
        }
    }

    async fn once(&self, wish: &Wish, key: &str, by: Try) -> Option<Response> {
        let mut caller = self.caller(&by.request, Some((key.to_owned(), hash(wish.operation))));
        if let Some(secret) = &wish.browser {
            caller.role = KeyRole::Publishable;
            caller.client_secret = Some(secret.clone());
        }
        let answer = async {
            let card = match wish.card {
                Some((number, prefix)) => match self.intake(&by.engine, number, prefix).await {
                    Ok(card) => Some(card),
                    Err(halt) => return by.engine.refuse(&caller, halt).await,
                },
                None => None,
            };
            by.engine.mutate(caller.clone(), (wish.make)(card)).await
        };
        let response = self.while_open(&by, answer).await;
        self.note(wish, key, response.as_ref());
        response
    }

    async fn intake(
        &self,
        engine: &Engine,
        number: &str,
        prefix: &str,
    ) -> Result<NewCard, florin_engine::Halt> {
        let wrong = || florin_wire::WireError::invalid("the simulator's own card is wrong");
        let number = CardNumber::parse(number).map_err(|_| wrong())?;
        let expiry = Expiry::new(12, 2034).map_err(|_| wrong())?;
        let cvc = Cvc::parse("123", number.brand()).ok();
        engine
            .intake(
                &self.scope,
                CardInput {
                    number,
                    expiry,
                    cvc,
                },
                prefix,
            )
            .await
    }

    /// Waits for an answer as long as the process lives and the patience lasts.
    pub(crate) async fn while_open<T>(
        &self,
        by: &Try,
        answer: impl Future<Output = T>,
    ) -> Option<T> {
        let heard = self.doors.while_open(by.group, answer);
        first(heard, self.clock.pause(by.patience_ms)).await
    }

    fn note(&self, wish: &Wish, key: &str, response: Option<&Response>) {
        let at_ms = self.clock.monotonic_ms();
        let status = response.map_or(0, |response| response.status);
        let told = response.map(Heard::of).unwrap_or_default();
        let id = told.text("id");
        self.scene.with(|inner| {
            inner.trace.push(format!(
                "{at_ms} {} {} {key} -> {status} {id}",
                self.name, wish.operation
            ));
            let Some(response) = response else { return };
            *inner.answers.entry((wish.operation, status)).or_default() += 1;
            if status == 200 {
                inner.learn(&self.scope, &told.body);
            }
            if status == 500 {
                let body = String::from_utf8_lossy(&response.body).into_owned();
                inner.suspicions.push(Violation::new(
                    "I0",
                    format!("{} {key} is answered with 500: {body}", wish.operation),
                ));
            }
            inner.acks.push(Ack {
                at_ms,
                scope: self.scope.clone(),
                key: key.to_owned(),
                operation: wish.operation,
                object: wish.object,
                status,
                body: response.body.clone(),
                replayed_from: response.replayed_from.clone(),
            });
        });
    }

    /// Reads an object until it is there and does not change by itself any more.
    pub async fn read(&mut self, kind: Kind, id: &str) -> Heard {
        let mut wait_ms = WAIT_MS;
        for _ in 0..TRIES_MAX {
            let heard = self.peek(kind, id).await;
            if heard.ok() && heard.text("status") != "processing" {
                return heard;
            }
            self.clock.pause(wait_ms).await;
            wait_ms = (wait_ms * 2).min(WAIT_MS_MAX);
        }
        Heard::default()
    }

    /// Reads an object once.
    pub async fn peek(&mut self, kind: Kind, id: &str) -> Heard {
        let Some(by) = self.draw() else {
            return Heard::default();
        };
        let caller = self.caller(&by.request, None);
        let response = self
            .while_open(&by, by.engine.retrieve(&caller, kind, id, "id"))
            .await;
        response
            .map(|response| Heard::of(&response))
            .unwrap_or_default()
    }

    /// The buyer opens the page of a challenge. Returns the challenge that the page was made for.
    pub async fn open_page(&mut self, id: &str, secret: &str) -> Option<String> {
        let by = self.draw()?;
        let opened = async { by.engine.challenged(id, secret).await?.challenge };
        self.while_open(&by, opened).await.flatten()
    }

    /// The buyer answers on a page that is open, perhaps for a while. True when the answer was taken.
    pub async fn visit_page(&mut self, id: &str, secret: &str, answer: (&str, PageChoice)) -> bool {
        let Some(by) = self.draw() else { return false };
        let answered = async {
            let challenged = by.engine.challenged(id, secret).await?;
            Some(
                by.engine
                    .answer_challenge(&challenged, answer, &by.request)
                    .await,
            )
        };
        let answered = self.while_open(&by, answered).await.flatten();
        let taken = matches!(answered, Some(Answered::Done | Answered::ReturnTo(_)));
        self.scene.tell(format!(
            "{} {} page of {id} -> {taken}",
            self.clock.monotonic_ms(),
            self.name
        ));
        taken
    }

    /// Uses a key for another request. A key that is taken must refuse it.
    pub async fn misuse(&mut self, wish: Wish, key: &str) {
        let Some(by) = self.draw() else { return };
        let caller = self.caller(&by.request, Some((key.to_owned(), hash("another request"))));
        let answer = by.engine.mutate(caller, (wish.make)(None));
        let Some(response) = self.while_open(&by, answer).await else {
            return;
        };
        if response.status == 200 {
            let what = format!("{key} was used for two requests, and both were answered with 200");
            self.scene
                .with(|inner| inner.suspicions.push(Violation::new("I9", what)));
        }
    }

    /// Says that something is wrong.
    pub fn suspect(&self, rule: &'static str, what: String) {
        self.scene
            .with(|inner| inner.suspicions.push(Violation::new(rule, what)));
    }
}

/// An answer after which a client does not ask again. One conflict is such an answer: an order that stands otherwise.
fn is_last_word(response: &Response) -> bool {
    match response.status {
        409 => {
            let told = Heard::of(response).body;
            let code = told.pointer("/error/code").and_then(Value::as_str);
            code == Some("order_taken")
        }
        status => !matches!(status, 429 | 500..),
    }
}

/// The hash over what a request says. The same wish always says the same, so its name stands for it.
fn hash(operation: &str) -> [u8; 32] {
    florin_vault::sha256(operation.as_bytes())
}
