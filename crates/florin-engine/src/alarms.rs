//! What an operator has to look at, counted since the process began. The attempts themselves are in the store.

use florin_domain::payments::Alarm;
use std::sync::atomic::{AtomicU64, Ordering};

/// One counter for each kind of alarm.
#[derive(Default)]
pub struct Alarms {
    late_success: AtomicU64,
    amount_mismatch: AtomicU64,
}

impl Alarms {
    fn counter(&self, alarm: Alarm) -> &AtomicU64 {
        match alarm {
            Alarm::LateSuccess => &self.late_success,
            Alarm::AmountMismatch => &self.amount_mismatch,
        }
    }

    pub(crate) fn raise(&self, alarm: Alarm) {
        self.counter(alarm).fetch_add(1, Ordering::Relaxed);
    }

    /// Every kind by name, and how often it was raised.
    pub fn counts(&self) -> [(&'static str, u64); 2] {
        [Alarm::LateSuccess, Alarm::AmountMismatch]
            .map(|alarm| (alarm.name(), self.counter(alarm).load(Ordering::Relaxed)))
    }
}
