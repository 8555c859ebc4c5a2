//! Entries of standard data stores.

pub(super) mod edit;
pub(super) mod export;
pub(super) mod get;
pub(super) mod import;
pub(super) mod remove;
pub(super) mod rows;
pub(super) mod set;
