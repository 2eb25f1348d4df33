//! Pictures of merchants on pages of buyers: logos, and what is sold.
//!
//! A page asks nobody but this server, so that no other host learns who pays. A picture is fetched here, held for a while, and
//! answered from memory. What it is decide its first bytes, never its name: a picture that could hold a script is none.
//! Deliberately absent: redirects, resizing, and pictures on disk.

use crate::Engine;
use crate::read::Reader;
use crate::sessions::PageSession;
use florin_base::Scope;
use florin_domain::checkout::CheckoutSession;
use florin_egress::Request;
use florin_render::{PagePicture, picture_address};
use florin_store::StoreError;
use futures_util::lock::{Mutex as Turn, OwnedMutexGuard as Taken};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most bytes of one picture.
const PICTURE_BYTES_MAX: usize = 512 * 1024;
/// The most bytes of all pictures that a process holds.
const HELD_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The most addresses that a process remembers, with and without a picture.
const HELD_MAX: usize = 1_024;
/// A picture is held for so long, in milliseconds.
const HELD_MS: u64 = 3_600_000;
/// Where there was none nobody asks again for so long, in milliseconds.
const MISSED_MS: u64 = 60_000;
/// A host has so long to answer, in milliseconds.
const ANSWERED_WITHIN_MS: u64 = 5_000;
/// Pictures that a process fetches at once; each is at most `PICTURE_BYTES_MAX` long.
const FETCHED_AT_ONCE_MAX: usize = 64;
/// Those of one account and mode. The others wait for them: hosts that do not answer hold up nobody else's pictures.
const OF_SCOPE_AT_ONCE_MAX: usize = 4;

/// A turn of an account and mode, by its number.
type Lane = (Scope, usize);

/// Whose picture, and where it lies.
type Address = (Scope, String);

/// A picture of points.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Its type, as its first bytes say.
    pub content_type: &'static str,
    /// The file.
    pub bytes: Arc<[u8]>,
}

/// What was found under an address, and when.
struct Found {
    at_ms: u64,
    picture: Option<Picture>,
}

impl Found {
    fn is_fresh(&self, now_ms: u64) -> bool {
        let life = match self.picture {
            Some(_) => HELD_MS,
            None => MISSED_MS,
        };
        now_ms.saturating_sub(self.at_ms) < life
    }

    fn bytes(&self) -> usize {
        let picture = self.picture.as_ref();
        picture.map_or(0, |picture| picture.bytes.len())
    }
}

/// The pictures that a process holds, and the addresses that are being fetched from.
#[derive(Default)]
pub(crate) struct Pictures {
    held: Mutex<BTreeMap<Address, Found>>,
    turns: Mutex<BTreeMap<Lane, Arc<Turn<()>>>>,
}

impl Pictures {
    /// The map is whole after each step, so a panic elsewhere does not spoil it.
    fn held(&self) -> MutexGuard<'_, BTreeMap<Address, Found>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Likewise.
    fn turns(&self) -> MutexGuard<'_, BTreeMap<Lane, Arc<Turn<()>>>> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The turn to fetch from an address; `None` where as many are fetched as may be. Whoever waited for it looks again: the one
    /// before may have fetched the same.
    async fn turn(&self, (scope, address): &Address) -> Option<Taken<()>> {
        let sum: usize = address.bytes().map(usize::from).sum();
        let lane = (scope.clone(), sum % OF_SCOPE_AT_ONCE_MAX);
        let turn = {
            let mut turns = self.turns();
            // What only the map holds nobody has and nobody waits for.
            turns.retain(|_, turn| Arc::strong_count(turn) > 1);
            if turns.len() >= FETCHED_AT_ONCE_MAX && !turns.contains_key(&lane) {
                return None;
            }
            Arc::clone(turns.entry(lane).or_default())
        };
        Some(turn.lock_owned().await)
    }

    fn find(&self, key: &Address, now_ms: u64) -> Option<Option<Picture>> {
        let held = self.held();
        let found = held.get(key).filter(|found| found.is_fresh(now_ms))?;
        Some(found.picture.clone())
    }

    /// Keeps what was found. What was found first goes first.
    fn keep(&self, key: Address, found: Found) {
        let mut held = self.held();
        held.insert(key, found);
        let mut bytes: usize = held.values().map(Found::bytes).sum();
        while held.len() > HELD_MAX || bytes > HELD_BYTES_MAX {
            let oldest = held.iter().min_by_key(|(_, found)| found.at_ms);
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else {
                return;
            };
            bytes -= held.remove(&oldest).map_or(0, |found| found.bytes());
        }
    }
}

impl Engine {
    /// A picture of the page of a session; `None` where there is none to show.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn page_picture(
        &self,
        page: &PageSession,
        which: PagePicture<'_>,
    ) -> Result<Option<Picture>, StoreError> {
        let reader = Reader::new(self, &page.scope, None);
        let Some(session) = reader.typed::<CheckoutSession>(&page.id).await? else {
            return Ok(None);
        };
        let account = self.account(&page.scope).await?;
        let Some(address) = picture_address(&session, &account, which) else {
            return Ok(None);
        };
        let key = (page.scope.clone(), address.to_owned());
        if let Some(found) = self.pictures.find(&key, self.now_ms()) {
            return Ok(found);
        }
        // With too many on their way the page goes without it; its next visit asks again.
        let Some(_turn) = self.pictures.turn(&key).await else {
            return Ok(None);
        };
        if let Some(found) = self.pictures.find(&key, self.now_ms()) {
            return Ok(found);
        }
        let picture = self.fetched(page.scope.live, address).await;
        let found = Found {
            at_ms: self.now_ms(),
            picture: picture.clone(),
        };
        self.pictures.keep(key.clone(), found);
        Ok(picture)
    }

    fn now_ms(&self) -> u64 {
        self.world.clock.monotonic_ms()
    }

    async fn fetched(&self, live: bool, address: &str) -> Option<Picture> {
        let mut request = Request::get(address);
        request.headers = vec![
            ("accept".to_owned(), "image/*".to_owned()),
            ("user-agent".to_owned(), "Florin/1.0 (pictures)".to_owned()),
        ];
        request.timeout_ms = ANSWERED_WITHIN_MS;
        // One byte more shows that it is too large.
        request.body_bytes_max = PICTURE_BYTES_MAX + 1;
        let settings = &self.world.settings;
        let policy = match live {
            true => settings.live_egress,
            false => settings.test_egress,
        };
        let answer = match self.world.egress.send(request, policy).await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::warn!(%error, "a merchant's picture could not be fetched");
                return None;
            }
        };
        let content_type = type_of(&answer.body);
        let fits = answer.status == 200 && answer.body.len() <= PICTURE_BYTES_MAX;
        let Some(content_type) = content_type.filter(|_| fits) else {
            let (status, bytes) = (answer.status, answer.body.len());
            tracing::warn!(
                status,
                bytes,
                "what a merchant names as a picture is none that pages show"
            );
            return None;
        };
        Some(Picture {
            content_type,
            bytes: answer.body.into(),
        })
    }
}

/// The type of a picture of points, by its first bytes.
fn type_of(bytes: &[u8]) -> Option<&'static str> {
    let holds = |at: usize, mark: &[u8]| bytes.get(at..).is_some_and(|rest| rest.starts_with(mark));
    if holds(0, b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if holds(0, b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else if holds(0, b"GIF87a") || holds(0, b"GIF89a") {
        Some("image/gif")
    } else if holds(0, b"RIFF") && holds(8, b"WEBP") {
        Some("image/webp")
    } else if holds(4, b"ftypavif") {
        Some("image/avif")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    fn found(at_ms: u64, bytes: usize) -> Found {
        let picture = Picture {
            content_type: "image/png",
            bytes: vec![0; bytes].into(),
        };
        Found {
            at_ms,
            picture: Some(picture),
        }
    }

    fn key(name: &str) -> Address {
        (Scope::test("acct_1"), name.to_owned())
    }

    #[test]
    fn a_picture_is_known_by_its_first_bytes() {
        for (bytes, expected) in [
            (&b"\x89PNG\r\n\x1a\n...."[..], Some("image/png")),
            (b"\xff\xd8\xff\xe0..", Some("image/jpeg")),
            (b"GIF89a..", Some("image/gif")),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Some("image/webp")),
            (b"\0\0\0\x1cftypavif....", Some("image/avif")),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
            (b"<html>\x89PNG", None),
            (b"RIFF", None),
            (b"", None),
        ] {
            assert_eq!(type_of(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn what_is_held_gets_old() {
        let pictures = Pictures::default();
        pictures.keep(key("a"), found(10, 3));
        let missed = Found {
            at_ms: 10,
            picture: None,
        };
        pictures.keep(key("b"), missed);
        let is_held = |name: &str, now_ms| pictures.find(&key(name), now_ms).is_some();
        assert!(is_held("a", 9 + HELD_MS) && !is_held("a", 10 + HELD_MS));
        assert!(is_held("b", 9 + MISSED_MS) && !is_held("b", 10 + MISSED_MS));
        assert!(!is_held("c", 10));
        let live = Scope {
            live: true,
            ..Scope::test("acct_1")
        };
        for scope in [live, Scope::test("acct_2")] {
            assert!(pictures.find(&(scope, "a".to_owned()), 10).is_none());
        }
    }

    #[test]
    fn who_waits_for_hosts_holds_up_nobody_else() {
        let pictures = Pictures::default();
        let now = |key: &Address| pictures.turn(key).now_or_never().flatten();
        let own: Vec<_> = (0..OF_SCOPE_AT_ONCE_MAX)
            .map(|at| now(&key(&at.to_string())).expect("a turn"))
            .collect();
        let other = (Scope::test("acct_2"), "0".to_owned());
        assert!(
            now(&key("9")).is_none(),
            "another picture of the account waits"
        );
        assert!(now(&other).is_some(), "that of another account does not");
        drop(own);
        assert!(now(&key("9")).is_some());
        assert_eq!(pictures.turns().len(), 1, "of what is over nothing is kept");
    }

    #[test]
    fn a_process_fetches_only_so_many_at_once() {
        let pictures = Pictures::default();
        let address = |at: usize| (Scope::test(&format!("acct_{at}")), "a".to_owned());
        let now = |at| {
            pictures
                .turn(&address(at))
                .now_or_never()
                .expect("no wait")
                .is_some()
        };
        let keys: Vec<Address> = (0..FETCHED_AT_ONCE_MAX).map(address).collect();
        let held: Vec<_> = keys
            .iter()
            .map(|key| pictures.turn(key).now_or_never().expect("no wait"))
            .collect();
        assert!(held.iter().all(Option::is_some) && !now(FETCHED_AT_ONCE_MAX));
        drop(held);
        assert!(now(FETCHED_AT_ONCE_MAX));
    }

    #[test]
    fn memory_is_bounded() {
        let pictures = Pictures::default();
        for at in 0..40 {
            pictures.keep(key(&format!("{at}")), found(at, PICTURE_BYTES_MAX));
        }
        let held = pictures.held();
        let bytes: usize = held.values().map(Found::bytes).sum();
        assert_eq!(bytes, HELD_BYTES_MAX);
        assert!(held.contains_key(&key("39")) && !held.contains_key(&key("7")));
        drop(held);
        for at in 100..100 + 2 * HELD_MAX as u64 {
            pictures.keep(key(&format!("{at}")), found(at, 1));
        }
        assert_eq!(pictures.held().len(), HELD_MAX);
    }
}
