//! Sources, the older name of payment methods, as they are read.
//!
//! Deliberately absent: sources of anything but a card, and their states; a card can pay at once.

use crate::Engine;
use crate::caller::Caller;
use crate::mutation::Response;
use crate::read::Reader;
use crate::step::Halt;
use florin_domain::payments::PaymentMethod;
use florin_domain::{Kind, Refusal};
use florin_render::{render_old_source, source_secret};
use florin_vault::constant_time_eq;
use florin_wire::WireError;

/// What the id of a source begins with.
pub const PREFIX: &str = "src_";

impl Engine {
    /// One source. A browser needs its client secret.
    pub async fn source(&self, caller: &Caller, id: &str) -> Response {
        let result = async {
            let reader = Reader::new(self, &caller.scope, None);
            let found = match id.starts_with(PREFIX) {
                true => reader.typed::<PaymentMethod>(id).await?,
                false => None,
            };
            let missing = || Halt::from(Refusal::missing(Kind::PaymentMethod, id, "source"));
            let method = found.ok_or_else(missing)?;
            let view = reader.view();
            if caller.is_browser() {
                let given = caller.client_secret.as_deref().unwrap_or_default();
                let secret = source_secret(&method, &view);
                if !constant_time_eq(given.as_bytes(), secret.as_bytes()) {
                    let message = "The client_secret does not belong to this source.";
                    return Err(WireError::invalid(message)
                        .with_param("client_secret")
                        .into());
                }
            }
            reader
                .bytes(render_old_source(&method, &view), caller)
                .await
        };
        let result: Result<Vec<u8>, Halt> = result.await;
        self.respond(caller, result)
    }
}
