//! Security codes as sealed rows that several processes share.
//!
//! `CvcRows` is what the rows need of a database; `SharedCvcShelf` seals what it puts there and opens what it takes. Taking
//! a row removes it, so a code is used once, whichever process uses it. The database's clock alone says what is too old:
//! the clocks of several processes differ. Deliberately absent: the database, and a second try when it does not answer.

use crate::card::Cvc;
use crate::cvc::{CvcFuture, CvcStore, CvcStoreError};
use crate::seal::{Cvcs, SealContext, SealedCvc};
use crate::vault::Vault;
use std::sync::Arc;

/// Where sealed codes lie, at most `CVC_KEPT_MS` by the clock of the database.
pub trait CvcRows: Send + Sync {
    /// Keeps a sealed code for a record, in place of an earlier one.
    ///
    /// # Errors
    /// The database is away.
    fn put<'a>(&'a self, context: SealContext<'a>, sealed: SealedCvc) -> CvcFuture<'a, ()>;

    /// Takes the row of a record away, asking for it once: a repeated question could not know what became of the first.
    /// The key of what it gives has to be in the vault's ring, if it is in the stored one.
    ///
    /// # Errors
    /// The database is away, and the code is lost.
    fn take<'a>(&'a self, context: SealContext<'a>) -> CvcFuture<'a, Option<SealedCvc>>;
}

/// A `CvcStore` over sealed rows.
pub struct SharedCvcShelf {
    vault: Vault,
    rows: Arc<dyn CvcRows>,
}

impl SharedCvcShelf {
    /// A shelf whose codes this vault seals.
    pub fn new(vault: Vault, rows: Arc<dyn CvcRows>) -> SharedCvcShelf {
        SharedCvcShelf { vault, rows }
    }
}

impl CvcStore for SharedCvcShelf {
    fn put<'a>(&'a self, context: SealContext<'a>, cvc: Cvc, _now_ms: i64) -> CvcFuture<'a, ()> {
        Box::pin(async move {
            let sealed = self.vault.seal_cvc(&context, &cvc);
            let sealed = sealed.map_err(CvcStoreError::Vault)?;
            self.rows.put(context, sealed).await
        })
    }

    fn take<'a>(&'a self, context: SealContext<'a>, _now_ms: i64) -> CvcFuture<'a, Option<Cvc>> {
        Box::pin(async move {
            let Some(sealed) = self.rows.take(context).await? else {
                return Ok(None);
            };
            let opened = self.vault.open_bytes::<Cvcs>(&context, &sealed);
            let digits = opened.map_err(CvcStoreError::Vault)?;
            Ok(std::str::from_utf8(&digits).ok().and_then(Cvc::from_digits))
        })
    }
}
