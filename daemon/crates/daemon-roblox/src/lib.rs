//! What we know of Roblox's servers: how much may be asked of them, and how to ask.
//!
//! Owns reqwest. Knows nothing of our protocol or our users; who may do what was decided before a call comes here.
//!
//! **Invariant:** every request to Roblox holds a permit of the [`governor`]; nothing else here opens a connection.

pub mod governor;

pub mod client;
