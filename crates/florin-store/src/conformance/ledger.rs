//! The ledger: transactions, balances and floors.

use super::Subject;
use super::fixtures::*;
use crate::StoreError;
use crate::query::{Balance, Order, TransactionQuery};
use florin_base::limits::AMOUNT_ABS_MAX;
use florin_base::{Day, Scope, Timestamp};
use florin_domain::changes::Created;
use florin_domain::ledger::{LedgerAccount, Movement, Transaction};
use std::collections::BTreeMap;

pub async fn transactions_are_read_back_line_by_line(store: Subject) {
    let booked = Transaction {
        movement: Movement::Dispute,
        description: Some("Disputed; \"why\"?".to_owned()),
        ..moved(
            "txn_1",
            vec![
                (LedgerAccount::Receivable, 1_000),
                (LedgerAccount::Pending(Day(20_456)), -600),
                (LedgerAccount::FeesRevenue, -100),
                (LedgerAccount::Pending(Day(20_456)), -300),
            ],
        )
    };
    let empty = moved("txn_0", Vec::new());
    making()
        .book(booked.clone())
        .book(empty.clone())
        .lands(&store)
        .await;
    let found = store
        .transactions(&TransactionQuery::newest(&scope(), 10))
        .await;
    assert_eq!(found, Ok(vec![booked, empty]));
}

pub async fn a_balance_beyond_its_range_is_refused(store: Subject) {
    let moving = |id: &str, amount: i64| {
        let entries = vec![
            (LedgerAccount::Receivable, amount),
            (LedgerAccount::Available, -amount),
        ];
        moved(id, entries)
    };
    let most = AMOUNT_ABS_MAX;
    making().book(moving("txn_1", most)).lands(&store).await;
    // Beyond the range of a balance, beyond a column's with it, and beyond a column's by itself.
    for more in [vec![1], vec![most], vec![most, most]] {
        let mut beyond = making().save(0, customer("cus_1", 1));
        for (index, amount) in more.into_iter().enumerate() {
            beyond = beyond.book(moving(&format!("txn_more_{index}"), amount));
        }
        beyond.found_unsound(&store).await;
    }
    assert_eq!(version(&store, &key("cus_1")).await, 0);
    let amounts: Vec<i64> = store
        .balances(&scope())
        .await
        .expect("balances")
        .iter()
        .map(|balance| balance.amount)
        .collect();
    assert_eq!(amounts, [-AMOUNT_ABS_MAX, AMOUNT_ABS_MAX]);
}

pub async fn an_unbalanced_transaction_is_refused(store: Subject) {
    let crooked = moved(
        "txn_1",
        vec![
            (LedgerAccount::Receivable, 10),
            (LedgerAccount::Available, -9),
        ],
    );
    making()
        .save(0, customer("cus_1", 1))
        .book(crooked)
        .found_unsound(&store)
        .await;
    let huge = i64::MAX - 1;
    let beyond = moved(
        "txn_1",
        vec![
            (LedgerAccount::Receivable, huge),
            (LedgerAccount::Available, -huge),
        ],
    );
    making().book(beyond).found_unsound(&store).await;
    assert_eq!(
        store
            .transactions(&TransactionQuery::newest(&scope(), 10))
            .await,
        Ok(Vec::new())
    );
    assert_eq!(store.balances(&scope()).await, Ok(Vec::new()));
    assert_eq!(version(&store, &key("cus_1")).await, 0);
}

pub async fn a_transaction_is_booked_once(store: Subject) {
    making().book(earned("txn_1", 10)).lands(&store).await;
    making()
        .book(earned("txn_1", 10))
        .refused_with(&store, StoreError::Conflict)
        .await;
    assert_eq!(available(&store).await, 10);
}

pub async fn balances_are_apart_and_hide_zero(store: Subject) {
    let euros = |id: &str, amount| Transaction {
        asset: asset("eur"),
        ..earned(id, amount)
    };
    making()
        .book(earned("txn_1", 70))
        .book(euros("txn_2", 30))
        .lands(&store)
        .await;
    let balance = |account, name: &str, amount| Balance {
        account,
        asset: asset(name),
        amount,
    };
    let expected = [
        balance(LedgerAccount::Available, "eur", -30),
        balance(LedgerAccount::Available, "usd", -70),
        balance(LedgerAccount::Receivable, "eur", 30),
        balance(LedgerAccount::Receivable, "usd", 70),
    ];
    assert_eq!(store.balances(&scope()).await, Ok(expected.to_vec()));
    making().book(euros("txn_3", -30)).lands(&store).await;
    assert_eq!(
        store.balances(&scope()).await,
        Ok(vec![expected[1], expected[3]])
    );
    assert_eq!(
        store.balances(&Scope::test("acct_other")).await,
        Ok(Vec::new())
    );
}

pub async fn a_floor_holds(store: Subject) {
    making().floor(0).lands(&store).await;
    making()
        .floor(1)
        .refused_with(&store, StoreError::Floor)
        .await;
    making().book(earned("txn_1", 100)).lands(&store).await;
    making().floor(100).lands(&store).await;
    making()
        .floor(101)
        .refused_with(&store, StoreError::Floor)
        .await;
    making()
        .floor(-5)
        .floor(101)
        .refused_with(&store, StoreError::Floor)
        .await;
}

pub async fn a_floor_counts_what_its_own_commit_moves(store: Subject) {
    making().book(earned("txn_1", 100)).lands(&store).await;
    making()
        .book(earned("txn_2", -101))
        .floor(0)
        .refused_with(&store, StoreError::Floor)
        .await;
    assert_eq!(available(&store).await, 100);
    making()
        .book(earned("txn_2", -60))
        .book(earned("txn_3", -40))
        .floor(0)
        .lands(&store)
        .await;
    assert_eq!(available(&store).await, 0);
    making()
        .book(earned("txn_4", 5))
        .floor(5)
        .lands(&store)
        .await;
    assert_eq!(available(&store).await, 5);
}

fn varied() -> Vec<Transaction> {
    let made = |id: &str, movement, created, name: &str| Transaction {
        movement,
        created: Timestamp(created),
        asset: asset(name),
        ..earned(id, 10)
    };
    vec![
        made("txn_a", Movement::Charge, 10, "usd"),
        made("txn_b", Movement::Refund, 20, "usd"),
        made("txn_c", Movement::Charge, 20, "eur"),
        made("txn_d", Movement::Release, 30, "usd"),
    ]
}

async fn found(store: &Subject, query: &TransactionQuery) -> Vec<String> {
    let page = store.transactions(query).await.expect("transactions");
    assert!(
        page.iter().all(|found| varied().contains(found)),
        "{page:?}"
    );
    page.into_iter().map(|transaction| transaction.id).collect()
}

pub async fn transactions_are_filtered(store: Subject) {
    for transaction in varied() {
        making().book(transaction).lands(&store).await;
    }
    let all = || TransactionQuery::newest(&scope(), 10);
    assert_eq!(
        found(&store, &all()).await,
        ["txn_d", "txn_c", "txn_b", "txn_a"]
    );
    assert_eq!(
        found(&store, &TransactionQuery::one(&scope(), "txn_b")).await,
        ["txn_b"]
    );
    let some = TransactionQuery {
        ids: vec!["txn_d".to_owned(), "txn_a".to_owned(), "x".to_owned()],
        ..all()
    };
    assert_eq!(found(&store, &some).await, ["txn_d", "txn_a"]);
    assert_eq!(
        found(
            &store,
            &TransactionQuery {
                source: Some("ch_txn_c".to_owned()),
                ..all()
            }
        )
        .await,
        ["txn_c"]
    );
    let moves = TransactionQuery {
        movements: vec![Movement::Refund, Movement::Release],
        ..all()
    };
    assert_eq!(found(&store, &moves).await, ["txn_d", "txn_b"]);
    assert_eq!(
        found(
            &store,
            &TransactionQuery {
                asset: Some(asset("eur")),
                ..all()
            }
        )
        .await,
        ["txn_c"]
    );
    let created = Created {
        from: Some(Timestamp(20)),
        to: Some(Timestamp(20)),
    };
    assert_eq!(
        found(&store, &TransactionQuery { created, ..all() }).await,
        ["txn_c", "txn_b"]
    );
    let both = TransactionQuery {
        asset: Some(usd()),
        created,
        order: Order::OldestFirst,
        ..all()
    };
    assert_eq!(found(&store, &both).await, ["txn_b"]);
}

pub async fn pages_of_transactions_meet_without_gaps(store: Subject) {
    for transaction in varied() {
        making().book(transaction).lands(&store).await;
    }
    let mut expected = vec!["txn_d", "txn_c", "txn_b", "txn_a"];
    for order in [Order::NewestFirst, Order::OldestFirst] {
        let mut query = TransactionQuery {
            order,
            ..TransactionQuery::newest(&scope(), 1)
        };
        let mut seen = Vec::new();
        while let Some(one) = store.transactions(&query).await.expect("a page").pop() {
            query.after = Some((one.created, one.id.clone()));
            seen.push(one.id);
            assert!(seen.len() <= 4, "{seen:?}");
        }
        assert_eq!(seen, expected);
        expected.reverse();
    }
}

/// Random movements in three scopes, some of them in commits that are refused, many at once.
pub async fn balances_are_the_sums_of_entries(store: Subject) {
    let scopes = [
        scope(),
        Scope {
            live: true,
            ..scope()
        },
        Scope::test("acct_other"),
    ];
    let accounts = [
        LedgerAccount::Receivable,
        LedgerAccount::Available,
        LedgerAccount::FeesRevenue,
        LedgerAccount::Pending(Day(3)),
    ];
    let mut random = Seeded(0x5EED);
    for round in 0..12 {
        let mut commits = Vec::new();
        for index in 0..20 {
            let amount = random.below(2_000) as i64 - 1_000;
            let (from, to) = (
                accounts[random.below(4) as usize],
                accounts[random.below(4) as usize],
            );
            let entries = vec![(from, amount), (to, -amount / 2), (to, amount / 2 - amount)];
            let name = if random.below(2) == 0 { "usd" } else { "eur" };
            let id = format!("txn_{round}_{index}");
            let transaction = Transaction {
                asset: asset(name),
                created: Timestamp(round),
                ..moved(&id, entries)
            };
            let mut commit =
                making().book_in(&scopes[random.below(3) as usize], transaction.clone());
            commit = commit.save(0, customer(&format!("cus_{}", random.below(200)), 1));
            commits.push(commit.on(&store));
        }
        let answers = futures_util::future::join_all(commits).await;
        assert!(
            answers
                .iter()
                .all(|answer| matches!(answer, Ok(_) | Err(StoreError::Conflict))),
            "{answers:?}"
        );
    }
    for scope in &scopes {
        let mut sums: BTreeMap<(String, String), i64> = BTreeMap::new();
        for transaction in store
            .transactions(&TransactionQuery::newest(scope, 1_000))
            .await
            .expect("transactions")
        {
            assert!(transaction.is_balanced(), "{transaction:?}");
            for (account, amount) in transaction.entries {
                *sums
                    .entry((account.name(), transaction.asset.to_string()))
                    .or_default() += amount;
            }
        }
        let held = store.balances(scope).await.expect("balances");
        let held: BTreeMap<_, _> = held
            .iter()
            .map(|b| ((b.account.name(), b.asset.to_string()), b.amount))
            .collect();
        sums.retain(|_, sum| *sum != 0);
        assert!(!sums.is_empty());
        assert_eq!(held, sums);
    }
}
