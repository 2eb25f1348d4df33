//! The decisions of the domain as the rest of Florin uses them: tables, random histories, customers, the catalog, checkout
//! sessions, orders at the front door, payments without a card, confirmation tokens, late outcomes, notices.

mod books;
mod catalog;
mod checkout;
mod checkout_press;
mod confirmations;
mod customers;
mod decisions;
mod front;
mod late;
mod methods;
mod notices;
mod places;
mod world;
