//! Payment links as their pages see them: whoever knows the address of a link gets a session of it.
//!
//! Deliberately absent: making the session, which is an operation like any other, and HTML.

use crate::Engine;
use crate::caller::{Buyer, Caller};
use crate::card_tries::customer;
use crate::mutation::Response;
use crate::read::{Page, Reader, listed};
use crate::step::Halt;
use florin_base::Scope;
use florin_domain::checkout::{CheckoutSession, LINK_SPACE, PaymentLink};
use florin_domain::{Kind, Refusal};
use florin_store::{Count, StoreError, TallyKey};
use serde_json::Value;

/// How many sessions one address may be given by links within a window of the counts of cards. A link makes a session for each
/// look at it, so that somebody who asks again and again fills the database.
const SESSIONS_OF_ADDRESS_MAX: u64 = 60;

/// A link that a page was opened for.
#[derive(Clone, Debug)]
pub struct OpenedLink {
    /// Account and mode.
    pub scope: Scope,
    /// The link.
    pub link: PaymentLink,
}

impl Engine {
    /// The link of a page, wherever it belongs.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn opened_link(&self, id: &str) -> Result<Option<OpenedLink>, StoreError> {
        let Some(key) = self.world.store.find(None, LINK_SPACE, id).await? else {
            return Ok(None);
        };
        let reader = Reader::new(self, &key.scope, None);
        let link = reader.typed::<PaymentLink>(&key.id).await?;
        Ok(link.map(|link| OpenedLink {
            scope: key.scope.clone(),
            link,
        }))
    }

    /// In whose name a link makes a session.
    pub fn link_caller(&self, opened: &OpenedLink, request: &str) -> Caller {
        crate::jobs::nobody(self, &opened.scope, request)
    }

    /// Counts a look that makes a session: at a link, or at one that is begun anew. False when there were too many from that address.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn admits_look(&self, scope: &Scope, buyer: Buyer) -> Result<bool, StoreError> {
        let Some(address) = buyer.address else {
            return Ok(true);
        };
        let key = TallyKey {
            scope: scope.clone(),
            name: format!("link_sessions/{}", customer(address)),
        };
        let tallied = self.world().tallies.tally(&key, Count::One).await?;
        Ok(tallied.count <= SESSIONS_OF_ADDRESS_MAX)
    }

    /// What a link sells.
    pub async fn link_lines(&self, caller: &Caller, id: &str, page: &Page) -> Response {
        let reader = Reader::new(self, &caller.scope, None);
        let result = async {
            let link = reader.typed::<PaymentLink>(id).await?;
            let link =
                link.ok_or_else(|| Refusal::missing(Kind::PaymentLink, id, "payment_link"))?;
            let lines = reader.link_items(&link).await?;
            let url = format!("/v1/payment_links/{id}/line_items");
            listed(&reader, caller, lines, (&url, page)).await
        };
        let result: Result<Vec<u8>, Halt> = result.await;
        self.respond(caller, result)
    }
}

impl Reader<'_> {
    /// What a link sells, as its sessions tell it.
    pub(crate) async fn link_items(&self, link: &PaymentLink) -> Result<Vec<Value>, StoreError> {
        let sample = CheckoutSession {
            currency: Some(link.currency),
            lines: link.lines.clone(),
            ..CheckoutSession::default()
        };
        self.session_items(&sample).await
    }
}
