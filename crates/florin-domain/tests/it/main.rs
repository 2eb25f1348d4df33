//! The decisions of the domain as the rest of Florin uses them: tables, random histories, customers, late outcomes,
//! notices.

mod books;
mod customers;
mod decisions;
mod late;
mod notices;
mod world;
