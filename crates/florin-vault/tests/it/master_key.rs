//! Master keys: their files, their text, and what they refuse.

use florin_vault::{MasterKey, MasterKeyError, MasterKeySource, create_ring};
use std::fs;
use std::path::PathBuf;

/// A fresh folder that is removed at the end of the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("florin-vault-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).expect("a folder");
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(unix)]
fn set_mode(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
}

#[test]
fn a_created_file_reads_as_the_same_key() {
    let folder = Folder::new("same");
    let path = folder.0.join("master.key");
    let created = MasterKey::create_file(&path).expect("created");
    let read = MasterKey::read_file(&path).expect("read");
    assert_eq!(created.id(), read.id());
    let wrapped = created.wrap_key(&[7; 32]).expect("wraps");
    assert_eq!(**read.unwrap_key(&wrapped).expect("unwraps"), [7; 32]);
    let other = MasterKey::create_file(&folder.0.join("other.key")).expect("created");
    assert_ne!(created.id(), other.id());
    assert!(matches!(
        other.unwrap_key(&wrapped),
        Err(MasterKeyError::Refused)
    ));
}

#[test]
fn an_existing_file_is_never_overwritten() {
    let folder = Folder::new("existing");
    let path = folder.0.join("master.key");
    let first = MasterKey::create_file(&path).expect("created");
    assert!(matches!(
        MasterKey::create_file(&path),
        Err(MasterKeyError::File(_))
    ));
    assert_eq!(
        MasterKey::read_file(&path).expect("still there").id(),
        first.id()
    );
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_have_access() {
    use std::os::unix::fs::MetadataExt as _;
    let folder = Folder::new("mode");
    let path = folder.0.join("master.key");
    MasterKey::create_file(&path).expect("created");
    assert_eq!(fs::metadata(&path).expect("there").mode() & 0o7777, 0o600);
    for wide in [0o640, 0o604, 0o660, 0o644, 0o601, 0o610] {
        set_mode(&path, wide);
        let refused = MasterKey::read_file(&path);
        assert!(
            matches!(refused, Err(MasterKeyError::TooOpen(mode)) if mode == wide),
            "{wide:o}"
        );
    }
    for narrow in [0o600, 0o400] {
        set_mode(&path, narrow);
        assert!(MasterKey::read_file(&path).is_ok(), "{narrow:o}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_must_hold_a_key_and_nothing_else() {
    let folder = Folder::new("content");
    let path = folder.0.join("master.key");
    for content in [
        "",
        "\n",
        "c2hvcnQ=",
        "not a key at all",
        &"ab".repeat(31),
        &"00 ".repeat(32),
        &"ab".repeat(200),
    ] {
        fs::write(&path, content).expect("written");
        set_mode(&path, 0o600);
        assert!(
            matches!(MasterKey::read_file(&path), Err(MasterKeyError::Malformed)),
            "{content:?}"
        );
    }
    assert!(matches!(
        MasterKey::read_file(&folder.0),
        Err(MasterKeyError::NotAFile)
    ));
    assert!(matches!(
        MasterKey::read_file(&folder.0.join("absent")),
        Err(MasterKeyError::File(_))
    ));
}

#[test]
fn all_notations_mean_the_same_key() {
    let bytes: [u8; 32] = std::array::from_fn(|place| 0xf0_u8.wrapping_add(place as u8));
    let expected = MasterKey::from_bytes(&bytes).expect("a key").id();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let texts = [
        hex.clone(),
        hex.to_uppercase(),
        format!(" {hex}\n"),
        "8PHy8/T19vf4+fr7/P3+/wABAgMEBQYHCAkKCwwNDg8=".to_owned(),
        "8PHy8/T19vf4+fr7/P3+/wABAgMEBQYHCAkKCwwNDg8".to_owned(),
        "8PHy8_T19vf4-fr7_P3-_wABAgMEBQYHCAkKCwwNDg8=".to_owned(),
        "8PHy8_T19vf4-fr7_P3-_wABAgMEBQYHCAkKCwwNDg8".to_owned(),
    ];
    for text in texts {
        let key =
            MasterKey::from_env_text(&text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!(key.id(), expected, "{text:?}");
    }
}

#[test]
fn placeholders_are_refused() {
    assert!(matches!(
        MasterKey::from_env_text(&"00".repeat(32)),
        Err(MasterKeyError::Weak)
    ));
    assert!(matches!(
        MasterKey::from_env_text(&"ff".repeat(32)),
        Err(MasterKeyError::Weak)
    ));
    assert!(matches!(
        MasterKey::from_env_text("changeme"),
        Err(MasterKeyError::Malformed)
    ));
}

#[test]
fn no_error_or_ring_shows_the_key() {
    let hex = "00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210";
    let key = MasterKey::from_env_text(hex).expect("a key");
    let ring = create_ring(&key).expect("a ring");
    let almost = MasterKey::from_env_text(&hex[..62])
        .err()
        .expect("too short");
    for text in [key.id(), ring, format!("{almost} {almost:?}")] {
        assert!(
            !text.contains(&hex[..8]) && !text.contains("ABEiM0"),
            "{text}"
        );
    }
}
