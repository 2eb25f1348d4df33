//! The two pipelines of a group: what is locked and claimed, and what is written.
//!
//! Shape: the same steps in the same order as the product's `locks` and `effects`, one array per column, rows in the
//! order of their keys. Deliberately absent: giving back what losers took, since they took nothing.

use std::collections::{BTreeMap, HashSet};

use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::session::{Param, Step};
use super::sql;
use crate::prototype::payment::{
    ACCOUNT, ASSET, DESCRIPTION, EVENT_PARTS, EVENTS, LIVE, Part, Payment, SETTINGS,
};

/// Marks are kept this many groups and dropped once in as many.
const MARKS_KEPT: i64 = 256;
/// How long a lease lasts, in milliseconds.
const LEASE_MS: i64 = 10_000;

/// The first pipeline. The mark is the name of the run and the number of the group.
pub fn locks<'a>(payments: &[&'a Payment], mark: (&'a str, i64)) -> Vec<Step<'a>> {
    let (run, number) = mark;
    let mut steps = vec![
        Step::Plain("BEGIN"),
        Step::Query(sql::MARK, vec![Param::new(run), Param::new(number)]),
    ];
    if number % MARKS_KEPT == 0 {
        let before = Param::new(number - MARKS_KEPT);
        steps.push(Step::Query(sql::UNMARK, vec![Param::new(run), before]));
    }
    steps.push(lock(sql::LOCK_METHODS, payments, |one| &one.method));
    steps.push(lock(sql::LOCK_INTENTS, payments, |one| &one.intent));
    steps.push(lock(sql::LOCK_CHARGES, payments, |one| &one.charge));
    let mut settings = scopes(1);
    settings.push(Param::new(vec![SETTINGS]));
    steps.push(Step::Query(sql::SHARE_SETTINGS, settings));
    let rows = sorted(payments, |one| &one.key);
    let mut keys = scopes(rows.len());
    keys.push(column(&rows, |one| one.key.as_str()));
    keys.push(column(&rows, |one| one.part(Part::Hash)));
    keys.push(column(&rows, |one| one.request.as_str()));
    keys.push(column(&rows, |_| None::<&str>));
    steps.push(Step::Query(sql::TAKE_KEYS, keys));
    steps
}

/// The idempotency keys that were free, from the answers of the first pipeline.
///
/// # Errors
/// A row is there that must not be, or cannot be read.
pub fn free(answers: &[Vec<Row>]) -> Result<HashSet<String>, String> {
    let Some((taken, before)) = answers.split_last() else {
        return Err("The database did not answer.".to_owned());
    };
    if !before.iter().all(Vec::is_empty) {
        return Err("A record is there that must not be.".to_owned());
    }
    let names = taken.iter().map(|row| row.try_get::<_, String>(2));
    names
        .collect::<Result<HashSet<String>, _>>()
        .map_err(|error| error.to_string())
}

/// The second pipeline.
pub fn effects<'a>(payments: &[&'a Payment], run: &'a str) -> Vec<Step<'a>> {
    let mut steps = Vec::with_capacity(10);
    records(payments, &mut steps);
    events(payments, &mut steps);
    ledger(payments, &mut steps);
    replies(payments, &mut steps);
    jobs(payments, run, &mut steps);
    balances(payments, &mut steps);
    steps.push(Step::Plain("COMMIT"));
    steps
}

fn records<'a>(payments: &[&'a Payment], steps: &mut Vec<Step<'a>>) {
    let rows = sorted(payments, |one| &one.method);
    let mut methods = fresh(&rows, 1, |one| &one.method);
    methods.push(column(&rows, |_| None::<&str>));
    bodies(&rows, Part::Method, &mut methods);
    steps.push(Step::Query(sql::METHODS, methods));
    let rows = sorted(payments, |one| &one.intent);
    let mut intents = fresh(&rows, 2, |one| &one.intent);
    intents.push(column(&rows, |_| None::<&str>));
    bodies(&rows, Part::Intent, &mut intents);
    steps.push(Step::Query(sql::INTENTS, intents));
    let rows = sorted(payments, |one| &one.charge);
    let mut charges = fresh(&rows, 1, |one| &one.charge);
    charges.push(column(&rows, |_| None::<&str>));
    charges.push(column(&rows, |one| Some(one.intent.as_str())));
    bodies(&rows, Part::Charge, &mut charges);
    steps.push(Step::Query(sql::CHARGES, charges));
}

fn events<'a>(payments: &[&'a Payment], steps: &mut Vec<Step<'a>>) {
    let mut rows: Vec<(&'a str, usize, &'a Payment)> = Vec::with_capacity(payments.len() * 3);
    for &payment in payments {
        for (place, id) in payment.events.iter().enumerate() {
            rows.push((id.as_str(), place, payment));
        }
    }
    rows.sort_unstable_by_key(|&(id, ..)| id);
    let each = || rows.iter().copied();
    let told = each().map(|(_, place, one)| Some(one.told()[place]));
    let kinds = each().map(|(_, place, _)| Some(EVENTS[place].0));
    let versions = each().map(|(_, place, _)| Some(EVENTS[place].1));
    let packed = each().map(|(_, place, one)| one.part(EVENT_PARTS[place]));
    let mut params = scopes(rows.len());
    params.push(listed(each().map(|(id, ..)| id)));
    params.push(Param::new(vec![1_i64; rows.len()]));
    params.push(listed(each().map(|(.., one)| one.created)));
    params.push(listed(kinds));
    params.push(listed(told));
    params.push(listed(versions));
    params.push(Param::new(vec![""; rows.len()]));
    params.push(listed(packed));
    steps.push(Step::Query(sql::EVENTS, params));
}

fn ledger<'a>(payments: &[&'a Payment], steps: &mut Vec<Step<'a>>) {
    let rows = sorted(payments, |one| &one.transaction);
    let mut booked = scopes(rows.len());
    booked.push(column(&rows, |one| one.transaction.as_str()));
    booked.push(column(&rows, |_| "charge"));
    booked.push(column(&rows, |one| one.charge.as_str()));
    booked.push(column(&rows, |_| ASSET));
    booked.push(column(&rows, |one| one.created));
    booked.push(column(&rows, |one| one.available_on));
    booked.push(column(&rows, |_| Some(DESCRIPTION)));
    steps.push(Step::Query(sql::BOOK, booked));
    let mut lines: Vec<(&'a str, i64, (&'a str, i64))> = Vec::with_capacity(rows.len() * 3);
    for &payment in &rows {
        for (line, entry) in payment.entries().into_iter().enumerate() {
            lines.push((payment.transaction.as_str(), line as i64, entry));
        }
    }
    let mut entered = scopes(lines.len());
    entered.push(listed(lines.iter().map(|(id, ..)| *id)));
    entered.push(listed(lines.iter().map(|(_, line, _)| *line)));
    entered.push(listed(lines.iter().map(|(.., (account, _))| *account)));
    entered.push(listed(lines.iter().map(|(.., (_, amount))| *amount)));
    steps.push(Step::Query(sql::ENTER, entered));
}

fn replies<'a>(payments: &[&'a Payment], steps: &mut Vec<Step<'a>>) {
    let rows = sorted(payments, |one| &one.request);
    let mut params = scopes(rows.len());
    params.push(column(&rows, |one| one.request.as_str()));
    params.push(column(&rows, |one| one.key.as_str()));
    params.push(column(&rows, |_| 200_i64));
    params.push(column(&rows, |_| ""));
    params.push(column(&rows, |one| one.part(Part::Reply)));
    steps.push(Step::Query(sql::REPLY, params));
}

/// The release jobs, each id once.
fn jobs<'a>(payments: &[&'a Payment], run: &'a str, steps: &mut Vec<Step<'a>>) {
    let mut first: BTreeMap<&'a str, &'a Payment> = BTreeMap::new();
    for &payment in payments {
        first.entry(&payment.job).or_insert(payment);
    }
    let rows: Vec<&'a Payment> = first.into_values().collect();
    let [accounts, lives] = scope_columns(rows.len());
    let params = vec![
        column(&rows, |one| one.job.as_str()),
        column(&rows, |_| "release"),
        accounts,
        lives,
        column(&rows, |_| "release"),
        column(&rows, Payment::due_ms),
        column(&rows, |one| one.job_body.as_str()),
        column(&rows, |_| 1_i64),
        Param::new(run),
        Param::new(LEASE_MS),
    ];
    steps.push(Step::Query(sql::ADD_JOBS, params));
}

fn balances<'a>(payments: &[&'a Payment], steps: &mut Vec<Step<'a>>) {
    let mut sums: BTreeMap<&'a str, i64> = BTreeMap::new();
    for &payment in payments {
        for (account, amount) in payment.entries() {
            *sums.entry(account).or_default() += amount;
        }
    }
    let mut params = scopes(sums.len());
    params.push(listed(sums.keys().copied()));
    params.push(Param::new(vec![ASSET; sums.len()]));
    params.push(listed(sums.values().copied()));
    steps.push(Step::Query(sql::ADD, params));
}

/// A step that locks the rows with the payments' ids.
fn lock<'a>(
    text: &'static str,
    payments: &[&'a Payment],
    id: impl Fn(&'a Payment) -> &'a String,
) -> Step<'a> {
    let rows = sorted(payments, &id);
    let mut params = scopes(rows.len());
    params.push(column(&rows, |one| id(one).as_str()));
    Step::Query(text, params)
}

/// The payments in the order of one of their ids.
fn sorted<'a>(
    payments: &[&'a Payment],
    id: impl Fn(&'a Payment) -> &'a String,
) -> Vec<&'a Payment> {
    let mut rows = payments.to_vec();
    rows.sort_unstable_by_key(|&one| id(one));
    rows
}

/// The first five columns of fresh records.
fn fresh<'a>(
    rows: &[&'a Payment],
    version: i64,
    id: impl Fn(&'a Payment) -> &'a String,
) -> Vec<Param<'a>> {
    let mut params = scopes(rows.len());
    params.push(column(rows, |one| id(one).as_str()));
    params.push(Param::new(vec![version; rows.len()]));
    params.push(column(rows, |one| one.created));
    params
}

/// The last two columns of records: the body as text, which is empty, and as it is packed.
fn bodies<'a>(rows: &[&'a Payment], part: Part, params: &mut Vec<Param<'a>>) {
    params.push(Param::new(vec![""; rows.len()]));
    params.push(column(rows, |one| Some(one.part(part))));
}

/// The two columns of the scope.
fn scopes<'a>(count: usize) -> Vec<Param<'a>> {
    Vec::from(scope_columns(count))
}

fn scope_columns<'a>(count: usize) -> [Param<'a>; 2] {
    [
        Param::new(vec![ACCOUNT; count]),
        Param::new(vec![LIVE; count]),
    ]
}

/// A column with one value of each payment.
fn column<'a, T: ToSql + Sync + Send + 'a>(
    rows: &[&'a Payment],
    value: impl Fn(&'a Payment) -> T,
) -> Param<'a> {
    listed(rows.iter().map(|&one| value(one)))
}

fn listed<'a, T: ToSql + Sync + Send + 'a>(values: impl Iterator<Item = T>) -> Param<'a> {
    Param::new(values.collect::<Vec<T>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number of parameters that a statement names.
    fn places(text: &str) -> usize {
        let named = |place: &usize| text.contains(&format!("${place}"));
        (1..).take_while(named).count()
    }

    #[test]
    fn every_statement_gets_as_many_parameters_as_it_names() {
        let payments: Vec<Payment> = (0..3).map(|_| Payment::new("key")).collect();
        let payments: Vec<&Payment> = payments.iter().collect();
        let mut steps = locks(&payments, ("run", MARKS_KEPT));
        steps.extend(effects(&payments, "run"));
        let mut queries = 0;
        for step in &steps {
            if let Step::Query(text, params) = step {
                assert_eq!(params.len(), places(text), "{text}");
                queries += 1;
            }
        }
        assert_eq!((queries, steps.len()), (16, 18));
    }
}
