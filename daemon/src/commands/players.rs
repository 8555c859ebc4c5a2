//! Who players are.

pub(super) mod find;
