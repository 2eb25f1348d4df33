//! Customer sessions: for a while a form in a browser may do something with the saved cards of one customer.
//!
//! Nothing of it is stored. Deliberately absent: the client secret, which the engine seals, and other components than the payment
//! element.

use crate::payments::PaymentMethod;
use serde::{Deserialize, Serialize};

/// What a form may do with the cards of a customer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CustomerSession {
    /// Whose they are.
    pub customer: String,
    /// Until this second.
    pub expires: i64,
    /// The payment element is allowed at all.
    pub enabled: bool,
    /// Saved cards may be shown.
    pub shows: bool,
    /// At most so many.
    pub limit: usize,
    /// Those with one of these words.
    pub filters: Vec<String>,
    /// The buyer is asked whether to save a new card.
    pub saves: bool,
    /// What such a card is for.
    pub usage: Option<String>,
    /// The buyer may remove a saved card.
    pub removes: bool,
}

impl CustomerSession {
    /// Whether the buyer may see a card: one of the customer's, with one of the words.
    pub fn may_show(&self, method: &PaymentMethod) -> bool {
        let is_own = method.customer.as_deref() == Some(&*self.customer);
        let word = method.redisplay();
        is_own && self.shows && self.filters.iter().any(|filter| filter == word)
    }
}
