//! `cargo xtask bench`: measures the release binary through its public faces, beside peers measured in the same run.
//!
//! It does: make the data from a fixed seed, start `dsmp` as a process, load it as clients do, and tell each figure with its
//! spread, its goal and a verdict, as a table and as JSON.
//! It does not: link the daemon (of which only the Open Cloud client is measured in a process of the bench's own), drive a browser (`tests/browser` does, and hands its figures over), or install anything.
//!
//! **Invariant:** a verdict is given only where the runs agree on it and the machine had nothing else to do.
//!
//! **Invariant:** every load is bounded, and nothing but the JSON file is left behind, however the bench ends.
//!
//! **Invariant:** what is measured is checked: an answer that is not the expected one ends the bench.

pub mod run;
pub mod peer;
pub mod reader;
pub mod browser;
pub mod terminal;

mod subject;
mod rounds;

mod subjects;

mod data;
mod place;
mod process;
mod daemon;
mod memory;
mod clients;
mod load;

mod machine;
mod processor;

mod report;
mod statistics;
mod verdict;
mod growth;
mod comparison;
mod table;
mod units;
