//! The project's own commands, run as `cargo xtask <command>`.
//!
//! It does: build the dashboard, generate what is derived from the `protocol` crate, run every check and test in order.
//! It does not: contain anything the product needs when it runs, nor link the daemon, so that it builds in seconds.
//!
//! **Invariant:** works the same on Windows, macOS and Linux; no shell is involved.
//!
//! **Invariant:** a step that cannot run is a failure or loudly skipped, never silently passed.

pub mod console;
pub mod workspace;

pub mod process;
pub mod packages;
pub mod tool;

pub mod bench;
pub mod codegen;
pub mod dashboard;
pub mod dist;
pub mod plugin;
pub mod run;
pub mod targets;
pub mod test;
pub mod wine;
