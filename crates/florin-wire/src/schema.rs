//! The parameter table: which parameters an operation knows, and what happens to each of them.
//!
//! A table is read once from the texts under `params/` (`text` reads the lines, `kind` the types).
//! Afterwards [`Operation::check`] turns a raw tree into [`Params`] and does not allocate for lookups.
//! Deliberately absent: what a parameter means; that is for whoever reads [`Params`].

mod check;
mod files;
mod kind;
mod nearest;
mod params;
mod scalar;
mod text;

#[cfg(test)]
mod bad_inputs;

pub use kind::Kind;
pub use params::Params;
pub use scalar::is_email;

use std::collections::HashMap;

/// What Florin does with a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// It has its effect.
    Served,
    /// It is checked, kept and shown, and nothing else depends on it.
    Echoed,
    /// It would change money, parties or status in a way that Florin does not carry out, so that a
    /// request with it is refused, together with everything below it.
    Refused,
    /// The same, unless the request only says that it is switched off, which it is.
    Off,
}

/// One parameter of an operation, with the members below it.
#[derive(Clone, Debug)]
pub struct Param {
    /// The last segment of its path.
    pub name: String,
    /// What it accepts.
    pub kind: Kind,
    /// Whether the empty text (or null) is allowed and unsets it.
    pub unsettable: bool,
    /// What Florin does with it.
    pub policy: Policy,
    /// Whether it must be there whenever its parent is.
    pub required: bool,
    /// The members, if it is an object or a list of objects.
    pub members: Members,
}

/// The parameters of one level, in the order of the table.
#[derive(Clone, Debug, Default)]
pub struct Members {
    all: Vec<Param>,
    /// Positions in `all`, sorted by name.
    by_name: Vec<usize>,
}

impl Members {
    /// The parameter of that name.
    pub fn find(&self, name: &str) -> Option<&Param> {
        let slot = self.slot(name).ok()?;
        self.all.get(self.by_name[slot])
    }

    /// All parameters in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = &Param> {
        self.all.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    fn find_mut(&mut self, name: &str) -> Option<&mut Param> {
        let slot = self.slot(name).ok()?;
        self.all.get_mut(self.by_name[slot])
    }

    /// Adds a parameter, unless one of that name is there.
    fn add(&mut self, param: Param) -> bool {
        match self.slot(&param.name) {
            Ok(_) => false,
            Err(slot) => {
                self.by_name.insert(slot, self.all.len());
                self.all.push(param);
                true
            }
        }
    }

    fn slot(&self, name: &str) -> Result<usize, usize> {
        self.by_name
            .binary_search_by(|at| self.all[*at].name.as_str().cmp(name))
    }
}

/// One operation of the wire.
#[derive(Clone, Debug)]
pub struct Operation {
    /// `GET`, `POST` or `DELETE`.
    pub method: String,
    /// The path with named parts, such as `/v1/customers/:id`.
    pub path: String,
    /// Its parameters; those in the path are not among them.
    pub params: Members,
}

/// All operations that Florin knows.
#[derive(Clone, Debug, Default)]
pub struct Table {
    all: Vec<Operation>,
    by_path: HashMap<String, Vec<usize>>,
}

impl Table {
    /// Reads the text of one or several table files.
    ///
    /// # Errors
    /// A line that is not well formed or contradicts another one, with its number.
    pub fn parse(text: &str) -> Result<Table, String> {
        let mut table = Table::default();
        table.add_text(text)?;
        Ok(table)
    }

    /// The table that is built into the program.
    ///
    /// # Panics
    /// If a built-in file is not well formed, which a test rules out.
    pub fn load() -> Table {
        let mut table = Table::default();
        for (name, text) in files::ALL {
            if let Err(message) = table.add_text(text) {
                panic!("params/{name}.txt: {message}");
            }
        }
        table
    }

    /// The operation of that method and path, the path written as in the table
    /// (`/v1/customers/:id`).
    pub fn operation(&self, method: &str, path: &str) -> Option<&Operation> {
        let positions = self.by_path.get(path)?;
        positions
            .iter()
            .map(|at| &self.all[*at])
            .find(|operation| operation.method == method)
    }

    /// All operations in the order of the files.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.all.iter()
    }

    fn add_text(&mut self, text: &str) -> Result<(), String> {
        for operation in text::parse(text)? {
            let (method, path) = (&operation.method, &operation.path);
            if self.operation(method, path).is_some() {
                return Err(format!("{method} {path} stands in the table twice"));
            }
            self.by_path
                .entry(path.clone())
                .or_default()
                .push(self.all.len());
            self.all.push(operation);
        }
        Ok(())
    }
}
