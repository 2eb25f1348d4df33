//! What goes wrong on purpose: rules over requests, and the dice that decide where a rule strikes only now and then.
//!
//! Shape: a [`Plan`] is data that comes from the command line or over HTTP; [`Faults`] holds it against each arriving
//! request, and the first rule that strikes is taken. The dice depend on the seed, the rule, the reference and how often
//! the reference came, and on nothing else, so that a run can be replayed whatever the order of its requests.
//! Deliberately absent: carrying a fault out (see `server`), and a memory across restarts.

use anyhow::{Context, Result, bail};
use florin_domain::processor::{ProcessorRequest, Verb};
use florin_vault::sha256;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Rules of a plan.
const RULES_MAX: usize = 100;
/// The longest wait before an answer or a late booking, in milliseconds: 30 days.
const MS_MAX: u64 = 30 * 24 * 60 * 60 * 1_000;
/// How many notices leave in reverse, unless a rule says otherwise.
const HOLD_DEFAULT: u32 = 2;
/// How many notices may be held.
const HOLD_MAX: u32 = 1_000;
/// References whose arrivals are counted. Beyond it the counts begin anew.
const ARRIVALS_MAX: usize = 1_000_000;
/// The name of the plan that goes by amounts.
const BY_AMOUNT: &str = "by-amount";

/// What may go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Done at once, answered after `ms`.
    Delay,
    /// The connection is closed and nothing is done.
    DropBefore,
    /// It is done, and the connection is closed without an answer.
    DropAfter,
    /// Done once, its notice is sent twice.
    Duplicate,
    /// The connection is closed; it is done after `ms`, and a notice tells.
    Late,
    /// Its notice waits until `hold` notices wait; they leave in reverse.
    OutOfOrder,
    /// Status 500 and nothing is done.
    #[serde(rename = "status_500_before")]
    Status500Before,
    /// It is done, and answered with status 500.
    #[serde(rename = "status_500_after")]
    Status500After,
    /// Status 429 and nothing is done.
    #[serde(rename = "status_429")]
    Status429,
    /// It is done; the connection is closed in the middle of the answer.
    Truncated,
    /// It is done; the answer names another amount.
    WrongAmount,
    /// It is done and never answered, while the connection stays open.
    Hang,
}

impl Kind {
    /// An inquiry does nothing, so that what is about doing does not concern it.
    fn concerns_inquiries(self) -> bool {
        !matches!(self, Kind::Duplicate | Kind::Late | Kind::OutOfOrder)
    }

    fn has_ms(self) -> bool {
        matches!(self, Kind::Delay | Kind::Late)
    }
}

/// Which requests are meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum At {
    /// Those that do something.
    #[default]
    Calls,
    /// Those that only ask.
    Inquiries,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What goes wrong.
    pub fault: Kind,
    /// How long, for `delay` and `late`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
    /// How many notices, for `out_of_order`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<u32>,
    /// Where.
    #[serde(default)]
    pub at: At,
    /// It strikes so often and then no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// It strikes so many of a thousand requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_mille: Option<u16>,
    /// Only this verb.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verb: Option<Verb>,
    /// Only references that begin like this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Only this amount, in minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    /// How often it struck so far. A new plan begins with zero, whatever it says.
    #[serde(default)]
    pub struck: u64,
}

impl Rule {
    /// A rule that always strikes.
    fn always(fault: Kind) -> Rule {
        Rule {
            fault,
            ms: None,
            hold: None,
            at: At::Calls,
            times: None,
            per_mille: None,
            verb: None,
            reference: None,
            amount: None,
            struck: 0,
        }
    }

    fn check(&self) -> Result<()> {
        match self.ms {
            None if self.fault.has_ms() => bail!("delay and late need ms"),
            Some(_) if !self.fault.has_ms() => bail!("ms is for delay and late only"),
            Some(ms) if ms > MS_MAX => bail!("ms is more than 30 days ({MS_MAX})"),
            _ => {}
        }
        match self.hold {
            Some(_) if self.fault != Kind::OutOfOrder => bail!("hold is for out_of_order only"),
            Some(hold) if !(2..=HOLD_MAX).contains(&hold) => {
                bail!("hold has to be from 2 to {HOLD_MAX}")
            }
            _ => {}
        }
        if self.at == At::Inquiries && !self.fault.concerns_inquiries() {
            bail!("an inquiry books nothing, so that it cannot be duplicate, late or out_of_order");
        }
        match (self.times, self.per_mille) {
            (Some(_), Some(_)) => bail!("times and per_mille exclude each other"),
            (_, Some(per_mille)) if per_mille > 1_000 => bail!("per_mille is more than 1000"),
            _ => Ok(()),
        }
    }

    fn fits(&self, at: At, request: &ProcessorRequest) -> bool {
        self.at == at
            && self.times.is_none_or(|times| self.struck < times)
            && self.verb.is_none_or(|verb| verb == request.verb)
            && self.amount.is_none_or(|amount| amount == request.amount)
            && self
                .reference
                .as_ref()
                .is_none_or(|prefix| request.reference.starts_with(prefix.as_str()))
    }
}

/// The faults of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// What the dice depend on.
    #[serde(default)]
    pub seed: u64,
    /// The first one that strikes is taken.
    pub rules: Vec<Rule>,
}

impl Plan {
    /// Reads what stands behind `--faults`: `by-amount`, a list such as `drop_after=50,delay:2000`, or JSON.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &str) -> Result<Plan> {
        if text == BY_AMOUNT {
            return Ok(by_amount());
        }
        if text.trim_start().starts_with('{') {
            return Plan::from_json(text.as_bytes());
        }
        let rules: Result<Vec<Rule>> = text.split(',').map(listed).collect();
        Plan {
            seed: 0,
            rules: rules?,
        }
        .checked()
    }

    /// Reads a plan in JSON.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_json(bytes: &[u8]) -> Result<Plan> {
        let plan: Plan = serde_json::from_slice(bytes).context("this is not a plan of faults")?;
        plan.checked()
    }

    fn checked(mut self) -> Result<Plan> {
        if self.rules.len() > RULES_MAX {
            bail!("a plan has at most {RULES_MAX} rules");
        }
        for (index, rule) in self.rules.iter_mut().enumerate() {
            rule.struck = 0;
            rule.check()
                .with_context(|| format!("rule {} of the plan", index + 1))?;
        }
        Ok(self)
    }
}

/// A rule of the short form: `KIND`, `KIND:NUMBER`, each with `=PER_MILLE` behind it or not.
fn listed(text: &str) -> Result<Rule> {
    let wrong = || {
        format!(
            "{text:?} is not a fault; write {BY_AMOUNT}, JSON, or a list such as drop_after=50,delay:2000"
        )
    };
    let (what, share) = match text.split_once('=') {
        Some((what, share)) => (what, Some(share)),
        None => (text, None),
    };
    let (name, number) = match what.split_once(':') {
        Some((name, number)) => (name, Some(number)),
        None => (what, None),
    };
    let name = serde_json::Value::from(name.trim().replace('-', "_"));
    let mut rule = Rule::always(serde_json::from_value(name).with_context(wrong)?);
    let number: Option<u64> = number
        .map(|number| number.trim().parse())
        .transpose()
        .with_context(wrong)?;
    match (rule.fault, number) {
        (Kind::OutOfOrder, Some(hold)) => {
            rule.hold = Some(u32::try_from(hold).with_context(wrong)?)
        }
        (_, number) => rule.ms = number,
    }
    rule.per_mille = share
        .map(|share| share.trim().parse())
        .transpose()
        .with_context(wrong)?;
    Ok(rule)
}

/// The plan that goes by amounts: whoever chooses an amount chooses a fault.
fn by_amount() -> Plan {
    const SECOND_MS: u64 = 1_000;
    const DAY_MS: u64 = 24 * 60 * 60 * SECOND_MS;
    let rows = [
        (4_001, Kind::Delay, Some(5 * SECOND_MS)),
        (4_002, Kind::DropBefore, None),
        (4_003, Kind::DropAfter, None),
        (4_004, Kind::Duplicate, None),
        (4_005, Kind::Late, Some(30 * SECOND_MS)),
        (4_006, Kind::OutOfOrder, None),
        (4_007, Kind::Status500Before, None),
        (4_008, Kind::Status500After, None),
        (4_009, Kind::Status429, None),
        (4_010, Kind::Truncated, None),
        (4_011, Kind::WrongAmount, None),
        (4_012, Kind::Hang, None),
        (4_013, Kind::Late, Some(7 * DAY_MS)),
    ];
    let rules = rows.map(|(amount, fault, ms)| Rule {
        ms,
        amount: Some(amount),
        ..Rule::always(fault)
    });
    Plan {
        seed: 0,
        rules: rules.to_vec(),
    }
}

/// A fault that happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strike {
    /// What goes wrong.
    pub fault: Kind,
    /// How long, for `delay` and `late`.
    pub ms: u64,
    /// How many notices, for `out_of_order`.
    pub hold: u32,
}

/// A plan at work.
#[derive(Default)]
pub struct Faults {
    plan: Plan,
    /// How often each reference came, for the dice.
    arrivals: HashMap<(At, String), u64>,
}

impl Faults {
    /// A plan from its beginning.
    pub fn new(plan: Plan) -> Faults {
        Faults {
            plan,
            arrivals: HashMap::new(),
        }
    }

    /// The plan, with how often each rule struck.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What happens to a request, if anything.
    pub fn strike(&mut self, at: At, request: &ProcessorRequest) -> Option<Strike> {
        let arrival = self.arrival(at, &request.reference);
        let seed = self.plan.seed;
        let mut rules = self.plan.rules.iter_mut().enumerate();
        let (_, rule) = rules.find(|(index, rule)| {
            rule.fits(at, request)
                && rule.per_mille.is_none_or(|per_mille| {
                    let dice = [seed, *index as u64, at as u64, arrival];
                    thrown(dice, &request.reference) < u64::from(per_mille)
                })
        })?;
        rule.struck += 1;
        Some(Strike {
            fault: rule.fault,
            ms: rule.ms.unwrap_or_default(),
            hold: rule.hold.unwrap_or(HOLD_DEFAULT),
        })
    }

    /// How often this reference came before. Only dice need it.
    fn arrival(&mut self, at: At, reference: &str) -> u64 {
        let is_diced = self.plan.rules.iter().any(|rule| rule.per_mille.is_some());
        if !is_diced {
            return 0;
        }
        if self.arrivals.len() >= ARRIVALS_MAX {
            tracing::warn!("too many references to count their arrivals; the counts begin anew");
            self.arrivals.clear();
        }
        let count = self.arrivals.entry((at, reference.to_owned())).or_default();
        let before = *count;
        *count += 1;
        before
    }
}

/// A number from 0 to 999.
fn thrown(dice: [u64; 4], reference: &str) -> u64 {
    let mut bytes: Vec<u8> = dice
        .iter()
        .flat_map(|number| number.to_be_bytes())
        .collect();
    bytes.extend_from_slice(reference.as_bytes());
    let hash = sha256(&bytes);
    let number = hash
        .iter()
        .take(8)
        .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    number % 1_000
}
