//! Load on a server by clients that keep a book of what was acknowledged to them.
//!
//! Every mutation carries an idempotency key, which stands in its object's metadata too, so that the auditor can count
//! what one key did. Deliberately absent: retries while the load runs. What got no answer is kept and asked about later.

use crate::http::{Answer, Ask};
use crate::shop::Shop;
use serde_json::Value;
use std::sync::atomic::{AtomicU64, Ordering};

/// A small generator of numbers that look random, the same for each seed.
pub struct Seeded(u64);

impl Seeded {
    /// A generator; seeds side by side give unlike numbers.
    pub fn new(seed: u64) -> Seeded {
        Seeded(seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % bound
    }
}

/// What a mutation is for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Aim {
    Pay,
    Capture(usize),
    Refund(usize),
}

/// A mutation, ready to be sent as often as needed.
#[derive(Clone, Debug)]
pub struct Wish {
    aim: Aim,
    key: String,
    path: String,
    fields: Vec<(&'static str, String)>,
}

impl Wish {
    /// Sends it under its idempotency key.
    pub fn send(&self, shop: &Shop) -> std::io::Result<Answer> {
        let fields: Vec<(&str, &str)> = self
            .fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let ask: Ask = shop.ask("POST", &self.path).form(&fields);
        ask.header("Idempotency-Key", &self.key).send(shop.address)
    }
}

/// A payment as its client knows it.
#[derive(Clone, Debug)]
struct Payment {
    id: String,
    status: String,
    received: i64,
    refunds: Vec<(String, i64)>,
    /// A mutation on it got no answer.
    is_open: bool,
}

/// The book of one client.
pub struct Book {
    name: String,
    random: Seeded,
    made: u64,
    payments: Vec<Payment>,
    /// Mutations without an answer.
    pub unknown: Vec<Wish>,
}

/// Declined cards, and one that is not.
const CARDS: [&str; 4] = [
    "pm_card_visa",
    "pm_card_mastercard",
    "pm_card_visa",
    "pm_card_chargeDeclined",
];

impl Book {
    /// An empty book; the name is in its keys.
    pub fn new(name: &str, seed: u64) -> Book {
        Book {
            name: name.to_owned(),
            random: Seeded::new(seed),
            made: 0,
            payments: Vec::new(),
            unknown: Vec::new(),
        }
    }

    /// Payments that were acknowledged.
    pub fn acknowledged(&self) -> usize {
        self.payments.len()
    }

    /// Sends one mutation after the other until the server does not answer any more; counts what was answered.
    pub fn fill(&mut self, shop: &Shop, answered: &AtomicU64) {
        loop {
            let wish = self.next_wish();
            match wish.send(shop) {
                Ok(answer) => {
                    self.note(&wish, &answer);
                    answered.fetch_add(1, Ordering::Relaxed);
                }
                Err(_) => {
                    self.leave_open(wish);
                    return;
                }
            }
        }
    }

    /// Sends so many mutations, all of which must be answered.
    pub fn fill_with(&mut self, shop: &Shop, mutations: usize) {
        for _ in 0..mutations {
            let wish = self.next_wish();
            let answer = wish.send(shop).expect("the server answers");
            self.note(&wish, &answer);
        }
    }

    fn leave_open(&mut self, wish: Wish) {
        if let Aim::Capture(at) | Aim::Refund(at) = wish.aim {
            self.payments[at].is_open = true;
        }
        self.unknown.push(wish);
    }

    fn next_wish(&mut self) -> Wish {
        self.made += 1;
        let key = format!("{}-{}", self.name, self.made);
        let choice = self.random.below(10);
        let held = self.pick(|payment| payment.status == "requires_capture");
        let paid = self.pick(|payment| payment.received >= 300 && payment.refunds.len() < 3);
        match (choice, held, paid) {
            (0..=2, Some(at), _) => self.capture(at, key),
            (3..=4, _, Some(at)) => self.refund(at, key),
            _ => self.pay(key),
        }
    }

    fn pick(&mut self, wanted: impl Fn(&Payment) -> bool) -> Option<usize> {
        let fitting: Vec<usize> = (0..self.payments.len())
            .filter(|at| !self.payments[*at].is_open && wanted(&self.payments[*at]))
            .collect();
        match fitting.len() as u64 {
            0 => None,
            count => Some(fitting[self.random.below(count) as usize]),
        }
    }

    fn pay(&mut self, key: String) -> Wish {
        let method = if self.random.below(3) == 0 {
            "manual"
        } else {
            "automatic"
        };
        let card = CARDS[self.random.below(CARDS.len() as u64) as usize];
        let amount = 1_000 + self.random.below(9_000);
        Wish {
            aim: Aim::Pay,
            path: "/v1/payment_intents".to_owned(),
            fields: vec![
                ("amount", amount.to_string()),
                ("currency", "usd".to_owned()),
                ("payment_method", card.to_owned()),
                ("payment_method_types[]", "card".to_owned()),
                ("capture_method", method.to_owned()),
                ("confirm", "true".to_owned()),
                ("metadata[order]", key.clone()),
            ],
            key,
        }
    }

    fn capture(&mut self, at: usize, key: String) -> Wish {
        let amount = 500 + self.random.below(500);
        Wish {
            aim: Aim::Capture(at),
            key,
            path: format!("/v1/payment_intents/{}/capture", self.payments[at].id),
            fields: vec![("amount_to_capture", amount.to_string())],
        }
    }

    fn refund(&mut self, at: usize, key: String) -> Wish {
        let amount = 1 + self.random.below(100);
        Wish {
            aim: Aim::Refund(at),
            path: "/v1/refunds".to_owned(),
            fields: vec![
                ("payment_intent", self.payments[at].id.clone()),
                ("amount", amount.to_string()),
                ("metadata[order]", key.clone()),
            ],
            key,
        }
    }

    /// Writes an acknowledgement down. Anything but success and a decline fails the test.
    fn note(&mut self, wish: &Wish, answer: &Answer) {
        let json = answer.json();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match (wish.aim, answer.status) {
            (Aim::Pay, 200 | 402) => {
                let intent = match answer.status {
                    200 => &json,
                    _ => &json["error"]["payment_intent"],
                };
                self.payments.push(Payment {
                    id: text(&intent["id"]),
                    status: text(&intent["status"]),
                    received: intent["amount_received"].as_i64().expect("an amount"),
                    refunds: Vec::new(),
                    is_open: false,
                });
            }
            (Aim::Capture(at), 200) => {
                let payment = &mut self.payments[at];
                payment.status = text(&json["status"]);
                payment.received = json["amount_received"].as_i64().expect("an amount");
                payment.is_open = false;
            }
            // The server died between the note of the call and the call: the payment is as it was.
            (Aim::Capture(at), 402) => {
                let intent = &json["error"]["payment_intent"];
                let payment = &mut self.payments[at];
                payment.status = text(&intent["status"]);
                payment.received = intent["amount_received"].as_i64().expect("an amount");
                payment.is_open = false;
            }
            (Aim::Refund(at), 200) => {
                let amount = json["amount"].as_i64().expect("an amount");
                let payment = &mut self.payments[at];
                // One that failed gave nothing back, and one that is pending may still fail.
                payment.is_open = json["status"] == "pending";
                if json["status"] == "succeeded" {
                    payment.refunds.push((text(&json["id"]), amount));
                }
            }
            _ => panic!("{} to {wish:?}: {}", answer.status, answer.text()),
        }
    }

    /// What the server knows otherwise than this book, of the payments from `first` on.
    pub fn differences(&self, shop: &Shop, first: usize) -> Vec<String> {
        let settled = self.payments[first.min(self.payments.len())..]
            .iter()
            .filter(|payment| !payment.is_open);
        settled
            .filter_map(|payment| difference(shop, payment).err())
            .collect()
    }

    /// Sends what got no answer once more, and a second time: the first may act, the second must replay the first.
    /// A key whose outcome is still open answers 409, which `may_wait` allows; such a mutation stays unknown.
    pub fn ask_again(&mut self, shop: &Shop, may_wait: bool) -> Vec<String> {
        let mut found = Vec::new();
        for wish in std::mem::take(&mut self.unknown) {
            let answer = wish.send(shop).expect("the server answers");
            if answer.status == 409 && may_wait {
                self.unknown.push(wish);
                continue;
            }
            self.note(&wish, &answer);
            let second = wish.send(shop).expect("the server answers");
            let is_replay = second.header("idempotent-replayed") == Some("true");
            if !is_replay || (second.status, &second.body) != (answer.status, &answer.body) {
                found.push(format!("{wish:?} was not replayed: {}", second.text()));
            }
        }
        found
    }
}

fn difference(shop: &Shop, payment: &Payment) -> Result<(), String> {
    let path = format!(
        "/v1/payment_intents/{}?expand%5B%5D=latest_charge",
        payment.id
    );
    let answer = shop.get(&path);
    if answer.status != 200 {
        return Err(format!("{} is lost: {}", payment.id, answer.text()));
    }
    let json = answer.json();
    let refunded: i64 = payment.refunds.iter().map(|(_, amount)| amount).sum();
    let known = (payment.status.as_str(), payment.received, refunded);
    let stored = (
        json["status"].as_str().unwrap_or_default(),
        json["amount_received"].as_i64().unwrap_or_default(),
        json["latest_charge"]["amount_refunded"]
            .as_i64()
            .unwrap_or_default(),
    );
    if stored != known {
        let id = &payment.id;
        return Err(format!("{id} is {stored:?}, acknowledged was {known:?}"));
    }
    for (id, amount) in &payment.refunds {
        let refund = shop.get(&format!("/v1/refunds/{id}"));
        if refund.status != 200 || refund.json()["amount"].as_i64() != Some(*amount) {
            return Err(format!("the refund {id} is lost: {}", refund.text()));
        }
    }
    Ok(())
}
