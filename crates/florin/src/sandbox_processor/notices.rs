//! Notices: what the sandbox processor tells by itself, again and again until somebody takes it.
//!
//! Shape: [`Outbox`] knows what is owed and when; [`send_all`] sends one notice after the other through the egress. What is
//! owed follows from the book, so that a restart loses nothing; what was taken may be told again after a crash.
//! Deliberately absent: giving up, and sending several at once (the order of notices is part of an experiment).

use super::clerk::Clerk;
use florin_egress::{Egress, HttpEgress, Policy, Request};
use florin_processors::remote::protocol::{self, NoticeBody};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The wait after the first failed try, in milliseconds; it doubles.
const RETRY_FIRST_MS: i64 = 200;
/// The longest wait between tries, in milliseconds.
const RETRY_LONGEST_MS: i64 = 60_000;
/// How long a try may take, in milliseconds.
const TIMEOUT_MS: u64 = 10_000;

/// Which outcome a notice tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// The one of the call.
    First,
    /// The one that it turned to.
    Second,
}

/// Names a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key {
    /// The booking.
    pub number: u64,
    /// Which outcome of it.
    pub word: Word,
    /// 0, and more where the same is told several times.
    pub copy: u32,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Send this one now.
    Send(Key),
    /// Look again at this moment, in milliseconds since 1970, or when something was booked.
    Wait(Option<i64>),
}

struct Owed {
    /// Its place in the queue, while it is there.
    place: Option<(i64, u64)>,
    tries: u32,
    hold: Option<u32>,
}

/// What is owed.
#[derive(Default)]
pub struct Outbox {
    owed: BTreeMap<Key, Owed>,
    /// By due time, then by the order of arrival.
    queue: BTreeSet<(i64, u64, Key)>,
    arrivals: u64,
    /// Notices that wait until enough of them wait.
    withheld: Vec<Key>,
}

impl Outbox {
    /// Owes a notice.
    pub fn add(&mut self, key: Key, due_ms: i64, hold: Option<u32>) {
        let owed = Owed {
            place: None,
            tries: 0,
            hold,
        };
        self.owed.insert(key, owed);
        self.enqueue(key, due_ms);
    }

    fn enqueue(&mut self, key: Key, due_ms: i64) {
        let Some(owed) = self.owed.get_mut(&key) else {
            return;
        };
        self.arrivals += 1;
        owed.place = Some((due_ms, self.arrivals));
        self.queue.insert((due_ms, self.arrivals, key));
    }

    /// It was taken.
    pub fn done(&mut self, key: Key) {
        if let Some((due_ms, arrival)) = self.owed.remove(&key).and_then(|owed| owed.place) {
            self.queue.remove(&(due_ms, arrival, key));
        }
    }

    /// Takes the next one out of the queue, if one is due.
    pub fn next(&mut self, now_ms: i64) -> Next {
        loop {
            let Some(&(due_ms, arrival, key)) = self.queue.first() else {
                return Next::Wait(None);
            };
            if due_ms > now_ms {
                return Next::Wait(Some(due_ms));
            }
            self.queue.remove(&(due_ms, arrival, key));
            let Some(owed) = self.owed.get_mut(&key) else {
                continue;
            };
            owed.place = None;
            let Some(hold) = owed.hold.take() else {
                return Next::Send(key);
            };
            self.withheld.push(key);
            if self.withheld.len() >= hold as usize {
                self.release(now_ms);
            }
        }
    }

    /// Puts the withheld ones back, the last one first.
    pub fn release(&mut self, now_ms: i64) {
        for key in std::mem::take(&mut self.withheld).into_iter().rev() {
            self.enqueue(key, now_ms);
        }
    }

    /// Plans another try; says how many there were.
    pub fn failed(&mut self, key: Key, now_ms: i64) -> u32 {
        let Some(owed) = self.owed.get_mut(&key) else {
            return 0;
        };
        owed.tries = owed.tries.saturating_add(1);
        let tries = owed.tries;
        self.enqueue(key, now_ms.saturating_add(retry_wait_ms(tries)));
        tries
    }
}

fn retry_wait_ms(tries: u32) -> i64 {
    let doublings = tries.saturating_sub(1).min(20);
    (RETRY_FIRST_MS << doublings).min(RETRY_LONGEST_MS)
}

/// Where notices go.
pub struct Destination {
    /// The URL.
    pub url: String,
    /// What signs them.
    pub secret: String,
}

/// Sends what is owed for as long as the book is open.
pub async fn send_all(clerk: Clerk, egress: HttpEgress, destination: Destination) {
    let mut changes = clerk.changes();
    loop {
        changes.borrow_and_update();
        let looked = clerk.with(|book, now_ms| {
            let next = book.next_notice(now_ms);
            let words = match next {
                Next::Send(key) => book.words(key),
                Next::Wait(_) => None,
            };
            (next, words)
        });
        match looked.await {
            None => return,
            Some((Next::Wait(until_ms), _)) => {
                if !super::clerk::wait(until_ms, &mut changes).await {
                    return;
                }
            }
            Some((Next::Send(key), words)) => {
                let taken = match words {
                    Some((reference, outcome)) => {
                        let body = NoticeBody { reference, outcome };
                        send(&egress, &destination, &body).await
                    }
                    // A booking that does not turn has no second word; there is nothing to send.
                    None => Ok(()),
                };
                settle(&clerk, key, taken).await;
            }
        }
    }
}

async fn settle(clerk: &Clerk, key: Key, taken: Result<(), String>) {
    match taken {
        Ok(()) => {
            clerk.with(move |book, _| book.told(key)).await;
            tracing::debug!(number = key.number, "a notice was taken");
        }
        Err(reason) => {
            let tries = clerk.with(move |book, now_ms| book.not_told(key, now_ms));
            let tries = tries.await.unwrap_or_default();
            tracing::warn!(number = key.number, tries, %reason, "a notice was not taken");
        }
    }
}

async fn send(egress: &HttpEgress, to: &Destination, body: &NoticeBody) -> Result<(), String> {
    let bytes = serde_json::to_vec(body).map_err(|error| error.to_string())?;
    let signature = protocol::signature(&to.secret, &bytes);
    let mut request = Request::post(to.url.clone(), bytes);
    request.headers = vec![
        ("content-type".to_owned(), "application/json".to_owned()),
        (protocol::SIGNATURE.to_owned(), signature),
    ];
    request.timeout_ms = TIMEOUT_MS;
    let answer = egress.send(request, Policy::dev()).await;
    match answer.map_err(|error| error.to_string())?.status {
        200..=299 => Ok(()),
        status => Err(format!("it was answered with {status}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u64) -> Key {
        Key {
            number,
            word: Word::First,
            copy: 0,
        }
    }

    #[test]
    fn notices_leave_when_they_are_due_and_in_the_order_of_their_booking() {
        let mut outbox = Outbox::default();
        for (number, due_ms) in [(1, 20), (2, 10), (3, 10)] {
            outbox.add(key(number), due_ms, None);
        }
        assert_eq!(outbox.next(9), Next::Wait(Some(10)));
        assert_eq!(outbox.next(10), Next::Send(key(2)));
        assert_eq!(outbox.next(10), Next::Send(key(3)));
        assert_eq!(outbox.next(10), Next::Wait(Some(20)));
        outbox.done(key(1));
        assert_eq!(outbox.next(20), Next::Wait(None));
    }

    #[test]
    fn a_notice_that_was_not_taken_is_tried_again_ever_less_often() {
        let mut outbox = Outbox::default();
        outbox.add(key(1), 0, None);
        let mut now_ms = 0;
        for wait_ms in [200, 400, 800, 1_600] {
            assert_eq!(outbox.next(now_ms), Next::Send(key(1)));
            outbox.failed(key(1), now_ms);
            assert_eq!(outbox.next(now_ms), Next::Wait(Some(now_ms + wait_ms)));
            now_ms += wait_ms;
        }
        assert_eq!(retry_wait_ms(u32::MAX), RETRY_LONGEST_MS);
    }

    #[test]
    fn withheld_notices_leave_in_reverse_when_there_are_enough_or_when_they_are_let_go() {
        let mut outbox = Outbox::default();
        for number in 1..=4 {
            outbox.add(key(number), 0, Some(3));
        }
        let sent: Vec<Next> = (0..3).map(|_| outbox.next(5)).collect();
        assert_eq!(
            sent,
            // The fourth one waits for two more.
            [Next::Send(key(3)), Next::Send(key(2)), Next::Send(key(1))]
        );
        assert_eq!(outbox.next(5), Next::Wait(None));
        outbox.release(6);
        assert_eq!(outbox.next(6), Next::Send(key(4)));
        outbox.failed(key(4), 6);
        assert_eq!(
            outbox.next(10_000),
            Next::Send(key(4)),
            "it waits only once"
        );
    }
}
