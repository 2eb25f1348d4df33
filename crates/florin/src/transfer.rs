//! `florin move`, `florin backup` and `florin restore`: copying a whole installation, and saying what became of it.
//!
//! The mechanism is the store's; here are the arguments, the progress on standard error and the report. Deliberately
//! absent: the vault's master key, which is copied by hand on purpose: who has a copy and the key can read everything.

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use florin_store::transfer::{self, Place, Progress, Report, Step};
use std::fmt;
use std::io::{IsTerminal, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often progress is told.
const PROGRESS_EVERY: Duration = Duration::from_secs(2);

/// Examples of `florin move`.
pub const MOVE_EXAMPLES: &str = "Examples:
  florin move --from sqlite:./florin-data --to postgres://florin@db1/florin
  florin move --from postgres://florin@db1/florin --to sqlite:./florin-data

Stop every server first. The source stays as it is; start no server on it again. A URL with a password
is better given as FLORIN_FROM or FLORIN_TO, because other users of the machine can see arguments.";
/// Examples of `florin backup`.
pub const BACKUP_EXAMPLES: &str = "Examples:
  florin backup --from sqlite:./florin-data --to florin-2026-11-21.backup
  florin backup --from postgres://florin@db1/florin --to florin-2026-11-21.backup

The server may go on. The vault's master key is NOT in the backup: keep it in another place.";
/// Examples of `florin restore`.
pub const RESTORE_EXAMPLES: &str = "Examples:
  florin restore --from florin-2026-11-21.backup --to sqlite:./florin-data
  florin restore --from florin-2026-11-21.backup --to postgres://florin@db1/florin

Then give the server the vault's master key of that installation.";

/// Arguments of `florin move`.
#[derive(Args, Clone)]
pub struct MoveArgs {
    /// Where it is now: `sqlite:DIR` or `postgres://USER@HOST/DATABASE`.
    #[arg(
        long,
        value_name = "PLACE",
        env = "FLORIN_FROM",
        hide_env_values = true
    )]
    from: String,
    /// Where it goes: an empty place, named in the same way.
    #[arg(long, value_name = "PLACE", env = "FLORIN_TO", hide_env_values = true)]
    to: String,
}

/// Arguments of `florin backup`.
#[derive(Args, Clone)]
pub struct BackupArgs {
    /// What is backed up: `sqlite:DIR` or `postgres://USER@HOST/DATABASE`.
    #[arg(
        long,
        value_name = "PLACE",
        env = "FLORIN_FROM",
        hide_env_values = true
    )]
    from: String,
    /// The file, which must not exist yet.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

/// Arguments of `florin restore`.
#[derive(Args, Clone)]
pub struct RestoreArgs {
    /// The file of a backup.
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Where it goes: an empty `sqlite:DIR` or `postgres://USER@HOST/DATABASE`.
    #[arg(long, value_name = "PLACE", env = "FLORIN_TO", hide_env_values = true)]
    to: String,
}

/// Names of places may hold passwords.
macro_rules! hidden {
    ($($name:ident),*) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        })*
    };
}

hidden!(MoveArgs, BackupArgs, RestoreArgs);

/// Moves an installation.
pub fn relocate(args: &MoveArgs) -> Result<()> {
    let (from, to) = (place(&args.from, "--from")?, place(&args.to, "--to")?);
    let mut teller = Teller::new();
    let report = runtime()?.block_on(transfer::relocate(&from, &to, &mut |progress| {
        teller.tell(progress);
    }));
    conclude(&report.context("nothing was moved")?, "moved")?;
    println!("Start no server on the old place again. {}", key_of(&to));
    Ok(())
}

/// Backs an installation up.
pub fn backup(args: &BackupArgs) -> Result<()> {
    let from = place(&args.from, "--from")?;
    let release = env!("CARGO_PKG_VERSION");
    let mut teller = Teller::new();
    let made = runtime()?.block_on(transfer::backup(
        &from,
        &args.to,
        release,
        &mut |progress| {
            teller.tell(progress);
        },
    ));
    let report = made.context("no backup was made")?;
    let outcome = conclude(&report, "backed up");
    if report.is_faithful() {
        println!(
            "The backup is {}. The vault's master key is NOT in it: without the key its card numbers and secrets are lost.",
            args.to.display()
        );
    }
    outcome
}

/// Restores an installation.
pub fn restore(args: &RestoreArgs) -> Result<()> {
    let to = place(&args.to, "--to")?;
    let mut teller = Teller::new();
    let done = runtime()?.block_on(transfer::restore(&args.from, &to, &mut |progress| {
        teller.tell(progress);
    }));
    let (facts, report) = done.context("nothing was restored")?;
    println!(
        "The backup was made at {} (seconds since 1970) by release {} over {}.",
        facts.made, facts.release, facts.engine
    );
    conclude(&report, "restored")?;
    println!("{}", key_of(&to));
    Ok(())
}

fn place(text: &str, option: &str) -> Result<Place> {
    // The text may hold a password, so it is not repeated.
    Place::parse(text).ok_or_else(|| {
        anyhow!("{option} must be sqlite:DIRECTORY or postgres://USER@HOST[,HOST]/DATABASE")
    })
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")
}

/// What the operator has to do about the key.
fn key_of(to: &Place) -> String {
    match to {
        Place::Sqlite(directory) => {
            let key = directory.join("vault.key");
            match is_there(&key) {
                true => format!("The vault's master key is {}, if it is that of this installation.", key.display()),
                false => format!(
                    "The vault's master key was NOT copied: put it at {} (mode 0600), or set FLORIN_VAULT_KEY.",
                    key.display()
                ),
            }
        }
        Place::Postgres(_) => {
            "The vault's master key was NOT copied: give it to each server with --vault-key-file or FLORIN_VAULT_KEY.".to_owned()
        }
    }
}

fn is_there(path: &Path) -> bool {
    path.try_exists().unwrap_or(false)
}

/// Prints the report; an error when anything is wrong.
fn conclude(report: &Report, done: &str) -> Result<()> {
    print!("{}", shown(report));
    if !report.is_faithful() {
        bail!("the two sides differ; the copy was thrown away");
    }
    if !report.is_sound() {
        bail!(
            "everything was {done} as it was, but the ledger does not add up; its source has the same fault"
        );
    }
    println!("Everything was {done}.");
    Ok(())
}

/// The report for people.
fn shown(report: &Report) -> String {
    let mut text = String::new();
    for table in report.tables.iter().filter(|table| table.source.rows > 0) {
        text += &format!(
            "{:<24} {:>10} rows  {}\n",
            table.name,
            table.found.rows,
            table.found.hex()
        );
    }
    let books = &report.books;
    text += &format!(
        "Read back: {} rows. Ledger: {} transactions, {} entries, {} balances; {}.\n",
        report.rows(),
        books.transactions,
        books.entries,
        books.balances,
        match books.findings_total {
            0 => "all sums are right".to_owned(),
            wrong => format!("{wrong} sums are WRONG"),
        }
    );
    text += "Left out: security codes and marks of lost commits.\n";
    if report.freed > 0 {
        text += &format!("{} leased jobs are free in the copy.\n", report.freed);
    }
    if report.cleaned > 0 {
        text += &format!(
            "{} rows held zero bytes in texts, which PostgreSQL cannot hold; they were replaced by U+FFFD.\n",
            report.cleaned
        );
    }
    for difference in report.differences() {
        text += &format!("DIFFERS {difference}\n");
    }
    for finding in &books.findings {
        text += &format!("WRONG {finding}\n");
    }
    text
}

/// Tells the progress of a long copy.
struct Teller {
    told: Instant,
    is_terminal: bool,
}

impl Teller {
    fn new() -> Teller {
        Teller {
            told: Instant::now(),
            is_terminal: std::io::stderr().is_terminal(),
        }
    }

    fn tell(&mut self, progress: Progress<'_>) {
        if self.told.elapsed() < PROGRESS_EVERY {
            return;
        }
        self.told = Instant::now();
        let what = match progress.step {
            Step::Copy => "copying",
            Step::Verify => "reading back",
            Step::Books => "summing up",
        };
        let line = format!(
            "florin: {what} {}, {} rows copied",
            progress.table, progress.rows
        );
        let end = if self.is_terminal { "\r" } else { "\n" };
        let clear = if self.is_terminal { "\x1b[2K" } else { "" };
        // Progress that nobody reads is no reason to stop.
        let _ = write!(std::io::stderr(), "{clear}{line}{end}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_store::transfer::{Compared, Digest};

    fn report() -> Report {
        let same = Digest { rows: 3, sum: 7 };
        let table = Compared {
            name: "customers".to_owned(),
            recorded: None,
            again: None,
            source: same,
            written: same,
            found: same,
        };
        Report {
            tables: vec![table],
            ..Report::default()
        }
    }

    #[test]
    fn a_report_says_what_is_wrong() {
        let good = shown(&report());
        assert!(
            good.contains(
                "customers                         3 rows  00000000000000000000000000000007\n"
            ),
            "{good}"
        );
        assert!(
            good.contains("all sums are right") && !good.contains("DIFFERS"),
            "{good}"
        );
        assert!(conclude(&report(), "moved").is_ok());
        let mut lost = report();
        lost.tables[0].found.rows = 2;
        assert!(shown(&lost).contains("DIFFERS customers: the copy differs"));
        assert!(conclude(&lost, "moved").is_err());
        let mut wrong = report();
        wrong.books.findings = vec!["transaction txn_1 sums to 1 usd".to_owned()];
        wrong.books.findings_total = 1;
        let text = shown(&wrong);
        assert!(
            text.contains("1 sums are WRONG") && text.contains("WRONG transaction txn_1"),
            "{text}"
        );
        assert!(conclude(&wrong, "moved").is_err());
    }

    #[test]
    fn names_of_places_are_not_repeated() {
        let error = place("mysql://me:hunter2@db", "--to")
            .expect_err("a refusal")
            .to_string();
        assert!(
            error.contains("--to") && !error.contains("hunter2"),
            "{error}"
        );
        let args = MoveArgs {
            from: "postgres://me:hunter2@db/x".to_owned(),
            to: "sqlite:x".to_owned(),
        };
        assert_eq!(format!("{args:?}"), "MoveArgs { .. }");
    }
}
