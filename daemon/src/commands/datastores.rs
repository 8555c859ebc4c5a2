//! Data stores of a universe.

pub(super) mod list;
