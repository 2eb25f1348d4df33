//! `florin dev`: a sandbox server with an embedded database and ready keys.

use crate::cli::DevArgs;
use crate::home::{Home, MasterKeyFrom, Opening, Place};
use crate::{crash, log, metrics, server};
use anyhow::{Context, Result};
use florin_base::Scope;
use florin_domain::accounts::KeyRole;
use florin_egress::Policy;
use florin_engine::KeyWish;
use std::path::Path;
use std::time::Instant;

/// The account of every sandbox.
pub const ACCOUNT: &str = "acct_FlorinDev0000001";
/// Its secret key on loopback, the same everywhere, so that docs and scripts can be copied.
pub const SECRET_KEY: &str = "sk_test_FlorinDevFlorinDevFlorinDev";
/// Its publishable key on loopback.
pub const PUBLISHABLE_KEY: &str = "pk_test_FlorinDevFlorinDevFlorinDev";
/// What fresh keys of a server that is open to the network are called.
const FRESH: &str = "florin dev --listen";

/// Runs the server until it is told to stop.
pub fn run(args: &DevArgs) -> Result<()> {
    let began = Instant::now();
    log::start(&args.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(serve(args, began))
}

async fn serve(args: &DevArgs, began: Instant) -> Result<()> {
    let door = server::open_door(args.listen, args.port, args.url.as_deref()).await?;
    let door = door.behind(&args.limits.trusted_proxies);
    let base_url = door.base_url.clone();
    let data = (!args.ephemeral).then_some(args.data.as_path());
    let place = data.map_or(Place::Ephemeral, |data| Place::Directory(data.to_owned()));
    let home = Home::open(Opening {
        place,
        master_key: MasterKeyFrom::choose(None),
        base_url: base_url.clone(),
        retries: server::retries(args.webhook_retries.as_deref()),
        // A developer's webhooks go to the developer's own machine.
        test_egress: Policy::dev(),
        processor: args.sandbox.line(),
        mailer: args.mail.mailer()?,
        card_limits: args.limits.of_dev(),
        steps: crash::Steps::from_environment()?,
    })
    .await?;
    let keys = ensure_account(&home, door.address.ip().is_loopback()).await?;
    server::run(&home, door, args.metrics_port, |side| {
        greet(&base_url, &keys, (data, side), began);
    })
    .await
}

struct DevKeys {
    secret: String,
    publishable: String,
    is_fixed: bool,
}

/// Makes the sandbox's account and its keys: the published ones on loopback, fresh ones everywhere else.
async fn ensure_account(home: &Home, loopback: bool) -> Result<DevKeys> {
    let engine = &home.engine;
    let scope = Scope::test(ACCOUNT);
    if engine.account_record(ACCOUNT).await.is_err() {
        engine
            .create_account("Florin sandbox", "US", Some(ACCOUNT))
            .await?;
        let live = Scope {
            live: true,
            ..scope.clone()
        };
        engine
            .create_key(&live, KeyWish::named(KeyRole::Secret, "default"), None)
            .await?;
        engine
            .create_key(&live, KeyWish::named(KeyRole::Publishable, "default"), None)
            .await?;
    }
    engine
        .set_fixed_key(&scope, KeyRole::Secret, SECRET_KEY, loopback)
        .await?;
    engine
        .set_fixed_key(&scope, KeyRole::Publishable, PUBLISHABLE_KEY, loopback)
        .await?;
    revoke_former(home, &scope).await?;
    if loopback {
        return Ok(DevKeys {
            secret: SECRET_KEY.to_owned(),
            publishable: PUBLISHABLE_KEY.to_owned(),
            is_fixed: true,
        });
    }
    let secret = engine
        .create_key(&scope, KeyWish::named(KeyRole::Secret, FRESH), None)
        .await?;
    let publishable = engine
        .create_key(&scope, KeyWish::named(KeyRole::Publishable, FRESH), None)
        .await?;
    Ok(DevKeys {
        secret,
        publishable,
        is_fixed: false,
    })
}

/// The keys of earlier starts were printed to terminals and logs: they end with the start that made them.
async fn revoke_former(home: &Home, scope: &Scope) -> Result<()> {
    for listed in home.engine.list_keys(scope).await? {
        let is_former = listed.key.name.as_deref() == Some(FRESH) && listed.key.revoked.is_none();
        if is_former {
            home.engine
                .revoke_key(scope, listed.key.id.as_str())
                .await?;
        }
    }
    Ok(())
}

fn greet(base_url: &str, keys: &DevKeys, places: (Option<&Path>, &metrics::Side), began: Instant) {
    let (data, side) = places;
    let kept = data.map_or("nothing is kept after the end".to_owned(), |path| {
        format!("data in {}", path.display())
    });
    println!("Florin sandbox on {base_url}  (test mode, {kept})");
    println!();
    println!("  secret key       {}", keys.secret);
    println!("  publishable key  {}", keys.publishable);
    if !keys.is_fixed {
        println!(
            "                   These keys are fresh and shown once; the fixed keys of loopback do not work here."
        );
    }
    println!("  metrics          http://{}/metrics", side.address);
    println!();
    println!(
        "  curl {base_url}/v1/payment_intents -u {}: \\",
        keys.secret
    );
    println!("    -d amount=2000 -d currency=usd -d payment_method=pm_card_visa -d confirm=true");
    println!();
    println!(
        "Ready in {} ms. Stop with Ctrl-C.",
        began.elapsed().as_millis()
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_engine::operations::CreateCustomer;
    use florin_engine::{Caller, UsedKey};

    fn caller(key: UsedKey) -> Caller {
        Caller {
            scope: Scope::test(ACCOUNT),
            role: KeyRole::Secret,
            version: florin_wire::versions::NEWEST,
            request: "req_1".to_owned(),
            idempotency: None,
            expand: Default::default(),
            buyer: None,
            client_secret: None,
            key: Some(key),
            base_url: "".into(),
            names: Default::default(),
        }
    }

    #[tokio::test]
    async fn a_request_that_was_held_up_is_not_carried_out_for_a_key_that_ended() {
        let opened = Home::open(Opening::of(Place::Ephemeral)).await;
        let home = opened.expect("a home");
        let keys = ensure_account(&home, false).await.expect("keys");
        let grant = home
            .engine
            .authenticate(&keys.secret)
            .await
            .expect("a grant");
        let make = || {
            Box::new(CreateCustomer {
                command: Default::default(),
                method: None,
                source: None,
                default_method: None,
            })
        };
        // Longer than anything that is remembered of a key counts.
        tokio::time::sleep(std::time::Duration::from_millis(1_000)).await;
        let held_up = caller(grant.used.clone());
        let taken = home.engine.mutate(held_up.clone(), make()).await;
        assert_eq!(taken.status, 200);
        let scope = Scope::test(ACCOUNT);
        let ended = home.engine.revoke_key(&scope, &grant.used.id).await;
        ended.expect("a revocation");
        let refused = home.engine.mutate(held_up, make()).await;
        assert_eq!(refused.status, 401);
    }

    #[tokio::test]
    async fn the_keys_of_a_start_end_with_the_next_one() {
        let home = Home::open(Opening::of(Place::Ephemeral))
            .await
            .expect("a home");
        let first = ensure_account(&home, false).await.expect("keys");
        let opens = async |key: &str| home.engine.authenticate(key).await.is_ok();
        assert!(opens(&first.secret).await && opens(&first.publishable).await);
        let second = ensure_account(&home, false).await.expect("keys");
        assert!(opens(&second.secret).await && opens(&second.publishable).await);
        assert!(!opens(&first.secret).await && !opens(&first.publishable).await);
        let fixed = ensure_account(&home, true).await.expect("keys");
        assert!(opens(&fixed.secret).await && !opens(&second.secret).await);
    }
}
