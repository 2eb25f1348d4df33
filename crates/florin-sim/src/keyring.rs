//! The vault's data keys: stored once for the world, opened by every process, changed by operators.
//!
//! Data keys and nonces come from the operating system, so nothing of them is ever in a trace and nothing depends on them.
//! Deliberately absent: retiring a key, which waits for half an hour of quiet that a storm does not give.

use florin_base::Millis;
use florin_engine::Ring;
use florin_store::memory::MemoryStore;
use florin_store::{Installation, StoreError, StoreFuture};
use florin_vault::{CardOpener, MasterKey, Vault, create_ring};
use futures_util::FutureExt;
use std::sync::OnceLock;

/// The name of the wrapped ring among the installation's texts.
const NAME: &str = "vault_ring";

/// The stored ring of a world.
#[derive(Clone)]
pub struct Keyring {
    memory: MemoryStore,
}

impl Keyring {
    /// Stores the first ring.
    pub fn found(memory: MemoryStore) -> Keyring {
        // The store in memory answers at once.
        let _ = memory.replace_text(NAME, None, first()).now_or_never();
        Keyring { memory }
    }

    /// A vault with the data keys as they are stored now, and the right to open cards.
    pub fn open(&self) -> (Vault, CardOpener) {
        let stored = self.memory.text(NAME).now_or_never();
        let stored = stored.and_then(Result::ok).flatten().unwrap_or_default();
        let opened = master().and_then(|master| Vault::open(Box::new(master), &stored).ok());
        opened.unwrap_or_else(|| panic!("the simulator's own vault does not open"))
    }

    /// How the process of this vault keeps up with the stored ring.
    pub fn followed_by(&self, vault: &Vault) -> Follower {
        Follower {
            keyring: self.clone(),
            vault: vault.clone(),
        }
    }

    async fn stored(&self) -> Result<String, StoreError> {
        let gone = || StoreError::Corrupt("the key ring is not there".to_owned());
        self.memory.text(NAME).await?.ok_or_else(gone)
    }
}

/// The ring of one process.
#[derive(Clone)]
pub struct Follower {
    keyring: Keyring,
    vault: Vault,
}

impl Follower {
    /// Puts a fresh data key in the place of the active one. False when another process was faster.
    ///
    /// # Errors
    /// The ring cannot be changed.
    pub async fn rotate(&self, now: Millis) -> Result<bool, StoreError> {
        let refused = |error: florin_vault::RingError| StoreError::Corrupt(error.to_string());
        let stored = self.keyring.stored().await?;
        self.vault.reload(&stored).map_err(refused)?;
        let change = self.vault.rotate(now.0).map_err(refused)?;
        let memory = &self.keyring.memory;
        let is_saved = memory
            .replace_text(NAME, Some(&stored), change.text())
            .await?;
        if is_saved {
            self.vault.adopt(change).map_err(refused)?;
        }
        Ok(is_saved)
    }
}

impl Ring for Follower {
    fn reload(&self) -> StoreFuture<'_, bool> {
        Box::pin(async move {
            let stored = self.keyring.stored().await?;
            let reloaded = self.vault.reload(&stored);
            reloaded.map_err(|error| StoreError::Corrupt(error.to_string()))
        })
    }
}

fn master() -> Option<MasterKey> {
    MasterKey::from_bytes(&std::array::from_fn(|place| place as u8)).ok()
}

/// The ring with which every world begins; making one takes a while.
fn first() -> &'static str {
    static RING: OnceLock<String> = OnceLock::new();
    RING.get_or_init(|| {
        let made = master().and_then(|master| create_ring(&master).ok());
        made.unwrap_or_default()
    })
}
