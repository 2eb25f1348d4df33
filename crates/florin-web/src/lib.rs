//! What runs in browsers, as files inside the program: the SDK, the frames and the payform, built from `web/`.
//!
//! A file is found by its logical name, which stays, or by its own, which carries the hash of its content. Deliberately
//! absent: HTTP, and building anything; without `web/dist` there are no files.

/// One built file, in three encodings.
#[derive(Debug)]
pub struct Asset {
    /// Its name in the sources, such as `payform.js`.
    pub logical: &'static str,
    /// Its name with the hash of its content.
    pub file: &'static str,
    /// Its digest for the attribute `integrity`.
    pub integrity: &'static str,
    /// The bytes.
    pub plain: &'static [u8],
    /// The same, packed with Brotli.
    pub brotli: &'static [u8],
    /// The same, packed with gzip.
    pub gzip: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// Says what to do where nothing was built.
pub const NOT_BUILT: &str = "The browser parts are not built into this program. Build them with `npm ci && npm run build` in \
    the folder `web`, then build Florin again; `cargo xtask dev` does both.";

impl Asset {
    /// The file with this logical name.
    pub fn named(logical: &str) -> Option<&'static Asset> {
        FILES.iter().find(|asset| asset.logical == logical)
    }

    /// The file with this very name.
    pub fn file(file: &str) -> Option<&'static Asset> {
        FILES.iter().find(|asset| asset.file == file)
    }

    /// A page has an address of its own.
    pub fn is_page(&self) -> bool {
        self.file.ends_with(".html")
    }

    /// Its media type.
    pub fn media(&self) -> &'static str {
        match self.file.rsplit_once('.') {
            Some((_, "js")) => "text/javascript; charset=utf-8",
            Some((_, "html")) => "text/html; charset=utf-8",
            Some((_, "css")) => "text/css; charset=utf-8",
            Some((_, "json")) => "application/json",
            Some((_, "svg")) => "image/svg+xml",
            _ => "application/octet-stream",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_by_both_names() {
        for asset in FILES {
            let by_logical = Asset::named(asset.logical).map(|found| found.file);
            assert_eq!(by_logical, Some(asset.file));
            assert!(Asset::file(asset.file).is_some());
            assert!(asset.integrity.starts_with("sha384-"), "{}", asset.logical);
            assert!(asset.brotli.len() <= asset.plain.len() + 64);
        }
        assert!(Asset::named("nothing.js").is_none());
    }
}
