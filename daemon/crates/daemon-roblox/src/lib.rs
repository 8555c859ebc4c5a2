//! What speaks Roblox's Open Cloud, on either end of the line: how much may be asked of it, how to ask, and an emulator.
//!
//! Owns reqwest. [`emulator`] answers as Roblox would, over our own engine. Facts about Roblox and their grades are those
//! of `roblox-apis.md`; what is inferred there is marked \[I\] here. Knows nothing of our protocol or our users; who may do
//! what was decided before a call comes here.
//!
//! **Invariant:** every request to Roblox holds a permit of the [`governor`]; nothing else here opens a connection.
//!
//! **Invariant:** an API key is never shown, neither in a log nor by `Debug` (S-55).

pub mod governor;

pub mod client;

pub mod emulator;

#[cfg(test)]
mod fuzz;
