//! The decisions of the domain as the rest of Florin uses them: tables, random histories, customers.

mod books;
mod customers;
mod decisions;
mod world;
