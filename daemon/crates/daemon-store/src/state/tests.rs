//! Behaviour of the state database.
