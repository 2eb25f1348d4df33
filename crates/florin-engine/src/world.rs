//! What the engine runs on, as traits: the real world in production, a seeded one in the simulator.

use florin_base::Millis;
use florin_domain::webhooks::RetrySchedule;
use florin_egress::mail::Mailer;
use florin_egress::{Egress, Policy};
use florin_processors::Registry;
use florin_store::{Store, StoreFuture, Tallies};
use florin_vault::{CardOpener, CvcStore, Vault};
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;

/// A boxed future without a result.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Time.
pub trait Clock: Send + Sync {
    /// The wall clock.
    fn now(&self) -> Millis;
    /// Milliseconds of a clock that never goes back.
    fn monotonic_ms(&self) -> u64;
    /// Resolves after so many milliseconds.
    fn sleep(&self, ms: u64) -> Task;
}

/// Randomness for ids and secrets.
pub trait Random: Send + Sync {
    /// Fills a buffer.
    fn fill(&self, bytes: &mut [u8]);
}

/// Running things beside the caller.
pub trait Spawn: Send + Sync {
    /// Runs a task to its end, whatever becomes of the caller.
    fn spawn(&self, task: Task);
}

/// The data keys of the vault, which every process of an installation may change.
pub trait Ring: Send + Sync {
    /// Takes the stored ring into use if it is newer than the one in memory, and says whether it was.
    fn reload(&self) -> StoreFuture<'_, bool>;
}

/// A ring that nobody changes, so that there is never a newer one.
pub struct FixedRing;

impl Ring for FixedRing {
    fn reload(&self) -> StoreFuture<'_, bool> {
        Box::pin(ready(Ok(false)))
    }
}

/// Settings of a process.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where this server is reached, without a slash at the end.
    pub base_url: Arc<str>,
    /// Waits between tries of a delivery.
    pub retries: RetrySchedule,
    /// How long one try may take, in milliseconds.
    pub delivery_timeout_ms: u64,
    /// Where webhooks of test mode may go.
    pub test_egress: Policy,
    /// Where webhooks of live mode may go.
    pub live_egress: Policy,
    /// How long a processor may take, in milliseconds.
    pub processor_timeout_ms: u64,
    /// How many declines browsers may cause.
    pub card_limits: CardLimits,
}

/// How many cards may be declined within a window of [`TALLY_WINDOW_MS`] when browsers ask for it; 0 sets no limit.
///
/// [`TALLY_WINDOW_MS`]: florin_store::tallies::TALLY_WINDOW_MS
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CardLimits {
    /// Those that come from one address, at one merchant and in one mode.
    pub of_address: u32,
    /// Those of a merchant in one mode, from wherever they come.
    pub of_account: u32,
}

/// The parts of an engine.
pub struct World {
    /// The database.
    pub store: Arc<dyn Store>,
    /// What is counted for minutes.
    pub tallies: Arc<dyn Tallies>,
    /// The processors.
    pub processors: Registry,
    /// Seals.
    pub vault: Vault,
    /// The vault's data keys where they are stored.
    pub ring: Arc<dyn Ring>,
    /// Opens cards, for processors only.
    pub opener: CardOpener,
    /// Card verification codes that wait for their one use.
    pub cvcs: Arc<dyn CvcStore>,
    /// The only way out.
    pub egress: Arc<dyn Egress>,
    /// Mails to buyers, where the operator named a server for them.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Tasks.
    pub spawn: Arc<dyn Spawn>,
    /// Settings.
    pub settings: Settings,
}
