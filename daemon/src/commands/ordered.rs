//! Entries of ordered data stores.

pub(super) mod get;
pub(super) mod increment;
pub(super) mod list;
pub(super) mod remove;
pub(super) mod set;
