//! A vault with sealed test cards, requests about them, and a way to call adapters without a runtime.

use florin_base::{Asset, Scope};
use florin_domain::cards::{CardSource, VaultCard};
use florin_domain::processor::{Outcome, ProcessorRequest, Terms, Verb};
use florin_processors::{Inquiry, Processor, Sandbox, Secrets, sealed};
use florin_vault::{CardNumber, CardOpener, Expiry, MasterKey, Vault, create_ring};
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// The account of every request.
pub const ACCOUNT: &str = "acct_contract";

/// Every adapter under the contract, by a name for failures.
pub fn adapters() -> Vec<(&'static str, Box<dyn Processor>)> {
    vec![
        ("sandbox inside", Box::new(Sandbox::inside())),
        ("sandbox outside", Box::new(Sandbox::outside())),
    ]
}

/// A vault, its opener, and the cards that were sealed.
pub struct World {
    pub opener: CardOpener,
    vault: Vault,
    cards: HashMap<String, VaultCard>,
}

impl World {
    pub fn new() -> World {
        let bytes = std::array::from_fn(|place| place as u8 + 1);
        let master = || MasterKey::from_bytes(&bytes).expect("bytes that differ");
        let ring = create_ring(&master()).expect("a ring");
        let (vault, opener) = Vault::open(Box::new(master()), &ring).expect("the same key");
        World {
            opener,
            vault,
            cards: HashMap::new(),
        }
    }

    /// Seals a number in the test mode of the account, under an id that does not show it.
    pub fn seal(&mut self, digits: &str) -> CardSource {
        self.seal_for(&Scope::test(ACCOUNT), digits)
    }

    pub fn seal_for(&mut self, scope: &Scope, digits: &str) -> CardSource {
        let id = format!("vc_{}", self.cards.len());
        let number = CardNumber::parse(digits).expect("a test number");
        let expiry = Expiry::new(12, 2034).expect("a month");
        let record = sealed::seal(&self.vault, scope, id.as_str().into(), &number, expiry);
        self.cards.insert(id.clone(), record.expect("seals"));
        CardSource::Vault(id.as_str().into())
    }

    /// The record of a sealed card.
    pub fn record(&self, source: &CardSource) -> Option<&VaultCard> {
        match source {
            CardSource::Vault(id) => self.cards.get(id.as_str()),
            CardSource::Published(_) => None,
        }
    }

    /// The secrets of a card, as the engine would load them.
    pub fn secrets(&self, source: &CardSource) -> Secrets<'_> {
        Secrets {
            sealed: self.record(source),
            ..Secrets::none(&self.opener)
        }
    }

    pub fn call(&self, processor: &dyn Processor, request: &ProcessorRequest) -> Outcome {
        at_once(processor.call(request, self.secrets(&request.card)))
    }

    pub fn inquire(&self, processor: &dyn Processor, request: &ProcessorRequest) -> Inquiry {
        at_once(processor.inquire(request, self.secrets(&request.card)))
    }
}

/// The result of a future that does not wait.
pub fn at_once<T>(mut future: Pin<Box<dyn Future<Output = T> + Send + '_>>) -> T {
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the sandbox waits for something"),
    }
}

/// A captured payment of ten dollars with everything given.
pub fn payment(card: &CardSource) -> ProcessorRequest {
    ProcessorRequest {
        verb: Verb::Authorize,
        reference: "ch_contract".to_owned(),
        original: None,
        amount: 1_000,
        currency: usd(),
        kind: florin_domain::MethodType::Card,
        card: card.clone(),
        scope: Scope::test(ACCOUNT),
        method: Some("pm_contract".to_owned()),
        shelf: None,
        terms: Terms {
            capture: true,
            cvc_given: true,
            line1_given: true,
            postal_code_given: true,
            ..Terms::default()
        },
    }
}

/// A set-up of a card with everything given.
pub fn verification(card: &CardSource) -> ProcessorRequest {
    let mut request = payment(card);
    request.verb = Verb::Verify;
    request.reference = "vrf_contract".to_owned();
    request.amount = 0;
    request.terms.capture = false;
    request.terms.sets_up = true;
    request
}

/// A later step of [`payment`].
pub fn later(card: &CardSource, verb: Verb, tag: &str) -> ProcessorRequest {
    ProcessorRequest {
        verb,
        reference: format!("ch_contract-{tag}"),
        original: Some("ch_contract".to_owned()),
        terms: Terms::default(),
        ..payment(card)
    }
}

/// The published card with this name.
pub fn published(name: &str) -> CardSource {
    CardSource::Published(name.to_owned())
}

pub fn usd() -> Asset {
    asset("usd")
}

pub fn asset(code: &str) -> Asset {
    Asset::parse(code).expect("a currency")
}
