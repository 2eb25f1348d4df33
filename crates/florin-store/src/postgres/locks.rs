//! The first pipeline: the marker, the locks and the unique keys; and what was found, member by member.

use super::params::{Param, scopes, texts};
use super::prepared::Prepared;
use super::session::Step;
use super::sql;
use super::trouble::Trouble;
use crate::StoreError;
use crate::grouping::BalanceId;
use florin_base::Scope;
use florin_domain::changes::{Claim, Floor};
use florin_domain::ledger::LedgerAccount;
use florin_domain::{Kind, RecordKey};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use tokio_postgres::Row;

/// What a step of the pipeline answers.
enum Asked {
    Nothing,
    Versions(Kind),
    Fences,
    Claims,
    GlobalClaims,
    Keys,
    Balances,
}

/// The first pipeline of a group.
pub struct Locks<'a> {
    asked: Vec<Asked>,
    /// The statements.
    pub steps: Vec<Step<'a>>,
}

impl<'a> Locks<'a> {
    /// Builds it. Tables are touched in one order by every process, keys in order within a table.
    pub fn of(members: &[&'a Prepared], marker: Vec<Step<'a>>) -> Locks<'a> {
        let mut locks = Locks {
            asked: Vec::new(),
            steps: Vec::new(),
        };
        locks.add(Asked::Nothing, Step::Plain("BEGIN"));
        for step in marker {
            locks.add(Asked::Nothing, step);
        }
        locks.records(members);
        let finishes = members
            .iter()
            .filter_map(|member| member.commit.finish.as_ref());
        let jobs: BTreeSet<&str> = finishes.map(|finish| finish.job.as_str()).collect();
        if !jobs.is_empty() {
            locks.add(
                Asked::Fences,
                Step::Query(sql::LOCK_JOBS, vec![texts(jobs.into_iter())]),
            );
        }
        locks.claims(members);
        locks.keys(members);
        locks.floors(members);
        locks
    }

    fn add(&mut self, asked: Asked, step: Step<'a>) {
        self.asked.push(asked);
        self.steps.push(step);
    }

    fn records(&mut self, members: &[&'a Prepared]) {
        let changes = || members.iter().map(|member| &member.commit.changes);
        let written: BTreeSet<&RecordKey> = changes()
            .flat_map(|c| &c.writes)
            .map(|write| &write.key)
            .collect();
        let required: BTreeSet<&RecordKey> = changes()
            .flat_map(|c| &c.requires)
            .map(|require| &require.key)
            .collect();
        for kind in Kind::ALL {
            let of_kind = |key: &&RecordKey| key.kind == *kind;
            // One statement in the order of keys: two that each waited for the other's half would lock each other out.
            let keys: BTreeSet<&RecordKey> = written
                .iter()
                .chain(&required)
                .copied()
                .filter(of_kind)
                .collect();
            if keys.is_empty() {
                continue;
            }
            let text = match written.iter().copied().any(|key| of_kind(&key)) {
                true => &sql::of(*kind).lock,
                false => &sql::of(*kind).share,
            };
            let [accounts, lives] = scopes(keys.iter().map(|key| &key.scope));
            let params = vec![
                accounts,
                lives,
                texts(keys.iter().map(|key| key.id.as_str())),
            ];
            self.add(Asked::Versions(*kind), Step::Query(text, params));
        }
    }

    fn claims(&mut self, members: &[&'a Prepared]) {
        let mut all: Vec<&Claim> = members
            .iter()
            .flat_map(|member| &member.commit.changes.claims)
            .collect();
        all.sort_by_key(|claim| (&claim.scope, claim.space, &claim.key));
        let (global, scoped): (Vec<&Claim>, Vec<&Claim>) =
            all.into_iter().partition(|claim| claim.scope.is_none());
        for (asked, text, claims) in [
            (Asked::Claims, sql::CLAIM, scoped),
            (Asked::GlobalClaims, sql::CLAIM_GLOBAL, global),
        ] {
            if !claims.is_empty() {
                let [accounts, lives] = scopes(claims.iter().map(|claim| holder_scope(claim)));
                let mut params = vec![accounts, lives];
                params.push(texts(claims.iter().map(|claim| claim.space)));
                params.push(texts(claims.iter().map(|claim| claim.key.as_str())));
                params.push(texts(claims.iter().map(|claim| claim.target.kind.table())));
                params.push(texts(claims.iter().map(|claim| claim.target.id.as_str())));
                self.add(asked, Step::Query(text, params));
            }
        }
    }

    fn keys(&mut self, members: &[&'a Prepared]) {
        let claims = members
            .iter()
            .filter_map(|member| member.commit.claim.as_ref());
        let mut fresh: Vec<_> = claims.filter(|claim| !claim.is_held).collect();
        fresh.sort_by_key(|claim| (&claim.scope, &claim.key));
        if fresh.is_empty() {
            return;
        }
        let [accounts, lives] = scopes(fresh.iter().map(|claim| &claim.scope));
        let params = vec![
            accounts,
            lives,
            texts(fresh.iter().map(|claim| claim.key.as_str())),
            texts(fresh.iter().map(|claim| claim.hash.as_slice())),
            texts(fresh.iter().map(|claim| claim.request.as_str())),
            texts(fresh.iter().map(|claim| claim.attempt.as_deref())),
        ];
        self.add(Asked::Keys, Step::Query(sql::TAKE_KEYS, params));
    }

    /// A commit with a floor has a group of its own. All of its balances are locked here, those without a floor, too:
    /// locked later, they would come after the others and out of order.
    fn floors(&mut self, members: &[&'a Prepared]) {
        if members
            .iter()
            .all(|member| member.commit.changes.floors.is_empty())
        {
            return;
        }
        let mut rows: BTreeSet<(&Scope, String, String)> = BTreeSet::new();
        for member in members {
            let floors = member.commit.changes.floors.iter();
            rows.extend(floors.map(|floor| {
                let asset = floor.asset.to_string();
                (&floor.scope, floor.account.name(), asset)
            }));
            let sums = member.deltas.keys();
            rows.extend(
                sums.map(|(scope, account, asset)| (scope, account.name(), asset.to_string())),
            );
        }
        let params = || {
            let [accounts, lives] = scopes(rows.iter().map(|(scope, ..)| *scope));
            vec![
                accounts,
                lives,
                texts(rows.iter().map(|(_, name, _)| name.clone())),
                texts(rows.iter().map(|(.., asset)| asset.clone())),
            ]
        };
        let steps = [
            (Asked::Nothing, sql::FLOOR_ROWS, params()),
            (Asked::Balances, sql::LOCK_BALANCES, params()),
        ];
        for (asked, text, params) in steps {
            self.add(asked, Step::Query(text, params));
        }
    }

    /// Reads the answers.
    ///
    /// # Errors
    /// The database holds what this release cannot read.
    pub fn found(&self, answers: Vec<Vec<Row>>) -> Result<Found, Trouble> {
        let mut found = Found::default();
        for (asked, rows) in self.asked.iter().zip(&answers) {
            for row in rows {
                found
                    .take(asked, row)
                    .map_err(|error| Trouble::of(&error))?;
            }
        }
        Ok(found)
    }
}

/// A scoped key lies in its scope, one of the installation carries the scope of its holder.
fn holder_scope(claim: &Claim) -> &Scope {
    claim.scope.as_ref().unwrap_or(&claim.target.scope)
}

/// What the locked rows say.
#[derive(Default)]
pub struct Found {
    versions: HashMap<RecordKey, i64>,
    fences: HashMap<String, i64>,
    claims: HashSet<(Option<Scope>, String, String)>,
    keys: HashSet<(Scope, String)>,
    balances: BTreeMap<(Scope, String, String), i128>,
}

fn scope_of(row: &Row) -> Result<Scope, tokio_postgres::Error> {
    let account: &str = row.try_get(0)?;
    Ok(Scope {
        account: account.into(),
        live: row.try_get::<_, i64>(1)? != 0,
    })
}

impl Found {
    fn take(&mut self, asked: &Asked, row: &Row) -> Result<(), tokio_postgres::Error> {
        match asked {
            Asked::Nothing => {}
            Asked::Versions(kind) => {
                let key = RecordKey {
                    scope: scope_of(row)?,
                    kind: *kind,
                    id: row.try_get(2)?,
                };
                self.versions.insert(key, row.try_get(3)?);
            }
            Asked::Fences => {
                self.fences.insert(row.try_get(0)?, row.try_get(1)?);
            }
            Asked::Claims => {
                self.claims
                    .insert((Some(scope_of(row)?), row.try_get(2)?, row.try_get(3)?));
            }
            Asked::GlobalClaims => {
                self.claims.insert((None, row.try_get(0)?, row.try_get(1)?));
            }
            Asked::Keys => {
                self.keys.insert((scope_of(row)?, row.try_get(2)?));
            }
            Asked::Balances => {
                let id = (scope_of(row)?, row.try_get(2)?, row.try_get(3)?);
                *self.balances.entry(id).or_default() += i128::from(row.try_get::<_, i64>(4)?);
            }
        }
        Ok(())
    }

    /// Whether a member may be written.
    ///
    /// # Errors
    /// Why not: nothing of it may be written, and [`Found::give_back`] undoes what it took.
    pub fn verdict(&self, member: &Prepared) -> Result<(), StoreError> {
        let changes = &member.commit.changes;
        if let Some(finish) = &member.commit.finish
            && self.fences.get(&finish.job) != Some(&finish.fence)
        {
            return Err(StoreError::Conflict);
        }
        let written = changes
            .writes
            .iter()
            .map(|write| (&write.key, write.expected));
        let required = changes
            .requires
            .iter()
            .map(|require| (&require.key, require.version));
        let mut versions = written.chain(required);
        if versions
            .any(|(key, version)| self.versions.get(key).map_or(0, |held| *held as u64) != version)
        {
            return Err(StoreError::Conflict);
        }
        if let Some(lost) = changes.claims.iter().find(|claim| !self.has_claim(claim)) {
            return Err(StoreError::Claimed {
                space: lost.space.to_owned(),
            });
        }
        if let Some(claim) = member.commit.claim.as_ref().filter(|claim| !claim.is_held)
            && !self
                .keys
                .contains(&(claim.scope.clone(), claim.key.clone()))
        {
            return Err(StoreError::Claimed {
                space: "idempotency".to_owned(),
            });
        }
        match changes.floors.iter().all(|floor| self.holds(floor, member)) {
            true => Ok(()),
            false => Err(StoreError::Floor),
        }
    }

    fn has_claim(&self, claim: &Claim) -> bool {
        self.claims.contains(&(
            claim.scope.clone(),
            claim.space.to_owned(),
            claim.key.clone(),
        ))
    }

    fn holds(&self, floor: &Floor, member: &Prepared) -> bool {
        let id: (Scope, String, String) = (
            floor.scope.clone(),
            floor.account.name(),
            floor.asset.to_string(),
        );
        let delta_id: BalanceId = (floor.scope.clone(), floor.account, floor.asset);
        let held = self.balances.get(&id).copied().unwrap_or(0);
        let sum = held + member.deltas.get(&delta_id).copied().unwrap_or(0);
        let view = i64::try_from(sum).map(LedgerAccount::merchant_view);
        view.is_ok_and(|amount| amount >= floor.at_least)
    }

    /// Deletes the keys that losers took.
    pub fn give_back<'a>(&self, losers: &[&'a Prepared]) -> Vec<Step<'a>> {
        let claims = losers
            .iter()
            .flat_map(|member| &member.commit.changes.claims);
        let taken: Vec<&Claim> = claims.filter(|claim| self.has_claim(claim)).collect();
        let (global, scoped): (Vec<&Claim>, Vec<&Claim>) =
            taken.into_iter().partition(|claim| claim.scope.is_none());
        let mut steps = Vec::new();
        let names = |claims: &[&'a Claim]| -> [Param<'a>; 2] {
            let spaces = texts(
                claims
                    .iter()
                    .map(|claim| claim.space)
                    .collect::<Vec<_>>()
                    .into_iter(),
            );
            [
                spaces,
                texts(
                    claims
                        .iter()
                        .map(|claim| claim.key.as_str())
                        .collect::<Vec<_>>()
                        .into_iter(),
                ),
            ]
        };
        if !scoped.is_empty() {
            let mut params = Vec::from(scopes(scoped.iter().map(|claim| holder_scope(claim))));
            params.extend(names(&scoped));
            steps.push(Step::Query(sql::UNCLAIM, params));
        }
        if !global.is_empty() {
            steps.push(Step::Query(sql::UNCLAIM_GLOBAL, Vec::from(names(&global))));
        }
        let keys = losers
            .iter()
            .filter_map(|member| member.commit.claim.as_ref())
            .filter(|claim| !claim.is_held);
        let taken: Vec<_> = keys
            .filter(|claim| {
                self.keys
                    .contains(&(claim.scope.clone(), claim.key.clone()))
            })
            .collect();
        if !taken.is_empty() {
            let mut params = Vec::from(scopes(taken.iter().map(|claim| &claim.scope)));
            params.push(texts(taken.iter().map(|claim| claim.key.as_str())));
            steps.push(Step::Query(sql::DROP_KEYS, params));
        }
        steps
    }
}
