//! The named limits of the wire. Every loop over what a client sent is bounded by one of these.
//!
//! Units stand last in a name: bytes, characters (Unicode code points), or a plain count. Deliberately
//! absent: limits of money and of time, which belong to the domain, and rate limits.

/// Largest request body or query string, in bytes.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Deepest nesting: `a` is one level, `a[b]` and `a[0]` are two.
pub const NESTING_MAX: usize = 8;
/// Most values in one request: form pairs, or JSON scalars and empty containers.
pub const KEYS_MAX: usize = 1000;
/// Most pairs in one metadata object.
pub const METADATA_KEYS_MAX: usize = 50;
/// Longest metadata key, in characters.
pub const METADATA_KEY_CHARS_MAX: usize = 40;
/// Longest metadata value, in characters.
pub const METADATA_VALUE_CHARS_MAX: usize = 500;
/// Longest text where the parameter table names no limit of its own, in characters.
pub const STRING_CHARS_MAX: usize = 5000;
/// Longest object id, in characters. Clients and imports bring ids of their own.
pub const ID_CHARS_MAX: usize = 255;
/// Longest email address, in characters.
pub const EMAIL_CHARS_MAX: usize = 512;
/// Longest URL, in characters.
pub const URL_CHARS_MAX: usize = 5000;
/// Longest decimal number, in characters, sign and point included.
pub const DECIMAL_CHARS_MAX: usize = 40;
/// Most significant digits of a JSON float that is still exact as a decimal text.
pub const FLOAT_DIGITS_MAX: usize = 15;
/// Latest point in time that a parameter may name, in seconds: the end of the year 9999.
pub const TIMESTAMP_S_MAX: i64 = 253_402_300_799;
/// Most segments in one expand path, `data` included.
pub const EXPAND_DEPTH_MAX: usize = 4;
/// Most expand paths in one request.
pub const EXPAND_PATHS_MAX: usize = 50;
/// Longest piece of a client's own text that an error repeats, in characters.
pub const ECHO_CHARS_MAX: usize = 100;
