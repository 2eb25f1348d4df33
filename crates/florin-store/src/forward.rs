//! Stores that stand before another store: a decorator writes the methods that it changes and forwards the rest.

/// Writes methods of [`Store`](crate::Store) that ask the store in a field: `forward_to_store!(inner: get, list)`.
#[macro_export]
macro_rules! forward_to_store {
    ($inner:ident: $($method:ident),+ $(,)?) => { $($crate::forward_to_store!(@$method $inner);)+ };
    (@get $inner:ident) => {
        fn get<'a>(
            &'a self,
            keys: &'a [florin_domain::RecordKey],
        ) -> $crate::StoreFuture<'a, Vec<Option<florin_domain::Versioned<florin_domain::Record>>>> {
            self.$inner.get(keys)
        }
    };
    (@list $inner:ident) => {
        fn list<'a>(
            &'a self,
            query: &'a $crate::ListQuery,
        ) -> $crate::StoreFuture<'a, Vec<florin_domain::Versioned<florin_domain::Record>>> {
            self.$inner.list(query)
        }
    };
    (@find $inner:ident) => {
        fn find<'a>(
            &'a self,
            scope: Option<&'a florin_base::Scope>,
            space: &'a str,
            key: &'a str,
        ) -> $crate::StoreFuture<'a, Option<florin_domain::RecordKey>> {
            self.$inner.find(scope, space, key)
        }
    };
    (@saved $inner:ident) => {
        fn saved<'a>(
            &'a self,
            scope: &'a florin_base::Scope,
            key: &'a str,
        ) -> $crate::StoreFuture<'a, Option<$crate::SavedClaim>> {
            self.$inner.saved(scope, key)
        }
    };
    (@lease $inner:ident) => {
        fn lease(&self, wanted: $crate::Wanted) -> $crate::StoreFuture<'_, Vec<$crate::LeasedJob>> {
            self.$inner.lease(wanted)
        }
    };
    (@renew $inner:ident) => {
        fn renew(&self, held: Vec<$crate::Held>) -> $crate::StoreFuture<'_, Vec<String>> {
            self.$inner.renew(held)
        }
    };
    (@next_due $inner:ident) => {
        fn next_due<'a>(
            &'a self,
            kinds: &'a [florin_domain::changes::JobKind],
        ) -> $crate::StoreFuture<'a, Option<florin_base::Millis>> {
            self.$inner.next_due(kinds)
        }
    };
    (@jobs $inner:ident) => {
        fn jobs<'a>(
            &'a self,
            scope: &'a florin_base::Scope,
            limit: usize,
        ) -> $crate::StoreFuture<'a, Vec<florin_domain::changes::Job>> {
            self.$inner.jobs(scope, limit)
        }
    };
    (@balances $inner:ident) => {
        fn balances<'a>(
            &'a self,
            scope: &'a florin_base::Scope,
        ) -> $crate::StoreFuture<'a, Vec<$crate::Balance>> {
            self.$inner.balances(scope)
        }
    };
    (@transactions $inner:ident) => {
        fn transactions<'a>(
            &'a self,
            query: &'a $crate::TransactionQuery,
        ) -> $crate::StoreFuture<'a, Vec<florin_domain::ledger::Transaction>> {
            self.$inner.transactions(query)
        }
    };
    (@epoch $inner:ident) => {
        fn epoch(&self) -> $crate::StoreFuture<'_, u64> {
            self.$inner.epoch()
        }
    };
    (@prune $inner:ident) => {
        fn prune(&self, kept_ms: i64, limit: usize) -> $crate::StoreFuture<'_, usize> {
            self.$inner.prune(kept_ms, limit)
        }
    };
    (@health $inner:ident) => {
        fn health(&self) -> $crate::StoreFuture<'_, ()> {
            self.$inner.health()
        }
    };
}
