//! Administration: the commands on accounts, keys, webhooks and the vault.
//!
//! A running server holds its directory's lock, so commands go to it through the side door with a token that lies in the
//! directory; without a server the directory is opened for the command alone.

use crate::attempts;
use crate::home::Home;
use crate::look;
use crate::metrics::Side;
use crate::place::At;
use crate::ring::{RETIRE_AFTER_MS, RingKeeper, is_superseded_for_long};
use anyhow::{Context, Result, anyhow, bail};
use base64::Engine as _;
use florin_base::{Millis, Scope, Timestamp};
use florin_domain::accounts::{Account, AccountPatch, DOMAINS_MAX, KeyRole, domain};
use florin_egress::{Egress, EgressError, HttpEgress, Policy, Request, TIMEOUT_MS_LIMIT};
use florin_engine::{Engine, KeyWish};
use florin_store::Installation;
use florin_vault::{KEYS_MAX, KeyInfo, constant_time_eq, random_bytes};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The file that tells the command line where a running server's side door is.
const ADMIN_FILE: &str = "admin.json";
/// Sealing everything anew takes as long as there are cards: it is waited for as long as egress waits for anything.
const ROTATE_TIMEOUT_MS: u64 = TIMEOUT_MS_LIMIT;
/// Answers of the side door are read up to so many bytes.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// What can be asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Make a merchant.
    AccountsCreate { name: String, country: String },
    /// List merchants.
    AccountsList,
    AccountsBrand {
        account: Option<String>,
        patch: AccountPatch,
    },
    AccountsVersion {
        account: Option<String>,
        patch: AccountPatch,
    },
    /// Make a key.
    KeysCreate {
        account: Option<String>,
        live: bool,
        name: Option<String>,
        publishable: bool,
        #[serde(default)]
        domains: Vec<String>,
    },
    /// Say where the frames of a key may stand.
    KeysDomains {
        account: Option<String>,
        live: bool,
        id: String,
        domains: Vec<String>,
    },
    /// List keys.
    KeysList { account: Option<String>, live: bool },
    /// Roll a key.
    KeysRoll {
        account: Option<String>,
        live: bool,
        id: String,
        overlap_s: i64,
    },
    /// End a key.
    KeysRevoke {
        account: Option<String>,
        live: bool,
        id: String,
    },
    /// List deliveries.
    WebhooksList {
        account: Option<String>,
        live: bool,
        limit: usize,
    },
    /// Send a delivery again.
    WebhooksResend {
        account: Option<String>,
        live: bool,
        id: String,
    },
    /// Roll a signing secret.
    WebhooksRoll {
        account: Option<String>,
        live: bool,
        id: String,
        overlap_s: i64,
    },
    /// List attempts.
    AttemptsList {
        account: Option<String>,
        live: bool,
        unknown: bool,
        limit: usize,
    },
    /// Decide on an attempt that was put aside.
    AttemptsResolve {
        account: Option<String>,
        live: bool,
        id: String,
        how: String,
    },
    /// Make a new data key and seal everything anew.
    VaultRotate,
    /// List data keys.
    VaultKeys,
}

/// What a command is carried out on.
pub struct Door {
    engine: Arc<Engine>,
    store: Arc<dyn Installation>,
    ring: Arc<RingKeeper>,
    token: String,
}

impl Door {
    /// A door to an open installation, with a fresh token.
    pub fn new(home: &Home) -> Door {
        let bytes = random_bytes::<32>().unwrap_or_else(|_| std::process::abort());
        let token = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
        Door {
            engine: Arc::clone(&home.engine),
            store: Arc::clone(&home.store),
            ring: Arc::clone(&home.ring),
            token,
        }
    }

    /// What a caller must show.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// True for the right token.
    pub fn opens(&self, given: &str) -> bool {
        constant_time_eq(given.as_bytes(), self.token.as_bytes())
    }

    /// Carries a command out and returns its answer as JSON.
    pub async fn answer(&self, command: &str) -> Result<String> {
        let command: Command = serde_json::from_str(command)
            .context("the command is not understood; is the binary newer than the server?")?;
        Ok(self.perform(command).await?.to_string())
    }

    async fn scope(&self, account: Option<String>, live: bool) -> Result<Scope> {
        let account = match account {
            Some(account) => account,
            None => {
                let first = self.engine.first_account().await?;
                first.map(|account| account.id.to_string()).ok_or_else(|| {
                    anyhow!("there is no account yet; `florin accounts create` makes one")
                })?
            }
        };
        self.engine.account_record(&account).await.map_err(|_| {
            anyhow!("there is no account {account}; `florin accounts list` shows them")
        })?;
        Ok(Scope {
            account: account.into(),
            live,
        })
    }

    async fn perform(&self, command: Command) -> Result<Value> {
        match command {
            Command::AccountsCreate { name, country } => self.create_account(&name, &country).await,
            Command::AccountsList => {
                let all = self.engine.list_accounts().await?;
                let rows = all.iter().map(|account| json!({"id": account.id, "name": account.name, "country": account.country, "created": account.created}));
                Ok(rows.collect())
            }
            Command::AccountsBrand { account, patch } => {
                let changed = self.change(account, patch).await?;
                Ok(look::shown(&changed))
            }
            Command::AccountsVersion { account, patch } => {
                let changed = self.change(account, patch).await?;
                Ok(look::spoken(&changed))
            }
            Command::KeysCreate {
                account,
                live,
                name,
                publishable,
                domains,
            } => {
                let scope = self.scope(account, live).await?;
                let role = if publishable {
                    KeyRole::Publishable
                } else {
                    KeyRole::Secret
                };
                let wish = KeyWish {
                    role,
                    name,
                    domains: hosts(&domains)?,
                };
                Ok(json!({ "key": self.engine.create_key(&scope, wish, None).await? }))
            }
            Command::KeysDomains {
                account,
                live,
                id,
                domains,
            } => {
                let scope = self.scope(account, live).await?;
                let domains = hosts(&domains)?;
                self.engine
                    .set_domains(&scope, &id, domains.clone())
                    .await?;
                Ok(json!({ "id": id, "domains": domains }))
            }
            Command::KeysList { account, live } => {
                self.list_keys(&self.scope(account, live).await?).await
            }
            Command::KeysRoll {
                account,
                live,
                id,
                overlap_s,
            } => {
                let scope = self.scope(account, live).await?;
                let until = Timestamp(self.engine.world().clock.now().timestamp().0 + overlap_s);
                Ok(json!({ "key": self.engine.roll_key(&scope, &id, until).await? }))
            }
            Command::KeysRevoke { account, live, id } => {
                let scope = self.scope(account, live).await?;
                self.engine.revoke_key(&scope, &id).await?;
                Ok(json!({ "revoked": id }))
            }
            messages_and_attempts => self.look_after(messages_and_attempts).await,
        }
    }

    /// Commands on deliveries, attempts and the vault.
    async fn look_after(&self, command: Command) -> Result<Value> {
        match command {
            Command::WebhooksList {
                account,
                live,
                limit,
            } => {
                self.list_deliveries(&self.scope(account, live).await?, limit)
                    .await
            }
            Command::WebhooksResend { account, live, id } => {
                let scope = self.scope(account, live).await?;
                self.engine.resend(&scope, &id).await?;
                Ok(json!({ "resent": id }))
            }
            Command::WebhooksRoll {
                account,
                live,
                id,
                overlap_s,
            } => {
                let scope = self.scope(account, live).await?;
                Ok(
                    json!({ "secret": self.engine.roll_webhook_secret(&scope, &id, overlap_s).await? }),
                )
            }
            Command::AttemptsList {
                account,
                live,
                unknown,
                limit,
            } => {
                let scope = self.scope(account, live).await?;
                attempts::list(&self.engine, &scope, unknown, limit).await
            }
            Command::AttemptsResolve {
                account,
                live,
                id,
                how,
            } => {
                let scope = self.scope(account, live).await?;
                attempts::resolve(&self.engine, &scope, &id, &how).await
            }
            Command::VaultRotate => self.rotate(self.store.now().await?).await,
            Command::VaultKeys => Ok(self.vault_keys()),
            other => bail!("{other:?} is no command on deliveries, attempts or the vault"),
        }
    }

    async fn create_account(&self, name: &str, country: &str) -> Result<Value> {
        if country.len() != 2 || !country.bytes().all(|b| b.is_ascii_alphabetic()) {
            bail!("{country:?} is not a two-letter country code");
        }
        let account = self
            .engine
            .create_account(name, &country.to_ascii_uppercase(), None)
            .await?;
        let mut made = json!({ "id": account.id, "name": account.name });
        for live in [false, true] {
            let scope = Scope {
                account: account.id.as_str().into(),
                live,
            };
            for (role, label) in [
                (KeyRole::Secret, "secret"),
                (KeyRole::Publishable, "publishable"),
            ] {
                let mode = scope.mode();
                made[format!("{mode}_{label}_key")] = self
                    .engine
                    .create_key(&scope, KeyWish::named(role, "default"), None)
                    .await?
                    .into();
            }
        }
        Ok(made)
    }

    /// Changes a merchant, or only looks.
    async fn change(&self, account: Option<String>, patch: AccountPatch) -> Result<Account> {
        let scope = self.scope(account, false).await?;
        if patch == AccountPatch::default() {
            let account = self.engine.account_record(&scope.account).await?;
            return Ok((*account).clone());
        }
        Ok(self.engine.change_account(&scope.account, patch).await?)
    }

    async fn list_keys(&self, scope: &Scope) -> Result<Value> {
        let now = self.engine.world().clock.now().timestamp();
        let keys = self.engine.list_keys(scope).await?;
        let rows = keys.iter().map(|listed| {
            let key = &listed.key;
            let state = match (key.revoked, key.is_usable(now)) {
                (Some(_), _) => "revoked",
                (None, true) => "usable",
                (None, false) => "expired",
            };
            let shown = format!("{}…{}", florin_engine::key_prefix(key.role, scope.live), key.last4);
            json!({"id": key.id, "key": shown, "name": key.name, "state": state, "domains": key.domains.join(" "), "expires": key.expires, "created": key.created})
        });
        Ok(rows.collect())
    }

    async fn list_deliveries(&self, scope: &Scope, limit: usize) -> Result<Value> {
        let listed = self.engine.deliveries(scope, limit.clamp(1, 100)).await?;
        let rows = listed.iter().map(|(delivery, event)| {
            let last = delivery.log.last();
            let result = last.map(|attempt| match (&attempt.status, &attempt.error) {
                (Some(status), _) => format!("HTTP {status}"),
                (None, Some(error)) => error.clone(),
                (None, None) => String::new(),
            });
            json!({
                "id": delivery.id, "event": delivery.event, "type": event.as_ref().map(|event| event.kind.as_str()),
                "endpoint": delivery.endpoint, "state": delivery.state.name(), "tries": delivery.tries, "last": result,
            })
        });
        Ok(rows.collect())
    }

    fn vault_keys(&self) -> Value {
        let rows = self.ring.vault().keys().into_iter().map(|key| json!({"id": key.id, "state": format!("{:?}", key.state).to_lowercase(), "seals": key.seals}));
        rows.collect()
    }

    /// Adds a data key and seals everything with it. Ends keys that an earlier rotation superseded long enough ago and that
    /// seal nothing any more; says which keys stay, and why.
    pub(crate) async fn rotate(&self, now: Millis) -> Result<Value> {
        let keys = self.ring.vault().keys();
        let (old, young): (Vec<KeyInfo>, Vec<KeyInfo>) = keys
            .into_iter()
            .partition(|key| is_superseded_for_long(key, now));
        let mut retired = Vec::new();
        if old.len() + young.len() >= KEYS_MAX {
            // A full ring takes no key before another one ends.
            retired = self.retire_unused(&old).await?;
        }
        self.ring.rotate(now).await?;
        let resealed = self.engine.reseal_all().await?;
        let left = old.into_iter().filter(|key| !retired.contains(&key.id));
        let left: Vec<KeyInfo> = left.collect();
        retired.extend(self.retire_unused(&left).await?);
        let minutes = RETIRE_AFTER_MS / 60_000;
        let used = left.iter().filter(|key| !retired.contains(&key.id));
        let used = used.map(|key| {
            json!({"id": key.id, "because": "something is still sealed with it; the next rotation looks again"})
        });
        let superseded = young.iter().map(|key| {
            let because =
                format!("it sealed less than {minutes} minutes ago; a rotation after that ends it");
            json!({"id": key.id, "because": because})
        });
        let kept: Vec<Value> = used.chain(superseded).collect();
        Ok(
            json!({ "resealed": resealed, "retired": retired, "kept": kept, "keys": self.vault_keys() }),
        )
    }

    /// Ends those of the keys that seal nothing any more, and gives their ids.
    async fn retire_unused(&self, keys: &[KeyInfo]) -> Result<Vec<String>> {
        let mut retired = Vec::new();
        for key in keys {
            let is_used =
                self.engine.is_key_used(&key.id).await? || self.store.uses_key(&key.id).await?;
            if !is_used {
                self.ring.retire(&key.id).await?;
                retired.push(key.id.clone());
            }
        }
        Ok(retired)
    }
}

/// The hosts of a key as they are kept.
fn hosts(named: &[String]) -> Result<Vec<String>> {
    if named.len() > DOMAINS_MAX {
        bail!("a key names at most {DOMAINS_MAX} domains");
    }
    let hosts = named.iter().map(|text| domain(text));
    hosts
        .collect::<Result<_, String>>()
        .map_err(|wrong| anyhow!(wrong))
}

/// The announcement of a running server; removed when the server stops.
pub struct Announced(PathBuf);

impl Drop for Announced {
    fn drop(&mut self) {
        // A file that is left behind is found stale by the next command.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Tells the command line where the side door is.
pub fn announce(directory: &Path, side: &Side) -> Result<Announced> {
    let path = directory.join(ADMIN_FILE);
    let _ = std::fs::remove_file(&path);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    let text = json!({ "address": side.address.to_string(), "token": side.token });
    file.write_all(text.to_string().as_bytes())?;
    Ok(Announced(path))
}

/// Carries a command out, by the running server or alone, and prints the answer.
pub fn run(at: &At, command: Command) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let answer = runtime.block_on(async {
        let asked = match at.directory() {
            Some(data) => ask_server(&data, &command).await?,
            None => None,
        };
        match asked {
            Some(answer) => Ok::<Value, anyhow::Error>(answer),
            None => alone(at, command).await,
        }
    })?;
    if at.json {
        println!("{}", serde_json::to_string_pretty(&answer)?);
    } else {
        print!("{}", table(&answer));
    }
    Ok(())
}

async fn ask_server(data: &Path, command: &Command) -> Result<Option<Value>> {
    let Ok(text) = std::fs::read_to_string(data.join(ADMIN_FILE)) else {
        return Ok(None);
    };
    let announced: Value = serde_json::from_str(&text)
        .context("the server's announcement is damaged; restart the server")?;
    let member = |name: &str| {
        announced
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let mut request = Request::post(
        format!("http://{}/admin", member("address")),
        serde_json::to_vec(command)?,
    );
    request.headers.push((
        "authorization".to_owned(),
        format!("Bearer {}", member("token")),
    ));
    request.body_bytes_max = ANSWER_BYTES_MAX;
    let egress = HttpEgress::new()?;
    let policy = Policy {
        any_port: true,
        ..Policy::dev()
    };
    if matches!(command, Command::VaultRotate) {
        request.timeout_ms = ROTATE_TIMEOUT_MS;
    }
    let answer = match egress.send(request, policy).await {
        Ok(answer) => answer,
        // Nobody listens there: the server died and left its announcement behind.
        Err(EgressError::Connect(_)) => return Ok(None),
        Err(error) => return Err(unanswered(&error)),
    };
    let body = String::from_utf8_lossy(&answer.body).into_owned();
    match answer.status {
        200 => Ok(Some(serde_json::from_str(&body)?)),
        _ => bail!("{}", body.trim()),
    }
}

/// The server was reached, so the directory is its own, and the command may be under way.
fn unanswered(error: &EgressError) -> anyhow::Error {
    anyhow!(
        "the server that runs on this directory was reached, but gave no answer: {error} It may still carry the command out. \
         List what is there before you try again."
    )
}

async fn alone(at: &At, command: Command) -> Result<Value> {
    let home = Home::open(at.opening()?).await?;
    Door::new(&home).perform(command).await
}

/// A JSON answer for people: a list as a table, an object as lines.
fn table(answer: &Value) -> String {
    let text = |value: &Value| match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match answer {
        Value::Array(rows) if rows.is_empty() => "Nothing yet.\n".to_owned(),
        Value::Array(rows) => {
            let names: Vec<String> = rows[0]
                .as_object()
                .map(|row| row.keys().cloned().collect())
                .unwrap_or_default();
            let lines: Vec<Vec<String>> =
                std::iter::once(names.iter().map(|name| name.to_uppercase()).collect())
                    .chain(
                        rows.iter()
                            .map(|row| names.iter().map(|name| text(&row[name])).collect()),
                    )
                    .collect();
            let width = |column: usize| {
                lines
                    .iter()
                    .map(|line| line[column].chars().count())
                    .max()
                    .unwrap_or(0)
            };
            let widths: Vec<usize> = (0..names.len()).map(width).collect();
            let padded = |line: &Vec<String>| {
                let cells = line
                    .iter()
                    .zip(&widths)
                    .map(|(cell, width)| format!("{cell:<width$}"));
                format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
            };
            lines.iter().map(padded).collect()
        }
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| format!("{name}: {}\n", text(value)))
            .collect(),
        other => format!("{}\n", text(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_a_server_that_cannot_be_reached_counts_as_dead() -> Result<()> {
        let directory = std::env::temp_dir().join(format!("florin-admin-{}", std::process::id()));
        std::fs::create_dir_all(&directory)?;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let text = json!({ "address": listener.local_addr()?.to_string(), "token": "t" });
        std::fs::write(directory.join(ADMIN_FILE), text.to_string())?;
        let silent = tokio::spawn(async move {
            drop(listener.accept().await);
            listener
        });
        let asked = ask_server(&directory, &Command::VaultKeys).await;
        let error = asked.expect_err("no answer").to_string();
        assert!(error.contains("was reached"), "{error}");
        drop(silent.await?);
        let asked = ask_server(&directory, &Command::VaultKeys).await?;
        assert_eq!(asked, None);
        Ok(std::fs::remove_dir_all(&directory)?)
    }

    #[test]
    fn answers_are_readable() {
        assert_eq!(table(&json!([])), "Nothing yet.\n");
        assert_eq!(
            table(&json!([{"id": "a", "name": null}, {"id": "bcd", "name": "x"}])),
            "ID   NAME\na    -\nbcd  x\n"
        );
        assert_eq!(table(&json!({"key": "k"})), "key: k\n");
    }
}
