//! The engine: load → decide → commit → call → settle → commit.
//!
//! Every mutation goes one way ([`mutation`]); reading, webhooks and due work stand beside it. The engine is `async`
//! over the traits of [`world`] and needs no particular executor, so that the simulator can run the same code on its
//! own. Deliberately absent: HTTP, SQL, an executor, the system's clock and its randomness.

pub mod alarms;
pub mod attempts;
mod cache;
mod caller;
mod card_tries;
pub mod challenge;
mod customer_sessions;
pub mod elements;
mod expanding;
mod intake;
mod jobs;
mod keys;
mod lanes;
mod links;
mod method_configurations;
mod mutation;
pub mod notices;
mod numbers;
pub mod operations;
mod outbox;
pub mod payment_links;
pub mod pictures;
mod queue;
pub mod read;
mod receipts;
mod recovery;
mod reseal;
mod scheduler;
mod secrets;
mod sessions;
mod settle;
mod sieve;
mod sources;
mod step;
pub mod world;

pub use caller::{Buyer, Caller};
pub use florin_domain::accounts::KeyRole;
pub use florin_domain::checkout::NewLink;
pub use florin_domain::checkout::UiMode;
pub use florin_domain::methods::Flow;
pub use florin_domain::payments::{MetadataPatch, MethodDetails};
pub use florin_domain::processor::Rehearsed;
pub use florin_domain::{Kind, MethodType};
pub use intake::{CardInput, MethodSource, NewCard};
pub use keys::{AdminError, Grant, KeyRefused, KeyWish, ListedKey, UsedKey, prefix as key_prefix};
pub use mutation::Response;
pub use operations::Operation;
pub use payment_links::OpenedLink;
pub use sessions::{FrontBy, PageSession};
pub use step::{Answer, Decided, Halt, Step};
pub use world::{CardLimits, Clock, FixedRing, Random, Ring, Settings, Spawn, World};

use cache::Cache;
use queue::ObjectQueue;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

/// The engine of one process.
pub struct Engine {
    world: World,
    queue: ObjectQueue,
    cache: Cache,
    outbox: outbox::Outbox,
    in_flight: AtomicUsize,
    alarms: alarms::Alarms,
    card_tries: Arc<card_tries::CardTries>,
    pictures: pictures::Pictures,
    seal: receipts::Seal,
}

impl Engine {
    /// An engine over its world.
    pub fn new(mut world: World) -> Arc<Engine> {
        world.store = numbers::NumbersKeptOut::of(world.store);
        Arc::new(Engine {
            cache: Cache::default(),
            queue: ObjectQueue::default(),
            outbox: outbox::Outbox::default(),
            in_flight: AtomicUsize::new(0),
            alarms: alarms::Alarms::default(),
            card_tries: Arc::default(),
            pictures: pictures::Pictures::default(),
            seal: receipts::seal(&world.vault),
            world,
        })
    }

    /// Mutations under way.
    pub fn mutations_in_flight(&self) -> usize {
        self.in_flight.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Cards of browsers that were not asked for, because too many had been declined.
    pub fn card_tries_refused(&self) -> u64 {
        self.card_tries.refused()
    }

    /// What needs a person's eye.
    pub fn alarms(&self) -> &alarms::Alarms {
        &self.alarms
    }

    /// Jobs in this process's hands that nobody works on yet.
    pub fn outbox_waiting(&self) -> usize {
        self.outbox.waiting()
    }

    /// The parts that it runs on.
    pub fn world(&self) -> &World {
        &self.world
    }
}
