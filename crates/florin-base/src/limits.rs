//! The named limits of the whole platform. A number that bounds something stands here or beside its only user.

/// Amounts in the ledger stay within ± this, so that sums of two never overflow an `i64`.
pub const AMOUNT_ABS_MAX: i64 = 1 << 62;
/// How often a mutation is decided anew after a version conflict before the caller is told to retry.
pub const DECIDE_TRIES_MAX: u32 = 3;
/// How long an idempotency key is kept, in milliseconds: one day and an hour of grace.
pub const IDEMPOTENCY_KEPT_MS: i64 = 25 * 3_600_000;
/// The longest idempotency key in characters.
pub const IDEMPOTENCY_KEY_CHARS_MAX: usize = 255;
/// Commits that may wait for the writer before new ones are refused with 503.
pub const COMMIT_QUEUE_MAX: usize = 4_096;
/// Commits in one group: one transaction, one fsync.
pub const COMMIT_GROUP_MAX: usize = 256;
/// Mutations that may run at once in one process before new ones are refused with 503.
pub const MUTATIONS_IN_FLIGHT_MAX: usize = 2_048;
/// Events may be listed for this long, in seconds.
pub const EVENTS_LISTED_S: i64 = 30 * 86_400;
/// Webhook endpoints per account and mode.
pub const WEBHOOK_ENDPOINTS_MAX: usize = 16;
