//! Limits against card testing: thieves try stolen numbers where nobody asks who they are, in the pages of buyers.
//!
//! Declines that browsers cause count against their address and against the merchant, because thieves have many addresses.
//! What is under way counts nowhere yet, so an address may only have so many tries at once. A try is counted by the task that
//! makes it, whether or not the browser waits for the answer. Deliberately absent: requests with a secret key, declines that come
//! after an authentication or later still, and where a request comes from, which the API knows.

use crate::Engine;
use crate::caller::Caller;
use crate::mutation::{Response, store_error};
use crate::operations::Operation;
use crate::world::CardLimits;
use florin_base::Scope;
use florin_store::{Count, Tallied, TallyKey};
use florin_wire::{ErrorType, WireError};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many tries one address may have under way at once in one process. More than a household or an office needs; a whole
/// town behind one address is told to come again in a second.
const TRIES_AT_ONCE_MAX: u32 = 64;
/// Providers give a customer all addresses with the same first bits.
const CUSTOMER_BITS: u32 = 64;
/// The status of a refused try.
const TOO_MANY: u16 = 429;
/// The count of a merchant's declines.
const DECLINES: &str = "card_declines";

/// Tries that are under way, by merchant and address.
#[derive(Debug, Default)]
pub(crate) struct CardTries {
    under_way: Mutex<BTreeMap<TallyKey, u32>>,
    refused: AtomicU64,
}

impl CardTries {
    /// How often a card was not asked for.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// The counts are whole after each step, so a panic elsewhere does not spoil them.
    fn under_way(&self) -> MutexGuard<'_, BTreeMap<TallyKey, u32>> {
        let under_way = self.under_way.lock();
        under_way.unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(self: &Arc<Self>, key: TallyKey) -> Option<Place> {
        let mut under_way = self.under_way();
        let count = under_way.entry(key.clone()).or_default();
        if *count >= TRIES_AT_ONCE_MAX {
            return None;
        }
        *count += 1;
        Some(Place {
            tries: Arc::clone(self),
            key,
        })
    }
}

/// One of the tries that an address has under way, until it is dropped.
#[derive(Debug)]
struct Place {
    tries: Arc<CardTries>,
    key: TallyKey,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut under_way = self.tries.under_way();
        let left = under_way.get_mut(&self.key).map(|count| {
            *count -= 1;
            *count
        });
        if left == Some(0) {
            under_way.remove(&self.key);
        }
    }
}

/// A try that is under way. Whoever began it says how it ended.
#[derive(Debug)]
#[must_use]
pub(crate) struct CardTry {
    place: Option<Place>,
}

impl Engine {
    /// Begins a try if this is one: an issuer may be asked for a card that a buyer brought.
    ///
    /// # Errors
    /// 429 when too many cards were declined, or are being tried; 503 when the counts cannot be read.
    pub(crate) async fn begin_card_try(
        &self,
        caller: &Caller,
        operation: &dyn Operation,
    ) -> Result<Option<CardTry>, WireError> {
        let Some(buyer) = caller.buyer.filter(|_| operation.tries_a_card()) else {
            return Ok(None);
        };
        let begun = self.admit_try(&caller.scope, buyer.address).await;
        let begun = begun.inspect_err(|error| {
            if error.status == TOO_MANY {
                self.card_tries.refused.fetch_add(1, Ordering::Relaxed);
            }
        });
        begun.map(Some)
    }

    async fn admit_try(
        &self,
        scope: &Scope,
        address: Option<IpAddr>,
    ) -> Result<CardTry, WireError> {
        let CardLimits {
            of_address,
            of_account,
        } = self.world().settings.card_limits;
        let address = address.filter(|_| of_address > 0);
        let place = address.map(|address| self.take_place(scope, address));
        let place = place.transpose()?;
        let own = place.as_ref().map(|place| (&place.key, of_address));
        let all = (&declines(scope), of_account);
        for (key, limit) in own.into_iter().chain([all]).filter(|(_, limit)| *limit > 0) {
            let declined = self.tally(key, Count::Look).await?;
            if declined.count >= u64::from(limit) {
                tracing::warn!(account = %scope.account, count = %key.name, "too many cards were declined: no more are asked for now");
                return Err(too_many(declined));
            }
        }
        Ok(CardTry { place })
    }

    /// A try ended. It counts if the issuer declined; the saved answer of an earlier one says nothing new.
    pub(crate) async fn end_card_try(&self, ended: CardTry, caller: &Caller, response: &Response) {
        if response.replayed_from.is_some() || !response.is_decline() {
            return;
        }
        let is_limited = self.world().settings.card_limits.of_account > 0;
        let all = is_limited.then(|| declines(&caller.scope));
        let own = ended.place.as_ref().map(|place| place.key.clone());
        for key in own.into_iter().chain(all) {
            if let Err(error) = self.tally(&key, Count::One).await {
                tracing::warn!(error = %error.message, "a decline was not counted");
            }
        }
    }

    fn take_place(&self, scope: &Scope, address: IpAddr) -> Result<Place, WireError> {
        let key = TallyKey {
            scope: scope.clone(),
            name: format!("{DECLINES}/{}", customer(address)),
        };
        self.card_tries.enter(key).ok_or_else(|| {
            let message = "Too many cards are being tried from this address at once. Nothing was charged. Try again in a second.";
            refusal(message.to_owned(), 1)
        })
    }

    async fn tally(&self, key: &TallyKey, count: Count) -> Result<Tallied, WireError> {
        let tallied = self.world().tallies.tally(key, count).await;
        tallied.map_err(|error| store_error(&error))
    }
}

/// The count of all declines that browsers caused at a merchant.
fn declines(scope: &Scope) -> TallyKey {
    TallyKey {
        scope: scope.clone(),
        name: DECLINES.to_owned(),
    }
}

/// The address, or of the sixth version the part that is a customer's.
pub(crate) fn customer(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(long) => {
            let customers = u128::MAX << (Ipv6Addr::BITS - CUSTOMER_BITS);
            IpAddr::V6(Ipv6Addr::from_bits(long.to_bits() & customers))
        }
        short => short,
    }
}

fn too_many(declined: Tallied) -> WireError {
    let seconds = u32::try_from(declined.left_ms / 1000).unwrap_or_default() + 1;
    let wait = match seconds.div_ceil(60) {
        1 => "a minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    };
    let message = format!(
        "Too many cards were declined in a short time. Nothing was charged. Wait {wait}, then try again."
    );
    refusal(message, seconds)
}

fn refusal(message: String, wait_s: u32) -> WireError {
    let mut error = WireError::new(TOO_MANY, ErrorType::InvalidRequest, message)
        .with_code("rate_limit")
        .with_retry(false);
    error.retry_after_s = Some(wait_s);
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_base::Millis;

    fn key(name: &str) -> TallyKey {
        TallyKey {
            scope: Scope::test("acct_1"),
            name: name.to_owned(),
        }
    }

    #[test]
    fn an_address_has_so_many_tries_at_once() {
        let tries = Arc::new(CardTries::default());
        let enter = |name| tries.enter(key(name));
        let mut places: Vec<Place> = (0..TRIES_AT_ONCE_MAX)
            .filter_map(|_| enter("one"))
            .collect();
        assert_eq!(places.len(), TRIES_AT_ONCE_MAX as usize);
        assert!(enter("one").is_none() && enter("other").is_some());
        places.pop();
        assert!(enter("one").is_some());
        places.clear();
        assert!(tries.under_way().is_empty());
    }

    #[test]
    fn addresses_of_one_customer_are_one() {
        for (address, expected) in [
            ("203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:db8:1:2::", "2001:db8:1:2::"),
        ] {
            let address: IpAddr = address.parse().expect("an address");
            assert_eq!(customer(address).to_string(), expected);
        }
    }

    #[test]
    fn the_answer_says_how_long_to_wait() {
        for (left_ms, seconds, said) in [
            (0, 1, "a minute"),
            (59_000, 60, "a minute"),
            (60_000, 61, "2 minutes"),
            (599_999, 600, "10 minutes"),
        ] {
            let error = too_many(Tallied {
                count: 1,
                began: Millis(0),
                left_ms,
            });
            assert_eq!((error.status, error.retry_after_s), (429, Some(seconds)));
            let advice = (error.code.as_deref(), error.retry);
            assert_eq!(advice, (Some("rate_limit"), Some(false)));
            assert!(error.message.contains(said), "{}", error.message);
        }
    }
}
