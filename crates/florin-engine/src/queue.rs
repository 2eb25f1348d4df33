//! Requests on one object wait for each other inside the process, so that they do not fight for versions.

use futures_channel::oneshot;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// At most so many requests wait for one object; the next one is told to try later.
pub const WAITING_MAX: usize = 64;

type Waiting = BTreeMap<String, VecDeque<oneshot::Sender<Turn>>>;

/// Queues by object.
#[derive(Clone, Default)]
pub struct ObjectQueue {
    waiting: Arc<Mutex<Waiting>>,
}

/// The right to work on an object. Dropping it lets the next one work.
pub struct Turn {
    queue: ObjectQueue,
    object: String,
}

impl ObjectQueue {
    fn locked(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the object. `None` when too many wait already.
    pub async fn turn(&self, object: &str) -> Option<Turn> {
        let waits = {
            let mut waiting = self.locked();
            match waiting.get_mut(object) {
                None => {
                    waiting.insert(object.to_owned(), VecDeque::new());
                    return Some(self.grant(object));
                }
                Some(line) if line.len() >= WAITING_MAX => return None,
                Some(line) => {
                    let (give, take) = oneshot::channel();
                    line.push_back(give);
                    take
                }
            }
        };
        waits.await.ok()
    }

    /// Takes the object if nobody works on it.
    pub fn turn_now(&self, object: &str) -> Option<Turn> {
        let mut waiting = self.locked();
        if waiting.contains_key(object) {
            return None;
        }
        waiting.insert(object.to_owned(), VecDeque::new());
        Some(self.grant(object))
    }

    fn grant(&self, object: &str) -> Turn {
        Turn {
            queue: self.clone(),
            object: object.to_owned(),
        }
    }

    /// How many objects are being worked on.
    #[cfg(test)]
    fn busy(&self) -> usize {
        self.locked().len()
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        loop {
            let next = {
                let mut waiting = self.queue.locked();
                match waiting.get_mut(&self.object).and_then(VecDeque::pop_front) {
                    Some(next) => next,
                    None => {
                        waiting.remove(&self.object);
                        return;
                    }
                }
            };
            let turn = self.queue.grant(&self.object);
            match next.send(turn) {
                Ok(()) => return,
                // The one who waited is gone: its turn must not release the object a second time.
                Err(turn) => std::mem::forget(turn),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[test]
    fn one_works_and_the_others_follow_in_order() {
        let queue = ObjectQueue::default();
        let first = queue.turn("pi_1").now_or_never().flatten();
        assert!(first.is_some());
        assert!(queue.turn("pi_2").now_or_never().flatten().is_some());
        let mut second = Box::pin(queue.turn("pi_1"));
        assert!(second.as_mut().now_or_never().is_none());
        let mut third = Box::pin(queue.turn("pi_1"));
        assert!(third.as_mut().now_or_never().is_none());
        drop(second);
        drop(first);
        assert!(third.now_or_never().flatten().is_some());
        assert_eq!(queue.busy(), 0);
    }

    #[test]
    fn the_line_is_bounded() {
        let queue = ObjectQueue::default();
        let _first = queue.turn("pi_1").now_or_never().flatten();
        let mut line: Vec<_> = (0..WAITING_MAX)
            .map(|_| Box::pin(queue.turn("pi_1")))
            .collect();
        for waits in &mut line {
            assert!(waits.as_mut().now_or_never().is_none());
        }
        assert!(matches!(queue.turn("pi_1").now_or_never(), Some(None)));
    }
}
