//! The key ring of the vault where it is stored, which every process of an installation may change.
//!
//! A change is computed from what is stored, saved over exactly that, and only then taken into use; whoever finds that
//! another process was faster begins anew. Within a process changes and reloads take turns. Deliberately absent: the
//! cipher and the layout (`florin-vault`), and re-sealing (`florin-engine`).

use anyhow::{Context, Result, bail, ensure};
use florin_base::Millis;
use florin_engine::Ring;
use florin_store::{Installation, StoreError, StoreFuture};
use florin_vault::{
    CardOpener, KeyInfo, KeyState, MasterKey, RingChange, RingError, Vault, create_ring,
};
use std::sync::Arc;
use tokio::sync::Mutex;

/// The name of the wrapped key ring among the installation's texts.
pub const RING: &str = "vault_ring";
/// A data key is retired at the earliest so long after a rotation put another in its place, in milliseconds: by then every
/// process has the newer ring, what was sealed before is committed, and no security code is left that it sealed.
pub const RETIRE_AFTER_MS: i64 = 30 * 60 * 1000;
const _: () = assert!(RETIRE_AFTER_MS >= 2 * florin_vault::CVC_KEPT_MS);
/// How often a change is computed anew because another process was faster.
const CHANGE_TRIES_MAX: u32 = 10;

/// Keeps the ring in memory and the stored one together.
pub struct RingKeeper {
    store: Arc<dyn Installation>,
    vault: Vault,
    turn: Mutex<()>,
}

/// True when an installation has a ring.
pub async fn is_made(store: &dyn Installation) -> Result<bool> {
    Ok(store.text(RING).await?.is_some())
}

/// Opens the vault of an installation, and makes its ring at the first start. When several processes start at once, the
/// first one's ring is everybody's.
pub async fn open(
    store: &Arc<dyn Installation>,
    master: MasterKey,
) -> Result<(Arc<RingKeeper>, CardOpener)> {
    let text = match store.text(RING).await? {
        Some(text) => text,
        None => {
            let made = create_ring(&master).context("cannot make the vault's key ring")?;
            // False says that another process was faster; what is stored counts either way.
            store.replace_text(RING, None, &made).await?;
            let stored = store.text(RING).await?;
            stored.context("the vault's key ring was stored and is not there")?
        }
    };
    let (vault, opener) = Vault::open(Box::new(master), &text)
        .context("the vault's key ring cannot be opened with this master key")?;
    let keeper = RingKeeper {
        store: Arc::clone(store),
        vault,
        turn: Mutex::new(()),
    };
    Ok((Arc::new(keeper), opener))
}

impl RingKeeper {
    /// The vault.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Changes the ring: what `edit` makes of it is saved over what is stored, then taken into use.
    pub async fn change(
        &self,
        edit: impl Fn(&Vault) -> Result<RingChange, RingError>,
    ) -> Result<()> {
        let _turn = self.turn.lock().await;
        for _ in 0..CHANGE_TRIES_MAX {
            let stored = self.store.text(RING).await?;
            let stored = stored.context("the vault's key ring is not there any more")?;
            self.vault.reload(&stored)?;
            ensure!(
                self.vault.is_at(&stored)?,
                "the stored key ring is not the one that this process uses; has the database gone back in time? Restart \
                 every server before the ring is changed"
            );
            let change = edit(&self.vault)?;
            let saved = self.store.replace_text(RING, Some(&stored), change.text());
            if saved.await? {
                ensure!(
                    self.vault.adopt(change)?,
                    "a saved key ring is older than the one in use"
                );
                return Ok(());
            }
        }
        bail!("other processes kept changing the key ring; try again")
    }

    /// Writes down how much each data key has sealed, so that its limit holds across restarts.
    pub async fn count_seals(&self) -> Result<()> {
        self.change(Vault::count_seals).await
    }

    /// Puts a fresh data key in the place of the active one.
    pub async fn rotate(&self, now: Millis) -> Result<()> {
        self.change(|vault| vault.rotate(now.0)).await
    }

    /// Ends a data key that seals nothing any more.
    pub async fn retire(&self, key_id: &str) -> Result<()> {
        self.change(|vault| vault.retire(key_id)).await
    }
}

/// Whether a data key was superseded so long ago that it may be retired once nothing names it.
pub fn is_superseded_for_long(key: &KeyInfo, now: Millis) -> bool {
    key.state == KeyState::Retiring && now.0.saturating_sub(key.superseded_ms) >= RETIRE_AFTER_MS
}

impl Ring for RingKeeper {
    fn reload(&self) -> StoreFuture<'_, bool> {
        Box::pin(async move {
            let _turn = self.turn.lock().await;
            let gone = || StoreError::Corrupt("the vault's key ring is not there".to_owned());
            let stored = self.store.text(RING).await?.ok_or_else(gone)?;
            let reloaded = self.vault.reload(&stored);
            reloaded.map_err(|error| StoreError::Corrupt(error.to_string()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_store::memory::MemoryStore;

    const NOW: Millis = Millis(1_790_000_000_000);

    fn store() -> Arc<dyn Installation> {
        Arc::new(MemoryStore::new(|| NOW))
    }

    fn master() -> MasterKey {
        MasterKey::from_bytes(&std::array::from_fn(|index| index as u8)).expect("a key")
    }

    async fn opened(store: &Arc<dyn Installation>) -> Arc<RingKeeper> {
        open(store, master()).await.expect("a ring").0
    }

    fn ids(keeper: &RingKeeper) -> Vec<String> {
        let keys = keeper.vault().keys();
        keys.into_iter().map(|key| key.id).collect()
    }

    #[tokio::test]
    async fn the_first_ring_is_everybodys() {
        let store = store();
        assert!(!is_made(&*store).await.expect("an answer"));
        let (one, other) = (opened(&store).await, opened(&store).await);
        assert_eq!(ids(&one), ids(&other));
        assert!(is_made(&*store).await.expect("an answer"));
    }

    #[tokio::test]
    async fn changes_of_two_processes_all_count() {
        let store = store();
        let (one, other) = (opened(&store).await, opened(&store).await);
        one.rotate(NOW).await.expect("it rotates");
        // The other one has not heard of it, counts from what is stored, and keeps the first one's key.
        other.count_seals().await.expect("it counts");
        other.rotate(NOW).await.expect("it rotates");
        assert_eq!(ids(&other).len(), 3);
        assert!(one.reload().await.expect("an answer"));
        assert_eq!(ids(&one), ids(&other));
        assert!(!one.reload().await.expect("an answer"));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn changes_of_one_process_take_turns() {
        let keeper = opened(&store()).await;
        let running: Vec<_> = (0..20)
            .map(|_| {
                let keeper = Arc::clone(&keeper);
                tokio::spawn(async move {
                    keeper.rotate(NOW).await.expect("it rotates");
                    keeper.reload().await.expect("an answer");
                    keeper.count_seals().await.expect("it counts");
                })
            })
            .collect();
        for task in running {
            task.await.expect("no change is refused");
        }
        assert_eq!(keeper.vault().keys().len(), 21);
        assert_eq!(keeper.vault().revision(), 41);
    }

    #[tokio::test]
    async fn a_ring_that_went_another_way_is_not_built_upon() {
        let (here, there) = (store(), store());
        let keeper = opened(&here).await;
        let text = here.text(RING).await.expect("an answer").expect("a ring");
        there.replace_text(RING, None, &text).await.expect("a copy");
        let elsewhere = opened(&there).await;
        keeper.rotate(NOW).await.expect("it rotates");
        elsewhere.rotate(NOW).await.expect("it rotates");
        let lost = here.text(RING).await.expect("an answer").expect("a ring");
        let other = there.text(RING).await.expect("an answer").expect("a ring");
        let swapped = here.replace_text(RING, Some(&lost), &other).await;
        assert_eq!(swapped, Ok(true));
        let refused = keeper.count_seals().await.expect_err("it is refused");
        assert!(refused.to_string().contains("Restart"), "{refused}");
        assert_eq!(here.text(RING).await, Ok(Some(other)));
    }

    #[tokio::test]
    async fn a_key_is_old_half_an_hour_after_its_rotation() {
        let keeper = opened(&store()).await;
        let old = |now: Millis| {
            let keys = keeper.vault().keys();
            keys.iter()
                .map(|key| is_superseded_for_long(key, now))
                .collect::<Vec<bool>>()
        };
        assert_eq!(old(NOW), [false]);
        keeper.rotate(NOW).await.expect("it rotates");
        assert_eq!(old(NOW.plus_ms(RETIRE_AFTER_MS - 1)), [false, false]);
        assert_eq!(old(NOW.plus_ms(RETIRE_AFTER_MS)), [true, false]);
        // A later rotation does not make an older key younger.
        let later = NOW.plus_ms(RETIRE_AFTER_MS);
        keeper.rotate(later).await.expect("it rotates");
        assert_eq!(old(later), [true, false, false]);
    }
}
