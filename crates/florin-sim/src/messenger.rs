//! What the processor tells by itself: what it did, once more, in any order, hours late, and what it has to take back.
//!
//! A message is sent again until it is recorded, as a processor does. Deliberately absent: lies that nobody takes back;
//! with those no books can agree.

use crate::client::{Doors, first};
use crate::executor::VirtualClock;
use crate::random::Seeded;
use crate::scene::Scene;
use florin_domain::processor::Outcome;
use florin_engine::Clock;
use florin_engine::notices::Noticed;
use florin_processors::Sandbox;
use std::sync::Arc;

/// The wait between two rounds, in milliseconds.
const ROUND_MS: u64 = 4_000;
/// The wait before a message is sent again, in milliseconds.
const AGAIN_MS: u64 = 700;
/// A message is sent at most so often; the calm comes long before.
const TRIES_MAX: u32 = 2_000;
/// A process may take so long for a message, in milliseconds.
const PATIENCE_MS: u64 = 60_000;

/// The processor's messenger.
pub struct Messenger {
    /// The processor, whose book holds what there is to tell.
    pub sandbox: Arc<Sandbox>,
    /// The world around it.
    pub scene: Arc<Scene>,
    /// The processes that it may tell.
    pub doors: Arc<Doors>,
    /// Time.
    pub clock: VirtualClock,
    /// Its choices.
    pub random: Seeded,
}

impl Messenger {
    /// So many rounds in which it may repeat something; then everything is told that has to be taken back.
    pub async fn walk(mut self, rounds: u64) {
        for _ in 0..rounds {
            let ms = self.random.below(ROUND_MS);
            self.clock.pause(ms).await;
            let often = self.scene.with(|inner| inner.weather.notices);
            if self.random.chance(often) {
                self.repeat().await;
            }
            if self.random.chance(300) {
                self.take_back().await;
            }
        }
        while self.take_back().await {}
    }

    /// Tells something that was booked, perhaps long ago and perhaps for the third time.
    async fn repeat(&mut self) {
        let booked = self.sandbox.booked();
        let Some((request, outcome)) = self.random.pick(&booked).cloned() else {
            return;
        };
        self.tell(&request.reference, &outcome).await;
    }

    /// Tells the truth about one call. False when nothing is left to be told.
    async fn take_back(&mut self) -> bool {
        let next = self.scene.with(|inner| inner.untold.pop_front());
        let Some((reference, truth)) = next else {
            return false;
        };
        self.tell(&reference, &truth).await;
        true
    }

    async fn tell(&mut self, reference: &str, outcome: &Outcome) {
        let body = serde_json::to_vec(&(reference, outcome)).unwrap_or_default();
        for _ in 0..TRIES_MAX {
            let noticed = self.send(&body).await;
            self.scene.with(|inner| {
                let status = if noticed == Some(Noticed::Recorded) {
                    200
                } else {
                    503
                };
                *inner.answers.entry(("take_notices", status)).or_default() += 1;
            });
            if noticed == Some(Noticed::Recorded) {
                let at_ms = self.clock.monotonic_ms();
                return self
                    .scene
                    .tell(format!("{at_ms} the processor tells of {reference}"));
            }
            self.clock.pause(AGAIN_MS).await;
        }
    }

    async fn send(&mut self, body: &[u8]) -> Option<Noticed> {
        let (group, engine) = self.doors.pick(&mut self.random)?;
        let taken = engine.take_notices(false, &[], body);
        let listening = self.doors.while_open(group, taken);
        let deadline = self.clock.pause(PATIENCE_MS);
        first(listening, deadline).await
    }
}
