//! `florin serve`: the server of an installation whose accounts somebody made.
//!
//! Any number of them may serve one PostgreSQL database, side by side. Here everything is said by flags and environment;
//! deliberately absent: a configuration file, TLS (a proxy in front has it), and live payments, which need an acquirer.

use crate::cli::ServeArgs;
use crate::home::{Home, MasterKeyFrom, Opening, Place};
use crate::{log, metrics, place, server};
use anyhow::{Context, Result, bail};
use florin_egress::Policy;
use std::time::Instant;

/// Runs the server until it is told to stop.
pub fn run(args: &ServeArgs) -> Result<()> {
    let began = Instant::now();
    log::start(&args.log)?;
    runtime()?.block_on(serve(args, began))
}

/// Makes or changes the tables of a database, and ends.
pub fn migrate(database: &str, finish: bool) -> Result<()> {
    let Place::Postgres(config) = place::parse(database)? else {
        bail!(
            "a directory is migrated by the server that opens it; this command is for PostgreSQL"
        );
    };
    runtime()?.block_on(async {
        let store = florin_store::postgres::PostgresStore::connect(&config).await;
        let store = store.context("cannot reach the database")?;
        let made = match finish {
            true => store.finish().await,
            false => store.migrate().await,
        };
        made.context("the tables could not be made")
    })?;
    println!("The tables are those of this release.");
    if finish {
        println!("Nothing is kept for older releases any more: they must not serve this database.");
    }
    Ok(())
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")
}

async fn serve(args: &ServeArgs, began: Instant) -> Result<()> {
    let place = place::parse(&args.database)?;
    let master_key = MasterKeyFrom::choose(args.vault_key_file.clone());
    if matches!(
        (&place, &master_key),
        (Place::Postgres(_), MasterKeyFrom::Directory)
    ) {
        bail!(
            "a server over PostgreSQL needs the vault's master key, the same for every copy: give --vault-key-file FILE, or set {}",
            crate::home::MASTER_KEY_ENV
        );
    }
    let kind = match place {
        Place::Postgres(_) => "PostgreSQL",
        _ => "SQLite",
    };
    let door = server::open_door(args.listen.ip(), args.listen.port(), args.url.as_deref()).await?;
    let door = door.behind(&args.limits.trusted_proxies);
    let base_url = door.base_url.clone();
    let home = Home::open(Opening {
        place,
        master_key,
        base_url: base_url.clone(),
        retries: server::retries(args.webhook_retries.as_deref()),
        test_egress: match args.allow_private_webhooks {
            true => Policy::dev(),
            false => Policy::live(),
        },
        processor: args.sandbox.line(),
        mailer: args.mail.mailer()?,
        card_limits: args.limits.of_serve(),
        steps: None,
    })
    .await?;
    server::run(&home, door, args.metrics_port, |side| {
        greet(&base_url, kind, side, began);
    })
    .await
}

fn greet(base_url: &str, kind: &str, side: &metrics::Side, began: Instant) {
    println!(
        "Florin on {base_url}  ({kind}; test mode is simulated, live mode has no acquirer yet)"
    );
    println!();
    println!("  metrics  http://{}/metrics", side.address);
    println!("  health   {base_url}/healthz and {base_url}/readyz");
    println!();
    println!("Keys come with an account: `florin accounts create NAME`, with the same --database.");
    println!(
        "Ready in {} ms. Stop with Ctrl-C.",
        began.elapsed().as_millis()
    );
}
