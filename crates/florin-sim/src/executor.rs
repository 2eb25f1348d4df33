//! The executor of a simulated world: one thread, virtual time, and an order of tasks that the seed decides.
//!
//! Tasks belong to a [`Group`]: a simulated process, or the outside world. Killing a group forgets its tasks wherever
//! they stand, as a kill of a process does. Time stands still while anything is ready and then jumps to the next timer,
//! so that days pass in moments. Deliberately absent: threads, the system's clock, and maps without an order.

use crate::random::Seeded;
use florin_base::Millis;
use florin_engine::world::Task;
use florin_engine::{Clock, Spawn};
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// Which process a task belongs to.
pub type Group = u64;

/// Everything that is no process of ours: merchants, buyers, timers of the world.
pub const OUTSIDE: Group = 0;

/// Messages that are still on their way when everybody who sent them is gone.
pub const WIRE: Group = u64::MAX;

/// The wall clock at the beginning of virtual time: 2027-01-15, early in the morning.
const EPOCH_MS: i64 = 1_800_000_000_000;

type TaskId = u64;
/// Due time and a number that makes it unique.
type TimerId = (u64, u64);

struct State {
    now_ms: u64,
    /// How far the wall clock was set forward or back.
    wall_ms: i64,
    random: Seeded,
    next: u64,
    ready: Vec<TaskId>,
    queued: BTreeSet<TaskId>,
    fresh: Vec<(TaskId, Group, Task)>,
    dead: BTreeSet<Group>,
    timers: BTreeMap<TimerId, Waker>,
}

impl State {
    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn make_ready(&mut self, id: TaskId) {
        if self.queued.insert(id) {
            self.ready.push(id);
        }
    }
}

/// What tasks see of their executor: its clock and a way to spawn.
#[derive(Clone)]
pub struct Handle {
    state: Arc<Mutex<State>>,
}

impl Handle {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Milliseconds of virtual time so far.
    pub fn elapsed_ms(&self) -> u64 {
        self.lock().now_ms
    }

    /// The wall clock, which may jump.
    fn wall(&self) -> Millis {
        let state = self.lock();
        Millis(EPOCH_MS.saturating_add_unsigned(state.now_ms)).plus_ms(state.wall_ms)
    }

    /// The clock.
    pub fn clock(&self) -> VirtualClock {
        VirtualClock {
            handle: self.clone(),
        }
    }

    /// Adds a task to a group. A task of a dead group is forgotten.
    pub fn spawn(&self, group: Group, task: Task) {
        let mut state = self.lock();
        if state.dead.contains(&group) {
            drop(state);
            return drop(task);
        }
        let id = state.number();
        state.fresh.push((id, group, task));
        state.make_ready(id);
    }

    /// The engine's way to spawn in a group.
    pub fn spawner(&self, group: Group) -> GroupSpawn {
        GroupSpawn {
            handle: self.clone(),
            group,
        }
    }

    fn set_timer(&self, due_ms: u64, waker: Waker) -> TimerId {
        let mut state = self.lock();
        let id = (due_ms, state.number());
        state.timers.insert(id, waker);
        id
    }

    /// A waker is dropped outside the lock, because dropping it may drop a task's state.
    fn drop_timer(&self, id: TimerId) {
        let waker = self.lock().timers.remove(&id);
        drop(waker);
    }

    fn take_ready(&self) -> Option<TaskId> {
        let mut state = self.lock();
        let count = state.ready.len() as u64;
        if count == 0 {
            return None;
        }
        let at = usize::try_from(state.random.below(count)).unwrap_or(0);
        let id = state.ready.swap_remove(at);
        state.queued.remove(&id);
        Some(id)
    }

    /// Jumps to the next timer and wakes everything that is due then. False when no timer is set.
    fn advance(&self) -> bool {
        let mut due = Vec::new();
        {
            let mut state = self.lock();
            let Some((first, _)) = state.timers.keys().next().copied() else {
                return false;
            };
            state.now_ms = state.now_ms.max(first);
            let now = state.now_ms;
            while let Some(entry) = state
                .timers
                .first_entry()
                .filter(|entry| entry.key().0 <= now)
            {
                due.push(entry.remove());
            }
        }
        due.into_iter().for_each(Waker::wake);
        true
    }
}

/// Time as the engine sees it.
#[derive(Clone)]
pub struct VirtualClock {
    handle: Handle,
}

impl VirtualClock {
    /// As [`Clock::sleep`], with a type of its own.
    pub fn pause(&self, ms: u64) -> Sleep {
        let due_ms = self.handle.elapsed_ms().saturating_add(ms);
        Sleep {
            handle: self.handle.clone(),
            due_ms,
            timer: None,
        }
    }

    /// Sets the wall clock forward or back. The clock that never goes back takes no notice.
    pub fn jump(&self, ms: i64) {
        let mut state = self.handle.lock();
        state.wall_ms = state.wall_ms.saturating_add(ms);
    }

    /// Runs a task that belongs to no process: what is on the wire outlives whoever sent it.
    pub fn spawn_on_wire(&self, task: Task) {
        self.handle.spawn(WIRE, task);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Millis {
        self.handle.wall()
    }

    fn monotonic_ms(&self) -> u64 {
        self.handle.elapsed_ms()
    }

    fn sleep(&self, ms: u64) -> Task {
        Box::pin(self.pause(ms))
    }
}

/// A timer.
pub struct Sleep {
    handle: Handle,
    due_ms: u64,
    timer: Option<TimerId>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if let Some(timer) = self.timer.take() {
            self.handle.drop_timer(timer);
        }
        if self.handle.elapsed_ms() >= self.due_ms {
            return Poll::Ready(());
        }
        self.timer = Some(self.handle.set_timer(self.due_ms, context.waker().clone()));
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(timer) = self.timer.take() {
            self.handle.drop_timer(timer);
        }
    }
}

/// The engine's [`Spawn`] for one process.
pub struct GroupSpawn {
    handle: Handle,
    group: Group,
}

impl Spawn for GroupSpawn {
    fn spawn(&self, task: Task) {
        self.handle.spawn(self.group, task);
    }
}

struct TaskWaker {
    id: TaskId,
    handle: Handle,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.handle.lock().make_ready(self.id);
    }
}

/// The executor.
pub struct Executor {
    handle: Handle,
    tasks: BTreeMap<TaskId, (Group, Task)>,
    steps: u64,
}

impl Executor {
    /// An executor without tasks.
    pub fn new(random: Seeded) -> Executor {
        let state = State {
            now_ms: 0,
            wall_ms: 0,
            random,
            next: 0,
            ready: Vec::new(),
            queued: BTreeSet::new(),
            fresh: Vec::new(),
            dead: BTreeSet::new(),
            timers: BTreeMap::new(),
        };
        Executor {
            handle: Handle {
                state: Arc::new(Mutex::new(state)),
            },
            tasks: BTreeMap::new(),
            steps: 0,
        }
    }

    /// What tasks see.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// How many times a task was polled.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// How many tasks of a group are not done.
    pub fn count(&self, group: Group) -> usize {
        let fresh = self
            .handle
            .lock()
            .fresh
            .iter()
            .filter(|(_, of, _)| *of == group)
            .count();
        fresh + self.tasks.values().filter(|(of, _)| *of == group).count()
    }

    /// Polls one task, or jumps to the next timer. False when neither is left.
    pub fn step(&mut self) -> bool {
        let fresh = std::mem::take(&mut self.handle.lock().fresh);
        for (id, group, task) in fresh {
            self.tasks.insert(id, (group, task));
        }
        let Some(id) = self.handle.take_ready() else {
            return self.handle.advance();
        };
        let Some((_, task)) = self.tasks.get_mut(&id) else {
            return true;
        };
        self.steps += 1;
        let waker = Waker::from(Arc::new(TaskWaker {
            id,
            handle: self.handle.clone(),
        }));
        if task
            .as_mut()
            .poll(&mut Context::from_waker(&waker))
            .is_ready()
        {
            self.tasks.remove(&id);
        }
        true
    }

    /// Forgets every task of a group, now and later. Destructors of its tasks run, as nothing of them may remain; what
    /// they send or spawn goes nowhere.
    pub fn kill(&mut self, group: Group) {
        let fresh = {
            let mut state = self.handle.lock();
            state.dead.insert(group);
            std::mem::take(&mut state.fresh)
        };
        let (gone, kept): (Vec<_>, Vec<_>) = fresh.into_iter().partition(|(_, of, _)| *of == group);
        self.handle.lock().fresh.extend(kept);
        drop(gone);
        let ids: Vec<TaskId> = self
            .tasks
            .iter()
            .filter(|(_, (of, _))| *of == group)
            .map(|(id, _)| *id)
            .collect();
        let gone: Vec<_> = ids.iter().filter_map(|id| self.tasks.remove(id)).collect();
        drop(gone);
    }

    /// Lets time jump ahead at once, as if the whole world had slept.
    pub fn leap(&self, ms: u64) {
        let mut state = self.handle.lock();
        state.now_ms = state.now_ms.saturating_add(ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(seed: u64) -> Vec<u64> {
        let mut executor = Executor::new(Seeded::new(seed));
        let seen = Arc::new(Mutex::new(Vec::new()));
        for n in 0..8_u64 {
            let (seen, clock) = (Arc::clone(&seen), executor.handle().clock());
            executor.handle().spawn(
                1,
                Box::pin(async move {
                    clock.sleep(10 * (n % 2)).await;
                    seen.lock().unwrap_or_else(PoisonError::into_inner).push(n);
                }),
            );
        }
        while executor.step() {}
        assert_eq!(executor.handle().elapsed_ms(), 10);
        let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.clone()
    }

    #[test]
    fn the_seed_decides_the_order_and_time_jumps() {
        assert_eq!(order(1), order(1));
        assert!((2..20).any(|seed| order(seed) != order(1)));
        let evens_first = order(5).into_iter().take(4).all(|n| n % 2 == 0);
        assert!(
            evens_first,
            "a task that sleeps comes after those that do not"
        );
    }

    #[test]
    fn the_wall_clock_jumps_and_the_other_one_does_not() {
        let executor = Executor::new(Seeded::new(1));
        let clock = executor.handle().clock();
        executor.leap(10);
        let before = clock.now();
        clock.jump(-3_600_000);
        assert_eq!(clock.now(), before.plus_ms(-3_600_000));
        assert_eq!(clock.monotonic_ms(), 10);
    }

    #[test]
    fn a_killed_group_does_nothing_more() {
        let mut executor = Executor::new(Seeded::new(1));
        let done = Arc::new(Mutex::new(0));
        for group in [1, 2] {
            let (done, clock) = (Arc::clone(&done), executor.handle().clock());
            let task = async move {
                clock.sleep(5).await;
                *done.lock().unwrap_or_else(PoisonError::into_inner) += group;
            };
            executor.handle().spawn(group, Box::pin(task));
        }
        executor.kill(1);
        executor.handle().spawn(1, Box::pin(async {}));
        assert_eq!((executor.count(1), executor.count(2)), (0, 1));
        while executor.step() {}
        assert_eq!(*done.lock().unwrap_or_else(PoisonError::into_inner), 2);
    }
}
