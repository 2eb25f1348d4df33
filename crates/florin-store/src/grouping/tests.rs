//! Properties of groups over random queues of small footprints, and what the footprint of a commit holds.

use super::*;
use crate::commit::{Finish, IdempotencyClaim};
use florin_base::{Asset, Scope, Timestamp};
use florin_domain::changes::{Changes, Claim, Floor, Require, Write};
use florin_domain::customers::Customer;
use florin_domain::ledger::{LedgerAccount, Movement, Transaction};
use florin_domain::{Kind, RecordKey};
use proptest::collection::vec;
use proptest::prelude::*;

#[derive(Clone, Debug)]
struct Member {
    footprint: Footprint,
    is_first: bool,
}

fn member() -> impl Strategy<Value = Member> {
    let marks = || vec(0u64..12, 0..3);
    (marks(), marks(), any::<bool>(), 0..8).prop_map(|(alone, shared, is_first, lot)| {
        let footprint = Footprint {
            is_lone: lot == 0,
            ..Footprint::of_marks(alone, shared)
        };
        Member {
            footprint,
            is_first,
        }
    })
}

fn clash(a: &Footprint, b: &Footprint) -> bool {
    let hits = |left: &[u64], right: &[u64]| left.iter().any(|mark| right.contains(mark));
    hits(&a.alone, &b.alone) || hits(&a.alone, &b.shared) || hits(&a.shared, &b.alone)
}

fn all_groups(members: &[Member], members_max: usize) -> Vec<Vec<usize>> {
    let mut queue = Queue::default();
    for (index, member) in members.iter().enumerate() {
        queue.push(member.footprint.clone(), member.is_first, index);
    }
    let mut groups = Vec::new();
    while !queue.is_empty() {
        let before = queue.len();
        let group = queue.next_group(members_max);
        assert!(
            !group.is_empty() && group.len() <= members_max && queue.len() == before - group.len()
        );
        groups.push(group);
    }
    groups
}

proptest! {
    #[test]
    fn everybody_is_in_one_group_and_no_two_members_clash(members in vec(member(), 0..60), members_max in 1usize..20) {
        let groups = all_groups(&members, members_max);
        let mut seen: Vec<usize> = groups.iter().flatten().copied().collect();
        seen.sort_unstable();
        prop_assert_eq!(seen, (0..members.len()).collect::<Vec<_>>());
        for group in &groups {
            for (at, one) in group.iter().enumerate() {
                prop_assert!(!members[*one].footprint.is_lone || group.len() == 1, "{one} is not alone");
                for other in &group[at + 1..] {
                    prop_assert!(!clash(&members[*one].footprint, &members[*other].footprint), "{one} and {other}");
                }
            }
        }
    }

    #[test]
    fn those_that_clash_keep_their_order_within_a_lane(members in vec(member(), 0..60), members_max in 1usize..20) {
        let groups = all_groups(&members, members_max);
        let place = |index: usize| groups.iter().position(|group| group.contains(&index));
        for later in 0..members.len() {
            for earlier in 0..later {
                let same_lane = members[earlier].is_first == members[later].is_first;
                if same_lane && clash(&members[earlier].footprint, &members[later].footprint) {
                    prop_assert!(place(earlier) < place(later), "{earlier} and {later}");
                }
            }
        }
    }

    #[test]
    fn settling_goes_ahead_and_members_keep_their_order(members in vec(member(), 1..60), members_max in 1usize..20) {
        for group in all_groups(&members, members_max) {
            let order: Vec<(bool, usize)> = group.iter().map(|index| (!members[*index].is_first, *index)).collect();
            prop_assert!(order.is_sorted(), "{order:?}");
        }
        let first = members.iter().position(|member| member.is_first).unwrap_or(0);
        prop_assert_eq!(all_groups(&members, members_max)[0][0], first);
    }
}

#[test]
fn nobody_starves_who_needs_a_group_of_his_own() {
    let mut queue = Queue::default();
    let lone = Footprint {
        is_lone: true,
        ..Footprint::default()
    };
    queue.push(Footprint::default(), true, "settles");
    queue.push(lone, false, "lone");
    queue.push(Footprint::default(), false, "other");
    assert_eq!(queue.next_group(9), ["settles", "other"]);
    queue.push(Footprint::default(), true, "settles again");
    assert_eq!(queue.next_group(9), ["lone"]);
    assert_eq!(queue.next_group(9), ["settles again"]);
}

#[test]
fn who_is_put_back_comes_first() {
    let mut queue = Queue::default();
    for item in 0..4 {
        queue.push(Footprint::of_marks(vec![item], vec![]), true, item);
    }
    let mut group = queue.next_group(3);
    while let Some(item) = group.pop() {
        queue.put_back(Footprint::of_marks(vec![item], vec![]), true, item);
    }
    assert_eq!(queue.next_group(9), [0, 1, 2, 3]);
}

#[test]
fn a_long_queue_behind_one_key_is_not_looked_through() {
    let mut queue = Queue::default();
    for index in 0..GROUP_LOOK_MAX {
        queue.push(Footprint::of_marks(vec![1], vec![]), false, index);
    }
    queue.push(Footprint::of_marks(vec![2], vec![]), false, GROUP_LOOK_MAX);
    assert_eq!(queue.next_group(256), [0]);
    assert_eq!(queue.next_group(256), [1, GROUP_LOOK_MAX]);
}

fn scope() -> Scope {
    Scope::test("acct_1")
}

fn with(change: impl FnOnce(&mut Commit)) -> Footprint {
    let mut commit = Commit::default();
    change(&mut commit);
    Footprint::of(&commit)
}

fn written(id: &str) -> Footprint {
    let record = Customer {
        id: id.into(),
        ..Customer::default()
    };
    let key = RecordKey::new(&scope(), Kind::Customer, id);
    with(|commit| {
        commit.changes.writes.push(Write {
            key,
            expected: 0,
            version: 1,
            record: record.into(),
            encoded: None,
        })
    })
}

fn required(id: &str) -> Footprint {
    let key = RecordKey::new(&scope(), Kind::Customer, id);
    with(|commit| commit.changes.requires.push(Require { key, version: 1 }))
}

fn booked(account: LedgerAccount) -> Footprint {
    let transaction = Transaction {
        id: "txn_1".to_owned(),
        movement: Movement::Charge,
        source: "ch_1".to_owned(),
        asset: Asset::parse("usd").unwrap_or_default(),
        created: Timestamp(1),
        available_on: Timestamp(1),
        description: None,
        entries: vec![(account, 5), (LedgerAccount::FeesRevenue, -5)],
    };
    with(|commit| commit.changes.transactions.push((scope(), transaction)))
}

#[test]
fn records_are_shared_only_by_those_that_read() {
    assert!(clash(&written("cus_1"), &written("cus_1")));
    assert!(clash(&written("cus_1"), &required("cus_1")));
    assert!(!clash(&required("cus_1"), &required("cus_1")));
    assert!(!clash(&written("cus_1"), &written("cus_2")));
}

#[test]
fn additions_overlap_and_a_floor_stands_alone() {
    let asset = Asset::parse("usd").unwrap_or_default();
    let floor = Floor {
        scope: scope(),
        account: LedgerAccount::Available,
        asset,
        at_least: 0,
    };
    let floored = with(|commit| commit.changes.floors.push(floor));
    assert!(!clash(
        &booked(LedgerAccount::Available),
        &booked(LedgerAccount::Available)
    ));
    assert!(clash(&floored, &booked(LedgerAccount::Available)));
    assert!(clash(&floored, &floored));
    assert!(floored.is_lone && !booked(LedgerAccount::Available).is_lone);
    assert!(!clash(&floored, &booked(LedgerAccount::Receivable)));
}

#[test]
fn keys_and_jobs_stand_alone() {
    let target = RecordKey::new(&scope(), Kind::Customer, "cus_1");
    let claim = |key: &str| Claim {
        scope: Some(scope()),
        space: "order",
        key: key.to_owned(),
        target: target.clone(),
    };
    let claimed = |key: &str| with(|commit| commit.changes.claims.push(claim(key)));
    assert!(clash(&claimed("a"), &claimed("a")));
    assert!(!clash(&claimed("a"), &claimed("b")));
    let held = |key: &str| IdempotencyClaim {
        scope: scope(),
        key: key.to_owned(),
        hash: [0; 32],
        request: "req_1".to_owned(),
        reply: None,
        is_held: false,
        attempt: None,
    };
    let keyed = |key: &str| with(|commit| commit.claim = Some(held(key)));
    assert!(clash(&keyed("k"), &keyed("k")));
    assert!(!clash(&keyed("k"), &keyed("l")));
    let finish = |job: &str| {
        with(|commit| {
            commit.finish = Some(Finish {
                job: job.to_owned(),
                fence: 1,
                again: None,
            })
        })
    };
    assert!(clash(&finish("job_1"), &finish("job_1")));
    assert!(!clash(&finish("job_1"), &finish("job_2")));
}

#[test]
fn an_unsound_commit_is_refused() {
    let key = RecordKey::new(&scope(), Kind::Customer, "cus_1");
    let record: florin_domain::Record = Customer {
        id: "cus_1".into(),
        ..Customer::default()
    }
    .into();
    let write = |expected, version| Write {
        key: key.clone(),
        expected,
        version,
        record: record.clone(),
        encoded: None,
    };
    let commit = |writes| Commit {
        changes: Changes {
            writes,
            ..Changes::default()
        },
        ..Commit::default()
    };
    assert_eq!(check(&commit(vec![write(0, 1)])), Ok(()));
    for bad in [
        vec![write(1, 1)],
        vec![write(2, 1)],
        vec![write(0, 1), write(1, 2)],
    ] {
        assert!(matches!(
            check(&commit(bad)),
            Err(crate::StoreError::Corrupt(_))
        ));
    }
    let mut other = write(0, 1);
    other.key.id = "cus_2".to_owned();
    assert!(matches!(
        check(&commit(vec![other])),
        Err(crate::StoreError::Corrupt(_))
    ));
}
