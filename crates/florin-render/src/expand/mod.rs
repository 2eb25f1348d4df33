//! Expansion: which ids of an answer are to be replaced by their objects.
//!
//! A plan is parsed once. [`ExpandPlan::wanted`] then says what has to be loaded in the current state of the
//! answer; the caller loads and renders it, puts it in with [`place`], and asks again until nothing is wanted.
//! Paths that lead nowhere are refused, also where the answer has null today, as far as the [`table`] tells.
//! Deliberately absent: loading.

mod table;
mod walk;

use florin_domain::Kind;
use florin_wire::WireError;
use serde_json::{Map, Value};

/// What to expand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExpandPlan {
    paths: Vec<String>,
}

/// One thing that has to be loaded, rendered in the newest version and put in its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The JSON pointer into the answer.
    pub pointer: String,
    /// What to load.
    pub target: Target,
    /// The id that stands there, or that of the owner of a list.
    pub id: String,
}

/// What an expanded member becomes.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// A record of this kind.
    Record(Kind),
    /// A balance transaction.
    Transaction,
    /// A dispute, together with its ledger transaction.
    Dispute,
    /// A payment method in the older shape of a source, see [`crate::render_source`].
    Source,
    /// The list of the refunds of a charge, newest first.
    Refunds {
        /// Of which charge.
        charge: String,
    },
    /// The list with the newest charge of a payment intent, and how many there are.
    Charges {
        /// Of which payment intent.
        intent: String,
        /// Its newest charge as the object tells it, which may be of another time than the store; none for no charge.
        latest: Option<String>,
    },
    /// The id of the dispute of a charge.
    DisputeOf {
        /// Of which charge.
        charge: String,
    },
    /// The list of the payment methods of a customer in the older shape of sources.
    Sources {
        /// Of which customer.
        customer: String,
    },
    /// The list of the line items of a payment intent, see [`crate::render_line_items`].
    LineItems {
        /// Of which payment intent.
        intent: String,
    },
    /// The list of what a checkout session sells.
    SessionLines {
        /// Of which session.
        session: String,
    },
    /// The list of what a payment link sells.
    LinkLines {
        /// Of which link.
        link: String,
    },
    /// What a price or a way of shipping costs in each of its currencies.
    Currencies {
        /// Which of them.
        of: Kind,
        /// Its id.
        id: String,
    },
    /// A list that has no entries in Florin; nothing has to be loaded.
    EmptyList {
        /// The `url` member of the list.
        url: String,
    },
}

impl ExpandPlan {
    /// Reads the paths of the parameter `expand`, whose depth the schema has checked. On a list each of them starts with
    /// `data.`.
    ///
    /// # Errors
    /// 400: a path of a list does not go below `data`.
    pub fn parse(paths: &[&str], is_list: bool) -> Result<ExpandPlan, WireError> {
        let mut plan = ExpandPlan {
            paths: Vec::with_capacity(paths.len()),
        };
        for path in paths {
            if is_list && !path.starts_with("data.") {
                return Err(outside_data(path));
            }
            if !plan.paths.iter().any(|known| known == path) {
                plan.paths.push((*path).to_owned());
            }
        }
        Ok(plan)
    }

    /// Whether nothing is to be expanded.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// Everything that has to be loaded at the current state of the answer, each place once.
    ///
    /// # Errors
    /// 400: a path names something that cannot be expanded.
    pub fn wanted(&self, value: &Value) -> Result<Vec<Wanted>, WireError> {
        let mut found = Vec::new();
        for path in &self.paths {
            let steps: Vec<&str> = path.split('.').collect();
            let walk = &mut walk::Walk { found: &mut found };
            walk.enter(value, "", &steps)
                .map_err(|walk::NotExpandable| refused(path))?;
        }
        Ok(found)
    }
}

/// How deep objects lie in each other at most.
const DEPTH_MAX: usize = 32;

/// What older versions show inside of objects without being asked, and is not there yet: see
/// [`florin_wire::versions::embeds_lists`]. What is loaded for it may hold such objects again.
pub fn embedded(value: &Value) -> Vec<Wanted> {
    let mut found = Vec::new();
    embedded_below(value, "", DEPTH_MAX, &mut found);
    found
}

fn embedded_below(value: &Value, pointer: &str, depth: usize, found: &mut Vec<Wanted>) {
    if depth == 0 {
        return;
    }
    match value {
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                embedded_below(item, &format!("{pointer}/{at}"), depth - 1, found);
            }
        }
        Value::Object(members) => {
            embedded_in(members, pointer, found);
            // Metadata belongs to the merchant, who may write anything into it.
            for (name, inner) in members.iter().filter(|(name, _)| *name != "metadata") {
                embedded_below(inner, &format!("{pointer}/{name}"), depth - 1, found);
            }
        }
        _ => {}
    }
}

fn embedded_in(members: &Map<String, Value>, pointer: &str, found: &mut Vec<Wanted>) {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let (Some(object), Some(id)) = (text("object"), text("id")) else {
        return;
    };
    let id = id.to_owned();
    let wanted: &[(&str, Target)] = match object {
        "payment_intent" => {
            let latest = members.get("latest_charge");
            let expanded = latest.and_then(|charge| charge.get("id"));
            let latest = expanded.or(latest).and_then(Value::as_str);
            let charges = Target::Charges {
                intent: id.clone(),
                latest: latest.map(str::to_owned),
            };
            &[("charges", charges)]
        }
        "charge" => &[
            ("refunds", Target::Refunds { charge: id.clone() }),
            ("dispute", Target::DisputeOf { charge: id.clone() }),
        ],
        _ => return,
    };
    for (name, target) in wanted {
        if !members.contains_key(*name) {
            found.push(Wanted {
                pointer: format!("{pointer}/{name}"),
                target: target.clone(),
                id: id.clone(),
            });
        }
    }
}

/// Puts an object where [`Wanted::pointer`] said. A member that the answer did not have yet gets its place in the
/// alphabetical order of the others. A pointer that leads nowhere changes nothing.
pub fn place(value: &mut Value, pointer: &str, object: Value) {
    if let Some(slot) = value.pointer_mut(pointer) {
        *slot = object;
        return;
    }
    let Some((parent, name)) = pointer.rsplit_once('/') else {
        return;
    };
    let Some(Value::Object(members)) = value.pointer_mut(parent) else {
        return;
    };
    let later = |key: &String| !matches!(key.as_str(), "id" | "object") && key.as_str() > name;
    let at = members.keys().position(later).unwrap_or(members.len());
    members.shift_insert(at, name.to_owned(), object);
}

fn refused(path: &str) -> WireError {
    let shown = shown(path);
    WireError::invalid(format!("This property cannot be expanded ({shown}).")).with_param("expand")
}

fn outside_data(path: &str) -> WireError {
    let shown = shown(path);
    let message = format!(
        "This property cannot be expanded ({shown}). In a list, a path starts with data and a dot, such as \
         data.customer."
    );
    WireError::invalid(message).with_param("expand")
}

/// A path as an error may repeat it: what does not look like one, or looks like a card number, is not repeated.
fn shown(path: &str) -> &str {
    let plain = path
        .bytes()
        .all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.' | b'0'..=b'9'));
    let digits = path.bytes().filter(u8::is_ascii_digit).count();
    if plain && digits < 8 && path.len() <= 200 {
        path
    } else {
        "..."
    }
}
