//! A seeded world: processes over one store and one processor, merchants around them, a storm, and a calm after it.
//!
//! A run has three parts. Merchants tell their stories while everything goes wrong; the weather calms down, recovery
//! finishes, and the auditor looks. A week later the day's money is released while refunds come in, and the auditor
//! looks again. At last every authorization lapses, and it looks once more. Deliberately absent: any check of its own.

use crate::auditor::audit;
use crate::client::{Client, Doors};
use crate::evidence::{Evidence, Violation};
use crate::executor::{Executor, Group, OUTSIDE};
use crate::faulty::Faulty;
use crate::line::{Line, Receiver};
use crate::random::{Seeded, SeededRandom};
use crate::sabotage::Sabotage;
use crate::scene::{Scene, When};
use crate::weather::Weather;
use crate::workload;
use florin_base::Scope;
use florin_domain::Kind;
use florin_domain::changes::JobKind;
use florin_domain::webhooks::RetrySchedule;
use florin_egress::Policy;
use florin_engine::{Clock, Engine, FixedRing, Settings, World as Parts};
use florin_processors::sandbox::FaultPlan;
use florin_processors::{Registry, Sandbox};
use florin_store::memory::{MemoryStore, Snapshot};
use florin_store::{ListQuery, Store};
use florin_vault::{CvcShelf, MasterKey, Vault};
use futures_util::FutureExt;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// Where the world's servers say that they are reached.
pub const BASE_URL: &str = "https://florin.example";
/// The merchants.
const ACCOUNTS: [&str; 2] = ["acct_north", "acct_south"];
/// Clients of each merchant.
const CLIENTS: u64 = 3;
/// Jobs that wait for days and do not keep a world from being quiet.
const PATIENT: [JobKind; 4] = [
    // An attempt whose end was assumed is watched for days; one whose end is unknown is looked for apart.
    JobKind::Recover,
    JobKind::PruneKeys,
    JobKind::Release,
    JobKind::AuthorizationExpiry,
];
/// A world is quiet when nothing was due for so long, in milliseconds.
const QUIET_MS: u64 = 40_000;
/// What is not finished after so long never will be, in milliseconds.
const SETTLE_MS_MAX: u64 = 5 * 86_400_000;
/// Nothing is due for so long: the world may sleep until then, in milliseconds.
const IDLE_MS: i64 = 60_000;
/// A world wakes so long before something is due, in milliseconds.
const WAKES_BEFORE_MS: i64 = 5_000;
/// Longer than any authorization lives, in milliseconds.
const LAPSE_MS: u64 = 40 * 86_400_000;
/// The late refunds begin so long before the day's money is released, in milliseconds.
const BEFORE_RELEASE_MS: u64 = 400;
/// A deadline for processors, in milliseconds.
const PROCESSOR_TIMEOUT_MS: u64 = 5_000;

/// What to simulate.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Decides everything.
    pub seed: u64,
    /// How many stories are told.
    pub payments: u32,
    /// The processor keeps books of its own, on a bad line.
    pub outside: bool,
    /// How bad the weather is; `None` lets the seed choose.
    pub weather: Option<Weather>,
    /// One crash at this commit.
    pub crash_at: Option<(u64, When)>,
    /// A planted bug.
    pub sabotage: Option<Sabotage>,
}

impl Plan {
    /// The ordinary plan of a seed: odd seeds have their processor outside.
    pub fn new(seed: u64, payments: u32) -> Plan {
        Plan {
            seed,
            payments,
            outside: seed % 2 == 1,
            weather: None,
            crash_at: None,
            sabotage: None,
        }
    }
}

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Report {
    /// The seed.
    pub seed: u64,
    /// The processor was outside.
    pub outside: bool,
    /// How often a task was polled.
    pub steps: u64,
    /// Commits that took effect.
    pub commits: usize,
    /// Processes that died.
    pub crashes: u64,
    /// Answers by operation and status.
    pub answers: BTreeMap<(&'static str, u16), u64>,
    /// How often the planted bug struck.
    pub struck: u64,
    /// What happened, line by line.
    pub trace: Vec<String>,
    /// What must not be.
    pub violations: Vec<Violation>,
}

/// Runs a plan to its end, or to the first audit that finds something.
pub fn run(plan: &Plan) -> Report {
    let mut world = World::new(plan);
    let violations = world.play(plan).err().unwrap_or_default();
    let steps = world.executor.steps();
    let crashes = world.crashes;
    world.scene.with(|inner| Report {
        seed: plan.seed,
        outside: plan.outside,
        steps,
        commits: inner.journal.len(),
        crashes,
        answers: inner.answers.clone(),
        struck: inner.struck,
        trace: std::mem::take(&mut inner.trace),
        violations,
    })
}

struct World {
    executor: Executor,
    random: Seeded,
    scene: Arc<Scene>,
    doors: Arc<Doors>,
    memory: MemoryStore,
    sandbox: Arc<Sandbox>,
    scopes: Vec<Scope>,
    group: Group,
    crashes: u64,
    outside: bool,
}

impl World {
    fn new(plan: &Plan) -> World {
        let mut random = Seeded::new(plan.seed);
        let executor = Executor::new(random.fork(1));
        let clock = executor.handle().clock();
        let sandbox = if plan.outside {
            Sandbox::outside()
        } else {
            Sandbox::inside()
        };
        World {
            scene: Arc::new(Scene::new(random.fork(2), plan.sabotage)),
            doors: Arc::default(),
            memory: MemoryStore::new(move || clock.now()),
            sandbox: Arc::new(sandbox),
            scopes: ACCOUNTS
                .iter()
                .map(|account| Scope::test(account))
                .collect(),
            group: OUTSIDE,
            crashes: 0,
            outside: plan.outside,
            executor,
            random,
        }
    }

    fn play(&mut self, plan: &Plan) -> Result<(), Vec<Violation>> {
        let copies = 1 + self.random.below(2);
        for _ in 0..copies {
            self.start_process();
        }
        self.found_merchants()?;
        self.scene
            .with(|inner| (inner.commits, inner.crash_at) = (0, plan.crash_at));
        let weather = plan
            .weather
            .clone()
            .unwrap_or_else(|| Weather::drawn(&mut self.random));
        self.storm(&weather);
        let clients = ACCOUNTS.len() as u64 * CLIENTS;
        let stories = plan.payments.div_ceil(u32::try_from(clients).unwrap_or(1));
        self.invite(|client| Box::pin(workload::tell(client, stories)));
        self.until_clients_leave()?;
        self.calm();
        self.settle()?;
        self.audit()?;
        self.wait_for_release();
        self.storm(&weather);
        self.invite(|client| Box::pin(workload::give_back(client, stories.min(4))));
        self.until_clients_leave()?;
        self.calm();
        self.settle()?;
        self.audit()?;
        self.executor.leap(LAPSE_MS);
        self.settle()?;
        self.audit()
    }

    fn storm(&mut self, weather: &Weather) {
        self.sandbox.set_faults(weather.line_plan(&mut self.random));
        self.scene.with(|inner| inner.weather = weather.clone());
    }

    fn calm(&mut self) {
        self.sandbox.set_faults(FaultPlan::new());
        self.scene.with(|inner| inner.weather = Weather::calm());
    }

    /// A process begins: an engine of its own over what all share.
    fn start_process(&mut self) {
        self.group += 1;
        let group = self.group;
        let handle = self.executor.handle().clone();
        let (vault, opener) = open_vault();
        let scene = Arc::clone(&self.scene);
        let store = Faulty {
            memory: self.memory.used_by(&format!("process-{group}")),
            scene: Arc::clone(&scene),
            clock: handle.clock(),
            group,
            neighbours: self.scopes.clone(),
        };
        let line = Line {
            sandbox: Arc::clone(&self.sandbox),
            scene: Arc::clone(&scene),
            clock: handle.clock(),
            group,
        };
        let engine = Engine::new(Parts {
            store: Arc::new(store),
            processors: Registry {
                test: Arc::new(line),
                live: None,
            },
            vault,
            ring: Arc::new(FixedRing),
            opener,
            cvcs: Arc::new(CvcShelf::new()),
            egress: Arc::new(Receiver {
                scene,
                clock: handle.clock(),
            }),
            clock: Arc::new(handle.clock()),
            random: Arc::new(SeededRandom::new(self.random.fork(group))),
            spawn: Arc::new(handle.spawner(group)),
            settings: settings(),
        });
        engine.start();
        self.doors.open(group, engine);
    }

    /// A process dies, its leases run out, and another one takes its place.
    fn replace(&mut self, group: Group) {
        let Some(engine) = self.doors.close(group) else {
            return;
        };
        self.executor.kill(group);
        drop(engine);
        self.memory.forget_leases_of(&format!("process-{group}"));
        self.crashes += 1;
        let at_ms = self.executor.handle().elapsed_ms();
        self.scene.tell(format!("{at_ms} process {group} dies"));
        self.start_process();
    }

    fn step(&mut self) -> Result<(), Vec<Violation>> {
        let goes_on = self.executor.step();
        let dying = self.scene.with(|inner| std::mem::take(&mut inner.dying));
        for group in dying {
            self.replace(group);
        }
        match goes_on {
            true => Ok(()),
            false => Err(vec![self.found(
                "I8",
                "the world stands still: nobody waits for anything".to_owned(),
            )]),
        }
    }

    fn found(&self, rule: &'static str, what: String) -> Violation {
        let (steps, at_ms) = (self.executor.steps(), self.executor.handle().elapsed_ms());
        Violation::new(rule, format!("{what} (step {steps}, {at_ms} ms)"))
    }

    fn found_merchants(&mut self) -> Result<(), Vec<Violation>> {
        let Some(engine) = self.doors.any() else {
            return Ok(());
        };
        let scene = Arc::clone(&self.scene);
        let founding = async move {
            for account in ACCOUNTS {
                if let Err(error) = engine.create_account("A shop", "US", Some(account)).await {
                    let what = format!("the merchant {account} could not be made: {error}");
                    scene.with(|inner| inner.suspicions.push(Violation::new("I0", what)));
                }
            }
            let _ = engine.ensure_jobs().await;
        };
        self.executor.handle().spawn(OUTSIDE, Box::pin(founding));
        self.until_clients_leave()
    }

    fn invite(&mut self, story: impl Fn(Client) -> florin_engine::world::Task) {
        for number in 0..CLIENTS {
            for (at, scope) in self.scopes.clone().into_iter().enumerate() {
                let client = Client {
                    // Both merchants use the same keys: they must not meet.
                    name: format!("client{number}t{}", self.executor.handle().elapsed_ms()),
                    random: self.random.fork(number * 16 + at as u64),
                    scope,
                    scene: Arc::clone(&self.scene),
                    doors: Arc::clone(&self.doors),
                    clock: self.executor.handle().clock(),
                    count: 0,
                };
                self.executor.handle().spawn(OUTSIDE, story(client));
            }
        }
    }

    fn until_clients_leave(&mut self) -> Result<(), Vec<Violation>> {
        let began = self.executor.handle().elapsed_ms();
        while self.executor.count(OUTSIDE) > 0 {
            self.step()?;
            if self.executor.handle().elapsed_ms() - began > SETTLE_MS_MAX {
                return Err(vec![self.found("I8", "a client waits for ever".to_owned())]);
            }
        }
        Ok(())
    }

    /// Some attempt's end is unknown.
    fn is_awaited(&self) -> bool {
        self.scopes.iter().any(|scope| {
            let query = ListQuery::newest(scope, Kind::Attempt, 1).with("state", "processing");
            let found = self.memory.list(&query).now_or_never();
            !matches!(found, Some(Ok(page)) if page.is_empty())
        })
    }

    /// Nothing is due, and nothing will be for a long time.
    fn is_quiet(&self) -> bool {
        if self.is_awaited() {
            return false;
        }
        let now = self.executor.handle().clock().now();
        let impatient: Vec<JobKind> = JobKind::ALL
            .iter()
            .copied()
            .filter(|kind| !PATIENT.contains(kind))
            .collect();
        let due = |kinds: &[JobKind]| {
            self.memory
                .next_due(kinds)
                .now_or_never()
                .and_then(Result::ok)
                .flatten()
        };
        due(&impatient).is_none()
            && due(&PATIENT).is_none_or(|at| at > now.plus_ms(QUIET_MS as i64))
    }

    fn settle(&mut self) -> Result<(), Vec<Violation>> {
        let began = self.executor.handle().elapsed_ms();
        let (mut looked, mut quiet_since) = (began, None);
        loop {
            self.step()?;
            let now = self.executor.handle().elapsed_ms();
            if now == looked {
                continue;
            }
            looked = now;
            if now - began > SETTLE_MS_MAX {
                let waiting: Vec<String> = self
                    .snapshot()?
                    .jobs
                    .into_iter()
                    .map(|held| held.job.id)
                    .collect();
                return Err(vec![
                    self.found("I8", format!("work is never finished: {waiting:?}")),
                ]);
            }
            if !self.is_quiet() {
                quiet_since = None;
                self.sleep_while_idle();
            } else if now - *quiet_since.get_or_insert(now) > QUIET_MS {
                return Ok(());
            }
        }
    }

    /// Where an end is awaited and nobody asks for long, time passes at once.
    fn sleep_while_idle(&mut self) {
        let due = self.memory.next_due(JobKind::ALL).now_or_never();
        let Some(due) = due.and_then(Result::ok).flatten() else {
            return;
        };
        let wait = due.0 - self.executor.handle().clock().now().0;
        if wait > IDLE_MS {
            self.executor.leap((wait - WAKES_BEFORE_MS) as u64);
        }
    }

    fn snapshot(&self) -> Result<Snapshot, Vec<Violation>> {
        self.memory
            .snapshot()
            .map_err(|error| vec![self.found("I0", error.to_string())])
    }

    /// Time passes until shortly before a day's money is released.
    fn wait_for_release(&mut self) {
        let due = self
            .memory
            .next_due(&[JobKind::Release])
            .now_or_never()
            .and_then(Result::ok)
            .flatten();
        let now = self.executor.handle().clock().now();
        let Some(due) = due else { return };
        let wait = u64::try_from(due.0 - now.0).unwrap_or(0);
        self.executor.leap(wait.saturating_sub(BEFORE_RELEASE_MS));
    }

    fn audit(&mut self) -> Result<(), Vec<Violation>> {
        let mut snapshot = self.snapshot()?;
        let now = self.executor.handle().clock().now();
        let elapsed_ms = self.executor.handle().elapsed_ms();
        let evidence = self.scene.with(|inner| {
            if inner.is(Sabotage::LoseBalance)
                && let Some((_, balance)) = snapshot
                    .balances
                    .iter_mut()
                    .find(|(_, balance)| balance.amount != 0)
            {
                balance.amount -= 1;
                inner.struck += 1;
            }
            Evidence {
                now,
                elapsed_ms,
                outside: self.outside,
                snapshot,
                journal: inner.journal.clone(),
                book: self.sandbox.booked(),
                acks: std::mem::take(&mut inner.acks),
                receipts: inner.receipts.clone(),
                unheard: inner.unheard.clone(),
            }
        });
        let mut violations = self
            .scene
            .with(|inner| std::mem::take(&mut inner.suspicions));
        violations.extend(audit(&evidence));
        if violations.is_empty() {
            return Ok(());
        }
        Err(violations
            .into_iter()
            .map(|violation| self.found(violation.rule, violation.what))
            .collect())
    }
}

fn settings() -> Settings {
    Settings {
        base_url: BASE_URL.into(),
        retries: RetrySchedule {
            waits_ms: vec![
                1_000, 5_000, 30_000, 60_000, 300_000, 600_000, 3_600_000, 3_600_000, 3_600_000,
            ],
        },
        delivery_timeout_ms: 10_000,
        test_egress: Policy::live(),
        live_egress: Policy::live(),
        processor_timeout_ms: PROCESSOR_TIMEOUT_MS,
    }
}

fn master() -> Option<MasterKey> {
    MasterKey::from_bytes(&std::array::from_fn(|place| place as u8)).ok()
}

/// A vault under a fixed master key. Its data keys and nonces come from the operating system; nothing of them is in a
/// trace.
fn open_vault() -> (Vault, florin_vault::CardOpener) {
    static RING: OnceLock<String> = OnceLock::new();
    let ring = RING.get_or_init(|| {
        let made = master().and_then(|master| florin_vault::create_ring(&master).ok());
        made.unwrap_or_default()
    });
    let opened = master().and_then(|master| Vault::open(Box::new(master), ring).ok());
    opened.unwrap_or_else(|| panic!("the simulator's own vault does not open"))
}
