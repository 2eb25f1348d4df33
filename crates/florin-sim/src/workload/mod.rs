//! What merchants and buyers do, story by story. The seed chooses.
//!
//! `wishes` and `checkout_wishes` make one wish per operation of the engine; `payments`, `contests`, `checkout`, `front`,
//! `methods`, `confirmations`, `catalog`, `people`, `setups` and `endpoints` tell the stories, `reads` looks around, and `operators` keeps the installation.
//! Deliberately absent: judging answers, which is the auditor's part.

mod catalog;
mod checkout;
mod checkout_wishes;
mod confirmations;
mod contests;
mod endpoints;
mod front;
mod methods;
mod operators;
mod payments;
mod people;
mod reads;
mod setups;
mod wishes;

use crate::client::Client;
use std::pin::Pin;

pub use operators::ADMINISTERED;
pub use reads::READ;

/// Between two stories of a client, in milliseconds.
const PAUSE_MS: u64 = 800;
/// After so many of a thousand stories a client looks around.
const LOOKS: u64 = 400;
/// After so many of a thousand stories an operator decides on what was put aside.
const DECIDES: u64 = 250;

/// Every operation of the engine that the stories perform.
pub const PERFORMED: &[&str] = &[
    "AbandonSession",
    "AnswerIntentChallenge",
    "AttachMethod",
    "CancelFrontPayment",
    "CancelIntent",
    "CancelRefund",
    "CancelSetup",
    "CaptureCharge",
    "CaptureIntent",
    "ChooseSession",
    "ConfirmIntent",
    "ConfirmSetup",
    "CreateCharge",
    "CreateConfiguration",
    "CreateConfirmationToken",
    "CreateCustomer",
    "CreateDomain",
    "CreateEndpoint",
    "CreateFrontPayment",
    "CreateIntent",
    "CreateLink",
    "CreateMethod",
    "CreatePrice",
    "CreateProduct",
    "CreateRefund",
    "CreateSession",
    "CreateSetup",
    "CreateShippingRate",
    "CreateSource",
    "CreateTaxRate",
    "CreateToken",
    "DeleteCustomer",
    "DeleteEndpoint",
    "DeleteProduct",
    "DetachMethod",
    "ExpireSession",
    "IncrementIntent",
    "PressSession",
    "RecoverSession",
    "RefundFrontPayment",
    "UpdateCharge",
    "UpdateConfiguration",
    "UpdateCustomer",
    "UpdateDomain",
    "UpdateEndpoint",
    "UpdateIntent",
    "UpdateLink",
    "UpdateMethod",
    "UpdatePrice",
    "UpdateProduct",
    "UpdateRefund",
    "UpdateSession",
    "UpdateSetup",
    "UpdateShippingRate",
    "UpdateTaxRate",
];

/// One story under way.
type Story<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// A client tells so many stories.
pub async fn tell(mut client: Client, stories: u32) {
    for _ in 0..stories {
        // In a box: together their states are too large for the stack of a thread of tests.
        let story: Story<'_> = match client.random.below(37) {
            0..4 => Box::pin(payments::buy(&mut client)),
            4..8 => Box::pin(payments::authorize(&mut client)),
            8..11 => Box::pin(payments::step_by_step(&mut client)),
            11..13 => Box::pin(payments::race(&mut client)),
            13..15 => Box::pin(payments::charge_directly(&mut client)),
            15..17 => Box::pin(people::keep_customer(&mut client)),
            17..19 => Box::pin(setups::set_up(&mut client)),
            19..21 => Box::pin(contests::contend(&mut client)),
            21..23 => Box::pin(contests::click(&mut client)),
            23 => Box::pin(operators::run_errand(&mut client)),
            24 => Box::pin(endpoints::subscribe(&mut client)),
            25..27 => Box::pin(catalog::keep_catalog(&mut client)),
            27..30 => Box::pin(checkout::sell(&mut client)),
            33..35 => Box::pin(methods::pay(&mut client)),
            35..37 => Box::pin(confirmations::confirm(&mut client)),
            _ => Box::pin(front::order(&mut client)),
        };
        story.await;
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
