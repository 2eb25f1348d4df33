//! The vault as other rooms see it.

mod cards;
mod digests;
mod master_key;
mod ring;
mod scan;
mod seals;
mod shelf;
mod world;
