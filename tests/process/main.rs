//! The real binary, as people and scripts run it: started, asked, stopped and killed.
//!
//! Few tests, because each starts processes; whatever needs no process is tested beside the code. Every test has a data
//! directory of its own and port 0, and waits for output or the end of a process, never for time to pass.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "tests fail by panicking")]

mod harness;

#[cfg(target_os = "linux")]
mod autostart;
mod catalogue;
mod changes;
mod commands;
mod connections;
mod crash;
mod emulate;
mod impostor;
mod jobs;
mod jsonl;
#[cfg(unix)]
mod secrets;
mod serve;
mod services;
mod vault;
