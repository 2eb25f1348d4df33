//! What goes wrong in a world, and how often: numbers out of a thousand.
//!
//! Deliberately absent: faults that no operation could survive, such as a store that loses what it acknowledged.

use crate::random::Seeded;
use florin_processors::sandbox::{Fault, FaultPlan};

/// Calls and inquiries for which faults are drawn in advance.
const CALLS_PLANNED: u64 = 4_000;

/// How often each fault strikes, in a thousand.
#[derive(Clone, Debug, Default)]
pub struct Weather {
    /// A commit that could have been done is refused.
    pub conflict: u64,
    /// The store is away for one operation.
    pub unavailable: u64,
    /// Nobody learns what became of a commit; half of these were done.
    pub in_doubt: u64,
    /// The process dies before a commit takes effect.
    pub crash_before: u64,
    /// The process dies after a commit took effect and before its answer arrives.
    pub crash_after: u64,
    /// The process dies before a processor hears a call, or before it hears the answer.
    pub crash_in_call: u64,
    /// The answer to a commit takes up to half a minute.
    pub late_answer: u64,
    /// A commit or a call takes some milliseconds.
    pub slow: u64,
    /// A call to the processor is lost, or its answer is.
    pub line: u64,
    /// An inquiry is lost.
    pub inquiry: u64,
    /// The merchant's endpoint does not answer well.
    pub endpoint: u64,
    /// A client goes away before the answer.
    pub impatient: u64,
    /// A client sends the same request twice at once.
    pub twice: u64,
    /// The wall clock jumps an hour ahead or back, at a commit.
    pub clock: u64,
    /// A request reaches the processor long after everybody stopped waiting, up to nearly a week.
    pub stray: u64,
    /// The processor says that it declined what it approved, and takes that back later.
    pub contradiction: u64,
    /// The processor names another amount than it took.
    pub wrong_amount: u64,
    /// The processor tells by itself what became of something, once more and in any order, in each round of its messenger.
    pub notices: u64,
}

impl Weather {
    /// A world in which nothing goes wrong.
    pub fn calm() -> Weather {
        Weather::default()
    }

    /// Bad luck as the seed has it: each run stresses other things.
    pub fn drawn(random: &mut Seeded) -> Weather {
        let mut up_to = |most: u64| {
            if random.chance(300) {
                0
            } else {
                random.below(most + 1)
            }
        };
        Weather {
            conflict: up_to(200),
            unavailable: up_to(30),
            in_doubt: up_to(30),
            crash_before: up_to(20),
            crash_after: up_to(20),
            crash_in_call: up_to(40),
            late_answer: up_to(20),
            slow: up_to(600),
            line: up_to(200),
            inquiry: up_to(300),
            endpoint: up_to(300),
            impatient: up_to(80),
            twice: up_to(150),
            clock: up_to(8),
            stray: up_to(40),
            contradiction: up_to(40),
            wrong_amount: up_to(20),
            notices: up_to(300),
        }
    }

    /// The faults on the way to a processor outside.
    pub fn line_plan(&self, random: &mut Seeded) -> FaultPlan {
        let mut plan = FaultPlan::new();
        for number in 1..=CALLS_PLANNED {
            if random.chance(self.line) {
                let fault = if random.chance(500) {
                    Fault::RequestLost
                } else {
                    Fault::AnswerLost
                };
                plan = plan.on_number(number, fault);
            }
            if random.chance(self.inquiry) {
                plan = plan.on_number(number, Fault::InquiryLost);
            }
        }
        plan
    }
}
