//! The sandbox's own books, for when it plays a processor outside: what was asked under which reference, and what came
//! of it.
//!
//! Bounded: the oldest entry gives way. Deliberately absent: persistence; a restart forgets everything.

use super::faults::FaultPlan;
use super::issuer::Decision;
use florin_domain::processor::{Outcome, ProcessorRequest};
use std::collections::{HashMap, VecDeque};

/// How many requests the books keep.
pub const BOOKED_MAX: usize = 100_000;

/// The books and the faults on the way to them, under one lock.
#[derive(Default)]
pub(super) struct Book {
    pub(super) faults: FaultPlan,
    entries: HashMap<String, Entry>,
    order: VecDeque<String>,
}

struct Entry {
    request: ProcessorRequest,
    decision: Decision,
    /// Somebody has heard the first outcome; from then on an inquiry tells how it went on.
    told: bool,
}

/// What the books hold under a reference.
pub(super) enum Found {
    /// Nothing so far.
    Nothing,
    /// The same request with this outcome.
    Done(Outcome),
    /// Another request.
    Another,
}

impl Book {
    /// What the books hold under the reference of this request.
    pub(super) fn find(&self, request: &ProcessorRequest) -> Found {
        match self.entries.get(&request.reference) {
            None => Found::Nothing,
            Some(entry) if entry.request == *request => Found::Done(entry.decision.outcome.clone()),
            Some(_) => Found::Another,
        }
    }

    /// Books a decision.
    pub(super) fn add(&mut self, request: &ProcessorRequest, decision: Decision) {
        if self.order.len() >= BOOKED_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.entries.remove(&oldest);
        }
        self.order.push_back(request.reference.clone());
        let entry = Entry {
            request: request.clone(),
            decision,
            told: false,
        };
        self.entries.insert(request.reference.clone(), entry);
    }

    /// Notes that the caller has heard the outcome.
    pub(super) fn mark_told(&mut self, reference: &str) {
        if let Some(entry) = self.entries.get_mut(reference) {
            entry.told = true;
        }
    }

    /// What an inquiry hears: the outcome itself if nobody has heard it yet, else how it went on.
    pub(super) fn ask(&mut self, reference: &str) -> Option<Outcome> {
        let entry = self.entries.get_mut(reference)?;
        let told = std::mem::replace(&mut entry.told, true);
        let later = entry.decision.later.as_ref().filter(|_| told);
        Some(later.unwrap_or(&entry.decision.outcome).clone())
    }

    /// Everything booked, in order, with its first outcome.
    pub(super) fn all(&self) -> Vec<(ProcessorRequest, Outcome)> {
        let entries = self
            .order
            .iter()
            .filter_map(|reference| self.entries.get(reference));
        entries
            .map(|entry| (entry.request.clone(), entry.decision.outcome.clone()))
            .collect()
    }
}
