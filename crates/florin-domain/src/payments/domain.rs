//! Domains of a merchant's pages, on which wallets may be offered.
//!
//! Deliberately absent: the pages that may hold card fields, which a publishable key names.

use crate::accounts;
use crate::changes::Draft;
use crate::context::Context;
use crate::record::{Columns, Versioned, record};
use crate::refusal::Refusal;
use crate::transitions::Transition;

record! {
    /// A domain of a merchant's pages.
    pub struct PaymentMethodDomain: PaymentMethodDomain, "pmd_" {
        /// Its name, in lower case.
        domain_name: String,
        /// Nothing is offered there.
        disabled: bool,
    }
}

impl PaymentMethodDomain {
    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![Some(&self.domain_name), Some(self.word())]
    }

    fn word(&self) -> &'static str {
        if self.disabled { "false" } else { "true" }
    }
}

/// Reads the name of a domain, as buyers see it: without a port and without a star.
///
/// # Errors
/// The text is no such name.
pub fn domain_name(text: &str) -> Result<String, Refusal> {
    let read = accounts::domain(text).ok();
    let bare = read.filter(|name| !name.contains([':', '*', '[']));
    bare.ok_or_else(|| {
        let message = format!(
            "{text:?} is no domain: write it like shop.example, without a scheme, a port or a path."
        );
        Refusal::invalid("domain_name", message)
    })
}

/// Registers a domain. Its id follows from its name, so that there is one of each.
pub fn create_domain(
    draft: &mut Draft,
    context: &mut Context<'_>,
    (id, name): (&str, &str),
    enabled: bool,
) -> Versioned<PaymentMethodDomain> {
    let mut held = Versioned::fresh(PaymentMethodDomain {
        id: id.into(),
        created: context.now,
        domain_name: name.to_owned(),
        disabled: !enabled,
        ..PaymentMethodDomain::default()
    });
    draft.save(context, &mut held, Transition::DomainChanged);
    held
}

/// Lets wallets be offered on a domain, or not.
pub fn update_domain(
    draft: &mut Draft,
    context: &mut Context<'_>,
    held: &mut Versioned<PaymentMethodDomain>,
    enabled: Option<bool>,
) {
    if let Some(enabled) = enabled {
        held.record.disabled = !enabled;
    }
    draft.save(context, held, Transition::DomainChanged);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_a_name_and_nothing_more() {
        assert_eq!(domain_name(" Shop.Example").as_deref(), Ok("shop.example"));
        for wrong in [
            "",
            "https://shop.example",
            "shop.example:8443",
            "*.shop.example",
            "shop.example/pay",
            "[::1]",
            "a b",
        ] {
            assert!(domain_name(wrong).is_err(), "{wrong}");
        }
    }
}
