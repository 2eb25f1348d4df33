//! Puts what `npm run build` left in `web/dist` into the program. Never runs npm: without a build there is nothing to put in,
//! and the server says how to make it.

use serde_json::{Map, Value};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let dist = root.join("../../web/dist");
    println!("cargo::rerun-if-changed={}", dist.display());
    let manifest = fs::read(dist.join("manifest.json")).unwrap_or_default();
    let manifest: Map<String, Value> = serde_json::from_slice(&manifest).unwrap_or_default();
    let mut text = String::from("/// Every file of the build.\npub static FILES: &[Asset] = &[\n");
    for (logical, entry) in &manifest {
        let file = entry.get("file").and_then(Value::as_str);
        let integrity = entry.get("integrity").and_then(Value::as_str);
        if let (Some(file), Some(integrity)) = (file, integrity) {
            write_asset(&mut text, &dist, (logical, file, integrity));
        }
    }
    text.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("files.rs"), text)
}

fn write_asset(text: &mut String, dist: &Path, (logical, file, integrity): (&str, &str, &str)) {
    let bytes = |ending: &str| {
        let path = dist.join(format!("{file}{ending}"));
        format!("include_bytes!({:?})", path.display().to_string())
    };
    let (plain, brotli, gzip) = (bytes(""), bytes(".br"), bytes(".gz"));
    // Writing into a text cannot fail.
    let _ = writeln!(
        text,
        "    Asset {{ logical: {logical:?}, file: {file:?}, integrity: {integrity:?}, plain: {plain}, brotli: {brotli}, gzip: {gzip} }},"
    );
}
