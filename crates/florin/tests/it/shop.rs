//! A merchant: what most tests do with the API.
//!
//! Deliberately absent: typed objects. The tests read the wire as it is.

use crate::http::{Answer, Ask};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};

/// The fields of a payment that succeeds.
pub const PAYMENT: [(&str, &str); 5] = [
    ("amount", "2000"),
    ("currency", "usd"),
    ("payment_method", "pm_card_visa"),
    ("payment_method_types[]", "card"),
    ("confirm", "true"),
];

/// A caller with a key.
#[derive(Clone, Debug)]
pub struct Shop {
    /// Where the API is.
    pub address: SocketAddr,
    /// The key.
    pub key: String,
}

impl Shop {
    /// A merchant with this key.
    pub fn new(address: SocketAddr, key: &str) -> Shop {
        Shop {
            address,
            key: key.to_owned(),
        }
    }

    /// A request with the key.
    pub fn ask(&self, method: &str, path: &str) -> Ask {
        Ask::new(method, path).key(&self.key)
    }

    /// Sends; a server that does not answer fails the test.
    #[track_caller]
    pub fn send(&self, ask: &Ask) -> Answer {
        ask.send(self.address)
            .unwrap_or_else(|error| panic!("no answer: {error} to {ask:?}"))
    }

    /// `GET`.
    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.send(&self.ask("GET", path))
    }

    /// `POST` of a form.
    #[track_caller]
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(&self.ask("POST", path).form(fields))
    }

    /// `DELETE`.
    #[track_caller]
    pub fn delete(&self, path: &str) -> Answer {
        self.send(&self.ask("DELETE", path))
    }

    /// A `POST` that must succeed; returns the object's id.
    #[track_caller]
    pub fn made(&self, path: &str, fields: &[(&str, &str)]) -> String {
        self.post(path, fields).expect(200).at("/id")
    }

    /// The same with the form as it is sent.
    #[track_caller]
    pub fn make(&self, path: &str, form: &str) -> String {
        let ask = self.ask("POST", path);
        let answer = self.send(&ask.body("application/x-www-form-urlencoded", form.as_bytes()));
        answer.expect(200).at("/id")
    }

    /// A payment that succeeds; returns the intent's id.
    #[track_caller]
    pub fn pay(&self) -> String {
        let answer = self.post("/v1/payment_intents", &PAYMENT).expect(200);
        assert_eq!(answer.at("/status"), "succeeded");
        answer.at("/id")
    }

    /// The buyer presses the button of a session's page with a card. The page takes no key.
    #[track_caller]
    pub fn press(&self, session: &str, number: &str) -> Answer {
        static PRESSES: AtomicU32 = AtomicU32::new(0);
        let attempt = format!("press-{}", PRESSES.fetch_add(1, Ordering::Relaxed));
        let card = json!({"number": number, "exp_month": 12, "exp_year": 2034, "cvc": "123"});
        let sent =
            json!({"attempt": attempt, "card": card, "billing": {"email": "ada@example.com"}});
        let path = format!("/c/pay/{session}/confirm");
        self.send(&Ask::new("POST", &path).json(&sent))
    }

    /// The ids of a list's first page.
    #[track_caller]
    pub fn ids(&self, path: &str) -> Vec<String> {
        let list = self.get(path).expect(200).json();
        let data = list["data"].as_array().expect("a list");
        data.iter()
            .map(|each| each["id"].as_str().unwrap_or_default().to_owned())
            .collect()
    }
}
