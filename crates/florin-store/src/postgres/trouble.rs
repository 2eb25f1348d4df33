//! What an error of the database means for a commit or a read.

use crate::StoreError;
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, Severity, SqlState};

/// What went wrong, as far as it matters to us.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// The connection is gone, the server ended it or does not know itself: whatever was under way is unknown.
    Lost(String),
    /// The transaction lost against another one and may be tried again.
    Again,
    /// A unique index of this table was hit.
    Taken(String),
    /// A statement did not touch the rows that it had to.
    Miscounted,
    /// Nothing happened, and this is what the caller is told.
    Refused(StoreError),
}

impl Trouble {
    /// Reads an error.
    pub fn of(error: &Error) -> Trouble {
        match error.as_db_error() {
            Some(db) if is_final(db) => Trouble::Lost(db.message().to_owned()),
            Some(db) => of_code(db),
            None if error.is_closed() || is_transport(error) => Trouble::Lost(error.to_string()),
            None => Trouble::Refused(StoreError::Corrupt(error.to_string())),
        }
    }

    /// What a caller is told about a commit that certainly did not happen.
    pub fn answer(self) -> StoreError {
        match self {
            Trouble::Lost(why) => StoreError::Unavailable(why),
            Trouble::Taken(table) if table == "idempotency_replies" => StoreError::Claimed {
                space: "idempotency".to_owned(),
            },
            Trouble::Again | Trouble::Taken(_) | Trouble::Miscounted => StoreError::Conflict,
            Trouble::Refused(error) => error,
        }
    }
}

/// An error that ends the session: the transaction may have ended either way.
fn is_final(db: &DbError) -> bool {
    matches!(
        db.parsed_severity(),
        Some(Severity::Fatal | Severity::Panic)
    ) || matches!(db.severity(), "FATAL" | "PANIC")
}

fn is_transport(error: &Error) -> bool {
    use std::error::Error as _;
    error
        .source()
        .is_some_and(|source| source.is::<std::io::Error>())
}

/// Connection exceptions, which also proxies between us and the server tell of, and "statement completion unknown".
fn is_unknown(code: &str) -> bool {
    code.starts_with("08") || code == "40003"
}

fn of_code(db: &DbError) -> Trouble {
    let code = db.code();
    if is_unknown(code.code()) {
        return Trouble::Lost(format!("{}: {}", code.code(), db.message()));
    }
    if *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED {
        return Trouble::Again;
    }
    if *code == SqlState::UNIQUE_VIOLATION {
        return Trouble::Taken(db.table().unwrap_or_default().to_owned());
    }
    if *code == SqlState::DIVISION_BY_ZERO {
        return Trouble::Miscounted;
    }
    let why = format!("{}: {}", code.code(), db.message());
    // Resources, locks and timeouts, operators, the system, and a server that only reads: it may pass.
    let may_pass = ["25", "53", "55", "57", "58"]
        .iter()
        .any(|class| code.code().starts_with(class));
    Trouble::Refused(if may_pass {
        StoreError::Unavailable(why)
    } else {
        StoreError::Corrupt(why)
    })
}

/// True when the connection should not be used again: it is gone, leads to a server that no longer takes writes, or
/// holds statements that no longer fit the tables.
pub fn spoils_connection(error: &Error) -> bool {
    match error.as_db_error() {
        Some(db) => {
            let code = db.code().code();
            is_final(db)
                || is_unknown(code)
                || ["25", "57", "58", "0A"]
                    .iter()
                    .any(|class| code.starts_with(class))
        }
        None => true,
    }
}

/// An error while connecting.
pub fn unavailable(error: &Error) -> StoreError {
    StoreError::Unavailable(match error.as_db_error() {
        Some(db) => db.message().to_owned(),
        None => error.to_string(),
    })
}
