//! The arguments of `florin-sim`.
//!
//! Deliberately absent: a library for arguments; there are few, and all of them are names and numbers.

use florin_sim::Sabotage;
use florin_sim::sweep::Strike;

/// What the program is told when it is asked.
pub const USAGE: &str = "florin-sim [--payments N] [--threads N] [--only worlds|sweep|controls]
florin-sim --seed S [--each N] [--trace]
florin-sim --strike NAME --at N --place inside|outside [--trace]
florin-sim --control NAME

Runs the engine in seeded worlds and audits what they leave behind: worlds in bad weather until enough payments were
made, then one small world for each place at which a fault can strike, then one planted bug after the other, which the
auditor has to find.

  --payments N   payments in all (default 600); each world is dropped when it is over
  --seeds N      so many worlds, however many payments that is
  --each N       stories of each world (default 60)
  --seed S       the first seed (default 1); without --payments and --seeds, only this one is run
  --threads N    worlds that run at once (default: as many as there are processors, at most 8)
  --only PART    only this part
  --strike NAME  one fault of the sweep, such as AfterCommit
  --at N         its place, counted from 1
  --place P      where the processor keeps its books
  --control NAME one planted bug, such as LoseCommit
  --trace        print what happened, line by line";

/// A part of the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Seeded worlds in bad weather.
    Worlds,
    /// One fault at each place.
    Sweep,
    /// Planted bugs.
    Controls,
}

/// What to run.
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    /// Payments in all, unless worlds are counted.
    pub payments: Option<u64>,
    /// Worlds.
    pub seeds: Option<u64>,
    /// The first seed.
    pub seed: Option<u64>,
    /// Stories of each world.
    pub each: Option<u32>,
    /// Worlds that run at once.
    pub threads: Option<usize>,
    /// Only this part.
    pub only: Option<Part>,
    /// One fault of the sweep.
    pub strike: Option<Strike>,
    /// Its place.
    pub at: Option<u64>,
    /// The processor is outside.
    pub is_outside: bool,
    /// One planted bug.
    pub control: Option<Sabotage>,
    /// Print what happened.
    pub trace: bool,
}

impl Arguments {
    /// Reads them.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn parse(given: &[String]) -> Result<Arguments, String> {
        let mut arguments = Arguments::default();
        let mut rest = given.iter();
        while let Some(name) = rest.next() {
            if name == "--trace" {
                arguments.trace = true;
                continue;
            }
            let value = rest.next();
            let value = value.ok_or_else(|| format!("{name} needs a value behind it."))?;
            arguments.take(name, value)?;
        }
        if arguments.strike.is_some() != arguments.at.is_some() {
            return Err("--strike and --at belong together.".to_owned());
        }
        Ok(arguments)
    }

    fn take(&mut self, name: &str, value: &str) -> Result<(), String> {
        let number = || {
            value
                .parse::<u64>()
                .map_err(|_| format!("{name} needs a number."))
        };
        let unknown = || format!("{name} does not know {value}.");
        match name {
            "--payments" => self.payments = Some(number()?),
            "--seeds" => self.seeds = Some(number()?),
            "--seed" => self.seed = Some(number()?),
            "--at" => self.at = Some(number()?),
            "--each" => {
                let each = u32::try_from(number()?).map_err(|_| unknown())?;
                self.each = Some(each);
            }
            "--threads" => {
                let threads = usize::try_from(number()?).map_err(|_| unknown())?;
                self.threads = Some(threads.max(1));
            }
            "--only" => {
                self.only = Some(match value {
                    "worlds" => Part::Worlds,
                    "sweep" => Part::Sweep,
                    "controls" => Part::Controls,
                    _ => return Err(unknown()),
                });
            }
            "--place" => {
                self.is_outside = match value {
                    "outside" => true,
                    "inside" => false,
                    _ => return Err(unknown()),
                };
            }
            "--strike" => self.strike = Some(Strike::from_name(value).ok_or_else(unknown)?),
            "--control" => self.control = Some(Sabotage::from_name(value).ok_or_else(unknown)?),
            _ => return Err(format!("There is no option {name}.")),
        }
        Ok(())
    }
}
