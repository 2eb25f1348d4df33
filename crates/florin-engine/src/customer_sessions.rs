//! Customer sessions: for half an hour a form in a browser may show the saved cards of one customer.
//!
//! Nothing is stored. The client secret says whose cards are meant, what may be done with them and until when, and is sealed, so
//! that nobody else can write one. Deliberately absent: other components than the payment element.

use crate::Engine;
use crate::caller::Caller;
use crate::mutation::Response;
use crate::read::Reader;
use crate::step::Halt;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use florin_base::Scope;
use florin_domain::customer_session::CustomerSession;
use florin_domain::customers::Customer;
use florin_domain::payments::{Charge, PaymentMethod};
use florin_domain::{Entity, Kind, Refusal};
use florin_render::render_customer_session;
use florin_store::{ListQuery, StoreError};
use florin_vault::constant_time_eq;
use florin_wire::{WireError, print};

/// A customer session lives so long, in seconds.
const LIFE_S: i64 = 30 * 60;
/// What every client secret begins with.
const PREFIX: &str = "cuss_secret_";
/// What lies between what it says and its seal.
const MARK: char = '.';
/// When a card was used is looked for among so many of the newest charges of its customer.
const USES_LOOKED_AT_MAX: usize = 30;
/// Saved cards are looked for among so many of the newest ones.
const LOOKED_AT_MAX: usize = 50;

impl Engine {
    /// Opens a session for a form.
    pub async fn open_customer_session(&self, caller: &Caller, wish: CustomerSession) -> Response {
        let result = async {
            let reader = Reader::new(self, &caller.scope, None);
            let customer = reader.typed::<Customer>(&wish.customer).await?;
            let living = customer.is_some_and(|customer| !customer.deleted);
            if !living {
                let missing = Refusal::missing_in_body(Kind::Customer, &wish.customer, "customer");
                return Err(missing.into());
            }
            let created = self.now().0;
            let session = CustomerSession {
                expires: created + LIFE_S,
                ..wish
            };
            let secret = self.sealed_session(&caller.scope, &session);
            let view = self.view(&caller.scope);
            let shown = render_customer_session(&session, (created, &secret), &view);
            Ok(print(&shown))
        };
        let result: Result<Vec<u8>, Halt> = result.await;
        self.respond(caller, result)
    }

    /// The client secret.
    fn sealed_session(&self, scope: &Scope, session: &CustomerSession) -> String {
        let said = URL_SAFE_NO_PAD.encode(serde_json::to_vec(session).unwrap_or_default());
        let seal = self.seal_of(scope, &said);
        format!("{PREFIX}{said}{MARK}{seal}")
    }

    fn seal_of(&self, scope: &Scope, said: &str) -> String {
        let mode = scope.mode();
        (self.seal)(&format!("customer_session/{}/{mode}/{said}", scope.account))
    }

    /// Reads a client secret.
    ///
    /// # Errors
    /// It is none of this account and mode, or its time is over.
    pub(crate) fn customer_session(
        &self,
        scope: &Scope,
        secret: &str,
    ) -> Result<CustomerSession, WireError> {
        let wrong = |message: &str| {
            WireError::invalid(message)
                .with_code("customer_session_invalid")
                .with_param("customer_session")
        };
        let parts = secret
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.rsplit_once(MARK));
        let known = parts.filter(|(said, seal)| {
            constant_time_eq(self.seal_of(scope, said).as_bytes(), seal.as_bytes())
        });
        let said = known.and_then(|(said, _)| URL_SAFE_NO_PAD.decode(said).ok());
        let session = said.and_then(|said| serde_json::from_slice::<CustomerSession>(&said).ok());
        let session = session.ok_or_else(|| {
            wrong("This is no client secret of a customer session of this account. Make one on your server.")
        })?;
        match self.now().0 < session.expires && session.enabled {
            true => Ok(session),
            false => Err(wrong(
                "This customer session has expired, or does not allow the payment element. Make a new one on your server.",
            )),
        }
    }

    /// The saved cards that a form may show.
    pub(crate) async fn cards_of_form(
        &self,
        scope: &Scope,
        session: &CustomerSession,
    ) -> Result<Vec<PaymentMethod>, StoreError> {
        let query = ListQuery::newest(scope, Kind::PaymentMethod, LOOKED_AT_MAX)
            .with("customer", &session.customer);
        let listed = self.world.store.list(&query).await?;
        let methods = listed
            .into_iter()
            .filter_map(|held| PaymentMethod::from_record(held.record));
        let shown = methods.filter(|method| session.may_show(method)).collect();
        let mut shown = self.by_last_use(scope, &session.customer, shown).await?;
        shown.truncate(session.limit);
        Ok(shown)
    }

    /// The cards of a customer, the last used one first; those that were not used lately follow as they came.
    pub(crate) async fn by_last_use(
        &self,
        scope: &Scope,
        customer: &str,
        mut cards: Vec<PaymentMethod>,
    ) -> Result<Vec<PaymentMethod>, StoreError> {
        if cards.len() < 2 {
            return Ok(cards);
        }
        let query =
            ListQuery::newest(scope, Kind::Charge, USES_LOOKED_AT_MAX).with("customer", customer);
        let uses: Vec<_> = self.world.store.list(&query).await?;
        let uses = uses
            .into_iter()
            .filter_map(|held| Charge::from_record(held.record));
        let used: Vec<_> = uses.filter_map(|charge| charge.payment_method).collect();
        cards.sort_by_key(|card| {
            used.iter()
                .position(|id| *id == card.id)
                .unwrap_or(used.len())
        });
        Ok(cards)
    }
}
