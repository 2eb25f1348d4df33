//! Following one path through an answer.
//!
//! A path runs through objects and through the plain hashes inside them; a field is looked up by its whole path
//! inside the nearest object. Where the answer ends (an id, null), the rest of the path is checked against the
//! table alone. Deliberately absent: the words of the error, which need the path as it was sent.

use super::table::{self, Below, Rule};
use super::{Target, Wanted};
use florin_domain::Kind;
use serde_json::{Map, Value};

/// The path leads to something that cannot be expanded.
pub(super) struct NotExpandable;

/// What was found so far.
pub(super) struct Walk<'f> {
    pub found: &'f mut Vec<Wanted>,
}

/// A field that the table knows, met in an answer.
struct Field<'a> {
    rule: Rule,
    owner: &'a Map<String, Value>,
    held: Option<&'a Value>,
    pointer: String,
}

impl Walk<'_> {
    /// Goes on in an object, a list or an array.
    pub(super) fn enter(
        &mut self,
        value: &Value,
        pointer: &str,
        rest: &[&str],
    ) -> Result<(), NotExpandable> {
        let Some((first, below)) = rest.split_first() else {
            return Ok(());
        };
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.enter(item, &format!("{pointer}/{index}"), rest)?;
                }
                Ok(())
            }
            Value::Object(members) => match members.get("object").and_then(Value::as_str) {
                Some("list") => match members.get("data") {
                    Some(data) if *first == "data" => {
                        self.enter(data, &format!("{pointer}/data"), below)
                    }
                    _ => Err(NotExpandable),
                },
                Some(object) => self.member(object, members, pointer, rest),
                None => Err(NotExpandable),
            },
            _ => Err(NotExpandable),
        }
    }

    /// Looks for the field that a path names inside an object, through plain hashes if need be.
    fn member(
        &mut self,
        object: &str,
        owner: &Map<String, Value>,
        pointer: &str,
        rest: &[&str],
    ) -> Result<(), NotExpandable> {
        let mut field = String::new();
        let mut pointer = pointer.to_owned();
        let mut hash = Some(owner);
        for (depth, step) in rest.iter().enumerate() {
            if depth > 0 {
                field.push('.');
            }
            field.push_str(step);
            pointer.push('/');
            pointer.push_str(step);
            let held = hash.and_then(|hash| hash.get(*step));
            if let Some(rule) = table::find(object, &field) {
                let there = hash.is_some();
                return self.found(
                    Field {
                        rule,
                        owner,
                        held,
                        pointer,
                    },
                    there,
                    &rest[depth + 1..],
                );
            }
            if !table::leads_on(object, &field) {
                return Err(NotExpandable);
            }
            hash = held.and_then(Value::as_object);
        }
        Err(NotExpandable)
    }

    /// Deals with a field that can be expanded. `there` tells whether the hash around it exists.
    fn found(&mut self, field: Field<'_>, there: bool, rest: &[&str]) -> Result<(), NotExpandable> {
        match (field.rule, field.held) {
            (Rule::Never, _) => Ok(()),
            // Where a version shows it, it is there before anything is expanded.
            (Rule::Charges, None) => Err(NotExpandable),
            (_, None | Some(Value::Null)) => {
                let gone = field.owner.get("deleted").is_some();
                if there && !gone {
                    self.want_list(&field);
                }
                check(field.rule.below(), rest)
            }
            (rule, Some(Value::String(id))) => {
                if let Some(target) = target(rule, field.owner) {
                    self.want(field.pointer, target, id);
                }
                check(rule.below(), rest)
            }
            (_, Some(held)) => self.enter(held, &field.pointer, rest),
        }
    }

    /// A list that exists only when it is expanded.
    fn want_list(&mut self, field: &Field<'_>) {
        let id = field
            .owner
            .get("id")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let target = match field.rule {
            Rule::Refunds => Target::Refunds {
                charge: id.to_owned(),
            },
            Rule::Sources => Target::Sources {
                customer: id.to_owned(),
            },
            Rule::LineItems => Target::LineItems {
                intent: id.to_owned(),
            },
            Rule::SessionLines => Target::SessionLines {
                session: id.to_owned(),
            },
            Rule::LinkLines => Target::LinkLines {
                link: id.to_owned(),
            },
            Rule::Currencies(of) => Target::Currencies {
                of,
                id: id.to_owned(),
            },
            Rule::EmptyList(end) => Target::EmptyList {
                url: list_url(field.owner, id, end),
            },
            _ => return,
        };
        self.want(field.pointer.clone(), target, id);
    }

    fn want(&mut self, pointer: String, target: Target, id: &str) {
        if self.found.iter().all(|known| known.pointer != pointer) {
            self.found.push(Wanted {
                pointer,
                target,
                id: id.to_owned(),
            });
        }
    }
}

fn list_url(owner: &Map<String, Value>, id: &str, end: &str) -> String {
    let object = owner
        .get("object")
        .and_then(Value::as_str)
        .unwrap_or_default();
    format!("/v1/{object}s/{id}/{end}")
}

/// What an id stands for.
fn target(rule: Rule, owner: &Map<String, Value>) -> Option<Target> {
    match rule {
        Rule::Id(Kind::Dispute) => Some(Target::Dispute),
        Rule::Id(kind) => Some(Target::Record(kind)),
        Rule::Transaction => Some(Target::Transaction),
        Rule::CardSource => Some(Target::Source),
        Rule::Source => source(owner),
        Rule::Refunds
        | Rule::Charges
        | Rule::Sources
        | Rule::LineItems
        | Rule::SessionLines
        | Rule::LinkLines
        | Rule::Currencies(_)
        | Rule::EmptyList(_)
        | Rule::Inside(_)
        | Rule::Never => None,
    }
}

/// The source of a balance transaction is told by what the transaction is for, never by the look of the id.
fn source(owner: &Map<String, Value>) -> Option<Target> {
    match owner.get("reporting_category").and_then(Value::as_str)? {
        "charge" => Some(Target::Record(Kind::Charge)),
        "refund" | "refund_failure" => Some(Target::Record(Kind::Refund)),
        "dispute" => Some(Target::Dispute),
        _ => None,
    }
}

/// Checks a path by the table alone.
fn check(below: Below, rest: &[&str]) -> Result<(), NotExpandable> {
    let (object, rest) = match (below, rest) {
        (_, []) | (Below::Any, _) => return Ok(()),
        (Below::One(object), rest) => (object, rest),
        (Below::List(object), ["data", rest @ ..]) => (object, rest),
        (Below::List(_), _) => return Err(NotExpandable),
    };
    if rest.is_empty() {
        return Ok(());
    }
    for depth in 1..=rest.len() {
        let field = rest[..depth].join(".");
        if let Some(rule) = table::find(object, &field) {
            return check(rule.below(), &rest[depth..]);
        }
    }
    Err(NotExpandable)
}
