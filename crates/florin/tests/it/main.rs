//! The product as a black box: the real binary, started, driven, killed and looked at from outside.
//!
//! Shape: `server` starts the binary, `http` and `shop` talk to it, `receiver` takes its webhooks, `audit` reads the
//! database that it leaves behind. Every test has its own server, ports and folder. Deliberately absent: assertions on
//! speed, and what the official SDKs show better (see `e2e/`).

mod audit;
mod browser;
mod cli;
mod folder;
mod golden;
mod http;
mod idempotency;
mod kill9;
mod leak;
mod lists;
mod load;
mod matrix;
mod matrix_samples;
mod outside;
mod pay;
mod powercut;
mod protocol;
mod receiver;
mod replay;
mod requests;
mod sandbox_processor;
mod server;
mod shop;
mod strace;
mod transfer;
mod versions;
mod webhooks;
