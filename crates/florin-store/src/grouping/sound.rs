//! What can be told of a commit without a database, the same for every engine.

use crate::{Commit, StoreError};
use florin_base::{Asset, Scope};
use florin_domain::Kind;
use florin_domain::changes::{Changes, Write};
use florin_domain::ledger::LedgerAccount;
use std::collections::{BTreeMap, BTreeSet};

/// Which balance.
pub type BalanceId = (Scope, LedgerAccount, Asset);

/// Checks what must hold of every commit by itself.
///
/// # Errors
/// `Corrupt` for a write that does not raise its version, names another record than it carries, or stands twice, for an
/// event of something else than a version that the commit writes, and for a ledger transaction that does not sum to zero;
/// `Claimed` for a unique key that the commit takes twice.
pub fn check(commit: &Commit) -> Result<(), StoreError> {
    let changes = &commit.changes;
    let mut written = BTreeSet::new();
    for write in &changes.writes {
        check_write(write)?;
        if !written.insert(&write.key) {
            return Err(StoreError::Corrupt(format!(
                "{:?} is written twice",
                write.key
            )));
        }
    }
    check_events(changes)?;
    if let Some((_, transaction)) = changes
        .transactions
        .iter()
        .find(|(_, transaction)| !transaction.is_balanced())
    {
        return Err(StoreError::Corrupt(format!(
            "transaction {} is not balanced",
            transaction.id
        )));
    }
    let mut taken = BTreeSet::new();
    match changes
        .claims
        .iter()
        .find(|claim| !taken.insert((&claim.scope, claim.space, &claim.key)))
    {
        Some(claim) => Err(StoreError::Claimed {
            space: claim.space.to_owned(),
        }),
        None => Ok(()),
    }
}

/// An event tells of a version that this very commit writes, and each type once. Every version is written by one commit
/// only, so (object, version, type) is unique without an index that has to look for it.
fn check_events(changes: &Changes) -> Result<(), StoreError> {
    let mut told = BTreeSet::new();
    for (scope, event) in &changes.events {
        let version = event.object_version.parse::<u64>().unwrap_or(0);
        let of = |write: &&Write| write.key.id == event.object && write.key.scope == *scope;
        let is_written = changes
            .writes
            .iter()
            .filter(of)
            .any(|write| write.expected < version && version <= write.version);
        if !is_written || !told.insert((scope, &event.object, version, &event.kind)) {
            return Err(StoreError::Corrupt(format!(
                "{} tells of version {} of {}, which its commit does not write, or tells it twice",
                event.kind, event.object_version, event.object
            )));
        }
    }
    Ok(())
}

fn check_write(write: &Write) -> Result<(), StoreError> {
    let is_itself = write.key.kind == write.record.kind() && write.key.id == write.record.id();
    let grows = write.version > write.expected && i64::try_from(write.version).is_ok();
    if is_itself && grows && write.key.kind != Kind::Event {
        return Ok(());
    }
    Err(StoreError::Corrupt(format!(
        "{:?} goes from version {} to {}",
        write.key, write.expected, write.version
    )))
}

/// What a commit adds to each balance, debit positive.
pub fn deltas(commit: &Commit) -> BTreeMap<BalanceId, i128> {
    let mut sums = BTreeMap::new();
    for (scope, transaction) in &commit.changes.transactions {
        for (account, amount) in &transaction.entries {
            *sums
                .entry((scope.clone(), *account, transaction.asset))
                .or_insert(0) += i128::from(*amount);
        }
    }
    sums
}
