//! The statements of the writer. Each takes one array per column, so their number does not grow with the group.

use florin_domain::Kind;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The statements about one kind of records.
pub struct KindSql {
    /// Locks rows that will be written and gives their versions.
    pub lock: String,
    /// Locks rows that were only read and gives their versions.
    pub share: String,
    /// Adds rows.
    pub insert: String,
    /// Writes rows whose version is the expected one; fails unless there are as many as the last parameter says.
    pub update: String,
}

/// The statements of a kind.
pub fn of(kind: Kind) -> &'static KindSql {
    static ALL: LazyLock<HashMap<Kind, KindSql>> =
        LazyLock::new(|| Kind::ALL.iter().map(|kind| (*kind, build(*kind))).collect());
    &ALL[&kind]
}

fn build(kind: Kind) -> KindSql {
    let table = kind.table();
    let keys = kind.columns();
    let lock = |how: &str| {
        format!(
            "SELECT t.account, t.live, t.id, t.version
             FROM unnest($1::text[], $2::bigint[], $3::text[]) AS k(account, live, id)
             CROSS JOIN LATERAL (
                 SELECT r.account, r.live, r.id, r.version FROM {table} r
                 WHERE r.account = k.account AND r.live = k.live AND r.id = k.id FOR {how}
             ) t"
        )
    };
    let names: String = keys.iter().map(|column| format!("{column}, ")).collect();
    let sets: String = keys
        .iter()
        .map(|column| format!("{column} = k.{column}, "))
        .collect();
    let texts: String = (6..=keys.len() + 6)
        .map(|place| format!(", ${place}::text[]"))
        .collect();
    let arrays = format!("{texts}, ${}::bytea[]", keys.len() + 7);
    KindSql {
        lock: lock("UPDATE"),
        share: lock("SHARE"),
        insert: format!(
            "INSERT INTO {table} (account, live, id, version, created, {names}body, packed)
             SELECT account, live, id, version, created, {names}body, packed
             FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[]{arrays})
             AS k(account, live, id, version, created, {names}body, packed)"
        ),
        update: counted(
            &format!(
                "UPDATE {table} t SET version = k.version, {sets}body = k.body, packed = k.packed
                 FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[]{arrays})
                 AS k(account, live, id, version, expected, {names}body, packed)
                 WHERE t.account = k.account AND t.live = k.live AND t.id = k.id AND t.version = k.expected"
            ),
            keys.len() + 8,
        ),
    }
}

/// Makes a change fail with a division by zero unless it touches as many rows as a parameter says. The COMMIT that was
/// sent along then rolls back.
fn counted(change: &str, place: usize) -> String {
    format!(
        "WITH done AS ({change} RETURNING 1)
         SELECT 1 / (CASE WHEN (SELECT count(*) FROM done) = ${place}::bigint THEN 1 ELSE 0 END)"
    )
}

/// Marks the group. Markers carry the time of the database: that of a process may be days ahead.
pub const MARK: &str = "INSERT INTO group_markers (run, number, made)
    VALUES ($1, $2, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)";

/// Drops markers of this run that nobody will ask for.
pub const UNMARK: &str = "DELETE FROM group_markers WHERE run = $1 AND number < $2";

/// Locks jobs that are finished.
pub const LOCK_JOBS: &str = "SELECT t.id, t.fence FROM unnest($1::text[]) AS k(id)
    CROSS JOIN LATERAL (SELECT j.id, j.fence FROM jobs j WHERE j.id = k.id FOR UPDATE) t";

/// Takes unique keys; gives those that were free.
pub const CLAIM: &str = "INSERT INTO claims (account, live, space, name, kind, id)
    SELECT account, live, space, name, kind, id
    FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[])
    AS k(account, live, space, name, kind, id)
    ON CONFLICT (account, live, space, name) DO NOTHING RETURNING account, live, space, name";

/// Gives unique keys back.
pub const UNCLAIM: &str = "DELETE FROM claims t
    USING unnest($1::text[], $2::bigint[], $3::text[], $4::text[]) AS k(account, live, space, name)
    WHERE t.account = k.account AND t.live = k.live AND t.space = k.space AND t.name = k.name";

/// Takes unique keys of the installation; gives those that were free.
pub const CLAIM_GLOBAL: &str = "INSERT INTO global_claims (account, live, space, name, kind, id)
    SELECT account, live, space, name, kind, id
    FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[])
    AS k(account, live, space, name, kind, id)
    ON CONFLICT (space, name) DO NOTHING RETURNING space, name";

/// Gives unique keys of the installation back.
pub const UNCLAIM_GLOBAL: &str =
    "DELETE FROM global_claims t USING unnest($1::text[], $2::text[]) AS k(space, name)
    WHERE t.space = k.space AND t.name = k.name";

/// Takes idempotency keys; gives those that were free. They are as old as the database's clock says, by which they go.
pub const TAKE_KEYS: &str = "INSERT INTO idempotency_keys (account, live, name, hash, made, request, attempt)
    SELECT account, live, name, hash, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint, request, attempt
    FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bytea[], $5::text[], $6::text[])
    AS k(account, live, name, hash, request, attempt)
    ON CONFLICT (account, live, name) DO NOTHING RETURNING account, live, name";

/// Gives idempotency keys back.
pub const DROP_KEYS: &str = "DELETE FROM idempotency_keys t
    USING unnest($1::text[], $2::bigint[], $3::text[]) AS k(account, live, name)
    WHERE t.account = k.account AND t.live = k.live AND t.name = k.name";

/// Saves replies.
pub const REPLY: &str = "INSERT INTO idempotency_replies (account, live, request, name, made, status, key_id, body)
    SELECT account, live, request, name, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint, status, key_id, body
    FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::bytea[])
    AS k(account, live, request, name, status, key_id, body)";

/// Makes balances that a floor stands under, so that there is a row to lock.
pub const FLOOR_ROWS: &str = "INSERT INTO balances (account, live, ledger_account, asset, stripe, amount)
    SELECT account, live, ledger_account, asset, 0, 0
    FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[]) AS k(account, live, ledger_account, asset)
    ON CONFLICT (account, live, ledger_account, asset, stripe) DO NOTHING";

/// Locks all stripes of balances that a floor stands under.
pub const LOCK_BALANCES: &str = "SELECT t.account, t.live, t.ledger_account, t.asset, t.amount
    FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[]) AS k(account, live, ledger_account, asset)
    JOIN balances t ON t.account = k.account AND t.live = k.live AND t.ledger_account = k.ledger_account AND t.asset = k.asset
    ORDER BY t.account, t.live, t.ledger_account, t.asset, t.stripe FOR UPDATE OF t";

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

/// Adds to balances.
pub const ADD: &str = "INSERT INTO balances (account, live, ledger_account, asset, stripe, amount)
    SELECT account, live, ledger_account, asset, 0, amount
    FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::bigint[]) AS k(account, live, ledger_account, asset, amount)
    ON CONFLICT (account, live, ledger_account, asset, stripe) DO UPDATE SET amount = balances.amount + excluded.amount";

/// Grows the epoch.
pub const EPOCH: &str = "UPDATE epochs SET epoch = epoch + $1 WHERE name = 'settings'";

/// Ends jobs that are held under the given fences.
pub static END_JOBS: LazyLock<String> = LazyLock::new(|| {
    counted(
        "DELETE FROM jobs t USING unnest($1::text[], $2::bigint[]) AS k(id, fence) WHERE t.id = k.id AND t.fence = k.fence",
        3,
    )
});

/// Lets jobs that are held under the given fences wait again.
pub static DELAY_JOBS: LazyLock<String> = LazyLock::new(|| {
    counted(
        "UPDATE jobs t SET due = k.due, leased_by = NULL, leased_until = 0
         FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS k(id, fence, due) WHERE t.id = k.id AND t.fence = k.fence",
        4,
    )
});

/// Adds jobs that do not wait already; those that are due and wanted are born leased.
pub const ADD_JOBS: &str = "INSERT INTO jobs (id, kind, account, live, lane, due, body, leased_by, leased_until, fence)
    SELECT k.id, k.kind, k.account, k.live, k.lane, k.due, k.body,
        CASE WHEN k.take = 1 AND k.due <= c.now THEN $9::text END,
        CASE WHEN k.take = 1 AND k.due <= c.now THEN c.now + $10::bigint ELSE 0 END,
        CASE WHEN k.take = 1 AND k.due <= c.now THEN 1 ELSE 0 END
    FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::text[], $8::bigint[])
        AS k(id, kind, account, live, lane, due, body, take)
    CROSS JOIN (SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now) c
    ON CONFLICT (id) DO NOTHING RETURNING id, fence";

/// Asks what became of a group. Our own mark carries a negative time. It always writes, so that its own answer says
/// that everything before it, the group's commit included, is as durable as the database promises.
pub const ASK: &str = "INSERT INTO group_markers (run, number, made)
    VALUES ($1, $2, -floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)
    ON CONFLICT (run, number) DO UPDATE SET made = group_markers.made RETURNING made";

/// Drops markers of runs that ended so many milliseconds ago, by the database's clock.
pub const FORGET_RUNS: &str = "DELETE FROM group_markers
    WHERE abs(made) < floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint - $1::bigint";
