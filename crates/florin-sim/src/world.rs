//! A seeded world: processes over one store and one processor, merchants around them, a storm, and a calm after it.
//!
//! A run has three parts. Merchants tell their stories while everything goes wrong; the weather calms down, recovery
//! finishes, operators decide on what was put aside, and the auditor looks. A week later the day's money is released while
//! refunds come in, and the auditor looks again. At last every authorization lapses, and it looks once more. Deliberately
//! absent: any rule but that nothing hangs and that nothing is left in memory.

use crate::auditor::audit;
use crate::client::{Client, Doors};
use crate::evidence::{Evidence, Violation};
use crate::executor::{Executor, Group, OUTSIDE};
use crate::fate::Point;
use crate::faulty::Faulty;
use crate::keyring::Keyring;
use crate::line::{Line, Receiver};
use crate::messenger::Messenger;
use crate::random::{Seeded, SeededRandom};
use crate::sabotage::Sabotage;
use crate::scene::Scene;
use crate::weather::Weather;
use crate::workload;
use florin_base::Scope;
use florin_domain::Kind;
use florin_domain::changes::JobKind;
use florin_domain::webhooks::RetrySchedule;
use florin_egress::Policy;
use florin_engine::world::Task;
use florin_engine::{CardLimits, Clock, Engine, Settings, World as Parts};
use florin_processors::sandbox::FaultPlan;
use florin_processors::{Registry, Sandbox};
use florin_store::memory::{MemoryStore, Snapshot};
use florin_store::{ListQuery, Store};
use florin_vault::CvcShelf;
use futures_util::FutureExt;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where the world's servers say that they are reached.
pub const BASE_URL: &str = "https://florin.example";
/// The merchants.
const ACCOUNTS: [&str; 2] = ["acct_north", "acct_south"];
/// Clients of each merchant.
const CLIENTS: u64 = 3;
/// Jobs that wait for days and do not keep a world from being quiet.
const PATIENT: [JobKind; 6] = [
    JobKind::ActionExpiry,
    // An attempt whose end was assumed is watched for days; one whose end is unknown is looked for apart.
    JobKind::Recover,
    JobKind::PruneKeys,
    JobKind::Release,
    JobKind::AuthorizationExpiry,
    JobKind::SessionExpiry,
];
/// A world is quiet when nothing was due for so long, in milliseconds.
const QUIET_MS: u64 = 40_000;
/// What is not finished after so long never will be, in milliseconds.
const SETTLE_MS_MAX: u64 = 5 * 86_400_000;
/// Nothing is due for so long: the world may sleep until then, in milliseconds.
const IDLE_MS: i64 = 15_000;
/// A world wakes so long before something is due, in milliseconds.
const WAKES_BEFORE_MS: i64 = 5_000;
/// Longer than any authorization lives, in milliseconds.
const LAPSE_MS: u64 = 40 * 86_400_000;
/// A wall clock that is set to another month, in milliseconds.
const MONTH_MS: u64 = 30 * 86_400_000;
/// So many of a thousand worlds have their clock set ahead by a month.
const MONTHS: u64 = 300;
/// While time passes, what is due is worked on for so long, in milliseconds.
const STOP_MS: u64 = 10_000;
/// Rounds of the processor's messenger for each story of a client.
const ROUNDS: u64 = 4;
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
    /// One fault at a chosen place.
    pub point: Option<Point>,
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
            point: None,
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
    /// Payments that were answered with success or a decline.
    pub payments: u64,
    /// The chosen place of a fault was reached.
    pub is_hit: bool,
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
        answers: std::mem::take(&mut inner.answers),
        payments: inner.payments,
        is_hit: inner.is_hit,
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
    keyring: Keyring,
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
        let memory = MemoryStore::new(move || clock.now());
        World {
            scene: Arc::new(Scene::new(random.fork(2), plan.sabotage)),
            doors: Arc::default(),
            keyring: Keyring::found(memory.clone()),
            memory,
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
        self.scene.with(|inner| {
            (inner.commits, inner.calls) = (0, 0);
            inner.point = plan.point.clone();
        });
        let weather = plan
            .weather
            .clone()
            .unwrap_or_else(|| Weather::drawn(&mut self.random));
        let clients = ACCOUNTS.len() as u64 * CLIENTS;
        let stories = plan.payments.div_ceil(u32::try_from(clients).unwrap_or(1));
        let rounds = u64::from(stories) * ROUNDS;
        self.part(&weather, rounds, |client| {
            Box::pin(workload::tell(client, stories))
        })?;
        self.wait_for_release()?;
        self.part(&weather, ROUNDS, |client| {
            Box::pin(workload::give_back(client, stories.min(4)))
        })?;
        self.lapse()?;
        self.settle()?;
        self.audit()
    }

    /// A storm with its stories, the calm after it, and a look at what is left.
    fn part(
        &mut self,
        weather: &Weather,
        rounds: u64,
        story: impl Fn(Client) -> Task,
    ) -> Result<(), Vec<Violation>> {
        self.storm(weather);
        if self.outside {
            self.send_messenger(rounds);
        }
        self.invite(CLIENTS, story);
        self.until_clients_leave()?;
        self.calm();
        self.settle()?;
        if self.outside {
            self.send_messenger(0);
            self.invite(1, |client| Box::pin(workload::close_the_day(client)));
            self.until_clients_leave()?;
            self.settle()?;
        }
        self.audit()
    }

    fn send_messenger(&mut self, rounds: u64) {
        let messenger = Messenger {
            sandbox: Arc::clone(&self.sandbox),
            scene: Arc::clone(&self.scene),
            doors: Arc::clone(&self.doors),
            clock: self.executor.handle().clock(),
            random: self.random.fork(rounds),
        };
        let walk = Box::pin(messenger.walk(rounds));
        self.executor.handle().spawn(OUTSIDE, walk);
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
        let (vault, opener) = self.keyring.open();
        let (_, spare) = self.keyring.open();
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
            opener: Arc::new(spare),
        };
        let engine = Engine::new(Parts {
            store: Arc::new(store),
            tallies: Arc::new(self.memory.clone()),
            processors: Registry {
                test: Arc::new(line),
                live: None,
            },
            ring: Arc::new(self.keyring.followed_by(&vault)),
            vault,
            opener,
            cvcs: Arc::new(CvcShelf::new()),
            mailer: Some(Arc::new(Receiver {
                scene: Arc::clone(&scene),
                clock: handle.clock(),
            })),
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

    fn invite(&mut self, clients: u64, story: impl Fn(Client) -> Task) {
        for number in 0..clients {
            for (at, scope) in self.scopes.clone().into_iter().enumerate() {
                let client = Client {
                    // Both merchants use the same keys: they must not meet.
                    name: format!("client{number}t{}", self.executor.handle().elapsed_ms()),
                    random: self.random.fork(number * 16 + at as u64),
                    scope,
                    scene: Arc::clone(&self.scene),
                    doors: Arc::clone(&self.doors),
                    clock: self.executor.handle().clock(),
                    keyring: self.keyring.clone(),
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

    /// When the next of these jobs is due, in milliseconds of virtual time; the past counts as now.
    fn due_ms(&self, kinds: &[JobKind]) -> Option<u64> {
        let due = self.memory.next_due(kinds).now_or_never();
        let due = due.and_then(Result::ok).flatten()?;
        let wait = due.0 - self.executor.handle().clock().now().0;
        let wait = u64::try_from(wait).unwrap_or(0);
        Some(self.executor.handle().elapsed_ms() + wait)
    }

    /// Time passes until shortly before a day's money is released.
    fn wait_for_release(&mut self) -> Result<(), Vec<Violation>> {
        let Some(due) = self.due_ms(&[JobKind::Release]) else {
            return Ok(());
        };
        let wait = due - self.executor.handle().elapsed_ms();
        self.pass(wait.saturating_sub(BEFORE_RELEASE_MS))
    }

    /// Time passes. The whole world sleeps through it, unless something is on the wire: then everybody is awake whenever
    /// something is due or arrives, as a late arrival is found only by who looks for it after it.
    fn pass(&mut self, ms: u64) -> Result<(), Vec<Violation>> {
        if !self.scene.with(|inner| inner.had_strays) {
            self.executor.leap(ms);
            return Ok(());
        }
        let end = self.executor.handle().elapsed_ms() + ms;
        let kinds: Vec<JobKind> = JobKind::ALL
            .iter()
            .copied()
            .filter(|kind| *kind != JobKind::PruneKeys)
            .collect();
        loop {
            let now = self.executor.handle().elapsed_ms();
            if now >= end {
                return Ok(());
            }
            let arrives = self
                .scene
                .with(|inner| inner.strays.first().map(|(at_ms, _)| *at_ms));
            let next = [self.due_ms(&kinds), arrives].into_iter().flatten().min();
            let next = next.unwrap_or(end).min(end);
            self.executor
                .leap((next - now.min(next)).saturating_sub(WAKES_BEFORE_MS as u64));
            let until = (self.executor.handle().elapsed_ms() + STOP_MS).min(end);
            while self.executor.handle().elapsed_ms() < until {
                self.step()?;
            }
        }
    }

    /// Every authorization lapses. In some worlds somebody sets the clock to another month before.
    fn lapse(&mut self) -> Result<(), Vec<Violation>> {
        let is_set_ahead = self.random.chance(MONTHS);
        if is_set_ahead && !self.scene.with(|inner| inner.had_strays) {
            self.executor.handle().clock().jump(MONTH_MS as i64);
            self.scene.with(|inner| inner.jumped_ms += MONTH_MS);
            self.settle()?;
        }
        self.pass(LAPSE_MS)
    }

    /// Bends what the auditor is shown, where a planted bug lies in the store itself.
    fn bend(&self, snapshot: &mut Snapshot) {
        self.scene.with(|inner| {
            let mut balances = snapshot.balances.iter_mut();
            if inner.is(Sabotage::LoseBalance)
                && let Some((_, balance)) = balances.find(|(_, balance)| balance.amount != 0)
            {
                balance.amount -= 1;
                inner.struck += 1;
            }
            let transaction = snapshot.transactions.first_mut();
            if inner.is(Sabotage::Unbalance)
                && let Some((_, amount)) =
                    transaction.and_then(|(_, made)| made.entries.first_mut())
            {
                *amount += 1;
                inner.struck += 1;
            }
        });
    }

    fn evidence(&self) -> Result<Evidence, Vec<Violation>> {
        let mut snapshot = self.snapshot()?;
        self.bend(&mut snapshot);
        let handle = self.executor.handle();
        Ok(self.scene.with(|inner| Evidence {
            now: handle.clock().now(),
            elapsed_ms: handle.elapsed_ms(),
            outside: self.outside,
            snapshot,
            journal: inner.journal.clone(),
            book: self.sandbox.booked(),
            acks: std::mem::take(&mut inner.acks),
            receipts: inner.receipts.clone(),
            mails: inner.mails.clone(),
            unheard: inner.unheard.clone(),
            jumped_ms: inner.jumped_ms,
            fell_back_ms: inner.fell_back_ms,
            contests: std::mem::take(&mut inner.contests),
            confirmed: std::mem::take(&mut inner.confirmed),
        }))
    }

    /// When nothing is under way, no process holds a request or a job that nobody works on (I13).
    fn left_in_memory(&self) -> Vec<Violation> {
        let engines = self.doors.all().into_iter();
        let held = engines.map(|engine| (engine.mutations_in_flight(), engine.outbox_waiting()));
        held.filter(|held| *held != (0, 0))
            .map(|(requests, jobs)| {
                let what = format!("{requests} requests and {jobs} jobs stay in memory");
                Violation::new("I13", what)
            })
            .collect()
    }

    fn audit(&mut self) -> Result<(), Vec<Violation>> {
        let evidence = self.evidence()?;
        let mut violations = self
            .scene
            .with(|inner| std::mem::take(&mut inner.suspicions));
        violations.extend(self.left_in_memory());
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
        card_limits: CardLimits::default(),
    }
}
