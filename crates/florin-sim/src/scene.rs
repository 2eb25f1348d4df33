//! What a world's parts share: the weather, the orders to crash, and everything that an auditor later looks at.
//!
//! Deliberately absent: any lock that is held while somebody waits.

use crate::evidence::{Ack, Contest, Entry, Receipt, Violation};
use crate::executor::Group;
use crate::fate::Point;
use crate::random::Seeded;
use crate::sabotage::Sabotage;
use crate::weather::Weather;
use florin_base::Scope;
use florin_domain::Kind;
use florin_domain::processor::Outcome;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// A planted bug that strikes once does so on this occasion.
const STRIKES_ON: u64 = 3;
/// The first amount; every order has one of its own, so that a processor's book tells orders apart.
const FIRST_AMOUNT: i64 = 1_000;
/// Ids of one kind that are remembered in a scope: the newest.
const KNOWN_MAX: usize = 16;

/// What the front door calls a session with an order.
pub const FRONT: &str = "florin.payment";

/// A charge that somebody paid, for later refunds.
#[derive(Clone, Debug)]
pub struct Paid {
    /// Whose.
    pub scope: Scope,
    /// The charge.
    pub charge: String,
    /// Its intent.
    pub intent: Option<String>,
}

/// Everything that is shared.
pub struct Inner {
    /// Draws faults.
    pub random: Seeded,
    /// How often they strike.
    pub weather: Weather,
    /// Processes that have to die.
    pub dying: BTreeSet<Group>,
    /// One fault at a chosen place.
    pub point: Option<Point>,
    /// The chosen place was reached.
    pub is_hit: bool,
    /// The planted bug.
    pub sabotage: Option<Sabotage>,
    /// How often the planted bug struck.
    pub struck: u64,
    occasions: u64,
    /// What happened, line by line.
    pub trace: Vec<String>,
    /// Every commit that took effect.
    pub journal: Vec<Arc<Entry>>,
    /// Every answer that a client got.
    pub acks: Vec<Ack>,
    /// Every webhook that arrived.
    pub receipts: Vec<Receipt>,
    /// Every mail that the mail server took: its id and its address.
    pub mails: Vec<(String, String)>,
    /// How often mails were handed to it.
    pub mail_tries: u64,
    /// References of calls whose outcome the engine did not hear.
    pub unheard: BTreeSet<String>,
    /// What a client found wrong at once.
    pub suspicions: Vec<Violation>,
    /// How often each operation was answered with each status.
    pub answers: BTreeMap<(&'static str, u16), u64>,
    /// Charges that were paid.
    pub paid: Vec<Paid>,
    /// Commits that were asked for.
    pub commits: u64,
    /// Calls to the processor.
    pub calls: u64,
    /// Payments that were answered with success or a decline.
    pub payments: u64,
    /// How far the wall clock jumped ahead in all, in milliseconds.
    pub jumped_ms: u64,
    /// How far it jumped back in all, in milliseconds.
    pub fell_back_ms: u64,
    /// When requests that are still on the wire arrive, in milliseconds of virtual time.
    pub strays: BTreeSet<(u64, String)>,
    /// Some request went astray.
    pub had_strays: bool,
    /// What the processor has to take back: the reference, and what is true of it.
    pub untold: VecDeque<(String, Outcome)>,
    /// Races whose outcome has to be that of some order.
    pub contests: Vec<Contest>,
    /// Confirmation tokens, each with what was confirmed with it.
    pub confirmed: Vec<(Scope, String, String)>,
    /// Ids that each scope was told of, the newest last.
    pub known: BTreeMap<Scope, BTreeMap<Kind, VecDeque<String>>>,
    amount: i64,
}

/// The shared part of a world.
pub struct Scene {
    inner: Mutex<Inner>,
}

impl Scene {
    /// A scene in calm weather.
    pub fn new(random: Seeded, sabotage: Option<Sabotage>) -> Scene {
        Scene {
            inner: Mutex::new(Inner {
                random,
                weather: Weather::calm(),
                dying: BTreeSet::new(),
                point: None,
                is_hit: false,
                sabotage,
                struck: 0,
                occasions: 0,
                trace: Vec::new(),
                journal: Vec::new(),
                acks: Vec::new(),
                receipts: Vec::new(),
                mails: Vec::new(),
                mail_tries: 0,
                unheard: BTreeSet::new(),
                suspicions: Vec::new(),
                answers: BTreeMap::new(),
                paid: Vec::new(),
                commits: 0,
                calls: 0,
                payments: 0,
                jumped_ms: 0,
                fell_back_ms: 0,
                strays: BTreeSet::new(),
                had_strays: false,
                untold: VecDeque::new(),
                contests: Vec::new(),
                confirmed: Vec::new(),
                known: BTreeMap::new(),
                amount: FIRST_AMOUNT,
            }),
        }
    }

    /// Looks or changes.
    pub fn with<T>(&self, what: impl FnOnce(&mut Inner) -> T) -> T {
        what(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Adds a line to the trace.
    pub fn tell(&self, line: String) {
        self.with(|inner| inner.trace.push(line));
    }
}

impl Inner {
    /// Whether a commit so far took the money that a receipt is about, or gave back what the mail of a refund is about.
    pub fn has_taken_money(&self, mail: &str) -> bool {
        let charge = mail.strip_prefix("receipt-").unwrap_or_default();
        let refund = mail.strip_prefix("refund-").unwrap_or_default();
        self.journal.iter().any(|entry| {
            let writes = entry.commit.changes.writes.iter().zip(&entry.bodies);
            writes.into_iter().any(|(write, body)| {
                let is_own = write.key.kind == Kind::Charge && write.key.id == charge;
                let is_refund = write.key.kind == Kind::Refund && write.key.id == refund;
                (is_own && body["amount_captured"].as_i64() > Some(0))
                    || (is_refund && body["status"] == "succeeded")
            })
        })
    }

    /// An amount that no other order has, larger than all before it.
    pub fn fresh_amount(&mut self) -> i64 {
        self.amount += self.random.amount(9);
        self.amount
    }

    /// True when the planted bug is this one.
    pub fn is(&self, sabotage: Sabotage) -> bool {
        self.sabotage == Some(sabotage)
    }

    /// True on the one occasion on which this planted bug strikes.
    pub fn strikes(&mut self, sabotage: Sabotage) -> bool {
        if !self.is(sabotage) {
            return false;
        }
        self.occasions += 1;
        let strikes = self.occasions == STRIKES_ON;
        self.struck += u64::from(strikes);
        strikes
    }

    /// True now and then, for a planted bug that strikes more than once.
    pub fn strikes_often(&mut self, sabotage: Sabotage, per_mille: u64) -> bool {
        let strikes = self.is(sabotage) && self.random.chance(per_mille);
        self.struck += u64::from(strikes);
        strikes
    }

    /// Remembers the object of an answer, or every object of a list.
    pub fn learn(&mut self, scope: &Scope, told: &Value) {
        if let Some(list) = told.get("data").and_then(Value::as_array) {
            return list.iter().for_each(|one| self.learn(scope, one));
        }
        let member = |name: &str| told.get(name).and_then(Value::as_str).unwrap_or_default();
        let Some(kind) = kind_of(member("object")) else {
            return;
        };
        self.remember(scope, kind, member("id"));
        if member("object") == FRONT {
            self.remember(scope, Kind::Order, member("order_id"));
        }
    }

    fn remember(&mut self, scope: &Scope, kind: Kind, id: &str) {
        let ids = self.known.entry(scope.clone()).or_default();
        let ids = ids.entry(kind).or_default();
        if !ids.iter().any(|known| known == id) {
            ids.push_back(id.to_owned());
        }
        if ids.len() > KNOWN_MAX {
            ids.pop_front();
        }
    }

    /// Who else was told of an id, if anybody.
    pub fn stranger_of(&self, scope: &Scope, id: &str) -> Option<Scope> {
        let strangers = self.known.iter().filter(|(other, _)| *other != scope);
        let mut holders =
            strangers.filter(|(_, kinds)| kinds.values().flatten().any(|known| known == id));
        holders.next().map(|(other, _)| other.clone())
    }
}

/// The kind of an object of the wire that is found by its id.
pub fn kind_of(object: &str) -> Option<Kind> {
    Some(match object {
        "payment_intent" => Kind::PaymentIntent,
        "setup_intent" => Kind::SetupIntent,
        "charge" => Kind::Charge,
        "refund" => Kind::Refund,
        "customer" => Kind::Customer,
        "payment_method" | "source" => Kind::PaymentMethod,
        "payment_link" => Kind::PaymentLink,
        "payment_method_configuration" => Kind::MethodConfiguration,
        "token" => Kind::Token,
        "confirmation_token" => Kind::ConfirmationToken,
        "payment_method_domain" => Kind::PaymentMethodDomain,
        "webhook_endpoint" => Kind::WebhookEndpoint,
        "dispute" => Kind::Dispute,
        "radar.early_fraud_warning" => Kind::EarlyFraudWarning,
        "event" => Kind::Event,
        "product" => Kind::Product,
        "price" => Kind::Price,
        "tax_rate" => Kind::TaxRate,
        "shipping_rate" => Kind::ShippingRate,
        "checkout.session" | FRONT => Kind::CheckoutSession,
        _ => return None,
    })
}
