//! Data stores of a universe.

pub(super) mod delete;
pub(super) mod list;
pub(super) mod snapshot;
pub(super) mod undelete;
