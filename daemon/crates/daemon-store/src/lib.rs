//! Keeps what must last: the local data-store engine, the state database, and the vault for secrets.
//!
//! [`universe::UniverseStore`] holds one universe's data stores by Roblox's rules; [`state::StateStore`] holds
//! connections, tokens and settings; [`journal::JournalStore`] holds what is changed, what it was before, and what came of it;
//! [`vault::Vault`] is the envelope that secrets lie in. This is the only crate that speaks SQL. It knows neither our protocol
//! nor Roblox's wire, reads no clock and draws no random numbers: times, ids and the source of randomness are arguments.
//!
//! **Invariant:** whatever a write answered is on disk: the answer leaves after `COMMIT` with `synchronous=FULL`.
//!
//! **Invariant:** an operation happens whole or not at all, also when the process is killed inside it. Removing a
//! whole store is the one exception, and says so.
//!
//! **Invariant:** a file is never recreated, repaired or downgraded silently; damage and newer schemas are errors.

pub mod error;
pub mod state;
pub mod journal;
pub mod universe;
pub mod vault;

mod database;
mod queries;
