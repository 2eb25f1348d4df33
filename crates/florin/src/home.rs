//! An installation's home: where its database is, its vault key, and the engine over them.
//!
//! A home is a directory with a database of its own, or a database server that several processes share. Everything above
//! sees [`Installation`] alone. Deliberately absent: accounts, keys, and listening for requests.

use crate::codes::Codes;
use crate::crash::{self, Steps};
use crate::ring::{self, RingKeeper};
use crate::runtime::{SystemClock, SystemRandom, TokioSpawn};
use anyhow::{Context, Result, bail};
use florin_domain::webhooks::RetrySchedule;
use florin_egress::mail::Mailer;
use florin_egress::{HttpEgress, Policy};
use florin_engine::{CardLimits, Clock, Engine, Settings, World};
use florin_processors::remote::Line;
use florin_processors::{Processor, Registry, RemoteSandbox, Sandbox};
use florin_store::postgres::PostgresStore;
use florin_store::sqlite::{Options, SqliteStore};
use florin_store::{Installation, Store};
use florin_vault::{CardOpener, CvcShelf, MasterKey, random_bytes};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The master key may come from here instead of a file.
pub const MASTER_KEY_ENV: &str = "FLORIN_VAULT_KEY";
/// The file of the master key in a directory.
const MASTER_KEY_FILE: &str = "vault.key";
/// How long a processor may take, in milliseconds.
const PROCESSOR_TIMEOUT_MS: u64 = 30_000;
/// The time that a database tells counts if it came within so many milliseconds.
const CLOCK_ANSWER_MS_MAX: u64 = 250;
/// How long one try of a delivery may take, in milliseconds.
const DELIVERY_TIMEOUT_MS: u64 = 15_000;

/// Where an installation has its database.
#[derive(Clone)]
pub enum Place {
    /// A directory that is removed at the end.
    Ephemeral,
    /// A directory, which one process holds at a time.
    Directory(PathBuf),
    /// A PostgreSQL server, which several processes share: a keyword string or an URL. May hold a password, so that this
    /// type has no `Debug`.
    Postgres(String),
}

/// Where the master key of the vault comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MasterKeyFrom {
    /// The environment variable [`MASTER_KEY_ENV`].
    Environment,
    /// A file that exists and that only its owner may use.
    File(PathBuf),
    /// `vault.key` in the directory of the installation, made at the first start. A directory that is removed at the end
    /// has a key that is nowhere else.
    Directory,
}

impl MasterKeyFrom {
    /// The file that was named, or else the environment where it holds a key, or else the directory.
    pub fn choose(file: Option<PathBuf>) -> MasterKeyFrom {
        match (file, std::env::var_os(MASTER_KEY_ENV)) {
            (Some(file), _) => MasterKeyFrom::File(file),
            (None, Some(_)) => MasterKeyFrom::Environment,
            (None, None) => MasterKeyFrom::Directory,
        }
    }
}

/// How to open an installation.
pub struct Opening {
    /// Where it is.
    pub place: Place,
    /// Where its master key comes from.
    pub master_key: MasterKeyFrom,
    /// Where the server is reached.
    pub base_url: String,
    /// Waits between tries of a delivery.
    pub retries: RetrySchedule,
    /// Where webhooks of test mode may go: [`Policy::dev`] is for a developer's own machine alone.
    pub test_egress: Policy,
    /// The sandbox in a process of its own; `None` for the one inside.
    pub processor: Option<Line>,
    /// Mails to buyers.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// How many declines browsers may cause.
    pub card_limits: CardLimits,
    /// The steps of a crash drill.
    pub steps: Option<Arc<Steps>>,
}

impl Opening {
    /// An installation with the usual settings: webhooks go to public addresses only, and the sandbox is inside.
    pub fn of(place: Place) -> Opening {
        Opening {
            place,
            master_key: MasterKeyFrom::choose(None),
            base_url: String::new(),
            retries: RetrySchedule::default(),
            test_egress: Policy::live(),
            processor: None,
            mailer: None,
            card_limits: CardLimits::default(),
            steps: None,
        }
    }
}

/// An open installation.
pub struct Home {
    /// The engine.
    pub engine: Arc<Engine>,
    /// The database, for the things that belong to no account.
    pub store: Arc<dyn Installation>,
    /// The vault's data keys where they are stored.
    pub ring: Arc<RingKeeper>,
    /// The directory of the installation, if it has one.
    pub directory: Option<PathBuf>,
    codes: Codes,
    clock: Arc<SystemClock>,
}

/// The chores of an installation that serves.
#[derive(Clone)]
pub struct Keeper {
    ring: Arc<RingKeeper>,
    codes: Codes,
    engine: Arc<Engine>,
    clock: Arc<SystemClock>,
    /// The database whose clock counts; none where the database is in this process.
    shared: Option<Arc<dyn Installation>>,
}

impl Keeper {
    /// Forgets security codes that waited too long, and counts of windows that are over.
    pub async fn purge(&self) {
        let world = self.engine.world();
        self.codes.purge(world.clock.now()).await;
        if let Err(error) = world.tallies.purge_tallies().await {
            tracing::warn!(%error, "old counts could not be removed");
        }
    }

    /// Tells the database what keeps it quick.
    pub async fn tend(&self) {
        if let Some(store) = &self.shared
            && let Err(error) = store.tend().await
        {
            tracing::debug!(%error, "the tables could not be looked at");
        }
    }

    /// Follows the database's clock, where several processes share it.
    pub async fn set_clock(&self) {
        if let Some(store) = &self.shared {
            follow(&self.clock, store.as_ref()).await;
        }
    }

    /// Writes down how much each data key has sealed, so that its limit holds across restarts.
    pub async fn count_seals(&self) {
        if let Err(error) = self.ring.count_seals().await {
            tracing::warn!(%error, "the count of seals could not be kept");
        }
    }
}

impl Home {
    /// The chores of this installation.
    pub fn keeper(&self) -> Keeper {
        Keeper {
            ring: Arc::clone(&self.ring),
            codes: self.codes.clone(),
            engine: Arc::clone(&self.engine),
            clock: Arc::clone(&self.clock),
            shared: self.directory.is_none().then(|| Arc::clone(&self.store)),
        }
    }

    /// Opens an installation. Must run inside tokio.
    pub async fn open(opening: Opening) -> Result<Home> {
        let Opened {
            store,
            directory,
            codes,
        } = open_store(&opening.place).await?;
        let (ring, opener) = open_vault(&store, &opening).await?;
        let egress = HttpEgress::new().context("cannot set up outgoing connections")?;
        let egress = Arc::new(egress);
        let (engine_store, processors) = parts(&store, &egress, &opening)?;
        let settings = Settings {
            base_url: opening.base_url.into(),
            retries: opening.retries,
            delivery_timeout_ms: DELIVERY_TIMEOUT_MS,
            test_egress: opening.test_egress,
            live_egress: Policy::live(),
            processor_timeout_ms: match opening.steps {
                None => PROCESSOR_TIMEOUT_MS,
                Some(_) => crash::PROCESSOR_TIMEOUT_MS,
            },
            card_limits: opening.card_limits,
        };
        let clock = Arc::new(SystemClock::new());
        if directory.is_none() {
            follow(&clock, store.as_ref()).await;
        }
        let engine = Engine::new(World {
            store: engine_store,
            tallies: store.clone(),
            mailer: opening.mailer,
            processors,
            vault: ring.vault().clone(),
            ring: ring.clone(),
            opener,
            cvcs: codes.door(&ring),
            egress,
            clock: clock.clone(),
            random: Arc::new(SystemRandom::new()),
            spawn: Arc::new(TokioSpawn),
            settings,
        });
        Ok(Home {
            engine,
            store,
            ring,
            directory,
            codes,
            clock,
        })
    }
}

/// Sets the clock by the database's. An answer that was long on its way says little and is not used.
async fn follow(clock: &SystemClock, store: &dyn Installation) {
    let asked_ms = clock.monotonic_ms();
    let Ok(theirs) = store.now().await else {
        return;
    };
    let took_ms = clock.monotonic_ms() - asked_ms;
    if took_ms <= CLOCK_ANSWER_MS_MAX {
        clock.follow(theirs.plus_ms(took_ms as i64 / 2));
    }
}

/// A database that is ready.
struct Opened {
    store: Arc<dyn Installation>,
    directory: Option<PathBuf>,
    codes: Codes,
}

async fn open_store(place: &Place) -> Result<Opened> {
    let path = match place {
        Place::Ephemeral => None,
        Place::Directory(path) => Some(path.clone()),
        Place::Postgres(config) => return open_postgres(config).await,
    };
    let options = Options {
        path,
        ..Options::default()
    };
    let store = SqliteStore::open(options).context("cannot open the database")?;
    Ok(Opened {
        directory: Some(store.directory().to_path_buf()),
        store: Arc::new(store),
        codes: Codes::Own(Arc::new(CvcShelf::new())),
    })
}

async fn open_postgres(config: &str) -> Result<Opened> {
    let store = PostgresStore::connect(config).await;
    let store = store.context("cannot reach the database")?;
    let migrated = store.migrate().await;
    migrated.context("cannot make the tables of the database")?;
    let store: Arc<dyn Installation> = Arc::new(store);
    Ok(Opened {
        store: Arc::clone(&store),
        directory: None,
        codes: Codes::Shared(store),
    })
}

/// The store and the processors that the engine gets: during a crash drill with steps around them.
fn parts(
    store: &Arc<dyn Installation>,
    egress: &Arc<HttpEgress>,
    opening: &Opening,
) -> Result<(Arc<dyn Store>, Registry)> {
    let store: Arc<dyn Store> = Arc::clone(store) as Arc<dyn Store>;
    let registry = processors(opening.processor.as_ref(), egress);
    let Some(steps) = &opening.steps else {
        return Ok((store, registry));
    };
    let test = steps.around_processor(registry.test);
    Ok((steps.around_store(store), Registry { test, ..registry }))
}

/// The sandbox for test mode, inside or at the end of a line; live mode has no processor yet. Tests force the effects of
/// the one inside to the outside, so that every payment takes the way of a real acquirer.
fn processors(line: Option<&Line>, egress: &Arc<HttpEgress>) -> Registry {
    let forced = std::env::var_os("FLORIN_FORCE_OUTSIDE").is_some_and(|value| value == "1");
    let test: Arc<dyn Processor> = match line {
        Some(line) => Arc::new(RemoteSandbox::new(line.clone(), egress.clone())),
        None if forced => Arc::new(Sandbox::outside()),
        None => Arc::new(Sandbox::inside()),
    };
    Registry { test, live: None }
}

/// Opens the vault, making key and ring at the first start.
async fn open_vault(
    store: &Arc<dyn Installation>,
    opening: &Opening,
) -> Result<(Arc<RingKeeper>, CardOpener)> {
    let is_made = ring::is_made(&**store).await?;
    let master = match (&opening.master_key, &opening.place) {
        (MasterKeyFrom::Environment, _) => key_of_environment()?,
        (MasterKeyFrom::File(path), _) => read_key(path)?,
        (MasterKeyFrom::Directory, Place::Directory(path)) => key_of_directory(path, is_made)?,
        (MasterKeyFrom::Directory, Place::Ephemeral) => {
            let bytes = random_bytes::<32>().context("the system has no randomness")?;
            MasterKey::from_bytes(&bytes).context("cannot make a master key")?
        }
        (MasterKeyFrom::Directory, Place::Postgres(_)) => bail!(
            "a database server needs a master key that every copy of Florin has: name its file with --vault-key-file, or set \
             {MASTER_KEY_ENV}. `openssl rand -base64 32` makes one; keep a copy of it, because nothing opens without it"
        ),
    };
    ring::open(store, master).await
}

fn key_of_environment() -> Result<MasterKey> {
    let text = std::env::var(MASTER_KEY_ENV);
    let text = text.with_context(|| format!("{MASTER_KEY_ENV} is not set"))?;
    MasterKey::from_env_text(&text)
        .with_context(|| format!("{MASTER_KEY_ENV} does not hold a master key"))
}

fn read_key(path: &Path) -> Result<MasterKey> {
    MasterKey::read_file(path).with_context(|| format!("cannot read {}", path.display()))
}

fn key_of_directory(directory: &Path, ring_is_made: bool) -> Result<MasterKey> {
    let path = directory.join(MASTER_KEY_FILE);
    if path.exists() {
        return read_key(&path);
    }
    if ring_is_made {
        bail!(
            "{} is missing, and card numbers are sealed with it; put the file back from your backup, or set {MASTER_KEY_ENV}",
            path.display()
        );
    }
    MasterKey::create_file(&path).with_context(|| format!("cannot write {}", path.display()))
}
