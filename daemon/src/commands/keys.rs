//! Keys of a standard data store.

pub(super) mod list;
