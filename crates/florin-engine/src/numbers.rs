//! No database is asked for a card number: it may write what it is asked for into a log.
//!
//! Shape: a store before the store. Whoever puts a card number where an id belongs is told that there is no such object,
//! which is true, without a question. Deliberately absent: numbers inside other texts, which SECURITY.md names.

use florin_domain::ledger::Transaction;
use florin_domain::{Record, RecordKey, Versioned};
use florin_store::{
    Commit, LeasedJob, ListQuery, Store, StoreFuture, TransactionQuery, forward_to_store,
};
use std::future::ready;
use std::sync::Arc;

/// True for a text that is a card number, with or without marks between its digits. No record has such an id.
pub(crate) fn is_card_number(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-');
    text.chars().all(is_part) && florin_vault::looks_like_card_number(text)
}

/// A store that is asked for nothing that is a card number.
pub struct NumbersKeptOut {
    store: Arc<dyn Store>,
}

impl NumbersKeptOut {
    /// Stands before a store.
    pub fn of(store: Arc<dyn Store>) -> Arc<dyn Store> {
        Arc::new(NumbersKeptOut { store })
    }
}

impl Store for NumbersKeptOut {
    forward_to_store!(
        store: find, saved, lease, renew, next_due, jobs, balances, epoch, prune, health
    );

    fn get<'a>(&'a self, keys: &'a [RecordKey]) -> StoreFuture<'a, Vec<Option<Versioned<Record>>>> {
        if !keys.iter().any(|key| is_card_number(&key.id)) {
            return self.store.get(keys);
        }
        Box::pin(async move {
            let is_asked: Vec<bool> = keys.iter().map(|key| !is_card_number(&key.id)).collect();
            let asked = keys
                .iter()
                .zip(&is_asked)
                .filter(|(_, is_asked)| **is_asked);
            let asked: Vec<RecordKey> = asked.map(|(key, _)| key.clone()).collect();
            let mut found = self.store.get(&asked).await?.into_iter();
            let all = is_asked.into_iter().map(|is_asked| match is_asked {
                true => found.next().flatten(),
                false => None,
            });
            Ok(all.collect())
        })
    }

    fn list<'a>(&'a self, query: &'a ListQuery) -> StoreFuture<'a, Vec<Versioned<Record>>> {
        let mut wanted = query.filters.iter().flat_map(|(_, wanted)| wanted);
        match wanted.any(|value| is_card_number(value)) {
            true => Box::pin(ready(Ok(Vec::new()))),
            false => self.store.list(query),
        }
    }

    fn transactions<'a>(
        &'a self,
        query: &'a TransactionQuery,
    ) -> StoreFuture<'a, Vec<Transaction>> {
        let mut wanted = query.ids.iter().chain(&query.source);
        match wanted.any(|value| is_card_number(value)) {
            true => Box::pin(ready(Ok(Vec::new()))),
            false => self.store.transactions(query),
        }
    }

    fn commit(&self, commit: Commit) -> StoreFuture<'_, Vec<LeasedJob>> {
        self.store.commit(commit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_no_card_number() {
        for number in [
            "4242424242424242",
            "4242 4242 4242 4242",
            "3782-8224-6310-005",
        ] {
            assert!(is_card_number(number));
        }
        for id in [
            "",
            "1234",
            "cus_4242424242424242",
            "4242424242424241",
            "pi_VcPWPDl",
        ] {
            assert!(!is_card_number(id), "{id}");
        }
    }
}
