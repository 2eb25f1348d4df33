//! The product's statements, for the tables that a create-and-confirm touches.
//!
//! Shape: the texts are those of `florin-store/src/postgres/sql.rs`, so that the server plans and does the same.
//! Deliberately absent: everything about other tables.

/// Locks rows by their keys and gives their versions.
macro_rules! lock {
    ($table:literal, $how:literal) => {
        concat!(
            "SELECT t.account, t.live, t.id, t.version
             FROM unnest($1::text[], $2::bigint[], $3::text[]) AS k(account, live, id)
             CROSS JOIN LATERAL (
                 SELECT r.account, r.live, r.id, r.version FROM ",
            $table,
            " r
                 WHERE r.account = k.account AND r.live = k.live AND r.id = k.id FOR ",
            $how,
            "
             ) t"
        )
    };
}

/// Adds rows, one array per column.
macro_rules! insert {
    ($table:literal, $names:literal, $arrays:literal) => {
        concat!(
            "INSERT INTO ",
            $table,
            " (account, live, id, version, created, ",
            $names,
            "body, packed)
             SELECT account, live, id, version, created, ",
            $names,
            "body, packed
             FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], ",
            $arrays,
            ")
             AS k(account, live, id, version, created, ",
            $names,
            "body, packed)"
        )
    };
}

/// Settings of every connection: indexes alone, and commits that wait for the disk.
pub const GREETING: &str = "SELECT set_config(name, 'off', false) FROM pg_settings
     WHERE name IN ('enable_seqscan', 'enable_hashjoin', 'enable_mergejoin');
    SELECT set_config('synchronous_commit', 'on', false)
     WHERE current_setting('synchronous_commit', true) IN ('off', 'local')";

/// Names settings under which a crash loses what was acknowledged.
pub const VOLATILE: &str = "SELECT s.name FROM (VALUES ('fsync'), ('full_page_writes')) AS s(name)
    WHERE current_setting(s.name, true) = 'off'";

/// Whether the tables are there.
pub const IS_MADE: &str = "SELECT to_regclass('payment_intents') IS NOT NULL";

/// Tables that have outgrown what the planner knows of them.
pub const OUTGROWN: &str =
    "SELECT s.relid::regclass::text FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
    WHERE s.schemaname = current_schema() AND s.n_live_tup > 200 AND s.n_live_tup > 4 * greatest(c.reltuples, 0)";

/// What is known of an idempotency key.
pub const SAVED: &str = "SELECT k.hash, k.request, k.attempt, r.status, r.key_id, r.body FROM idempotency_keys k
    LEFT JOIN idempotency_replies r ON r.account = k.account AND r.live = k.live AND r.request = k.request
    WHERE k.account = $1 AND k.live = $2 AND k.name = $3";

/// Intents by their keys.
pub const READ: &str = "SELECT k.place, t.version, t.created, t.body, t.packed
    FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[]) AS k(account, live, id, place)
    JOIN payment_intents t ON t.account = k.account AND t.live = k.live AND t.id = k.id";

/// Marks the group.
pub const MARK: &str = "INSERT INTO group_markers (run, number, made)
    VALUES ($1, $2, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)";

/// Drops old marks of this run.
pub const UNMARK: &str = "DELETE FROM group_markers WHERE run = $1 AND number < $2";

/// Locks payment methods.
pub const LOCK_METHODS: &str = lock!("payment_methods", "UPDATE");
/// Locks intents.
pub const LOCK_INTENTS: &str = lock!("payment_intents", "UPDATE");
/// Locks charges.
pub const LOCK_CHARGES: &str = lock!("charges", "UPDATE");
/// Locks the record that says that somebody listens to events.
pub const SHARE_SETTINGS: &str = lock!("webhook_settings", "SHARE");

/// Takes idempotency keys; gives those that were free.
pub const TAKE_KEYS: &str = "INSERT INTO idempotency_keys (account, live, name, hash, made, request, attempt)
    SELECT account, live, name, hash, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint, request, attempt
    FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bytea[], $5::text[], $6::text[])
    AS k(account, live, name, hash, request, attempt)
    ON CONFLICT (account, live, name) DO NOTHING RETURNING account, live, name";

/// Adds payment methods.
pub const METHODS: &str = insert!(
    "payment_methods",
    "customer, ",
    "$6::text[], $7::text[], $8::bytea[]"
);
/// Adds intents.
pub const INTENTS: &str = insert!(
    "payment_intents",
    "customer, ",
    "$6::text[], $7::text[], $8::bytea[]"
);
/// Adds charges.
pub const CHARGES: &str = insert!(
    "charges",
    "customer, payment_intent, ",
    "$6::text[], $7::text[], $8::text[], $9::bytea[]"
);
/// Adds events.
pub const EVENTS: &str = insert!(
    "events",
    "type, object, object_version, ",
    "$6::text[], $7::text[], $8::text[], $9::text[], $10::bytea[]"
);

/// Books transactions.
pub const BOOK: &str = "INSERT INTO ledger_transactions
    (account, live, id, movement, source, asset, created, available_on, description)
    SELECT account, live, id, movement, source, asset, created, available_on, description
    FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::text[])
    AS k(account, live, id, movement, source, asset, created, available_on, description)";

/// Books entries.
pub const ENTER: &str =
    "INSERT INTO ledger_entries (account, live, txn, line, ledger_account, amount)
    SELECT account, live, txn, line, ledger_account, amount
    FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::bigint[])
    AS k(account, live, txn, line, ledger_account, amount)";

/// Saves replies.
pub const REPLY: &str = "INSERT INTO idempotency_replies (account, live, request, name, made, status, key_id, body)
    SELECT account, live, request, name, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint, status, key_id, body
    FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::bytea[])
    AS k(account, live, request, name, status, key_id, body)";

/// Adds jobs that do not wait already.
pub const ADD_JOBS: &str = "INSERT INTO jobs (id, kind, account, live, lane, due, body, leased_by, leased_until, fence)
    SELECT k.id, k.kind, k.account, k.live, k.lane, k.due, k.body,
        CASE WHEN k.take = 1 AND k.due <= c.now THEN $9::text END,
        CASE WHEN k.take = 1 AND k.due <= c.now THEN c.now + $10::bigint ELSE 0 END,
        CASE WHEN k.take = 1 AND k.due <= c.now THEN 1 ELSE 0 END
    FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::text[], $8::bigint[])
        AS k(id, kind, account, live, lane, due, body, take)
    CROSS JOIN (SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now) c
    ON CONFLICT (id) DO NOTHING RETURNING id, fence";

/// Adds to balances.
pub const ADD: &str = "INSERT INTO balances (account, live, ledger_account, asset, stripe, amount)
    SELECT account, live, ledger_account, asset, 0, amount
    FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::bigint[]) AS k(account, live, ledger_account, asset, amount)
    ON CONFLICT (account, live, ledger_account, asset, stripe) DO UPDATE SET amount = balances.amount + excluded.amount";
