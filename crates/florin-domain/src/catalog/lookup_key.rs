//! Lookup keys: names of prices that a merchant's program knows, each held by one price of a scope at most.
//!
//! A key is a record that is found by its text. Whoever takes it writes its next version, so that two prices never hold
//! one key, and a key can be moved and given back. Deliberately absent: claims, which are taken once and for all.

use super::{Price, price};
use crate::changes::Draft;
use crate::context::Context;
use crate::record::{Columns, Versioned, record};
use crate::refusal::Refusal;
use crate::transitions::Transition;
use florin_base::Id;

record! {
    /// A lookup key. Its id is the key itself.
    pub struct LookupKey: LookupKey, "lk_" {
        /// The price that holds it; none once it was given back.
        price: Option<Id<Price>>,
    }
}

impl LookupKey {
    pub(crate) fn columns(&self) -> Columns<'_> {
        vec![]
    }
}

/// A lookup key that a price wants, as it stands.
#[derive(Clone, Debug)]
pub struct HeldKey {
    /// The key; of version 0 when nobody has ever held it.
    pub key: Versioned<LookupKey>,
    /// The price that holds it.
    pub holder: Option<Versioned<Price>>,
    /// Its holder may lose it.
    pub transfers: bool,
}

impl HeldKey {
    /// The key itself.
    pub(super) fn text(&self) -> &str {
        self.key.record.id.as_str()
    }

    /// Gives the key to a price. Its holder loses it, if it may be transferred, and tells of that first.
    ///
    /// # Errors
    /// Another price holds it, and it is not to be transferred.
    pub(super) fn take(
        self,
        draft: &mut Draft,
        context: &mut Context<'_>,
        wanted_by: &Id<Price>,
    ) -> Result<(), Refusal> {
        let HeldKey {
            mut key,
            holder,
            transfers,
        } = self;
        let other = holder.filter(|holder| holder.record.id != *wanted_by);
        if let Some(mut holder) = other {
            if !transfers {
                return Err(is_held(&holder.record));
            }
            price::lose_key(draft, context, &mut holder);
        }
        if key.version == 0 {
            key.record.created = context.now;
        }
        key.record.price = Some(wanted_by.clone());
        draft.close(context, key, Transition::LookupKeyMoved);
        Ok(())
    }
}

/// Gives a key back, so that any price may take it.
pub(super) fn give_back(
    draft: &mut Draft,
    context: &mut Context<'_>,
    mut key: Versioned<LookupKey>,
) {
    key.record.price = None;
    draft.close(context, key, Transition::LookupKeyMoved);
}

fn is_held(holder: &Price) -> Refusal {
    let message = format!(
        "A price (`{}`) already uses that lookup key. Use another key, or send transfer_lookup_key=true to move this one.",
        holder.id
    );
    Refusal::invalid("lookup_key", message)
}
