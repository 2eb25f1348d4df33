//! The command line.

use crate::admin::{self, Command as Admin};
use crate::limits::LimitArgs;
use crate::look::{self, Look};
use crate::mail::MailArgs;
use crate::place::{At, SandboxArgs};
use crate::sandbox_processor::{self, SandboxProcessorArgs};
use crate::{compatibility, dev, openapi, pay, serve, transfer};
use clap::{Args, Parser, Subcommand};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

/// A payment platform in one binary that speaks the Stripe v1 wire protocol.
#[derive(Debug, Parser)]
#[command(
    name = "florin",
    version,
    about,
    after_help = "Examples:\n  florin dev                      start a sandbox on http://127.0.0.1:8484\n  florin dev --ephemeral          the same, forgetting everything at the end\n  florin accounts create \"My shop\" --country DE\n  florin keys list\n  florin webhooks list\n  florin pay 49.00 EUR --order A-17\n\nAfter `florin dev`, any Stripe SDK works with its base URL set to http://127.0.0.1:8484."
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start a sandbox server: test mode, embedded database, ready keys.
    #[command(
        after_help = "Examples:\n  florin dev\n  florin dev --port 9000 --data ./my-sandbox\n  florin dev --ephemeral\n  florin dev --listen 0.0.0.0      makes fresh keys and prints them; the fixed ones do not work there\n\nTry it:\n  curl http://127.0.0.1:8484/v1/payment_intents \\\n    -u sk_test_FlorinDevFlorinDevFlorinDev: \\\n    -d amount=2000 -d currency=usd -d payment_method=pm_card_visa -d confirm=true"
    )]
    Dev(DevArgs),
    /// Serve an installation over SQLite or PostgreSQL. Several copies may serve one PostgreSQL database.
    #[command(
        after_help = "Examples:\n  florin serve --database sqlite:./florin-data\n  florin serve --database postgres://florin@db1,db2/florin?target_session_attrs=read-write \\\n    --vault-key-file /etc/florin/vault.key --listen 0.0.0.0:8484 --url https://pay.example.com\n\nMake an account and its keys:\n  florin accounts create \"My shop\" --database postgres://florin@db1/florin --vault-key-file /etc/florin/vault.key"
    )]
    Serve(ServeArgs),
    /// Ask for one payment: print its link and QR code, and wait for the buyer.
    #[command(after_help = pay::EXAMPLES)]
    Pay(pay::PayArgs),
    /// Make or change the tables of a PostgreSQL database for this release, also while others serve it.
    #[command(
        after_help = "Examples:\n  florin migrate --database postgres://florin@db1/florin\n  florin migrate --finish --database postgres://florin@db1/florin    when no copy of an older release serves any more"
    )]
    Migrate {
        /// Take away what only older releases use, and write in the newest form. Run it once no copy of an older release
        /// serves this database any more; those of this release may go on serving.
        #[arg(long)]
        finish: bool,
        /// The database.
        #[arg(
            long,
            value_name = "URL",
            env = "FLORIN_DATABASE",
            hide_env_values = true
        )]
        database: String,
    },
    /// Move a whole installation to another database. Its servers must be stopped.
    #[command(after_help = transfer::MOVE_EXAMPLES)]
    Move(transfer::MoveArgs),
    /// Write a whole installation into one file, also while it is served.
    #[command(after_help = transfer::BACKUP_EXAMPLES)]
    Backup(transfer::BackupArgs),
    /// Bring an installation out of a backup into an empty place.
    #[command(after_help = transfer::RESTORE_EXAMPLES)]
    Restore(transfer::RestoreArgs),
    /// Start the sandbox's processor as a process of its own, with its own books and with faults on purpose.
    #[command(after_help = sandbox_processor::EXAMPLES)]
    SandboxProcessor(SandboxProcessorArgs),
    /// Merchants of an installation.
    #[command(subcommand)]
    Accounts(Accounts),
    /// Keys of the API.
    #[command(subcommand)]
    Keys(Keys),
    /// Webhook deliveries and signing secrets.
    #[command(subcommand)]
    Webhooks(Webhooks),
    /// Calls to processors whose end is unknown, or which need a person.
    Attempts(Attempts),
    /// The keys that seal card numbers.
    #[command(subcommand)]
    Vault(Vault),
    /// Print the OpenAPI description of what this release serves.
    #[command(hide = true)]
    Openapi,
    /// Print the compatibility table as Markdown.
    #[command(hide = true)]
    Compatibility,
}

/// Arguments of `florin dev`.
#[derive(Args, Clone, Debug)]
pub struct DevArgs {
    /// The port of the API; 0 takes a free one.
    #[arg(long, default_value_t = 8484, env = "FLORIN_PORT")]
    pub port: u16,
    /// The port of metrics and administration on loopback; by default the next free one after the API's.
    #[arg(long, env = "FLORIN_METRICS_PORT")]
    pub metrics_port: Option<u16>,
    /// The address to listen on. Anything but loopback makes fresh keys.
    #[arg(long, default_value = "127.0.0.1")]
    pub listen: IpAddr,
    /// Where browsers reach this server, for the links that it hands out; by default the address that it listens on. Requests
    /// under its host name are answered, too.
    #[arg(long, env = "FLORIN_URL_PUBLIC")]
    pub url: Option<String>,
    /// The directory of the database and the vault key.
    #[arg(
        long,
        default_value = "florin-data",
        env = "FLORIN_DATA",
        conflicts_with = "ephemeral"
    )]
    pub data: PathBuf,
    /// Keep everything in a temporary directory and remove it at the end.
    #[arg(long)]
    pub ephemeral: bool,
    /// Seconds between tries of a webhook delivery, such as `1,2,5`; by default eleven waits over three days.
    #[arg(long, value_delimiter = ',', env = "FLORIN_WEBHOOK_RETRIES")]
    pub webhook_retries: Option<Vec<f64>>,
    #[command(flatten)]
    pub sandbox: SandboxArgs,
    #[command(flatten)]
    pub limits: LimitArgs,
    #[command(flatten)]
    pub mail: MailArgs,
    /// What to log: error, warn, info, debug, or a filter of the `tracing` kind.
    #[arg(long, default_value = "info", env = "FLORIN_LOG")]
    pub log: String,
}

/// Arguments of `florin serve`.
#[derive(Args, Clone)]
pub struct ServeArgs {
    /// The database: `postgres://USER@HOST[,HOST]/DATABASE`, or `sqlite:DIR`.
    #[arg(
        long,
        value_name = "URL",
        env = "FLORIN_DATABASE",
        hide_env_values = true
    )]
    pub database: String,
    /// The address of the API; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8484", env = "FLORIN_LISTEN")]
    pub listen: SocketAddr,
    /// The port of metrics and administration on loopback; by default the next free one after the API's.
    #[arg(long, env = "FLORIN_METRICS_PORT")]
    pub metrics_port: Option<u16>,
    /// Where browsers reach this server, for the links that it hands out; by default the address that it listens on.
    #[arg(long, env = "FLORIN_URL_PUBLIC")]
    pub url: Option<String>,
    /// The file of the vault's master key, the same for every copy. Over SQLite, `vault.key` in the directory by default.
    #[arg(long, value_name = "FILE", env = "FLORIN_VAULT_KEY_FILE")]
    pub vault_key_file: Option<PathBuf>,
    #[command(flatten)]
    pub sandbox: SandboxArgs,
    #[command(flatten)]
    pub limits: LimitArgs,
    #[command(flatten)]
    pub mail: MailArgs,
    /// Seconds between tries of a webhook delivery, such as `1,2,5`; by default eleven waits over three days.
    #[arg(long, value_delimiter = ',', env = "FLORIN_WEBHOOK_RETRIES")]
    pub webhook_retries: Option<Vec<f64>>,
    /// Let webhooks of test mode go to private and loopback addresses. Whoever has a test key can then reach them.
    #[arg(long)]
    pub allow_private_webhooks: bool,
    /// What to log: error, warn, info, debug, or a filter of the `tracing` kind.
    #[arg(long, default_value = "info", env = "FLORIN_LOG")]
    pub log: String,
}

impl std::fmt::Debug for ServeArgs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServeArgs").finish_non_exhaustive()
    }
}

#[derive(Debug, Subcommand)]
enum Accounts {
    /// Make a merchant with its test and live keys, which are shown once.
    #[command(after_help = "Example:\n  florin accounts create \"My shop\" --country DE")]
    Create {
        /// The merchant's name.
        name: String,
        /// ISO 3166-1 alpha-2.
        #[arg(long, default_value = "US")]
        country: String,
        #[command(flatten)]
        at: At,
    },
    /// List the merchants.
    List {
        #[command(flatten)]
        at: At,
    },
    /// Show or set the version of the API that a merchant's servers speak where a request names none.
    #[command(
        after_help = "Examples:\n  florin accounts version\n  florin accounts version --set 2020-08-27\n  florin accounts version --set newest    whatever release runs\n\nA request with the header Stripe-Version, and a webhook endpoint with a version of its own, are not changed by it."
    )]
    Version {
        /// The account; the oldest one when it is left out.
        account: Option<String>,
        /// The version, or `newest`.
        #[arg(long, value_name = "VERSION")]
        set: Option<String>,
        #[command(flatten)]
        at: At,
    },
    /// Change how the pages of a merchant look: name, logo, colours. Without any option it shows how they do.
    #[command(
        after_help = "Examples:\n  florin accounts brand --logo https://shop.example/logo.png --button-color '#1a73e8'\n  florin accounts brand acct_123 --logo none"
    )]
    Brand {
        /// The account; the oldest one when it is left out.
        account: Option<String>,
        #[command(flatten)]
        look: Look,
        #[command(flatten)]
        at: At,
    },
}

/// Which keys or deliveries a command is about.
#[derive(Args, Clone, Debug)]
struct Of {
    /// The account; the oldest one when it is left out.
    #[arg(long)]
    account: Option<String>,
    /// Live mode instead of test mode.
    #[arg(long)]
    live: bool,
    #[command(flatten)]
    at: At,
}

#[derive(Debug, Subcommand)]
enum Keys {
    /// Make a key, which is shown once.
    #[command(after_help = "Example:\n  florin keys create --name \"billing worker\"")]
    Create {
        /// What you call it.
        #[arg(long)]
        name: Option<String>,
        /// A publishable key, for browsers.
        #[arg(long)]
        publishable: bool,
        /// A host whose pages may hold card fields with this publishable key, such as `shop.example` or `*.shop.example`; may be
        /// given several times. Without it every page may.
        #[arg(long = "domain", value_name = "HOST", requires = "publishable")]
        domains: Vec<String>,
        #[command(flatten)]
        of: Of,
    },
    /// List the keys of an account.
    List {
        #[command(flatten)]
        of: Of,
    },
    /// Say which pages may hold card fields with a publishable key. Without a host every page may.
    #[command(after_help = "Example:\n  florin keys domains mk_… shop.example *.shop.example")]
    Domains {
        /// The key's id from `florin keys list`.
        id: String,
        /// Hosts such as `shop.example`, `localhost:3000` or `*.shop.example`, which is every host below.
        #[arg(value_name = "HOST")]
        domains: Vec<String>,
        #[command(flatten)]
        of: Of,
    },
    /// Make a successor of a key; the old one works for a while longer.
    #[command(after_help = "Example:\n  florin keys roll mk_… --overlap-hours 24")]
    Roll {
        /// The key's id from `florin keys list`.
        id: String,
        /// How long the old key still works.
        #[arg(long, default_value_t = 24)]
        overlap_hours: u32,
        #[command(flatten)]
        of: Of,
    },
    /// End a key at once.
    Revoke {
        /// The key's id from `florin keys list`.
        id: String,
        #[command(flatten)]
        of: Of,
    },
}

#[derive(Debug, Subcommand)]
enum Webhooks {
    /// List the newest deliveries with their last result.
    List {
        /// At most so many.
        #[arg(long, default_value_t = 20)]
        limit: usize,
        #[command(flatten)]
        of: Of,
    },
    /// Send a delivery again.
    #[command(after_help = "Example:\n  florin webhooks resend whd_…")]
    Resend {
        /// The delivery's id from `florin webhooks list`.
        id: String,
        #[command(flatten)]
        of: Of,
    },
    /// Give an endpoint a new signing secret, which is shown once; the old one signs too for a while.
    Roll {
        /// The endpoint's id.
        id: String,
        /// How long the old secret still signs.
        #[arg(long, default_value_t = 24)]
        overlap_hours: u32,
        #[command(flatten)]
        of: Of,
    },
}

/// `florin attempts`.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  florin attempts --unknown\n  florin attempts resolve att_… --as reverse"
)]
struct Attempts {
    /// Only those whose end is unknown or which were put aside.
    #[arg(long)]
    unknown: bool,
    /// At most so many.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    #[command(flatten)]
    of: Of,
    #[command(subcommand)]
    decide: Option<Decide>,
}

#[derive(Debug, Subcommand)]
enum Decide {
    /// Decide on an attempt that was put aside because its approval did not fit what was asked.
    Resolve {
        /// The attempt's id.
        id: String,
        /// `approved`: the processor did what it was asked. `declined`: it did nothing. `reverse`: give back what it did.
        #[arg(long = "as", value_parser = ["approved", "declined", "reverse"])]
        how: String,
        #[command(flatten)]
        of: Of,
    },
}

#[derive(Debug, Subcommand)]
enum Vault {
    /// Make a new data key and seal every card number and secret with it anew.
    Rotate {
        #[command(flatten)]
        at: At,
    },
    /// List the data keys.
    Keys {
        #[command(flatten)]
        at: At,
    },
}

/// What a command line that cannot be read ends with. The exit codes of `pay` are taken, so it has one of its own for that.
pub fn misunderstood(error: &clap::Error) -> ExitCode {
    // Nothing is left to be told if this fails.
    let _ = error.print();
    let is_pay = std::env::args_os().nth(1).is_some_and(|word| word == "pay");
    match error.exit_code() {
        0 => ExitCode::SUCCESS,
        _ if is_pay => ExitCode::from(pay::FAILED),
        code => ExitCode::from(u8::try_from(code).unwrap_or(1)),
    }
}

/// Runs a command.
///
/// # Errors
/// The command cannot be carried out; the text says why.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    // Card numbers and keys must not reach a core file, whichever command opens the vault.
    if let Err(error) = florin_vault::forbid_dumps() {
        eprintln!("florin: memory dumps of this process could not be forbidden: {error}");
    }
    let done = match cli.command {
        // Its exit code says what became of the payment.
        Command::Pay(args) => return Ok(pay::run(&args)),
        Command::Dev(args) => dev::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Migrate { finish, database } => serve::migrate(&database, finish),
        Command::Move(args) => transfer::relocate(&args),
        Command::Backup(args) => transfer::backup(&args),
        Command::Restore(args) => transfer::restore(&args),
        Command::SandboxProcessor(args) => sandbox_processor::run(&args),
        Command::Accounts(command) => accounts(command),
        Command::Keys(command) => keys(command),
        Command::Webhooks(command) => webhooks(command),
        Command::Attempts(command) => attempts(command),
        Command::Vault(Vault::Rotate { at }) => admin::run(&at, Admin::VaultRotate),
        Command::Vault(Vault::Keys { at }) => admin::run(&at, Admin::VaultKeys),
        Command::Openapi => {
            print!("{}", openapi::document());
            Ok(())
        }
        Command::Compatibility => {
            print!("{}", compatibility::document());
            Ok(())
        }
    };
    done.map(|()| ExitCode::SUCCESS)
}

fn accounts(command: Accounts) -> anyhow::Result<()> {
    match command {
        Accounts::Create { name, country, at } => {
            admin::run(&at, Admin::AccountsCreate { name, country })
        }
        Accounts::List { at } => admin::run(&at, Admin::AccountsList),
        Accounts::Version { account, set, at } => {
            let patch = look::version(set)?;
            admin::run(&at, Admin::AccountsVersion { account, patch })
        }
        Accounts::Brand { account, look, at } => {
            let patch = look.read()?;
            admin::run(&at, Admin::AccountsBrand { account, patch })
        }
    }
}

fn keys(command: Keys) -> anyhow::Result<()> {
    let (of, command) = match command {
        Keys::Create {
            name,
            publishable,
            domains,
            of,
        } => {
            let command = Admin::KeysCreate {
                account: of.account.clone(),
                live: of.live,
                name,
                publishable,
                domains,
            };
            (of, command)
        }
        Keys::Domains { id, domains, of } => (
            of.clone(),
            Admin::KeysDomains {
                account: of.account,
                live: of.live,
                id,
                domains,
            },
        ),
        Keys::List { of } => (
            of.clone(),
            Admin::KeysList {
                account: of.account,
                live: of.live,
            },
        ),
        Keys::Roll {
            id,
            overlap_hours,
            of,
        } => {
            let overlap_s = i64::from(overlap_hours) * 3_600;
            (
                of.clone(),
                Admin::KeysRoll {
                    account: of.account,
                    live: of.live,
                    id,
                    overlap_s,
                },
            )
        }
        Keys::Revoke { id, of } => (
            of.clone(),
            Admin::KeysRevoke {
                account: of.account,
                live: of.live,
                id,
            },
        ),
    };
    admin::run(&of.at, command)
}

fn attempts(command: Attempts) -> anyhow::Result<()> {
    let (of, command) = match command.decide {
        None => {
            let list = Admin::AttemptsList {
                account: command.of.account.clone(),
                live: command.of.live,
                unknown: command.unknown,
                limit: command.limit,
            };
            (command.of, list)
        }
        Some(Decide::Resolve { id, how, of }) => {
            let resolve = Admin::AttemptsResolve {
                account: of.account.clone(),
                live: of.live,
                id,
                how,
            };
            (of, resolve)
        }
    };
    admin::run(&of.at, command)
}

fn webhooks(command: Webhooks) -> anyhow::Result<()> {
    let (of, command) = match command {
        Webhooks::List { limit, of } => (
            of.clone(),
            Admin::WebhooksList {
                account: of.account,
                live: of.live,
                limit,
            },
        ),
        Webhooks::Resend { id, of } => (
            of.clone(),
            Admin::WebhooksResend {
                account: of.account,
                live: of.live,
                id,
            },
        ),
        Webhooks::Roll {
            id,
            overlap_hours,
            of,
        } => {
            let overlap_s = i64::from(overlap_hours) * 3_600;
            (
                of.clone(),
                Admin::WebhooksRoll {
                    account: of.account,
                    live: of.live,
                    id,
                    overlap_s,
                },
            )
        }
    };
    admin::run(&of.at, command)
}
