//! Backup, restore and move as an operator does them, and the drill: a backup counts once it was restored and audited.
//!
//! Deliberately absent: PostgreSQL, to which the store's own tests copy.

use crate::audit::{self, assert_sound};
use crate::folder::Folder;
use crate::server::{SECRET_KEY, Server, Start, florin};
use crate::shop::{PAYMENT, Shop};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a server answers to these is the same, byte for byte, on a copy.
const LISTS: [&str; 8] = [
    "/v1/payment_intents?limit=100",
    "/v1/charges?limit=100",
    "/v1/refunds?limit=100",
    "/v1/customers?limit=100",
    "/v1/balance",
    "/v1/balance_transactions?limit=100",
    "/v1/events?limit=100",
    "/v1/account",
];

fn sqlite(data: &Path) -> String {
    format!("sqlite:{}", data.display())
}

/// Runs a command that must succeed, and returns what it printed.
#[track_caller]
fn done(arguments: &[&str]) -> String {
    let output = florin(arguments);
    let (out, errors) = (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    );
    assert!(output.status.success(), "{arguments:?}: {out}{errors}");
    out
}

/// Runs a command that must fail with 1, and returns all that it said.
#[track_caller]
fn refused(arguments: &[&str]) -> String {
    let output = florin(arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    out + &String::from_utf8_lossy(&output.stderr)
}

/// Payments, a refund, a manual capture, and a customer's saved card.
fn trade(shop: &Shop) -> (String, String) {
    let customer = shop.made("/v1/customers", &[("email", "jenny@example.com")]);
    let mut saving = PAYMENT.to_vec();
    saving.extend([
        ("customer", customer.as_str()),
        ("setup_future_usage", "off_session"),
    ]);
    let intent = shop.post("/v1/payment_intents", &saving).expect(200);
    let method = intent.at("/payment_method");
    let refunded = shop.pay();
    let refund = [("payment_intent", refunded.as_str()), ("amount", "700")];
    shop.post("/v1/refunds", &refund).expect(200);
    let mut held = PAYMENT.to_vec();
    held.push(("capture_method", "manual"));
    shop.post("/v1/payment_intents", &held).expect(200);
    (customer, method)
}

/// What the lists answer. Addresses are those of the server that is asked, so that its own is left out.
fn answers(server: &Server) -> Vec<String> {
    let shop = server.shop();
    let lists = LISTS.iter().map(|path| shop.get(path).expect(200).body);
    let texts = lists.map(|body| String::from_utf8(body).expect("text"));
    let own = server.address.to_string();
    texts.map(|text| text.replace(&own, "")).collect()
}

/// Charges the saved card, which only the right vault key opens.
fn pays_again(server: &Server, customer: &str, method: &str) {
    let mut fields = PAYMENT.to_vec();
    fields[2].1 = method;
    fields.extend([("customer", customer), ("off_session", "true")]);
    let paid = server.shop().post("/v1/payment_intents", &fields);
    assert_eq!(paid.expect(200).at("/status"), "succeeded");
}

/// Puts the vault's key next to a copy, as an operator does.
fn bring_key(from: &Path, to: &Path) {
    let key = to.join("vault.key");
    std::fs::copy(from.join("vault.key"), &key).expect("the key can be copied");
    std::fs::set_permissions(key, std::fs::Permissions::from_mode(0o600)).expect("it is ours");
}

#[test]
fn an_installation_is_backed_up_restored_and_moved() {
    let folder = Folder::new("transfer");
    let (first, second, third) = (folder.join("a"), folder.join("b"), folder.join("c"));
    let server = Start::on(&first).start();
    let (customer, method) = trade(&server.shop());
    let wanted = answers(&server);
    assert!(server.stop().0.success());
    let file = folder.join("one.backup").display().to_string();
    let said = done(&["backup", "--from", &sqlite(&first), "--to", &file]);
    assert!(said.contains("master key is NOT in it"), "{said}");
    assert!(said.contains("all sums are right"), "{said}");
    let mode = std::fs::metadata(&file).expect("the file").permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    let said = done(&["restore", "--from", &file, "--to", &sqlite(&second)]);
    assert!(said.contains("master key was NOT copied"), "{said}");
    let error = Start::on(&second).try_start().err().unwrap_or_default();
    assert!(error.contains("vault.key"), "{error}");
    bring_key(&first, &second);
    let server = Start::on(&second).start();
    assert!(answers(&server) == wanted, "the objects differ");
    pays_again(&server, &customer, &method);
    // A server on either end is in the way.
    let said = refused(&["move", "--from", &sqlite(&second), "--to", &sqlite(&third)]);
    assert!(said.contains("in use"), "{said}");
    let wanted = answers(&server);
    assert!(server.stop().0.success());
    done(&["move", "--from", &sqlite(&second), "--to", &sqlite(&third)]);
    bring_key(&first, &third);
    let server = Start::on(&third).start();
    assert!(answers(&server) == wanted, "the objects differ");
    pays_again(&server, &customer, &method);
    assert!(server.stop().0.success());
    for data in [&first, &second, &third] {
        assert_sound(&data.join("florin.db"));
    }
}

/// The drill of `docs/operations.md`, while customers pay.
#[test]
fn a_backup_under_load_passes_the_drill() {
    let folder = Folder::new("drill");
    let data = folder.join("data");
    let server = Start::on(&data).start();
    server.shop().pay();
    let file = folder.join("live.backup").display().to_string();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let shops = (0..2).map(|_| Shop::new(server.address, SECRET_KEY));
        for shop in shops {
            let stop = &stop;
            scope.spawn(move || {
                while !stop.load(Ordering::SeqCst) {
                    shop.pay();
                }
            });
        }
        let output = florin(&["backup", "--from", &sqlite(&data), "--to", &file]);
        stop.store(true, Ordering::SeqCst);
        assert!(output.status.success(), "{output:?}");
    });
    let restored = folder.join("restored");
    done(&["restore", "--from", &file, "--to", &sqlite(&restored)]);
    let database = restored.join("florin.db");
    assert_sound(&database);
    let paid = audit::rows(&audit::open(&database), "payment_intents", "true").len();
    bring_key(&data, &restored);
    let copy = Start::on(&restored).start();
    let wanted = paid.min(100);
    assert_eq!(
        copy.shop().ids("/v1/payment_intents?limit=100").len(),
        wanted
    );
    copy.shop().pay();
    assert!(copy.stop().0.success());
    assert_sound(&database);
}

#[test]
fn what_is_wrong_ends_with_1_and_says_so() {
    let folder = Folder::new("wrong");
    let (first, second) = (folder.join("a"), folder.join("b"));
    let server = Start::on(&first).start();
    trade(&server.shop());
    assert!(server.stop().0.success());
    let file = folder.join("one.backup").display().to_string();
    done(&["backup", "--from", &sqlite(&first), "--to", &file]);
    let connection = rusqlite::Connection::open(&file).expect("the file");
    let damage = "UPDATE ledger_entries SET amount = amount + 1 WHERE line = 0";
    assert!(connection.execute(damage, []).expect("damage") > 0);
    drop(connection);
    let said = refused(&["restore", "--from", &file, "--to", &sqlite(&second)]);
    assert!(
        said.contains("DIFFERS ledger_entries: the backup is damaged"),
        "{said}"
    );
    assert!(
        said.contains("WRONG") && said.contains("thrown away"),
        "{said}"
    );
    assert!(!second.join("florin.db").exists());
    let said = refused(&["backup", "--from", &sqlite(&first), "--to", &file]);
    assert!(said.contains("never replaces"), "{said}");
    let nowhere = "postgres://me:hunter2@127.0.0.1:1/florin";
    let said = refused(&["move", "--from", &sqlite(&first), "--to", nowhere]);
    assert!(
        said.contains("nothing was moved") && !said.contains("hunter2"),
        "{said}"
    );
    let said = refused(&["move", "--from", "mysql://me:hunter2@db", "--to", nowhere]);
    assert!(
        said.contains("--from must be") && !said.contains("hunter2"),
        "{said}"
    );
}
