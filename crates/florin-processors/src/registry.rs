//! Which processor serves which mode.
//!
//! Deliberately absent: choosing between several processors of one mode.

use crate::contract::Processor;
use crate::sandbox::{Sandbox, cards};
use std::sync::Arc;

/// The processors of an installation.
#[derive(Clone)]
pub struct Registry {
    /// Serves test mode.
    pub test: Arc<dyn Processor>,
    /// Serves live mode. Without one, live mode takes no payments.
    pub live: Option<Arc<dyn Processor>>,
}

impl Registry {
    /// The sandbox for test mode, and nothing for live mode.
    pub fn sandbox() -> Registry {
        Registry {
            test: Arc::new(Sandbox::inside()),
            live: None,
        }
    }

    /// The processor of a mode. A simulation is never given out for live mode, whatever the settings say.
    pub fn for_scope(&self, live: bool) -> Option<&dyn Processor> {
        if live {
            let live = self.live.as_deref();
            live.filter(|processor| !processor.is_simulation())
        } else {
            Some(self.test.as_ref())
        }
    }

    /// The number of a published test card, by its name without `pm_card_` or `tok_`. Test numbers are public.
    pub fn test_number(&self, name: &str) -> Option<&'static str> {
        cards::by_alias(name).map(|card| card.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simulation_never_serves_live_mode() {
        let mut registry = Registry::sandbox();
        assert!(registry.for_scope(true).is_none());
        registry.live = Some(Arc::new(Sandbox::outside()));
        assert!(registry.for_scope(true).is_none());
        let name = registry.for_scope(false).map(Processor::name);
        assert_eq!(name, Some("sandbox"));
    }

    #[test]
    fn test_numbers_are_found_by_name() {
        let registry = Registry::sandbox();
        assert_eq!(registry.test_number("visa"), Some("4242424242424242"));
        assert_eq!(registry.test_number("pm_card_visa"), None);
    }
}
