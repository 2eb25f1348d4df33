//! Homes of several processes over one PostgreSQL, and where their master keys come from.
//!
//! Deliberately absent: requests; what the engines do with what they share is shown by their own tests.

use crate::home::{Home, MasterKeyFrom, Opening, Place};
use crate::ring::RING;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use florin_base::{Millis, Scope, Timestamp};
use florin_domain::changes::Write;
use florin_domain::webhooks::WebhookEndpoint;
use florin_domain::{Entity, Kind, RecordKey};
use florin_engine::Ring;
use florin_store::Commit;
use florin_store::cluster::Cluster;
use florin_vault::{Brand, Cvc, MasterKey, SealContext, SealedSecret};
use std::path::{Path, PathBuf};

/// A file with a master key, removed at the end.
struct KeyFile(PathBuf);

impl KeyFile {
    fn new(name: &str) -> KeyFile {
        let name = format!("florin-home-{}-{name}.key", std::process::id());
        let path = std::env::temp_dir().join(name);
        MasterKey::create_file(&path).expect("a key file");
        KeyFile(path)
    }
}

impl Drop for KeyFile {
    fn drop(&mut self) {
        // What is left behind is in the folder for such things.
        let _ = std::fs::remove_file(&self.0);
    }
}

fn opening(config: &str, key: &Path) -> Opening {
    Opening {
        master_key: MasterKeyFrom::choose(Some(key.to_owned())),
        ..Opening::of(Place::Postgres(config.to_owned()))
    }
}

fn key_ids(home: &Home) -> Vec<String> {
    let keys = home.ring.vault().keys();
    keys.into_iter().map(|key| key.id).collect()
}

fn context<'a>(scope: &'a Scope, record: &'a str) -> SealContext<'a> {
    SealContext {
        account: &scope.account,
        live: scope.live,
        record,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn homes_over_one_database_are_one_installation() {
    let cluster = Cluster::shared().await;
    let config = cluster.config(&cluster.database().await);
    let key = KeyFile::new("shared");
    let open = || Home::open(opening(&config, &key.0));
    let (one, other) = tokio::join!(open(), open());
    let (one, other) = (one.expect("a home"), other.expect("a home"));
    assert_eq!(key_ids(&one), key_ids(&other));
    // A key that is made here is known there, whichever of the two asks first.
    let made = one.engine.create_account("A shop", "US", None).await;
    let scope = Scope::test(made.expect("an account").id.as_str());
    one.ring.rotate(Millis(1)).await.expect("a key");
    assert_ne!(key_ids(&one), key_ids(&other));
    let cvc = Cvc::parse("123", Brand::Visa).expect("a code");
    let put = one.engine.world().cvcs.put(context(&scope, "pm_1"), cvc, 0);
    put.await.expect("it is kept");
    let cvcs = &other.engine.world().cvcs;
    let taken = cvcs.take(context(&scope, "pm_1"), 0).await;
    assert!(taken.expect("an answer").is_some());
    assert_eq!(key_ids(&one), key_ids(&other));
    let again = one.engine.world().cvcs.take(context(&scope, "pm_1"), 0);
    assert!(again.await.expect("an answer").is_none());
    // A change of settings is seen by the poll, and the ring is read with it.
    one.ring.rotate(Millis(1)).await.expect("a key");
    assert_ne!(key_ids(&one), key_ids(&other));
    let made = other.engine.create_account("Another shop", "US", None);
    made.await.expect("an account");
    assert_eq!(key_ids(&one), key_ids(&other));
    // Both count what they sealed, each upon what the other one wrote.
    one.keeper().count_seals().await;
    other.keeper().count_seals().await;
    assert!(one.ring.reload().await.expect("an answer"));
    assert_eq!(one.ring.vault().revision(), 5);
    one.keeper().purge().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signing_secret_of_another_process_opens_and_moves_to_its_new_place() {
    let cluster = Cluster::shared().await;
    let config = cluster.config(&cluster.database().await);
    let key = KeyFile::new("signing");
    let one = Home::open(opening(&config, &key.0)).await.expect("a home");
    let other = Home::open(opening(&config, &key.0)).await.expect("a home");
    let scope = Scope::test("acct_1");
    one.ring.rotate(Millis(1)).await.expect("a key");
    let vault = one.ring.vault();
    let sealed = vault.seal_secret(&context(&scope, "we_1/secret"), b"whsec_1");
    let (secret_key_id, bytes) = sealed.expect("it is sealed").into_parts();
    assert!(!other.ring.vault().knows_key(&secret_key_id));
    let endpoint = WebhookEndpoint {
        id: "we_1".into(),
        created: Timestamp(1),
        secret: STANDARD.encode(bytes),
        secret_key_id,
        ..WebhookEndpoint::default()
    };
    let place = RecordKey::new(&scope, Kind::WebhookEndpoint, "we_1");
    let mut commit = Commit::default();
    commit.changes.writes.push(Write {
        key: place.clone(),
        expected: 0,
        version: 1,
        record: endpoint.into(),
        encoded: None,
    });
    one.store.commit(commit).await.expect("it is written");
    let rolled = other.engine.roll_webhook_secret(&scope, "we_1", 3_600);
    let secret = rolled.await.expect("a secret");
    let held = one.store.get(&[place]).await.expect("an answer").remove(0);
    let held = WebhookEndpoint::from_record(held.expect("the endpoint").record);
    let held = held.expect("an endpoint");
    let before = held.rolled.expect("the one before signs on");
    for (record, text, key_id, plain) in [
        ("we_1/rolled", &before.secret, &before.key_id, "whsec_1"),
        ("we_1/secret", &held.secret, &held.secret_key_id, &secret),
    ] {
        let bytes = STANDARD.decode(text).expect("base64");
        let sealed = SealedSecret::from_parts(key_id.clone(), bytes);
        let opened = vault.open_secret(&context(&scope, record), &sealed);
        assert_eq!(&**opened.expect("it opens"), plain.as_bytes());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_server_needs_the_one_master_key() {
    let cluster = Cluster::shared().await;
    let config = cluster.config(&cluster.database().await);
    let (right, wrong) = (KeyFile::new("right"), KeyFile::new("wrong"));
    let refused = async |opening: Opening| {
        let opened = Home::open(opening).await;
        format!("{:#}", opened.err().expect("it is refused"))
    };
    let none = Opening {
        master_key: MasterKeyFrom::Directory,
        ..Opening::of(Place::Postgres(config.clone()))
    };
    let error = refused(none).await;
    assert!(error.contains("--vault-key-file"), "{error}");
    let missing = opening(&config, Path::new("no-such-file.key"));
    let error = refused(missing).await;
    assert!(error.contains("no-such-file.key"), "{error}");
    let home = Home::open(opening(&config, &right.0))
        .await
        .expect("a home");
    let ring = home.store.text(RING).await.expect("an answer");
    assert!(ring.is_some());
    let error = refused(opening(&config, &wrong.0)).await;
    assert!(
        error.contains("cannot be opened with this master key"),
        "{error}"
    );
    assert_eq!(home.store.text(RING).await, Ok(ring));
}
