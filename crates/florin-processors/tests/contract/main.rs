//! The contract that every adapter must keep, and the golden outcomes of the sandbox.
//!
//! `suite` runs over every adapter of `world::adapters`; a new adapter is one line there. `golden` compares what each
//! published card does with a reviewed table, `special` spells out in full what the table shows in short, `outside` breaks
//! the line to a processor with books, `scrubbing` looks for card numbers where none may be.

mod golden;
mod outside;
mod scrubbing;
mod special;
mod suite;
mod world;
