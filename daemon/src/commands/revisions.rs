//! Earlier values of an entry.

pub(super) mod get;
pub(super) mod list;
pub(super) mod restore;
