//! Scripted faults: what the way to a processor outside may do to a message.
//!
//! A [`FaultPlan`] belongs to tests and to the simulator. Deliberately absent: delays (they belong to whoever has a clock)
//! and randomness (a seeded test draws its own plan).

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The request never arrives: nothing is done, and the caller knows nothing.
    RequestLost,
    /// The request is done, but its answer never arrives.
    AnswerLost,
    /// An inquiry stays without an answer.
    InquiryLost,
}

/// The faults of a run. Each step strikes a limited number of times; the first one that fits is taken.
#[derive(Clone, Debug, Default)]
pub struct FaultPlan {
    steps: Vec<Step>,
    calls: u64,
    inquiries: u64,
}

#[derive(Clone, Debug)]
struct Step {
    at: At,
    fault: Fault,
    left: u32,
}

#[derive(Clone, Debug)]
enum At {
    Number(u64),
    Reference(String),
}

impl FaultPlan {
    /// No faults.
    pub fn new() -> FaultPlan {
        FaultPlan::default()
    }

    /// Strikes the call with this number, or for [`Fault::InquiryLost`] the inquiry. The first one is number 1.
    #[must_use]
    pub fn on_number(self, number: u64, fault: Fault) -> FaultPlan {
        self.step(At::Number(number), fault, 1)
    }

    /// Strikes so many times where the reference begins like this.
    #[must_use]
    pub fn on_reference(self, prefix: &str, fault: Fault, times: u32) -> FaultPlan {
        self.step(At::Reference(prefix.to_owned()), fault, times)
    }

    fn step(mut self, at: At, fault: Fault, left: u32) -> FaultPlan {
        self.steps.push(Step { at, fault, left });
        self
    }

    /// The fault of the next call, if one was planned.
    pub(super) fn next_call(&mut self, reference: &str) -> Option<Fault> {
        self.calls += 1;
        self.take(self.calls, reference, |fault| fault != Fault::InquiryLost)
    }

    /// Whether the next inquiry is lost.
    pub(super) fn next_inquiry(&mut self, reference: &str) -> bool {
        self.inquiries += 1;
        self.take(self.inquiries, reference, |fault| {
            fault == Fault::InquiryLost
        })
        .is_some()
    }

    fn take(
        &mut self,
        number: u64,
        reference: &str,
        concerns: impl Fn(Fault) -> bool,
    ) -> Option<Fault> {
        let fits = |step: &&mut Step| {
            let here = match &step.at {
                At::Number(at) => *at == number,
                At::Reference(prefix) => reference.starts_with(prefix.as_str()),
            };
            here && step.left > 0 && concerns(step.fault)
        };
        let step = self.steps.iter_mut().find(fits)?;
        step.left -= 1;
        Some(step.fault)
    }
}
