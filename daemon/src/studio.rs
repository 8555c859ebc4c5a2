//! Linked Studio windows: which there are, and how one gets a credential.
//!
//! **Invariant:** a Studio session belongs to the credential it came with and ends with it.

pub mod pairing;
pub mod registry;
