//! What merchants and buyers do, story by story. The seed chooses.
//!
//! `wishes` makes one wish per operation of the engine; `payments`, `contests`, `people`, `setups` and `endpoints` tell the
//! stories, `reads` looks around, and `operators` keeps the installation.
//! Deliberately absent: judging answers, which is the auditor's part.

mod contests;
mod endpoints;
mod operators;
mod payments;
mod people;
mod reads;
mod setups;
mod wishes;

use crate::client::Client;

pub use operators::ADMINISTERED;
pub use reads::READ;

/// Between two stories of a client, in milliseconds.
const PAUSE_MS: u64 = 800;
/// After so many of a thousand stories a client looks around.
const LOOKS: u64 = 400;
/// After so many of a thousand stories an operator decides on what was put aside.
const DECIDES: u64 = 100;

/// Every operation of the engine that the stories perform.
pub const PERFORMED: &[&str] = &[
    "AnswerIntentChallenge",
    "AttachMethod",
    "CancelIntent",
    "CancelRefund",
    "CancelSetup",
    "CaptureCharge",
    "CaptureIntent",
    "ConfirmIntent",
    "ConfirmSetup",
    "CreateCharge",
    "CreateCustomer",
    "CreateEndpoint",
    "CreateIntent",
    "CreateMethod",
    "CreateRefund",
    "CreateSetup",
    "CreateToken",
    "DeleteCustomer",
    "DeleteEndpoint",
    "DetachMethod",
    "IncrementIntent",
    "UpdateCharge",
    "UpdateCustomer",
    "UpdateEndpoint",
    "UpdateIntent",
    "UpdateMethod",
    "UpdateRefund",
    "UpdateSetup",
];

/// A client tells so many stories.
pub async fn tell(mut client: Client, stories: u32) {
    for _ in 0..stories {
        match client.random.below(25) {
            0..4 => payments::buy(&mut client).await,
            4..8 => payments::authorize(&mut client).await,
            8..11 => payments::step_by_step(&mut client).await,
            11..13 => payments::race(&mut client).await,
            13..15 => payments::charge_directly(&mut client).await,
            15..17 => people::keep_customer(&mut client).await,
            17..19 => setups::set_up(&mut client).await,
            19..21 => contests::contend(&mut client).await,
            21..23 => contests::click(&mut client).await,
            23 => operators::run_errand(&mut client).await,
            _ => endpoints::subscribe(&mut client).await,
        }
        payments::look_across(&mut client).await;
        if client.random.chance(LOOKS) {
            reads::look_around(&mut client).await;
        }
        if client.random.chance(DECIDES) {
            operators::decide(&mut client).await;
        }
        client.think(PAUSE_MS).await;
    }
}

/// A client gives back money of payments that were made days ago.
pub async fn give_back(mut client: Client, stories: u32) {
    for _ in 0..stories {
        client.think(PAUSE_MS).await;
        payments::late_refund(&mut client).await;
    }
}

/// An operator decides on everything that was put aside, so that nothing waits for a person any more.
pub async fn close_the_day(mut client: Client) {
    operators::decide(&mut client).await;
}
