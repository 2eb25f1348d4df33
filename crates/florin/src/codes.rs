//! Security codes that wait for their one use: in this process, or in rows that all processes share.
//!
//! Deliberately absent: the cipher (`florin-vault`) and the table (`florin-store`).

use crate::ring::RingKeeper;
use florin_base::{Millis, Scope};
use florin_engine::Ring;
use florin_store::{Installation, ShelfKey, Shelved};
use florin_vault::{
    CvcFuture, CvcRows, CvcShelf, CvcStore, CvcStoreError, SealContext, SealedCvc, SharedCvcShelf,
};
use std::sync::Arc;

/// Where the codes of an installation wait.
#[derive(Clone)]
pub enum Codes {
    /// In the memory of its only process.
    Own(Arc<CvcShelf>),
    /// Sealed, in the database.
    Shared(Arc<dyn Installation>),
}

impl Codes {
    /// What the engine puts codes into and takes them from.
    pub fn door(&self, ring: &Arc<RingKeeper>) -> Arc<dyn CvcStore> {
        match self {
            Codes::Own(shelf) => Arc::clone(shelf) as Arc<dyn CvcStore>,
            Codes::Shared(store) => {
                let rows = Rows {
                    store: Arc::clone(store),
                    ring: Arc::clone(ring),
                };
                Arc::new(SharedCvcShelf::new(ring.vault().clone(), Arc::new(rows)))
            }
        }
    }

    /// Forgets those that waited too long.
    pub async fn purge(&self, now: Millis) {
        match self {
            Codes::Own(shelf) => drop(shelf.purge(now.0)),
            Codes::Shared(store) => {
                if let Err(error) = store.purge_shelf().await {
                    tracing::warn!(%error, "old security codes could not be removed");
                }
            }
        }
    }
}

/// Rows of the installation's shelf.
struct Rows {
    store: Arc<dyn Installation>,
    ring: Arc<RingKeeper>,
}

fn place(context: &SealContext<'_>) -> ShelfKey {
    ShelfKey {
        scope: Scope {
            account: context.account.into(),
            live: context.live,
        },
        name: context.record.to_owned(),
    }
}

fn away(error: florin_store::StoreError) -> CvcStoreError {
    CvcStoreError::Unavailable(error.to_string())
}

impl CvcRows for Rows {
    fn put<'a>(&'a self, context: SealContext<'a>, sealed: SealedCvc) -> CvcFuture<'a, ()> {
        Box::pin(async move {
            let (key_id, bytes) = sealed.into_parts();
            let place = place(&context);
            let put = self.store.shelve(&place, Shelved { key_id, bytes });
            put.await.map_err(away)
        })
    }

    fn take<'a>(&'a self, context: SealContext<'a>) -> CvcFuture<'a, Option<SealedCvc>> {
        Box::pin(async move {
            let taken = self.store.take_shelved(&place(&context)).await;
            let Some(Shelved { key_id, bytes }) = taken.map_err(away)? else {
                return Ok(None);
            };
            if !self.ring.vault().knows_key(&key_id) {
                // Another process has rotated. If the ring cannot be read, opening will say so.
                let _ = self.ring.reload().await;
            }
            Ok(Some(SealedCvc::from_parts(key_id, bytes)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ring;
    use florin_store::memory::MemoryStore;
    use florin_vault::{Brand, Cvc, MasterKey};

    const NOW: Millis = Millis(1_790_000_000_000);

    fn at(record: &str) -> SealContext<'_> {
        SealContext {
            account: "acct_1",
            live: false,
            record,
        }
    }

    #[tokio::test]
    async fn a_code_of_one_process_is_taken_by_another_that_has_not_heard_of_its_key() {
        let store: Arc<dyn Installation> = Arc::new(MemoryStore::new(|| NOW));
        let bytes = std::array::from_fn(|index| index as u8);
        let master = || MasterKey::from_bytes(&bytes).expect("a key");
        let (one, _) = ring::open(&store, master()).await.expect("a ring");
        let (other, opener) = ring::open(&store, master()).await.expect("a ring");
        one.rotate(NOW).await.expect("it rotates");
        let codes = Codes::Shared(Arc::clone(&store));
        let cvc = Cvc::parse("123", Brand::Visa).expect("a code");
        let put = codes.door(&one).put(at("pm_1"), cvc, 0).await;
        put.expect("it is kept");
        let door = codes.door(&other);
        let taken = door.take(at("pm_1"), 0).await.expect("an answer");
        let digits = taken.map(|cvc| opener.cvc_digits(&cvc).to_owned());
        assert_eq!(digits.as_deref(), Some("123"));
        let again = door.take(at("pm_1"), 0).await.expect("an answer");
        assert!(again.is_none());
    }
}
