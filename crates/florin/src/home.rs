//! An installation's home: its directory, its vault key, and the engine over them.

use crate::runtime::{SystemClock, SystemRandom, TokioSpawn};
use anyhow::{Context, Result, bail};
use florin_domain::webhooks::RetrySchedule;
use florin_egress::{HttpEgress, Policy};
use florin_engine::{Engine, Settings, World};
use florin_processors::{Processor, Registry, Sandbox};
use florin_store::sqlite::{Options, SqliteStore};
use florin_vault::{CvcShelf, MasterKey, Vault, create_ring, random_bytes};
use std::path::Path;
use std::sync::Arc;

/// The name of the wrapped key ring among the installation's texts.
pub const RING: &str = "vault_ring";
/// The master key may come from here instead of the file.
pub const MASTER_KEY_ENV: &str = "FLORIN_VAULT_KEY";
/// How long a processor may take, in milliseconds.
const PROCESSOR_TIMEOUT_MS: u64 = 30_000;
/// How long one try of a delivery may take, in milliseconds.
const DELIVERY_TIMEOUT_MS: u64 = 15_000;

/// An open installation.
pub struct Home {
    /// The engine.
    pub engine: Arc<Engine>,
    /// The database, for the things that belong to no account.
    pub store: SqliteStore,
    /// The vault.
    pub vault: Vault,
    codes: Arc<CvcShelf>,
}

/// The chores of an installation that serves.
#[derive(Clone)]
pub struct Keeper {
    store: SqliteStore,
    vault: Vault,
    codes: Arc<CvcShelf>,
    engine: Arc<Engine>,
}

impl Keeper {
    /// Forgets security codes that waited too long.
    pub fn purge_codes(&self) {
        self.codes.purge(self.engine.world().clock.now().0);
    }

    /// Writes down how much each data key has sealed, so that its limit holds across restarts.
    pub async fn count_seals(&self) {
        let counted = async {
            let change = self.vault.count_seals()?;
            self.store.set_installation(RING, change.text()).await?;
            self.vault.adopt(change)?;
            anyhow::Ok(())
        };
        if let Err(error) = counted.await {
            tracing::warn!(%error, "the count of seals could not be kept");
        }
    }
}

/// How to open an installation.
pub struct Opening<'a> {
    /// Its directory; `None` makes one that is removed at the end.
    pub data: Option<&'a Path>,
    /// Where the server is reached.
    pub base_url: String,
    /// Waits between tries of a delivery.
    pub retries: RetrySchedule,
}

impl Home {
    /// The chores of this installation.
    pub fn keeper(&self) -> Keeper {
        Keeper {
            store: self.store.clone(),
            vault: self.vault.clone(),
            codes: Arc::clone(&self.codes),
            engine: Arc::clone(&self.engine),
        }
    }

    /// Opens an installation. Must run inside tokio.
    pub async fn open(opening: Opening<'_>) -> Result<Home> {
        let options = Options {
            path: opening.data.map(Path::to_path_buf),
            ..Options::default()
        };
        let store = SqliteStore::open(options).context("cannot open the database")?;
        let (vault, opener) = open_vault(&store, opening.data).await?;
        let egress = HttpEgress::new().context("cannot set up outgoing connections")?;
        let settings = Settings {
            base_url: opening.base_url,
            retries: opening.retries,
            delivery_timeout_ms: DELIVERY_TIMEOUT_MS,
            test_egress: Policy::dev(),
            live_egress: Policy::live(),
            processor_timeout_ms: PROCESSOR_TIMEOUT_MS,
        };
        let codes = Arc::new(CvcShelf::new());
        let engine = Engine::new(World {
            store: Arc::new(store.clone()),
            processors: processors(),
            vault: vault.clone(),
            opener,
            cvcs: Arc::clone(&codes) as Arc<dyn florin_vault::CvcStore>,
            egress: Arc::new(egress),
            clock: Arc::new(SystemClock::new()),
            random: Arc::new(SystemRandom::new()),
            spawn: Arc::new(TokioSpawn),
            settings,
        });
        Ok(Home {
            engine,
            store,
            vault,
            codes,
        })
    }
}

/// The sandbox for test mode; live mode has no processor yet. Tests force its effects outside, so that every payment
/// takes the way of a real acquirer.
fn processors() -> Registry {
    let forced = std::env::var_os("FLORIN_FORCE_OUTSIDE").is_some_and(|value| value == "1");
    let test: Arc<dyn Processor> = if forced {
        Arc::new(Sandbox::outside())
    } else {
        Arc::new(Sandbox::inside())
    };
    Registry { test, live: None }
}

/// Opens the vault, making key and ring at the first start.
async fn open_vault(
    store: &SqliteStore,
    data: Option<&Path>,
) -> Result<(Vault, florin_vault::CardOpener)> {
    let ring = store.installation(RING)?;
    let master = master_key(data, ring.is_some())?;
    let text = match ring {
        Some(text) => text,
        None => {
            let text = create_ring(&master).context("cannot make the vault's key ring")?;
            store.set_installation(RING, &text).await?;
            text
        }
    };
    Vault::open(Box::new(master), &text)
        .context("the vault's key ring cannot be opened with this master key")
}

fn master_key(data: Option<&Path>, ring_exists: bool) -> Result<MasterKey> {
    if let Ok(text) = std::env::var(MASTER_KEY_ENV) {
        return MasterKey::from_env_text(&text)
            .with_context(|| format!("{MASTER_KEY_ENV} does not hold a master key"));
    }
    let Some(data) = data else {
        let bytes = random_bytes::<32>().context("the system has no randomness")?;
        return MasterKey::from_bytes(&bytes).context("cannot make a master key");
    };
    let path = data.join("vault.key");
    if path.exists() {
        return MasterKey::read_file(&path)
            .with_context(|| format!("cannot read {}", path.display()));
    }
    if ring_exists {
        bail!(
            "{} is missing, and card numbers are sealed with it; put the file back from your backup, or set {MASTER_KEY_ENV}",
            path.display()
        );
    }
    MasterKey::create_file(&path).with_context(|| format!("cannot write {}", path.display()))
}
