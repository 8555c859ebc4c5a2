//! Entries as JSONL: one JSON object on each line, in files that may be packed.
//!
//! What a command that reads or writes such files shares with a job that does. Opens no file by itself, and knows neither
//! the wire nor where entries come from.
//!
//! **Invariant:** memory does not grow with a file: lines are bounded, and what unpacks without bound is stopped (S-65).

pub mod lines;
pub mod entry;
pub mod line;
pub mod packing;
