//! Configurations of payment methods: which types are switched on.
//!
//! Every account has a default one in each mode. It has no row until somebody changes it: then cards are on and nothing
//! else is. Deliberately absent: preferences of a platform for its accounts.

use crate::changes::Draft;
use crate::context::Context;
use crate::methods::MethodType;
use crate::record::{Columns, Versioned, record, set};
use crate::refusal::Refusal;
use crate::transitions::Transition;
use florin_base::{Id, Scope, Timestamp};
use std::collections::BTreeMap;

record! {
    /// Which types of payment methods are switched on.
    pub struct MethodConfiguration: MethodConfiguration, "pmc_" {
        /// What the merchant calls it.
        name: String,
        /// It is the one that counts where none is named.
        is_default: bool,
        /// It may not be used any more.
        inactive: bool,
        /// What was said, by the words of the types. What is not named here is as it is at first.
        preferences: BTreeMap<String, bool>,
    }
}

/// The value of the column that tells the default one from the others.
const DEFAULT: &str = "default";
/// The same for the others, which lists look for.
pub const OTHER: &str = "other";

impl MethodConfiguration {
    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![Some(if self.is_default { DEFAULT } else { OTHER })]
    }

    /// The id of an account's default one, another one in each mode.
    pub fn default_id(scope: &Scope) -> String {
        MethodConfiguration::default_of(&scope.account, scope.live)
    }

    /// The same by account and mode.
    pub fn default_of(account: &str, live: bool) -> String {
        let own = account.strip_prefix("acct_");
        let mode = if live { "L" } else { "" };
        format!("pmc_{}{mode}", own.unwrap_or(account))
    }

    /// The default one before anybody changed it.
    pub fn at_first(scope: &Scope, created: Timestamp) -> MethodConfiguration {
        MethodConfiguration {
            id: MethodConfiguration::default_id(scope).as_str().into(),
            created,
            name: "Default".to_owned(),
            is_default: true,
            ..MethodConfiguration::default()
        }
    }

    /// What the merchant said of a type, if anything.
    pub fn preference(&self, kind: MethodType) -> Option<bool> {
        self.preferences.get(kind.word()).copied()
    }

    /// Whether a type is switched on. Cards are at first.
    pub fn is_on(&self, kind: MethodType) -> bool {
        self.preference(kind).unwrap_or(kind.is_card())
    }

    /// The types that are switched on, cards first.
    pub fn switched(&self) -> Vec<MethodType> {
        let all = MethodType::ALL.iter().copied();
        match self.inactive {
            true => Vec::new(),
            false => all.filter(|kind| self.is_on(*kind)).collect(),
        }
    }
}

/// What a request says of a configuration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConfigurationPatch {
    /// What the merchant calls it.
    pub name: Option<String>,
    /// Whether it may be used.
    pub active: Option<bool>,
    /// On, off, or as it is at first.
    pub preferences: Vec<(MethodType, Option<bool>)>,
}

impl ConfigurationPatch {
    fn apply(self, held: &mut MethodConfiguration) {
        set(&mut held.name, self.name);
        set(&mut held.inactive, self.active.map(|active| !active));
        for (kind, preference) in self.preferences {
            match preference {
                Some(on) => held.preferences.insert(kind.word().to_owned(), on),
                None => held.preferences.remove(kind.word()),
            };
        }
    }
}

/// Makes a configuration beside the default one.
pub fn create_configuration(
    draft: &mut Draft,
    context: &mut Context<'_>,
    patch: ConfigurationPatch,
) -> Versioned<MethodConfiguration> {
    let id: Id<MethodConfiguration> = context.id();
    let mut configuration = MethodConfiguration {
        name: "Payment methods".to_owned(),
        id,
        created: context.now,
        ..MethodConfiguration::default()
    };
    patch.apply(&mut configuration);
    let mut held = Versioned::fresh(configuration);
    draft.save(context, &mut held, Transition::ConfigurationChanged);
    held
}

/// Switches types on or off.
///
/// # Errors
/// The default one cannot be given up, because something has to count where none is named.
pub fn update_configuration(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<MethodConfiguration>,
    patch: ConfigurationPatch,
) -> Result<(), Refusal> {
    if held.record.is_default && patch.active == Some(false) {
        return Err(Refusal::invalid(
            "active",
            "The default configuration of an account cannot be made inactive. Switch its payment methods off instead.",
        ));
    }
    patch.apply(&mut held.record);
    draft.save(context, held, Transition::ConfigurationChanged);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_are_on_at_first_and_everything_else_is_switched_on_by_name() {
        let scope = Scope::test("acct_1");
        let mut held = MethodConfiguration::at_first(&scope, Timestamp(0));
        assert_eq!(held.switched(), [MethodType::Card]);
        let patch = |preferences: &[(MethodType, Option<bool>)]| ConfigurationPatch {
            preferences: preferences.to_vec(),
            ..ConfigurationPatch::default()
        };
        patch(&[
            (MethodType::Pix, Some(true)),
            (MethodType::Card, Some(false)),
        ])
        .apply(&mut held);
        assert_eq!(held.switched(), [MethodType::Pix]);
        patch(&[(MethodType::Card, None)]).apply(&mut held);
        assert_eq!(held.switched(), [MethodType::Card, MethodType::Pix]);
        held.inactive = true;
        assert!(held.switched().is_empty());
    }
}
