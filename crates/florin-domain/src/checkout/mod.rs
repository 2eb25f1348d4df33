//! Checkout: a session is one order of one buyer, from the link to paid or expired, and the page that asks for the money.
//!
//! A session owns at most one intent, which is made when the buyer presses the button for the first time. What happens to
//! the money is decided in [`crate::payments`]; the session follows in the same commit. Deliberately absent: the page itself.

mod complete;
mod confirm;
mod create;
mod expire;
mod front;
mod link;
mod recover;
mod session;
mod totals;
mod update;

pub use complete::{complete_free, follow_intent, follow_setup};
pub use confirm::{Collected, People, Press, check_press, collect, intent_of, setup_of};
pub use create::{Item, NewSession, OPTIONAL, create};
pub use expire::expire;
pub use front::{FrontStatus, FrontWish, Order, check_same};
pub use link::{
    LINK_SPACE, LinkItem, LinkPatch, LinkShipping, NewLink, PaymentLink, create_link, revise_link,
    take_place, update_link,
};
pub use recover::recover;
pub use session::{
    Adjustable, Adjusts, Bound, CheckoutSession, Collect, Field, FieldKind, IntentTerms, Keeps,
    Line, LineTax, PaidState, SECRET_MARK, SessionMode, SessionStatus, ShippingOption, Totals,
    UiMode,
};
pub use update::{Choice, LineChange, TermsPatch, UpdateSession, abandon, choose, update};

/// The space in which the page of a session finds it without a key, in the whole installation.
pub const SESSION_SPACE: &str = "session";
