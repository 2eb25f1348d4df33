//! The dated versions of the wire: their names, their order, and which of them are served.
//!
//! Shape: one enum in order of publication, so that comparing two versions is comparing two integers.
//! Deliberately absent: versions before `2020-03-02`, preview versions and beta features. A header may
//! name beta features after the date; they are read over.

use std::fmt;

macro_rules! versions {
    ($($name:ident = $text:literal,)+) => {
        /// A published version of the wire; older versions compare as less.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ApiVersion {
            $(#[doc = concat!("The version `", $text, "`.")] $name,)+
        }

        impl ApiVersion {
            /// Every known version, oldest first.
            pub const ALL: &'static [ApiVersion] = &[$(ApiVersion::$name,)+];

            /// The version as it stands in the `Stripe-Version` header, without beta features.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(ApiVersion::$name => $text,)+
                }
            }
        }
    };
}

versions! {
    V2020_03_02 = "2020-03-02",
    V2020_08_27 = "2020-08-27",
    V2022_08_01 = "2022-08-01",
    V2022_11_15 = "2022-11-15",
    V2023_08_16 = "2023-08-16",
    V2023_10_16 = "2023-10-16",
    V2024_04_10 = "2024-04-10",
    V2024_06_20 = "2024-06-20",
    Acacia2024_09_30 = "2024-09-30.acacia",
    Acacia2024_10_28 = "2024-10-28.acacia",
    Acacia2024_11_20 = "2024-11-20.acacia",
    Acacia2024_12_18 = "2024-12-18.acacia",
    Acacia2025_01_27 = "2025-01-27.acacia",
    Acacia2025_02_24 = "2025-02-24.acacia",
    Basil2025_03_31 = "2025-03-31.basil",
    Basil2025_04_30 = "2025-04-30.basil",
    Basil2025_05_28 = "2025-05-28.basil",
    Basil2025_06_30 = "2025-06-30.basil",
    Basil2025_07_30 = "2025-07-30.basil",
    Basil2025_08_27 = "2025-08-27.basil",
    Clover2025_09_30 = "2025-09-30.clover",
    Clover2025_10_29 = "2025-10-29.clover",
    Clover2025_11_17 = "2025-11-17.clover",
    Clover2025_12_15 = "2025-12-15.clover",
    Clover2026_01_28 = "2026-01-28.clover",
    Clover2026_02_25 = "2026-02-25.clover",
    Dahlia2026_03_25 = "2026-03-25.dahlia",
    Dahlia2026_04_22 = "2026-04-22.dahlia",
    Dahlia2026_05_27 = "2026-05-27.dahlia",
    Dahlia2026_06_24 = "2026-06-24.dahlia",
    Dahlia2026_07_29 = "2026-07-29.dahlia",
    Dahlia2026_08_26 = "2026-08-26.dahlia",
    Endive2026_09_30 = "2026-09-30.endive",
    Endive2026_10_28 = "2026-10-28.endive",
}

/// The version that objects are rendered in.
pub const NEWEST: ApiVersion = ApiVersion::Endive2026_10_28;

/// The versions that requests may ask for, oldest first.
pub const SUPPORTED: &[ApiVersion] = ApiVersion::ALL.split_at(OLDEST as usize).1;

/// The oldest version that is served. An older one would parse where it is known, so that a refusal can say that it exists.
pub const OLDEST: ApiVersion = ApiVersion::V2020_08_27;

/// The versions whose shapes are proven by golden pairs. Those between them are as good as the chain:
/// the same changes, applied up to their date.
pub const PROVEN: [ApiVersion; 3] = [ApiVersion::V2020_08_27, ApiVersion::V2023_10_16, NEWEST];

/// The text names no known version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownVersion;

impl fmt::Display for UnknownVersion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("not a known API version")
    }
}

impl std::error::Error for UnknownVersion {}

impl ApiVersion {
    /// Reads the value of a `Stripe-Version` header, such as `2026-10-28.endive` or
    /// `2023-10-16; some_beta=v1`; beta features after the first semicolon are ignored.
    ///
    /// # Errors
    /// [`UnknownVersion`] for anything but a version of [`ApiVersion::ALL`]; the name is exact and case counts.
    pub fn parse(header: &str) -> Result<ApiVersion, UnknownVersion> {
        let dated = header.split(';').next().unwrap_or_default().trim();
        let known = ApiVersion::ALL.iter().find(|known| known.as_str() == dated);
        known.copied().ok_or(UnknownVersion)
    }

    /// Whether requests may ask for this version; see [`SUPPORTED`].
    pub fn is_supported(self) -> bool {
        self >= OLDEST
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_version_parses_to_itself_and_order_follows_the_dates() {
        for version in ApiVersion::ALL {
            assert_eq!(ApiVersion::parse(version.as_str()), Ok(*version));
        }
        assert!(
            ApiVersion::ALL
                .is_sorted_by(|older, newer| older < newer && older.as_str() < newer.as_str())
        );
        assert_eq!(ApiVersion::ALL.last(), Some(&NEWEST));
    }

    #[test]
    fn beta_features_and_space_are_read_over() {
        let parsed = ApiVersion::parse(" 2023-10-16; a_beta=v1; b=v2");
        assert_eq!(parsed, Ok(ApiVersion::V2023_10_16));
    }

    #[test]
    fn unknown_text_is_an_error() {
        let unknown = [
            "",
            ";",
            "endive",
            "2026-10-28",
            "2026-10-28.ENDIVE",
            "2026-10-28.endive.x",
            "2023-10-17",
            "2026-09-30.preview",
        ];
        for text in unknown {
            assert_eq!(ApiVersion::parse(text), Err(UnknownVersion), "{text}");
        }
    }

    #[test]
    fn older_versions_are_known_but_not_served() {
        let older = ApiVersion::parse("2020-03-02");
        assert_eq!(older.map(ApiVersion::is_supported), Ok(false));
        assert_eq!(SUPPORTED[0], ApiVersion::V2020_08_27);
        assert_eq!(SUPPORTED.last(), Some(&NEWEST));
        assert!(SUPPORTED.iter().all(|version| version.is_supported()));
        assert!(PROVEN.iter().all(|version| version.is_supported()));
    }
}
