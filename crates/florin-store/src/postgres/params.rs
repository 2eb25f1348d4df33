//! Parameters of statements: mostly one array per column.

use florin_base::Scope;
use std::borrow::Cow;
use tokio_postgres::types::ToSql;

/// One parameter.
pub struct Param<'a>(Box<dyn ToSql + Sync + Send + 'a>);

impl<'a> Param<'a> {
    /// Any value that the driver knows.
    pub fn new(value: impl ToSql + Sync + Send + 'a) -> Param<'a> {
        Param(Box::new(value))
    }

    /// As the driver wants it.
    pub fn as_sql(&self) -> &(dyn ToSql + Sync) {
        &*self.0
    }
}

/// A column of texts.
pub fn texts<'a, T: ToSql + Sync + Send + 'a>(values: impl Iterator<Item = T>) -> Param<'a> {
    Param::new(values.collect::<Vec<T>>())
}

/// A column of integers.
pub fn ints<'a>(values: impl Iterator<Item = i64>) -> Param<'a> {
    Param::new(values.collect::<Vec<i64>>())
}

/// The two columns of the scopes.
pub fn scopes<'a>(scopes: impl Iterator<Item = &'a Scope> + Clone) -> [Param<'a>; 2] {
    [
        texts(scopes.clone().map(|scope| &*scope.account)),
        ints(scopes.map(live)),
    ]
}

/// The mode as the tables hold it.
pub fn live(scope: &Scope) -> i64 {
    i64::from(scope.live)
}

/// PostgreSQL's text cannot hold a zero byte. Free text and key columns lose it; the body, being JSON, keeps it.
pub fn clean(text: &str) -> Cow<'_, str> {
    match text.contains('\0') {
        true => Cow::Owned(text.replace('\0', "\u{FFFD}")),
        false => Cow::Borrowed(text),
    }
}
