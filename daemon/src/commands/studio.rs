//! Linked Studios and those that ask to be.

pub(super) mod approve;
pub(super) mod create_install;
pub(super) mod list;
pub(super) mod refuse;
